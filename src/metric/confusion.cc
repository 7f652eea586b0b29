#include "metric/confusion.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

namespace assay::metric {
namespace {

constexpr std::size_t kLabels = 256;  // Every byte has a row and a column: no pair of labels can go astray.
constexpr std::size_t kCells = kLabels * kLabels;
// Neighbouring pixels mostly share a cell; with one histogram each increment would wait for the one before
// it. The second begins half a row off, or the two would compete for the same sets of the cache.
constexpr std::size_t kTallies = 2, kTallyStride = kCells + kLabels / 2;
constexpr std::size_t kWord = 8;  // Pixels in a machine word.
constexpr std::size_t kRun = 64;  // Pixels that are looked at together for being all the same.
constexpr std::uint64_t kEveryByte = 0x0101010101010101u;

std::uint64_t load(const std::uint8_t* pixels) {
  std::uint64_t word;
  std::memcpy(&word, pixels, sizeof word);
  return word;
}

/// Zero where all pixels of the run equal `word`'s pattern.
std::uint64_t differs(const std::uint8_t* pixels, std::uint64_t pattern) {
  std::uint64_t difference = 0;
  for (std::size_t i = 0; i < kRun; i += kWord) difference |= load(pixels + i) ^ pattern;
  return difference;
}

/// Which labels are neither classes nor ignored: the ground truth's if it has such, else the prediction's.
std::string wrong_labels(std::span<const std::uint8_t> truth, std::span<const std::uint8_t> prediction,
                         int classes, int ignore) {
  std::size_t wrong_truths = 0, wrong_predictions = 0, first_truth = 0, first_prediction = 0;
  for (std::size_t i = truth.size(); i-- > 0;) {
    if (truth[i] == ignore) continue;
    if (truth[i] >= classes) {
      wrong_truths += 1;
      first_truth = i;
    } else if (prediction[i] >= classes) {
      wrong_predictions += 1;
      first_prediction = i;
    }
  }
  const auto describe = [classes](std::uint8_t label, std::size_t pixel, std::size_t count) {
    return "label " + std::to_string(label) + " at pixel " + std::to_string(pixel) + " (" +
           std::to_string(count) + " such pixels), but the classes are 0.." + std::to_string(classes - 1);
  };
  if (wrong_truths > 0) {
    return "the ground truth holds " + describe(truth[first_truth], first_truth, wrong_truths) +
           " and the ignore label is " + std::to_string(ignore) +
           ": check the label format, the class map and the ignore label";
  }
  return "the model's label map holds " +
         describe(prediction[first_prediction], first_prediction, wrong_predictions) +
         ": check the number of classes and the output";
}

}  // namespace

ConfusionMatrix::ConfusionMatrix(int classes, int ignore)
    : classes_(classes),
      ignore_(ignore),
      counts_(static_cast<std::size_t>(classes) * static_cast<std::size_t>(classes)),
      tallies_(kTallies * kTallyStride) {
  assert(classes >= 1 && classes <= 255);
}

Result<void> ConfusionMatrix::add(std::span<const std::uint8_t> truth,
                                  std::span<const std::uint8_t> prediction) {
  if (truth.size() != prediction.size()) {
    return fail(Code::kInvalidInput, "the prediction has " + std::to_string(prediction.size()) +
                                         " pixels and the ground truth " + std::to_string(truth.size()) +
                                         ": scale the prediction to the labels' size");
  }
  if (truth.size() > std::numeric_limits<std::uint32_t>::max()) {
    return fail(Code::kInvalidInput, "a label map of over 2^32 pixels: add it in parts");
  }
  tally(truth.data(), prediction.data(), truth.size());
  return collect(truth, prediction);
}

void ConfusionMatrix::tally(const std::uint8_t* truth, const std::uint8_t* prediction, std::size_t pixels) {
  std::uint32_t* const even = tallies_.data();
  std::uint32_t* const odd = even + kTallyStride;
  const auto cell = [](std::uint64_t t, std::uint64_t p) { return (t & 255) * kLabels + (p & 255); };
  std::size_t i = 0;
  for (; i + kRun <= pixels; i += kRun) {
    const std::uint8_t* const t = truth + i;
    const std::uint8_t* const p = prediction + i;
    if ((differs(t, t[0] * kEveryByte) | differs(p, p[0] * kEveryByte)) == 0) {
      even[cell(t[0], p[0])] += kRun;
      continue;
    }
    std::uint16_t cells[kRun];
    for (std::size_t k = 0; k < kRun; ++k) cells[k] = static_cast<std::uint16_t>(t[k] << 8 | p[k]);
    for (std::size_t w = 0; w < kRun; w += kWord) {
      const std::uint64_t truths = load(t + w), predictions = load(p + w);
      if (((truths ^ t[w] * kEveryByte) | (predictions ^ p[w] * kEveryByte)) == 0) {
        odd[cells[w]] += kWord;
        continue;
      }
      for (std::size_t k = w; k < w + kWord; k += 2) {
        even[cells[k]] += 1;
        odd[cells[k + 1]] += 1;
      }
    }
  }
  for (; i < pixels; ++i) even[cell(truth[i], prediction[i])] += 1;
}

/// Moves the tallies into the counts, unless a pixel is in a cell of wrong labels.
Result<void> ConfusionMatrix::collect(std::span<const std::uint8_t> truth,
                                      std::span<const std::uint8_t> prediction) {
  const auto classes = static_cast<std::size_t>(classes_);
  const auto take = [&](std::size_t t, std::size_t p) {
    const std::size_t cell = t * kLabels + p;
    return std::uint64_t{std::exchange(tallies_[cell], 0u)} +
           std::exchange(tallies_[kTallyStride + cell], 0u);
  };
  std::vector<std::uint64_t> counts(counts_.size());
  std::uint64_t ignored = 0, labelled = 0;
  if (ignore_ >= 0 && ignore_ < static_cast<int>(kLabels)) {
    for (std::size_t p = 0; p < kLabels; ++p) ignored += take(static_cast<std::size_t>(ignore_), p);
  }
  for (std::size_t t = 0; t < classes;
       ++t) {  // The ignore label may be one of the classes: its row is empty now.
    for (std::size_t p = 0; p < classes; ++p) labelled += counts[t * classes + p] = take(t, p);
  }
  if (ignored + labelled != truth.size()) {
    std::fill(tallies_.begin(), tallies_.end(), 0u);
    return fail(Code::kInvalidInput, wrong_labels(truth, prediction, classes_, ignore_));
  }
  for (std::size_t i = 0; i < counts.size(); ++i) counts_[i] += counts[i];
  ignored_ += ignored;
  return {};
}

void ConfusionMatrix::merge(const ConfusionMatrix& other) {
  assert(classes_ == other.classes_);
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  ignored_ += other.ignored_;
}

void ConfusionMatrix::clear() {
  std::fill(counts_.begin(), counts_.end(), 0u);
  ignored_ = 0;
}

std::vector<std::uint32_t> ConfusionMatrix::counts32() const { return {counts_.begin(), counts_.end()}; }

}  // namespace assay::metric

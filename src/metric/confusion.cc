#include "metric/confusion.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>
#include <string>

namespace assay::metric {
namespace {

// Neighbouring pixels mostly share a cell; with one histogram each increment would wait for the one before
// it.
constexpr std::size_t kTallies = 4;
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

/// "label 34 at 12 pixels, the first at 7" for the labels that `is_wrong` accepts; the first such value is
/// told.
template <typename Predicate>
std::string describe_wrong(std::span<const std::uint8_t> map, Predicate is_wrong) {
  std::size_t first = map.size(), count = 0;
  for (std::size_t i = 0; i < map.size(); ++i) {
    if (!is_wrong(i)) continue;
    first = std::min(first, i);
    count += 1;
  }
  return "label " + std::to_string(map[first]) + " at pixel " + std::to_string(first) + " (" +
         std::to_string(count) + " such pixels)";
}

}  // namespace

// A tally has a row for each class, one for ignored truth and one for wrong truth, and a column for each
// class and one for wrong predictions. So every pair of bytes has a cell, and the loop needs no checks to be
// safe.
ConfusionMatrix::ConfusionMatrix(int classes, int ignore)
    : classes_(classes),
      ignore_(ignore),
      counts_(static_cast<std::size_t>(classes) * static_cast<std::size_t>(classes)),
      row_of_(256),
      column_of_(256),
      tallies_(kTallies * static_cast<std::size_t>((classes + 1) * (classes + 2))) {
  assert(classes >= 1 && classes <= 255);
  const int columns = classes + 1;
  for (int label = 0; label < 256; ++label) {
    const auto at = static_cast<std::size_t>(label);
    const int row = label == ignore ? classes : label < classes ? label : classes + 1;
    row_of_[at] = static_cast<std::uint32_t>(row * columns);
    column_of_[at] = static_cast<std::uint32_t>(std::min(label, classes));
  }
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
  const std::uint32_t* const row = row_of_.data();
  const std::uint32_t* const column = column_of_.data();
  std::uint32_t* tally[kTallies];
  for (std::size_t k = 0; k < kTallies; ++k) tally[k] = tallies_.data() + k * tallies_.size() / kTallies;

  std::size_t i = 0;
  for (; i + kRun <= pixels; i += kRun) {
    const std::uint8_t* const t = truth + i;
    const std::uint8_t* const p = prediction + i;
    if ((differs(t, t[0] * kEveryByte) | differs(p, p[0] * kEveryByte)) == 0) {
      tally[0][row[t[0]] + column[p[0]]] += kRun;
      continue;
    }
    for (std::size_t w = 0; w < kRun; w += kWord) {
      const std::uint64_t truths = load(t + w), predictions = load(p + w);
#pragma GCC unroll 8
      for (std::size_t k = 0; k < kWord; ++k) {
        tally[k % kTallies][row[truths >> 8 * k & 255] + column[predictions >> 8 * k & 255]] += 1;
      }
    }
  }
  for (; i < pixels; ++i) tally[0][row[truth[i]] + column[prediction[i]]] += 1;
}

/// Moves the tallies into the counts, unless a cell for wrong labels holds something.
Result<void> ConfusionMatrix::collect(std::span<const std::uint8_t> truth,
                                      std::span<const std::uint8_t> prediction) {
  const auto classes = static_cast<std::size_t>(classes_), columns = classes + 1;
  const std::size_t cells = tallies_.size() / kTallies;
  for (std::size_t cell = 0; cell < cells; ++cell) {
    for (std::size_t k = 1; k < kTallies; ++k) tallies_[cell] += tallies_[k * cells + cell];
  }
  const auto at = [&](std::size_t row, std::size_t column) { return tallies_[row * columns + column]; };
  bool wrong_truth = false, wrong_prediction = false;
  for (std::size_t column = 0; column < columns; ++column) wrong_truth |= at(classes + 1, column) != 0;
  for (std::size_t row = 0; row < classes; ++row) wrong_prediction |= at(row, classes) != 0;

  if (!wrong_truth && !wrong_prediction) {
    for (std::size_t row = 0; row < classes; ++row) {
      for (std::size_t column = 0; column < classes; ++column)
        counts_[row * classes + column] += at(row, column);
    }
    for (std::size_t column = 0; column < columns; ++column) ignored_ += at(classes, column);
  }
  std::fill(tallies_.begin(), tallies_.end(), 0u);

  const std::string expected = "0.." + std::to_string(classes_ - 1);
  const auto not_a_class = [&](std::uint8_t label) { return label >= classes_; };
  if (wrong_truth) {
    return fail(Code::kInvalidInput,
                "ground truth holds " +
                    describe_wrong(
                        truth, [&](std::size_t i) { return not_a_class(truth[i]) && truth[i] != ignore_; }) +
                    ", but the classes are " + expected + " and the ignore label is " +
                    std::to_string(ignore_) + ": check the label format, the class map and the ignore label");
  }
  if (wrong_prediction) {
    return fail(Code::kInvalidInput,
                "the model's label map holds " +
                    describe_wrong(prediction,
                                   [&](std::size_t i) {
                                     return not_a_class(prediction[i]) && !not_a_class(truth[i]) &&
                                            truth[i] != ignore_;
                                   }) +
                    ", but the classes are " + expected + ": check the number of classes and the output");
  }
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

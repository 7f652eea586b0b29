#include "metric/segmentation.h"

#include <cassert>
#include <numeric>

#include "metric/random.h"

namespace assay::metric {
namespace {

/// What an IoU is made of, class after class: true positives, pixels of the class, pixels predicted as the
/// class. A third of a matrix's work to add up, which is what a bootstrap does all the time.
using Margins = std::vector<std::int64_t>;

template <typename Count>
Margins margins(std::span<const Count> confusion, int classes) {
  const auto n = static_cast<std::size_t>(classes);
  assert(confusion.size() == n * n);
  Margins out(3 * n);
  for (std::size_t truth = 0; truth < n; ++truth) {
    for (std::size_t prediction = 0; prediction < n; ++prediction) {
      const auto count = static_cast<std::int64_t>(confusion[truth * n + prediction]);
      if (truth == prediction) out[3 * truth] += count;
      out[3 * truth + 1] += count;
      out[3 * prediction + 2] += count;
    }
  }
  return out;
}

/// In percent; -1 where the class does not occur.
double iou(const std::int64_t* of_class) {
  const std::int64_t all = of_class[1] + of_class[2] - of_class[0];  // TP + FP + FN
  return all > 0 ? 100 * static_cast<double>(of_class[0]) / static_cast<double>(all) : -1;
}

std::optional<double> miou(const Margins& m) {
  double sum = 0;
  int present = 0;
  for (std::size_t i = 0; i < m.size(); i += 3) {
    const double of_class = iou(&m[i]);
    if (of_class < 0) continue;
    sum += of_class;
    present += 1;
  }
  return present > 0 ? std::optional(sum / present) : std::nullopt;
}

std::vector<Margins> margins_of(std::span<const ImageConfusion> images, int classes) {
  std::vector<Margins> out;
  for (const auto& image : images) out.push_back(margins(std::span<const std::uint32_t>(image), classes));
  return out;
}

void add(const Margins& image, Margins& sum) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += image[i];
}

/// Percentile interval of a statistic of resampled sums over several sets of the same images. A resample for
/// which the statistic does not exist (no labelled pixel in it) is left out.
template <typename Statistic>
std::optional<Interval> bootstrap(const std::vector<std::vector<Margins>>& sets, std::uint64_t seed,
                                  int resamples, double confidence, Statistic statistic) {
  const std::size_t images = sets[0].size();
  if (images < 2) return std::nullopt;
  Random random(seed);
  std::vector<double> values;
  std::vector<Margins> sums(sets.size());
  for (int resample = 0; resample < resamples; ++resample) {
    for (std::size_t s = 0; s < sets.size(); ++s) sums[s].assign(sets[s][0].size(), 0);
    for (std::size_t drawn = 0; drawn < images; ++drawn) {
      const std::size_t image = random.below(images);
      for (std::size_t s = 0; s < sets.size(); ++s) add(sets[s][image], sums[s]);
    }
    if (const auto value = statistic(sums)) values.push_back(*value);
  }
  if (values.empty()) return std::nullopt;
  return percentile_interval(values, confidence);
}

}  // namespace

SegmentationScore score(std::span<const std::uint64_t> confusion, int classes) {
  const Margins m = margins(confusion, classes);
  SegmentationScore out;
  std::int64_t right = 0, labelled = 0;
  for (std::size_t i = 0; i < m.size(); i += 3) {
    out.iou.push_back(iou(&m[i]));
    right += m[i];
    labelled += m[i + 1];
  }
  out.miou = miou(m);
  if (labelled > 0) out.pixel_accuracy = 100 * static_cast<double>(right) / static_cast<double>(labelled);
  return out;
}

std::vector<std::uint64_t> total(std::span<const ImageConfusion> images, int classes) {
  std::vector<std::uint64_t> sum(static_cast<std::size_t>(classes) * static_cast<std::size_t>(classes));
  for (const auto& image : images) {
    assert(image.size() == sum.size());
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += image[i];
  }
  return sum;
}

std::optional<Interval> miou_interval(std::span<const ImageConfusion> images, int classes, std::uint64_t seed,
                                      int resamples, double confidence) {
  return bootstrap({margins_of(images, classes)}, seed, resamples, confidence,
                   [](const std::vector<Margins>& sums) { return miou(sums[0]); });
}

std::optional<Interval> miou_drop_interval(std::span<const ImageConfusion> reference,
                                           std::span<const ImageConfusion> candidate, int classes,
                                           std::uint64_t seed, int resamples, double confidence) {
  assert(reference.size() == candidate.size());
  return bootstrap({margins_of(reference, classes), margins_of(candidate, classes)}, seed, resamples,
                   confidence, [](const std::vector<Margins>& sums) -> std::optional<double> {
                     const auto before = miou(sums[0]), after = miou(sums[1]);
                     if (!before || !after) return std::nullopt;
                     return *before - *after;
                   });
}

}  // namespace assay::metric

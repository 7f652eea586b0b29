// The confusion matrix of label maps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/status.h"

namespace assay::metric {

/// Counts of (truth, prediction) over pixels. Not for concurrent use: one for each thread, then merge.
class ConfusionMatrix {
 public:
  /// `classes` in 1..255: labels 0..classes-1. Pixels whose truth is `ignore` do not count.
  explicit ConfusionMatrix(int classes, int ignore = 255);

  /// Adds two label maps of the same number of pixels. About 0.3 ns a pixel, at most. Reuse the object:
  /// making one fills 0.5 MB. kInvalidInput where sizes differ, or a label is neither a class nor (truth
  /// only) the ignore label: the message names the value, how many pixels carry it and the first; the matrix
  /// is then as it was before.
  Result<void> add(std::span<const std::uint8_t> truth, std::span<const std::uint8_t> prediction);

  void merge(const ConfusionMatrix& other);  ///< Of as many classes.
  void clear();

  int classes() const { return classes_; }
  std::uint64_t ignored() const { return ignored_; }  ///< Pixels that did not count.
  /// classes x classes, [truth][prediction].
  std::span<const std::uint64_t> counts() const { return counts_; }
  std::vector<std::uint32_t> counts32() const;  ///< Of one image: what record keeps.

 private:
  void tally(const std::uint8_t* truth, const std::uint8_t* prediction, std::size_t pixels);
  Result<void> collect(std::span<const std::uint8_t> truth, std::span<const std::uint8_t> prediction);

  int classes_;
  int ignore_;
  std::uint64_t ignored_ = 0;
  std::vector<std::uint64_t> counts_;
  std::vector<std::uint32_t> tallies_;  ///< Two histograms of byte pairs, 0.5 MB in all; zero between calls.
};

}  // namespace assay::metric

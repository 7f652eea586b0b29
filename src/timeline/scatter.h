// How far the readings of a series scatter, apart from what the load itself does: O(1) memory.
#pragma once

#include <array>
#include <cstdint>

namespace assay::timeline {

/// Estimates from equally spaced samples, pushed in order, what they have of two disturbances of an integral.
/// With d the differences of neighbours: white noise (of the instrument, or of a load that is faster than the
/// samples) makes neighbouring d's anticorrelated, -E[d d'] = its variance, to which level, ramp and isolated
/// step add nothing. Second differences tell steps the same way: -E[e e'] = step^2 a step + 4 noise
/// variances.
class Scatter {
 public:
  void push(double value);

  std::int64_t count() const { return levels_[0].count; }

  /// Variance of the noise from one sample to the next. 0 for fewer than three samples.
  double neighbour_variance() const;

  /// Variance that independent noise would need to have to disturb the sum of the samples as these are
  /// disturbed, an upper one-sigma bound. Noise whose neighbours cancel (a periodic load seen through an
  /// averaging meter) is less in sums over 2, 4, 8 ... samples: the smallest of these counts, as long as
  /// sums still scatter like noise and not like a load that changes slowly. 0 for fewer than three samples.
  double noise_variance() const;

  /// Sum of the squares of the differences of neighbours.
  double squared_differences() const { return levels_[0].squares; }

  /// Sum over the samples of the squares of isolated steps.
  double squared_steps() const;

 private:
  /// Of sums over 2^k samples.
  struct Level {
    std::int64_t count = 0;
    double previous = 0, difference = 0;
    double products = 0, squares = 0;  ///< Sums of -d d' and of d^2.
    std::int64_t terms() const { return count > 2 ? count - 2 : 0; }
  };
  static constexpr std::size_t kLevels = 40;  ///< 10^12 samples.

  std::array<Level, kLevels> levels_;
  double second_difference_ = 0, second_products_ = 0;
};

}  // namespace assay::timeline

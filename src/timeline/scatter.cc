#include "timeline/scatter.h"

#include <algorithm>
#include <cmath>

namespace assay::timeline {

void Scatter::push(double value) {
  for (std::size_t k = 0; k < kLevels; ++k) {
    Level& level = levels_[k];
    const double difference = value - level.previous;
    if (level.count >= 2) {
      level.products -= difference * level.difference;
      if (k == 0) {
        const double second = difference - level.difference;
        if (level.count >= 3) second_products_ -= second * second_difference_;
        second_difference_ = second;
      }
    }
    if (level.count >= 1) level.squares += difference * difference;
    const double pair = level.previous + value;
    level.previous = value;
    level.difference = difference;
    if (++level.count % 2 != 0) return;  // Half of the pair that the next level takes.
    value = pair;
  }
}

double Scatter::neighbour_variance() const {
  const Level& finest = levels_[0];
  if (finest.terms() == 0) return 0;
  return std::max(0.0, finest.products) / static_cast<double>(finest.terms());
}

double Scatter::noise_variance() const {
  constexpr std::int64_t kFewestTerms = 32;
  constexpr double kLikeNoise =
      0.4;  // -E[d d'] / E[d^2] is 0.5 for white noise, less where a trend is in it.
  double smallest = 0, samples = 1;
  for (std::size_t k = 0; k < kLevels; ++k, samples *= 2) {
    const Level& level = levels_[k];
    if (level.terms() < (k == 0 ? 1 : kFewestTerms)) break;
    if (k > 0 && level.products < kLikeNoise * level.squares) break;
    // The estimate of a white noise's variance has a relative standard deviation of sqrt(7 / terms).
    const auto terms = static_cast<double>(level.terms());
    const double bound = std::max(0.0, level.products) / terms / samples * (1 + std::sqrt(7 / terms));
    smallest = k == 0 ? bound : std::min(smallest, bound);
  }
  return smallest;
}

double Scatter::squared_steps() const {
  return std::max(0.0, second_products_ - 4 * std::max(0.0, levels_[0].products));
}

}  // namespace assay::timeline

// Randomness of a simulated instrument: the same everywhere for a seed.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

#include "base/splitmix64.h"

namespace assay::simulate {

class Noise {
 public:
  explicit Noise(std::uint64_t seed) : random_(seed) {}

  /// Normal with mean 0 and standard deviation 1 (Box and Muller).
  double normal() {
    // 53 bits each; the first is never 0.
    const double u = (static_cast<double>(random_.next() >> 11) + 1) * 0x1.0p-53;
    const double v = static_cast<double>(random_.next() >> 11) * 0x1.0p-53;
    return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
  }

  /// Uniform in 0..n-1, n >= 1.
  std::uint64_t below(std::uint64_t n) { return random_.below(n); }

 private:
  SplitMix64 random_;
};

}  // namespace assay::simulate

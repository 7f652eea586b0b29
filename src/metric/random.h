// Random draws that are the same everywhere for a seed: std::uniform_int_distribution is not specified, this
// is.
#pragma once

#include <cstdint>
#include <random>

namespace assay::metric {

/// std::mt19937_64, specified by the C++ standard, and an exactly uniform draw from it (Lemire 2019).
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// Uniform in 0..n-1, n >= 1.
  std::size_t below(std::size_t n) {
    const std::uint64_t reject_under = (0 - std::uint64_t{n}) % n;
    for (;;) {
      const Product product = static_cast<Product>(engine_()) * n;
      if (static_cast<std::uint64_t>(product) >= reject_under) return static_cast<std::size_t>(product >> 64);
    }
  }

 private:
  __extension__ using Product = unsigned __int128;
  std::mt19937_64 engine_;
};

}  // namespace assay::metric

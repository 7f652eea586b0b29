// SplitMix64: a generator that is written down, so that a seed means the same everywhere.
#pragma once

#include <cstdint>

namespace assay {

/// SplitMix64 (Steele, Lea, Flood 2014), and an unbiased draw below a bound.
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }

  /// Uniform in 0..n-1, n >= 1.
  std::uint64_t below(std::uint64_t n) {
    // 2^64 mod n values at the bottom would make small remainders likelier: they are drawn again.
    const std::uint64_t biased = (0 - n) % n;
    for (;;) {
      const std::uint64_t x = next();
      if (x >= biased) return x % n;
    }
  }

 private:
  std::uint64_t state_;
};

}  // namespace assay

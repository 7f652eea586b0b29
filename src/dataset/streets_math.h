// Integer mathematics of the street generator. No floating point: results must not depend on the compiler.
#pragma once

#include <algorithm>
#include <cstdint>

namespace assay::dataset::streets {

struct Rgb {
  int r = 0, g = 0, b = 0;
};

/// Mixes all bits of a word (the finaliser of SplitMix64).
constexpr std::uint64_t mix64(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

/// SplitMix64, written out because the standard distributions differ between libraries. Never draw twice in
/// one full expression unless braces or ?: fix the order: compilers evaluate function arguments in any order.
class Rng {
 public:
  explicit constexpr Rng(std::uint64_t seed) : state_(seed) {}
  constexpr std::uint64_t next() { return mix64(state_ += 0x9e3779b97f4a7c15ULL); }
  /// Uniform in [lo, hi], both ends included.
  constexpr int range(int lo, int hi) {
    if (hi <= lo) return lo;
    const auto span = static_cast<std::uint64_t>(hi - lo) + 1;
    return lo + static_cast<int>((next() >> 33) % span);
  }
  constexpr bool chance(int percent) { return range(0, 99) < percent; }

 private:
  std::uint64_t state_;
};

constexpr int clamp_int(int v, int lo, int hi) { return v < lo ? lo : (v > hi ? hi : v); }

/// Division rounding towards minus infinity, so that patterns do not mirror at zero.
constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  const std::int64_t q = a / b;
  return (a % b != 0 && ((a < 0) != (b < 0))) ? q - 1 : q;
}
constexpr int floor_mod(std::int64_t a, std::int64_t b) { return static_cast<int>(a - floor_div(a, b) * b); }

constexpr std::uint32_t hash2(std::int64_t x, std::int64_t y, std::uint32_t seed) {
  auto h = static_cast<std::uint32_t>(x) * 0x85ebca6bU ^ static_cast<std::uint32_t>(y) * 0xc2b2ae35U;
  h ^= seed * 0x27d4eb2fU;
  h = (h ^ (h >> 15)) * 0x2c1b3c6dU;
  h = (h ^ (h >> 12)) * 0x297a2d39U;
  return h ^ (h >> 15);
}

/// Smooth value noise in 0..255 with features of `cell` units.
constexpr int noise(std::int64_t x, std::int64_t y, int cell, std::uint32_t seed) {
  const std::int64_t ix = floor_div(x, cell), iy = floor_div(y, cell);
  int fx = static_cast<int>((x - ix * cell) * 256 / cell),
      fy = static_cast<int>((y - iy * cell) * 256 / cell);
  fx = fx * fx * (768 - 2 * fx) >> 16;
  fy = fy * fy * (768 - 2 * fy) >> 16;
  const auto at = [&](std::int64_t a, std::int64_t b) { return static_cast<int>(hash2(a, b, seed) & 255U); };
  const int top = at(ix, iy) * (256 - fx) + at(ix + 1, iy) * fx;
  const int bottom = at(ix, iy + 1) * (256 - fx) + at(ix + 1, iy + 1) * fx;
  return (top / 256 * (256 - fy) + bottom / 256 * fy) >> 8;
}

/// Sine in 1/4096; a full turn is 1024. Bhaskara's rational approximation is ample for drawing.
constexpr int isin(int angle) {
  const int a = floor_mod(angle, 1024);
  const int h = a & 511;
  const int p = h * (512 - h);
  const int s = static_cast<int>(std::int64_t{4096} * 16 * p / (5 * 262144 - 4 * p));
  return a < 512 ? s : -s;
}
constexpr int icos(int angle) { return isin(angle + 256); }

constexpr Rgb scale(Rgb c, int amount256) {
  return {c.r * amount256 / 256, c.g * amount256 / 256, c.b * amount256 / 256};
}
constexpr Rgb add(Rgb c, int d) { return {c.r + d, c.g + d, c.b + d}; }
constexpr Rgb blend(Rgb a, Rgb b, int amount256) {
  return {a.r + (b.r - a.r) * amount256 / 256, a.g + (b.g - a.g) * amount256 / 256,
          a.b + (b.b - a.b) * amount256 / 256};
}

}  // namespace assay::dataset::streets

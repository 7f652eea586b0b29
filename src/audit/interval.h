// Intervals of real numbers: what a printed number may have been before it was rounded, carried through
// products, quotients, sums and differences.
#pragma once

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>

namespace assay::audit {

struct Interval {
  double lo = 0, hi = 0;
  static Interval of(double value) { return {value, value}; }
  static Interval anything() {
    return {-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  }
};

inline Interval operator+(Interval a, Interval b) { return {a.lo + b.lo, a.hi + b.hi}; }
inline Interval operator-(Interval a, Interval b) { return {a.lo - b.hi, a.hi - b.lo}; }

inline Interval operator*(Interval a, Interval b) {
  const std::initializer_list<double> ends = {a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi};
  return {std::min(ends), std::max(ends)};
}

/// A divisor that may be 0 gives any number: nothing can be contradicted by it.
inline Interval operator/(Interval a, Interval b) {
  if (b.lo <= 0 && b.hi >= 0) return Interval::anything();
  return a * Interval{1 / b.hi, 1 / b.lo};
}

/// More than the arithmetic of doubles loses here, less than any table prints: 71.645 reached by two ways is
/// one number.
inline double slack(double a, double b) { return 1e-12 * std::max(std::abs(a), std::abs(b)); }

/// Whether a is certainly less than b.
inline bool below(Interval a, Interval b) { return a.hi < b.lo - slack(a.hi, b.lo); }

/// Whether some number is in both.
inline bool meet(Interval a, Interval b) { return !below(a, b) && !below(b, a); }

}  // namespace assay::audit

// Two tools that time the same thing, one short run of each in every pair: what is between them, and how sure
// that is. Pure.
#pragma once

#include <optional>
#include <span>

#include "base/status.h"
#include "record/figure.h"

namespace assay::metric {

/// One run of each tool, one right after the other. Latencies in ms (of whatever statistic, the same for
/// both).
struct WitnessPair {
  double ours_ms = 0, theirs_ms = 0;
  bool ours_first = false;
};

enum class WitnessVerdict {
  kAgrees,    ///< The whole interval lies within the tolerance.
  kDiffers,   ///< The whole interval lies on one side of zero, and reaches out of the tolerance.
  kUndecided  ///< Neither: more pairs.
};

struct WitnessComparison {
  record::Figure ours, theirs;  ///< Geometric means over the pairs, ms, so that their quotient is the ratio.
  record::Figure ratio;         ///< theirs / ours; Student t (95 %) over the pairs, of the logarithms.
  record::Figure difference;    ///< ratio - 1, %; the same interval.
  /// `difference`'s interval, made wider on both sides by half the unit of the last digit that the tools
  /// print, in %: rounding is no noise that more pairs take away.
  double widened_lo = 0, widened_hi = 0;
  double resolution_percent = 0;  ///< That half unit.
  WitnessVerdict verdict = WitnessVerdict::kUndecided;
  int pairs = 0;
  /// By how many % whoever ran second in a pair was slower than who ran first, and a change of both tools
  /// from the first half of the pairs to the second: a machine that heats up or gets busy. Absent where it
  /// cannot be told (all pairs in one order; fewer than four).
  std::optional<record::Figure> second_slower, later_slower;
};

/// Errors: kInvalidInput (fewer than three pairs, a latency that is not positive and finite, a negative
/// resolution, a tolerance that is not positive).
Result<WitnessComparison> compare_witness(std::span<const WitnessPair> pairs, double tolerance_percent,
                                          double resolution_ms);

}  // namespace assay::metric

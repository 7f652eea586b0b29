// Conditions on a comparison: what is to fail, and whether the measurement can tell. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "metric/comparison.h"

namespace assay::metric {

/// "p99 > +5%": the change of a figure from A to B that is not to be.
struct Condition {
  const record::MetricInfo* metric = nullptr;
  bool more = true;   ///< '>': the change is over the limit; '<': under it.
  double limit = 0;   ///< % of a ratio; of a difference in its own unit (points of a share).
  std::string words;  ///< As it was written.
};

/// FIGURE > +N% or FIGURE < -N% (a ratio), FIGURE < -N (a difference, in points or degrees). The figure by
/// its name in the catalogue or a short one (mean, p50, p99, fps, energy, ...). The limit has a sign, or is
/// 0. Errors: kInvalidInput: what was expected at the place where it went wrong; a figure that never has an
/// interval, on which nothing could ever be proved.
Result<Condition> parse_condition(std::string_view text);

/// Reads back as an equal condition.
std::string to_string(const Condition& condition);

enum class Holding {
  kHolds,      ///< The whole interval lies beyond the limit.
  kExcluded,   ///< No part of it does.
  kUndecided,  ///< It covers the limit.
  kNoAnswer    ///< The figure is absent, invalid, must not be compared, or has no interval.
};
std::string_view to_string(Holding holding);  ///< "holds", "excluded", "undecided", "no answer"

/// Whether it makes a gate fail: what could not be asked has not passed.
bool fails(Holding holding, bool undecided_fails);

struct Answer {
  Holding holding = Holding::kNoAnswer;
  std::string
      evidence;  ///< One sentence: the change with its interval against the limit, or why there is none.
};

/// `row`: of compare(), where the condition's figure was asked about.
Answer answer(const Condition& condition, const std::vector<FigureComparison>& row);

/// For a row of A that has no like in `side`: nobody knows what became of it.
Answer answer_unmatched(const Condition& condition, const std::string& side);

}  // namespace assay::metric

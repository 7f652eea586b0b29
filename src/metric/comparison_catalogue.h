// How each figure of the catalogue is compared: as a ratio or a difference, on what its interval rests, and
// with which others it makes one family.
#pragma once

#include <span>
#include <string_view>

#include "record/results.h"

namespace assay::metric {

/// Figures of one family tell of the same thing. The first of a family that both rows have, in the
/// catalogue's order below, is the family's decision.
enum class Family { kSpeed, kTail, kPipeline, kStart, kEnergy, kAccuracy, kOther };
std::string_view to_string(Family family);  ///< "speed", "tail", ...

enum class Basis {
  kProcesses,  ///< The processes' own values: a mean of them with a Student-t interval.
  kLoops,      ///< The same of end-to-end loops, which are counted apart from the timed processes.
  kPower,      ///< Power x time^exponent of each process, and the meter's uncertainty.
  kMetered,  ///< The processes' own values as the figure's interval tells them, and the meter's uncertainty.
  kFollows,  ///< Another figure to the power of `exponent`, times what is the same on both sides.
  kImages,   ///< The images that both were scored on.
  kNone      ///< One number a row (a maximum, a share): no mean of processes whose scatter tells how
             ///< sure it is.
};

struct CompareRule {
  record::Figure record::RowFigures::*member;
  Family family;
  Basis basis;
  int exponent = 1;
  record::Figure record::RowFigures::*parent = nullptr;  ///< Of kFollows.
  int better = 0;                                        ///< +1 more is better, -1 less is, 0 neither.
  bool points = false;  ///< Compared by difference, in its own unit; otherwise by ratio.
};

/// One for each figure of record::metrics(), decisions of families before what else is in them.
std::span<const CompareRule> compare_rules();

const CompareRule& rule_of(const record::MetricInfo& metric);
const record::MetricInfo& metric_of(const CompareRule& rule);

}  // namespace assay::metric

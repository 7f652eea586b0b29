// Two measured rows against each other: the ratio of every figure, and how sure that is. Pure.
//
// A comparison makes many statements, and all of them together are to be right with 95 %. What repeats the
// same statement (FPS, GOPS: functions of the mean latency) is derived from it and makes no statement of its
// own. Of the 5 % that may be missed, four fifths are shared evenly by the decisions (one figure of each
// family of each row, or the figures that were asked about beforehand), one fifth by all other figures that
// were measured on their own (Bonferroni: it holds however they depend on each other). So every interval is
// wider than one alone would be, and whichever of them is looked at, it may be believed.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metric/comparison_catalogue.h"
#include "record/results.h"
#include "record/run.h"

namespace assay::metric {

/// A positive quantity, formed in each of several processes.
struct Estimate {
  double value = 0;    ///< > 0
  double u = 0;        ///< Relative standard error of the mean over processes.
  double freedom = 0;  ///< Degrees of freedom of u: processes - 1.
};

/// From a figure that is a mean over `repeats` processes with its Student-t interval (95 %). Where the
/// interval holds more than that (a meter's uncertainty), the part of that which is in u is too small: it
/// has to be given to ratio() as lasting too. Absent: no value over 0, no interval, or fewer than two
/// repeats.
std::optional<Estimate> estimate(const record::Figure& figure, int repeats);

/// b / a with its interval: Welch's t on the logarithms, degrees of freedom by Welch and Satterthwaite.
/// `u_lasting`: relative standard uncertainty (k = 1) of the ratio that no repeat shows, of any number of
/// degrees of freedom (GUM G.4). Unit "1". Without lo and hi where the interval is wider than numbers go.
record::Figure ratio(const Estimate& a, const Estimate& b, double confidence, double u_lasting = 0);

/// Findings of this rule name figures (none: the whole row) that are known not to be what was measured. They
/// are not compared.
inline constexpr std::string_view kEditedRule = "edited";

/// Of how many a row's figures are formed, where that is not its `repeats`. Absent: not known, and then such
/// figures have no interval.
struct Counts {
  std::optional<int> loops;   ///< End-to-end loops that went through.
  std::optional<int> images;  ///< That accuracy was scored on.
};

/// A row of the baseline and its like.
struct ComparedRows {
  const record::Row* a = nullptr;
  const record::Row* b = nullptr;
  /// Where both are there and of the same images, accuracy is compared image by image.
  const record::AccuracyRun* accuracy_a = nullptr;
  const record::AccuracyRun* accuracy_b = nullptr;
  /// Known to be measured on one machine: a meter of the same name is then the same meter, whose gain error
  /// cancels. That two machines are called alike is not enough.
  bool one_machine = false;
  bool same_runs = false;  ///< One and the same measurement: nothing is compared.
  std::string side = "B";  ///< What `b` is called; `a` is A.
  Counts counts_a = {}, counts_b = {};
  std::string unproven = {};  ///< Why no condition may rest on these rows; empty: it may.
};

enum class Outcome {
  kLower,               ///< The whole interval is under 1 (a difference: under 0).
  kHigher,              ///< Over it.
  kNotDistinguishable,  ///< It covers 1.
  kNoInterval,          ///< Numbers on both sides, and nothing that says how sure their ratio is.
  kNotCompared          ///< Absent, invalid, or not comparable: `change.reasons` says which.
};
std::string_view to_string(Outcome outcome);  ///< "lower", ..., "not distinguishable", "not compared"

struct FigureComparison {
  const CompareRule* rule = nullptr;
  const record::MetricInfo* metric = nullptr;
  record::Figure a, b;    ///< As they were measured.
  record::Figure change;  ///< b / a, unit "1"; or b - a, unit "points" of a share, else the figure's own.
  Outcome outcome = Outcome::kNotCompared;
  bool decision = false;
  double confidence = 0;  ///< Of this interval alone; 0 without one.
  std::string note;       ///< What the interval rests on, where that is not told by its rule.
  std::string unproven;   ///< Why no condition may rest on it; empty: it may.
};

/// How the 5 % were shared.
struct Sharing {
  int decisions = 0, others = 0;
  double decision_confidence = 0, other_confidence = 0;  ///< Of one interval alone; 0: there is none.
};

struct Comparison {
  Sharing sharing;
  std::vector<std::vector<FigureComparison>> rows;  ///< As the pairs, each in the order of compare_rules().
};

inline constexpr double kJointConfidence = 0.95;

/// Fewer images than this tell no interval of an accuracy.
inline constexpr int kFewestImages = 8;

/// All pairs in one: the intervals hold together with kJointConfidence. `asked`: figures that were asked
/// about before anybody looked (conditions); they are the decisions then, and no others. Empty: one of each
/// family.
Comparison compare(std::span<const ComparedRows> pairs,
                   std::span<const record::MetricInfo* const> asked = {});

}  // namespace assay::metric

#include "metric/comparison.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "metric/power.h"
#include "metric/segmentation.h"
#include "metric/statistics.h"
#include "timeline/uncertain.h"

namespace assay::metric {
namespace {

using record::Figure;
using record::FigureStatus;
using record::PowerSource;
using record::Row;

constexpr double kDecisionsShare = 0.8;  ///< Of the joint 5 %.
constexpr double kManyDegrees = 1e7;     ///< Student's t is the normal distribution by then.
constexpr double kSameFactor = 1e-6;     ///< Relative: what rounding of a file's numbers may do.

/// Of the intervals that figures come with. Looked up: a comparison of many rows asks for the same few again
/// and again.
double student_t_95(int freedom) {
  static const auto kTable = [] {
    std::array<double, 32> table{};
    for (std::size_t i = 0; i < table.size(); ++i)
      table[i] = student_t_quantile(0.975, static_cast<double>(i + 1));
    return table;
  }();
  const auto place = static_cast<std::size_t>(freedom - 1);
  return place < kTable.size() ? kTable[place] : student_t_quantile(0.975, freedom);
}

/// What a comparison of one figure rests on, before it is known how sure it has to be.
struct Ground {
  std::optional<Estimate> a, b;  ///< Of a ratio.
  double u_lasting = 0;
  std::optional<Interval> points;  ///< Of a difference: at 95 %, by bootstrap over `images`.
  int images = 0;
  std::string note;
  bool measured() const { return (a && b) || points; }
};

std::string absence(const Figure& figure, const std::string& side) {
  const auto reasons = [&] {
    std::string text;
    for (const std::string& reason : figure.reasons) text += (text.empty() ? "" : ", ") + reason;
    return text.empty() ? text : " (" + text + ")";
  };
  if (figure.status == FigureStatus::kInvalid) return "invalid in " + side + reasons();
  if (!figure.value) return "unmeasured in " + side + reasons();
  return "";
}

/// Why a number that is there is known not to be what was measured; empty: it is not.
std::string falsehood(const Row& row, std::string_view figure, const std::string& side) {
  for (const record::Finding& finding : row.findings)
    if (finding.rule == kEditedRule &&
        (finding.figures.empty() || std::ranges::find(finding.figures, figure) != finding.figures.end()))
      return "not what was measured in " + side + ": " + finding.evidence;
  return "";
}

const std::string& digest(const Row& row, const char* name) {
  static const std::string kNone;
  const auto found = row.digests.find(name);
  return found == row.digests.end() ? kNone : found->second;
}

/// Why these two must not be ranked by this figure, whoever insists; empty: they may.
std::string refusal(const CompareRule& rule, const ComparedRows& pair) {
  const Row &a = *pair.a, &b = *pair.b;
  if (rule.family == Family::kAccuracy) {
    const bool same = digest(a, "dataset") == digest(b, "dataset");
    return same ? "" : "scored on other images: their digests differ";
  }
  if (rule.family == Family::kEnergy) {
    const PowerSource *of_a = primary_source(a), *of_b = primary_source(b);
    const std::string at_a = of_a ? of_a->boundary : "", at_b = of_b ? of_b->boundary : "";
    if (at_a.empty() || at_b.empty()) return "the results do not tell where the power was measured";
    if (at_a != at_b) return "power of different boundaries (" + at_a + ", " + at_b + ") is never ranked";
    if (of_a && of_b && of_a->simulated != of_b->simulated)
      return "simulated power is never ranked against a meter's";
  }
  if (rule.family != Family::kOther && a.simulated != b.simulated)
    return "the times of a simulated row are never ranked against a device's";
  return "";
}

/// Power x time^exponent in each process. Absent where the results do not tell every process.
std::optional<Estimate> power_estimate(const Row& row, const PowerSource& source, const Figure& figure,
                                       int exponent) {
  const auto& ms = row.diagnostics.process_mean_ms;
  if (source.windows.size() != ms.size() || ms.size() < 2 || !figure.value || !(*figure.value > 0))
    return std::nullopt;
  std::vector<double> values;
  for (std::size_t i = 0; i < ms.size(); ++i) {
    if (!source.windows[i].problem.empty()) return std::nullopt;
    values.push_back(source.windows[i].mean_w * std::pow(ms[i], exponent));
  }
  const double center = mean(values);
  if (!(center > 0)) return std::nullopt;
  double squares = 0;
  for (const double value : values) squares += (value - center) * (value - center);
  const auto n = static_cast<double>(values.size());
  return Estimate{*figure.value, std::sqrt(squares / (n - 1) / n) / center, n - 1};
}

/// What the meter leaves uncertain of the mean power of windows, whatever their number. All of `u_other_w`
/// counts: the results do not tell how much of it the repeats' scatter shows already.
struct Lasting {
  timeline::Uncertain power;
  int windows = 0;  ///< That have a value.
};

Lasting lasting(std::span<const record::PowerWindow> windows) {
  Lasting out;
  for (const record::PowerWindow& window : windows) out.windows += window.problem.empty();
  const auto n = static_cast<double>(out.windows);
  timeline::Uncertain& power = out.power;
  for (const record::PowerWindow& window : windows) {
    if (!window.problem.empty()) continue;
    power.value += window.mean_w / n;
    power.u_gain += window.u_gain_w / n;
    power.u_range += window.u_range_w / n;
    power.u_independent += window.u_other_w / n;
    power.accuracy_known = power.accuracy_known && window.accuracy_known;
  }
  return out;
}

/// The power that a figure is formed from. Absent: the results do not tell its windows.
std::optional<Lasting> lasting_of(const CompareRule& rule, const PowerSource& source) {
  using F = record::RowFigures;
  Lasting out = lasting(rule.member == &F::power_loaded_idle ? source.loaded_idle : source.windows);
  if (rule.member == &F::power_net || rule.member == &F::net_efficiency) {
    Lasting idle = lasting(source.idle);
    if (idle.windows == 0) return std::nullopt;
    if (source.idle_before_w && source.idle_after_w) {
      // The drift between them as a rectangle's.
      const double drift = std::abs(*source.idle_before_w - *source.idle_after_w);
      idle.power.u_independent = std::hypot(idle.power.u_independent, drift / 2 / std::sqrt(3.0));
    }
    // A process that draws no more than nothing has no efficiency: the figure is of fewer than are counted.
    for (const record::PowerWindow& window : source.windows)
      if (window.problem.empty() && window.mean_w <= idle.power.value) return std::nullopt;
    out.power = timeline::net_power(out.power, idle.power);
  }
  if (out.windows < 2 || !(out.power.value > 0)) return std::nullopt;
  return out;
}

constexpr const char* kNoAccuracy = "; a meter states no accuracy, and the interval does not contain it";

/// The figures' own intervals have the meter in them, where Student's t takes it for scatter that more
/// degrees of freedom make small. So it is added once more as what no repeat lessens: too wide by a little.
/// Nothing cancels.
Ground metered_ground(const CompareRule& rule, const ComparedRows& pair, const FigureComparison& compared) {
  const PowerSource *of_a = primary_source(*pair.a), *of_b = primary_source(*pair.b);
  Ground ground;
  const auto a = of_a ? lasting_of(rule, *of_a) : std::nullopt;
  const auto b = of_b ? lasting_of(rule, *of_b) : std::nullopt;
  if (!a || !b) {
    ground.note = "too few windows with power for an interval, or the results do not tell them";
    return ground;
  }
  ground.a = estimate(compared.a, a->windows);
  ground.b = estimate(compared.b, b->windows);
  ground.u_lasting = std::hypot(a->power.combined() / a->power.value, b->power.combined() / b->power.value);
  ground.note = "with the meter's uncertainty on both sides: nothing cancels";
  if (!a->power.accuracy_known || !b->power.accuracy_known) ground.note += kNoAccuracy;
  return ground;
}

Ground power_ground(const CompareRule& rule, const ComparedRows& pair, const FigureComparison& compared) {
  const PowerSource *of_a = primary_source(*pair.a), *of_b = primary_source(*pair.b);
  Ground ground;
  if (of_a && of_b) {
    ground.a = power_estimate(*pair.a, *of_a, compared.a, rule.exponent);
    ground.b = power_estimate(*pair.b, *of_b, compared.b, rule.exponent);
  }
  if (!ground.measured()) return metered_ground(rule, pair, compared);
  const bool one_meter =
      pair.one_machine && of_a->channel == of_b->channel && of_a->description == of_b->description;
  const timeline::Uncertain a = lasting(of_a->windows).power, b = lasting(of_b->windows).power;
  const timeline::Uncertain quotient = timeline::ratio_of_rows(one_meter ? b : timeline::of_another_meter(b),
                                                               one_meter ? a : timeline::of_another_meter(a));
  ground.u_lasting = quotient.combined() / quotient.value;
  ground.note = one_meter ? "one meter: its gain error cancels" : "two meters: nothing cancels";
  if (!quotient.accuracy_known) ground.note += kNoAccuracy;
  return ground;
}

/// Half the width of a 95 % interval, the longer side.
double half_width(const Figure& figure) {
  return std::max(*figure.hi - *figure.value, *figure.value - *figure.lo);
}

Ground enough_images(Ground ground) {
  if (ground.images >= kFewestImages) return ground;
  Ground none;
  none.note = "no interval of " + std::to_string(ground.images) + " images: it needs " +
              std::to_string(kFewestImages);
  return none;
}

Ground accuracy_ground(const ComparedRows& pair, const FigureComparison& compared) {
  const record::AccuracyRun *a = pair.accuracy_a, *b = pair.accuracy_b;
  Ground ground;
  const double difference = *compared.b.value - *compared.a.value;
  if (a && b && a->images == b->images && a->dataset_digest == b->dataset_digest &&
      a->classes == b->classes && a->confusion.size() == b->confusion.size()) {
    if (const auto drop = miou_drop_interval(a->confusion, b->confusion, a->classes, kBootstrapSeed)) {
      ground.points = Interval{std::min(-drop->hi, difference), std::max(-drop->lo, difference)};
      ground.note = "paired by image";
      ground.images = static_cast<int>(a->images.size());
      return enough_images(std::move(ground));
    }
  }
  if (!compared.a.lo || !compared.a.hi || !compared.b.lo || !compared.b.hi) return ground;
  const double half = std::hypot(half_width(compared.a), half_width(compared.b));
  if (!pair.counts_a.images || !pair.counts_b.images) {
    ground.note = "no interval: of how many images is not told";
    return ground;
  }
  ground.points = Interval{difference - half, difference + half};
  ground.note = "not paired by image: conservative";
  ground.images = std::min(*pair.counts_a.images, *pair.counts_b.images);
  return enough_images(std::move(ground));
}

Ground ground_of(const CompareRule& rule, const ComparedRows& pair, const FigureComparison& compared) {
  switch (rule.basis) {
    case Basis::kProcesses: {
      Ground ground;
      ground.a = estimate(compared.a, pair.a->repeats);
      ground.b = estimate(compared.b, pair.b->repeats);
      return ground;
    }
    case Basis::kLoops: {
      Ground ground;
      if (!pair.counts_a.loops || !pair.counts_b.loops) {
        ground.note = "no interval: of how many end-to-end loops is not told";
        return ground;
      }
      ground.a = estimate(compared.a, *pair.counts_a.loops);
      ground.b = estimate(compared.b, *pair.counts_b.loops);
      return ground;
    }
    case Basis::kMetered:
      return metered_ground(rule, pair, compared);
    case Basis::kPower:
      return power_ground(rule, pair, compared);
    case Basis::kImages:
      return accuracy_ground(pair, compared);
    case Basis::kFollows:
    case Basis::kNone:
      return {};
  }
  return {};
}

/// Both numbers and what stands between them, still without an interval.
FigureComparison start(const CompareRule& rule, const ComparedRows& pair) {
  FigureComparison out;
  out.rule = &rule;
  out.metric = &metric_of(rule);
  out.a = pair.a->figures.*rule.member;
  out.b = pair.b->figures.*rule.member;
  const std::string unit = !rule.points              ? "1"
                           : out.metric->unit == "%" ? "points"
                                                     : std::string(out.metric->unit);
  out.change = Figure::unmeasured(unit, "");
  out.change.reasons.clear();
  for (const auto& [figure, side] : {std::pair{&out.a, std::string("A")}, std::pair{&out.b, pair.side}})
    if (std::string why = absence(*figure, side); !why.empty()) out.change.reasons.push_back(std::move(why));
  if (!out.change.reasons.empty()) return out;
  for (const auto& [row, side] : {std::pair{pair.a, std::string("A")}, std::pair{pair.b, pair.side}})
    if (std::string why = falsehood(*row, out.metric->name, side); !why.empty())
      out.change.reasons.push_back(std::move(why));
  if (!out.change.reasons.empty()) return out;
  if (std::string why = refusal(rule, pair); !why.empty()) {
    out.change.reasons = {std::move(why)};
    return out;
  }
  if (pair.same_runs) {
    out.change.reasons = {"A and " + pair.side + " are the same runs"};
    return out;
  }
  if (!rule.points && (!(*out.a.value > 0) || !(*out.b.value > 0))) {
    out.change.reasons = {"a ratio needs values over 0"};
    return out;
  }
  out.change = Figure::of(rule.points ? *out.b.value - *out.a.value : *out.b.value / *out.a.value, unit);
  if (!std::isfinite(*out.change.value)) out.change = Figure::unmeasured(unit, "not a finite number");
  out.change.status = out.change.value ? std::max(out.a.status, out.b.status) : FigureStatus::kUnmeasured;
  return out;
}

void judge(FigureComparison& compared) {
  const Figure& change = compared.change;
  const double same = compared.rule->points ? 0 : 1;
  if (!change.value)
    compared.outcome = Outcome::kNotCompared;
  else if (!change.lo || !change.hi)
    compared.outcome = Outcome::kNoInterval;
  else if (*change.hi < same)
    compared.outcome = Outcome::kLower;
  else if (*change.lo > same)
    compared.outcome = Outcome::kHigher;
  else
    compared.outcome = Outcome::kNotDistinguishable;
}

void set_interval(FigureComparison& compared, const Ground& ground, double confidence) {
  Figure& change = compared.change;
  if (ground.points) {
    // The bootstrap's ends are of 95 %: further out by a factor, since so far out in the tails of a bootstrap
    // there is next to nothing. It takes the images' scatter for known, with n for n - 1: Student's t is not
    // so sure.
    const double n = ground.images;
    const double wider = std::sqrt(n / (n - 1)) * student_t_quantile(0.5 + confidence / 2, n - 1) /
                         student_t_quantile(0.975, kManyDegrees);
    change.lo = *change.value - wider * (*change.value - ground.points->lo);
    change.hi = *change.value + wider * (ground.points->hi - *change.value);
  } else {
    const Figure found = ratio(*ground.a, *ground.b, confidence, ground.u_lasting);
    change.lo = found.lo;
    change.hi = found.hi;
    change.reasons = found.reasons;
  }
  compared.confidence = change.lo ? confidence : 0;
  compared.note = ground.note;
}

/// The interval of a figure that is another one's, but for a factor that both rows share.
void follow(FigureComparison& compared, const FigureComparison& parent, const std::string& side_b) {
  Figure& change = compared.change;
  if (!change.value || !parent.change.value) return;
  const int exponent = compared.rule->exponent;
  const auto map = [&](double x) { return compared.rule->points ? exponent * x : std::pow(x, exponent); };
  const double expected = map(*parent.change.value);
  const double scale = compared.rule->points
                           ? std::max({1.0, std::abs(*compared.a.value), std::abs(*compared.b.value)})
                           : std::abs(expected);
  if (std::abs(*change.value - expected) > kSameFactor * scale) {
    compared.note = "formed with another factor in A than in " + side_b;
    for (const auto& [figure, side] :
         {std::pair{&compared.a, std::string("A")}, std::pair{&compared.b, side_b}})
      if (!figure->reasons.empty()) compared.note += "; " + side + ": " + figure->reasons.front();
    return;
  }
  compared.note = "follows from " + std::string(parent.metric->name);
  if (!parent.change.lo || !parent.change.hi) return;
  const double one = map(*parent.change.lo), other = map(*parent.change.hi);
  change.lo = std::min(one, other);
  change.hi = std::max(one, other);
  compared.confidence = parent.confidence;
}

/// What a figure's interval comes from: itself, or what it follows.
const CompareRule* root(const CompareRule& rule) {
  if (!rule.parent) return &rule;
  for (const CompareRule& other : compare_rules())
    if (other.member == rule.parent) return root(other);
  return &rule;
}

double alone(double share, int intervals) {
  return intervals == 0 ? 0 : 1 - (1 - kJointConfidence) * share / intervals;
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::kLower:
      return "lower";
    case Outcome::kHigher:
      return "higher";
    case Outcome::kNotDistinguishable:
      return "not distinguishable";
    case Outcome::kNoInterval:
      return "no interval";
    case Outcome::kNotCompared:
      return "not compared";
  }
  return "not compared";
}

std::optional<Estimate> estimate(const Figure& figure, int repeats) {
  if (!figure.value || !figure.lo || !figure.hi || repeats < 2 || !(*figure.value > 0)) return std::nullopt;
  const int freedom = repeats - 1;
  return Estimate{*figure.value, half_width(figure) / student_t_95(freedom) / *figure.value,
                  static_cast<double>(freedom)};
}

Figure ratio(const Estimate& a, const Estimate& b, double confidence, double u_lasting) {
  const double value = b.value / a.value;
  const double of_a = a.u * a.u, of_b = b.u * b.u, scatter = of_a + of_b;
  const double variance = scatter + u_lasting * u_lasting;
  double half = 0;
  if (variance > 0) {
    double freedom = kManyDegrees;
    if (scatter > 0) {
      // More repeats of a steady side tell nothing of the other one's scatter, of which few may show too
      // little by luck: no more degrees of freedom than of two sides with the fewer repeats.
      const double welch = scatter * scatter / (of_a * of_a / a.freedom + of_b * of_b / b.freedom);
      const double known = std::min(welch, 2 * std::min(a.freedom, b.freedom));
      freedom = std::min(kManyDegrees, known * (variance / scatter) * (variance / scatter));
    }
    half = student_t_quantile(0.5 + confidence / 2, freedom) * std::sqrt(variance);
  }
  const double lo = value * std::exp(-half), hi = value * std::exp(half);
  if (!std::isfinite(hi) || !(lo > 0)) {
    Figure out = Figure::of(value, "1");
    out.reasons = {"too few repeats for an interval of this confidence"};
    return out;
  }
  return Figure::of(value, "1", lo, hi);
}

Comparison compare(std::span<const ComparedRows> pairs, std::span<const record::MetricInfo* const> asked) {
  const auto rules = compare_rules();
  std::vector<const CompareRule*> decided;
  for (const record::MetricInfo* metric : asked) decided.push_back(root(rule_of(*metric)));
  Comparison out;
  std::vector<std::vector<Ground>> grounds;
  for (const ComparedRows& pair : pairs) {
    auto& row = out.rows.emplace_back();
    auto& ground = grounds.emplace_back();
    std::vector<Family> have;
    for (const CompareRule& rule : rules) {
      FigureComparison& compared = row.emplace_back(start(rule, pair));
      ground.push_back(compared.change.value ? ground_of(rule, pair, compared) : Ground{});
      if (!ground.back().measured()) continue;
      if (!asked.empty())
        compared.decision = std::ranges::find(decided, &rule) != decided.end();
      else if (std::ranges::find(have, rule.family) == have.end())
        compared.decision = true, have.push_back(rule.family);
      ++(compared.decision ? out.sharing.decisions : out.sharing.others);
    }
  }
  Sharing& sharing = out.sharing;
  sharing.decision_confidence = alone(sharing.others == 0 ? 1 : kDecisionsShare, sharing.decisions);
  sharing.other_confidence = alone(sharing.decisions == 0 ? 1 : 1 - kDecisionsShare, sharing.others);
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    auto& row = out.rows[p];
    for (std::size_t i = 0; i < row.size(); ++i)
      if (grounds[p][i].measured())
        set_interval(row[i], grounds[p][i],
                     row[i].decision ? sharing.decision_confidence : sharing.other_confidence);
      else
        row[i].note = grounds[p][i].note;
    for (FigureComparison& compared : row)
      if (compared.rule->basis == Basis::kFollows)
        for (const FigureComparison& parent : row)
          if (parent.rule->member == compared.rule->parent) follow(compared, parent, pairs[p].side);
    std::ranges::for_each(row, judge);
  }
  return out;
}

}  // namespace assay::metric

#include "metric/comparison_condition.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"

namespace assay::metric {
namespace {

using record::MetricInfo;

constexpr std::pair<std::string_view, std::string_view> kShortNames[] = {{"mean", "latency_mean"},
                                                                         {"p50", "latency_p50"},
                                                                         {"p90", "latency_p90"},
                                                                         {"p95", "latency_p95"},
                                                                         {"p99", "latency_p99"},
                                                                         {"p99.9", "latency_p999"},
                                                                         {"fps", "throughput"},
                                                                         {"fps/w", "efficiency"},
                                                                         {"end_to_end", "end_to_end_mean"},
                                                                         {"energy", "energy_per_inference"},
                                                                         {"gops/w", "gops_per_watt"},
                                                                         {"edp", "energy_delay_product"},
                                                                         {"drop", "miou_drop"},
                                                                         {"compile", "compile_time"},
                                                                         {"memory", "peak_memory"}};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

const MetricInfo* find_metric(std::string_view word) {
  std::string name = lower(word);
  for (const auto& [brief, full] : kShortNames)
    if (name == brief) name = full;
  for (const MetricInfo& metric : record::metrics())
    if (metric.name == name) return &metric;
  return nullptr;
}

/// Digits as a person writes them; the sign stands apart.
std::optional<double> parse_decimal(std::string_view digits) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed);
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  const bool plain = digits.find_first_not_of("0123456789.") == std::string_view::npos;
  return whole && plain && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::string number(double value) {
  char text[64];
  return std::string(text, std::to_chars(text, text + sizeof text, value, std::chars_format::fixed).ptr);
}

std::string signed_number(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%+.*g", digits, value);
  return text;
}

/// With as many digits as tell it from the limit.
std::string beside(double value, double limit) {
  constexpr int kDigits = 3, kMost = 17;
  std::string text;
  for (int digits = kDigits; digits <= kMost; ++digits) {
    text = signed_number(value, digits);
    const double read = std::strtod(text.c_str(), nullptr);
    if ((value < limit) == (read < limit) && (value > limit) == (read > limit)) break;
  }
  return text;
}

std::string_view unit_of(const CompareRule& rule, const MetricInfo& metric) {
  return !rule.points ? "%" : metric.unit == "%" ? "points" : metric.unit;
}

/// What a condition is about, in the unit of its limit.
double change_of(const CompareRule& rule, double change) { return rule.points ? change : 100 * (change - 1); }

}  // namespace

Result<Condition> parse_condition(std::string_view text) {
  const auto wrong = [&](const std::string& what) {
    return fail(Code::kInvalidInput, "condition '" + std::string(text.substr(0, 80)) + "': " + what +
                                         " (a condition is FIGURE > +N% or FIGURE < -N%, as 'p99 > +5%')");
  };
  const auto at = text.find_first_of("<>");
  if (at == std::string_view::npos) return wrong("expected > or < after the figure, found neither");
  const std::string_view word = trim(text.substr(0, at));
  if (word.empty()) return wrong("expected a figure before " + std::string(1, text[at]));
  Condition condition;
  condition.words = trim(text);
  condition.more = text[at] == '>';
  condition.metric = find_metric(word);
  if (!condition.metric) {
    std::vector<std::string_view> names;
    for (const auto& [brief, full] : kShortNames) names.push_back(brief);
    for (const MetricInfo& metric : record::metrics()) names.push_back(metric.name);
    const std::string nearest = nearest_word(lower(word), names);
    return wrong("no figure '" + std::string(word.substr(0, 40)) + "'" +
                 (nearest.empty() ? ": the figures' names stand in results.json"
                                  : ": did you mean '" + nearest + "'?"));
  }
  const CompareRule& rule = rule_of(*condition.metric);
  if (rule.basis == Basis::kNone)
    return wrong(
        std::string(condition.metric->name) +
        " is one number a row: nothing tells how sure its change is, so nothing could ever be proved "
        "of it; expected a figure that is formed in every process, or the mIoU");
  const std::string_view unit = unit_of(rule, *condition.metric);
  std::string_view limit = trim(text.substr(at + 1));
  const std::string example = rule.points ? "-0.5" : "+5%";
  if (limit.empty()) return wrong("expected a limit after " + std::string(1, text[at]) + ", as " + example);
  const bool negative = limit.front() == '-', has_sign = negative || limit.front() == '+';
  if (has_sign) limit = trim(limit.substr(1));
  const bool percent = limit.ends_with('%');
  if (percent) limit = trim(limit.substr(0, limit.size() - 1));
  const auto value = parse_decimal(limit);
  if (!value)
    return wrong("expected a number with its sign, as " + example + ", found '" +
                 std::string(trim(text.substr(at + 1)).substr(0, 40)) + "'");
  if (percent && rule.points)
    return wrong(std::string(condition.metric->name) + " is compared by its difference in " +
                 std::string(unit) + ": expected a limit as " + example + ", without %");
  if (!percent && !rule.points)
    return wrong(std::string(condition.metric->name) +
                 " is compared by its ratio: expected a limit in %, as " + example);
  if (!has_sign && *value != 0)
    return wrong("expected a sign before " + std::string(limit) + ": a limit is a change, as " + example);
  condition.limit = negative ? -*value : *value;
  if (!rule.points && condition.limit <= -100)
    return wrong("expected a limit over -100%: nothing falls by all of itself");
  return condition;
}

std::string to_string(const Condition& condition) {
  const CompareRule& rule = rule_of(*condition.metric);
  return std::string(condition.metric->name) + (condition.more ? " > " : " < ") +
         (condition.limit < 0 ? "-" : "+") + number(std::abs(condition.limit)) + (rule.points ? "" : "%");
}

std::string_view to_string(Holding holding) {
  switch (holding) {
    case Holding::kHolds:
      return "holds";
    case Holding::kExcluded:
      return "excluded";
    case Holding::kUndecided:
      return "undecided";
    case Holding::kNoAnswer:
      return "no answer";
  }
  return "no answer";
}

bool fails(Holding holding, bool undecided_fails) {
  switch (holding) {
    case Holding::kHolds:
    case Holding::kNoAnswer:
      return true;
    case Holding::kExcluded:
      return false;
    case Holding::kUndecided:
      return undecided_fails;
  }
  return true;
}

Answer answer_unmatched(const Condition& condition, const std::string& side) {
  return {Holding::kNoAnswer,
          std::string(condition.metric->name) + " is not compared: the row has no like in " + side};
}

Answer answer(const Condition& condition, const std::vector<FigureComparison>& row) {
  const auto found = std::ranges::find(row, condition.metric, &FigureComparison::metric);
  const std::string name(condition.metric->name);
  if (found == row.end() || !found->change.value) {
    std::string why;
    if (found != row.end())
      for (const std::string& reason : found->change.reasons) why += (why.empty() ? "" : "; ") + reason;
    return {Holding::kNoAnswer, name + " is not compared: " + (why.empty() ? "it was not measured" : why)};
  }
  if (!found->unproven.empty()) return {Holding::kNoAnswer, name + ": " + found->unproven};
  const CompareRule& rule = *found->rule;
  const std::string unit = " " + std::string(unit_of(rule, *condition.metric));
  const auto words = [&](double change) { return signed_number(change_of(rule, change), 3); };
  std::string evidence = name + " " + words(*found->change.value) + unit;
  if (!found->change.lo || !found->change.hi)
    return {Holding::kNoAnswer, evidence + ": nothing tells how sure that is" +
                                    (found->note.empty() ? "" : " (" + found->note + ")")};
  const double lo = change_of(rule, *found->change.lo), hi = change_of(rule, *found->change.hi);
  evidence += ", between " + beside(lo, condition.limit) + " and " + beside(hi, condition.limit);
  const bool all_beyond = condition.more ? lo > condition.limit : hi < condition.limit;
  const bool any_beyond = condition.more ? hi > condition.limit : lo < condition.limit;
  return {all_beyond ? Holding::kHolds : any_beyond ? Holding::kUndecided : Holding::kExcluded, evidence};
}

}  // namespace assay::metric

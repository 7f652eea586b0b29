#include "report/comparison_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "base/text.h"
#include "report/comparison_html.h"
#include "report/number_text.h"
#include "report/page_template.h"

namespace assay::report {
namespace {

using metric::FigureComparison;
using metric::Outcome;
using record::Figure;
using record::FigureStatus;

constexpr std::string_view kMain[] = {"latency_mean",         "throughput",   "latency_p99",
                                      "end_to_end_mean",      "compile_time", "power",
                                      "energy_per_inference", "efficiency",   "miou"};

constexpr std::pair<std::string_view, std::string_view> kTitles[] = {{"latency_mean", "mean"},
                                                                     {"latency_p50", "p50"},
                                                                     {"latency_p90", "p90"},
                                                                     {"latency_p95", "p95"},
                                                                     {"latency_p99", "p99"},
                                                                     {"latency_p999", "p99.9"},
                                                                     {"end_to_end_mean", "end to end"},
                                                                     {"energy_per_inference", "energy"},
                                                                     {"energy_delay_product", "EDP"},
                                                                     {"gops", "GOPS"},
                                                                     {"gops_per_watt", "GOPS/W"},
                                                                     {"miou", "mIoU"},
                                                                     {"miou_fp32", "mIoU FP32"},
                                                                     {"miou_drop", "drop"}};

std::string title_of(const record::MetricInfo& metric) {
  for (const auto& [name, title] : kTitles)
    if (metric.name == name) return std::string(title);
  std::string words(metric.name);
  std::ranges::replace(words, '_', ' ');
  return words;
}

std::string percent(double confidence) {
  // 99.92 % and not 100 %: as many digits as tell it from certainty.
  const double miss = 100 * (1 - confidence);
  const int decimals = std::clamp(1 - static_cast<int>(std::floor(std::log10(miss))), 0, 8);
  char text[32];
  std::snprintf(text, sizeof text, "%.*f %%", decimals, 100 * confidence);
  return text;
}

std::string fixed(double value, int decimals) {
  char text[400];  // The largest double has 309 digits before the point.
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

/// Digits that the uncertainty supports, for a value and its ends alike; and more where an end would
/// otherwise be rounded to `same`, and contradict the verdict.
std::string with_ends(double value, double lo, double hi, double same) {
  const double width = std::max(value - lo, hi - value);
  int decimals = width > 0 ? 1 - static_cast<int>(std::floor(std::log10(width))) : 3;
  decimals = std::clamp(decimals, 0, 6);
  constexpr int kMost = 20;
  const auto blurred = [&](double end) {
    return end != same && std::strtod(fixed(end, decimals).c_str(), nullptr) == same;
  };
  while (decimals < kMost && (blurred(lo) || blurred(hi))) ++decimals;
  return fixed(value, decimals) + " [" + fixed(lo, decimals) + ", " + fixed(hi, decimals) + "]";
}

/// The rules that warn of a figure. Ids have no spaces; how a figure was made ("of 509 GOPS fp32, measured")
/// does.
void add_reasons(const Figure& figure, std::vector<std::string>& into) {
  if (figure.status != FigureStatus::kWarn) return;
  for (const std::string& reason : figure.reasons)
    if (reason.find(' ') == std::string::npos && std::ranges::find(into, reason) == into.end())
      into.push_back(reason);
}

/// A row of A against row `b` of a side.
std::string rows_title(const ComparisonReport& report, std::size_t side, std::size_t a, std::size_t b) {
  const std::string& in_a = report.sides[0].results.rows[a].key.id;
  const std::string& in_b = report.sides[side].results.rows[b].key.id;
  std::string title = in_a == in_b ? in_a : in_a + " against " + in_b;
  if (report.sides.size() > 2) title += ", A against " + side_letter(side);
  return one_line(title);
}

std::string listed(const char* head, const std::vector<metric::Difference>& differences,
                   const std::string& side, bool refusing) {
  std::string text;
  for (const metric::Difference& difference : differences)
    if (difference.refuses == refusing)
      text += (text.empty() ? head : "; ") + difference_text(difference, side);
  return text;
}

}  // namespace

std::string side_line(const ComparisonReport& report, std::size_t side) {
  const ComparedSide& s = report.sides[side];
  std::vector<std::string> words{s.results.name};
  if (s.results.started_utc.size() >= 16)
    words.push_back(s.results.started_utc.substr(0, 10) + " " + s.results.started_utc.substr(11, 5) + " UTC");
  if (!s.results.complete) words.push_back("INCOMPLETE");
  return one_line(side_letter(side) + (side == 0 ? " (baseline): " : ": ") + s.name + ": " +
                  joined(words, ", "));
}

std::vector<std::string> side_notes(const ComparisonReport& report, std::size_t side) {
  std::vector<std::string> lines;
  if (!report.sides[side].intact)
    for (const std::string& note : report.sides[side].notes)
      lines.push_back(one_line(side_letter(side) + ": " + note));
  return lines;
}

std::string figure_title(const record::MetricInfo& metric) {
  const std::string title = title_of(metric), unit(metric.unit);
  return unit.empty() || unit == title ? title : title + " (" + unit + ")";
}

std::string change_text(const FigureComparison& compared) {
  const Figure& change = compared.change;
  if (!change.value) return "";
  if (!change.lo || !change.hi) return significant(*change.value);
  return with_ends(*change.value, *change.lo, *change.hi, compared.rule->points ? 0 : 1);
}

Judgement judgement(const FigureComparison& compared, const std::string& side) {
  switch (compared.outcome) {
    case Outcome::kLower:
    case Outcome::kHigher: {
      const int direction = compared.outcome == Outcome::kHigher ? 1 : -1;
      if (compared.rule->better == 0) return {std::string(to_string(compared.outcome)), Ink::kBold};
      return direction == compared.rule->better ? Judgement{"better", Ink::kGreen}
                                                : Judgement{"worse", Ink::kRed};
    }
    case Outcome::kNotDistinguishable:
      return {"not distinguishable", Ink::kDim};
    case Outcome::kNoInterval:
      return {"no interval", Ink::kDim};
    case Outcome::kNotCompared:
      break;
  }
  const bool invalid_a = compared.a.status == FigureStatus::kInvalid;
  const bool invalid_b = compared.b.status == FigureStatus::kInvalid;
  if (invalid_a || invalid_b)
    return {invalid_a && invalid_b ? "invalid"
            : invalid_a            ? "invalid in A"
                                   : "invalid in " + side,
            Ink::kRed};
  if (!compared.a.value || !compared.b.value)
    return {!compared.a.value && !compared.b.value ? "unmeasured"
            : !compared.a.value                    ? "unmeasured in A"
                                                   : "unmeasured in " + side,
            Ink::kDim};
  return {"not comparable", Ink::kYellow};
}

bool is_main(const FigureComparison& compared, const ComparisonReport& report) {
  return std::ranges::find(kMain, compared.metric->name) != std::end(kMain) || compared.decision ||
         std::ranges::any_of(report.conditions, [&](const Condition& condition) {
           return condition.condition.metric == compared.metric;
         });
}

bool is_shown(const FigureComparison& compared) {
  const auto tells = [](const Figure& figure) {
    return figure.value || figure.status == FigureStatus::kInvalid;
  };
  return tells(compared.a) || tells(compared.b);
}

std::string unmeasured_line(const std::vector<FigureComparison>& row, const ComparisonReport& report,
                            bool all) {
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;
  for (const FigureComparison& compared : row) {
    if (is_shown(compared) || (!all && !is_main(compared, report))) continue;
    const std::string reason = compared.a.reasons.empty() ? "" : one_line(compared.a.reasons.front());
    auto group = std::ranges::find(groups, reason, [](const auto& entry) { return entry.first; });
    if (group == groups.end()) group = groups.insert(groups.end(), {reason, {}});
    group->second.push_back(title_of(*compared.metric));
  }
  std::string text;
  for (const auto& [reason, titles] : groups)
    text += (text.empty() ? "Unmeasured in both: " : "; ") + joined(titles, ", ") +
            (reason.empty() ? "" : " (" + reason + ")");
  return text;
}

std::vector<std::string> method_lines(const ComparisonReport& report) {
  const metric::Sharing& s = report.comparison.sharing;
  if (s.decisions + s.others == 0) return {};
  std::string shared = "All intervals hold together with 95 %";
  const auto each = [](int count, const std::string& one, const std::string& many) {
    return count == 1 ? "the one " + one : "each of " + std::to_string(count) + " " + many;
  };
  if (s.decisions > 0)
    shared += ": " + each(s.decisions, "decision", "decisions") + " (*) alone with " +
              percent(s.decision_confidence);
  if (s.others > 0)
    shared += (s.decisions > 0 ? ", " : ": ") + each(s.others, "other", "others") + " with " +
              percent(s.other_confidence);
  return {
      "Changes are ratios to A (1: the same) with their intervals from the repeats; of shares, differences "
      "in points.",
      shared + ". What follows from another figure has that one's interval."};
}

std::string pair_title(const ComparisonReport& report, const Against& against, std::size_t pair) {
  const metric::RowPair& rows = against.matching.pairs[pair];
  return rows_title(report, against.side, rows.a, rows.b);
}

std::string difference_text(const metric::Difference& difference, const std::string& side) {
  const auto told = [](const std::string& text) { return text.empty() ? "not told" : text; };
  return one_line(difference.what + ": " + told(difference.a) + " in A, " + told(difference.b) + " in " +
                  side);
}

std::string differences_line(const std::vector<metric::Difference>& differences, const std::string& side) {
  return listed("Differs: ", differences, side, false);
}

std::string forced_line(const std::vector<metric::Difference>& differences, const std::string& side) {
  return listed("FORCED past ", differences, side, true);
}

std::string warnings_line(const std::vector<FigureComparison>& row, const std::string& side) {
  std::vector<std::string> a, b;
  for (const FigureComparison& compared : row)
    if (compared.change.value) add_reasons(compared.a, a), add_reasons(compared.b, b);
  std::string text;
  if (!a.empty()) text += "A: " + joined(a, ", ");
  if (!b.empty()) text += (text.empty() ? "" : "; ") + side + ": " + joined(b, ", ");
  return text.empty() ? "" : one_line("Warned of: " + text);
}

std::string same_runs_line(const std::string& side) {
  return "A and " + side +
         " are the same runs: their digests and the mean of every process are equal. There is nothing to "
         "compare.";
}

std::vector<std::string> unmatched_lines(const ComparisonReport& report, const Against& against) {
  std::vector<std::string> lines;
  const auto tell = [&](std::size_t side, const std::vector<std::size_t>& rows, std::size_t other) {
    if (rows.empty()) return;
    std::vector<std::string> ids;
    for (const std::size_t row : rows) ids.push_back(report.sides[side].results.rows[row].key.id);
    lines.push_back(one_line("Only in " + side_letter(side) + ", without their like in " +
                             side_letter(other) + ": " + joined(ids, ", ")));
  };
  tell(0, against.matching.only_a, against.side);
  tell(against.side, against.matching.only_b, 0);
  return lines;
}

std::vector<Text> condition_lines(const ComparisonReport& report) {
  std::vector<Text> lines;
  for (const Condition& condition : report.conditions)
    for (const ConditionAnswer& told : condition.answers) {
      const Ink ink = told.fails                                           ? Ink::kRed
                      : told.answer.holding == metric::Holding::kUndecided ? Ink::kYellow
                                                                           : Ink::kGreen;
      const std::string rows = told.b ? rows_title(report, told.side, told.a, *told.b)
                                      : report.sides[0].results.rows[told.a].key.id;
      lines.push_back({one_line(std::string(told.fails ? "FAIL" : "pass") + " '" + condition.condition.words +
                                "' " + std::string(to_string(told.answer.holding)) + ": " +
                                told.answer.evidence + " (" + rows + ")"),
                       ink});
    }
  return lines;
}

Result<ComparisonFormat> parse_comparison_format(std::string_view text) {
  if (text == "table") return ComparisonFormat::kTable;
  if (text == "md" || text == "markdown") return ComparisonFormat::kMarkdown;
  if (text == "json") return ComparisonFormat::kJson;
  if (text == "html") return ComparisonFormat::kHtml;
  static constexpr std::string_view kNames[] = {"table", "md", "json", "html"};
  const std::string nearest = nearest_word(text, kNames);
  return fail(Code::kInvalidInput, "expected the format " + join_or(kNames) + ", found '" +
                                       std::string(text) + "'" +
                                       (nearest.empty() ? "" : ": did you mean '" + nearest + "'?"));
}

Result<std::string> render_comparison(const ComparisonReport& report, ComparisonFormat format,
                                      const Style& style, bool all) {
  switch (format) {
    case ComparisonFormat::kTable:
      return render_comparison_table(report, style, all);
    case ComparisonFormat::kMarkdown:
      return render_comparison_markdown(report);
    case ComparisonFormat::kJson:
      return render_comparison_json(report);
    case ComparisonFormat::kHtml:
      return render_comparison_html(report, page_template());
  }
  return fail(Code::kInternal, "unknown comparison format");
}

}  // namespace assay::report

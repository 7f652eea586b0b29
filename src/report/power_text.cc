#include "report/power_text.h"

#include <algorithm>
#include <set>
#include <vector>

#include "report/number_text.h"

namespace assay::report {

using record::FigureStatus;
using record::PowerSource;
using record::PowerWindow;
using record::Row;
using record::Severity;

namespace {

constexpr int kDigits = 3;  // Of what stands without an interval.

constexpr std::size_t kPowerColumn = 2;
static_assert(kPowerColumn < kColumns);

/// "98-101", or "101" where all are the same.
std::string span_of(const std::vector<double>& values) {
  if (values.empty()) return "";
  const auto [least, most] = std::ranges::minmax(values);
  const std::string low = significant(least, kDigits), high = significant(most, kDigits);
  return low == high ? low : low + "-" + high;
}

/// A number of each window that has a value.
template <typename T>
std::vector<T> of_windows(const PowerSource& source, T PowerWindow::*number) {
  std::vector<T> values;
  for (const PowerWindow& window : source.windows)
    if (window.problem.empty()) values.push_back(window.*number);
  return values;
}

std::string samples_text(const PowerSource& source) {
  const auto counts = of_windows(source, &PowerWindow::samples);
  if (counts.empty()) return "";
  const auto [least, most] = std::ranges::minmax(counts);
  return std::to_string(least) + (least == most ? "" : "-" + std::to_string(most));
}

std::string interval_text(const PowerSource& source) {
  const auto intervals = of_windows(source, &PowerWindow::interval_ms);
  return intervals.empty() ? "" : "every " + span_of(intervals) + " ms";
}

/// "62 % covered", of the worst window; "" where that is all of it.
std::string coverage_text(const PowerSource& source) {
  const auto coverage = of_windows(source, &PowerWindow::coverage);
  constexpr double kWhole = 0.995;
  if (coverage.empty() || std::ranges::min(coverage) >= kWhole) return "";
  return significant(100 * std::ranges::min(coverage), 2) + " % covered";
}

/// A row of which nothing is to be believed has no power to be believed either, whoever measured it.
bool row_is_invalid(const Row& row) {
  return std::ranges::any_of(row.findings, [](const record::Finding& finding) {
    return finding.severity == Severity::kInvalid && finding.figures.empty();
  });
}

Cell idle_cell(const Row& row, const PowerSource& source) {
  const auto one = [](const std::optional<double>& watts) {
    return watts ? significant(*watts, kDigits) : std::string("-");
  };
  if (!source.idle_before_w && !source.idle_after_w) return {};
  return {one(source.idle_before_w) + " / " + one(source.idle_after_w),
          "",
          row_is_invalid(row) ? FigureStatus::kInvalid : source.idle_status,
          true,
          {}};
}

Cell mean_cell(const Row& row, const PowerSource& source, const SummaryRow& shown) {
  if (source.primary) {
    Cell cell = shown.cells[kPowerColumn];
    cell.boundary.clear();  // It has a column of its own in the list.
    return cell;
  }
  record::Figure mean = source.mean;
  if (mean.value && row_is_invalid(row)) mean.status = FigureStatus::kInvalid;
  return figure_cell(mean, {}, false);
}

PowerLine line_of(const Row& row, const PowerSource& source, const SummaryRow& shown) {
  PowerLine line;
  line.source = one_line(source.channel);
  line.description = one_line(source.description);
  line.boundary = boundary_words(source.boundary);
  line.mean = mean_cell(row, source, shown);
  line.idle = idle_cell(row, source);
  line.samples = samples_text(source);
  line.interval = interval_text(source);
  if (source.primary) line.tags.emplace_back("primary");
  if (source.simulated) line.tags.emplace_back("simulated");
  if (std::string coverage = coverage_text(source); !coverage.empty())
    line.tags.push_back(std::move(coverage));
  return line;
}

std::string name_of(const Summary& summary, std::size_t row) {
  const bool one_platform = std::ranges::all_of(
      summary.rows, [&](const SummaryRow& other) { return other.platform == summary.rows.front().platform; });
  const SummaryRow& shown = summary.rows[row];
  return (one_platform ? "" : shown.platform + ", ") + shown.configuration;
}

/// Why there is nothing in a column where others have something. A meter that fell silent took all of its
/// channels along, and rows without a source lack it for the same reason: they are told together.
std::vector<std::string> missing(const record::Results& results, const Summary& summary) {
  using Names = std::vector<std::string>;
  std::vector<std::pair<std::string, Names>> without;  // Reason -> rows.
  std::vector<std::string> lines;
  const auto names_of = [](std::vector<std::pair<std::string, Names>>& all,
                           const std::string& reason) -> Names& {
    const auto found = std::ranges::find(all, reason, &std::pair<std::string, Names>::first);
    return found != all.end() ? found->second : all.emplace_back(reason, Names()).second;
  };
  for (std::size_t i = 0; i < results.rows.size(); ++i) {
    const Row& row = results.rows[i];
    const std::string name = name_of(summary, i);
    if (row.power_sources.empty() && !row.figures.power.value)
      names_of(without, joined(row.figures.power.reasons, ", ")).push_back(name);
    std::vector<std::pair<std::string, Names>> by_problem;  // Of this row: problem -> channels.
    for (const PowerSource& source : row.power_sources)
      for (const PowerWindow& window : source.windows)
        if (!window.problem.empty())
          names_of(by_problem, "repeat " + std::to_string(window.repeat) + ": " + window.problem)
              .push_back(source.channel);
    for (const auto& [problem, channels] : by_problem)
      lines.push_back("No power of " + name + " by " + joined(channels, ", ") + ", " + problem);
  }
  for (const auto& [reason, names] : without)
    lines.push_back("No power of " + names_text(names, results.rows.size()) + ": " + reason);
  return lines;
}

}  // namespace

std::optional<bool> power_simulated(const Row& row) {
  if (row.power_sources.empty()) return std::nullopt;
  return std::ranges::any_of(row.power_sources, &PowerSource::simulated);
}

std::string boundary_words(std::string_view boundary) {
  if (boundary == to_string(record::Boundary::kDcInput)) return "DC input";
  if (boundary == to_string(record::Boundary::kAcInput)) return "AC input";
  return boundary.empty() ? "unknown" : one_line(boundary);
}

std::string boundary_mark(const Row& row) {
  const PowerSource* source = primary_source(row);
  const std::string words = boundary_words(source ? source->boundary : "");
  return words == "DC input" ? "" : "(" + words + ")";
}

void add_power(const record::Results& results, Summary& summary) {
  std::set<std::string> told, untold;
  for (std::size_t i = 0; i < results.rows.size(); ++i) {
    const Row& row = results.rows[i];
    std::vector<const PowerSource*> sources;
    for (const PowerSource& source : row.power_sources) sources.push_back(&source);
    std::ranges::stable_partition(sources, &PowerSource::primary);
    for (const PowerSource* source : sources) {
      PowerLine& line = summary.power.emplace_back(line_of(row, *source, summary.rows[i]));
      line.row = i;
      line.name = name_of(summary, i);
      for (const PowerWindow& window : source->windows)
        if (window.problem.empty()) (window.accuracy_known ? told : untold).insert(source->channel);
    }
  }
  if (summary.power.empty()) return;
  std::vector<std::string>& remarks = summary.power_remarks;
  remarks.emplace_back(
      "±: the scatter over repeats (Student t, 95 %) and U (k=2) of the source, in quadrature. "
      "Idle: before / after the runs.");
  if (!untold.empty())
    remarks.push_back(
        "± does not hold the accuracy of " +
        (told.empty() ? "any source: none states it" : joined(untold, ", ") + ", which is not stated"));
  std::ranges::move(missing(results, summary), std::back_inserter(remarks));
  for (std::string& remark : remarks) remark = one_line(remark);
}

}  // namespace assay::report

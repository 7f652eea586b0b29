#include <algorithm>
#include <cmath>

#include "report/formats.h"
#include "report/markdown_text.h"
#include "report/number_text.h"
#include "report/power_text.h"
#include "report/summary.h"
#include "report/target_text.h"

namespace assay::report {
namespace {

std::string marks(const std::vector<int>& notes) {
  const std::string text = note_marks(notes);
  return text.empty() ? "" : " <sup>" + text + "</sup>";
}

std::string cell_text(const Cell& cell) {
  const bool struck = cell.has_value && cell.status == record::FigureStatus::kInvalid;
  return (struck ? "~~" + cell.text + "~~ invalid" : cell.text) + (cell.boundary.empty() ? "" : " ") +
         escaped(cell.boundary) + marks(cell.notes);
}

using Lines = std::vector<std::vector<std::string>>;

/// What follows from the primary source, and how hot it was meanwhile.
struct PowerFigure {
  std::string_view title;
  record::Figure record::RowFigures::*member;
};
constexpr PowerFigure kPowerFigures[] = {
    {"Power", &record::RowFigures::power},
    {"Idle", &record::RowFigures::power_idle},
    {"Loaded idle", &record::RowFigures::power_loaded_idle},
    {"Net", &record::RowFigures::power_net},
    {"Peak", &record::RowFigures::power_peak},
    {"Energy/inference", &record::RowFigures::energy_per_inference},
    {"Window energy/inference", &record::RowFigures::window_energy_per_inference},
    {"Efficiency", &record::RowFigures::efficiency},
    {"Net efficiency", &record::RowFigures::net_efficiency},
    {"GOPS/W", &record::RowFigures::gops_per_watt},
    {"EDP", &record::RowFigures::energy_delay_product},
    {"Hottest", &record::RowFigures::temperature}};

std::string unit_of(const PowerFigure& figure) {
  for (const record::MetricInfo& metric : record::metrics())
    if (metric.member == figure.member) return std::string(metric.unit);
  return "";
}

std::string power_name(const Summary& summary, const record::Results& results, std::size_t row) {
  std::string name;
  for (const PowerLine& line : summary.power)
    if (line.row == row) name = line.name;
  if (name.empty()) name = summary.rows[row].configuration;
  const record::Row& measured = results.rows[row];
  const std::string boundary = measured.power_sources.empty() ? "" : boundary_mark(measured);
  return escaped(name) + (boundary.empty() ? "" : " ") + escaped(boundary) +
         (power_simulated(measured).value_or(false) ? " **simulated power**" : "");
}

/// Why no row has a figure: rows without any power say so elsewhere.
std::string absence(const record::Results& results, const PowerFigure& column) {
  std::vector<std::string> reasons;
  for (const record::Row& row : results.rows) {
    const auto& why = (row.figures.*column.member).reasons;
    if (row.power_sources.empty() || why.empty()) continue;
    // The first says why there is no value, the others what would be thought of it.
    std::string reason = one_line(why.front());
    if (std::ranges::find(reasons, reason) == reasons.end()) reasons.push_back(std::move(reason));
  }
  std::string text;
  for (const std::string& reason : reasons) text += (text.empty() ? "" : ", ") + reason;
  return text;
}

/// Figures that some row has, one column each; of the others, why they are absent.
std::string power_figures(const record::Results& results, const Summary& summary) {
  Lines lines{{"Backend/precision"}};
  for (std::size_t i = 0; i < results.rows.size(); ++i) lines.push_back({power_name(summary, results, i)});
  std::string absent;
  for (const PowerFigure& column : kPowerFigures) {
    const bool any = std::ranges::any_of(
        results.rows, [&](const record::Row& row) { return (row.figures.*column.member).value.has_value(); });
    if (!any) {
      absent += std::string(column.title) + ": unmeasured (" + escaped(absence(results, column)) + ")  \n";
      continue;
    }
    const std::string unit = unit_of(column);
    lines[0].push_back(std::string(column.title) + (unit == column.title ? "" : " (" + unit + ")"));
    for (std::size_t i = 0; i < results.rows.size(); ++i)
      lines[i + 1].push_back(cell_text(figure_cell(results.rows[i].figures.*column.member, {}, false)));
  }
  return markdown_table(lines, 1) + (absent.empty() ? "" : "\n" + absent);
}

std::string power_sources(const Summary& summary) {
  Lines lines{{"Backend/precision", "Source", "Instrument", "Boundary", "Role", "Mean (W)",
               "Idle before / after (W)", "Samples", "Interval"}};
  for (const PowerLine& line : summary.power) {
    std::string tags;
    for (const std::string& tag : line.tags) tags += (tags.empty() ? "" : ", ") + ("**" + tag + "**");
    lines.push_back({escaped(line.name), escaped(line.source), escaped(line.description),
                     escaped(line.boundary), tags, cell_text(line.mean), cell_text(line.idle), line.samples,
                     line.interval});
  }
  return markdown_table(lines, 5);
}

/// The timed windows of the primary sources, with what U is made of.
std::string power_windows(const record::Results& results, const Summary& summary) {
  Lines lines{{"Backend/precision", "Repeat", "Window (s)", "Samples", "Covered (%)", "Longest gap (ms)",
               "Mean (W)", "U (W)", "of which accuracy (W)", "Peak (W)", "Energy (J)"}};
  for (std::size_t i = 0; i < results.rows.size(); ++i) {
    const record::PowerSource* source = primary_source(results.rows[i]);
    if (!source) continue;
    const std::string name = power_name(summary, results, i);
    const bool invalid = results.rows[i].figures.power.status == record::FigureStatus::kInvalid;
    for (const record::PowerWindow& w : source->windows) {
      std::vector<std::string> line{name, std::to_string(w.repeat)};
      if (!w.problem.empty()) {
        line.push_back(escaped(one_line(w.problem)));
        line.resize(lines[0].size());
        lines.push_back(std::move(line));
        continue;
      }
      const double accuracy = std::hypot(w.u_gain_w, w.u_range_w);
      const double u = 2 * std::hypot(accuracy, w.u_other_w);
      const auto shown = [&](double value) {
        const std::string text = significant(value);
        return invalid ? "~~" + text + "~~ invalid" : text;
      };
      line.insert(line.end(),
                  {significant(w.window_ms * 1e-3), std::to_string(w.samples),
                   significant(100 * w.coverage, 3), significant(w.longest_gap_ms, 3), shown(w.mean_w),
                   significant(u, 2), w.accuracy_known ? significant(2 * accuracy, 2) : "not stated",
                   w.peak_w ? shown(*w.peak_w) : "unmeasured", shown(w.window_energy_j)});
      lines.push_back(std::move(line));
    }
  }
  return markdown_table(lines, 1);
}

constexpr std::string_view kPowerMethod =
    "Power is the time-weighted mean over the timed window: what a meter averaged is weighted by its overlap "
    "with the "
    "window, instants are joined by trapezoids, counters are subtracted; no gap is filled. U (k=2) joins in "
    "quadrature: the accuracy that the source states (of reading and of range, as rectangles), the error of "
    "its "
    "clock, what may have happened between samples and at the window's edges, and the time that no sample "
    "covers. "
    "Energy/inference is power x mean inference time, window energy/inference the energy of the whole window "
    "by its "
    "count; net is less idle power; EDP is energy/inference x inference time. The windows of all sources are "
    "in "
    "results.json.";

std::string power_section(const record::Results& results, const Summary& summary) {
  if (summary.power.empty()) return "";
  std::string out =
      "\n### Power\n\n" + power_figures(results, summary) + "\n" + power_sources(summary) + "\n";
  for (const std::string& remark : summary.power_remarks) out += escaped(remark) + "  \n";
  return out + "\n" + power_windows(results, summary) + "\n" + std::string(kPowerMethod) + "\n";
}

/// What rows achieved of their targets, and where what is known of these comes from.
std::string target_section(const record::Results& results, const Summary& summary) {
  if (summary.target.empty()) return "";
  Lines lines{{"Backend/precision", "Target"}};
  for (const TargetFigure& column : target_figures())
    lines[0].push_back(std::string(column.title) +
                       (column.unit.empty() ? "" : " (" + std::string(column.unit) + ")"));
  std::vector<std::string> remarks;
  const auto remark = [&](const std::string& text) {
    if (std::ranges::find(remarks, text) == remarks.end()) remarks.push_back(text);
  };
  for (std::size_t i = 0; i < results.rows.size(); ++i) {
    const record::Row& row = results.rows[i];
    if (row.target.empty()) continue;
    lines.push_back({escaped(summary.rows[i].configuration), escaped(target_name(row))});
    for (const TargetFigure& column : target_figures()) {
      const record::Figure& figure = row.figures.*column.member;
      const bool warned = figure.value && figure.status == record::FigureStatus::kWarn;
      lines.back().push_back(cell_text(target_cell(column, row)) + (warned ? " (warn)" : ""));
      for (const std::string& reason : figure.reasons)
        remark(std::string(column.title) + (figure.value ? ": " : ", unmeasured: ") + one_line(reason));
    }
  }
  std::string out = "\n### Target\n\n" + markdown_table(lines, 2) + "\n";
  for (const std::string& text : remarks) out += "- " + escaped(text) + "\n";
  return out;
}

}  // namespace

std::string render_markdown(const record::Results& results) {
  const Summary summary = summarise(results);
  std::string out = "## " + escaped(results.name) + "\n\n";
  for (const std::string& line : summary.head) out += "- " + escaped(line) + "\n";
  out += "\n| Platform | Accelerator | Backend/precision |";
  std::string rule = "| :---- | :---- | :---- |";
  for (const Column& column : columns()) {
    out +=
        " " + std::string(column.title) + (column.unit.empty() ? "" : " ") + std::string(column.unit) + " |";
    rule += " ----: |";
  }
  if (summary.has_temperature) {
    out += " Hottest (degC) |";
    rule += " ----: |";
  }
  out += " Verdict |\n" + rule + " :---- |\n";
  for (const SummaryRow& row : summary.rows) {
    out += "| " + escaped(row.platform) + " | " + escaped(row.accelerator) + " | " +
           escaped(row.configuration) + " |";
    for (const Cell& cell : row.cells) out += " " + cell_text(cell) + " |";
    if (summary.has_temperature) out += " " + cell_text(row.temperature) + " |";
    out += " " + row.verdict + marks(row.verdict_notes);
    for (const std::string& tag : row.tags) out += " **" + tag + "**";
    out += " |\n";
  }
  if (!summary.notes.empty()) out += "\n";
  for (std::size_t i = 0; i < summary.notes.size(); ++i) {
    const Note& note = summary.notes[i];
    const std::string rows = names_text(note.rows, results.rows.size());
    // A paragraph of its own each: a list would be renumbered by some renderers.
    out += "\\[" + std::to_string(i + 1) + "\\] " + std::string(to_string(note.severity)) + " " +
           escaped(note.rule) + ": " + escaped(note.evidence) + " (" + escaped(rows) + ")  \n";
  }
  if (!summary.tail.empty()) out += "\n";
  for (const std::string& line : summary.tail) out += escaped(line) + "  \n";
  return out + power_section(results, summary) + target_section(results, summary);
}

}  // namespace assay::report

// A row of the page: what it is, its plots, and every figure of the catalogue.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "report/html_parts.h"
#include "report/html_row_parts.h"
#include "report/number_text.h"
#include "report/power_text.h"

namespace assay::report {
namespace {

using record::Figure;
using record::FigureStatus;
using record::MetricInfo;

struct Group {
  std::string_view title;
  std::vector<std::string_view> metrics;
};
/// What belongs together; a figure that stands in none comes last.
const std::vector<Group>& groups() {
  static const std::vector<Group> kAll{
      {"Latency",
       {"latency_mean", "latency_p50", "latency_p90", "latency_p95", "latency_p99", "latency_p999"}},
      {"Throughput", {"throughput", "throughput_window", "gops", "performance_ratio"}},
      {"End to end",
       {"end_to_end_mean", "preprocess_mean", "pipeline_inference_mean", "postprocess_mean",
        "end_to_end_throughput"}},
      {"Accuracy", {"miou", "miou_fp32", "miou_drop", "pixel_accuracy"}},
      {"Power and energy",
       {"power", "power_idle", "power_loaded_idle", "power_net", "power_peak", "energy_per_inference",
        "window_energy_per_inference", "efficiency", "net_efficiency", "gops_per_watt",
        "energy_delay_product"}},
      {"Heat", {"temperature", "thermal_resistance"}},
      {"Start and memory", {"compile_time", "first_inference", "peak_memory", "device_memory"}},
      {"On the accelerator",
       {"device_time", "transfer_in", "transfer_out", "placement", "placement_operations"}},
      {"Of the target", {"area_efficiency", "cost_efficiency", "capacity"}}};
  return kAll;
}

std::string group_of(std::string_view metric) {
  for (const Group& group : groups())
    if (std::ranges::find(group.metrics, metric) != group.metrics.end()) return std::string(group.title);
  return "Others";
}

std::string joined(const std::vector<std::string>& parts, const char* between) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : between) + part;
  return text;
}

/// Both ends to the second digit of half the width: what is finer says nothing.
std::string interval_text(double lo, double hi) {
  const double half = (hi - lo) / 2;
  if (!(half > 0)) return significant(lo) + " to " + significant(hi);
  constexpr int kMost = 12;
  const int decimals = std::clamp(1 - static_cast<int>(std::floor(std::log10(half))), 0, kMost);
  char text[800];  // Enough for any two doubles.
  std::snprintf(text, sizeof text, "%.*f to %.*f", decimals, lo, decimals, hi);
  return text;
}

void add_figure(HtmlWriter& html, Table& table, const MetricInfo& metric, const Figure& figure) {
  const std::string_view status = status_class(figure.status);
  const bool invalid = figure.status == FigureStatus::kInvalid;
  const auto row = table.row();
  {
    const auto name = html.in("th", {{"scope", "row"}});
    html.leaf("a", metric.name, {{"href", "#" + definition_id(metric.name)}});
  }
  {
    const auto value = html.in("td", {{"class", "num"}});
    add_number(html, invalid ? significant(*figure.value) : figure_text(figure), invalid);
  }
  // The interval of a number that is not to be believed has nothing to say.
  const bool interval = figure.lo && figure.hi && !invalid;
  number_cell(html, interval ? interval_text(*figure.lo, *figure.hi) : std::string());
  text_cell(html, figure.unit);
  html.leaf("td", status, {{"class", std::string(status)}});
  text_cell(html, joined(figure.reasons, "; "));
}

/// Figures that the row has, by group.
void add_measured(HtmlWriter& html, const record::Row& row) {
  std::vector<std::string> titles;
  for (const Group& group : groups()) titles.emplace_back(group.title);
  titles.emplace_back("Others");
  Table table(html, "figures", "Every figure that the row has");
  table.head({"Figure", "Value", "95 % interval", "Unit", "Status", "Reasons"}, 1, 2);
  for (const std::string& title : titles) {
    std::vector<const MetricInfo*> shown;
    for (const MetricInfo& metric : record::metrics())
      if ((row.figures.*metric.member).value && group_of(metric.name) == title) shown.push_back(&metric);
    if (shown.empty()) continue;
    const auto body = html.in("tbody");
    {
      const auto heading = table.row({{"class", "group"}});
      html.leaf("th", title, {{"scope", "rowgroup"}, {"colspan", "6"}});
    }
    for (const MetricInfo* metric : shown) add_figure(html, table, *metric, row.figures.*metric->member);
  }
}

/// Figures without a value, those with one reason together.
void add_unmeasured(HtmlWriter& html, const record::Row& row) {
  std::vector<std::pair<std::string, std::string>> by_reason;
  for (const MetricInfo& metric : record::metrics()) {
    const Figure& figure = row.figures.*metric.member;
    if (figure.value) continue;
    const std::string reason = figure.reasons.empty() ? "no reason was told" : joined(figure.reasons, "; ");
    const auto found = std::ranges::find(by_reason, reason, &std::pair<std::string, std::string>::first);
    if (found == by_reason.end())
      by_reason.emplace_back(reason, metric.name);
    else
      found->second += ", " + std::string(metric.name);
  }
  if (by_reason.empty()) return;
  html.leaf("p", "Unmeasured:");
  const auto list = html.in("ul", {{"class", "unmeasured"}});
  for (const auto& [reason, names] : by_reason) html.leaf("li", names + ": " + reason);
}

std::string facts_of(const record::Row& row) {
  const record::RowKey& key = row.key;
  return key.model + " on " + key.accelerator + " of " + key.device + " by " + key.backend +
         (row.stack.empty() ? "" : " (" + row.stack + ")") + "; precision " + key.precision +
         (row.executed_precision.empty() || row.executed_precision == key.precision
              ? ""
              : ", executed as " + row.executed_precision) +
         "; batch " + std::to_string(key.batch) + "; " + key.scenario + "; " + std::to_string(row.repeats) +
         " repeats of at least " + std::to_string(row.iterations) + " inferences after " +
         std::to_string(row.warmup) + " of warm-up" +
         (row.calibration_relation.empty() || row.calibration_relation == "none"
              ? ""
              : "; calibration images: " + row.calibration_relation);
}

/// "p50 12.1 ms, p99 15 ms": for those who hear a plot described. Invalid ones are said to be.
std::string percentiles_of(const record::Row& row) {
  std::string text;
  const auto add = [&](const char* name, const Figure& figure) {
    if (!figure.value) return;
    text += (text.empty() ? " " : ", ") + std::string(name) + " " + significant(*figure.value) + " ms" +
            (figure.status == FigureStatus::kInvalid ? " (invalid)" : "");
  };
  add("mean", row.figures.latency_mean), add("p50", row.figures.latency_p50);
  add("p90", row.figures.latency_p90), add("p99", row.figures.latency_p99);
  return text.empty() ? " No latency was measured." : text + ".";
}

void add_plots(HtmlWriter& html, const PageDirectory& directory, std::size_t index, std::size_t r) {
  const record::Row& row = directory.results.rows[r];
  const std::string marked = row.simulated ? " SIMULATED." : "";
  const bool watts = power_simulated(row).value_or(false);
  const auto plots = html.in("div", {{"class", "plots"}});
  const auto add = [&](const char* kind, const std::string& words) {
    add_row_plot(html, kind, index, row.key.id, words);
  };
  add("latency-time",
      "Latency of every inference over time, repeat by repeat; the warm-up is shaded and enters no figure." +
          marked);
  add("latency-histogram", "Histogram of the timed latencies of all repeats." + marked + percentiles_of(row));
  add("latency-ecdf",
      "Share of inferences that took at most so long, with percentiles and their bounds." + marked);
  add("sensors-time", "Power, temperature, clocks and utilisation on one time axis, windows shaded." +
                          marked + (watts ? " SIMULATED POWER." : ""));
  add("layers", "Time of each layer in the profiled pass, coloured by where it ran; no latency." + marked);
  add("class-iou", "IoU of each class." + marked);
  add("confusion",
      "Confusion of classes: share of each true class's pixels that was predicted as which." + marked);
}

void add_row(HtmlWriter& html, const PageDirectory& directory, const Summary& summary, std::size_t index,
             std::size_t r) {
  const record::Row& row = directory.results.rows[r];
  const std::string id = row_id(index, r);
  const auto section = html.in(
      "section",
      {{"class", row.simulated ? "row simulated" : "row"}, {"id", id}, {"aria-labelledby", id + "-title"}});
  {
    const auto heading = html.in("h3", {{"id", id + "-title"}});
    html.text(row_name(directory, summary, r) + " ");
    add_verdict(html, row.verdict);
    for (const std::string& tag : summary.rows[r].tags) add_tag(html, tag);
  }
  html.leaf("p", facts_of(row), {{"class", "facts"}});
  for (const std::string& absent : directory.rows[r].absent)
    html.leaf("p", "Raw data: " + absent, {{"class", "banner incomplete"}});
  if (!row.findings.empty()) {
    html.leaf("h4", "Findings");
    add_findings(html, row.findings);
  }
  html.leaf("h4", "Figures");
  add_measured(html, row);
  add_unmeasured(html, row);
  html.leaf("h4", "Plots");
  add_plots(html, directory, index, r);
  html.leaf("h4", "Evidence");
  add_row_details(html, directory, r);
}

}  // namespace

void add_rows(HtmlWriter& html, const PageDirectory& directory, std::size_t index) {
  const Summary summary = summarise(directory.results);
  const std::string id = directory_id(index) + "-rows";
  const auto section =
      html.in("section", {{"class", "rows"}, {"id", id}, {"aria-labelledby", id + "-title"}});
  html.leaf("h2", "Rows of " + directory.results.name, {{"id", id + "-title"}});
  if (directory.rows.empty()) html.leaf("p", "There is no row.");
  for (std::size_t r = 0; r < directory.rows.size(); ++r) add_row(html, directory, summary, index, r);
}

}  // namespace assay::report

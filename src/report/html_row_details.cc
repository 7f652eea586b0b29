#include <algorithm>
#include <cmath>

#include "report/html_parts.h"
#include "report/html_row_parts.h"
#include "report/number_text.h"
#include "report/power_text.h"

namespace assay::report {
namespace {

using record::FigureStatus;
using record::LatencyDiagnostics;
using record::Row;

/// Unfolds under `title`.
class Unfolding {
 public:
  Unfolding(HtmlWriter& html, const std::string& title) : details_(html.in("details", {{"class", "more"}})) {
    html.leaf("summary", title);
  }

 private:
  HtmlWriter::Element details_;
};

/// Latencies of a row whose latency is not to be believed are marked wherever they stand.
bool latency_is_invalid(const Row& row) {
  return row.figures.latency_mean.value && row.figures.latency_mean.status == FigureStatus::kInvalid;
}

void latency_cell(HtmlWriter& html, const std::optional<double>& ms, bool invalid) {
  const auto cell = html.in("td", {{"class", "num"}});
  if (ms)
    add_number(html, significant(*ms), invalid);
  else
    html.text("unmeasured");
}

template <typename T>
std::optional<T> at(const std::vector<T>& values, std::size_t i) {
  return i < values.size() ? std::optional(values[i]) : std::nullopt;
}

std::string text_of(const std::optional<double>& value, int digits = 4) {
  return value ? significant(*value, digits) : "unmeasured";
}

void add_repeats(HtmlWriter& html, const PageRow& row) {
  if (row.runs.empty()) return;
  const Unfolding unfolding(html, "Repeats: " + std::to_string(row.runs.size()) + " timed runs");
  Table table(html, "repeats", "Each timed run, a process of its own");
  table.head({"Repeat", "How it went", "Warm-up", "Timed", "Window (s)", "Waited for quiet (s)",
              "Other programs (% of CPU time)"},
             2);
  const auto body = html.in("tbody");
  for (const PageRun& run : row.runs) {
    std::string went = run.failure.empty() ? "ended well" : "FAILED: " + one_line(run.failure);
    if (!run.warmup_end.empty()) went += "; warm-up ended: " + run.warmup_end;
    for (const std::string& disturbance : run.disturbances) went += "; disturbed: " + disturbance;
    const auto line = table.row();
    heading_cell(html, std::to_string(run.repeat));
    text_cell(html, went);
    number_cell(html, std::to_string(run.warmup_count));
    number_cell(html, std::to_string(run.timed_count));
    number_cell(html, significant(run.window_s));
    number_cell(html, significant(run.quiet_wait_s, 3));
    number_cell(html, run.foreign_cpu_share < 0 ? "unknown" : significant(100 * run.foreign_cpu_share, 2));
  }
}

void add_processes(HtmlWriter& html, const LatencyDiagnostics& d, bool invalid) {
  if (d.process_mean_ms.empty()) return;
  Table table(html, "diagnostics", "Latency of each repeat");
  table.head({"Repeat", "Mean (ms)", "Bootstrap of the mean (ms)", "Worth independent samples", "Drift (%)",
              "Change of level at", "Outliers"},
             1);
  const auto body = html.in("tbody");
  for (std::size_t i = 0; i < d.process_mean_ms.size(); ++i) {
    const auto lo = at(d.bootstrap_lo_ms, i), hi = at(d.bootstrap_hi_ms, i);
    const auto change = at(d.change_points, i);
    const auto line = table.row();
    heading_cell(html, std::to_string(i + 1));
    latency_cell(html, d.process_mean_ms[i], invalid);
    number_cell(html, lo && hi && !invalid ? significant(*lo) + " to " + significant(*hi) : std::string());
    number_cell(html, text_of(at(d.process_effective_n, i)));
    number_cell(html, text_of(at(d.drift_percent, i), 3));
    number_cell(html, !change ? "unmeasured" : *change < 0 ? "none" : std::to_string(*change));
    number_cell(html, i < d.outliers.size() ? std::to_string(d.outliers[i].size()) : "unmeasured");
  }
}

void add_pooled(HtmlWriter& html, const LatencyDiagnostics& d, bool invalid) {
  if (d.pooled_ms.empty()) return;
  Table table(html, "diagnostics", "Percentiles over the samples of all repeats");
  table.head({"Percentile", "Value (ms)", "99 % upper bound (ms)"}, 1);
  const auto body = html.in("tbody");
  for (const auto& [name, value] : d.pooled_ms) {
    const auto bound = d.bound_ms.find(name);
    const auto line = table.row();
    heading_cell(html, name);
    latency_cell(html, value, invalid);
    if (bound == d.bound_ms.end())
      number_cell(html, "refused: too few samples");
    else
      latency_cell(html, bound->second, invalid);
  }
}

void add_diagnostics(HtmlWriter& html, const Row& row) {
  const LatencyDiagnostics& d = row.diagnostics;
  if (d.process_mean_ms.empty() && d.pooled_ms.empty()) return;
  const bool invalid = latency_is_invalid(row);
  const Unfolding unfolding(html, "Diagnostics of the latencies");
  add_processes(html, d, invalid);
  add_pooled(html, d, invalid);
  std::string words =
      "All repeats are worth " + significant(d.effective_n) +
      " independent samples; correlation with the sample before: " + significant(d.lag1_autocorrelation, 3) +
      ".";
  for (const auto& [name, ms] : d.warmup_mean_ms)
    words += " Mean " + name + " warm-up: " + significant(ms) + " ms" + (invalid ? " (invalid)." : ".");
  html.leaf("p", words);
}

void add_power_windows(HtmlWriter& html, const Row& row) {
  if (row.power_sources.empty()) return;
  const Unfolding unfolding(html, "Power: windows of each source");
  Table table(html, "power", "What each source told of each timed window");
  table.head({"Source", "Boundary", "Repeat", "Mean (W)", "U, k = 2 (W)", "Peak (W)", "Energy (J)", "Samples",
              "Covered (%)", "Longest gap (ms)"},
             3);
  const bool invalid = row.figures.power.status == FigureStatus::kInvalid;
  const auto body = html.in("tbody");
  for (const record::PowerSource& source : row.power_sources)
    for (const record::PowerWindow& w : source.windows) {
      const auto line = table.row({{"class", source.simulated ? "simulated" : "measured"}});
      heading_cell(html, source.channel + (source.simulated ? " (simulated)" : ""));
      text_cell(html, boundary_words(source.boundary));
      text_cell(html, std::to_string(w.repeat));
      if (!w.problem.empty()) {
        html.leaf("td", "unmeasured: " + w.problem, {{"colspan", "7"}, {"class", "unmeasured"}});
        continue;
      }
      const bool spoiled = source.mean.status == FigureStatus::kInvalid || (source.primary && invalid);
      const auto watts = [&](double value) {
        const auto cell = html.in("td", {{"class", "num"}});
        add_number(html, significant(value), spoiled);
      };
      watts(w.mean_w);
      number_cell(html, significant(2 * std::hypot(w.u_gain_w, w.u_range_w, w.u_other_w), 2) +
                            (w.accuracy_known ? "" : " without the meter's accuracy"));
      if (w.peak_w)
        watts(*w.peak_w);
      else
        number_cell(html, "unmeasured");
      watts(w.window_energy_j);
      number_cell(html, std::to_string(w.samples));
      number_cell(html, significant(100 * w.coverage, 3));
      number_cell(html, significant(w.longest_gap_ms, 3));
    }
}

/// Pixels of each true class.
std::vector<std::uint64_t> pixels_of(const PageRow& row) {
  std::vector<std::uint64_t> pixels;
  for (const auto& truth : row.confusion) {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : truth) sum += count;
    pixels.push_back(sum);
  }
  return pixels;
}

void add_classes(HtmlWriter& html, const PageDirectory& directory, std::size_t r) {
  const Row& row = directory.results.rows[r];
  if (row.per_class_iou.empty()) return;
  const bool invalid = row.figures.miou.status == FigureStatus::kInvalid;
  const std::vector<std::uint64_t> pixels = pixels_of(directory.rows[r]);
  const auto& names = directory.results.class_names;
  const Unfolding unfolding(html, "IoU of each class");
  Table table(html, "iou", "Intersection over union of each class, over the whole set");
  table.head({"Class", "IoU (%)", "Labelled pixels"}, 1);
  const auto body = html.in("tbody");
  for (std::size_t c = 0; c < row.per_class_iou.size(); ++c) {
    const auto line = table.row();
    heading_cell(html, c < names.size() ? names[c] : std::to_string(c));
    {
      const auto cell = html.in("td", {{"class", "num"}});
      if (row.per_class_iou[c] < 0)
        html.text("does not occur");
      else
        add_number(html, significant(row.per_class_iou[c]), invalid);
    }
    number_cell(html, c < pixels.size() ? std::to_string(pixels[c]) : "unknown");
  }
}

void add_layers(HtmlWriter& html, const Row& row) {
  if (row.layers.empty()) return;
  std::vector<const record::LayerRecord*> layers;
  for (const record::LayerRecord& layer : row.layers) layers.push_back(&layer);
  std::ranges::stable_sort(layers, std::ranges::greater(), &record::LayerRecord::time_ns);
  constexpr std::size_t kMost = 20;
  const std::size_t shown = std::min(kMost, layers.size());
  const Unfolding unfolding(html, "Layers: the " + std::to_string(shown) + " longest of " +
                                      std::to_string(layers.size()) + ", in the profiled pass");
  Table table(html, "layers", "Layers of the profiled pass; its times are no latency");
  table.head({"Layer", "Type", "Executed as", "Placement", "Time (us)"}, 4);
  const auto body = html.in("tbody");
  for (std::size_t i = 0; i < shown; ++i) {
    const record::LayerRecord& layer = *layers[i];
    const auto line = table.row();
    heading_cell(html, layer.name);
    text_cell(html, layer.type);
    text_cell(html, layer.exec_type);
    text_cell(html, layer.placement);
    number_cell(html,
                layer.time_ns < 0 ? "not told" : significant(static_cast<double>(layer.time_ns) * 1e-3));
  }
}

void add_software(HtmlWriter& html, const Row& row) {
  if (row.digests.empty() && row.versions.empty() && row.libraries.empty()) return;
  const Unfolding unfolding(html, "Versions, digests and libraries");
  add_pairs(html, "pairs", "Versions", {row.versions.begin(), row.versions.end()});
  std::vector<std::pair<std::string, std::string>> digests(row.digests.begin(), row.digests.end());
  for (auto& [name, digest] : digests)
    if (digest.empty()) digest = "none";
  add_pairs(html, "pairs", "Digests (SHA-256)", digests);
  if (row.libraries.empty()) return;
  html.leaf("p", "Libraries that the worker had loaded after its first inference:");
  const auto list = html.in("ul", {{"class", "libraries"}});
  for (const std::string& library : row.libraries) html.leaf("li", library);
}

}  // namespace

void add_row_details(HtmlWriter& html, const PageDirectory& directory, std::size_t r) {
  const Row& row = directory.results.rows[r];
  add_repeats(html, directory.rows[r]);
  add_diagnostics(html, row);
  add_power_windows(html, row);
  add_classes(html, directory, r);
  add_layers(html, row);
  if (!row.target.empty()) {
    const Unfolding unfolding(html, "Target: what the catalogue says of the device, with sources");
    add_pairs(html, "pairs", "Target", {row.target.begin(), row.target.end()});
  }
  add_software(html, row);
}

}  // namespace assay::report

// Rows of results with just what a comparison looks at.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "metric/comparison.h"
#include "metric/comparison_catalogue.h"
#include "metric/statistics.h"
#include "record/results.h"

namespace assay::metric {

inline record::Row test_row(const std::string& id = "openvino-cpu-int8") {
  record::Row row;
  row.key = {id, "board", "openvino", "CPU", "net", "int8", 1, "single_stream"};
  row.executed_precision = "int8";
  row.digests = {{"model", "m0"}, {"dataset", "d0"}, {"artifact", "a0"}, {"environment", "e0"}};
  for (const record::MetricInfo& metric : record::metrics())
    row.figures.*metric.member = record::Figure::unmeasured(std::string(metric.unit), "not measured");
  return row;
}

/// As metric/figures.cc forms it: the mean over processes with its Student-t interval. Quantiles are kept:
/// simulations form many thousands of figures.
inline record::Figure of_processes(const std::vector<double>& values, std::string unit) {
  static std::map<std::size_t, double> quantiles;
  const double center = mean(values);
  if (values.size() < 2) return record::Figure::of(center, std::move(unit));
  const auto [quantile, fresh] = quantiles.try_emplace(values.size());
  const auto n = static_cast<double>(values.size());
  if (fresh) quantile->second = student_t_quantile(0.975, n - 1);
  double squares = 0;
  for (const double value : values) squares += (value - center) * (value - center);
  const double half = quantile->second * std::sqrt(squares / (n - 1) / n);
  return record::Figure::of(center, std::move(unit), center - half, center + half);
}

/// Mean latency of each process, and what follows from it.
inline void set_latency(record::Row& row, const std::vector<double>& process_ms) {
  row.repeats = static_cast<int>(process_ms.size());
  row.diagnostics.process_mean_ms = process_ms;
  auto& f = row.figures;
  f.latency_mean = of_processes(process_ms, "ms");
  std::vector<double> rates;
  for (const double ms : process_ms) rates.push_back(1000 / ms);
  f.throughput = of_processes(rates, "FPS");
  f.throughput.value = 1000 / *f.latency_mean.value;
  f.gops = record::Figure::of(4.5 * *f.throughput.value, "GOPS");
}

/// Watts of each process, by one meter.
inline void set_power(record::Row& row, const std::vector<double>& process_w,
                      const std::string& boundary = "dc_input", double u_gain = 0, double u_range = 0) {
  record::PowerSource source;
  source.channel = "meter.power";
  source.description = "WT310E no. 1";
  source.boundary = boundary;
  source.primary = true;
  std::vector<double> energies, edp;
  for (std::size_t i = 0; i < process_w.size(); ++i) {
    record::PowerWindow window;
    window.repeat = static_cast<int>(i) + 1;
    window.mean_w = process_w[i];
    window.u_gain_w = u_gain * process_w[i];
    window.u_range_w = u_range * process_w[i];
    window.accuracy_known = true;
    source.windows.push_back(window);
    const double ms = row.diagnostics.process_mean_ms[i];
    energies.push_back(process_w[i] * ms);
    edp.push_back(process_w[i] * ms * ms * 1e-3);
  }
  auto& f = row.figures;
  f.power = source.mean = of_processes(process_w, "W");
  f.energy_per_inference = of_processes(energies, "mJ");
  f.energy_delay_product = of_processes(edp, "mJ s");
  f.efficiency = record::Figure::of(1000 / *f.energy_per_inference.value, "FPS/W");
  row.power_sources = {source};
}

/// One figure of a compared row, which has to be there.
inline const FigureComparison& figure(const std::vector<FigureComparison>& row, std::string_view name) {
  return *std::ranges::find(row, name, [](const FigureComparison& c) { return c.metric->name; });
}

}  // namespace assay::metric

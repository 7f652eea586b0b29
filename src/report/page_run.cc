#include "report/page_run.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "report/page_blob.h"

namespace assay::report {
namespace {

using Latencies = std::vector<std::int64_t>;

/// The inferences of a phase of `length_ns` that begins at `begin_ns`, after the window's begin.
Result<PageSeries> series_of(const Latencies& latencies, double begin_ns, double length_ns) {
  PageSeries series;
  if (latencies.empty()) {
    ASSAY_TRY(series.start_delta_us, pack(std::span<const std::int32_t>()));
    ASSAY_TRY(series.latency_ms, pack(std::span<const float>()));
    return series;
  }
  const double sum = std::accumulate(latencies.begin(), latencies.end(), 0.0);
  const double between = std::max(0.0, length_ns - sum) / static_cast<double>(latencies.size());
  std::vector<std::int32_t> deltas;
  std::vector<float> values;
  deltas.reserve(latencies.size());
  values.reserve(latencies.size());
  constexpr double kMost = std::numeric_limits<std::int32_t>::max();
  double at = begin_ns, before_us = std::round(begin_ns * 1e-3);
  series.first_us = before_us;
  for (const std::int64_t latency : latencies) {
    // Rounded starts are subtracted, not rounded differences added: no error piles up.
    const double us = std::round(at * 1e-3);
    deltas.push_back(static_cast<std::int32_t>(std::min(us - before_us, kMost)));
    values.push_back(static_cast<float>(static_cast<double>(latency) * 1e-6));
    before_us = us;
    at += static_cast<double>(latency) + between;
  }
  ASSAY_TRY(series.start_delta_us, pack(deltas));
  ASSAY_TRY(series.latency_ms, pack(values));
  return series;
}

std::string quantity_of(const record::Channel& channel) {
  if (channel.quantity == "power" || channel.quantity == "temperature") return channel.quantity;
  if (channel.quantity == "frequency") return "clock";
  if (channel.quantity == "utilisation" || channel.quantity == "load") return "utilisation";
  return "other";
}

double middle_ns(const record::Reading& reading) {
  return 0.5 * (static_cast<double>(reading.begin_ns) + static_cast<double>(reading.end_ns));
}

/// Points of a plot: seconds from `origin_ns`, and values.
struct Points {
  std::vector<float> t_s, value;
  void add(double at_ns, double origin_ns, double y) {
    t_s.push_back(static_cast<float>((at_ns - origin_ns) * 1e-9));
    value.push_back(static_cast<float>(y));
  }
};

Points as_read(const record::Series& series, double origin_ns) {
  Points points;
  for (const record::Reading& reading : series.readings)
    points.add(middle_ns(reading), origin_ns, reading.value);
  return points;
}

/// Joules of a counter -> watts between readings, at the later one.
Points as_power(const record::Series& series, double origin_ns) {
  Points points;
  for (std::size_t i = 1; i < series.readings.size(); ++i) {
    const record::Reading &from = series.readings[i - 1], &to = series.readings[i];
    const double seconds = (middle_ns(to) - middle_ns(from)) * 1e-9;
    double joules = to.value - from.value;
    if (joules < 0 && series.channel.wraps_at) joules += *series.channel.wraps_at;
    if (joules >= 0 && seconds > 0) points.add(middle_ns(to), origin_ns, joules / seconds);
  }
  return points;
}

Result<PageReadings> readings_of(const record::Series& series, const record::Observation& observation,
                                 double origin_ns) {
  const record::Channel& channel = series.channel;
  const bool energy =
      channel.kind == record::ReadingKind::kCounter && channel.quantity == "energy" && channel.unit == "J";
  PageReadings readings;
  readings.name = channel.id + (energy ? " (differences)" : "");
  readings.quantity = energy ? "power" : quantity_of(channel);
  readings.unit = energy ? "W" : channel.unit;
  readings.boundary = to_string(channel.boundary);
  const auto source = std::ranges::find(observation.sources, channel.source, &record::Source::id);
  if (source != observation.sources.end()) {
    readings.source = source->description;
    readings.simulated = source->simulated;
  }
  const Points points = energy ? as_power(series, origin_ns) : as_read(series, origin_ns);
  ASSAY_TRY(readings.t_s, pack(points.t_s));
  ASSAY_TRY(readings.value, pack(points.value));
  return readings;
}

}  // namespace

Result<PageRun> page_run(const record::TimedRun& run) {
  const auto origin = static_cast<double>(run.window_begin_ns);
  const auto seconds = [&](std::int64_t at_ns) { return (static_cast<double>(at_ns) - origin) * 1e-9; };
  const double warmup_ns = std::accumulate(run.warmup_ns.begin(), run.warmup_ns.end(), 0.0);
  const auto window_ns = static_cast<double>(run.window_end_ns - run.window_begin_ns);

  PageRun page;
  page.repeat = run.repeat;
  page.failure = run.failure.reason;
  page.warmup_count = static_cast<std::int64_t>(run.warmup_ns.size());
  page.timed_count = static_cast<std::int64_t>(run.latency_ns.size());
  page.warmup_end = run.warmup_end;
  page.window_s = std::max(0.0, window_ns * 1e-9);
  page.quiet_wait_s = static_cast<double>(run.quiet_wait_ns) * 1e-9;
  page.foreign_cpu_share = run.foreign_cpu_share;
  page.disturbances = run.disturbances;
  if (run.loaded_idle_end_ns > run.loaded_idle_begin_ns)
    page.windows.push_back(
        {"loaded-idle", seconds(run.loaded_idle_begin_ns), seconds(run.loaded_idle_end_ns)});
  if (warmup_ns > 0) page.windows.push_back({"warm-up", -warmup_ns * 1e-9, 0});
  if (window_ns > 0) page.windows.push_back({"timed", 0, window_ns * 1e-9});
  ASSAY_TRY(page.warmup, series_of(run.warmup_ns, -warmup_ns, warmup_ns));
  ASSAY_TRY(page.timed, series_of(run.latency_ns, 0, window_ns));
  for (const record::Series& series : run.observation.series) {
    if (series.readings.empty()) continue;
    ASSAY_TRY(PageReadings readings, readings_of(series, run.observation, origin));
    page.readings.push_back(std::move(readings));
  }
  return page;
}

std::vector<std::vector<std::uint64_t>> total_confusion(const record::AccuracyRun& run) {
  const auto classes = static_cast<std::size_t>(std::max(0, run.classes));
  std::vector<std::vector<std::uint64_t>> total;
  if (run.confusion.empty()) return total;
  total.assign(classes, std::vector<std::uint64_t>(classes));
  for (const auto& image : run.confusion)
    for (std::size_t cell = 0; cell < image.size(); ++cell)
      total[cell / classes][cell % classes] += image[cell];
  return total;
}

}  // namespace assay::report

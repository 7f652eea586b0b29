#include "metric/figures.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/text.h"
#include "metric/latency.h"
#include "metric/percentile.h"
#include "metric/power.h"
#include "metric/segmentation.h"
#include "metric/statistics.h"
#include "metric/target_figures.h"

namespace assay::metric {
namespace {

using record::Figure;
using record::FigureStatus;
using record::Row;
using record::RowEvidence;
using record::TimedRun;

constexpr double kBytesPerMegabyte = 1e6;
constexpr double kRounding = 1e-9;  // Of a percentage that is 100 but for its arithmetic.

/// Gives each figure its unit and a reason to be absent, so that none is ever without either.
void mark_all_unmeasured(record::RowFigures& figures) {
  for (const auto& metric : record::metrics()) {
    figures.*metric.member = Figure::unmeasured(std::string(metric.unit), "not measured in this campaign");
  }
}

void refuse(Figure& figure, std::string reason) {
  figure = Figure::unmeasured(figure.unit, std::move(reason));
}

void set(Figure& figure, double value, const std::optional<Interval>& interval = std::nullopt) {
  if (!std::isfinite(value)) return refuse(figure, "not a finite number");
  figure =
      interval ? Figure::of(value, figure.unit, interval->lo, interval->hi) : Figure::of(value, figure.unit);
}

/// A figure that is formed per process: the mean of the processes' values with its Student-t interval.
void set_mean(Figure& figure, std::span<const double> per_process) {
  set(figure, mean(per_process), t_interval(per_process));
}

template <typename F>
std::vector<double> for_each_process(std::span<const ProcessLatencies> processes, F value) {
  std::vector<double> out;
  for (const auto& process : processes) out.push_back(value(process));
  return out;
}

/// Mean over the sampled inferences of each process, then over processes; every process has to have told.
void device_figure(Figure& figure, std::span<const ProcessLatencies> processes,
                   std::vector<std::int64_t> record::TimedRun::*times, const char* what) {
  std::vector<double> means;
  for (const auto& process : processes) {
    const auto& ns = process.run->*times;
    if (ns.empty()) return refuse(figure, std::string("the runtime does not tell ") + what);
    means.push_back(std::accumulate(ns.begin(), ns.end(), 0.0) / static_cast<double>(ns.size()) / 1e6);
  }
  set_mean(figure, means);
}

std::string no_timed_run(const RowEvidence& evidence) {
  if (!evidence.untimed.empty()) return "simulated: " + evidence.untimed;
  if (evidence.timed.empty()) return "no timed run";
  return "no timed run completed: " + evidence.timed.front().failure.reason;
}

void percentile_figure(Figure& figure, double q, std::span<const ProcessLatencies> processes) {
  std::int64_t fewest = std::numeric_limits<std::int64_t>::max();
  for (const auto& process : processes) fewest = std::min<std::int64_t>(fewest, process.count());
  if (const std::int64_t needed = smallest_n(q); fewest < needed) {
    return refuse(figure, "n=" + std::to_string(fewest) + " too small for p" + number_text(q) + ": needs " +
                              std::to_string(needed));
  }
  set_mean(figure, for_each_process(processes, [q](const auto& p) { return percentile_ms(p.sorted_ns, q); }));
}

void latency_figures(const RowEvidence& evidence, std::span<const ProcessLatencies> processes, Row& row) {
  auto& f = row.figures;
  Figure* const from_latencies[] = {
      &f.latency_mean,    &f.latency_p50,       &f.latency_p90,       &f.latency_p95,     &f.latency_p99,
      &f.latency_p999,    &f.throughput,        &f.throughput_window, &f.compile_time,    &f.gops,
      &f.first_inference, &f.performance_ratio, &f.area_efficiency,   &f.cost_efficiency, &f.capacity,
      &f.peak_memory,     &f.device_memory,     &f.device_time,       &f.transfer_in,     &f.transfer_out};
  if (processes.empty()) {
    for (Figure* figure : from_latencies) refuse(*figure, no_timed_run(evidence));
    return;
  }
  const double batch = evidence.key.batch;
  const auto means = for_each_process(processes, [](const auto& p) { return p.mean_ms; });
  set_mean(f.latency_mean, means);
  percentile_figure(f.latency_p50, 50, processes);
  percentile_figure(f.latency_p90, 90, processes);
  percentile_figure(f.latency_p95, 95, processes);
  percentile_figure(f.latency_p99, 99, processes);
  percentile_figure(f.latency_p999, 99.9, processes);

  // The value from the row's mean latency, so that the two figures of a table agree.
  const auto rates = for_each_process(processes, [](const auto& p) { return 1000 / p.mean_ms; });
  const double rate = 1000 / *f.latency_mean.value;
  const auto rate_interval = t_interval(rates);
  const auto scaled = [&](double k) {
    return rate_interval ? std::optional(Interval{rate_interval->lo * k, rate_interval->hi * k})
                         : std::nullopt;
  };
  set(f.throughput, batch * rate, scaled(batch));

  std::vector<double> window_rates, compile, first;
  double rss = 0, device = 0;
  std::string device_problem = "the runtime does not tell its device memory";
  for (const auto& process : processes) {
    const TimedRun& run = *process.run;
    const auto window_ns = static_cast<double>(run.window_end_ns - run.window_begin_ns);
    if (window_ns > 0)
      window_rates.push_back(batch * static_cast<double>(process.count()) / (window_ns * 1e-9));
    if (run.session.compile_ns > 0) compile.push_back(static_cast<double>(run.session.compile_ns) / 1e6);
    if (run.session.first_inference_ns > 0) {
      first.push_back(static_cast<double>(run.session.first_inference_ns) / 1e6);
    }
    rss = std::max(rss, static_cast<double>(run.peak_rss_bytes));
    device = std::max(device, static_cast<double>(run.device_memory_bytes.value_or(0)));
    if (!run.device_memory_problem.empty()) device_problem = run.device_memory_problem;
  }
  const auto set_or_refuse = [](Figure& figure, std::span<const double> values, const char* reason) {
    values.empty() ? refuse(figure, reason) : set_mean(figure, values);
  };
  device_figure(f.device_time, processes, &TimedRun::device_time_ns, "its time on the device");
  device_figure(f.transfer_in, processes, &TimedRun::transfer_in_ns, "its copies to the device");
  device_figure(f.transfer_out, processes, &TimedRun::transfer_out_ns, "its copies from the device");
  set_or_refuse(f.throughput_window, window_rates, "the worker marked no window");
  set_or_refuse(f.compile_time, compile, "the worker told no compile time");
  set_or_refuse(f.first_inference, first, "the worker told no first inference");
  rss > 0 ? set(f.peak_memory, rss / kBytesPerMegabyte)
          : refuse(f.peak_memory, "the peak resident set is unknown");
  device > 0 ? set(f.device_memory, device / kBytesPerMegabyte) : refuse(f.device_memory, device_problem);

  if (!evidence.operations || *evidence.operations <= 0) {
    const auto why =
        evidence.operations_note.empty() ? "the graph's operations are unknown" : evidence.operations_note;
    refuse(f.gops, why);
    refuse(f.performance_ratio, why);
    return;
  }
  set(f.gops, *evidence.operations * rate / 1e9, scaled(*evidence.operations / 1e9));
}

/// Achieved over peak GOPS, of the precision that was executed on the accelerator that was claimed: no other
/// peak will do. Of several such peaks the highest counts, as the one that flatters least; it is named.
void performance_ratio(const RowEvidence& evidence, Row& row) {
  Figure& figure = row.figures.performance_ratio;
  const Figure& gops = row.figures.gops;
  if (!gops.value) return refuse(figure, gops.reasons.empty() ? "GOPS are unknown" : gops.reasons.front());
  const record::Peak* best = peak_of_ratio(evidence, row.executed_precision);
  if (best == nullptr) {
    return refuse(figure, "no " + row.executed_precision + " peak is known for " + evidence.key.accelerator);
  }
  // What ran elsewhere has a peak of its own: divided by this unit's it would make any ratio.
  for (const auto& [share, of] : {std::pair{&row.figures.placement, "what was executed"},
                                  std::pair{&row.figures.placement_operations, "the operations"}})
    if (share->value && *share->value < 100 - kRounding)
      return refuse(figure, "only " + number_text(*share->value) + " % of " + of + " ran on " +
                                evidence.key.accelerator + ", whose peak is not that of the rest");
  const double k = 100 / best->gops;
  set(figure, *gops.value * k, gops.lo ? std::optional(Interval{*gops.lo * k, *gops.hi * k}) : std::nullopt);
  figure.reasons.push_back("of " + number_text(best->gops) + " GOPS " + best->precision + ", " +
                           best->source);
}

/// The end-to-end loops are processes like the timed ones: each figure is formed per process.
void pipeline_figures(const RowEvidence& evidence, Row& row) {
  auto& f = row.figures;
  std::vector<const record::PipelineRun*> runs;
  for (const auto& run : evidence.pipeline) {
    if (run.failure.reason.empty() && !run.total_ns.empty()) runs.push_back(&run);
  }
  if (runs.empty()) {
    const auto failed = std::ranges::find_if(
        evidence.pipeline, [](const record::PipelineRun& run) { return !run.failure.reason.empty(); });
    const std::string reason = evidence.pipeline.empty() ? "no end-to-end loop was run"
                               : failed != evidence.pipeline.end()
                                   ? "the end-to-end loop failed: " + failed->failure.reason
                                   : "the end-to-end loop made no request";
    for (Figure* figure : {&f.end_to_end_mean, &f.preprocess_mean, &f.pipeline_inference_mean,
                           &f.postprocess_mean, &f.end_to_end_throughput}) {
      refuse(*figure, reason);
    }
    return;
  }
  const auto set_stage = [&](Figure& figure, std::vector<std::int64_t> record::PipelineRun::*stage) {
    std::vector<double> means;
    for (const auto* run : runs) {
      if (!(run->*stage).empty()) means.push_back(mean_ms(run->*stage));
    }
    means.empty() ? refuse(figure, "not told by the end-to-end loop") : set_mean(figure, means);
  };
  set_stage(f.end_to_end_mean, &record::PipelineRun::total_ns);
  set_stage(f.preprocess_mean, &record::PipelineRun::pre_ns);
  set_stage(f.pipeline_inference_mean, &record::PipelineRun::infer_ns);
  set_stage(f.postprocess_mean, &record::PipelineRun::post_ns);
  std::vector<double> rates;
  for (const auto* run : runs) {
    const auto window_ns = static_cast<double>(run->window_end_ns - run->window_begin_ns);
    if (window_ns > 0) {
      rates.push_back(evidence.key.batch * static_cast<double>(run->total_ns.size()) / (window_ns * 1e-9));
    }
  }
  rates.empty() ? refuse(f.end_to_end_throughput, "the end-to-end loop marked no window")
                : set_mean(f.end_to_end_throughput, rates);
}

/// Why an accuracy run gives no figure; empty when it does.
std::string accuracy_problem(const std::optional<record::AccuracyRun>& run) {
  if (!run) return "accuracy was not evaluated";
  if (!run->failure.reason.empty()) return "the accuracy run failed: " + run->failure.reason;
  const auto cells = static_cast<std::size_t>(run->classes) * static_cast<std::size_t>(run->classes);
  const bool whole = run->classes > 0 && !run->confusion.empty() &&
                     run->confusion.size() == run->images.size() &&
                     std::all_of(run->confusion.begin(), run->confusion.end(),
                                 [cells](const auto& image) { return image.size() == cells; });
  return whole ? "" : "the accuracy run scored no image";
}

void set_miou(Figure& figure, const record::AccuracyRun& run, const SegmentationScore& scored) {
  if (!scored.miou) return refuse(figure, "no labelled pixel");
  set(figure, *scored.miou, miou_interval(run.confusion, run.classes, kBootstrapSeed));
}

void accuracy_figures(const RowEvidence& evidence, Row& row) {
  auto& f = row.figures;
  const std::string problem = accuracy_problem(evidence.accuracy),
                    fp32_problem = accuracy_problem(evidence.reference);
  if (problem.empty()) {
    const auto& run = *evidence.accuracy;
    const auto scored = score(total(run.confusion, run.classes), run.classes);
    row.per_class_iou = scored.iou;
    set_miou(f.miou, run, scored);
    scored.pixel_accuracy ? set(f.pixel_accuracy, *scored.pixel_accuracy)
                          : refuse(f.pixel_accuracy, "no labelled pixel");
  } else {
    refuse(f.miou, problem);
    refuse(f.pixel_accuracy, problem);
  }
  if (fp32_problem.empty()) {
    const auto& run = *evidence.reference;
    set_miou(f.miou_fp32, run, score(total(run.confusion, run.classes), run.classes));
  } else {
    refuse(f.miou_fp32, "FP32 reference: " + fp32_problem);
  }

  if (!f.miou.value || !f.miou_fp32.value) {
    return refuse(f.miou_drop, f.miou.value ? f.miou_fp32.reasons.front() : f.miou.reasons.front());
  }
  const auto &run = *evidence.accuracy, &reference = *evidence.reference;
  if (run.classes != reference.classes || run.images != reference.images ||
      run.dataset_digest != reference.dataset_digest) {
    return refuse(f.miou_drop, "the FP32 reference was evaluated on other images");
  }
  set(f.miou_drop, *f.miou_fp32.value - *f.miou.value,
      miou_drop_interval(reference.confusion, run.confusion, run.classes, kBootstrapSeed));
}

/// Share of the claimed accelerator in the executed layers, by time where it is told, else by count; and in
/// the operations. A fallback of short layers shows in neither alone: both stand.
void placement_figures(const RowEvidence& evidence, Row& row) {
  Figure &figure = row.figures.placement, &by_operations = row.figures.placement_operations;
  const auto refuse_both = [&](const std::string& reason) {
    refuse(figure, reason);
    refuse(by_operations, reason);
  };
  if (!evidence.profiled) return refuse_both("placement unknown: no profiled run");
  const auto& run = *evidence.profiled;
  if (!run.failure.reason.empty())
    return refuse_both("placement unknown: the profiled run failed: " + run.failure.reason);
  double claimed_ns = 0, elsewhere_ns = 0, claimed_operations = 0, all_operations = 0;
  std::size_t claimed = 0, elsewhere = 0;
  bool timed = true, counted = true;
  for (const auto& layer : run.layers) {
    counted &= layer.operations >= 0 && (layer.operations == 0 || layer.placement != "unknown");
    all_operations += layer.operations;
    if (layer.placement != "claimed" && layer.placement != "elsewhere") continue;
    const bool here = layer.placement == "claimed";
    timed &= layer.time_ns >= 0;
    (here ? claimed_ns : elsewhere_ns) += static_cast<double>(layer.time_ns);
    (here ? claimed : elsewhere) += 1;
    if (here) claimed_operations += layer.operations;
  }
  const std::size_t told = claimed + elsewhere;
  if (told == 0) return refuse_both("placement unknown: the runtime tells it of no layer");
  // A layer elsewhere too short for the runtime's clock must still show as less than 100 %.
  const bool by_time = timed && claimed_ns + elsewhere_ns > 0 && (elsewhere == 0 || elsewhere_ns > 0);
  set(figure, by_time ? 100 * claimed_ns / (claimed_ns + elsewhere_ns)
                      : 100 * static_cast<double>(claimed) / static_cast<double>(told));
  counted&& all_operations > 0 ? set(by_operations, 100 * claimed_operations / all_operations)
                               : refuse(by_operations, "the runtime does not tell every layer's operations");
  if (told < run.layers.size()) {
    figure.status = FigureStatus::kWarn;
    figure.reasons.push_back("placement of " + std::to_string(run.layers.size() - told) + " of " +
                             std::to_string(run.layers.size()) + " layers unknown");
  }
}

/// Whatever was formed from a time of a simulated row is no measurement of a device.
void mark_simulated_times(const RowEvidence& evidence, Row& row) {
  auto& f = row.figures;
  for (Figure* figure : {&f.device_time,
                         &f.transfer_in,
                         &f.transfer_out,
                         &f.latency_mean,
                         &f.latency_p50,
                         &f.latency_p90,
                         &f.latency_p95,
                         &f.latency_p99,
                         &f.latency_p999,
                         &f.throughput,
                         &f.throughput_window,
                         &f.end_to_end_mean,
                         &f.preprocess_mean,
                         &f.pipeline_inference_mean,
                         &f.postprocess_mean,
                         &f.end_to_end_throughput,
                         &f.compile_time,
                         &f.first_inference,
                         &f.gops,
                         &f.performance_ratio,
                         &f.area_efficiency,
                         &f.cost_efficiency,
                         &f.capacity,
                         &f.energy_per_inference,
                         &f.window_energy_per_inference,
                         &f.efficiency,
                         &f.net_efficiency,
                         &f.gops_per_watt,
                         &f.energy_delay_product}) {
    if (!simulated_times_stand(evidence.key.backend)) {
      refuse(*figure, evidence.untimed.empty()
                          ? "simulated: the time of " + evidence.key.backend + " is no latency of a device"
                          : "simulated: " + evidence.untimed);
      continue;
    }
    if (!figure->value) continue;
    figure->status = FigureStatus::kWarn;
    figure->reasons.insert(figure->reasons.begin(), "simulated");
  }
}

void identify(const RowEvidence& evidence, Row& row) {
  const record::SessionInfo* session = nullptr;
  const record::Binding* binding = nullptr;
  const auto take = [&](const auto& run) {
    if (session != nullptr || run.session.backend.empty()) return;
    session = &run.session;
    binding = &run.binding;
  };
  // The timed run's session is the row's; without one, whichever pass came far enough to tell.
  for (const auto& run : evidence.timed) {
    if (run.failure.reason.empty()) take(run);
  }
  if (evidence.accuracy) take(*evidence.accuracy);
  for (const auto& run : evidence.timed) take(run);

  row.key = evidence.key;
  row.calibration_relation = evidence.calibration_relation;
  const auto digest = [&](const char* name, const std::string& value) {
    if (!value.empty()) row.digests[name] = value;
  };
  const auto version = [&](const std::string& name, const std::string& value) {
    if (!value.empty()) row.versions[name] = value;
  };
  // These five are always told, absent as an empty text.
  row.digests = {{"model", evidence.model_digest},
                 {"dataset", evidence.dataset_digest},
                 {"calibration", evidence.calibration_digest},
                 {"artifact", evidence.artifact.digest},
                 {"environment", evidence.environment_digest}};
  for (const auto& [name, value] : evidence.artifact.versions) version("toolchain." + name, value);
  version("toolchain", evidence.artifact.toolchain);
  if (evidence.profiled && evidence.profiled->failure.reason.empty()) row.layers = evidence.profiled->layers;
  row.executed_precision = "unknown";
  row.simulated = simulated_times_stand(evidence.key.backend);  // A session, where there was one, knows best.
  if (session == nullptr) return;
  row.executed_precision = session->executed_precision;
  row.simulated = session->simulated;
  row.stack = session->stack;
  row.libraries = session->libraries;
  version("accelerator", session->accelerator_name);
  for (const auto& [name, value] : session->versions) version(name, value);
  version("runtime", session->runtime_version);
  version("plugin", session->plugin_version);
  digest("environment", binding->environment_digest);
  digest("options", binding->options_digest);
  digest("plugin", binding->plugin_digest);
}

}  // namespace

const record::Peak* peak_of_ratio(const RowEvidence& evidence, std::string_view executed_precision) {
  const record::Peak* best = nullptr;
  for (const auto& peak : evidence.peaks) {
    const bool fits = peak.precision == executed_precision && peak.accelerator == evidence.key.accelerator;
    if (fits && peak.gops > 0 && (best == nullptr || peak.gops > best->gops)) best = &peak;
  }
  return best;
}

bool simulated_times_stand(std::string_view backend) { return backend == "null" || backend == "replay"; }

record::Row derive_row(const record::RowEvidence& evidence) {
  Row row;
  mark_all_unmeasured(row.figures);
  identify(evidence, row);
  const auto processes = completed_processes(evidence.timed);
  row.repeats = static_cast<int>(processes.size());
  for (const auto& process : processes) {
    const auto warmup = static_cast<std::int64_t>(process.run->warmup_ns.size());
    row.warmup = &process == &processes.front() ? warmup : std::min(row.warmup, warmup);
    row.iterations =
        &process == &processes.front() ? process.count() : std::min(row.iterations, process.count());
  }
  row.diagnostics = diagnose(processes);
  latency_figures(evidence, processes, row);
  pipeline_figures(evidence, row);
  accuracy_figures(evidence, row);
  power_figures(evidence, row);
  placement_figures(evidence, row);
  performance_ratio(evidence, row);  // Needs the placement.
  target_figures(evidence, row);
  if (row.simulated) mark_simulated_times(evidence, row);
  return row;
}

}  // namespace assay::metric

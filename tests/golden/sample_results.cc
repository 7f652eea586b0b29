#include "sample_results.h"

#include <algorithm>

namespace assay {
namespace {

using record::Figure;
using record::FigureStatus;
using record::Severity;

Figure figure(double value, double uncertainty, const char* unit) {
  return Figure::of(value, unit, value - uncertainty, value + uncertainty);
}

record::Row base_row(const std::string& backend, const std::string& precision) {
  record::Row row;
  row.key = {backend + "-cpu-" + precision,
             "AMD EPYC 9B45",
             backend,
             "CPU",
             "DDRNet-23-slim",
             precision,
             1,
             "single_stream"};
  row.executed_precision = precision;
  row.repeats = 3;
  row.warmup = 640;
  row.iterations = 1000;
  for (const record::MetricInfo& metric : record::metrics())
    row.figures.*metric.member = Figure::unmeasured(std::string(metric.unit), "not measured");
  row.calibration_relation = precision == "int8" ? "disjoint" : "none";
  row.digests = {{"model", "1111"},
                 {"artifact", "2222"},
                 {"calibration", "3333"},
                 {"dataset", "4444"},
                 {"environment", "5555"}};
  row.versions = {{"runtime", backend == "openvino" ? "2026.4.1" : "1.31.1"}, {"plugin", "0.1.0"}};
  row.stack = backend == "openvino" ? "native SDK" : "general runtime";
  row.libraries = {"libopenvino.so.2026.4.1"};
  row.findings = {{"power-unmeasured",
                   Severity::kUnmeasured,
                   "no power source on this machine",
                   {"power", "energy_per_inference", "efficiency"}}};
  return row;
}

/// Figures that follow from a mean latency, its uncertainty and a p99.
void set_latency(record::Row& row, double mean_ms, double uncertainty, double p99_ms) {
  auto& f = row.figures;
  f.latency_mean = figure(mean_ms, uncertainty, "ms");
  f.latency_p50 = figure(mean_ms * 0.99, uncertainty, "ms");
  f.latency_p90 = figure(mean_ms * 1.05, uncertainty, "ms");
  f.latency_p95 = figure(mean_ms * 1.08, uncertainty, "ms");
  f.latency_p99 = figure(p99_ms, 2 * uncertainty, "ms");
  f.throughput =
      figure(row.key.batch * 1000 / mean_ms, row.key.batch * 1000 / mean_ms * uncertainty / mean_ms, "FPS");
  f.throughput_window = f.throughput;
  f.gops = Figure::of(9.07 * 1000 / mean_ms, "GOPS");
  f.peak_memory = Figure::of(312.5, "MB");
  f.placement = Figure::of(100, "%");
  row.diagnostics.process_mean_ms = {mean_ms - 0.1, mean_ms, mean_ms + 0.1};
  row.diagnostics.pooled_ms = {{"p50", mean_ms}, {"p99", p99_ms}};
  row.diagnostics.bound_ms = {{"p99", p99_ms * 1.1}};
  row.diagnostics.effective_n = 2500;
  row.diagnostics.process_effective_n = {900, 800, 800};
  row.diagnostics.outliers = {{}, {17, 400}, {}};
  row.diagnostics.change_points = {-1, -1, -1};
  row.diagnostics.drift_percent = {0.1, -0.2, 0.3};
}

void set_accuracy(record::Row& row, double miou, double drop) {
  row.figures.miou = figure(miou, 0.84, "%");
  row.figures.miou_fp32 = figure(miou + drop, 0.84, "%");
  row.figures.miou_drop = drop == 0 ? Figure::of(0, "%", 0, 0) : figure(drop, 0.31, "%");
  row.figures.pixel_accuracy = Figure::of(93.25, "%");
  row.per_class_iou = {97.5, -1, 81.25};
}

void add(record::Row& row, const char* rule, Severity severity, const std::string& evidence,
         std::vector<std::string> figures) {
  row.findings.push_back({rule, severity, evidence, figures});
  const FigureStatus status = severity == Severity::kInvalid ? FigureStatus::kInvalid : FigureStatus::kWarn;
  for (const record::MetricInfo& metric : record::metrics()) {
    Figure& f = row.figures.*metric.member;
    const bool concerned = figures.empty()
                               ? severity == Severity::kInvalid
                               : std::find(figures.begin(), figures.end(), metric.name) != figures.end();
    if (!concerned) continue;
    f.reasons.emplace_back(rule);
    if (f.value) f.status = std::max(f.status, status);
  }
  if (severity == Severity::kInvalid)
    row.verdict = "INVALID";
  else if (row.verdict == "OK")
    row.verdict = "WARN";
}

}  // namespace

record::Results quick_results() {
  record::Results r;
  r.name = "quickstart";
  r.description = "a quick look";
  r.assay_version = "0.1.0";
  r.started_utc = "2026-11-21T09:00:00.000Z";
  r.finished_utc = "2026-11-21T09:06:00.000Z";
  r.complete = true;
  r.spec_digest = "6666";
  r.protocol = {{"model", "DDRNet-23-slim"},
                {"size", "256x512"},
                {"data", "generated streets 256x512 (seed 20)"},
                {"validation", "200 images of val (seed 42)"},
                {"calibration", "100 images of train (seed 42)"},
                {"repeats", "3 fresh processes, random order (seed 42)"},
                {"scenario", "single_stream"},
                {"warm-up", ">= 100 inferences and 10 s and steady, at most 15 s"},
                {"timed", ">= 1000 inferences"},
                {"inputs", "8 images in rotation"}};
  r.environment = {"host",        "Debian GNU/Linux 12",     "6.1.0", "AMD EPYC 9B45", 2,
                   8'323'000'000, {{"governor", "unknown"}}, "5555"};
  r.peaks = {{"fp32", "CPU", 310.5, "measured: FP32 FMA kernel, 2 threads"}};
  r.class_names = {"road", "train", "car"};

  record::Row fp32 = base_row("openvino", "fp32");
  set_latency(fp32, 13.11, 0.21, 15.23);
  set_accuracy(fp32, 71.23, 0);

  record::Row int8 = base_row("openvino", "int8");
  set_latency(int8, 2.5954, 0.032, 2.9513);
  set_accuracy(int8, 67.9, 3.33);
  add(int8, "accuracy-degraded", Severity::kWarn,
      "int8 mIoU is 3.33 points under FP32 (95 % interval 3.02 to 3.64), over the limit of 3",
      {"miou", "miou_drop"});
  add(int8, "warm-up", Severity::kWarn,
      "latency was not steady yet when the warm-up ended at its cap of 15 s in 1 of 3 repeats",
      {"latency_mean", "latency_p50", "latency_p90", "latency_p95", "latency_p99", "throughput", "gops"});
  add(int8, "autocorrelation", Severity::kWarn,
      "latencies depend on their predecessors (lag-1 correlation 0.82): 3000 are worth 310 independent ones, "
      "which "
      "bounds on percentiles use",
      {"latency_p90", "latency_p95", "latency_p99"});

  record::Row crashed = base_row("onnxruntime", "fp32");
  set_latency(crashed, 13.4, 0.35, 16.02);
  set_accuracy(crashed, 71.23, 0);
  crashed.repeats = 2;
  add(crashed, "run-failed", Severity::kInvalid,
      "timed run 3: killed by SIGSEGV (signal 11) after 499 inferences; last log lines:\n\x1b[31mboom | "
      "*pipe*",
      {});

  record::Row slow = base_row("onnxruntime", "int8");
  set_latency(slow, 27.32, 1.4, 33.1);
  set_accuracy(slow, 70.11, 1.12);
  add(slow, "warm-up", Severity::kWarn,
      "latency was not steady yet when the warm-up ended at its cap of 15 s in 1 of 3 repeats",
      {"latency_mean", "latency_p50", "latency_p90", "latency_p95", "latency_p99", "throughput", "gops"});
  add(slow, "artifact-agrees", Severity::kWarn,
      "the artifact was not compared with FP32 ONNX Runtime before use", {});
  r.rows = {fp32, int8, crashed, slow};
  return r;
}

record::Results mixed_results() {
  record::Results r = quick_results();
  r.name = "mixed";
  r.complete = false;
  record::Row a = r.rows[0];
  record::Row twin = a;
  twin.key.id = "openvino-cpu-fp32-one-thread";
  set_latency(twin, 13.2, 0.2, 15.4);
  record::Row board = base_row("tensorrt", "int8");
  board.key.device = "NVIDIA Jetson Orin NX 8GB with a name that does not end";
  board.key.accelerator = "Ampere GPU";
  board.key.batch = 8;
  set_latency(board, 20, 0.1, 21);
  set_accuracy(board, 70.5, 0.73);
  record::Row replay = base_row("replay", "fp32");
  replay.key.device = "シミュレータ";
  replay.simulated = true;
  set_latency(replay, 5, 0.5, 6);
  add(replay, "simulated", Severity::kWarn,
      "the replay backend replays or simulates: its times are no device's",
      {"latency_mean", "latency_p99", "throughput"});
  record::Row nothing = base_row("openvino", "bf16");
  nothing.repeats = 0;
  add(nothing, "run-failed", Severity::kInvalid, "preparing the artifact: timeout", {});
  r.rows = {a, twin, board, replay, nothing};
  return r;
}

namespace {

record::PowerWindow window(int repeat, double watts) {
  record::PowerWindow w;
  w.repeat = repeat;
  w.mean_w = watts;
  w.window_energy_j = watts * 13.11;
  w.peak_w = watts * 1.25;
  w.u_gain_w = 0.0047;
  w.u_range_w = 0.017;
  w.u_other_w = 0.004;
  w.accuracy_known = true;
  w.coverage = 1;
  w.samples = 130 + repeat;
  w.window_ms = 13110;
  w.longest_gap_ms = 104;
  w.interval_ms = 100;
  return w;
}

record::PowerSource source(const std::string& channel, const char* boundary, double watts) {
  record::PowerSource s;
  s.channel = channel;
  s.description = "INA3221 at i2c 1-0040";
  s.boundary = boundary;
  s.windows = {window(1, watts - 0.01), window(2, watts), window(3, watts + 0.01)};
  s.mean = figure(watts, 0.04, "W");
  return s;
}

/// What follows from 8.14 W or another mean, U aside.
void set_power(record::Row& row, double watts, double uncertainty) {
  auto& f = row.figures;
  const double ms = *f.latency_mean.value, relative = uncertainty / watts;
  const auto scaled = [&](double value, const char* unit) { return figure(value, value * relative, unit); };
  f.power = figure(watts, uncertainty, "W");
  f.power_peak = Figure::of(watts * 1.25, "W");
  f.energy_per_inference = scaled(watts * ms, "mJ");
  f.window_energy_per_inference = scaled(watts * ms * 1.001, "mJ");
  f.efficiency = scaled(1000 / ms / watts, "FPS/W");
  f.gops_per_watt = scaled(9.07 * 1000 / ms / watts, "GOPS/W");
  f.energy_delay_product = scaled(watts * ms * ms * 1e-3, "mJ s");
  f.power_loaded_idle = Figure::unmeasured("W", "the spec asks for no loaded idle time");
  std::erase_if(row.findings,
                [](const record::Finding& finding) { return finding.rule == "power-unmeasured"; });
}

const std::vector<std::string> kPower{"power",
                                      "power_net",
                                      "power_peak",
                                      "energy_per_inference",
                                      "window_energy_per_inference",
                                      "efficiency",
                                      "gops_per_watt",
                                      "energy_delay_product",
                                      "net_efficiency"};

}  // namespace

record::Results metered_results() {
  record::Results r = quick_results();
  r.name = "metered";
  r.rows.resize(2);
  const auto sources = [](double watts) {
    record::PowerSource meter = source("wt300e.power", "dc_input", watts);
    meter.description = "YOKOGAWA,WT310E,C3SIM0001V,F1.04 at tcp://127.0.0.1:10001";
    meter.simulated = meter.primary = true;
    record::PowerSource board = source("ina3221-0040.VDD_IN.power", "board", watts - 0.4);
    board.contains = {"ina3221-0040.VDD_CPU_GPU_CV.power", "ina3221-0040.VDD_SOC.power"};
    return std::vector{meter, board};
  };
  record::Row& good = r.rows[0];
  set_power(good, 8.142, 0.041);
  good.figures.power_idle = figure(4.03, 0.05, "W");
  good.figures.power_net = figure(4.112, 0.064, "W");
  good.figures.net_efficiency = figure(18.55, 0.29, "FPS/W");
  good.figures.temperature = Figure::of(61.5, "degC");
  good.power_sources = sources(8.142);
  good.power_sources[0].idle_before_w = 4.01;
  good.power_sources[0].idle_after_w = 4.05;
  good.power_sources[1].idle_before_w = 3.6;
  good.power_sources[0].idle = {window(0, 4.01), window(0, 4.05)};
  good.power_sources[1].idle = {window(0, 3.6), {}};
  good.power_sources[1].idle[1].problem = "no reading in the window";
  good.power_sources[0].idle_status = record::FigureStatus::kOk;
  good.power_sources[1].idle_status = record::FigureStatus::kInvalid;

  record::Row& bad = r.rows[1];
  set_power(bad, 9.6, 0.2);
  for (Figure* f : {&bad.figures.power_idle, &bad.figures.power_net, &bad.figures.net_efficiency})
    *f = Figure::unmeasured(f->unit, "no idle power was measured");
  bad.figures.temperature = Figure::of(64, "degC");
  bad.power_sources = sources(9.6);
  bad.power_sources[0].windows[1] = {};
  bad.power_sources[0].windows[1].repeat = 2;
  bad.power_sources[0].windows[1].problem = "no reading in the window";
  bad.power_sources[1].windows[1] = bad.power_sources[0].windows[1];
  bad.power_sources[1].mean.status = record::FigureStatus::kInvalid;
  bad.power_sources[1].mean.reasons = {"power-window"};
  bad.power_sources[0].windows[2].samples = 12;
  bad.power_sources[0].windows[2].coverage = 0.62;
  for (record::Row* row : {&good, &bad})
    add(*row, "power-simulated", Severity::kWarn,
        "power is simulated: YOKOGAWA,WT310E,C3SIM0001V,F1.04 at tcp://127.0.0.1:10001 is no instrument",
        kPower);
  add(bad, "power-unmeasured", Severity::kInvalid, "no power in repeat 2: no reading in the window", kPower);
  return r;
}

record::Results rails_results() {
  record::Results r = quick_results();
  r.name = "rails";
  r.rows = {r.rows[1], r.rows[2]};
  record::Row& row = r.rows[0];
  set_power(row, 7.5, 0.3);
  for (Figure* f : {&row.figures.power_idle, &row.figures.power_net, &row.figures.net_efficiency})
    *f = Figure::unmeasured(f->unit, "no idle power was measured");
  row.figures.power_peak = Figure::unmeasured("W", "a sum of channels has no peak reading");
  std::string all;
  for (const char* rail : {"VDD_GPU_SOC", "VDD_CPU_CV", "VIN_SYS_5V0", "VDDQ_VDD2_1V8AO"}) {
    const std::string channel = std::string("ina3221.") + rail + ".power";
    all += (all.empty() ? "" : " + ") + channel;
    row.power_sources.push_back(source(channel, "rail", 7.5 / 4));
  }
  row.power_sources.insert(row.power_sources.begin(), source(all, "rail", 7.5));
  row.power_sources[0].primary = true;
  for (record::PowerSource& one : row.power_sources)
    for (record::PowerWindow& w : one.windows) {
      w.accuracy_known = false;
      w.u_gain_w = w.u_range_w = 0;
      if (one.primary) w.peak_w.reset();
    }
  add(row, "power-boundary", Severity::kWarn,
      "power is rail power by " + all +
          ", not measured at the DC input: do not rank it against rows of another boundary",
      kPower);
  add(row, "power-accuracy", Severity::kWarn, all + " states no accuracy: the intervals do not contain it",
      kPower);
  record::Row& killed = r.rows[1];
  killed.repeats = 0;
  killed.findings[0].evidence = "no timed run completed";
  for (const record::MetricInfo& metric : record::metrics())
    killed.figures.*metric.member = Figure::unmeasured(std::string(metric.unit), "no timed run completed");
  return r;
}

record::Results target_results() {
  record::Results r = quick_results();
  r.name = "target";
  r.rows.resize(2);
  record::Row& here = r.rows[0];
  here.target = {{"id", "jetson-agx-xavier"},
                 {"name", "NVIDIA Jetson AGX Xavier"},
                 {"unit", "GPU"},
                 {"power_mode", "30W"},
                 {"die_area", "350 mm2: Hot Chips 30 (2018)"}};
  auto& f = here.figures;
  f.performance_ratio = Figure::of(49.1, "%");
  f.performance_ratio.reasons = {
      "of 1410 GOPS fp32, target jetson-agx-xavier GPU, dense: data sheet (2021-01)"};
  f.area_efficiency = Figure::of(1.977, "GOPS/mm2");
  f.area_efficiency.reasons = {"of 350 mm2, the whole die: Hot Chips 30 (2018)"};
  f.cost_efficiency = Figure::unmeasured("GOPS/$", "no source of target jetson-agx-xavier tells a price");
  f.capacity = Figure::of(6.9184e11, "op/s");
  f.capacity.reasons = {"76.2777 FPS x 512 x 256 x 69199 operations per pixel"};
  f.thermal_resistance = figure(2.45, 0.04, "K/W");
  f.thermal_resistance.reasons = {"junction 99 degC (design guide), case 50 degC, stated in the spec",
                                  "power-boundary"};
  f.thermal_resistance.status = FigureStatus::kWarn;
  record::Row& elsewhere = r.rows[1];
  elsewhere.target = {{"id", "qcs6490"}, {"name", "Qualcomm QCS6490"}, {"unit", "NPU"}};
  elsewhere.figures.performance_ratio = Figure::of(27.8, "%");
  elsewhere.figures.performance_ratio.reasons = {
      "of 12600 GOPS int8, target qcs6490 NPU, dense: sheet (2022)"};
  add(elsewhere, "target-mismatch", Severity::kInvalid,
      "the row's target is qcs6490 (Qualcomm QCS6490), but this machine says it is another: found AMD EPYC "
      "9B45; "
      "figures that rest on the catalogue are another device's",
      {"performance_ratio", "area_efficiency", "cost_efficiency", "thermal_resistance"});
  elsewhere.verdict = "WARN";  // What was measured stands.
  return r;
}

}  // namespace assay

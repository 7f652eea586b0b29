#include "metric/figures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "metric/percentile.h"
#include "metric/statistics.h"

namespace assay::metric {
namespace {

using record::Figure;
using record::FigureStatus;

record::SessionInfo session(const std::string& backend) {
  record::SessionInfo info;
  info.backend = backend;
  info.accelerator = "CPU";
  info.executed_precision = "fp32";
  info.runtime_version = "1.2.3";
  info.plugin_version = "0.1.0";
  info.versions = {{"driver", "7"}};
  info.compile_ns = 200'000'000;
  info.first_inference_ns = 30'000'000;
  info.libraries = {"libruntime.so"};
  return info;
}

record::TimedRun timed(int repeat, std::int64_t latency_ns, int count = 1000) {
  std::mt19937_64 random(static_cast<std::uint64_t>(repeat) + 1);
  record::TimedRun run;
  run.repeat = repeat;
  run.session = session("openvino");
  run.binding = {"artifact", "options", "environment", "plugin"};
  run.warmup_ns.assign(std::size_t{100} + static_cast<std::size_t>(repeat), 2 * latency_ns);
  std::int64_t sum = 0;
  for (int i = 0; i < count; ++i) {
    run.latency_ns.push_back(latency_ns + static_cast<std::int64_t>(random() % 2001) - 1000);
    sum += run.latency_ns.back();
  }
  run.window_begin_ns = 5'000'000'000;
  run.window_end_ns = run.window_begin_ns + sum + 1000;
  run.peak_rss_bytes = 100'000'000 + repeat;
  return run;
}

record::AccuracyRun accuracy(std::uint32_t wrong) {
  record::AccuracyRun run;
  run.session = session("openvino");
  run.classes = 2;
  for (std::uint32_t i = 0; i < 20; ++i) {
    run.images.push_back("image" + std::to_string(i));
    run.confusion.push_back({100 - wrong, wrong, 5 + i, 95 - i});
  }
  run.dataset_digest = "tensors";
  return run;
}

record::RowEvidence evidence() {
  record::RowEvidence e;
  e.key = {"openvino-cpu-fp32", "local", "openvino", "CPU", "tiny", "fp32", 1, "single_stream"};
  e.timed = {timed(0, 10'000'000), timed(1, 11'000'000), timed(2, 12'000'000)};
  e.operations = 4e9;
  e.model_digest = "model";
  e.planned_repeats = 3;
  return e;
}

bool says(const Figure& figure, const std::string& text) {
  return std::any_of(figure.reasons.begin(), figure.reasons.end(),
                     [&](const auto& reason) { return reason.find(text) != std::string::npos; });
}

TEST(Figures, LatencyIsTheMeanOfTheProcessMeansWithStudentsInterval) {
  const auto row = derive_row(evidence());
  const Figure& mean = row.figures.latency_mean;
  EXPECT_NEAR(*mean.value, 11, 1e-4);
  EXPECT_EQ(mean.unit, "ms");
  EXPECT_EQ(mean.status, FigureStatus::kOk);
  EXPECT_NEAR(*mean.hi - *mean.value, 4.302652729749462 / std::sqrt(3.0), 1e-3);
  EXPECT_EQ(row.repeats, 3);
  EXPECT_EQ(row.warmup, 100);
  EXPECT_EQ(row.iterations, 1000);
  EXPECT_EQ(row.diagnostics.process_mean_ms.size(), 3u);
}

TEST(Figures, EachPercentileIsFormedPerProcess) {
  auto e = evidence();
  const auto row = derive_row(e);
  double expected = 0;
  for (auto& run : e.timed) {
    std::sort(run.latency_ns.begin(), run.latency_ns.end());
    expected += percentile_ms(run.latency_ns, 99) / 3;
  }
  EXPECT_NEAR(*row.figures.latency_p99.value, expected, 1e-9);
  // The pooled one stands beside: it is near the slowest process's, not the mean of three.
  EXPECT_GT(row.diagnostics.pooled_ms.at("p99"), 11.9);
  EXPECT_GE(row.diagnostics.bound_ms.at("p99"), row.diagnostics.pooled_ms.at("p99"));
}

TEST(Figures, APercentileThatNCannotSupportIsRefused) {
  auto e = evidence();
  EXPECT_TRUE(derive_row(e).figures.latency_p99.value);
  EXPECT_FALSE(derive_row(e).figures.latency_p999.value);
  EXPECT_TRUE(says(derive_row(e).figures.latency_p999, "n=1000 too small for p99.9: needs 4603"));
  e.timed[1] = timed(1, 11'000'000, 300);  // The smallest process decides.
  const auto row = derive_row(e);
  EXPECT_EQ(row.iterations, 300);
  EXPECT_TRUE(row.figures.latency_p90.value);
  EXPECT_TRUE(says(row.figures.latency_p99, "n=300 too small for p99: needs 459"));
  EXPECT_EQ(row.figures.latency_p99.status, FigureStatus::kUnmeasured);
}

TEST(Figures, ThroughputTwoWays) {
  auto e = evidence();
  e.key.batch = 8;
  for (auto& run : e.timed) run.window_end_ns += 1'000'000'000;  // A second in which nothing ran.
  const auto row = derive_row(e);
  EXPECT_DOUBLE_EQ(*row.figures.throughput.value, 8 * 1000 / *row.figures.latency_mean.value);
  EXPECT_LT(*row.figures.throughput.lo, *row.figures.throughput.value);
  EXPECT_GT(*row.figures.throughput.hi, *row.figures.throughput.value);
  EXPECT_NEAR(*row.figures.throughput_window.value, 8 * (1000 / 11.0 + 1000 / 12.0 + 1000 / 13.0) / 3, 0.01);
}

// VEDLIoT D3.3, table 3: 8 images in 111.79 ms are 71.56 per second.
TEST(Figures, ThroughputOfThePublishedTable) {
  auto e = evidence();
  e.key.batch = 8;
  e.timed.resize(1);
  e.timed[0].latency_ns.assign(1000, 111'790'000);
  EXPECT_NEAR(*derive_row(e).figures.throughput.value, 71.56, 0.005);
}

TEST(Figures, OneProcessHasNoInterval) {
  auto e = evidence();
  e.timed.resize(1);
  const auto row = derive_row(e);
  EXPECT_TRUE(row.figures.latency_mean.value);
  EXPECT_FALSE(row.figures.latency_mean.lo);
  EXPECT_FALSE(row.figures.throughput.hi);
  EXPECT_EQ(row.diagnostics.bootstrap_lo_ms.size(), 1u);
}

TEST(Figures, FailedRunsEnterNothing) {
  auto e = evidence();
  e.timed[2].failure = {"killed by SIGSEGV (signal 11)", "crash", 11};
  const auto row = derive_row(e);
  EXPECT_EQ(row.repeats, 2);
  EXPECT_NEAR(*row.figures.latency_mean.value, 10.5, 1e-4);
  for (auto& run : e.timed) run.failure = {"killed by SIGSEGV (signal 11)", "crash", 11};
  const auto none = derive_row(e);
  EXPECT_EQ(none.repeats, 0);
  EXPECT_FALSE(none.figures.latency_mean.value);
  EXPECT_TRUE(says(none.figures.latency_mean, "SIGSEGV"));
  EXPECT_FALSE(none.figures.gops.value);
  EXPECT_EQ(none.executed_precision, "fp32");  // The session was told before it died.
}

TEST(Figures, PerformanceRatioOnlyAgainstThePeakOfTheExecutedPrecision) {
  auto e = evidence();
  const double gops = 4e9 * (1000 / *derive_row(e).figures.latency_mean.value) / 1e9;
  EXPECT_DOUBLE_EQ(*derive_row(e).figures.gops.value, gops);
  EXPECT_FALSE(derive_row(e).figures.performance_ratio.value);
  e.peaks = {{"int8", "CPU", 9000, "declared"}, {"fp32", "GPU", 5000, "declared"}};
  EXPECT_TRUE(says(derive_row(e).figures.performance_ratio, "no fp32 peak is known for CPU"));
  e.peaks.push_back({"fp32", "CPU", 500, "measured"});
  e.peaks.push_back({"fp32", "CPU", 1000, "vendor's"});
  const auto row = derive_row(e);
  EXPECT_DOUBLE_EQ(*row.figures.performance_ratio.value, 100 * gops / 1000);
  EXPECT_TRUE(says(row.figures.performance_ratio, "of 1000 GOPS fp32, vendor's"));
  e.operations.reset();
  e.operations_note = "Loop has no fixed count";
  EXPECT_TRUE(says(derive_row(e).figures.gops, "Loop has no fixed count"));
  EXPECT_TRUE(says(derive_row(e).figures.performance_ratio, "Loop has no fixed count"));
}

TEST(Figures, NoPerformanceRatioWhereAPartRanElsewhere) {
  auto e = evidence();
  e.peaks = {{"fp32", "CPU", 1000, "vendor's"}};
  e.profiled.emplace();
  auto& layers = e.profiled->layers;
  layers.resize(2);
  for (auto& layer : layers) layer.placement = "claimed", layer.time_ns = 50, layer.operations = 10;
  EXPECT_TRUE(derive_row(e).figures.performance_ratio.value);
  layers[1].placement = "elsewhere";
  EXPECT_TRUE(says(derive_row(e).figures.performance_ratio, "only 50 % of what was executed ran on CPU"));
  layers[1].placement = "claimed";
  layers.push_back(layers[0]);
  layers[2].placement = "unknown", layers[2].operations = 20;
  EXPECT_TRUE(derive_row(e).figures.performance_ratio.value) << "Where is not told: placement says so.";
}

TEST(Figures, AccuracyAndItsDrop) {
  auto e = evidence();
  e.accuracy = accuracy(20);
  e.reference = accuracy(10);
  const auto row = derive_row(e);
  // Sums over images: TP 80 * 20, FN 20 * 20, FP (5 + i) summed = 290; class 1: TP 1710.
  const double miou = 50 * (1600.0 / (2000 + 290) + 1710.0 / (2000 + 400));
  const double fp32 = 50 * (1800.0 / (2000 + 290) + 1710.0 / (2000 + 200));
  EXPECT_NEAR(*row.figures.miou.value, miou, 1e-12);
  EXPECT_NEAR(*row.figures.miou_fp32.value, fp32, 1e-12);
  EXPECT_NEAR(*row.figures.miou_drop.value, fp32 - miou, 1e-12);
  EXPECT_LE(*row.figures.miou_drop.lo, fp32 - miou);
  EXPECT_GE(*row.figures.miou_drop.hi, fp32 - miou);
  EXPECT_NEAR(*row.figures.pixel_accuracy.value, 100 * 3310.0 / 4000, 1e-12);
  EXPECT_EQ(row.per_class_iou.size(), 2u);
}

TEST(Figures, NoDropAcrossDifferentImages) {
  auto e = evidence();
  e.accuracy = accuracy(20);
  e.reference = accuracy(10);
  e.reference->images[3] = "another";
  EXPECT_FALSE(derive_row(e).figures.miou_drop.value);
  EXPECT_TRUE(derive_row(e).figures.miou.value);
  e.reference = accuracy(10);
  e.reference->dataset_digest = "other tensors";
  EXPECT_FALSE(derive_row(e).figures.miou_drop.value);
  e.reference.reset();
  EXPECT_TRUE(says(derive_row(e).figures.miou_drop, "FP32 reference: accuracy was not evaluated"));
  e.accuracy->failure.reason = "hung";
  EXPECT_TRUE(says(derive_row(e).figures.miou, "the accuracy run failed: hung"));
  e.accuracy = accuracy(1);
  e.accuracy->confusion[4].pop_back();  // Never read beyond what is there.
  EXPECT_FALSE(derive_row(e).figures.miou.value);
}

TEST(Figures, PlacementByOperationsWhereEveryLayersAreTold) {
  auto e = evidence();
  e.profiled.emplace();
  auto& layers = e.profiled->layers;
  layers = {{"{ForeignNode[a...f]}", "DLA", "", -1, 600, "claimed"},
            {"g", "Resize", "", 900, 400, "elsewhere"}};
  EXPECT_DOUBLE_EQ(*derive_row(e).figures.placement_operations.value, 60);
  layers.push_back({"reformat", "Reformat", "", 1, 0, "unknown"});  // No arithmetic: wherever it ran.
  EXPECT_DOUBLE_EQ(*derive_row(e).figures.placement_operations.value, 60);
  layers[2].operations = 5;
  EXPECT_FALSE(derive_row(e).figures.placement_operations.value);
  layers[2].operations = -1;
  EXPECT_TRUE(says(derive_row(e).figures.placement_operations, "does not tell every layer's operations"));
}

TEST(Figures, PlacementByTimeElseByCountElseUnknown) {
  auto e = evidence();
  EXPECT_TRUE(says(derive_row(e).figures.placement, "placement unknown"));
  e.profiled.emplace();
  auto& layers = e.profiled->layers;
  layers = {{"a", "Conv", "", 300, -1, "claimed"}, {"b", "Loop", "", 100, -1, "elsewhere"}};
  EXPECT_DOUBLE_EQ(*derive_row(e).figures.placement.value, 75);
  layers[1].time_ns = 0;  // Too short to be seen, yet it fell back.
  EXPECT_DOUBLE_EQ(*derive_row(e).figures.placement.value, 50);
  layers[0].time_ns = -1;
  EXPECT_DOUBLE_EQ(*derive_row(e).figures.placement.value, 50);
  layers.push_back({"c", "Add", "", 5, -1, "unknown"});
  EXPECT_EQ(derive_row(e).figures.placement.status, FigureStatus::kWarn);
  EXPECT_TRUE(says(derive_row(e).figures.placement, "1 of 3 layers unknown"));
  layers = {{"a", "Conv", "", 300, -1, "claimed"}};
  EXPECT_DOUBLE_EQ(*derive_row(e).figures.placement.value, 100);
  layers[0].placement = "unknown";
  EXPECT_FALSE(derive_row(e).figures.placement.value);
  layers.clear();
  EXPECT_FALSE(derive_row(e).figures.placement.value);
}

TEST(Figures, ASimulatedTimeIsNoLatency) {
  auto e = evidence();
  e.accuracy = accuracy(20);
  for (auto& run : e.timed) run.session.simulated = true;
  for (const auto figure : {&record::RowFigures::latency_mean, &record::RowFigures::throughput,
                            &record::RowFigures::gops, &record::RowFigures::compile_time}) {
    const auto row = derive_row(e);
    EXPECT_TRUE(row.simulated);
    EXPECT_FALSE((row.figures.*figure).value);
    EXPECT_TRUE(says(row.figures.*figure, "simulated"));
    EXPECT_TRUE(row.figures.miou.value);  // Labels are no time.
  }
  auto lost = e;  // Not even its session: the backend's name tells.
  lost.key.backend = "null";
  lost.accuracy.reset();
  for (auto& run : lost.timed) run.session = {}, run.failure.reason = "killed by SIGSEGV (signal 11)";
  EXPECT_TRUE(derive_row(lost).simulated);
  lost.key.backend = "openvino";
  EXPECT_FALSE(derive_row(lost).simulated);
  e.key.backend = "replay";
  const auto row = derive_row(e);
  EXPECT_TRUE(row.figures.latency_mean.value);
  EXPECT_EQ(row.figures.latency_mean.status, FigureStatus::kWarn);
  EXPECT_EQ(row.figures.latency_mean.reasons.front(), "simulated");
}

TEST(Figures, ASimulatedTimeGivesNoEfficiencyEither) {
  auto e = evidence();
  record::Series series;
  series.channel.id = "meter.power";
  series.channel.quantity = "power";
  series.channel.unit = "W";
  series.channel.boundary = record::Boundary::kDcInput;
  for (std::int64_t ns = 0; ns <= 25'000'000'000; ns += 100'000'000) series.readings.push_back({ns, ns, 8});
  for (auto& run : e.timed) {
    run.session.simulated = true;
    run.observation.series = {series};
  }
  const auto of_times = {&record::RowFigures::energy_per_inference,
                         &record::RowFigures::window_energy_per_inference, &record::RowFigures::efficiency,
                         &record::RowFigures::gops_per_watt, &record::RowFigures::energy_delay_product};
  const auto row = derive_row(e);
  ASSERT_TRUE(row.figures.power.value) << row.figures.power.reasons.front();
  EXPECT_NEAR(*row.figures.power.value, 8, 1e-9);
  for (const auto figure : of_times) EXPECT_TRUE(says(row.figures.*figure, "simulated"));
  for (const auto figure : of_times) EXPECT_FALSE((row.figures.*figure).value);
  e.key.backend = "replay";
  for (const auto figure : of_times) EXPECT_EQ((derive_row(e).figures.*figure).status, FigureStatus::kWarn);
}

record::PipelineRun pipeline(std::int64_t pre_ns) {
  record::PipelineRun run;
  run.pre_ns = {pre_ns - 1'000'000, pre_ns + 1'000'000};
  run.infer_ns = {10'000'000, 10'000'000};
  run.post_ns = {1'000'000, 2'000'000};
  run.total_ns = {pre_ns + 10'000'000, pre_ns + 13'000'000};
  run.window_end_ns = 40'000'000;
  return run;
}

TEST(Figures, EndToEndIsFormedPerProcess) {
  auto e = evidence();
  EXPECT_TRUE(says(derive_row(e).figures.end_to_end_mean, "no end-to-end loop"));
  e.pipeline = {pipeline(5'000'000)};
  const auto one = derive_row(e).figures;
  EXPECT_DOUBLE_EQ(*one.end_to_end_mean.value, 16.5);
  EXPECT_FALSE(one.end_to_end_mean.lo);  // One process tells nothing of the next.
  EXPECT_DOUBLE_EQ(*one.preprocess_mean.value, 5);
  EXPECT_DOUBLE_EQ(*one.pipeline_inference_mean.value, 10);
  EXPECT_DOUBLE_EQ(*one.postprocess_mean.value, 1.5);
  EXPECT_DOUBLE_EQ(*one.end_to_end_throughput.value, 50);

  e.pipeline = {pipeline(4'000'000), pipeline(5'000'000), pipeline(6'000'000)};
  e.pipeline[2].window_end_ns = 20'000'000;
  const auto three = derive_row(e).figures;
  EXPECT_DOUBLE_EQ(*three.end_to_end_mean.value, 16.5);
  EXPECT_NEAR(*three.end_to_end_mean.hi - 16.5, 4.302652729749462 / std::sqrt(3.0), 1e-9);
  EXPECT_NEAR(5 - *three.preprocess_mean.lo, 4.302652729749462 / std::sqrt(3.0), 1e-9);
  EXPECT_DOUBLE_EQ(*three.end_to_end_throughput.value, 200 / 3.);

  e.pipeline[2].failure.reason = "hung";  // Enters nothing.
  EXPECT_DOUBLE_EQ(*derive_row(e).figures.end_to_end_mean.value, 16);
  for (auto& run : e.pipeline) run.failure.reason = "hung";
  EXPECT_TRUE(says(derive_row(e).figures.end_to_end_mean, "the end-to-end loop failed: hung"));
}

TEST(Figures, EveryFigureHasItsUnitAndAbsenceItsReason) {
  record::RowEvidence nothing;
  nothing.key.backend = "openvino";
  for (const auto& e : {nothing, evidence()}) {
    const auto row = derive_row(e);
    for (const auto& metric : record::metrics()) {
      const Figure& figure = row.figures.*metric.member;
      EXPECT_EQ(figure.unit, metric.unit) << metric.name;
      EXPECT_EQ(figure.value.has_value(), figure.status != FigureStatus::kUnmeasured) << metric.name;
      EXPECT_TRUE(figure.value || !figure.reasons.empty()) << metric.name;
    }
    EXPECT_TRUE(says(row.figures.power, e.timed.empty() ? "no timed run completed" : "no power source"));
  }
}

TEST(Figures, TimesOnTheDeviceAreApartFromLatency) {
  auto e = evidence();
  for (auto& run : e.timed) run.device_time_ns = {2'000'000, 4'000'000};
  for (auto& run : e.timed) run.transfer_in_ns = {500'000, 700'000};
  auto row = derive_row(e);
  EXPECT_DOUBLE_EQ(*row.figures.device_time.value, 3);
  EXPECT_DOUBLE_EQ(*row.figures.transfer_in.value, 0.6);
  EXPECT_FALSE(row.figures.transfer_out.value);
  e.timed[1].device_time_ns.clear();  // A mean over some of the processes would be of another row.
  row = derive_row(e);
  EXPECT_FALSE(row.figures.device_time.value);
}

TEST(Figures, ARowThatIsNotTimedByIntentSaysWhy) {
  auto e = evidence();
  e.key.backend = "qnn";
  e.timed.clear();
  e.untimed = "simulated: the simulator is no device";
  e.accuracy.emplace();
  e.accuracy->session.backend = "qnn";
  e.accuracy->session.simulated = true;
  const auto row = derive_row(e);
  for (const Figure* figure : {&row.figures.latency_mean, &row.figures.throughput, &row.figures.latency_p99,
                               &row.figures.end_to_end_mean, &row.figures.compile_time, &row.figures.gops}) {
    EXPECT_FALSE(figure->value);
    EXPECT_TRUE(says(*figure, "the simulator is no device"));
  }
}

TEST(Figures, IdentityOfTheRow) {
  auto e = evidence();
  e.artifact.digest = "artifact-content";
  e.artifact.toolchain = "nncf";
  e.artifact.versions = {{"nncf", "3.0"}};
  e.calibration_relation = "disjoint";
  e.timed[1].device_memory_bytes = 5'000'000;
  const auto row = derive_row(e);
  EXPECT_EQ(row.key.id, "openvino-cpu-fp32");
  EXPECT_EQ(row.digests.at("model"), "model");
  EXPECT_EQ(row.digests.at("artifact"), "artifact-content");
  EXPECT_EQ(row.digests.at("environment"), "environment");
  EXPECT_EQ(row.versions.at("toolchain.nncf"), "3.0");
  EXPECT_EQ(row.versions.at("runtime"), "1.2.3");
  EXPECT_EQ(row.versions.at("driver"), "7");
  EXPECT_EQ(row.libraries, (std::vector<std::string>{"libruntime.so"}));
  EXPECT_EQ(row.calibration_relation, "disjoint");
  EXPECT_DOUBLE_EQ(*row.figures.peak_memory.value, 100.000002);
  EXPECT_DOUBLE_EQ(*row.figures.device_memory.value, 5);
  e.timed[1].device_memory_bytes.reset();
  e.timed[1].device_memory_problem = "the GPU shares the system's memory";
  EXPECT_EQ(derive_row(e).figures.device_memory.reasons,
            std::vector<std::string>{"the GPU shares the system's memory"});
  EXPECT_DOUBLE_EQ(*row.figures.compile_time.value, 200);
  EXPECT_DOUBLE_EQ(*row.figures.first_inference.value, 30);
}

// Of two processes of three, Student's t has one degree of freedom: read as that of three repeats it would
// be another interval.
TEST(Figures, WhatNotEveryProcessToldIsNoFigureOfTheRow) {
  auto e = evidence();
  e.timed[1].session.compile_ns = 0;
  e.timed[2].session.first_inference_ns = 0;
  e.timed[0].window_end_ns = e.timed[0].window_begin_ns;
  const auto row = derive_row(e);
  for (const Figure* figure :
       {&row.figures.compile_time, &row.figures.first_inference, &row.figures.throughput_window}) {
    EXPECT_EQ(figure->status, FigureStatus::kUnmeasured);
    EXPECT_TRUE(says(*figure, "in some repeats"));
  }
  EXPECT_TRUE(row.figures.latency_mean.value);
}

TEST(Figures, DigestsAreNamedEvenWhereThereIsNone) {
  auto e = evidence();
  e.timed.clear();
  e.environment_digest = "machine";
  const auto digests = derive_row(e).digests;
  EXPECT_EQ(digests.at("environment"), "machine");
  EXPECT_EQ(digests.at("model"), "model");
  for (const char* name : {"artifact", "calibration", "dataset"}) EXPECT_EQ(digests.at(name), "") << name;
  EXPECT_FALSE(digests.contains("plugin"));
}

TEST(Figures, DiagnosticsOfEachRepeat) {
  auto e = evidence();
  e.timed[1].latency_ns[123] *= 50;
  for (std::size_t i = 500; i < 1000; ++i) e.timed[2].latency_ns[i] += 3'000'000;
  const auto d = derive_row(e).diagnostics;
  EXPECT_EQ(d.outliers[1], (std::vector<std::int64_t>{123}));
  EXPECT_TRUE(d.outliers[0].empty());
  EXPECT_EQ(d.change_points, (std::vector<std::int64_t>{-1, -1, 500}));
  EXPECT_NEAR(d.drift_percent[2], 25, 0.1);
  EXPECT_LT(d.bootstrap_lo_ms[0], d.process_mean_ms[0]);
  EXPECT_GT(d.bootstrap_hi_ms[0], d.process_mean_ms[0]);
  EXPECT_GT(d.warmup_mean_ms.at("with"), d.warmup_mean_ms.at("without"));
  EXPECT_LE(d.effective_n, 3000);
  ASSERT_EQ(d.process_effective_n.size(), 3u);
  EXPECT_GT(d.process_effective_n[0], 300);  // Independent noise.
  EXPECT_LT(d.process_effective_n[2], 50);   // Half of it at another level.
  EXPECT_DOUBLE_EQ(d.effective_n,
                   d.process_effective_n[0] + d.process_effective_n[1] + d.process_effective_n[2]);
}

}  // namespace
}  // namespace assay::metric

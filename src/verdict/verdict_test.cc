#include "verdict/verdict.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "verdict/test_subject.h"

namespace assay::verdict {
namespace {

using record::FigureStatus;
using record::Severity;
using testing::Fires;
using testing::good;
using testing::Subject;

TEST(Judge, FindsNothingButTheUnmeasuredInAGoodRow) {
  // Such is a virtual machine: no meter, no zone, no clock, and nobody said how it is cooled.
  const auto findings = good().judge();
  ASSERT_EQ(findings.size(), 3u);
  EXPECT_EQ(findings[0].rule, "power-unmeasured");
  EXPECT_EQ(findings[1].rule, "heat-unobserved");
  EXPECT_EQ(findings[2].rule, "cooling");
  for (const auto& finding : findings) EXPECT_EQ(finding.severity, Severity::kUnmeasured) << finding.rule;
  record::Row row = good().row;
  apply_findings(findings, row);
  EXPECT_EQ(row.verdict, "OK");  // UNMEASURED alone does not lower it.
  EXPECT_EQ(row.figures.latency_mean.status, FigureStatus::kOk);
  EXPECT_EQ(row.figures.power.status, FigureStatus::kUnmeasured);
}

TEST(Judge, ARowThatIsNotTimedByIntentIsNoFailure) {
  Subject s = good();
  leave_untimed(s);
  const auto findings = s.judge();
  EXPECT_TRUE(std::ranges::any_of(findings, [](const auto& finding) { return finding.rule == "simulated"; }));
  for (const auto& finding : findings)
    EXPECT_TRUE(finding.rule == "simulated" || finding.severity == Severity::kUnmeasured)
        << finding.rule << ": " << finding.evidence;
  apply_findings(findings, s.row);
  EXPECT_EQ(s.row.verdict, "WARN");
}

// Every rule fires, and near its limit does or does not.
const Fires kFires[] = {
    {"run-failed", Severity::kInvalid, "SIGSEGV (signal 11) after 499",
     [](Subject& s) {
       s.evidence.timed[1].failure = {"killed by SIGSEGV (signal 11) after 499 inferences", "crash", 11};
     }},
    {"run-failed", Severity::kInvalid, "accuracy pass",
     [](Subject& s) { s.evidence.accuracy->failure.reason = "hang"; }},
    {"run-failed", Severity::kInvalid, "end-to-end loop 2: hang",
     [](Subject& s) { s.evidence.pipeline[1].failure.reason = "hang"; }},
    {"run-failed", Severity::kInvalid, "preparing",
     [](Subject& s) { s.evidence.artifact.failure.reason = "timeout"; }},
    {"run-failed", Severity::kWarn, "profiled",
     [](Subject& s) { s.evidence.profiled->failure.reason = "hang"; }},
    {"run-failed", Severity::kInvalid, "no timed run",
     [](Subject& s) { s.evidence.timed.clear(), s.row.repeats = 0; }},
    {"run-failed", Severity::kInvalid, "timed run 3: hang",
     [](Subject& s) { s.evidence.timed[2].failure.reason = "hang"; }},
    {"run-again", Severity::kWarn, "timed.x.r1: killed",
     [](Subject& s) {
       s.evidence.superseded = {{"timed.x.r1", "killed by SIGKILL", true}};
     }},
    {"run-failed", Severity::kInvalid, "yet to be made again: timed.x.r1",
     [](Subject& s) {
       s.evidence.superseded = {{"timed.x.r1", "killed by SIGKILL", false}};
     }},
    {"repeats", Severity::kWarn, "2 of 3 repeats", [](Subject& s) { s.evidence.timed.pop_back(); }},
    {"repeats", Severity::kWarn, "1 of 3 end-to-end loops",
     [](Subject& s) { s.evidence.pipeline.resize(1); }},
    {"repeats", Severity::kWarn, "repeats: 1 completed, which gives no interval",
     [](Subject& s) { s.evidence.timed.resize(1), s.evidence.planned_repeats = 1; }},
    {"repeats", Severity::kWarn, "2 completed, which gives a very wide interval; at least 3",
     [](Subject& s) { s.evidence.timed.resize(2), s.evidence.planned_repeats = 2; }},
    {"executed-precision", Severity::kInvalid, "bf16 was executed",
     [](Subject& s) { s.evidence.timed[2].session.executed_precision = "bf16"; }},
    {"executed-precision", Severity::kWarn, "some convolutions or matrix products were executed in fp32",
     [](Subject& s) { s.evidence.timed[2].session.executed_precision = "int8+fp32"; }},
    {"executed-precision", Severity::kInvalid, "fp32+int8 was executed",
     [](Subject& s) { s.evidence.timed[2].session.executed_precision = "fp32+int8"; }},
    {"executed-precision", Severity::kInvalid, "fp32+bf16 was executed",
     [](Subject& s) {
       s.row.key.precision = "fp32";
       for (auto& run : s.evidence.timed) run.session.executed_precision = "fp32+bf16";
     }},
    {"executed-precision", Severity::kWarn, "asked for fp16, but some",
     [](Subject& s) {
       s.row.key.precision = "fp16";
       for (auto& run : s.evidence.timed) run.session.executed_precision = "fp16+fp32";
     }},
    {"executed-precision", Severity::kWarn, "does not tell",
     [](Subject& s) {
       for (auto& run : s.evidence.timed) run.session.executed_precision = "";
     }},
    {"binding", Severity::kInvalid, "artifact",
     [](Subject& s) { s.evidence.timed[0].binding.artifact_digest = "x"; }},
    {"binding", Severity::kInvalid, "artifact", [](Subject& s) { s.evidence.artifact.digest = "x"; }},
    {"binding", Severity::kInvalid, "options",
     [](Subject& s) { s.evidence.profiled->binding.options_digest = "x"; }},
    {"binding", Severity::kInvalid, "plugin",
     [](Subject& s) { s.evidence.accuracy->binding.plugin_digest = "x"; }},
    {"binding", Severity::kInvalid, "environment",
     [](Subject& s) { s.evidence.pipeline[2].binding.environment_digest = "x"; }},
    {"environment", Severity::kInvalid, "different versions of the runtime: 2026.4.1 and 2026.5",
     [](Subject& s) { s.evidence.accuracy->session.runtime_version = "2026.5"; }},
    {"environment", Severity::kInvalid, "not all have libshim.so",
     [](Subject& s) {
       s.evidence.pipeline[1].session.libraries = {"libshim.so", "libopenvino.so"};
     }},
    {"placement", Severity::kInvalid, "only 99.9 %",
     [](Subject& s) { s.row.figures.placement.value = 99.9; }},
    {"placement", Severity::kInvalid, "only 60 % of the model's operations ran on CPU (of its layers: 100 %)",
     [](Subject& s) { s.row.figures.placement_operations.value = 60; }},
    {"placement", Severity::kWarn, "as the spec allows",
     [](Subject& s) {
       s.row.figures.placement_operations.value = 60;
       s.experiment.rows.emplace_back().id = s.row.key.id;
       s.experiment.rows.back().fallback = "allow";
     }},
    {"placement", Severity::kUnmeasured, "not told",
     [](Subject& s) { s.row.figures.placement = record::Figure::unmeasured("%", "not told"); }},
    {"compile-cached", Severity::kWarn, "read from a cache (repeat 2, repeat 3)",
     [](Subject& s) {
       for (std::size_t i : {1, 2}) s.evidence.timed[i].session.properties["compiled_model"] = "from cache";
     },
     []() -> const std::vector<std::string>& {
       static const std::vector<std::string> kNames{"compile_time"};
       return kNames;
     }},
    {"outputs-match", Severity::kInvalid, "1 of 36 sampled outputs",
     [](Subject& s) { s.evidence.timed[1].samples[0].bitwise_equal = false; }},
    {"outputs-match", Severity::kInvalid, "wrote no output",
     [](Subject& s) { s.evidence.timed[1].samples[1].written = false; }},
    {"outputs-match", Severity::kInvalid, "99.8 %",
     [](Subject& s) {
       for (auto& run : s.evidence.timed) run.session.determinism = "unknown";
       s.evidence.timed[0].samples[0] = {10, 2, true, false, 0.998, 0.1};
     }},
    {"outputs-match", Severity::kInvalid, "wrote no output",
     [](Subject& s) {
       s.evidence.accuracy.reset(), s.evidence.timed[1].samples[1] = {20, 4, false, false, -1, -1};
     }},
    {"outputs-match", Severity::kInvalid,
     "1 of 36 sampled outputs of the timed loop hold values that are not",
     [](Subject& s) { s.evidence.timed[1].samples[2].finite = false; }},
    {"outputs-match", Severity::kWarn, "only 11 outputs",
     [](Subject& s) { s.evidence.timed[2].samples.pop_back(); }},
    {"outputs-differ", Severity::kInvalid, "8 different inputs gave one and the same output",
     [](Subject& s) { s.evidence.accuracy->distinct_inputs = 8, s.evidence.accuracy->distinct_outputs = 1; }},
    {"outputs-match", Severity::kWarn, "no output of the timed loop was compared",
     [](Subject& s) {
       for (auto& run : s.evidence.timed)
         for (auto& sample : run.samples) sample = {10, 2, true, false, -1, -1};
     }},
    {"outputs-match", Severity::kWarn, "no output",
     [](Subject& s) {
       for (auto& run : s.evidence.timed) run.samples.clear();
     }},
    {"artifact-agrees", Severity::kWarn, "89.9 %",
     [](Subject& s) { s.evidence.artifact.compared_argmax_agreement = .899; }},
    {"artifact-agrees", Severity::kInvalid, "49 %",
     [](Subject& s) { s.evidence.artifact.compared_argmax_agreement = .49; }},
    {"artifact-agrees", Severity::kWarn, "not compared",
     [](Subject& s) { s.evidence.artifact.compared_images = 0; }},
    {"artifact-agrees", Severity::kWarn, "on 20 images: validation images, for want of others",
     [](Subject& s) { s.evidence.artifact.compared_note = "validation images, for want of others"; }},
    {"artifact-agrees", Severity::kOk, "on 20 images: of the training split",
     [](Subject& s) { s.evidence.artifact.compared_note = "of the training split"; }},
    {"artifact-agrees", Severity::kWarn, "(expected 90) (some note)",
     [](Subject& s) {
       s.evidence.artifact.compared_argmax_agreement = .6, s.evidence.artifact.compared_note = "some note";
     }},
    {"artifact-agrees", Severity::kWarn, "0.0002",
     [](Subject& s) {
       s.row.key.precision = "fp32";
       s.evidence.artifact.compared_argmax_agreement = 1;
       s.evidence.artifact.compared_max_abs_difference = 2e-4;
       for (auto& run : s.evidence.timed) run.session.executed_precision = "fp32";
     }},
    {"accuracy-unverified", Severity::kWarn, "disables",
     [](Subject& s) { s.experiment.accuracy.enabled = false; }},
    {"accuracy-unverified", Severity::kWarn, "not verified", [](Subject& s) { s.evidence.accuracy.reset(); }},
    {"accuracy-drop", Severity::kWarn, "2.01 points",
     [](Subject& s) { s.row.figures.miou_drop.value = 2.01; }},
    {"accuracy-degraded", Severity::kWarn, "limit of 3",
     [](Subject& s) { s.row.figures.miou_drop.value = 3.01; }},
    {"accuracy-target", Severity::kInvalid, "under the target of 70.1",
     [](Subject& s) { s.experiment.accuracy.target = 70.1; }},
    {"accuracy-target", Severity::kInvalid, "cannot be shown",
     [](Subject& s) { s.experiment.accuracy.target = 1, s.row.figures.miou.value.reset(); }},
    {"calibration", Severity::kOk, "validation images",
     [](Subject& s) { s.evidence.calibration_relation = "same images as validation"; }},
    {"calibration", Severity::kWarn, "not known",
     [](Subject& s) { s.evidence.artifact.calibration_digest = ""; }},
    {"calibration-binding", Severity::kInvalid, "tensors 9999",
     [](Subject& s) { s.evidence.artifact.calibration_digest = "9999"; }},
    {"iterations", Severity::kInvalid, "999 timed", [](Subject& s) { s.row.iterations = 999; }},
    {"iterations", Severity::kWarn, "at least 1000",
     [](Subject& s) { s.row.iterations = 500, s.experiment.protocol.timed_iterations = 500; }},
    {"iterations", Severity::kWarn, "cap", [](Subject& s) { s.evidence.timed[0].capped = true; }},
    {"warm-up", Severity::kWarn, "99 warm-up", [](Subject& s) { s.row.warmup = 99; }},
    {"warm-up", Severity::kWarn, "lasted 5 s",
     [](Subject& s) { s.evidence.timed[0].warmup_ns.resize(1000); }},
    {"warm-up", Severity::kWarn, "1 of 3", [](Subject& s) { s.evidence.timed[0].warmup_end = "cap"; }},
    {"steady-state", Severity::kWarn, "repeat 2: at inference 431",
     [](Subject& s) { s.row.diagnostics.change_points[1] = 431; }},
    {"drift", Severity::kWarn, "repeat 3: +5.1 %",
     [](Subject& s) { s.row.diagnostics.drift_percent[2] = 5.1; }},
    {"outliers", Severity::kOk, "1 of 3000", [](Subject& s) { s.row.diagnostics.outliers[0] = {7}; }},
    {"outliers", Severity::kWarn, "31 of 3000",
     [](Subject& s) { s.row.diagnostics.outliers[0].assign(31, 7); }},
    {"autocorrelation", Severity::kWarn, "3000 are worth 999",
     [](Subject& s) { s.row.diagnostics.effective_n = 999; }},
    {"autocorrelation", Severity::kWarn, "1000 latencies are worth only 458 independent ones: p99 needs 459",
     [](Subject& s) {
       s.row.diagnostics.process_effective_n = {900, 458, 800};
       s.row.figures.latency_p999 = record::Figure::unmeasured("ms", "n");
     }},
    {"percentile-samples", Severity::kUnmeasured, "latency_p999",
     [](Subject& s) { s.row.figures.latency_p999 = record::Figure::unmeasured("ms", "n"); }},
    {"inputs", Severity::kWarn, "7 inputs", [](Subject& s) { s.evidence.timed[1].inputs = 7; }},
    {"foreign-load", Severity::kWarn, "10.1 %",
     [](Subject& s) { s.evidence.timed[0].foreign_cpu_share = .101; }},
    {"foreign-load", Severity::kInvalid, "51 %",
     [](Subject& s) { s.evidence.timed[0].foreign_cpu_share = .51; }},
    {"foreign-load", Severity::kUnmeasured, "could not",
     [](Subject& s) { s.evidence.timed[0].foreign_cpu_share = -1; }},
    {"performance-ratio", Severity::kWarn, "100.1 % of the peak",
     [](Subject& s) { s.row.figures.performance_ratio.value = 100.1; }},
    {"clock-step", Severity::kWarn, "-3600000 ms",
     [](Subject& s) { s.evidence.timed[1].clock_step_ns = -3'600'000'000'000; }},
    {"versions", Severity::kWarn, "runtime version, loaded libraries",
     [](Subject& s) {
       s.evidence.timed[0].session.runtime_version = "", s.evidence.timed[1].session.libraries.clear();
     }},
    {"simulated", Severity::kWarn, "replays", [](Subject& s) { s.row.simulated = true; }},
    {"simulated", Severity::kWarn, "not timed: no device", [](Subject& s) { leave_untimed(s); }},
    {"executed-precision", Severity::kInvalid, "but fp16 was executed",
     [](Subject& s) {
       leave_untimed(s);
       s.evidence.accuracy->session.executed_precision = "fp16";
     }},
    {"placement", Severity::kInvalid, "only 60 %",
     [](Subject& s) {
       leave_untimed(s);
       s.row.figures.placement = record::Figure::of(60, "%");
     }},
};

TEST(Judge, EachRuleFires) { testing::expect_each_fires(kFires, good); }

TEST(Judge, EachRuleHasACaseThatFiresIt) {
  std::set<std::string_view> cases;
  for (const auto& table : {std::span<const Fires>(kFires), testing::power_cases(), testing::heat_cases(),
                            testing::target_cases(), testing::pin_cases()})
    for (const Fires& fires : table) cases.insert(fires.rule);
  for (const Rule& rule : rules()) EXPECT_TRUE(cases.contains(rule.id)) << rule.id;
}

TEST(Judge, EachRuleIsDocumented) {
  std::ifstream file(ASSAY_SOURCE_DIR "/docs/measurement.md");
  std::stringstream text;
  text << file.rdbuf();
  for (const Rule& rule : rules())
    EXPECT_NE(text.str().find("`" + std::string(rule.id) + "`"), std::string::npos) << rule.id;
}

TEST(Judge, LimitsThemselvesAreWithin) {
  Subject s = good();
  s.row.figures.miou_drop.value = 2.0;
  s.experiment.accuracy.target = 70;
  s.evidence.artifact.compared_argmax_agreement = 0.90;
  s.evidence.timed[0].foreign_cpu_share = 0.10;
  s.row.diagnostics.effective_n = 1000;
  s.row.diagnostics.process_effective_n = {459, 459, 459};
  s.row.figures.latency_p999 = record::Figure::unmeasured("ms", "n");
  s.row.figures.performance_ratio.value = 100;
  s.row.diagnostics.outliers[0].assign(30, 1);
  s.row.warmup = 100;
  for (const auto& finding : s.judge())
    EXPECT_TRUE(finding.severity == Severity::kOk || finding.severity == Severity::kUnmeasured)
        << finding.evidence;
}

TEST(Judge, ACrashedRowWithoutAnyRunIsInvalidAndSaysWhy) {
  Subject s = good();
  for (auto& run : s.evidence.timed) run = {}, run.failure = {"killed by SIGSEGV (signal 11)", "crash", 11};
  s.row = {};
  s.row.key = s.evidence.key;
  for (const auto& metric : record::metrics())
    s.row.figures.*metric.member = record::Figure::unmeasured(std::string(metric.unit), "no completed run");
  apply_findings(s.judge(), s.row);
  EXPECT_EQ(s.row.verdict, "INVALID");
  EXPECT_FALSE(s.row.figures.latency_mean.value);
  EXPECT_TRUE(std::ranges::count(s.row.figures.latency_mean.reasons, "run-failed"));
}

TEST(Judge, ARepeatThatFailedTakesTheLatencyAndLeavesTheAccuracy) {
  Subject s = good();
  s.evidence.timed[2].failure = {"killed by SIGSEGV (signal 11)", "crash", 11};
  s.row.repeats = 2;
  apply_findings(s.judge(), s.row);
  EXPECT_EQ(s.row.verdict, "INVALID");
  EXPECT_EQ(s.row.figures.latency_mean.status, FigureStatus::kInvalid);
  EXPECT_EQ(s.row.figures.throughput.status, FigureStatus::kInvalid);
  EXPECT_EQ(s.row.figures.miou.status, FigureStatus::kOk);
  EXPECT_EQ(s.row.figures.end_to_end_mean.status, FigureStatus::kOk);
}

TEST(Apply, TouchesOnlyTheFiguresConcerned) {
  record::Row row = good().row;
  apply_findings(
      std::vector<record::Finding>{{"drift", Severity::kWarn, "", {"latency_mean", "power"}},
                                   {"power-unmeasured", Severity::kUnmeasured, "", {"power", "latency_p50"}},
                                   {"outliers", Severity::kOk, "", {"latency_p90"}},
                                   {"artifact-agrees", Severity::kWarn, "", {}}},
      row);
  EXPECT_EQ(row.verdict, "WARN");
  EXPECT_EQ(row.figures.latency_mean.status, FigureStatus::kWarn);
  EXPECT_EQ(row.figures.latency_mean.reasons, std::vector<std::string>{"drift"});
  EXPECT_EQ(row.figures.latency_p50.status, FigureStatus::kOk);  // It has a value, whatever is said.
  EXPECT_EQ(row.figures.latency_p90.status, FigureStatus::kOk);
  EXPECT_EQ(row.figures.power.status, FigureStatus::kUnmeasured);
  EXPECT_EQ(row.figures.miou.status, FigureStatus::kOk);
  EXPECT_EQ(row.findings.size(), 4u);
}

TEST(Apply, TheWorstStays) {
  record::Row row = good().row;
  apply_findings(std::vector<record::Finding>{{"binding", Severity::kInvalid, "", {}},
                                              {"drift", Severity::kWarn, "", {"latency_mean"}}},
                 row);
  EXPECT_EQ(row.verdict, "INVALID");
  EXPECT_EQ(row.figures.latency_mean.status, FigureStatus::kInvalid);
  EXPECT_EQ(row.figures.miou.status, FigureStatus::kInvalid);
  EXPECT_EQ(row.figures.power.status, FigureStatus::kUnmeasured);
}

TEST(Campaign, DifferentCalibrationTensorsInvalidateTheRowsTheyEntered) {
  const Subject a = good();
  Subject b = good(), fp32 = good();
  b.evidence.key.id = "onnxruntime-cpu-int8";
  b.evidence.artifact.calibration_digest = b.evidence.calibration_digest = "5555";
  fp32.evidence.artifact.calibration_digest = "";
  record::Results results;
  results.rows = {a.row, b.row, fp32.row};
  EXPECT_TRUE(judge_campaign({}, std::vector{a.evidence, a.evidence}).empty());
  const std::vector evidence{a.evidence, b.evidence, fp32.evidence};
  judge_results({}, evidence, results);
  ASSERT_EQ(results.findings.size(), 1u);
  EXPECT_EQ(results.findings[0].rule, "calibration-identical");
  EXPECT_EQ(results.rows[0].verdict, "INVALID");
  EXPECT_EQ(results.rows[1].verdict, "INVALID");
  EXPECT_NE(results.rows[2].verdict, "INVALID");
}

TEST(Campaign, DifferentReleasesOfTheOperatingSystemWarnTheirRows) {
  Subject a = good(), b = good(), unknown = good();
  a.evidence.environment.os = "Ubuntu 20.04.6 LTS";
  b.evidence.environment.os = "Ubuntu 22.04.4 LTS";
  b.evidence.key.id = "snpe-dsp-int8";
  EXPECT_TRUE(judge_campaign({}, std::vector{a.evidence, a.evidence, unknown.evidence}).empty());
  record::Results results;
  results.rows = {a.row, b.row, unknown.row};
  judge_results({}, std::vector{a.evidence, b.evidence, unknown.evidence}, results);
  ASSERT_EQ(results.findings.size(), 1u);
  EXPECT_EQ(results.findings[0].rule, "os-differs");
  EXPECT_NE(results.findings[0].evidence.find("Ubuntu 22.04.4 LTS: snpe-dsp-int8"), std::string::npos);
  EXPECT_EQ(results.rows[0].verdict, "WARN");
  EXPECT_EQ(results.rows[1].verdict, "WARN");
  EXPECT_EQ(results.rows[2].verdict, "OK");
  EXPECT_EQ(results.rows[0].figures.latency_mean.status, FigureStatus::kOk);
}

TEST(Campaign, DifferentPinsOfTheOperatingSystemWarnTheirRows) {
  Subject a = good(), b = good(), free = good();
  for (Subject* s : {&a, &b, &free}) s->evidence.environment.os = "Ubuntu 20.04.6 LTS";
  b.evidence.key.id = "snpe-dsp-int8";
  free.evidence.key.id = "onnxruntime-cpu-fp32";
  const std::vector evidence{a.evidence, b.evidence, free.evidence};
  spec::Experiment x;
  x.rows.resize(3);
  for (std::size_t i = 0; i < evidence.size(); ++i) x.rows[i].id = evidence[i].key.id;
  x.rows[0].pins["os"] = x.rows[1].pins["os"] = "Ubuntu 20.04";
  EXPECT_TRUE(judge_campaign(x, evidence).empty()) << "One release, and a row that pins none.";
  x.rows[1].pins["os"] = "Ubuntu 22.04";
  record::Results results;
  results.rows = {a.row, b.row, free.row};
  for (std::size_t i = 0; i < evidence.size(); ++i) results.rows[i].key = evidence[i].key;
  judge_results(x, evidence, results);
  ASSERT_EQ(results.findings.size(), 1u);
  EXPECT_NE(results.findings[0].evidence.find("Ubuntu 20.04: openvino-cpu-int8; Ubuntu 22.04: snpe-dsp-int8"),
            std::string::npos)
      << results.findings[0].evidence;
  const auto warned = [&](std::size_t row) {
    return std::ranges::count(results.rows[row].findings, "os-differs", &record::Finding::rule);
  };
  EXPECT_EQ(warned(0), 1);
  EXPECT_EQ(warned(1), 1);
  EXPECT_EQ(warned(2), 0);
}

TEST(Campaign, DifferentValidationInputs) {
  const Subject a = good();
  Subject b = good();
  b.evidence.accuracy->dataset_digest = "4444";
  const auto findings = judge_campaign({}, std::vector{a.evidence, b.evidence});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].rule, "validation-identical");
}

}  // namespace
}  // namespace assay::verdict

// Rows to judge, and tables of what spoils them. For the tests of verdict/ only.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "verdict/rule_helpers.h"
#include "verdict/verdict.h"

namespace assay::verdict::testing {

using record::Severity;

/// A row with nothing to complain of, save what this machine cannot measure.
struct Subject {
  spec::Experiment experiment;
  record::RowEvidence evidence;
  record::Row row;
  std::vector<record::Finding> judge() const { return verdict::judge(experiment, evidence, row); }
};

inline Subject good() {
  Subject s;
  record::SessionInfo session;
  session.plugin_version = "0.1.0";
  session.runtime_version = "2026.4.1";
  session.libraries = {"libopenvino.so"};
  session.executed_precision = "int8";
  session.determinism = "deterministic";
  const record::Binding binding{"aaaa", "bbbb", "cccc", "dddd"};
  auto& e = s.evidence;
  e.key = {"openvino-cpu-int8", "local", "openvino", "CPU", "net", "int8", 1, "single_stream"};
  e.planned_repeats = 3;
  e.model_digest = "1111";
  e.calibration_digest = "2222";
  e.calibration_relation = "disjoint";
  e.artifact.digest = "aaaa";
  e.artifact.calibration_digest = "2222";
  e.artifact.compared_images = 20;
  e.artifact.compared_argmax_agreement = 0.97;
  e.artifact.compared_max_abs_difference = 0.2;
  for (int repeat = 1; repeat <= 3; ++repeat) {
    record::TimedRun run;
    run.repeat = repeat;
    run.session = session;
    run.binding = binding;
    run.warmup_ns.assign(2000, 5'000'000);
    run.latency_ns.assign(1000, 5'000'000);
    run.warmup_end = "steady";
    run.foreign_cpu_share = 0.02;
    run.inputs = 8;
    for (std::int64_t i = 0; i < 12; ++i)
      run.samples.push_back({10 * i, static_cast<std::uint32_t>(i % 8), true, true, 1, 0});
    e.timed.push_back(run);
  }
  e.accuracy.emplace();
  e.accuracy->session = session;
  e.accuracy->binding = binding;
  e.accuracy->dataset_digest = "3333";
  e.profiled.emplace();
  e.profiled->binding = binding;
  e.pipeline.resize(3);
  for (auto& run : e.pipeline) run.binding = binding;
  s.row.key = e.key;
  s.row.repeats = 3;
  s.row.warmup = 2000;
  s.row.iterations = 1000;
  for (const auto& metric : record::metrics())
    s.row.figures.*metric.member = record::Figure::of(5, std::string(metric.unit));
  for (auto* figure : {&s.row.figures.power, &s.row.figures.energy_per_inference, &s.row.figures.efficiency})
    *figure = record::Figure::unmeasured(figure->unit, "no power source");
  s.row.figures.temperature = record::Figure::unmeasured("degC", "no temperature was read in a timed window");
  s.row.figures.miou = record::Figure::of(70, "%");
  s.row.figures.miou_drop = record::Figure::of(0.5, "%", 0.1, 0.9);
  s.row.figures.placement = record::Figure::of(100, "%");
  s.row.figures.placement_operations = record::Figure::of(100, "%");
  s.row.diagnostics.effective_n = 2500;
  s.row.diagnostics.change_points = {-1, -1, -1};
  s.row.diagnostics.drift_percent = {0.5, -0.5, 4.9};
  s.row.diagnostics.outliers = {{}, {}, {}};
  return s;
}

/// As a row of a simulator is: accuracy and placement are there, time is not measured by intent.
inline void leave_untimed(Subject& s) {
  s.evidence.untimed = "no device";
  s.evidence.planned_repeats = 0;
  s.evidence.timed.clear();
  s.evidence.pipeline.clear();
  s.evidence.accuracy->session.simulated = true;
  s.row.simulated = true;
  s.row.repeats = 0;
}

constexpr std::int64_t kSecond = 1'000'000'000;

/// Readings every 100 ms from 90 s to 115 s; the timed windows are from 100 s to 105 s.
inline record::Series watched(const char* id, const char* quantity, const char* unit, double value) {
  record::Series series;
  series.channel.id = id;
  series.channel.source = std::string(id).substr(0, std::string(id).find('.'));
  series.channel.quantity = quantity;
  series.channel.unit = unit;
  for (std::int64_t at = 90 * kSecond; at <= 115 * kSecond; at += kSecond / 10)
    series.readings.push_back({at, at + 1'000'000, value});
  return series;
}

/// What is read later than `from_s`.
inline void set_from(record::Series& series, double from_s, double value) {
  for (record::Reading& reading : series.readings)
    if (static_cast<double>(reading.begin_ns) >= from_s * 1e9) reading.value = value;
}

inline record::Series& series_of(record::TimedRun& run, const std::string& id) {
  return *std::ranges::find(run.observation.series, id,
                            [](const record::Series& series) { return series.channel.id; });
}

/// One source of power over three repeats, with windows as they ought to be.
inline record::PowerSource power_source(const std::string& channel, record::Boundary boundary, double watts,
                                        double u = 0.05) {
  record::PowerSource source;
  source.channel = channel;
  source.channels = {channel};
  source.description = "meter " + channel;
  source.boundary = to_string(boundary);
  source.mean = record::Figure::of(watts, "W", watts - u, watts + u);
  record::PowerWindow window;
  window.mean_w = watts;
  window.accuracy_known = true;
  window.coverage = 1;
  window.samples = 50;
  window.window_ms = 5000;
  window.longest_gap_ms = window.interval_ms = 100;
  for (window.repeat = 1; window.repeat <= 3; ++window.repeat) source.windows.push_back(window);
  window.repeat = 0;
  window.samples = 300;
  window.window_ms = 30'000;
  source.idle = {window, window};
  source.idle_before_w = source.idle_after_w = watts / 3;
  return source;
}

/// The same on a board that is cool, watched, actively cooled, and has a meter at its DC input: nothing at
/// all to say.
inline Subject metered() {
  Subject s = good();
  s.experiment.conditions.cooling = "active";
  for (auto& run : s.evidence.timed) {
    run.window_begin_ns = 100 * kSecond;
    run.window_end_ns = 105 * kSecond;
    auto& seen = run.observation;
    seen.begin_ns = 90 * kSecond;
    seen.end_ns = 115 * kSecond;
    seen.cpu_ns = kSecond / 10;
    seen.series = {
        watched("wt300e.power", "power", "W", 12), watched("thermal.cpu", "temperature", "degC", 61),
        watched("cpufreq.policy0", "frequency", "Hz", 2e9), watched("throttle.events", "events", "1", 7)};
    seen.series[0].channel.kind = record::ReadingKind::kMean;
    seen.series[0].channel.boundary = record::Boundary::kDcInput;
    seen.series[2].channel.facts["cpus"] = "0 1";
    for (const char* id : {"wt300e", "thermal", "cpufreq", "throttle"}) {
      auto& source = seen.sources.emplace_back();
      source.id = id;
      source.reads = 250;
      source.read_ns_total = 25'000'000;
      source.clock.method = "same clock";
    }
    seen.sources[0].clock.error_ns = 2'000'000;
    seen.sources[0].facts = {{"range_check", "unchanged"},
                             {"integration_wh", "0.0831"},
                             {"readings_wh", "0.0833"},
                             {"integration_s", "25"}};
  }
  s.evidence.idle.resize(2);
  for (const auto& metric : record::metrics())
    if (auto& figure = s.row.figures.*metric.member; !figure.value)
      figure = record::Figure::of(5, std::string(metric.unit));
  s.row.power_sources = {power_source("wt300e.power", record::Boundary::kDcInput, 12)};
  s.row.power_sources[0].primary = true;
  return s;
}

/// A way to spoil a row, and what has to be found then.
struct Fires {
  const char* rule;
  Severity severity;
  const char* words;  ///< Part of the evidence.
  void (*spoil)(Subject&);
  const std::vector<std::string>& (*figures)() = nullptr;  ///< Those concerned; nullptr: not looked at.
};

inline const std::vector<std::string>& whole_row() {
  static const std::vector<std::string> kNone;
  return kNone;
}

std::span<const Fires> power_cases();
std::span<const Fires> heat_cases();
std::span<const Fires> target_cases();
std::span<const Fires> pin_cases();

inline std::string in_words(const std::vector<record::Finding>& findings) {
  std::string all;
  for (const auto& finding : findings)
    all += finding.rule + " " + std::string(to_string(finding.severity)) + ": " + finding.evidence + "\n";
  return all;
}

inline void expect_each_fires(std::span<const Fires> cases, Subject (*base)()) {
  for (const Fires& fires : cases) {
    Subject s = base();
    fires.spoil(s);
    const auto findings = s.judge();
    const auto found = std::ranges::find_if(findings, [&](const record::Finding& finding) {
      return finding.rule == fires.rule && finding.severity == fires.severity &&
             finding.evidence.find(fires.words) != std::string::npos;
    });
    ASSERT_NE(found, findings.end()) << fires.rule << " (" << fires.words << ") in\n" << in_words(findings);
    if (fires.figures) {
      EXPECT_EQ(found->figures, fires.figures()) << fires.rule << ": " << fires.words;
    }
  }
}

}  // namespace assay::verdict::testing

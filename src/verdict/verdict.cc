#include "verdict/verdict.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "verdict/rule_helpers.h"

namespace assay::verdict {

using record::Figure;
using record::FigureStatus;
using record::Finding;
using record::Severity;

std::span<const Rule> rules() {
  static constexpr Rule kRules[] = {
      {"run-failed", "every planned pass ended well", judge_failures},
      {"run-again", "no failed run was made again until it ended well", judge_made_again},
      {"repeats", "all planned repeats were completed, and at least 3", judge_repeats},
      {"executed-precision",
       "the precision executed is the one asked for (where only some operators run in another: a warning; "
       "for "
       "FP32 invalid)",
       judge_executed_precision},
      {"binding",
       "accuracy, timed, end-to-end and profiled passes ran the same artifact, options, environment and "
       "plugin",
       judge_binding},
      {"environment", "all passes ran on the same version of the runtime and loaded the same libraries",
       judge_environment},
      {"placement", "the whole model ran on the claimed accelerator", judge_placement},
      {"compile-cached", "every worker compiled the model itself", judge_compile_time},
      {"outputs-match",
       "outputs sampled in the timed loop equal those of the accuracy pass: bitwise where the backend "
       "declares itself deterministic, else argmax equal on 99.9 %; all finite, at least 12 a run",
       judge_outputs_match},
      {"outputs-differ", "different inputs give different outputs", judge_outputs_differ},
      {"artifact-agrees",
       "before use the artifact agreed with FP32 ONNX Runtime on other images: FP32 max|a-b| <= 1e-4 "
       "max|b| and argmax equal on 99.99 % (under 99 % invalid), FP16 and BF16 99 %, INT8 90 % (under 50 % "
       "invalid)",
       judge_artifact_agrees},
      {"accuracy-unverified", "accuracy was verified before timing", judge_accuracy_measured},
      {"accuracy-drop",
       "the drop from FP32 is within the spec's limits (2 points; over 3: accuracy-degraded)",
       judge_accuracy_drop},
      {"accuracy-target", "accuracy reaches the spec's target", judge_accuracy_target},
      {"calibration", "it is stated which images calibrated the artifact", judge_calibration_stated},
      {"calibration-binding", "the artifact was calibrated from this campaign's tensors",
       judge_calibration_binding},
      {"iterations", "as many timed inferences as planned, and at least 1000", judge_iterations},
      {"warm-up", "at least 100 warm-up inferences and 10 s, until latency was steady", judge_warmup},
      {"steady-state", "no change of level within the timed window", judge_steady_state},
      {"drift", "latency of the window's last quarter within 5 % of its first", judge_drift},
      {"outliers", "at most 1 % outliers (modified Z-score; none is removed)", judge_outliers},
      {"autocorrelation",
       "latencies are worth at least a third as many independent ones, and in each repeat as many as a "
       "percentile needs",
       judge_autocorrelation},
      {"percentile-samples", "enough samples for every percentile", judge_percentile_samples},
      {"inputs", "at least 8 real inputs in rotation", judge_inputs},
      {"foreign-load", "other processes took at most 10 % of CPU time (over 50 % invalid)",
       judge_foreign_load},
      {"performance-ratio", "no more than the peak was achieved", judge_performance_ratio},
      {"clock-step", "the wall clock did not step during a run", judge_clock_step},
      {"not-quiet", "the machine was quiet and cool before each run", judge_quiet},
      {"sampling",
       "watching cost under 2 % of a core, at most 10 % of its ticks were skipped, and no source fell silent",
       judge_sampling},
      {"power-unmeasured", "power was measured in every repeat", judge_power_measured},
      {"power-boundary", "power was measured by an external meter at the DC input", judge_power_boundary},
      {"power-simulated", "power was measured, not simulated", judge_power_simulated},
      {"power-window",
       "30 samples or more in each timed window (more where the spec asks for it), 90 % of it covered, no "
       "gap over 2.5 update intervals, no jump of a counter",
       judge_power_window},
      {"power-in-step", "instants went through 3 rounds of an inference's phases", judge_power_in_step},
      {"idle-window", "idle power has windows as complete, quiet and of at least 30 s", judge_idle_window},
      {"idle-drift", "idle power before and after differ by at most 5 % of the power", judge_idle_drift},
      {"supply-limit", "peak power is within the supply's limit (the spec's, or the target's)", judge_supply},
      {"power-range", "no reading was over the meter's range, and the ranges stayed as they were",
       judge_power_range},
      {"power-integral", "the meter's own watt hours agree with its readings to 1 % (over 5 % invalid)",
       judge_power_integral},
      {"power-clock", "the meter's clock is known, to 2 % of the window (over 10 % invalid)",
       judge_power_clock},
      {"power-accuracy", "the power source states its accuracy", judge_power_accuracy},
      {"power-reconciliation", "power sources of one board can be true together", judge_reconciliation},
      {"heat-unobserved", "every zone, clocks and throttling were observed all through the timed windows",
       judge_heat_observed},
      {"temperature",
       "every zone stayed below the limit (the spec's, else 85 degC, or less where the target says so)",
       judge_temperature},
      {"throttled", "no throttling by counters or reasons in a timed window", judge_throttling},
      {"slowing", "clocks did not fall while temperature rose and latency grew", judge_slowing},
      {"cooling", "active cooling is declared", judge_cooling},
      {"target-mismatch", "the machine is the target that the row names", judge_target},
      {"power-mode", "the power mode found is the one that the spec states", judge_power_mode},
      {"target-sensors", "the sensors that the target has were found", judge_target_sensors},
      {"versions", "versions, libraries and the model's digest are recorded", judge_versions},
      {"pinned-version", "runtime and system software are of the versions that the spec pins",
       judge_pinned_versions},
      {"simulated", "times come from a device, not from a replay or a simulator", judge_simulated},
  };
  return kRules;
}

std::vector<Finding> judge(const spec::Experiment& experiment, const record::RowEvidence& evidence,
                           const record::Row& row) {
  std::vector<Finding> findings;
  const Case subject{experiment, evidence, row};
  for (const Rule& rule : rules()) rule.judge(subject, findings);
  return findings;
}

namespace {

FigureStatus status_of(Severity severity) {
  switch (severity) {
    case Severity::kOk:
      return FigureStatus::kOk;
    case Severity::kWarn:
      return FigureStatus::kWarn;
    case Severity::kInvalid:
      return FigureStatus::kInvalid;
    case Severity::kUnmeasured:
      return FigureStatus::kUnmeasured;
  }
  return FigureStatus::kInvalid;
}

void apply_to(const Finding& finding, Figure& figure) {
  if (std::ranges::find(figure.reasons, finding.rule) == figure.reasons.end())
    figure.reasons.push_back(finding.rule);
  // UNMEASURED says that there is no value, which the figure knows best; without a value there is none to
  // distrust.
  if (figure.value && finding.severity != Severity::kUnmeasured)
    figure.status = std::max(figure.status, status_of(finding.severity));
}

/// What rests on the catalogue may be void while all that was measured stands: the row is worth a WARN then.
bool of_catalogue_alone(const Finding& finding) {
  return !finding.figures.empty() && std::ranges::all_of(finding.figures, [](const std::string& name) {
    return std::ranges::find(target_figures(), name) != target_figures().end();
  });
}

}  // namespace

void apply_findings(std::span<const Finding> findings, record::Row& row) {
  for (const Finding& finding : findings) {
    row.findings.push_back(finding);
    if (finding.severity == Severity::kInvalid && !of_catalogue_alone(finding))
      row.verdict = "INVALID";
    else if (finding.severity != Severity::kOk && finding.severity != Severity::kUnmeasured &&
             row.verdict != "INVALID")
      row.verdict = "WARN";
    if (finding.severity == Severity::kOk) continue;
    const bool whole_row = finding.figures.empty();
    // An UNMEASURED or a WARN about the row as a whole is no news about any one number.
    if (whole_row && finding.severity != Severity::kInvalid) continue;
    for (const record::MetricInfo& metric : record::metrics()) {
      Figure& figure = row.figures.*metric.member;
      if (whole_row || std::ranges::find(finding.figures, metric.name) != finding.figures.end())
        apply_to(finding, figure);
    }
  }
}

namespace {

/// By row the release of the operating system that the spec pins, where it pins more than one; else the one
/// that the row ran on. "": not told.
std::vector<std::string> releases(const spec::Experiment& experiment,
                                  std::span<const record::RowEvidence> evidence) {
  std::vector<std::string> pinned, found;
  std::set<std::string> different;
  for (const record::RowEvidence& row : evidence) {
    const auto spec = std::ranges::find(experiment.rows, row.key.id, &spec::RowSpec::id);
    const bool pins = spec != experiment.rows.end() && spec->pins.contains("os");
    pinned.push_back(pins ? spec->pins.at("os") : "");
    found.push_back(row.environment.os);
    if (pins) different.insert(pinned.back());
  }
  return different.size() > 1 ? pinned : found;
}

/// The rows that share a value, by value: "X: a, b; Y: c". "" where there is one value only.
std::string in_groups(std::span<const record::RowEvidence> evidence, const std::vector<std::string>& values,
                      std::size_t digits) {
  std::map<std::string, std::string> rows_of;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!values[i].empty()) {
      std::string& rows = rows_of[values[i]];
      rows += (rows.empty() ? "" : ", ") + evidence[i].key.id;
    }
  if (rows_of.size() < 2) return "";
  std::string text;
  for (const auto& [value, rows] : rows_of)
    text += (text.empty() ? "" : "; ") + value.substr(0, digits) + ": " + rows;
  return text;
}

}  // namespace

std::vector<Finding> judge_campaign(const spec::Experiment& experiment,
                                    std::span<const record::RowEvidence> evidence) {
  std::vector<Finding> findings;
  const auto compare = [&](const char* rule, const char* what, auto digest_of) {
    std::vector<std::string> digests;
    for (const record::RowEvidence& row : evidence) digests.push_back(digest_of(row));
    if (const std::string text = in_groups(evidence, digests, 12); !text.empty())
      findings.push_back({rule, Severity::kInvalid, std::string(what) + " (" + text + ")", {}});
  };
  compare("calibration-identical", "the rows were calibrated from different tensors",
          [](const record::RowEvidence& row) { return row.artifact.calibration_digest; });
  compare("validation-identical", "the rows' accuracies come from different inputs",
          [](const record::RowEvidence& row) {
            return row.accuracy && row.accuracy->failure.reason.empty() ? row.accuracy->dataset_digest
                                                                        : std::string();
          });
  if (const std::string text = in_groups(evidence, releases(experiment, evidence), std::string::npos);
      !text.empty())
    findings.push_back(
        {"os-differs",
         Severity::kWarn,
         "the rows are meant for, or ran on, different releases of the operating system (" + text + ")",
         {}});
  return findings;
}

void judge_sources(const spec::Experiment& experiment, const record::RowEvidence& evidence,
                   record::Row& row) {
  const auto voids_every_power = [](const Finding& finding) {
    if (finding.figures.empty()) return finding.severity == Severity::kInvalid;
    // What concerns latency and power alike is about the runs, not about a meter.
    return finding.severity != Severity::kOk && std::ranges::count(finding.figures, "power") > 0 &&
           std::ranges::count(finding.figures, "latency_mean") > 0;
  };
  for (record::PowerSource& source : row.power_sources) {
    const bool has_idle = source.idle_before_w || source.idle_after_w;
    if (source.primary) {
      source.mean.status = row.figures.power.status;
      source.mean.reasons = row.figures.power.reasons;
      source.idle_status = row.figures.power_idle.status;
      continue;
    }
    source.idle_status = !has_idle                      ? FigureStatus::kUnmeasured
                         : !idle_faults(source).empty() ? FigureStatus::kInvalid
                                                        : FigureStatus::kOk;
    const Case subject{experiment, evidence, row};
    if (!window_faults(subject, source).empty())
      apply_to({"power-window", Severity::kInvalid, "", {}}, source.mean);
    for (const Finding& finding : row.findings) {
      if (!voids_every_power(finding)) continue;
      apply_to(finding, source.mean);
      if (has_idle && finding.figures.empty()) source.idle_status = FigureStatus::kInvalid;
    }
  }
}

void judge_results(const spec::Experiment& experiment, std::span<const record::RowEvidence> evidence,
                   record::Results& results) {
  const std::size_t count = std::min(evidence.size(), results.rows.size());
  for (std::size_t i = 0; i < count; ++i)
    apply_findings(judge(experiment, evidence[i], results.rows[i]), results.rows[i]);
  results.findings = judge_campaign(experiment, evidence);
  const std::vector<std::string> release = releases(experiment, evidence);
  for (const Finding& finding : results.findings)
    for (std::size_t i = 0; i < count; ++i) {
      const bool concerned = finding.rule == "calibration-identical"
                                 ? !evidence[i].artifact.calibration_digest.empty()
                             : finding.rule == "os-differs" ? !release[i].empty()
                                                            : evidence[i].accuracy.has_value();
      if (concerned) apply_findings({&finding, 1}, results.rows[i]);
    }
  for (std::size_t i = 0; i < count; ++i) judge_sources(experiment, evidence[i], results.rows[i]);
}

const std::vector<std::string>& latency_figures() {
  static const std::vector<std::string> kNames{
      "latency_mean",  "latency_p50",          "latency_p90",     "latency_p95",
      "latency_p99",   "latency_p999",         "throughput",      "throughput_window",
      "gops",          "performance_ratio",    "area_efficiency", "cost_efficiency",
      "capacity",      "energy_per_inference", "efficiency",      "net_efficiency",
      "gops_per_watt", "energy_delay_product"};
  return kNames;
}
const std::vector<std::string>& percentile_figures() {
  static const std::vector<std::string> kNames{"latency_p90", "latency_p95", "latency_p99", "latency_p999"};
  return kNames;
}
const std::vector<std::string>& accuracy_figures() {
  static const std::vector<std::string> kNames{"miou", "miou_drop", "pixel_accuracy"};
  return kNames;
}
const std::vector<std::string>& end_to_end_figures() {
  static const std::vector<std::string> kNames{"end_to_end_mean", "preprocess_mean",
                                               "pipeline_inference_mean", "postprocess_mean",
                                               "end_to_end_throughput"};
  return kNames;
}
const std::vector<std::string>& power_figures() {
  static const std::vector<std::string> kNames{
      "power",      "power_net",      "power_peak",    "energy_per_inference", "window_energy_per_inference",
      "efficiency", "net_efficiency", "gops_per_watt", "energy_delay_product", "thermal_resistance"};
  return kNames;
}
const std::vector<std::string>& target_figures() {
  static const std::vector<std::string> kNames{"performance_ratio", "area_efficiency", "cost_efficiency",
                                               "thermal_resistance"};
  return kNames;
}
const std::vector<std::string>& idle_figures() {
  static const std::vector<std::string> kNames{"power_idle", "power_net", "net_efficiency"};
  return kNames;
}

std::vector<std::string> both(std::vector<std::string> one, const std::vector<std::string>& other) {
  for (const std::string& name : other)
    if (std::ranges::find(one, name) == one.end()) one.push_back(name);
  return one;
}

const std::vector<std::string>& metered_figures() {
  static const std::vector<std::string> kNames =
      both(both(power_figures(), idle_figures()), {"power_loaded_idle"});
  return kNames;
}
const std::vector<std::string>& timed_figures() {
  static const std::vector<std::string> kNames = both(latency_figures(), power_figures());
  return kNames;
}

std::string number(double value, int digits) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
  std::string text = buffer;
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text;
}

std::vector<const record::SessionInfo*> sessions(const record::RowEvidence& evidence) {
  std::vector<const record::SessionInfo*> list;
  for (const record::TimedRun* run : completed(evidence)) list.push_back(&run->session);
  if (!evidence.untimed.empty() && evidence.accuracy && evidence.accuracy->failure.reason.empty())
    list.push_back(&evidence.accuracy->session);
  return list;
}

bool nothing_ran(const Case& c) { return c.row.repeats == 0 && c.evidence.untimed.empty(); }

std::vector<const record::TimedRun*> completed(const record::RowEvidence& evidence) {
  std::vector<const record::TimedRun*> runs;
  for (const record::TimedRun& run : evidence.timed)
    if (run.failure.reason.empty()) runs.push_back(&run);
  return runs;
}

const record::PowerSource* primary_source(const Case& c) {
  const auto found = std::ranges::find(c.row.power_sources, true, &record::PowerSource::primary);
  return found == c.row.power_sources.end() ? nullptr : &*found;
}

}  // namespace assay::verdict

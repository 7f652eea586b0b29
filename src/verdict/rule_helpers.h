// What the rules share: groups of figures and words. Private to verdict/.
#pragma once

#include <string>
#include <vector>

#include "verdict/verdict.h"

namespace assay::verdict {

using Findings = std::vector<record::Finding>;

/// Groups of figures by name, as findings name them.
const std::vector<std::string>& latency_figures();  ///< Everything that comes from the timed loop.
const std::vector<std::string>& percentile_figures();
const std::vector<std::string>& accuracy_figures();
const std::vector<std::string>& end_to_end_figures();
const std::vector<std::string>& power_figures();    ///< From the power of the timed window.
const std::vector<std::string>& target_figures();   ///< That rest on what the catalogue says.
const std::vector<std::string>& idle_figures();     ///< That rest on power while nothing was loaded.
const std::vector<std::string>& metered_figures();  ///< All that come from the power source.
const std::vector<std::string>& timed_figures();    ///< Latency and power: what heat and load disturb.

/// `one`, then what else is in `other`.
std::vector<std::string> both(std::vector<std::string> one, const std::vector<std::string>& other);

/// "12.3": `value` with `digits` after the point, trailing zeros cut.
std::string number(double value, int digits = 2);

/// Completed timed runs, in order of evidence.
std::vector<const record::TimedRun*> completed(const record::RowEvidence& evidence);

/// The sessions that the row rests on: those of the completed timed runs, or of the accuracy pass where time
/// is not measured by intent.
std::vector<const record::SessionInfo*> sessions(const record::RowEvidence& evidence);

/// No timed run was completed, and there should have been one: the rule of that says so, others stay silent.
bool nothing_ran(const Case& c);

/// Whether the machine says that it is the row's target: only then what the catalogue knows holds for the
/// row.
bool is_target(const Case& c);

/// The source that the row's power figures come from; nullptr: there is none.
const record::PowerSource* primary_source(const Case& c);

/// What makes the mean of a source no mean of the timed windows, by repeat; "": nothing. Holds for every
/// source, be it the row's or one beside it.
std::string window_faults(const Case& c, const record::PowerSource& source);

/// The same of its idle times.
std::string idle_faults(const record::PowerSource& source);

/// Status and reasons of what each source tells by itself: the primary's are those of the row's figures;
/// another is judged by its own windows and by what voids every power. Of a row with all its findings.
void judge_sources(const spec::Experiment& experiment, const record::RowEvidence& evidence, record::Row& row);

/// "a; b; c"
template <typename Texts>
std::string joined(const Texts& texts, const char* between = "; ") {
  std::string all;
  for (const std::string& one : texts) all += (all.empty() ? "" : between) + one;
  return all;
}

// The rules, by subject; the table in verdict.cc names them.
void judge_failures(const Case&, Findings&);
void judge_made_again(const Case&, Findings&);
void judge_repeats(const Case&, Findings&);
void judge_executed_precision(const Case&, Findings&);
void judge_binding(const Case&, Findings&);
void judge_environment(const Case&, Findings&);
void judge_placement(const Case&, Findings&);
void judge_compile_time(const Case&, Findings&);
void judge_versions(const Case&, Findings&);
void judge_pinned_versions(const Case&, Findings&);
void judge_simulated(const Case&, Findings&);

void judge_accuracy_measured(const Case&, Findings&);
void judge_accuracy_drop(const Case&, Findings&);
void judge_accuracy_target(const Case&, Findings&);
void judge_outputs_match(const Case&, Findings&);
void judge_outputs_differ(const Case&, Findings&);
void judge_artifact_agrees(const Case&, Findings&);
void judge_calibration_stated(const Case&, Findings&);
void judge_calibration_binding(const Case&, Findings&);

void judge_iterations(const Case&, Findings&);
void judge_warmup(const Case&, Findings&);
void judge_steady_state(const Case&, Findings&);
void judge_drift(const Case&, Findings&);
void judge_outliers(const Case&, Findings&);
void judge_autocorrelation(const Case&, Findings&);
void judge_percentile_samples(const Case&, Findings&);
void judge_inputs(const Case&, Findings&);

void judge_foreign_load(const Case&, Findings&);
void judge_performance_ratio(const Case&, Findings&);
void judge_clock_step(const Case&, Findings&);
void judge_sampling(const Case&, Findings&);
void judge_quiet(const Case&, Findings&);

void judge_power_measured(const Case&, Findings&);
void judge_power_boundary(const Case&, Findings&);
void judge_power_simulated(const Case&, Findings&);
void judge_power_window(const Case&, Findings&);
void judge_power_in_step(const Case&, Findings&);
void judge_idle_window(const Case&, Findings&);
void judge_idle_drift(const Case&, Findings&);
void judge_supply(const Case&, Findings&);

void judge_power_range(const Case&, Findings&);
void judge_power_integral(const Case&, Findings&);
void judge_power_clock(const Case&, Findings&);
void judge_power_accuracy(const Case&, Findings&);
void judge_reconciliation(const Case&, Findings&);

void judge_heat_observed(const Case&, Findings&);
void judge_temperature(const Case&, Findings&);
void judge_throttling(const Case&, Findings&);
void judge_slowing(const Case&, Findings&);
void judge_cooling(const Case&, Findings&);

void judge_target(const Case&, Findings&);
void judge_power_mode(const Case&, Findings&);
void judge_target_sensors(const Case&, Findings&);

}  // namespace assay::verdict

// Is this the machine that the row is meant for, set as the spec says?
#include <algorithm>
#include <set>

#include "target/catalogue.h"
#include "verdict/rule_helpers.h"

namespace assay::verdict {

using record::Severity;

namespace {

/// What the machine told of itself that would show which target it is; of a card what its runtime told.
std::vector<std::string> told(const Case& c) {
  std::vector<std::string> words;
  if (c.evidence.target->card) {
    for (const record::SessionInfo* session : sessions(c.evidence))
      if (!session->accelerator_name.empty()) words.push_back(session->accelerator_name);
  } else {
    for (const char* key : {"board", "compatible", "cpu"})
      if (const auto fact = c.evidence.machine.find(key); fact != c.evidence.machine.end())
        words.push_back(fact->second);
  }
  std::set<std::string> seen;
  std::erase_if(words, [&](const std::string& word) { return word.empty() || !seen.insert(word).second; });
  return words;
}

bool is_target(const Case& c) {
  return std::ranges::any_of(
      told(c), [&](const std::string& word) { return target::says(word, c.evidence.target->recognised_by); });
}

/// What would be found of the target's modes and sensors is nothing to look for elsewhere.
bool runs_on_target(const Case& c) {
  return c.evidence.target && !c.row.simulated && (c.evidence.target->recognised_by.empty() || is_target(c));
}

}  // namespace

void judge_target(const Case& c, Findings& out) {
  if (!c.evidence.target || nothing_ran(c)) return;
  const record::TargetFacts& target = *c.evidence.target;
  const auto words = told(c);
  if (target.recognised_by.empty() || words.empty()) {
    if (!c.row.simulated)
      out.push_back({"target-mismatch",
                     Severity::kUnmeasured,
                     "nothing tells whether this machine is the row's target " + target.id,
                     {}});
    return;
  }
  if (is_target(c)) return;
  const std::string found = joined(words);
  if (c.row.simulated)
    out.push_back({"target-mismatch",
                   Severity::kOk,
                   "simulated on another machine than the target " + target.id + ": found " + found,
                   {}});
  else
    out.push_back({"target-mismatch", Severity::kWarn,
                   "the row's target is " + target.id + " (" + target.name +
                       "), but this machine says it is another: found " + found +
                       "; figures that rest on the catalogue are another device's",
                   target_figures()});
}

void judge_power_mode(const Case& c, Findings& out) {
  if (!runs_on_target(c) || nothing_ran(c) || !c.evidence.target->knows_power_modes) return;
  const record::TargetFacts& target = *c.evidence.target;
  const auto fact = c.evidence.machine.find("power_mode");
  const std::string found = fact == c.evidence.machine.end() ? "" : fact->second;
  if (target.power_mode.empty()) {
    if (found.empty())
      out.push_back({"power-mode",
                     Severity::kUnmeasured,
                     "the power mode of " + target.id +
                         " is neither stated (power_mode) nor found: its peaks are those of the highest",
                     {}});
    return;
  }
  if (found.empty())
    out.push_back({"power-mode",
                   Severity::kUnmeasured,
                   "the spec says " + target.power_mode + "; which mode the board is in was not found",
                   {}});
  else if (std::ranges::none_of(target.power_mode_names, [&](const std::string& name) {
             return target::same_power_mode(name, found);
           }))
    out.push_back({"power-mode", Severity::kWarn,
                   "the spec says " + target.power_mode + ", but the board is in " + found,
                   target_figures()});
}

void judge_target_sensors(const Case& c, Findings& out) {
  const auto runs = completed(c.evidence);
  if (!runs_on_target(c) || runs.empty() || !c.experiment.power.sensors) return;
  std::vector<std::string> missing;
  for (const std::string& hint : c.evidence.target->sensors) {
    const bool found = std::ranges::any_of(runs, [&](const record::TimedRun* run) {
      return std::ranges::any_of(run->observation.series, [&](const record::Series& series) {
        return target::says(series.channel.id, {hint});
      });
    });
    if (!found) missing.push_back(hint);
  }
  if (!missing.empty())
    out.push_back({"target-sensors",
                   Severity::kUnmeasured,
                   c.evidence.target->id + " should have these, and they were not found: " +
                       joined(missing, ", ") + " (`assay doctor` says why; see docs/targets/)",
                   {}});
}

}  // namespace assay::verdict

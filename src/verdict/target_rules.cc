// Is this the machine that the row is meant for, set as the spec says?
#include <algorithm>
#include <cctype>
#include <set>

#include "metric/figures.h"
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

/// What would be found of the target's modes and sensors is nothing to look for elsewhere.
bool runs_on_target(const Case& c) {
  return c.evidence.target && !c.row.simulated && (c.evidence.target->recognised_by.empty() || is_target(c));
}

/// The row's figures that rest on what the catalogue says: a ratio to a declared or measured peak does not.
std::vector<std::string> resting_on_catalogue(const Case& c) {
  std::vector<std::string> figures = target_figures();
  const record::Peak* peak = metric::peak_of_ratio(c.evidence, c.row.executed_precision);
  if (peak != nullptr && !peak->of_target) std::erase(figures, "performance_ratio");
  return figures;
}

bool same_letter(char a, char b) {
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

}  // namespace

bool is_target(const Case& c) {
  if (!c.evidence.target || c.row.simulated) return false;
  return std::ranges::any_of(
      told(c), [&](const std::string& word) { return target::says(word, c.evidence.target->recognised_by); });
}

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
  const bool matches = std::ranges::any_of(
      words, [&](const std::string& word) { return target::says(word, target.recognised_by); });
  if (matches) return;
  const std::string found = joined(words);
  if (c.row.simulated)
    out.push_back({"target-mismatch",
                   Severity::kOk,
                   "simulated on another machine than the target " + target.id + ": found " + found,
                   {}});
  else
    out.push_back({"target-mismatch", Severity::kInvalid,
                   "the row's target is " + target.id + " (" + target.name +
                       "), but this machine says it is another: found " + found +
                       "; figures that rest on the catalogue are another device's",
                   resting_on_catalogue(c)});
}

void judge_power_mode(const Case& c, Findings& out) {
  if (!runs_on_target(c) || nothing_ran(c) || c.evidence.target->known_power_modes.empty()) return;
  const record::TargetFacts& target = *c.evidence.target;
  const auto fact = c.evidence.machine.find("power_mode");
  const std::string found = fact == c.evidence.machine.end() ? "" : fact->second;
  const auto among = [&](const std::vector<std::string>& modes) {
    return std::ranges::any_of(modes,
                               [&](const std::string& name) { return target::same_power_mode(name, found); });
  };
  if (target.power_mode.empty()) {
    if (!found.empty() && !among(target.known_power_modes))
      out.push_back({"power-mode", Severity::kUnmeasured,
                     "the board is in the power mode " + found + ", which the catalogue does not know of " +
                         target.id + ": no peak of it is taken",
                     c.row.figures.performance_ratio.value ? std::vector<std::string>{}
                                                           : std::vector<std::string>{"performance_ratio"}});
    if (found.empty()) {
      const record::Peak* peak = metric::peak_of_ratio(c.evidence, c.row.executed_precision);
      // A ratio to a peak that the board may not have had is a number that looks like any other.
      const bool rests = c.row.figures.performance_ratio.value && peak != nullptr && peak->of_target;
      out.push_back({"power-mode", rests ? Severity::kWarn : Severity::kUnmeasured,
                     "the power mode of " + target.id +
                         " is neither stated (power_mode) nor found: its peaks are those of the highest",
                     rests ? std::vector<std::string>{"performance_ratio"} : std::vector<std::string>{}});
    }
    return;
  }
  if (found.empty())
    out.push_back({"power-mode",
                   Severity::kUnmeasured,
                   "the spec says " + target.power_mode + "; which mode the board is in was not found",
                   {}});
  else if (!among(target.power_mode_names))
    out.push_back({"power-mode", Severity::kInvalid,
                   "the spec says " + target.power_mode + ", but the board is in " + found,
                   resting_on_catalogue(c)});
}

void judge_target_sensors(const Case& c, Findings& out) {
  const auto runs = completed(c.evidence);
  if (!runs_on_target(c) || runs.empty() || !c.experiment.power.sensors) return;
  std::vector<std::string> missing;
  for (const std::string& hint : c.evidence.target->sensors) {
    const bool found = std::ranges::any_of(runs, [&](const record::TimedRun* run) {
      return std::ranges::any_of(run->observation.series, [&](const record::Series& series) {
        // A part of the id, wherever it stands: readers put the chip before it and the quantity behind.
        return !std::ranges::search(series.channel.id, hint, same_letter).empty();
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

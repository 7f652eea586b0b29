// The plan in full, before anything runs: which host does what in which order, with which files, the vendors'
// commands that do the same by hand, and how long it takes at least. A pure function of the experiment.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "campaign/by_hand.h"
#include "campaign/plan.h"
#include "spec/experiment.h"

namespace assay::campaign {

/// Bounds of how long a step takes. Nothing is guessed of a model or device that was never run.
struct StepTime {
  std::chrono::nanoseconds at_least{0};
  std::optional<std::chrono::nanoseconds> at_most;  ///< When it is stopped; nothing: never.
};

struct ScheduledFile {
  std::string role;  ///< "model", "calibration", "artifact", "record"
  std::string path;  ///< CACHE and RUN stand for the cache and the run directory.
};

struct ScheduledStep {
  Step step;
  std::string row;   ///< Id; empty: of no row.
  std::string what;  ///< One sentence.
  /// Where it is done first, when the step's host cannot do it, and how its result gets here; else empty.
  std::string elsewhere;
  StepTime time;
  std::string rule;  ///< Where the time comes from; see time_rules().
  std::vector<ScheduledFile> files;
  std::vector<vendor::Command> by_hand;
  std::string note;  ///< Of the commands.
};

/// All that one machine does, one step after the other.
struct HostSchedule {
  std::string device;             ///< "local", or the name that rows give.
  std::vector<std::string> rows;  ///< Ids, in the order of the spec.
  std::string command;            ///< The assay command that does it there.
  std::vector<ScheduledStep> steps;
  std::chrono::nanoseconds at_least{0};
};

struct Schedule {
  std::vector<std::string> sources;  ///< Model, images, calibration: in words.
  std::vector<HostSchedule> hosts;   ///< In the order in which the spec names them.
};

/// How a step's time is bounded, by the name in ScheduledStep::rule.
struct TimeRule {
  std::string_view name, words;
};
std::vector<TimeRule> time_rules();

/// What was said beside the spec, which the printed commands say again.
struct Overrides {
  std::string data_root = {};  ///< Empty: the spec's.
  int repeats = 0;             ///< 0: the spec's.
  bool rows_chosen = false;    ///< The experiment has some of the spec's rows only.
};

/// `spec_file` as the commands name it. A row whose versions have no command says so in its note.
Schedule make_schedule(const spec::Experiment& experiment, const std::string& spec_file,
                       const Overrides& given = {});

}  // namespace assay::campaign

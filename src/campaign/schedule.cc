#include "campaign/schedule.h"

#include <algorithm>

namespace assay::campaign {
namespace {

using std::chrono::nanoseconds;

/// The experiment as one machine runs it.
spec::Experiment only_of(const spec::Experiment& experiment, const std::string& device) {
  spec::Experiment part = experiment;
  std::erase_if(part.rows, [&](const spec::RowSpec& row) { return row.device != device; });
  return part;
}

bool has_power(const spec::Experiment& experiment) {
  return !experiment.power.meters.empty() || experiment.power.load_pattern;
}

/// The timed loop lasts until it holds enough readings of the slowest meter, and one at each edge.
nanoseconds least_window(const spec::Experiment& experiment) {
  nanoseconds period{0};
  for (const spec::MeterSpec& meter : experiment.power.meters) period = std::max(period, meter.period);
  return std::max(experiment.protocol.timed_duration, period * (experiment.power.least_samples + 2));
}

std::string count_of(int count, const char* what) {
  return (count == 0 ? "all" : std::to_string(count)) + " " + what;
}

/// Qualcomm's converters are programs for x86-64 alone: a board is given the DLC.
std::string made_elsewhere(const spec::RowSpec& row, const std::string& run) {
  if (row.backend != "snpe") return "";
  return "First, on an x86-64 Linux host with Qualcomm's SDK (SNPE_ROOT), which needs neither the meter nor "
         "the board: " +
         run + " --row " + row.id +
         " --prepare-only. It prints where model.dlc is. Copy it and model.dlc.io to this board, and give "
         "them to its row: `artifact: model.dlc`.";
}

/// `assay run` on one machine, without its choice of rows.
std::string run_command(const std::string& spec_file, const Overrides& given, const std::string& device) {
  std::string command = "assay run " + spec_file;
  if (device != "local") command += " --device " + device;
  if (!given.data_root.empty()) command += " --data-root " + vendor::shell_word(given.data_root);
  if (given.repeats > 0) command += " --repeats " + std::to_string(given.repeats);
  return command;
}

class HostPlanner {
 public:
  HostPlanner(const spec::Experiment& part, const std::string& run, HostSchedule& host)
      : x_(part), run_(run), host_(host) {}

  void plan() {
    for (const Step& step : make_plan(x_)) {
      ScheduledStep scheduled;
      scheduled.step = step;
      fill(scheduled);
      scheduled.files.push_back({"record", "RUN/runs/" + step.id});
      host_.at_least += scheduled.time.at_least;
      host_.steps.push_back(std::move(scheduled));
    }
  }

 private:
  const spec::RowSpec& row_of(const Step& step) {
    if (step.row != kReference) return x_.rows[static_cast<std::size_t>(step.row)];
    reference_ = reference_spec(x_);
    return reference_;
  }

  void fill(ScheduledStep& s) {
    const spec::Protocol& protocol = x_.protocol;
    const nanoseconds quiet = x_.conditions.quiet_wait;
    switch (s.step.kind) {
      case StepKind::kPeaks:
        s.what = "peak rates of the processor";
        s.rule = "peaks";
        return;
      case StepKind::kArtifact:
        return artifact(s);
      case StepKind::kAccuracy:
        s.row = row_of(s.step).id;
        s.what = (s.step.row == kReference ? "the FP32 reference (ONNX Runtime on the CPU) over "
                                           : "accuracy over ") +
                 count_of(x_.data.validation.count, "validation images");
        s.time.at_most = protocol.run_timeout;
        s.rule = "inferences";
        return;
      case StepKind::kPattern:
        s.what = "a load pattern by which an imported power log finds its clock";
        s.rule = "peaks";
        return;
      case StepKind::kIdle:
        s.what = has_power(x_) ? "idle power, nothing loaded" : "idle power, where a power source is found";
        if (has_power(x_)) s.time.at_least = x_.power.idle;
        s.time.at_most = x_.power.idle + quiet;
        s.rule = "idle";
        return;
      case StepKind::kTimed:
        return timed(s);
      case StepKind::kPipeline:
        s.row = row_of(s.step).id;
        s.what =
            "end to end, " + std::to_string(protocol.pipeline_iterations) + " images one after the other";
        s.time.at_most = protocol.run_timeout;
        s.rule = "inferences";
        return;
      case StepKind::kProfile:
        s.row = row_of(s.step).id;
        s.what = "layers and placement; its times are never a latency";
        s.time.at_most = protocol.run_timeout;
        s.rule = "inferences";
        return;
    }
  }

  void artifact(ScheduledStep& s) {
    const spec::RowSpec& row = row_of(s.step);
    s.row = row.id;
    s.rule = "prepare";
    s.time.at_most = x_.protocol.prepare_timeout;
    if (!row.artifact.empty()) {
      s.what = "the artifact that is given, compared with FP32 ONNX Runtime";
      s.files = {{"artifact", row.artifact.string()}};
      return;
    }
    s.elsewhere = made_elsewhere(row, run_);
    s.what = row.precision + " artifact for " + row.backend + " on " + row.accelerator;
    if (!row.toolchain.empty()) s.what += " by " + row.toolchain;
    s.files = {{"model", model()}};
    if (row.precision == "int8") {
      s.what += ", calibrated";
      s.files.push_back({"calibration", "CACHE/calibration/DIGEST"});
    }
    if (x_.accuracy.compare_images > 0)
      s.what +=
          ", compared with FP32 ONNX Runtime on " + std::to_string(x_.accuracy.compare_images) + " images";
    // The key is a digest of the model, the tensors, the toolchain and its options: known once those are
    // there.
    s.files.push_back({"artifact", "CACHE/artifacts/KEY/files"});
    Result<ByHand> by_hand = commands_by_hand(x_, row);
    if (!by_hand) {
      s.note = "no command of the vendor's: " + by_hand.error().message;
      return;
    }
    s.by_hand = std::move(by_hand->prepare);
    s.note = std::move(by_hand->note);
    if (!by_hand->pinned && !by_hand->version.empty())
      s.note += (s.note.empty() ? "" : " ") + std::string("For version ") + by_hand->version +
                ", the newest known: the spec pins none of these tools.";
  }

  void timed(ScheduledStep& s) {
    const spec::RowSpec& row = row_of(s.step);
    const spec::Protocol& protocol = x_.protocol;
    s.row = row.id;
    s.what = "repeat " + std::to_string(s.step.repeat) + " of " + std::to_string(protocol.repeats) + ": " +
             std::to_string(protocol.warmup_iterations) + " warm-up and " +
             std::to_string(protocol.timed_iterations) +
             " timed inferences at least, in a process of its own";
    s.time.at_least = protocol.warmup_duration + least_window(x_) + protocol.rest;
    if (has_power(x_)) s.time.at_least += x_.power.loaded_idle;
    s.time.at_most = protocol.run_timeout + x_.conditions.quiet_wait + protocol.rest;
    s.rule = "timed";
    // Once is enough: every repeat is the same.
    if (s.step.repeat > 1 || !row.artifact.empty()) return;
    if (Result<ByHand> by_hand = commands_by_hand(x_, row)) s.by_hand = std::move(by_hand->run);
  }

  std::string model() const {
    return x_.model.path.empty() ? "CACHE/models/" + x_.model.builtin : x_.model.path.string();
  }

  const spec::Experiment& x_;
  const std::string& run_;  ///< run_command() of the host.
  HostSchedule& host_;
  spec::RowSpec reference_;
};

std::vector<std::string> sources_of(const spec::Experiment& x) {
  std::vector<std::string> sources;
  std::string model =
      "model: " +
      (x.model.path.empty() ? x.model.builtin + ", written from the shipped weights" : x.model.path.string());
  if (x.model.size)
    model += ", " + std::to_string(x.model.size->height) + "x" + std::to_string(x.model.size->width);
  sources.push_back(model);
  if (x.data.streets)
    sources.push_back("images: generated street scenes, " + std::to_string(x.data.streets->train) +
                      " train and " + std::to_string(x.data.streets->val) + " val, seed " +
                      std::to_string(x.data.streets->seed));
  else
    sources.push_back("images: " + x.data.kind + " under " + x.data.root.string());
  const auto chosen = [](const spec::Selection& selection) {
    return count_of(selection.count, "of ") + selection.split + ", seed " + std::to_string(selection.seed);
  };
  sources.push_back("validation: " + chosen(x.data.validation));
  sources.push_back("calibration: " +
                    (x.data.calibration_same_as_validation ? std::string("the validation images")
                                                           : chosen(x.data.calibration)) +
                    "; one list of raw tensors for every toolchain");
  for (const spec::MeterSpec& meter : x.power.meters)
    sources.push_back("meter: " + meter.kind + " at " +
                      (meter.address.empty() ? "a simulator" : meter.address) + ", " + meter.boundary);
  return sources;
}

}  // namespace

std::vector<TimeRule> time_rules() {
  return {
      {"peaks", "the model has no part in it: not estimated"},
      {"prepare",
       "a toolchain takes as long as it takes, and nothing where the cache has its artifact: at most "
       "timeouts.prepare"},
      {"inferences",
       "as many inferences as told, at a speed that nobody knows before it is measured: at most "
       "timeouts.run"},
      {"idle", "power.idle, and before it up to conditions.quiet_wait"},
      {"timed",
       "at least the warm-up's duration, then the longer of timed.duration and power.least_samples + 2 "
       "updates of the "
       "slowest meter, then power.loaded_idle and rest; more where the inferences take longer; at most "
       "timeouts.run "
       "and conditions.quiet_wait"},
  };
}

Schedule make_schedule(const spec::Experiment& experiment, const std::string& spec_file,
                       const Overrides& given) {
  Schedule schedule;
  schedule.sources = sources_of(experiment);
  for (const spec::RowSpec& row : experiment.rows) {
    const auto known = std::ranges::find(schedule.hosts, row.device, &HostSchedule::device);
    if (known != schedule.hosts.end()) {
      known->rows.push_back(row.id);
      continue;
    }
    HostSchedule& host = schedule.hosts.emplace_back();
    host.device = row.device;
    host.rows = {row.id};
  }
  for (HostSchedule& host : schedule.hosts) {
    const spec::Experiment part = only_of(experiment, host.device);
    const std::string run = run_command(spec_file, given, host.device);
    host.command = run;
    if (given.rows_chosen)
      for (const std::string& row : host.rows) host.command += " --row " + row;
    HostPlanner(part, run, host).plan();
  }
  return schedule;
}

}  // namespace assay::campaign

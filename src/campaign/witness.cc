#include "campaign/witness.h"

#include <algorithm>
#include <cstdio>

#include "base/clock.h"
#include "base/file.h"
#include "base/splitmix64.h"
#include "base/subprocess.h"
#include "campaign/input_source.h"
#include "campaign/model_output.h"
#include "campaign/plan.h"
#include "campaign/witness_files.h"
#include "campaign/witness_reasons.h"
#include "campaign/witness_tools.h"
#include "engine/session.h"
#include "engine/timed.h"
#include "metric/percentile.h"
#include "metric/statistics.h"
#include "metric/witness.h"
#include "store/records.h"
#include "store/witness.h"
#include "vendor/command.h"

namespace assay::campaign {
namespace {

namespace fs = std::filesystem;

/// Of ours, at most: a process that has just begun is not steady.
constexpr double kWarmUpSeconds = 1;
constexpr int kProbes = 5, kLeastInferences = 10;

std::string numbered(const char* what, int pair) {
  char text[32];
  std::snprintf(text, sizeof text, "%s-%02d", what, pair);
  return text;
}

/// What a session of ours is like, and the input that both get.
struct Probe {
  record::SessionInfo session;
  std::string input;  ///< The tensor's bytes.
  double expected_ms = 0;
};

Result<Probe> probe(const Context& context, const spec::RowSpec& row, const engine::WorkerSpec& spec) {
  ASSAY_TRY(engine::Session session, engine::Session::open(spec, 1));
  if (session.info().simulated)
    return fail(Code::kInvalidInput,
                row.id + " is simulated: its times are no latencies, and no tool can witness them");
  if (session.info().inputs.size() != 1)
    return fail(Code::kInvalidInput, row.id + ": a model with one input was expected, this one has " +
                                         std::to_string(session.info().inputs.size()));
  const InputSource source(*context.assets.validation, context.experiment.model.io,
                           context.model_of(row).size, row.batch);
  ASSAY_TRY(const int input, find_image_input(session.info(), source.io(), source.batch(), source.size()));
  const auto tensor = session.input(0, input);
  ASSAY_OK(source.load(0, tensor));
  Probe found;
  found.input.assign(reinterpret_cast<const char*>(tensor.data()), tensor.size());
  for (int i = 0; i < kProbes; ++i) {
    ASSAY_OK(session.submit(0));
    auto done = session.wait();
    if (!done) return fail(done.error());
    const double ms = static_cast<double>(done->infer_ns) * 1e-6;
    found.expected_ms = i == 0 ? ms : std::min(found.expected_ms, ms);
  }
  ASSAY_TRY(found.session, session.close());
  return found;
}

/// Half of the pairs begin with ours, whichever they are.
std::vector<bool> orders(int pairs, std::uint64_t seed) {
  std::vector<bool> ours_first(static_cast<std::size_t>(pairs));
  SplitMix64 random(seed);
  for (std::size_t i = 0; i < ours_first.size(); ++i) ours_first[i] = i % 2 == 0;
  for (std::size_t i = ours_first.size(); i > 1; --i) {
    const std::size_t other = random.below(i);
    const bool swapped = ours_first[i - 1];
    ours_first[i - 1] = ours_first[other];
    ours_first[other] = swapped;
  }
  return ours_first;
}

std::vector<double> milliseconds(const std::vector<std::int64_t>& ns) {
  std::vector<double> ms;
  ms.reserve(ns.size());
  for (const std::int64_t value : ns) ms.push_back(static_cast<double>(value) * 1e-6);
  return ms;
}

/// Runs the pairs of one row.
class Pairs {
 public:
  Pairs(const Context& context, const spec::RowSpec& row, const WitnessTool& tool,
        const engine::WorkerSpec& spec, const vendor::Command& command, const WitnessRequest& request,
        const fs::path& folder)
      : context_(context),
        row_(row),
        tool_(tool),
        spec_(spec),
        command_(command),
        request_(request),
        folder_(folder) {}

  Result<void> run() {
    const InputSource source(*context_.assets.validation, context_.experiment.model.io,
                             context_.model_of(row_).size, row_.batch);
    // One input in rotation, as the tool has one.
    ASSAY_TRY(timed_.inputs, source.first(1));
    timed_.class_axis = spec::class_axis(context_.experiment.model.io);
    timed_.warmup_iterations = kLeastInferences;
    const auto seconds = [](double value) {
      return std::chrono::nanoseconds(static_cast<std::int64_t>(value * 1e9));
    };
    timed_.warmup_duration = seconds(std::min(kWarmUpSeconds, request_.seconds));
    timed_.warmup_cap = 2 * timed_.warmup_duration;
    timed_.timed_iterations = kLeastInferences;
    timed_.timed_duration = seconds(request_.seconds);
    int number = 0;
    for (const bool ours_first : orders(request_.pairs, request_.seed)) {
      context_.observer.progress("witness of " + row_.id + " by " + std::string(tool_.name) + ", pairs",
                                 number, request_.pairs);
      record::WitnessRun& run = runs_.emplace_back();
      run.ours_first = ours_first;
      ++number;
      if (ours_first) ASSAY_OK(run_ours(number, run));
      ASSAY_OK(run_theirs(number, run));
      if (!ours_first) ASSAY_OK(run_ours(number, run));
    }
    return {};
  }

  std::vector<record::WitnessRun>& runs() { return runs_; }
  const std::vector<vendor::ToolReport>& reports() const { return reports_; }
  const record::SessionInfo& session() const { return session_; }

 private:
  Result<void> run_ours(int number, record::WitnessRun& run) {
    ASSAY_TRY(const record::TimedRun timed, engine::run_timed(spec_, timed_));
    if (!timed.failure.reason.empty())
      return fail(Code::kWorkerFailed, row_.id + ": " + timed.failure.reason);
    const fs::path folder = folder_ / numbered("ours", number);
    ASSAY_OK(make_directories(folder));
    ASSAY_OK(store::save_timed_run(folder, timed));
    run.ours_ms =
        tool_.median ? metric::median(milliseconds(timed.latency_ns)) : metric::mean_ms(timed.latency_ns);
    run.ours_inferences = static_cast<std::int64_t>(timed.latency_ns.size());
    run.foreign_cpu_share = timed.foreign_cpu_share;
    session_ = timed.session;
    return {};
  }

  Result<void> run_theirs(int number, record::WitnessRun& run) {
    RunOptions options;
    options.argv = command_.argv;
    options.argv.insert(options.argv.begin(), command_.tool);
    options.log = folder_ / (numbered("theirs", number) + ".txt");
    options.cwd = folder_;
    options.timeout = request_.timeout;
    // Nothing of the user's own Python, and figures with a point in them.
    options.extra_env = command_.environment;
    options.extra_env.insert({{"PYTHONNOUSERSITE", "1"}, {"PYTHONDONTWRITEBYTECODE", "1"}, {"LC_ALL", "C"}});
    options.remove_env = {"PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP"};
    const auto state = run_process(options);
    const std::string name(tool_.name);
    if (!state && state.error().code == Code::kNotFound)
      return fail(Code::kNotFound, state.error().message + ": " + name +
                                       " was expected in PATH; --program names another place");
    if (!state) return fail(state.error().with_context(name));
    const std::string output = read_file(options.log).value_or("");
    const std::string again = "\nto repeat it: " + vendor::to_shell(command_);
    // The loader's word for a library that is not there, and a shell's for a program.
    if (state->exit_code == 127 && output.find("error while loading shared libraries") != std::string::npos)
      return fail(Code::kUnavailable, name + " was found, and lacks a library:" + vendor::last_lines(output) +
                                          "\nLD_LIBRARY_PATH names folders of libraries" + again);
    if (state->exit_code == 127)
      return fail(Code::kNotFound,
                  name + ", or a program that it starts, was not found:" + vendor::last_lines(output) +
                      "\nit was expected in PATH; --program names another place" + again);
    if (!state->ok())
      return fail(Code::kWorkerFailed, name + " ended with " + state->describe() +
                                           "; its last lines:" + vendor::last_lines(output) + again);
    auto report = tool_.parse(output);
    if (!report) return fail(report.error().code, report.error().message + again);
    const std::optional<double>& compared = tool_.median ? report->median_ms : report->mean_ms;
    if (!compared) return fail(Code::kInternal, name + " was read without what is compared");
    run.theirs_ms = *compared;
    run.theirs_inferences = report->inferences;
    run.theirs_loop_ms = report->loop_ms;
    reports_.push_back(std::move(*report));
    return {};
  }

  const Context& context_;
  const spec::RowSpec& row_;
  const WitnessTool& tool_;
  const engine::WorkerSpec& spec_;
  const vendor::Command& command_;
  const WitnessRequest& request_;
  const fs::path& folder_;
  engine::TimedRequest timed_;
  std::vector<record::WitnessRun> runs_;
  std::vector<vendor::ToolReport> reports_;
  record::SessionInfo session_;
};

record::Estimate estimate(const record::Figure& figure) { return {*figure.value, *figure.lo, *figure.hi}; }

void put(const metric::WitnessComparison& found, record::Witness& witness) {
  witness.ours = estimate(found.ours);
  witness.theirs = estimate(found.theirs);
  witness.ratio = estimate(found.ratio);
  witness.difference = estimate(found.difference);
  witness.widened_lo = found.widened_lo;
  witness.widened_hi = found.widened_hi;
  witness.resolution_percent = found.resolution_percent;
  witness.verdict = found.verdict == metric::WitnessVerdict::kAgrees    ? "agrees"
                    : found.verdict == metric::WitnessVerdict::kDiffers ? "differs"
                                                                        : "undecided";
  if (found.second_slower) witness.second_slower = estimate(*found.second_slower);
  if (found.later_slower) witness.later_slower = estimate(*found.later_slower);
}

}  // namespace

Result<record::Witness> witness_row(const Context& context, const spec::RowSpec& row,
                                    const record::ArtifactRecord& artifact, const WitnessRequest& request) {
  const std::string id = "witness." + row.id;
  ASSAY_TRY(const engine::WorkerSpec spec, worker_spec(context, id, row, artifact));
  ASSAY_TRY(const Probe probed, probe(context, row, spec));
  ASSAY_TRY(const WitnessTool* const tool, choose_tool(row.backend, request.tool));

  ASSAY_TRY(const fs::path work, absolute_path(context.directory.work() / id));
  ASSAY_TRY(const fs::path folder, absolute_path(request.folder));
  ToolJob job{row, artifact, probed.session, work / "input.npy", work / "input.bin", work};
  job.seconds = request.seconds;
  job.expected_ms = probed.expected_ms;
  job.program = request.program;
  ASSAY_TRY(const std::string npy, npy_file(probed.session.inputs[0], probed.input));
  std::error_code error;
  const fs::path staged = folder.string() + ".tmp";
  fs::remove_all(staged, error);
  ASSAY_OK(make_directories(work));
  ASSAY_OK(make_directories(staged));
  ASSAY_OK(write_file(job.npy, npy));
  ASSAY_OK(write_file(job.raw, probed.input));
  ASSAY_TRY(const vendor::Command command, tool->command(job));

  record::Witness witness;
  witness.begun_utc = utc_iso8601(wall_anchor().utc_ns);
  Pairs pairs(context, row, *tool, spec, command, request, staged);
  ASSAY_OK(pairs.run());

  std::vector<metric::WitnessPair> compared;
  double resolution_ms = 0;
  for (const record::WitnessRun& run : pairs.runs())
    compared.push_back({run.ours_ms, run.theirs_ms, run.ours_first});
  for (const vendor::ToolReport& report : pairs.reports())
    resolution_ms = std::max(resolution_ms, report.resolution_ms);
  ASSAY_TRY(const metric::WitnessComparison found,
            metric::compare_witness(compared, request.tolerance_percent, resolution_ms));

  witness.row = row.id, witness.backend = row.backend, witness.accelerator = row.accelerator;
  witness.precision = row.precision, witness.artifact = artifact.path;
  witness.artifact_digest = artifact.digest;
  witness.tool = tool->name, witness.tool_version = pairs.reports().back().version;
  witness.runtime_version = pairs.session().runtime_version;
  witness.statistic = tool->median ? "median" : "mean";
  witness.what_it_times = tool->what_it_times;
  witness.command = vendor::to_shell(command);
  witness.seed = request.seed, witness.seconds = request.seconds;
  witness.tolerance_percent = request.tolerance_percent;
  witness.changed = request.changed;
  put(found, witness);
  witness.reasons = witness_reasons({*tool, pairs.session(), pairs.reports(), pairs.runs(), found});
  witness.runs = std::move(pairs.runs());
  ASSAY_TRY(witness.row_ms, measured_median(context.experiment, context.directory, row.id));
  ASSAY_OK(store::save_witness(staged, witness));
  ASSAY_OK(rename_directory(staged, folder));
  return witness;
}

Result<std::optional<double>> measured_median(const spec::Experiment& experiment,
                                              const store::RunDirectory& directory, const std::string& row) {
  std::vector<double> medians;
  for (const Step& step : make_plan(experiment)) {
    if (step.kind != StepKind::kTimed || step.row < 0 || !directory.has_run(step.id) ||
        experiment.rows[static_cast<std::size_t>(step.row)].id != row)
      continue;
    ASSAY_TRY(const record::TimedRun run, store::load_timed_run(directory.run_folder(step.id)));
    if (run.failure.reason.empty() && !run.latency_ns.empty())
      medians.push_back(metric::median(milliseconds(run.latency_ns)));
  }
  if (medians.empty()) return std::optional<double>();
  return std::optional(metric::median(medians));
}

fs::path fresh_witness_folder(const fs::path& directory, const std::string& row) {
  std::error_code error;
  for (int n = 1;; ++n) {
    fs::path folder = directory / "witness" / (row + "." + std::to_string(n));
    if (!fs::exists(folder, error)) return folder;
  }
}

}  // namespace assay::campaign

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/exit_code.h"
#include "base/file.h"
#include "base/utf8.h"
#include "campaign/artifacts.h"
#include "campaign/describe.h"
#include "campaign/witness.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/run_folder.h"
#include "prepare/prepare.h"
#include "spec/explain.h"
#include "spec/parse.h"
#include "store/records.h"

namespace assay::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string what, row, device, tool, program, out, cache, format = "text";
  int pairs = 10;
  double seconds = 3, tolerance = 3, timeout_s = 300;
  std::uint64_t seed = 42;
};

/// A row, its artifact and the directory that the record goes into.
struct Subject {
  spec::Experiment experiment;
  store::RunDirectory directory;
  campaign::Assets assets;
  std::vector<std::string> changed;
};

std::string estimate(const record::Estimate& x, int places, bool sign = false) {
  char text[128];
  std::snprintf(text, sizeof text, sign ? "%+.*f [%+.*f, %+.*f]" : "%.*f [%.*f, %.*f]", places, x.value,
                places, x.lo, places, x.hi);
  return text;
}

std::string verdict(const record::Witness& witness) {
  char text[160];
  const double most = std::max(std::abs(witness.widened_lo), std::abs(witness.widened_hi));
  if (witness.verdict == "agrees")
    std::snprintf(text, sizeof text, "agrees within %.1f %% (tolerance %g %%)", most,
                  witness.tolerance_percent);
  else if (witness.verdict == "differs")
    std::snprintf(text, sizeof text, "differs: the tool is %.1f to %.1f %% %s (tolerance %g %%)",
                  std::min(std::abs(witness.widened_lo), std::abs(witness.widened_hi)), most,
                  witness.difference.value > 0 ? "slower" : "faster", witness.tolerance_percent);
  else
    std::snprintf(
        text, sizeof text,
        "not decided: the interval holds both no difference and more than the tolerance of %g %%; more "
        "pairs (--pairs) make it narrower",
        witness.tolerance_percent);
  return text;
}

void print_reasons(const record::Witness& witness, bool likely, const char* title) {
  if (std::ranges::none_of(witness.reasons, [&](const auto& reason) { return reason.likely == likely; }))
    return;
  std::printf("%s\n", title);
  for (const record::WitnessReason& reason : witness.reasons)
    if (reason.likely == likely)
      std::printf("  %-12s %s\n", reason.id.c_str(), one_line(reason.evidence).c_str());
}

void print(const record::Witness& witness) {
  std::printf("%s: assay beside %s%s%s, the same artifact and input, %zu pairs in random order\n",
              witness.row.c_str(), witness.tool.c_str(), witness.tool_version.empty() ? "" : " ",
              one_line(witness.tool_version).c_str(), witness.runs.size());
  std::printf("  pair  first    ours (ms)  theirs (ms)  theirs/ours\n");
  for (std::size_t i = 0; i < witness.runs.size(); ++i) {
    const record::WitnessRun& run = witness.runs[i];
    std::printf("  %4zu  %-6s  %10.4f  %11.4f  %11.4f\n", i + 1, run.ours_first ? "ours" : "theirs",
                run.ours_ms, run.theirs_ms, run.theirs_ms / run.ours_ms);
  }
  std::printf("  ours        %s ms, geometric mean of the runs' %ss\n", estimate(witness.ours, 4).c_str(),
              witness.statistic.c_str());
  std::printf("  theirs      %s ms (%s)\n", estimate(witness.theirs, 4).c_str(),
              witness.what_it_times.c_str());
  std::printf("  ratio       %s theirs/ours (95 %%, over the pairs)\n", estimate(witness.ratio, 4).c_str());
  std::printf("  difference  %s %%; with the tool's rounding [%+.2f, %+.2f]\n",
              estimate(witness.difference, 2, true).c_str(), witness.widened_lo, witness.widened_hi);
  if (witness.row_ms) std::printf("  the row     %.4f ms, median of its own repeats\n", *witness.row_ms);
  std::printf("  verdict     %s\n", verdict(witness).c_str());
  print_reasons(witness, true,
                witness.verdict == "agrees" ? "Fits what is left of a difference:" : "Likely reasons:");
  print_reasons(witness, false, "Looked at, and not the reason:");
  for (const std::string& change : witness.changed)
    std::printf("Changed since the row was measured: %s\n", one_line(change).c_str());
  std::printf("Command: %s\n", witness.command.c_str());
}

Result<Subject> open_run(const Options& options, const fs::path& cache, const campaign::Observer& observer) {
  ASSAY_TRY(spec::Experiment experiment, spec::load_experiment(fs::path(options.what) / "spec.yaml"));
  ASSAY_TRY(const store::Campaign now, campaign::describe_campaign(experiment));
  ASSAY_TRY(store::RunDirectory directory, store::RunDirectory::open(options.what));
  std::vector<std::string> changed = store::differences(directory.campaign(), now);
  ASSAY_TRY(campaign::Assets assets, campaign::open_assets(experiment, cache, observer.progress));
  return Subject{std::move(experiment), std::move(directory), std::move(assets), std::move(changed)};
}

Result<Subject> open_spec(const Options& options, const fs::path& cache, const campaign::Observer& observer) {
  ASSAY_TRY(spec::Experiment experiment, spec::load_experiment(options.what));
  ASSAY_OK(keep_rows(experiment, {{options.row}, options.device}));
  const fs::path out =
      options.out.empty() ? fresh_run_folder(experiment.name + "-witness") : fs::path(options.out);
  ASSAY_TRY(const store::Campaign campaign, campaign::describe_campaign(experiment));
  ASSAY_TRY(store::RunDirectory directory,
            store::RunDirectory::create(out, spec::explain(experiment), campaign));
  ASSAY_TRY(campaign::Assets assets, campaign::open_assets(experiment, cache, observer.progress));
  return Subject{std::move(experiment), std::move(directory), std::move(assets), {}};
}

/// The run directory's own, unchanged since; of a spec: made or taken from the cache.
Result<record::ArtifactRecord> artifact_of(const campaign::Context& context, const spec::RowSpec& row,
                                           bool of_run) {
  const std::string id = "artifact." + row.id;
  if (!of_run) {
    campaign::ArtifactMaker artifacts(context);
    ASSAY_TRY(record::ArtifactRecord made, artifacts.make(id, row));
    if (!made.failure.reason.empty())
      return fail(Code::kWorkerFailed, row.id + " has no artifact: " + made.failure.reason);
    // Kept as a campaign keeps it, so that the directory's row can be witnessed again.
    ASSAY_OK(context.directory.add_run(
        id, [&](const fs::path& folder) { return store::save_artifact(folder, made); }));
    return made;
  }
  if (!context.directory.has_run(id))
    return fail(Code::kNotFound,
                context.directory.path().string() + " has no artifact of " + row.id + " yet");
  ASSAY_TRY(record::ArtifactRecord artifact, store::load_artifact(context.directory.run_folder(id)));
  if (!artifact.failure.reason.empty())
    return fail(Code::kNotFound, row.id + " has no artifact: " + artifact.failure.reason);
  ASSAY_TRY(const std::string digest, prepare::artifact_digest(artifact));
  if (digest != artifact.digest)
    return fail(Code::kConflict, artifact.path + " is not what was measured: its content has changed since");
  return artifact;
}

Result<int> witness(const Options& options) {
  if (options.format != "text" && options.format != "json")
    return fail(Code::kInvalidInput, "--format " + options.format + ": text or json was expected");
  std::error_code error;
  const bool of_run = fs::is_directory(options.what, error);
  if (of_run && !options.out.empty())
    return fail(Code::kInvalidInput, "--out goes with a spec; the record of a run directory goes into it");
  ASSAY_TRY(const fs::path cache, cache_folder(options.cache));
  ProgressLine line;
  campaign::Observer observer;
  observer.progress = [&](std::string_view phase, std::int64_t done, std::int64_t total) {
    line.update(phase, done, total);
  };
  observer.notice = [&](std::string_view text) { line.say(text); };
  observer.done = [](auto, auto) {};
  ASSAY_TRY(Subject subject,
            of_run ? open_run(options, cache, observer) : open_spec(options, cache, observer));
  const auto row = std::ranges::find(subject.experiment.rows, options.row, &spec::RowSpec::id);
  if (row == subject.experiment.rows.end()) {
    std::string ids;
    for (const spec::RowSpec& spec : subject.experiment.rows) ids += (ids.empty() ? "" : ", ") + spec.id;
    return fail(Code::kNotFound, "there is no row '" + options.row + "'; the run directory has " + ids);
  }
  ASSAY_TRY(const fs::path worker, engine::default_worker());
  ASSAY_OK(make_directories(subject.directory.work()));
  const campaign::Context context{subject.experiment, subject.assets, subject.directory, cache,
                                  observer,           worker};
  ASSAY_TRY(const record::ArtifactRecord artifact, artifact_of(context, *row, of_run));

  campaign::WitnessRequest request;
  request.tool = options.tool;
  if (!options.program.empty()) {
    ASSAY_TRY(request.program, absolute_path(options.program));
  }
  request.pairs = options.pairs;
  request.seconds = options.seconds;
  request.tolerance_percent = options.tolerance;
  request.seed = options.seed;
  request.timeout = std::chrono::seconds(std::llround(options.timeout_s));
  request.changed = subject.changed;
  request.folder = campaign::fresh_witness_folder(subject.directory.path(), row->id);
  ASSAY_TRY(const record::Witness found, campaign::witness_row(context, *row, artifact, request));
  line.say("");
  const fs::path record = request.folder / "witness.json";
  std::string last = "Record: " + record.string() + "\n";
  if (options.format == "json") {
    ASSAY_TRY(last, read_file(record));
  } else {
    print(found);
  }
  ASSAY_OK(print_measured(last, record.string()));
  return kExitOk;
}

}  // namespace

CLI::App* declare_witness(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "witness", "A row's artifact timed by its vendor's own tool beside us, in pairs of short runs");
  command->add_option("what", options->what, "Run directory, or experiment (YAML)")->required();
  command->add_option("--row", options->row, "The row, by id")->required();
  command->add_option("--device", options->device, "Which device of a spec this machine is");
  command->add_option("--tool", options->tool, "Which tool, by name; default: the backend's");
  command->add_option("--program", options->program, "Program to run as that tool, by path");
  command->add_option("--pairs", options->pairs, "Pairs of runs")
      ->capture_default_str()
      ->check(CLI::Range(3, 10000));
  command->add_option("--seconds", options->seconds, "Length of each timed loop, s")
      ->capture_default_str()
      ->check(CLI::Range(0.2, 3600.0));
  command->add_option("--tolerance", options->tolerance, "Difference up to which both agree, %")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 100.0));
  command->add_option("--seed", options->seed, "Of the order within pairs")->capture_default_str();
  command->add_option("--timeout", options->timeout_s, "Of one run of the tool, s")
      ->capture_default_str()
      ->check(CLI::Range(1.0, 86400.0));
  command->add_option("--format", options->format, "text or json")->capture_default_str();
  command->add_option("--out", options->out,
                      "With a spec: run directory to make; default runs/NAME-witness-TIME");
  command->add_option("--cache", options->cache,
                      "Prepared artifacts and generated data; default $ASSAY_CACHE");
  action = [options] { return witness(*options); };
  return command;
}

}  // namespace assay::cli

#include <unistd.h>

#include <algorithm>
#include <vector>

#include "base/digest.h"
#include "base/exit_code.h"
#include "base/file.h"
#include "campaign/derive.h"
#include "campaign/describe.h"
#include "campaign/executor.h"
#include "campaign/targets.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/run_folder.h"
#include "report/report.h"
#include "spec/explain.h"
#include "spec/parse.h"
#include "spec/validate.h"
#include "store/run_directory.h"

namespace assay::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string spec, out, resume, data_root, cache;
  int repeats = 0;
  RowChoice rows;
  bool overwrite = false, retry_failed = false, prepare_only = false;
};

Result<spec::Experiment> load_spec(const Options& options) {
  if (options.spec.empty() == options.resume.empty())
    return fail(Code::kInvalidInput, "expected either a spec to run, or --resume DIR");
  const bool changes = !options.out.empty() || !options.data_root.empty() || options.repeats > 0 ||
                       !options.rows.rows.empty() || !options.rows.device.empty() || options.overwrite;
  if (!options.resume.empty() && changes)
    return fail(
        Code::kInvalidInput,
        "--resume goes on with the campaign as it was begun: leave out --out, --overwrite, --data-root, "
        "--repeats, --row and --device");
  if (options.retry_failed && options.resume.empty())
    return fail(Code::kInvalidInput, "--retry-failed goes with --resume DIR");
  const fs::path path =
      options.resume.empty() ? fs::path(options.spec) : fs::path(options.resume) / "spec.yaml";
  ASSAY_TRY(spec::Experiment experiment, spec::load_experiment(path));
  if (!options.resume.empty()) return experiment;
  if (!options.data_root.empty()) {
    ASSAY_TRY(experiment.data.root, absolute_path(options.data_root));
    experiment.data.streets.reset();
  }
  if (options.repeats > 0) experiment.protocol.repeats = options.repeats;
  ASSAY_OK(keep_rows(experiment, options.rows));
  ASSAY_OK(spec::validate(experiment));
  ASSAY_OK(campaign::check_targets(experiment));
  return experiment;
}

/// --overwrite moves an earlier campaign to DIR.previous, and nothing but one: neither a mistyped path nor
/// data that turn out to be missing may cost anybody results.
Result<void> set_aside(const fs::path& out) {
  std::error_code error;
  if (!fs::exists(out, error)) return {};  // What cannot be seen cannot be created either, and that is told.
  if (!fs::exists(out / "campaign.json", error) && !fs::exists(out / "lock", error))
    return fail(Code::kConflict,
                out.string() + ": exists and is no run directory: --overwrite replaces only those");
  ASSAY_TRY(const FileLock lock, FileLock::acquire(out / "lock"));
  const fs::path previous = (out.has_filename() ? out : out.parent_path()).string() + ".previous";
  fs::remove_all(previous, error);
  if (!error) fs::rename(out, previous, error);
  if (error) return fail(io_error(error.value(), "setting aside", out));
  return {};
}

Result<store::RunDirectory> open_directory(const Options& options, const spec::Experiment& experiment,
                                           const fs::path& out) {
  ASSAY_TRY(const store::Campaign campaign, campaign::describe_campaign(experiment));
  if (!options.resume.empty()) return store::RunDirectory::resume(out, campaign);
  if (options.overwrite) ASSAY_OK(set_aside(out));
  return store::RunDirectory::create(out, spec::explain(experiment), campaign);
}

/// One line a row: where its artifact lies, and whether it was compared.
int print_artifacts(const spec::Experiment& experiment, const std::vector<record::ArtifactRecord>& artifacts,
                    const fs::path& out) {
  bool all = true;
  for (std::size_t i = 0; i < artifacts.size(); ++i) {
    const record::ArtifactRecord& artifact = artifacts[i];
    const bool made = !artifact.path.empty();
    all &= made;
    std::printf("%s: %s\n", experiment.rows[i].id.c_str(), made ? artifact.path.c_str() : "no artifact");
    if (!artifact.failure.reason.empty())
      std::printf("  %s%s\n", made ? "not compared: " : "", artifact.failure.reason.c_str());
    else if (artifact.compared_images > 0)
      std::printf("  compared with FP32 ONNX Runtime on %d images: argmax equal on %.2f %%\n",
                  artifact.compared_images, 100 * artifact.compared_argmax_agreement);
  }
  std::printf("\nArtifacts only, nothing was timed: `assay run --resume %s` goes on.\n", out.c_str());
  return all ? kExitOk : kExitInvalidRows;
}

Result<int> run(const Options& options) {
  ASSAY_TRY(const spec::Experiment experiment, load_spec(options));
  const fs::path out = !options.resume.empty() ? fs::path(options.resume)
                       : !options.out.empty()  ? fs::path(options.out)
                                               : fresh_run_folder(experiment.name);
  ASSAY_TRY(const fs::path cache, cache_folder(options.cache));
  ProgressLine line;
  const campaign::Observer observer = observer_on(line);
  // The run directory comes first: a folder that cannot be written must not cost the time of preparing data.
  ASSAY_TRY(store::RunDirectory directory, open_directory(options, experiment, out));
  ASSAY_TRY(const campaign::Assets assets, campaign::open_assets(experiment, cache, observer.progress));
  if (options.retry_failed) {
    ASSAY_TRY(const auto failed, campaign::failed_runs(experiment, directory));
    for (const auto& [id, reason] : failed) {
      ASSAY_OK(directory.supersede(id, reason));
      line.say(id + " failed and is made again: " + reason);
    }
  }
  if (options.prepare_only) {
    ASSAY_TRY(const auto artifacts, campaign::prepare_only(experiment, assets, directory, cache, observer));
    line.say("");
    return print_artifacts(experiment, artifacts, out);
  }
  ASSAY_TRY(const record::Results results, campaign::execute(experiment, assets, directory, cache, observer));
  line.say("");
  ASSAY_TRY(const std::string table,
            report::render(results, report::Format::kTable, report::terminal_style(STDOUT_FILENO)));
  ASSAY_OK(print_measured(table + "\nRaw data and results: " + out.string() + " (`assay report " +
                              out.string() + " --format md|csv|json|html`)\n",
                          report_again(out)));
  const bool invalid = std::any_of(results.rows.begin(), results.rows.end(),
                                   [](const auto& row) { return row.verdict == "INVALID"; });
  return invalid ? kExitInvalidRows : kExitOk;
}

}  // namespace

CLI::App* declare_run(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("run", "Measure what a spec says, and print the table");
  command->add_option("spec", options->spec, "Experiment (YAML)");
  command->add_option("--out", options->out, "Run directory to make; default runs/NAME-TIME");
  command->add_option("--resume", options->resume,
                      "Go on with a run directory: finished runs are kept as they are");
  command->add_flag(
      "--retry-failed", options->retry_failed,
      "With --resume: make failed runs again. They are kept under superseded/, and the row says so");
  command->add_flag("--overwrite", options->overwrite,
                    "Move an earlier run directory of that name to DIR.previous first");
  command->add_flag("--prepare-only", options->prepare_only,
                    "Make the rows' artifacts and stop: needs no meter, nor the rows' devices");
  command->add_option("--data-root", options->data_root, "Data set to use instead of the spec's");
  command->add_option("--repeats", options->repeats, "Instead of the spec's")->check(CLI::PositiveNumber);
  add_row_choice(*command, options->rows);
  command->add_option("--cache", options->cache,
                      "Prepared artifacts and generated data; default $ASSAY_CACHE");
  action = [options] { return run(*options); };
  return command;
}

}  // namespace assay::cli

#include "base/exit_code.h"
#include "campaign/describe.h"
#include "campaign/record_pass.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "spec/parse.h"

namespace assay::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string directory, row, output, cache;
};

Result<int> record(const Options& options) {
  ASSAY_TRY(const spec::Experiment experiment,
            spec::load_experiment(fs::path(options.directory) / "spec.yaml"));
  // As for resuming: another runtime or plugin would answer for the one that was measured.
  ASSAY_TRY(const store::Campaign now, campaign::describe_campaign(experiment));
  ASSAY_TRY(store::RunDirectory directory, store::RunDirectory::resume(options.directory, now));
  ASSAY_TRY(const fs::path cache, cache_folder(options.cache));
  ProgressLine line;
  const auto announce = [&](std::string_view phase, std::int64_t done, std::int64_t total) {
    line.update(phase, done, total);
  };
  ASSAY_TRY(const campaign::Assets assets, campaign::open_assets(experiment, cache, announce));
  ASSAY_TRY(const campaign::RecordedCounts counts,
            campaign::record_row(experiment, assets, directory, options.row, options.output,
                                 [&](std::int64_t done, std::int64_t total) {
                                   announce("recording " + options.row, done, total);
                                 }));
  line.say("");
  std::printf("%s: %zu answers, %zu delays (backend: replay, artifact: %s)\n", options.output.c_str(),
              counts.answers, counts.delays, options.output.c_str());
  return kExitOk;
}

}  // namespace

CLI::App* declare_record(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("record", "Make a recording of a measured row, which the replay backend plays");
  command->add_option("directory", options->directory, "Run directory")->required();
  command->add_option("--row", options->row, "The row, by id")->required();
  command->add_option("-o,--output", options->output, "Recording to write")->required();
  command->add_option("--cache", options->cache,
                      "Prepared artifacts and generated data; default $ASSAY_CACHE");
  action = [options] { return record(*options); };
  return command;
}

}  // namespace assay::cli

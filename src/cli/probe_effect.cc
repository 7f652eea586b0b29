#include <cmath>
#include <cstdio>

#include "base/exit_code.h"
#include "campaign/describe.h"
#include "campaign/probe_effect.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/run_folder.h"
#include "report/number_text.h"
#include "spec/explain.h"
#include "spec/parse.h"

namespace assay::cli {
namespace {

namespace fs = std::filesystem;

/// Observing that costs less than this is taken for harmless.
constexpr double kHarmlessPercent = 0.5;

struct Options {
  std::string spec, out, cache;
  RowChoice rows;
  int pairs = 20;
  double block_s = 1;
};

/// What the interval supports, and no more.
const char* judgement(const record::Figure& difference) {
  if (-kHarmlessPercent < *difference.lo && *difference.hi < kHarmlessPercent)
    return "under 0.5 %: the whole interval is";
  if (*difference.lo > kHarmlessPercent || *difference.hi < -kHarmlessPercent)
    return "over 0.5 %: the whole interval is";
  return "not decided: the interval reaches over 0.5 %; more pairs (--pairs) make it narrower";
}

void print(const campaign::RowProbeEffect& row) {
  const record::Figure& difference = row.effect.difference;
  std::printf("%s\n", row.row.c_str());
  std::printf("  latency off      %s ms\n", report::figure_text(row.effect.off).c_str());
  std::printf("  latency on       %s ms\n", report::figure_text(row.effect.on).c_str());
  std::printf("  probe effect     %+.2f %% [%+.2f, %+.2f] (95 %%, %d pairs of blocks): %s\n",
              *difference.value, *difference.lo, *difference.hi, row.effect.pairs, judgement(difference));
  std::printf("  the sampler      %zu sources%s, %zu channels, %.0f readings/s, %.2f %% of a core\n",
              row.sources, row.simulated ? " (one of them simulated)" : "", row.channels, row.readings_per_s,
              row.sampler_cpu_percent);
}

Result<int> measure(const Options& options) {
  ASSAY_TRY(spec::Experiment experiment, spec::load_experiment(options.spec));
  ASSAY_OK(keep_rows(experiment, options.rows));
  const fs::path out =
      options.out.empty() ? fresh_run_folder(experiment.name + "-probe-effect") : fs::path(options.out);
  ASSAY_TRY(const fs::path cache, cache_folder(options.cache));
  ProgressLine line;
  const campaign::Observer observer = observer_on(line);
  ASSAY_TRY(const store::Campaign campaign, campaign::describe_campaign(experiment));
  ASSAY_TRY(store::RunDirectory directory,
            store::RunDirectory::create(out, spec::explain(experiment), campaign));
  ASSAY_TRY(const campaign::Assets assets, campaign::open_assets(experiment, cache, observer.progress));
  campaign::ProbeEffectRequest request;
  request.pairs = options.pairs;
  request.block = std::chrono::nanoseconds(std::llround(options.block_s * 1e9));
  ASSAY_TRY(const auto rows,
            campaign::measure_probe_effect(experiment, assets, directory, cache, observer, request));
  line.say("");
  for (const campaign::RowProbeEffect& row : rows) print(row);
  std::printf("\nRaw data: %s\n", out.c_str());
  return kExitOk;
}

}  // namespace

CLI::App* declare_probe_effect(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "probe-effect", "What observing costs: latency with the sampler on against off, in alternating blocks");
  command->add_option("spec", options->spec, "Experiment (YAML)")->required();
  add_row_choice(*command, options->rows);
  command->add_option("--pairs", options->pairs, "Pairs of blocks")
      ->capture_default_str()
      ->check(CLI::Range(3, 10000));
  command->add_option("--block", options->block_s, "Length of a block, s")
      ->capture_default_str()
      ->check(CLI::Range(0.5, 3600.0));
  command->add_option("--out", options->out, "Run directory to make; default runs/NAME-probe-effect-TIME");
  command->add_option("--cache", options->cache,
                      "Prepared artifacts and generated data; default $ASSAY_CACHE");
  action = [options] { return measure(*options); };
  return command;
}

}  // namespace assay::cli

#include "campaign/probe_effect.h"

#include <limits>
#include <set>

#include "base/clock.h"
#include "base/file.h"
#include "campaign/artifacts.h"
#include "campaign/input_source.h"
#include "campaign/observing.h"
#include "engine/timed.h"
#include "store/records.h"

namespace assay::campaign {
namespace {

namespace fs = std::filesystem;
using metric::ProbeBlock;

/// How often a timed pass tells how far it is, at least: no block ends sooner after its time.
constexpr std::chrono::milliseconds kProgressInterval{300};

/// Switches the sampler, from within the progress of a timed pass.
class Switch {
 public:
  Switch(Observing& observing, const ProbeEffectRequest& request)
      : observing_(observing), request_(request) {}

  void tick() {
    const std::int64_t now = monotonic_ns();
    if (block_begin_ns_ != 0 && now - block_begin_ns_ < request_.block.count()) return;
    if (block_begin_ns_ != 0) blocks_.push_back({block_begin_ns_, now, on_});
    const int next = static_cast<int>(blocks_.size());
    turn(next < 2 * request_.pairs && metric::probe_block_samples(next));
    block_begin_ns_ = next < 2 * request_.pairs ? monotonic_ns() : std::numeric_limits<std::int64_t>::max();
  }

  void turn(bool on) {
    if (on == on_) return;
    on_ = on;
    if (on) return observing_.start();
    const record::Observation seen = observing_.stop();
    on_ns_ += seen.end_ns - seen.begin_ns;
    cpu_ns_ += seen.cpu_ns;
    for (const record::Source& source : seen.sources) {
      sources_.insert(source.id);
      simulated_ = simulated_ || source.simulated;
    }
    for (const record::Series& series : seen.series) {
      channels_.insert(series.channel.id);
      readings_ += series.readings.size();
    }
  }

  const std::vector<ProbeBlock>& blocks() const { return blocks_; }
  void tell(RowProbeEffect& row) const {
    row.sources = sources_.size();
    row.simulated = simulated_;
    row.channels = channels_.size();
    if (on_ns_ == 0) return;
    row.readings_per_s = static_cast<double>(readings_) * 1e9 / static_cast<double>(on_ns_);
    row.sampler_cpu_percent = 100 * static_cast<double>(cpu_ns_) / static_cast<double>(on_ns_);
  }

 private:
  Observing& observing_;
  const ProbeEffectRequest& request_;
  std::vector<ProbeBlock> blocks_;
  bool on_ = false, simulated_ = false;
  std::int64_t block_begin_ns_ = 0, on_ns_ = 0, cpu_ns_ = 0;
  std::size_t readings_ = 0;
  std::set<std::string> sources_, channels_;
};

std::string blocks_csv(const std::vector<ProbeBlock>& blocks) {
  std::string text = "begin_ns,end_ns,sampler\n";
  for (const ProbeBlock& block : blocks)
    text += std::to_string(block.begin_ns) + "," + std::to_string(block.end_ns) +
            (block.sampling ? ",on\n" : ",off\n");
  return text;
}

Result<RowProbeEffect> measure_row(const Context& context, const spec::RowSpec& row,
                                   const record::ArtifactRecord& artifact, Observing& observing,
                                   const ProbeEffectRequest& request) {
  const spec::Experiment& experiment = context.experiment;
  const std::string id = "probe-effect." + row.id;
  ASSAY_TRY(const engine::WorkerSpec spec, worker_spec(context, id, row, artifact));
  const InputSource inputs(*context.assets.validation, experiment.model.io, context.model_of(row).size,
                           row.batch);
  engine::TimedRequest timed;
  ASSAY_TRY(timed.inputs, inputs.first(static_cast<std::size_t>(experiment.protocol.inputs)));
  timed.class_axis = spec::class_axis(experiment.model.io);
  timed.warmup_iterations = experiment.protocol.warmup_iterations;
  timed.warmup_duration = experiment.protocol.warmup_duration;
  timed.warmup_cap = experiment.protocol.warmup_cap;
  timed.timed_iterations = 1;
  timed.timed_duration = 2 * request.pairs * (request.block + kProgressInterval);
  Switch sampler(observing, request);
  ASSAY_TRY(const record::TimedRun run, engine::run_timed(spec, timed, [&](const engine::Progress& progress) {
              if (progress.phase == "timed") sampler.tick();
              context.observer.progress("probe effect on " + row.id + ", pairs of blocks",
                                        static_cast<std::int64_t>(sampler.blocks().size() / 2),
                                        request.pairs);
            }));
  sampler.turn(false);
  const auto save = [&](const fs::path& folder) -> Result<void> {
    ASSAY_OK(write_file(folder / "blocks.csv", blocks_csv(sampler.blocks())));
    return store::save_timed_run(folder, run);
  };
  ASSAY_OK(context.directory.add_run(id, save));
  if (!run.failure.reason.empty()) return fail(Code::kWorkerFailed, row.id + ": " + run.failure.reason);
  if (run.session.simulated)
    return fail(Code::kInvalidInput,
                row.id + " is simulated: its times are no latencies that could be disturbed");
  RowProbeEffect found;
  found.row = row.id;
  auto effect = metric::probe_effect(run.latency_ns, run.window_begin_ns, sampler.blocks());
  if (!effect) return fail(effect.error().with_context(row.id));
  found.effect = *effect;
  sampler.tell(found);
  return found;
}

}  // namespace

Result<std::vector<RowProbeEffect>> measure_probe_effect(const spec::Experiment& experiment,
                                                         const Assets& assets, store::RunDirectory& directory,
                                                         const fs::path& cache, const Observer& observer,
                                                         const ProbeEffectRequest& request) {
  ASSAY_TRY(const fs::path worker, engine::default_worker());
  const Context context{experiment, assets, directory, cache, observer, worker};
  ASSAY_OK(make_directories(directory.work()));
  ArtifactMaker artifacts(context);
  Observing observing(context);
  ASSAY_OK(observing.open());
  if (observing.empty())
    return fail(Code::kUnavailable, "there is nothing to observe here: see what `assay doctor` finds");
  std::vector<RowProbeEffect> found;
  for (const spec::RowSpec& row : experiment.rows) {
    ASSAY_TRY(const record::ArtifactRecord artifact, artifacts.make("artifact." + row.id, row));
    if (!artifact.failure.reason.empty())
      return fail(Code::kWorkerFailed, row.id + " has no artifact: " + artifact.failure.reason);
    ASSAY_TRY(found.emplace_back(), measure_row(context, row, artifact, observing, request));
  }
  observing.close();
  return found;
}

}  // namespace assay::campaign

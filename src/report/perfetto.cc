#include "report/perfetto.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "base/clock.h"
#include "report/number_text.h"
#include "report/perfetto_runs.h"
#include "report/perfetto_sensors.h"
#include "store/power_import.h"
#include "store/records.h"
#include "store/run_directory.h"

namespace assay::report {
namespace {

namespace fs = std::filesystem;
using Track = TraceWriter::Track;

/// A sum, or nothing where a time is negative or the sum is no time at all: files are edited by hand.
std::optional<std::int64_t> total(std::span<const std::int64_t> times_ns) {
  std::int64_t sum = 0;
  for (const std::int64_t time : times_ns)
    if (time < 0 || __builtin_add_overflow(sum, time, &sum)) return std::nullopt;
  return sum;
}

Result<std::int64_t> fitting_total(std::span<const std::int64_t> times_ns, std::int64_t room_ns,
                                   const std::string& what) {
  const auto sum = total(times_ns);
  if (!sum || *sum > room_ns)
    return fail(Code::kCorrupt,
                what + ": expected times of at most " + std::to_string(room_ns) + " ns together, found " +
                    (sum ? std::to_string(*sum) + " ns" : "a negative one, or too long ones") +
                    ": was a file of the run directory edited?");
  return *sum;
}

/// "note 1", "note 2": a viewer shows the last of several arguments of one name alone.
void add_numbered(std::vector<TraceArg>& args, const std::string& name, std::span<const std::string> texts) {
  for (std::size_t i = 0; i < texts.size(); ++i)
    args.push_back({name + " " + std::to_string(i + 1), texts[i]});
}

void add_findings(std::vector<TraceArg>& args, std::span<const record::Finding> findings) {
  std::vector<std::string> texts;
  for (const record::Finding& finding : findings)
    texts.push_back(std::string(to_string(finding.severity)) + " " + finding.rule + ": " + finding.evidence);
  add_numbered(args, "finding", texts);
}

class TraceMaker {
 public:
  TraceMaker(const fs::path& directory, RunIndex index, TraceClock clock, TraceWriter& out)
      : directory_(directory), index_(std::move(index)), clock_(std::move(clock)), out_(out) {}

  Result<TraceSummary> make(const TraceResults& checked) {
    const Track campaign =
        out_.process("assay" + (checked.results ? ": " + checked.results->name : std::string()));
    campaign_ = out_.thread(campaign, "campaign");
    if (!index_.idle.empty() || !index_.patterns.empty())
      idle_ = out_.thread(campaign, "idle and load pattern");
    for (const RunRef& ref : index_.idle) ASSAY_OK(idle(ref));
    for (const RunRef& ref : index_.patterns) ASSAY_OK(pattern(ref));
    for (const RowRuns& row : index_.rows) ASSAY_OK(whole_row(row));
    for (const RunRef& ref : index_.imports) ASSAY_OK(power_import(ref));
    summary_.readings = sensors_.readings();
    ASSAY_OK(whole_campaign(checked));
    ASSAY_OK(out_.finish());
    return std::move(summary_);
  }

 private:
  /// Nanoseconds to add to a run's times; absent, and said so, where its boot has no place on the trace's
  /// clock.
  std::optional<std::int64_t> offset(const std::string& boot_id, const std::string& what) {
    const auto found = clock_.offset_ns(boot_id);
    if (!found)
      summary_.left_out.push_back(
          what + (boot_id.empty() ? ": it does not tell its boot, and there were several"
                                  : ": no timed run of boot " + boot_id +
                                        " tells the wall clock, by which boots are laid beside each other"));
    return found;
  }
  std::string boot_words(const std::string& boot_id) const {
    const auto& boots = clock_.boots();
    if (boots.size() < 2) return "";
    const auto found = std::ranges::find(boots, boot_id, &Boot::id);
    return ", boot " + std::to_string(found - boots.begin() + 1) +
           (found == boots.begin() ? "" : " (placed by the wall clock)");
  }
  void phase(Track track, std::int64_t begin_ns, std::int64_t end_ns, const std::string& name,
             std::span<const TraceArg> args = {}) {
    out_.begin(track, begin_ns, kPhase, name, args);
    out_.end(track, end_ns);
    span_.include(begin_ns, end_ns);
  }

  Result<void> idle(const RunRef& ref) {
    ASSAY_TRY(const record::IdleRun run, store::load_idle_run(run_folder(directory_, ref.id)));
    if (!run.skipped.empty() || run.end_ns <= run.begin_ns) return {};
    const auto shift = offset(run.boot_id, ref.id);
    if (!shift) return {};
    std::string name = ref.id;
    std::ranges::replace(name, '.', ' ');
    const std::vector<TraceArg> args{{"boot id", run.boot_id},
                                     {"waited for a quiet machine (ns)", run.quiet_wait_ns},
                                     {"disturbances", joined(run.disturbances, ", ")}};
    phase(idle_, run.begin_ns + *shift, run.end_ns + *shift, name + boot_words(run.boot_id), args);
    sensors_.add(run.observation, ref.id, *shift);
    return out_.status();
  }

  Result<void> pattern(const RunRef& ref) {
    ASSAY_TRY(const record::PatternRun run, store::load_pattern_run(run_folder(directory_, ref.id)));
    if (!run.skipped.empty() || run.window_end_ns <= run.window_begin_ns) return {};
    const auto shift = offset(run.boot_id, ref.id);
    if (!shift) return {};
    out_.begin(idle_, run.window_begin_ns + *shift, kPhase, "load pattern");
    for (std::size_t i = 0; i + 1 < run.edges_ns.size(); i += 2) {
      out_.begin(idle_, run.edges_ns[i] + *shift, kPhase, "load on");
      out_.end(idle_, run.edges_ns[i + 1] + *shift);
    }
    out_.end(idle_, run.window_end_ns + *shift);
    span_.include(run.window_begin_ns + *shift, run.window_end_ns + *shift);
    return out_.status();
  }

  Result<void> whole_row(const RowRuns& row) {
    const std::string verdict = row.result ? row.result->verdict : "";
    const bool unsound = row.result && verdict != "OK";
    const Track process =
        out_.process("row " + row.row + (unsound ? ": " + verdict : ""),
                     row.result ? std::vector{"verdict " + verdict} : std::vector<std::string>{});
    std::optional<Track> judged;
    if (row.result) judged = out_.thread(process, "verdict");
    const TimeSpan others = std::exchange(span_, {});
    std::optional<std::int64_t> first_window;
    for (const RunRef& ref : row.timed) ASSAY_OK(timed(ref, process, first_window));
    for (const RunRef& ref : row.pipeline) ASSAY_OK(pipeline(ref, process));
    for (const RunRef& ref : row.profiled) ASSAY_OK(profiled(ref, process, first_window));
    if (judged && span_.first_ns) {
      std::vector<TraceArg> args;
      add_findings(args, row.result->findings);
      out_.begin(*judged, *span_.first_ns, kPhase, verdict, args);
      out_.end(*judged, span_.last_ns);
    }
    if (others.first_ns) span_.include(*others.first_ns, others.last_ns);
    return out_.status();
  }

  Result<void> timed(const RunRef& ref, Track process, std::optional<std::int64_t>& first_window) {
    ASSAY_TRY(const record::TimedRun run, store::load_timed_run(run_folder(directory_, ref.id)));
    const bool failed = !run.failure.reason.empty();
    if (run.window_begin_ns <= 0) {
      summary_.left_out.push_back(ref.id + ": it ended before its timed window" +
                                  (failed ? ": " + run.failure.reason : ""));
      return {};
    }
    const auto shift = offset(run.boot_id, ref.id);
    if (!shift) return {};
    const Track track = out_.thread(process, "timed, repeat " + std::to_string(ref.repeat) +
                                                 (run.session.simulated ? ", simulated" : "") +
                                                 (failed ? ", FAILED" : "") + boot_words(run.boot_id));
    if (run.loaded_idle_end_ns > run.loaded_idle_begin_ns)
      phase(track, run.loaded_idle_begin_ns + *shift, run.loaded_idle_end_ns + *shift, "loaded idle");
    ASSAY_OK(warmup(run, ref, track, *shift));
    ASSAY_OK(window(run, ref, track, *shift));
    const std::int64_t begin_ns = run.window_begin_ns + *shift;
    first_window = std::min(first_window.value_or(begin_ns), begin_ns);
    sensors_.add(run.observation, ref.id, *shift);
    return out_.status();
  }

  /// When a warm-up inference began is not recorded; they ended before the window.
  Result<void> warmup(const record::TimedRun& run, const RunRef& ref, Track track, std::int64_t shift) {
    if (run.warmup_ns.empty()) return {};
    ASSAY_TRY(
        const std::int64_t sum,
        fitting_total(run.warmup_ns, run.window_begin_ns - std::max<std::int64_t>(run.loaded_idle_end_ns, 0),
                      ref.id + ", warm-up"));
    const std::vector<TraceArg> args{
        {"inferences", static_cast<std::int64_t>(run.warmup_ns.size())},
        {"ended", run.warmup_end},
        {"starts",
         std::string("not recorded: laid end to end up to the timed window, later than they were")}};
    std::int64_t at = run.window_begin_ns + shift - sum;
    span_.include(at, run.window_begin_ns + shift);
    out_.begin(track, at, kPhase, "warm-up", args);
    for (std::size_t i = 0; i < run.warmup_ns.size(); ++i) {
      const TraceArg iteration{"iteration", static_cast<std::int64_t>(i)};
      out_.begin(track, at, "warm-up", "warm-up inference", {&iteration, 1});
      out_.end(track, at += run.warmup_ns[i]);
    }
    out_.end(track, at);
    summary_.warmup += static_cast<std::int64_t>(run.warmup_ns.size());
    return out_.status();
  }

  Result<void> window(const record::TimedRun& run, const RunRef& ref, Track track, std::int64_t shift) {
    const bool whole = run.window_end_ns > run.window_begin_ns;  // A run that was killed has no end.
    constexpr std::int64_t kAnyTime = std::int64_t{1} << 62;
    ASSAY_TRY(const std::int64_t sum,
              fitting_total(run.latency_ns, whole ? run.window_end_ns - run.window_begin_ns : kAnyTime,
                            ref.id + ", timed window"));
    const std::int64_t begin_ns = run.window_begin_ns + shift;
    const std::int64_t end_ns = whole ? run.window_end_ns + shift : begin_ns + sum;
    std::vector<TraceArg> args{{"run", ref.id},
                               {"boot id", run.boot_id},
                               {"inferences", static_cast<std::int64_t>(run.latency_ns.size())},
                               {"inference times together (ns)", sum}};
    if (whole)
      args.push_back({"loop between inferences (ns)", run.window_end_ns - run.window_begin_ns - sum});
    else
      args.push_back({"end", std::string("not recorded: shown up to the last inference")});
    args.push_back(
        {"starts", std::string("not recorded: laid end to end from the window's begin, early by at most "
                               "the time of the loop")});
    if (run.begin_utc_ns != 0) args.push_back({"began (UTC)", utc_iso8601(run.begin_utc_ns)});
    args.push_back({"step of the wall clock (ns)", run.clock_step_ns});
    args.push_back({"reached its cap", run.capped});
    if (run.foreign_cpu_share >= 0) args.push_back({"CPU share of other processes", run.foreign_cpu_share});
    args.push_back({"accelerator", run.session.accelerator});
    args.push_back({"backend", run.session.backend + " " + run.session.runtime_version});
    args.push_back({"executed precision", run.session.executed_precision});
    if (!run.failure.reason.empty()) args.push_back({"FAILED", run.failure.reason});
    if (!run.disturbances.empty()) args.push_back({"disturbed by", joined(run.disturbances, ", ")});
    out_.begin(track, begin_ns, kPhase, whole ? "timed window" : "timed window, unfinished", args);
    inferences(run, track, begin_ns);
    out_.end(track, end_ns);
    span_.include(begin_ns, end_ns);
    summary_.timed += static_cast<std::int64_t>(run.latency_ns.size());
    return out_.status();
  }

  void inferences(const record::TimedRun& run, Track track, std::int64_t at) {
    const bool transfers = run.transfer_in_ns.size() == run.device_time_ns.size() &&
                           run.transfer_out_ns.size() == run.device_time_ns.size();
    std::size_t sample = 0;
    std::vector<TraceArg> args;
    for (std::size_t i = 0; i < run.latency_ns.size(); ++i) {
      args.assign(1, {"iteration", static_cast<std::int64_t>(i)});
      if (sample < run.samples.size() && run.samples[sample].iteration == static_cast<std::int64_t>(i)) {
        if (sample < run.device_time_ns.size()) {
          args.push_back({"time on the device (ns)", run.device_time_ns[sample]});
          if (transfers) {
            args.push_back({"copy to the device (ns)", run.transfer_in_ns[sample]});
            args.push_back({"copy from the device (ns)", run.transfer_out_ns[sample]});
          }
        }
        ++sample;
      }
      out_.begin(track, at, "timed", "inference", args);
      out_.end(track, at += run.latency_ns[i]);
    }
  }

  Result<void> pipeline(const RunRef& ref, Track process) {
    ASSAY_TRY(const record::PipelineRun run, store::load_pipeline_run(run_folder(directory_, ref.id)));
    const std::size_t count = run.total_ns.size();
    if (run.pre_ns.size() != count || run.infer_ns.size() != count || run.post_ns.size() != count)
      return fail(Code::kCorrupt, ref.id + ": expected as many times of each stage as requests, found " +
                                      std::to_string(run.pre_ns.size()) + ", " +
                                      std::to_string(run.infer_ns.size()) + " and " +
                                      std::to_string(run.post_ns.size()) + " of " + std::to_string(count));
    if (count == 0 || run.window_end_ns <= run.window_begin_ns) return {};
    const auto shift = offset(run.boot_id, ref.id);
    if (!shift) return {};
    const std::int64_t room = run.window_end_ns - run.window_begin_ns;
    ASSAY_TRY(const std::int64_t sum, fitting_total(run.total_ns, room, ref.id));
    const Track track =
        out_.thread(process, "pipeline, repeat " + std::to_string(ref.repeat) +
                                 (run.session.simulated ? ", simulated" : "") +
                                 (run.failure.reason.empty() ? "" : ", FAILED") + boot_words(run.boot_id));
    const std::vector<TraceArg> args{
        {"run", ref.id},
        {"boot id", run.boot_id.empty() ? "not recorded: taken for the only one" : run.boot_id},
        {"requests", static_cast<std::int64_t>(count)},
        {"request times together (ns)", sum},
        {"between requests (ns)", room - sum},
        {"starts",
         std::string("not recorded: laid end to end from the window's begin, early by at most the time "
                     "between requests")}};
    std::int64_t at = run.window_begin_ns + *shift;
    span_.include(at, run.window_end_ns + *shift);
    out_.begin(track, at, kPhase, "end-to-end window", args);
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t stages[] = {run.pre_ns[i], run.infer_ns[i], run.post_ns[i]};
      ASSAY_OK(fitting_total(stages, run.total_ns[i], ref.id + ", request " + std::to_string(i)));
      const std::int64_t end = at + run.total_ns[i];
      out_.begin(track, at, "pipeline", "request");
      constexpr const char* kStages[] = {"decode and pre-process", "inference in the pipeline",
                                         "post-process"};
      for (std::size_t stage = 0; stage < std::size(kStages); ++stage) {
        out_.begin(track, at, "pipeline", kStages[stage]);
        out_.end(track, at += stages[stage]);
      }
      out_.end(track, at = end);
    }
    out_.end(track, run.window_end_ns + *shift);
    summary_.pipeline += static_cast<std::int64_t>(count);
    return out_.status();
  }

  /// A profile holds a mean time of each layer and no begin of any: shown as one inference, its layers in the
  /// profile's order.
  Result<void> profiled(const RunRef& ref, Track process, std::optional<std::int64_t> place) {
    ASSAY_TRY(const record::ProfiledRun run, store::load_profiled_run(run_folder(directory_, ref.id)));
    std::vector<std::int64_t> times;
    for (const record::LayerRecord& layer : run.layers)
      if (layer.time_ns >= 0) times.push_back(layer.time_ns);
    if (times.empty() || !place) {
      if (!run.layers.empty())
        summary_.left_out.push_back(ref.id + (times.empty() ? ": the backend tells no layer's time"
                                                            : ": the row has no timed window to show it at"));
      return {};
    }
    constexpr std::int64_t kAnyTime = std::int64_t{1} << 60;
    ASSAY_TRY(const std::int64_t sum, fitting_total(times, kAnyTime, ref.id));
    const Track track = out_.thread(process, "profiled apart, no latency: layers' mean times end to end" +
                                                 std::string(run.session.simulated ? ", simulated" : ""));
    const std::vector<TraceArg> args{
        {"run", ref.id},
        {"layers with a time", static_cast<std::int64_t>(times.size())},
        {"layers without", static_cast<std::int64_t>(run.layers.size() - times.size())},
        {"layer times together (ns)", sum},
        {"place",
         std::string("none of its own: a profile tells means and no begins; layers are laid end to end in "
                     "its order, from the begin of the row's first timed window")}};
    std::int64_t at = *place;
    span_.include(at, at + sum);
    out_.begin(track, at, "profiled", "one inference, profiled", args);
    for (const record::LayerRecord& layer : run.layers) {
      if (layer.time_ns < 0) continue;
      std::vector<TraceArg> facts{
          {"type", layer.type}, {"executed as", layer.exec_type}, {"placement", layer.placement}};
      if (layer.operations >= 0) facts.push_back({"operations", layer.operations});
      out_.begin(track, at, "profiled", "layer " + layer.name, facts);
      out_.end(track, at += layer.time_ns);
    }
    out_.end(track, at);
    summary_.layers += static_cast<std::int64_t>(times.size());
    return out_.status();
  }

  Result<void> power_import(const RunRef& ref) {
    ASSAY_TRY(const record::PowerImport imported, store::load_power_import(run_folder(directory_, ref.id)));
    for (const record::ImportedPart& part : imported.parts)
      if (const auto shift = offset(part.boot_id, ref.id)) sensors_.add(part.observation, ref.id, *shift);
    return out_.status();
  }

  /// Around everything, and with what a trace has to tell of where it comes from.
  Result<void> whole_campaign(const TraceResults& checked) {
    if (!span_.first_ns) return {};
    ASSAY_TRY(const store::Campaign campaign, store::read_campaign(directory_));
    std::vector<TraceArg> args{{"assay", campaign.assay_version},
                               {"created (UTC)", campaign.created_utc},
                               {"spec SHA-256", campaign.spec_digest},
                               {"programs SHA-256", campaign.binary_digest},
                               {"machine", campaign.environment.cpu_model + ", " + campaign.environment.os +
                                               ", " + campaign.environment.kernel},
                               {"complete", checked.results && checked.results->complete},
                               {"time", std::string("CLOCK_MONOTONIC, ns")}};
    for (std::size_t i = 0; i < clock_.boots().size(); ++i) {
      const Boot& boot = clock_.boots()[i];
      const std::string which = clock_.boots().size() > 1 ? " " + std::to_string(i + 1) : "";
      args.push_back({"boot id" + which, boot.id});
      if (boot.utc_offset_ns) args.push_back({"UTC less CLOCK_MONOTONIC (ns)" + which, *boot.utc_offset_ns});
      if (i > 0)
        if (const auto shift = clock_.offset_ns(boot.id))
          args.push_back({"added to the times of boot (ns)" + which, *shift});
    }
    add_numbered(args, "note", checked.notes);
    if (checked.results) add_findings(args, checked.results->findings);
    if (!summary_.left_out.empty()) args.push_back({"left out", joined(summary_.left_out, "; ")});
    out_.begin(campaign_, *span_.first_ns, kPhase, "campaign", args);
    out_.end(campaign_, span_.last_ns);
    return out_.status();
  }

  const fs::path& directory_;
  RunIndex index_;
  TraceClock clock_;
  TraceWriter& out_;
  TraceSummary summary_;
  Track campaign_ = 0, idle_ = 0;
  TimeSpan span_;
  SensorTracks sensors_{out_, span_};
};

}  // namespace

Result<TraceSummary> write_trace(const fs::path& directory, const TraceResults& checked,
                                 const ByteSink& sink) {
  ASSAY_TRY(const std::vector<std::string> ids, finished_runs(directory));
  RunIndex index = index_runs(ids, checked.results ? &*checked.results : nullptr);
  ASSAY_TRY(std::vector<Boot> boots, find_boots(directory, index));
  TraceClock clock(std::move(boots));
  const Boot* base = clock.base();
  const std::int64_t seen_ns = base ? base->seen_ns.value_or(0) : 0;
  std::optional<std::int64_t> utc_ns;
  if (base && base->utc_offset_ns) utc_ns = seen_ns + *base->utc_offset_ns;
  TraceWriter out(sink, seen_ns, utc_ns);
  return TraceMaker(directory, std::move(index), std::move(clock), out).make(checked);
}

}  // namespace assay::report

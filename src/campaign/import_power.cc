#include "campaign/import_power.h"

#include <algorithm>
#include <cstdio>

#include "base/clock.h"
#include "base/digest.h"
#include "campaign/log_sinks.h"
#include "store/power_import.h"
#include "timeline/clock_map.h"
#include "timeline/integrate.h"

namespace assay::campaign {
namespace {

namespace fs = std::filesystem;

/// Kept before and after a boot's runs: more than any clock's error that is worth using, and enough readings
/// for the window's edges.
constexpr std::int64_t kReadAroundNs = 10'000'000'000;
/// How far a logging host's clock may be off UTC and its log still be looked for at the run's time of day.
constexpr std::int64_t kSearchNs = 3'600'000'000'000;
/// Under half a step between zones.
constexpr std::int64_t kZoneSlackNs = 420'000'000'000;
/// Bins of a chip, where a pattern is looked for in a log that is faster.
constexpr std::int64_t kBinsAChip = 8;

std::string seconds_text(std::int64_t ns) {
  char text[40];
  std::snprintf(text, sizeof text, "%.6f s", static_cast<double>(ns) * 1e-9);
  return text;
}

std::optional<std::int64_t> utc_offset(const BootTimes& boot) {
  if (boot.utc_offsets_ns.empty()) return std::nullopt;
  const auto [least, most] = std::ranges::minmax(boot.utc_offsets_ns);
  return least + (most - least) / 2;
}

/// From the first to the last run of any boot, in UTC, and `beyond` on either side.
std::optional<powerlog::TimeSpan> utc_span(const std::vector<BootTimes>& boots, std::int64_t beyond_ns) {
  std::optional<powerlog::TimeSpan> all;
  for (const BootTimes& boot : boots) {
    const auto offset = utc_offset(boot);
    if (!offset) continue;
    const timeline::Window span = boot.span();
    const std::int64_t begin = span.begin_ns + *offset - beyond_ns, end = span.end_ns + *offset + beyond_ns;
    all = all ? powerlog::TimeSpan{std::min(all->begin_ns, begin), std::max(all->end_ns, end)}
              : powerlog::TimeSpan{begin, end};
  }
  return all;
}

std::int64_t shortest_chip(const std::vector<BootTimes>& boots) {
  std::int64_t shortest = kSearchNs;
  for (const BootTimes& boot : boots)
    for (const timeline::DrivenPattern& pattern : boot.patterns)
      for (std::size_t i = 1; i < pattern.edges.size(); ++i)
        shortest = std::min(shortest, pattern.edges[i].at_ns - pattern.edges[i - 1].at_ns);
  return shortest;
}

/// A file as it was when it was first looked at.
struct FileState {
  std::uintmax_t bytes = 0;
  fs::file_time_type written;
  bool operator==(const FileState&) const = default;
};
Result<FileState> state_of(const fs::path& log) {
  std::error_code error;
  FileState state{fs::file_size(log, error), {}};
  if (!error) state.written = fs::last_write_time(log, error);
  if (error)
    return fail(error == std::errc::no_such_file_or_directory ? Code::kNotFound : Code::kInvalidInput,
                log.string() + ": a power log was expected: " + error.message());
  return state;
}

/// Each boot's map, or why it has none.
using Clocks = std::vector<Result<record::ClockMap>>;

class Importer {
 public:
  Importer(const spec::Experiment& experiment, store::RunDirectory& directory, const ImportRequest& request)
      : experiment_(experiment), directory_(directory), request_(request), options_(request.options) {}

  Result<ImportedPower> run() {
    ASSAY_TRY(boots_, boot_times(experiment_, directory_));
    ASSAY_TRY(source_, choose_clock(request_.clock, boots_));
    ASSAY_TRY(const FileState before, state_of(request_.log));
    ASSAY_TRY(kind_, powerlog::identify_log(request_.log, options_));
    if (source_ != ClockSource::kPattern && kind_.clock == powerlog::LogClock::kRelative)
      return fail(Code::kInvalidInput,
                  request_.log.string() +
                      ": its times count from a zero of its own, so that only a load pattern "
                      "can place it (--clock pattern; power: {load_pattern: true} in the spec)");
    ASSAY_OK(name_it());
    ASSAY_TRY(facts().sha256, sha256_file(request_.log));
    ASSAY_OK(look_for_earlier());
    ASSAY_TRY(Clocks clocks, find_clocks());
    ASSAY_OK(read(clocks));
    ASSAY_TRY(const FileState after, state_of(request_.log));
    if (before != after)
      return fail(Code::kConflict,
                  request_.log.string() +
                      ": the log changed while it was read: end the logger, or copy the log, and "
                      "import it again");
    ASSAY_OK(cover_windows());
    ASSAY_OK(keep());
    return std::move(result_);
  }

 private:
  record::ImportFacts& facts() { return result_.import.facts; }

  Result<void> name_it() {
    record::ImportFacts& f = facts();
    f.name = request_.name.empty() ? kind_.format + "-log" : request_.name;
    if (powerlog::safe_name(f.name) != f.name || f.name.size() > 64)
      return fail(
          Code::kInvalidInput,
          "a name of up to 64 letters, digits, '_' and '-' was expected (--as), '" + f.name + "' was found");
    for (const BootTimes& boot : boots_)
      if (boot.sources.contains(f.name))
        return fail(Code::kConflict,
                    "'" + f.name + "' was observed live in this run: give the log another name (--as)");
    result_.id = std::string(store::kImportPrefix) + f.name;
    options_.source = f.name;
    f.file = request_.log.string();
    f.mapping = request_.mapping;
    f.said = request_.said;
    f.imported_utc = utc_iso8601(wall_anchor().utc_ns);
    return {};
  }

  Result<void> look_for_earlier() {
    for (const std::string& id : store::power_imports(directory_)) {
      ASSAY_TRY(const record::ImportFacts earlier, store::load_import_facts(directory_.run_folder(id)));
      const bool same_log = earlier.sha256 == facts().sha256;
      if (!same_log && id != result_.id) continue;
      if (!request_.replace)
        return fail(Code::kConflict,
                    same_log ? "this log was imported before, on " + earlier.imported_utc + ", as " +
                                   earlier.name + ": --replace sets that aside and imports it anew"
                             : "there is an import called " + earlier.name + " already, of " + earlier.file +
                                   ": give this one another name (--as), or set that one aside (--replace)");
      result_.set_aside.push_back(id);
    }
    return {};
  }

  Result<Clocks> find_clocks() {
    Clocks clocks;
    if (source_ != ClockSource::kPattern) {
      options_.run = utc_span(boots_, request_.clock.error.value_or(std::chrono::nanoseconds(0)).count() +
                                          std::abs(request_.clock.ahead.count()));
      for (const BootTimes& boot : boots_) clocks.push_back(declared_clock(boot, source_, request_.clock));
    } else {
      const bool utc = kind_.clock == powerlog::LogClock::kUtc;
      const auto searched = utc ? utc_span(boots_, kSearchNs) : std::nullopt;
      ThinnedPower thinned(shortest_chip(boots_) / kBinsAChip, searched);
      ASSAY_TRY(const powerlog::ImportedLog log, powerlog::stream_log(request_.log, options_, thinned));
      if (searched && !powerlog::check_overlap(log.span, *searched, std::nullopt)) {
        if (const auto missed = powerlog::check_overlap(log.span, *utc_span(boots_, 0), zone_said()); !missed)
          return fail(missed.error().code,
                      request_.log.string() + ": " + missed.error().message + near_zone(log.span));
      }
      thinned_ = thinned.thinned();
      const std::vector<record::Series> series = thinned.take();
      const record::Series* power = leading_power(series);
      if (!power)
        return fail(Code::kInvalidInput, request_.log.string() + ": tells no power" +
                                             (utc ? " within an hour of the run" : std::string()) +
                                             ", which a load pattern could be found in");
      for (const BootTimes& boot : boots_)
        clocks.push_back(by_pattern(boot, *power, search_range(boot, utc)));
    }
    for (const auto& clock : clocks)
      if (clock) return clocks;
    return fail(clocks.front().error().with_context(request_.log.string()));
  }

  std::optional<powerlog::Zone> zone_said() const {
    const auto& mapping = options_.log.mapping;
    return mapping && mapping->time.zone ? mapping->time.zone : options_.log.zone;
  }

  /// A logger's clock that is off by minutes besides: the zone that would bring the log that near to the run.
  std::string near_zone(const powerlog::TimeSpan& log) const {
    const auto zone = zone_said();
    if (!zone || powerlog::fitting_zone(log, *utc_span(boots_, 0), *zone)) return "";
    const auto near = powerlog::fitting_zone(log, *utc_span(boots_, kZoneSlackNs), *zone);
    return near ? " As " + powerlog::to_string(*near) + " they would come within minutes of it." : "";
  }

  static timeline::OffsetRange search_range(const BootTimes& boot, bool utc) {
    const auto offset = utc ? utc_offset(boot) : std::nullopt;
    return offset ? timeline::OffsetRange{-*offset - kSearchNs, -*offset + kSearchNs}
                  : timeline::OffsetRange{};
  }

  static Result<record::ClockMap> by_pattern(const BootTimes& boot, const record::Series& power,
                                             const timeline::OffsetRange& range) {
    if (boot.patterns.empty())
      return fail(Code::kInvalidInput, "no load pattern was driven in the boot of this run");
    return pattern_clock(boot, power, range);
  }

  /// Reads what lies in the runs, at the log's full rate.
  Result<void> read(Clocks& clocks) {
    std::vector<powerlog::TimeSpan> spans;
    for (std::size_t i = 0; i < boots_.size(); ++i) {
      if (!clocks[i]) {
        spans.push_back({0, -1});
        continue;
      }
      const timeline::Window span = boots_[i].span();
      spans.push_back({to_theirs(*clocks[i], span.begin_ns - kReadAroundNs),
                       to_theirs(*clocks[i], span.end_ns + kReadAroundNs)});
    }
    SpanReadings readings(spans);
    ASSAY_TRY(const powerlog::ImportedLog log, powerlog::stream_log(request_.log, options_, readings));
    record::ImportFacts& f = facts();
    f.format = log.format;
    f.log_clock = to_string(log.clock);
    f.begin_ns = log.span.begin_ns;
    f.end_ns = log.span.end_ns;
    f.lines = log.source.reads;
    f.bad_lines = log.source.failed_reads;
    f.readings = log.readings;
    f.kept = readings.count();
    const auto bytes = log.source.facts.find("bytes");
    f.bytes = bytes == log.source.facts.end() ? 0 : std::stoll(bytes->second);
    for (std::size_t i = 0; i < boots_.size(); ++i) {
      std::vector<record::Series> series = log.series;
      readings.give(i, series);
      result_.import.parts.push_back(part_of(boots_[i], log, clocks[i], std::move(series)));
    }
    return {};
  }

  record::ImportedPart part_of(const BootTimes& boot, const powerlog::ImportedLog& log,
                               Result<record::ClockMap> clock, std::vector<record::Series> series) const {
    record::ImportedPart part{boot.boot_id, {}};
    record::Source source = log.source;
    source.simulated = source.simulated || request_.simulated;
    source.facts["log"] = request_.log.filename().string() + ", SHA-256 " + result_.import.facts.sha256;
    if (!clock) {
      source.failure = clock.error().message;
      part.observation.sources = {source};
      part.observation.series = std::move(series);
      return part;
    }
    if (source_ == ClockSource::kPattern && thinned_) {
      // Every reading counts for the edges of the load, now that it is known about where they are.
      const std::int64_t near = shortest_chip({boot}) + clock->error_ns;
      if (const record::Series* power = leading_power(series)) {
        auto fine = pattern_clock(boot, *power, {clock->offset_ns - near, clock->offset_ns + near});
        if (fine) clock = fine;
      }
    }
    source.clock = *clock;
    const timeline::Window span = boot.span();
    if (const auto offset = utc_offset(boot); offset && log.clock == powerlog::LogClock::kUtc)
      source.facts["ahead of the machine's UTC"] =
          seconds_text(to_theirs(*clock, span.begin_ns) - (span.begin_ns + *offset));
    for (record::Series& one : series) timeline::map_to_ours(one, *clock);
    part.observation.sources = {source};
    part.observation.series = std::move(series);
    part.observation.begin_ns = span.begin_ns - kReadAroundNs;
    part.observation.end_ns = span.end_ns + kReadAroundNs;
    return part;
  }

  Result<void> cover_windows() {
    bool any = false;
    for (std::size_t i = 0; i < boots_.size(); ++i) {
      const record::Observation& seen = result_.import.parts[i].observation;
      const record::Series* power = leading_power(seen.series);
      if (power) result_.channel = power->channel.id;
      for (const RunWindow& run : boots_[i].windows) {
        WindowCoverage& covered = result_.windows.emplace_back(WindowCoverage{run.id, run.timed, 0, {}, {}});
        if (!seen.sources[0].failure.empty()) {
          covered.problem = seen.sources[0].failure;
          continue;
        }
        if (!power) {
          covered.problem = "no power of the log is of this time";
          continue;
        }
        const auto mean = timeline::integrate(*power, run.window, seen.sources[0].clock.error_ns);
        if (!mean) {
          covered.problem = mean.error().message;
          continue;
        }
        covered.coverage = mean->coverage;
        covered.mean_w = mean->mean.value;
        any = any || run.timed;
      }
    }
    if (any) return {};
    return fail(Code::kInvalidInput, request_.log.string() +
                                         ": covers none of the timed windows, so it was not kept; " +
                                         result_.windows.front().id + ": " + result_.windows.front().problem);
  }

  Result<void> keep() {
    return directory_.replace_runs(
        result_.set_aside, "replaced on " + facts().imported_utc + " by an import of " + facts().file,
        result_.id, [&](const fs::path& folder) { return store::save_power_import(folder, result_.import); });
  }

  const spec::Experiment& experiment_;
  store::RunDirectory& directory_;
  const ImportRequest& request_;
  powerlog::ImportOptions options_;
  std::vector<BootTimes> boots_;
  ClockSource source_ = ClockSource::kPattern;
  powerlog::LogKind kind_;
  bool thinned_ = false;
  ImportedPower result_;
};

}  // namespace

Result<ImportedPower> import_power(const spec::Experiment& experiment, store::RunDirectory& directory,
                                   const ImportRequest& request) {
  return Importer(experiment, directory, request).run();
}

}  // namespace assay::campaign

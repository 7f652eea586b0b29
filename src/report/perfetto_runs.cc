#include "report/perfetto_runs.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>

#include "store/power_import.h"
#include "store/records.h"

namespace assay::report {
namespace {

namespace fs = std::filesystem;

struct NamedRun {
  std::string_view kind, name;
  int repeat = 0;
};

/// "timed.ROW.r2": the row may have points in it too.
NamedRun parse_id(std::string_view id) {
  const std::size_t point = id.find('.');
  if (point == std::string_view::npos) return {id, "", 0};
  NamedRun run{id.substr(0, point), id.substr(point + 1), 0};
  const std::size_t last = run.name.rfind(".r");
  if (last == std::string_view::npos) return run;
  const std::string_view digits = run.name.substr(last + 2);
  int repeat = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), repeat);
  if (error != std::errc() || end != digits.data() + digits.size() || repeat < 1) return run;
  return {run.kind, run.name.substr(0, last), repeat};
}

Boot& boot_of(std::vector<Boot>& boots, const std::string& id) {
  const auto found = std::ranges::find(boots, id, &Boot::id);
  if (found != boots.end()) return *found;
  boots.emplace_back().id = id;
  return boots.back();
}

}  // namespace

fs::path run_folder(const fs::path& directory, const std::string& id) { return directory / "runs" / id; }

RunIndex index_runs(std::span<const std::string> ids, const record::Results* results) {
  RunIndex index;
  if (results)
    for (const record::Row& row : results->rows) index.rows.push_back({row.key.id, &row, {}, {}, {}});
  const auto row_of = [&](std::string_view name) -> RowRuns& {
    const auto found = std::ranges::find(index.rows, name, &RowRuns::row);
    if (found != index.rows.end()) return *found;
    index.rows.push_back({std::string(name), nullptr, {}, {}, {}});
    return index.rows.back();
  };
  for (const std::string& id : ids) {
    const NamedRun run = parse_id(id);
    const RunRef ref{id, run.repeat};
    if (run.kind == "timed" && run.repeat > 0) row_of(run.name).timed.push_back(ref);
    if (run.kind == "pipeline" && run.repeat > 0) row_of(run.name).pipeline.push_back(ref);
    if (run.kind == "profile" && !run.name.empty()) row_of(run.name).profiled.push_back(ref);
    if (run.kind == "idle") index.idle.push_back(ref);
    if (run.kind == "pattern") index.patterns.push_back(ref);
    if (id.starts_with(store::kImportPrefix)) index.imports.push_back(ref);
  }
  for (RowRuns& row : index.rows) {
    std::ranges::sort(row.timed, {}, &RunRef::repeat);
    std::ranges::sort(row.pipeline, {}, &RunRef::repeat);
  }
  std::erase_if(index.rows, [](const RowRuns& row) {
    return row.timed.empty() && row.pipeline.empty() && row.profiled.empty();
  });
  return index;
}

Result<std::vector<std::string>> finished_runs(const fs::path& directory) {
  std::vector<std::string> ids;
  std::error_code error;
  for (fs::directory_iterator it(directory / "runs", error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.ends_with(".tmp") && it->is_directory())
      ids.push_back(name);  // .tmp: a run that is being written.
  }
  if (error)
    return fail(Code::kNotFound,
                directory.string() +
                    ": no runs here: a trace is made from a run directory of `assay run`, with "
                    "its folder runs/ (" +
                    error.message() + ")");
  std::ranges::sort(ids);
  return ids;
}

Result<std::vector<Boot>> find_boots(const fs::path& directory, const RunIndex& index) {
  std::vector<Boot> boots;
  for (const RowRuns& row : index.rows)
    for (const RunRef& ref : row.timed) {
      ASSAY_TRY(const record::TimedRun run, store::load_timed_run(run_folder(directory, ref.id)));
      if (run.window_begin_ns <= 0) continue;  // It ended before its window: nothing of it has a time.
      Boot& boot = boot_of(boots, run.boot_id);
      const bool earlier = !boot.seen_ns || run.window_begin_ns < *boot.seen_ns;
      if (run.begin_utc_ns == 0 || !earlier) continue;
      boot.seen_ns = run.window_begin_ns;
      boot.utc_offset_ns = run.begin_utc_ns - run.window_begin_ns;
    }
  for (const RunRef& ref : index.idle) {
    ASSAY_TRY(const record::IdleRun run, store::load_idle_run(run_folder(directory, ref.id)));
    if (run.skipped.empty()) boot_of(boots, run.boot_id);
  }
  for (const RunRef& ref : index.patterns) {
    ASSAY_TRY(const record::PatternRun run, store::load_pattern_run(run_folder(directory, ref.id)));
    if (run.skipped.empty()) boot_of(boots, run.boot_id);
  }
  for (const RowRuns& row : index.rows)
    for (const RunRef& ref : row.pipeline) {
      ASSAY_TRY(const record::PipelineRun run, store::load_pipeline_run(run_folder(directory, ref.id)));
      if (!run.boot_id.empty()) boot_of(boots, run.boot_id);
    }
  return boots;
}

TraceClock::TraceClock(std::vector<Boot> boots) : boots_(std::move(boots)) {
  // The earliest by the wall clock is the base: all other times come out after its boot.
  std::ranges::stable_sort(boots_, {}, [](const Boot& boot) {
    return boot.utc_offset_ns.value_or(std::numeric_limits<std::int64_t>::max());
  });
}

std::optional<std::int64_t> TraceClock::offset_ns(const std::string& boot_id) const {
  if (boots_.size() <= 1 && (boot_id.empty() || boots_.empty() || boots_.front().id == boot_id)) return 0;
  const auto found = std::ranges::find(boots_, boot_id, &Boot::id);
  if (boot_id.empty() || found == boots_.end()) return std::nullopt;
  if (found == boots_.begin()) return 0;
  if (!found->utc_offset_ns || !boots_.front().utc_offset_ns) return std::nullopt;
  return *found->utc_offset_ns - *boots_.front().utc_offset_ns;
}

}  // namespace assay::report

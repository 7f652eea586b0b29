#include "campaign/imported_power.h"

#include <algorithm>

#include "store/power_import.h"
#include "timeline/window.h"

namespace assay::campaign {
namespace {

/// Beyond a window, for what the integration wants to know of its edges.
constexpr std::int64_t kShortestMarginNs = 2'000'000'000;
constexpr std::int64_t kMarginUpdates = 10;

const record::ImportedPart* part_of(const record::PowerImport& import, const std::string& boot_id) {
  const auto found = std::ranges::find(import.parts, boot_id, &record::ImportedPart::boot_id);
  return found == import.parts.end() ? nullptr : &*found;
}

record::Series cut(const record::Series& whole, const timeline::Window& window) {
  // What was rejected is told of the log as a whole, in its import.json: none of it can be laid to one
  // window.
  record::Series part{whole.channel, {}, {}, {}};
  const std::int64_t margin = std::max(kShortestMarginNs, kMarginUpdates * whole.channel.update_ns);
  const auto from =
      std::ranges::lower_bound(whole.readings, window.begin_ns - margin, {}, &record::Reading::begin_ns);
  const auto to =
      std::ranges::upper_bound(whole.readings, window.end_ns + margin, {}, &record::Reading::begin_ns);
  part.readings.assign(from, std::max(from, to));
  for (const record::Gap& gap : whole.gaps)
    if (gap.end_ns >= window.begin_ns - margin && gap.begin_ns <= window.end_ns + margin)
      part.gaps.push_back(gap);
  return part;
}

void add(const record::PowerImport& import, const std::string& boot_id, const timeline::Window& window,
         record::Observation& into) {
  const record::ImportedPart* part = part_of(import, boot_id);
  const bool known = part != nullptr;
  if (!known) part = &import.parts.front();
  record::Source source = part->observation.sources.front();
  if (!known)
    source.failure =
        "this run is of a boot that had none when the log was imported: import it again (--replace)";
  const bool usable = source.failure.empty();
  into.sources.push_back(std::move(source));
  for (const record::Series& series : part->observation.series)
    into.series.push_back(usable ? cut(series, window) : record::Series{series.channel, {}, {}, {}});
}

}  // namespace

Result<std::vector<record::PowerImport>> load_imports(const store::RunDirectory& directory) {
  std::vector<record::PowerImport> imports;
  for (const std::string& id : store::power_imports(directory)) {
    ASSAY_TRY(record::PowerImport import, store::load_power_import(directory.run_folder(id)));
    if (import.parts.empty())
      return fail(Code::kCorrupt,
                  directory.run_folder(id).string() + ": import.json: parts: none were found");
    imports.push_back(std::move(import));
  }
  return imports;
}

void add_imported_power(std::span<const record::PowerImport> imports, record::TimedRun& run) {
  if (run.window_end_ns <= run.window_begin_ns) return;
  timeline::Window window{run.window_begin_ns, run.window_end_ns};
  if (run.loaded_idle_end_ns > run.loaded_idle_begin_ns) {
    window.begin_ns = std::min(window.begin_ns, run.loaded_idle_begin_ns);
    window.end_ns = std::max(window.end_ns, run.loaded_idle_end_ns);
  }
  for (const record::PowerImport& import : imports) add(import, run.boot_id, window, run.observation);
}

Result<void> add_imported_power(const store::RunDirectory& directory, std::span<record::RowEvidence> rows,
                                std::span<record::IdleRun> idle) {
  ASSAY_TRY(const std::vector<record::PowerImport> imports, load_imports(directory));
  for (record::RowEvidence& row : rows)
    for (record::TimedRun& run : row.timed) add_imported_power(imports, run);
  for (const record::PowerImport& import : imports)
    for (record::IdleRun& run : idle)
      if (run.skipped.empty()) add(import, run.boot_id, {run.begin_ns, run.end_ns}, run.observation);
  return {};
}

}  // namespace assay::campaign

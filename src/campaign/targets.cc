#include "campaign/targets.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/file.h"
#include "store/records.h"
#include "target/catalogue.h"

namespace assay::campaign {
namespace {

namespace fs = std::filesystem;

bool any_target(const spec::Experiment& experiment) {
  return std::ranges::any_of(experiment.rows, [](const spec::RowSpec& row) { return !row.target.empty(); });
}

Result<target::Catalogue> shipped() {
  ASSAY_TRY(const fs::path folder, target::targets_folder());
  return target::Catalogue::open(folder);
}

bool same_unit(const record::Peak& a, const record::Peak& b) {
  return a.precision == b.precision && a.accelerator == b.accelerator && a.device == b.device;
}

/// Supply and price are the board's, which another board with the same SoC does not share.
void leave_out_board(record::TargetFacts& target, const record::MachineFacts& machine) {
  if (target::is_board(target.board_says, machine)) return;
  target.supply_limit_w.reset();
  if (!target.price) return;
  target.price.reset();
  target.price_absent =
      "the machine does not say that it is the board whose price is known (" + target.name + ")";
}

/// Those of `from` on which `to` has no word yet.
void add_missing(const std::vector<record::Peak>& from, std::vector<record::Peak>& to) {
  const std::vector<record::Peak> known = to;
  for (const record::Peak& peak : from)
    if (std::ranges::none_of(known, [&](const record::Peak& other) { return same_unit(peak, other); }))
      to.push_back(peak);
}

}  // namespace

Result<void> check_targets(const spec::Experiment& experiment) {
  if (!any_target(experiment)) return {};
  ASSAY_TRY(const target::Catalogue catalogue, shipped());
  for (const spec::RowSpec& row : experiment.rows) {
    if (row.target.empty()) continue;
    const auto target = catalogue.find(row.target);
    if (!target) return fail(target.error().with_context("row " + row.id));
    if (const auto facts = target::facts_of(**target, row.accelerator, row.power_mode); !facts)
      return fail(facts.error().with_context("row " + row.id));
  }
  return {};
}

Result<void> keep_targets(const spec::Experiment& experiment, store::RunDirectory& directory) {
  if (!any_target(experiment) || directory.has_run(kTargetsRun)) return {};
  ASSAY_OK(check_targets(experiment));
  ASSAY_TRY(const fs::path catalogue, target::targets_folder());
  std::set<std::string> ids;
  for (const spec::RowSpec& row : experiment.rows)
    if (!row.target.empty()) ids.insert(row.target);
  return directory.add_run(kTargetsRun, [&](const fs::path& folder) -> Result<void> {
    for (const std::string& id : ids) {
      ASSAY_TRY(const std::string text, read_file(catalogue / (id + ".yaml")));
      ASSAY_OK(write_file(folder / (id + ".yaml"), text));
    }
    return {};
  });
}

Result<Peaks> read_peaks(const spec::Experiment& experiment, const store::RunDirectory& directory) {
  Peaks peaks;
  for (const spec::PeakSpec& peak : experiment.peaks) {
    const std::string whose = peak.device.empty() ? "" : " for " + peak.device;
    record::Peak& declared = peaks.declared.emplace_back();
    declared.precision = peak.precision;
    declared.accelerator = peak.accelerator;
    declared.gops = peak.gops;
    declared.source = "declared" + whose + ": " + peak.source;
    declared.device = peak.device;
  }
  if (directory.has_run("peaks")) {
    ASSAY_TRY(peaks.measured, store::load_peaks(directory.run_folder("peaks") / "peaks.json"));
  }
  return peaks;
}

Result<void> add_target(const spec::RowSpec& spec, const Peaks& peaks, const store::RunDirectory& directory,
                        record::RowEvidence& row) {
  row.machine = target::machine_facts(directory.campaign().environment);
  row.peaks.clear();
  for (const record::Peak& peak : peaks.declared)
    if (peak.device.empty() || peak.device == spec.device || peak.device == spec.target) {
      row.peaks.push_back(peak);
      row.peaks.back().device.clear();  // It is this row's now, and stands above the others of the unit.
    }
  if (!spec.target.empty()) {
    ASSAY_TRY(const target::Catalogue catalogue,
              directory.has_run(kTargetsRun) ? target::Catalogue::open(directory.run_folder(kTargetsRun))
                                             : shipped());
    ASSAY_TRY(const target::Target* target, catalogue.find(spec.target));
    ASSAY_TRY(row.target, target::facts_of(*target, spec.accelerator, spec.power_mode));
    leave_out_board(*row.target, row.machine);
    ASSAY_TRY(const auto known, target::peaks_of(*target, spec.accelerator, spec.power_mode,
                                                 row.machine["power_mode"], uses_sparsity(spec)));
    add_missing(known, row.peaks);
  }
  add_missing(peaks.measured, row.peaks);
  return {};
}

std::vector<record::Peak> all_peaks(const Peaks& peaks, std::span<const record::RowEvidence> rows) {
  std::vector<record::Peak> all = peaks.declared;
  add_missing(peaks.measured, all);
  for (const record::RowEvidence& row : rows)
    for (const record::Peak& peak : row.peaks) {
      const bool known = std::ranges::any_of(all, [&](const record::Peak& other) {
        // A declared peak's source names the device that it is for, which the row's copy has no more.
        return peak.precision == other.precision && peak.accelerator == other.accelerator &&
               peak.gops == other.gops && peak.source == other.source;
      });
      if (!known) all.push_back(peak);
    }
  return all;
}

bool uses_sparsity(const spec::RowSpec& row) {
  for (const auto* options : {&row.options, &row.toolchain_options})
    if (const auto found = options->find("sparsity"); found != options->end())
      return found->second == "enable" || found->second == "force" || found->second == "on" ||
             found->second == "true";
  return false;
}

}  // namespace assay::campaign

// Why a vendor's tool may say something else than we do: a table of rules, each with what speaks for it.
// Pure.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "campaign/witness_tools.h"
#include "metric/witness.h"
#include "record/run.h"
#include "record/witness.h"
#include "vendor/tool_report.h"

namespace assay::campaign {

struct WitnessFacts {
  const WitnessTool& tool;
  const record::SessionInfo& ours;             ///< As it was opened for the pairs.
  std::span<const vendor::ToolReport> theirs;  ///< One a pair, not empty.
  std::span<const record::WitnessRun> runs;    ///< Of the same pairs.
  const metric::WitnessComparison& comparison;
};

/// In the order of the table. `likely` where the rule fits both what was seen and the direction of the
/// difference; the others were looked at, and do not explain it. Where the two differ and no rule fits, the
/// last says so.
std::vector<record::WitnessReason> witness_reasons(const WitnessFacts& facts);

}  // namespace assay::campaign

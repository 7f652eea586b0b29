// The catalogue for readers: a table of all targets, and one target whole.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "target/target.h"

namespace assay::target {

/// One line for each unit: dense peaks in the highest mode, memory bandwidth, power modes. At most 100
/// columns.
std::string targets_table(const std::vector<Target>& targets);

/// Everything with its sources, for a terminal.
std::string target_text(const Target& target);

/// [{...}, ...] with every value beside its source. Errors: kInternal.
Result<std::string> targets_json(const std::vector<Target>& targets);

}  // namespace assay::target

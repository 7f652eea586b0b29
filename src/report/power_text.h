// Power in words: what was measured where, by what, how often. Private to report/.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "metric/power.h"
#include "record/results.h"
#include "report/summary.h"

namespace assay::report {

using metric::primary_source;

/// Whether any of the row's power sources is a simulator, or replays one; absent where there is no source.
std::optional<bool> power_simulated(const record::Row& row);

/// "DC input", "rail": `boundary` as results.json has it, in words.
std::string boundary_words(std::string_view boundary);

/// "(rail)": what stands behind a power that is not of the DC input; "" for that.
std::string boundary_mark(const record::Row& row);

/// Fills the summary's list of power sources and its remarks. Needs its rows.
void add_power(const record::Results& results, Summary& summary);

}  // namespace assay::report

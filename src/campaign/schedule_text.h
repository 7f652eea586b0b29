// A schedule as a person reads it.
#pragma once

#include <string>

#include "campaign/schedule.h"

namespace assay::campaign {

/// Lines of at most 100 columns, but for what has no place to break.
std::string schedule_text(const spec::Experiment& experiment, const Schedule& schedule);

}  // namespace assay::campaign

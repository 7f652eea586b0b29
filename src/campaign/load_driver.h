// Switches a load on and off by a pattern: what an imported power log is recognised by.
#pragma once

#include "base/status.h"
#include "record/run.h"
#include "timeline/pattern.h"

namespace assay::campaign {

/// Keeps every usable CPU busy while a chip is on: any board has CPUs, and their power follows at once. The
/// edges are when it was really switched. Errors: kInterrupted.
Result<record::PatternRun> drive_load(const timeline::LoadPattern& pattern);

}  // namespace assay::campaign

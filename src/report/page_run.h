// A raw timed run -> what a page shows of it. Pure.
#pragma once

#include "base/status.h"
#include "record/run.h"
#include "report/page.h"

namespace assay::report {

/// Times count from the begin of the timed window. An energy counter becomes the mean power between its
/// readings (its name then ends in "(differences)"); where it fell without a known wrap there is no value.
/// Errors: pack's.
Result<PageRun> page_run(const record::TimedRun& run);

/// Pixels over all images, [truth][prediction].
std::vector<std::vector<std::uint64_t>> total_confusion(const record::AccuracyRun& run);

}  // namespace assay::report

// From the raw evidence of one row to its figures. A pure function: the same evidence gives the same row,
// always.
#pragma once

#include <string_view>

#include "record/evidence.h"
#include "record/results.h"

namespace assay::metric {

/// Every figure of the row, its diagnostics and identity; verdict and findings are left to verdict/.
/// Failed runs enter no figure. What is not known is unmeasured with the reason, never 0.
record::Row derive_row(const record::RowEvidence& evidence);

/// The peak that a performance ratio is formed against: of the precision that was executed on the accelerator
/// that was claimed; of several the highest, as the one that flatters least. nullptr: none is known.
const record::Peak* peak_of_ratio(const record::RowEvidence& evidence, std::string_view executed_precision);

/// Whether a simulated row's times may stand as values at all. The null and replay backends are test doubles
/// whose times measure the harness or a recording, and every output marks their rows: values stand, with the
/// status WARN and the reason "simulated". Any other simulator's time is no latency: it is unmeasured.
bool simulated_times_stand(std::string_view backend);

}  // namespace assay::metric

// Power, energy and efficiency of a row from what was observed beside its timed runs. Pure.
#pragma once

#include "record/evidence.h"
#include "record/results.h"

namespace assay::metric {

/// Which source fills the row where several tell power: the one of the lowest rank. 0: an external meter at
/// the DC input.
int power_rank(record::Boundary boundary);

/// The source that a row's power figures come from; nullptr without one.
const record::PowerSource* primary_source(const record::Row& row);

/// Fills the row's power figures and power_sources, and its temperature. A figure is formed in each repeat
/// over that repeat's timed window; the row is their mean. Its interval joins, in quadrature, the Student-t
/// interval over the repeats, U (k=2) of the meter and of its clock, which may be the same in all of them,
/// and, of a single repeat, that of its samples: several show it by their scatter. Needs the row's latency
/// figures. Figures of a source other than an external meter at the DC input carry their boundary as a
/// reason.
void power_figures(const record::RowEvidence& evidence, record::Row& row);

}  // namespace assay::metric

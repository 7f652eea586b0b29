// Yokogawa WT300E series (WT310E, WT310EH, WT332E, WT333E) as a meter of DC power.
#pragma once

#include <memory>

#include "instrument/meter.h"

namespace assay::instrument {

/// Channels "wt300e.power", "wt300e.voltage", "wt300e.current": means over the update interval. Readings are
/// stamped by our clock: an update ended between two polls of the status register. Options:
/// docs/instruments.md.
Result<std::unique_ptr<Meter>> make_wt300e(const MeterSettings& settings);

}  // namespace assay::instrument

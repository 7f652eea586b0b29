// SPEC's PTDaemon as a meter: the server that MLPerf's power measurements put before an analyzer.
#pragma once

#include <memory>

#include "instrument/meter.h"

namespace assay::instrument {

/// Channels "ptdaemon.power", "ptdaemon.voltage", "ptdaemon.current", as far as the analyzer has them.
/// Samples carry the time of the daemon's host, which is mapped to our clock by bracketing: a sample became
/// available after one request and before the reply to the next. Options: docs/instruments.md.
Result<std::unique_ptr<Meter>> make_ptdaemon(const MeterSettings& settings);

}  // namespace assay::instrument

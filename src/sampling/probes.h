// Sensors of the board and meters outside it as probes of the sampler, and which of them a campaign asks for.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "instrument/meter.h"
#include "sampling/sampler.h"
#include "sensor/discovery.h"
#include "spec/experiment.h"

namespace assay::sampling {

/// Meters and sensors of a campaign, opened. A sensor is read every PowerSpec::sensor_period, or as often as
/// its own natural period says where that is longer; a meter at its own updates.
struct Opened {
  std::vector<std::unique_ptr<Probe>> probes;
  std::vector<instrument::Meter*> meters;  ///< Owned by their probes: to fix ranges, and to close.
  std::vector<sensor::Absence> absent;
  std::map<std::string, std::string> facts;
};

/// A meter that the spec names and that does not answer is an error, since the user counts on it; a sensor
/// that is not there is an absence. Errors: those of Meter::open, with the meter's address.
Result<Opened> open_probes(const spec::PowerSpec& power, const sensor::Places& places);

/// Whether any channel tells power or energy.
bool tells_power(std::span<const std::unique_ptr<Probe>> probes);

}  // namespace assay::sampling

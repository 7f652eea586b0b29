// Sensors of the board and meters outside it as probes of the sampler, and which of them a campaign asks for.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "instrument/meter.h"
#include "sampling/sampler.h"
#include "sensor/discovery.h"
#include "spec/experiment.h"

namespace assay::sampling {

/// Reads every `period`, or as often as the sensor's own period says where that is longer.
std::unique_ptr<Probe> make_probe(std::unique_ptr<sensor::Sensor> sensor, std::chrono::nanoseconds period);

/// A meter that has been opened; finish() leaves it open.
std::unique_ptr<Probe> make_probe(std::unique_ptr<instrument::Meter> meter);

/// Meters and sensors of a campaign, opened.
struct Opened {
  std::vector<std::unique_ptr<Probe>> probes;
  std::vector<instrument::Meter*> meters;  ///< Among the probes: they are given back by close().
  std::vector<sensor::Absence> absent;
  std::map<std::string, std::string> facts;
};

/// A meter that the spec names and that does not answer is an error, since the user counts on it; a sensor
/// that is not there is an absence. Errors: those of Meter::open, with the meter's address.
Result<Opened> open_probes(const spec::PowerSpec& power, const sensor::Places& places);

/// Whether any channel tells power or energy.
bool tells_power(std::span<const std::unique_ptr<Probe>> probes);

}  // namespace assay::sampling

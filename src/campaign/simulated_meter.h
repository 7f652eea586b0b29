// Starts `assay simulate` for a rehearsal: another process, which speaks the meter's own protocol on
// loopback.
#pragma once

#include <filesystem>
#include <string>

#include "base/status.h"
#include "base/subprocess.h"
#include "spec/experiment.h"

namespace assay::campaign {

struct SimulatedMeter {
  Process process;      ///< Ends with this object.
  std::string address;  ///< Where it answers: VXI-11 where it speaks that, else TCP.
};

/// Errors: kUnavailable (it did not start: the message has its last words).
Result<SimulatedMeter> start_simulator(const std::filesystem::path& assay, const spec::MeterSpec& meter,
                                       const std::filesystem::path& log);

}  // namespace assay::campaign

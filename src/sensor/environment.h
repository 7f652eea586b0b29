// The machine and system software of a run, read from /proc, /sys and /etc under a root path, so that
// fixtures can stand in for a board.
#pragma once

#include <filesystem>
#include <string>

#include "record/run.h"

namespace assay::sensor {

/// Everything that may change a latency and that the system tells: CPU, clocks' policy, memory, kernel, OS.
/// A source that is absent is left out of `facts`, never guessed. The digest covers all but the host's name.
record::Environment read_environment(const std::filesystem::path& root = "/");

/// CPUs that this process may run on (its affinity mask), at least 1.
int usable_cpus();

}  // namespace assay::sensor

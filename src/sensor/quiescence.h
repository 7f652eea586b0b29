// Is the machine quiet and cool enough to begin, and if not, who disturbs? A pure judgement of readings.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sensor/process_load.h"

namespace assay::sensor {

/// An absent limit is not looked at.
struct QuietLimits {
  std::optional<double> cpu_percent = 10;         ///< Of all processors together.
  std::optional<double> accelerator_percent = 5;  ///< Of each GPU, NPU.
  std::optional<double> foreign_percent = 10;     ///< Of one processor, by all foreign programs together.
  std::optional<double> program_percent = 5;      ///< Of one processor, by a single foreign program.
  std::optional<double> celsius;                  ///< No zone may be hotter.
  std::optional<double> memory_available_bytes;   ///< At least so much.
};

/// What was read; absent: could not be.
struct QuietReadings {
  std::optional<double> cpu_percent;
  std::map<std::string, double> accelerator_percent;  ///< Channel id -> load. Empty: none tells.
  std::optional<ForeignLoad> foreign;
  std::map<std::string, double> celsius;  ///< Channel id -> temperature. Empty: no zone tells.
  std::optional<double> memory_available_bytes;
};

struct Quiet {
  bool quiet = false;                     ///< Nothing that could be read is over its limit.
  std::vector<std::string> disturbances;  ///< "firefox (pid 812) takes 87 % of a processor (limit 5 %)"
  std::vector<std::string> unknown;       ///< What has a limit but no reading: "temperature".
};

Quiet judge_quiet(const QuietReadings& readings, const QuietLimits& limits);

}  // namespace assay::sensor

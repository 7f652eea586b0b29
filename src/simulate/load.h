// What the simulated board draws: watts over time, known exactly, or following this machine's CPU.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace assay::simulate {

/// Times are nanoseconds since the simulator started.
class Load {
 public:
  virtual ~Load() = default;
  /// Mean power over begin..end, begin <= end; W. Asked for in order of time.
  virtual double mean_watts(std::int64_t begin_ns, std::int64_t end_ns) = 0;
};

/// Constant between its steps; exact integrals.
class StepLoad final : public Load {
 public:
  struct Step {
    std::int64_t begin_ns = 0;
    double watts = 0;
  };
  /// `steps` in order of time, the first at 0. With a period they repeat, else the last one stays.
  StepLoad(std::vector<Step> steps, std::int64_t period_ns);
  double mean_watts(std::int64_t begin_ns, std::int64_t end_ns) override;
  double joules_until(std::int64_t time_ns) const;

 private:
  double joules_within(std::int64_t time_ns) const;

  std::vector<Step> steps_;
  std::int64_t period_ns_;
};

/// Idle watts plus a slope with the utilisation of all CPUs, from /proc/stat (10 ms ticks). `now_ns` tells
/// the present in the simulator's time.
class CpuLoad final : public Load {
 public:
  CpuLoad(double idle_watts, double full_watts, std::function<std::int64_t()> now_ns,
          std::filesystem::path stat = "/proc/stat");
  double mean_watts(std::int64_t begin_ns, std::int64_t end_ns) override;

 private:
  struct Snapshot {
    std::int64_t time_ns = 0;
    double busy = 0, total = 0;  ///< Ticks since boot.
  };
  void take_snapshot();
  Snapshot at(std::int64_t time_ns) const;

  double idle_watts_, full_watts_;
  std::function<std::int64_t()> now_ns_;
  std::filesystem::path stat_;
  std::vector<Snapshot> snapshots_;
};

/// "const:12.5", "steps:5@2s,15@500ms" (repeated), or the name of a CSV file with a header line and rows
/// "seconds,watts" (each holds until the next, the last for ever). Errors: kInvalidInput, kNotFound.
Result<std::unique_ptr<Load>> make_load(std::string_view text);

/// "2s", "500ms", "1.5s" -> nanoseconds. Errors: kInvalidInput.
Result<std::int64_t> parse_time(std::string_view text);

}  // namespace assay::simulate

// What the worker reads about itself and the machine, always outside of the timed loop. C++17.
#pragma once

#include <sched.h>

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

namespace assay::engine {

/// Paths of the shared libraries that are mapped now, sorted, each once.
std::vector<std::string> loaded_libraries();

/// Peak resident set of this process (VmHWM) in bytes; 0 if unreadable.
std::int64_t peak_rss_bytes();

/// Taken on both sides of the window; the differences tell who used the processors in it.
struct CpuSnapshot {
  /// Of the CPUs that the run may use, everything but idle and waiting for I/O; -1: unreadable.
  std::int64_t busy_ns = -1;
  std::int64_t own_ns = 0;                ///< User and system time of this process.
  std::int64_t supervisor_ns = -1;        ///< Of the parent process; -1: unreadable.
  std::int64_t cores = 0;                 ///< How many CPUs the run may use.
  std::int64_t involuntary_switches = 0;  ///< Of this process, all threads.
};
CpuSnapshot cpu_snapshot();

/// Sets busy_ns and cores from the text of /proc/stat, of the CPUs in `cpus` alone: what runs on the others
/// is not in our way.
void read_busy_cpus(std::istream& stat, const cpu_set_t& cpus, CpuSnapshot& snapshot);

/// Share of those CPUs' time between two snapshots that neither this process nor its supervisor used,
/// 0..1; -1 where /proc does not tell. The kernel counts in ticks of 10 ms: short windows are coarse.
double foreign_cpu_share(const CpuSnapshot& begin, const CpuSnapshot& end, std::int64_t window_ns);

/// UTC and CLOCK_MONOTONIC read as closely together as possible.
struct WallClockAnchor {
  std::int64_t utc_ns = 0, monotonic_ns = 0;
};
WallClockAnchor wall_clock_anchor();

}  // namespace assay::engine

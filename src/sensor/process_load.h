// Who uses the processor: shares of time from /proc, with ourselves set apart from everybody else.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace assay::sensor {

/// Clock ticks since boot, of all processors together (first line of /proc/stat). Idle includes waiting for
/// I/O.
struct CpuTimes {
  std::int64_t busy = 0, idle = 0;
};
std::optional<CpuTimes> parse_cpu_times(std::string_view stat);

/// What is needed of /proc/PID/stat.
struct ProcessTimes {
  pid_t pid = 0, parent = 0, group = 0;
  std::string name;          ///< May contain blanks and brackets.
  bool kernel = false;       ///< A thread of the kernel: nobody's program.
  std::int64_t ticks = 0;    ///< User and system time.
  std::int64_t started = 0;  ///< Ticks after boot: with the pid it names a process for good.
};
std::optional<ProcessTimes> parse_process_times(std::string_view stat);

/// Bytes, of /proc/meminfo.
struct MemoryState {
  std::int64_t total = 0, available = 0;
  std::int64_t swap_used = 0;
};
std::optional<MemoryState> parse_memory(std::string_view meminfo);

/// Load by one program, in percent of one processor.
struct Disturber {
  pid_t pid = 0;
  std::string name;
  double percent = 0;
};

struct ForeignLoad {
  double percent = 0;  ///< All foreign programs together; over 100 where several processors are kept busy.
  Disturber heaviest;  ///< Of them; pid 0: none.
};

/// Compares the processes of now with those of the time before. Costs about 10 us a process, so a few
/// milliseconds: for once a second, not for a fast sampler. A program that began and ended between two looks
/// is not seen.
class ProcessLoad {
 public:
  /// `self`, its process group and all that descend from it are not foreign; 0: everybody is.
  ProcessLoad(std::filesystem::path root, pid_t self) : root_(std::move(root)), self_(self) {}

  /// Load since the last look; nullopt at the first one. Errors: kUnavailable where /proc cannot be listed.
  Result<std::optional<ForeignLoad>> look(std::int64_t now_ns);

 private:
  std::filesystem::path root_;
  pid_t self_;
  std::vector<ProcessTimes> before_;  ///< In the order of their pids.
  std::int64_t before_ns_ = 0;
  bool looked_ = false;
};

}  // namespace assay::sensor

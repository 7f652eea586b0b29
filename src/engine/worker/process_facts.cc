#include "engine/worker/process_facts.h"

#include <sched.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>

#include "engine/worker/timed_loop.h"

namespace assay::engine {
namespace {

std::int64_t ticks_to_ns(std::int64_t ticks) { return ticks * (1000000000 / ::sysconf(_SC_CLK_TCK)); }

std::int64_t ns(const timeval& t) {
  return static_cast<std::int64_t>(t.tv_sec) * 1000000000 + t.tv_usec * 1000;
}

/// utime + stime of a process; -1 if unreadable.
std::int64_t process_cpu_ns(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(in, line)) return -1;
  // The second field is the program's name in parentheses and may hold anything: count fields after its end.
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos) return -1;
  std::istringstream rest(line.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) rest >> skipped;
  std::int64_t user = 0, system = 0;
  if (!(rest >> user >> system)) return -1;
  return ticks_to_ns(user + system);
}

/// The CPUs that a run may use. The supervisor's mask, which we inherited: a runtime may since have pinned
/// the thread that asks.
bool allowed_cpus(cpu_set_t& set) {
  return ::sched_getaffinity(::getppid(), sizeof set, &set) == 0 ||
         ::sched_getaffinity(0, sizeof set, &set) == 0;
}

}  // namespace

void read_busy_cpus(std::istream& stat, const cpu_set_t& cpus, CpuSnapshot& snapshot) {
  std::int64_t ticks = 0;
  for (std::string line; std::getline(stat, line);) {
    unsigned cpu = 0;
    int length = 0;
    // "cpu " with a blank is the sum of all, and %u would skip the blank.
    if (line.compare(0, 4, "cpu ") == 0 || std::sscanf(line.c_str(), "cpu%u %n", &cpu, &length) != 1)
      continue;
    if (cpu >= CPU_SETSIZE || !CPU_ISSET(cpu, &cpus)) continue;
    ++snapshot.cores;
    std::istringstream fields(line.substr(static_cast<std::size_t>(length)));
    // user nice system idle iowait irq softirq steal: the guests' times after them are within user and nice.
    // Stolen time counts as busy, since another machine's work took it from us.
    std::int64_t value = 0;
    for (int i = 0; i < 8 && fields >> value; ++i)
      if (i != 3 && i != 4) ticks += value;
  }
  if (snapshot.cores > 0) snapshot.busy_ns = ticks_to_ns(ticks);
}

std::vector<std::string> loaded_libraries() {
  std::set<std::string> paths;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const auto slash = line.find('/');
    if (slash == std::string::npos) continue;
    std::string path = line.substr(slash);
    const std::string name = path.substr(path.rfind('/') + 1);
    if (name.find(".so") != std::string::npos) paths.insert(std::move(path));
  }
  return {paths.begin(), paths.end()};
}

std::int64_t peak_rss_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    long long kib = 0;
    if (std::sscanf(line.c_str(), "VmHWM: %lld kB", &kib) == 1) return static_cast<std::int64_t>(kib) * 1024;
  }
  return 0;
}

CpuSnapshot cpu_snapshot() {
  CpuSnapshot snapshot;
  cpu_set_t cpus;
  std::ifstream stat("/proc/stat");
  if (allowed_cpus(cpus)) read_busy_cpus(stat, cpus, snapshot);
  snapshot.supervisor_ns = process_cpu_ns(::getppid());
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  snapshot.own_ns = ns(usage.ru_utime) + ns(usage.ru_stime);
  snapshot.involuntary_switches = usage.ru_nivcsw;
  return snapshot;
}

double foreign_cpu_share(const CpuSnapshot& begin, const CpuSnapshot& end, std::int64_t window_ns) {
  if (begin.busy_ns < 0 || end.busy_ns < 0 || begin.supervisor_ns < 0 || end.supervisor_ns < 0 ||
      end.cores <= 0 || window_ns <= 0)
    return -1;
  const std::int64_t foreign =
      (end.busy_ns - begin.busy_ns) - (end.own_ns - begin.own_ns) - (end.supervisor_ns - begin.supervisor_ns);
  const double share =
      static_cast<double>(foreign) / (static_cast<double>(window_ns) * static_cast<double>(end.cores));
  return std::min(1.0, std::max(0.0, share));  // Beyond 0 and 1 lies only the ticks' rounding.
}

WallClockAnchor wall_clock_anchor() {
  WallClockAnchor best;
  std::int64_t best_gap = 0;
  for (int i = 0; i < 8; ++i) {
    const std::int64_t before = clock_ns();
    timespec wall{};
    clock_gettime(CLOCK_REALTIME, &wall);
    const std::int64_t after = clock_ns();
    if (i > 0 && after - before >= best_gap) continue;
    best_gap = after - before;
    best = {static_cast<std::int64_t>(wall.tv_sec) * 1000000000 + wall.tv_nsec,
            before + (after - before) / 2};
  }
  return best;
}

}  // namespace assay::engine

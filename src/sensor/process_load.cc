#include "sensor/process_load.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <memory>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "sensor/value_file.h"

namespace assay::sensor {
namespace {

constexpr std::int64_t kKernelThread = 0x00200000;  // PF_KTHREAD of the kernel's sched.h.

/// The next blank-separated number; false when there is none.
bool take_number(std::string_view& text, std::int64_t& value) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return text.empty() || text.front() == ' ' || text.front() == '\n';
}

double ticks_per_second() {
  static const long ticks = ::sysconf(_SC_CLK_TCK);
  return ticks > 0 ? static_cast<double>(ticks) : 100.0;
}

/// All processes, in the order of their pids. Those that end meanwhile are left out.
Result<std::vector<ProcessTimes>> list_processes(const std::filesystem::path& root) {
  const std::filesystem::path proc = root / "proc";
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(proc.c_str()), &::closedir);
  if (!folder) {
    Status status = io_error(errno, "listing", proc);
    status.code = Code::kUnavailable;
    return fail(std::move(status));
  }
  std::vector<ProcessTimes> processes;
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    if (name.find_first_not_of("0123456789") != std::string_view::npos) continue;
    const auto file = File::open(proc / name / "stat");
    if (!file) continue;
    std::array<char, 1024> buffer;
    const auto text = file->read(buffer);
    if (!text) continue;
    if (auto times = parse_process_times(*text)) processes.push_back(std::move(*times));
  }
  std::sort(processes.begin(), processes.end(),
            [](const ProcessTimes& a, const ProcessTimes& b) { return a.pid < b.pid; });
  return processes;
}

const ProcessTimes* find_pid(const std::vector<ProcessTimes>& processes, pid_t pid) {
  const auto at = std::lower_bound(processes.begin(), processes.end(), pid,
                                   [](const ProcessTimes& p, pid_t id) { return p.pid < id; });
  return at != processes.end() && at->pid == pid ? &*at : nullptr;
}

/// Whether `process` is `self`, of its group, or descends from it.
bool is_own(const ProcessTimes& process, pid_t self, pid_t group, const std::vector<ProcessTimes>& all) {
  if (self == 0) return false;
  if (process.group == group && group != 0) return true;
  const ProcessTimes* at = &process;
  // A chain of parents is short; the bound is for what a changing /proc may look like.
  for (int steps = 0; at && steps < 64; ++steps) {
    if (at->pid == self) return true;
    at = at->parent > 0 ? find_pid(all, at->parent) : nullptr;
  }
  return false;
}

}  // namespace

std::optional<CpuTimes> parse_cpu_times(std::string_view stat) {
  if (!stat.starts_with("cpu ")) return std::nullopt;
  stat = stat.substr(4, stat.find('\n') - 4);
  // user nice system idle iowait irq softirq steal; the guests' times that follow are in user and nice
  // already.
  std::array<std::int64_t, 8> times{};
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (!take_number(stat, times[i])) {
      if (i < 4) return std::nullopt;  // Kernels before 2.6.11 tell fewer.
      times[i] = 0;
      break;
    }
    // A negative or absurd count would overflow the sum.
    if (times[i] < 0 || times[i] > std::int64_t{1} << 56) return std::nullopt;
  }
  CpuTimes result;
  result.idle = times[3] + times[4];
  result.busy = times[0] + times[1] + times[2] + times[5] + times[6] + times[7];
  return result;
}

std::optional<ProcessTimes> parse_process_times(std::string_view stat) {
  // 1 (name) S 0 1 1 ...: the name may hold anything, so it ends at the last bracket.
  const auto open = stat.find('('), close = stat.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
  std::int64_t pid = 0;
  std::string_view head = stat.substr(0, open);
  if (!take_number(head, pid) || pid <= 0 || pid > 1 << 30) return std::nullopt;
  std::string_view rest = stat.substr(close + 1);
  if (rest.size() < 3 || rest[0] != ' ' || rest[2] != ' ') return std::nullopt;
  rest.remove_prefix(2);  // The state's letter.
  // Fields 4 to 22 of proc_pid_stat(5).
  std::array<std::int64_t, 19> fields{};
  for (std::int64_t& field : fields)
    if (!take_number(rest, field)) return std::nullopt;
  ProcessTimes result;
  result.pid = static_cast<pid_t>(pid);
  result.parent = static_cast<pid_t>(fields[0]);
  result.group = static_cast<pid_t>(fields[1]);
  result.name = stat.substr(open + 1, close - open - 1);
  result.kernel = (fields[5] & kKernelThread) != 0;
  const std::int64_t user = fields[10], system = fields[11];
  if (user < 0 || system < 0 || user > std::int64_t{1} << 56 || system > std::int64_t{1} << 56)
    return std::nullopt;
  result.ticks = user + system;
  result.started = fields[18];
  return result;
}

std::optional<MemoryState> parse_memory(std::string_view meminfo) {
  std::optional<std::int64_t> total, available, swap_total, swap_free;
  for (const std::string& line : split(meminfo, '\n')) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    std::string_view text = std::string_view(line).substr(colon + 1);
    const std::string_view key = std::string_view(line).substr(0, colon);
    std::int64_t kib = 0;
    if (!take_number(text, kib) || trim(text) != "kB" || kib < 0 || kib > std::int64_t{1} << 50) continue;
    if (key == "MemTotal") total = kib;
    if (key == "MemAvailable") available = kib;
    if (key == "SwapTotal") swap_total = kib;
    if (key == "SwapFree") swap_free = kib;
  }
  if (!total || !available) return std::nullopt;
  const std::int64_t swap = swap_total && swap_free ? std::max<std::int64_t>(0, *swap_total - *swap_free) : 0;
  return MemoryState{*total * 1024, *available * 1024, swap * 1024};
}

Result<std::optional<ForeignLoad>> ProcessLoad::look(std::int64_t now_ns) {
  ASSAY_TRY(std::vector<ProcessTimes> now, list_processes(root_));
  std::optional<ForeignLoad> load;
  const double seconds = static_cast<double>(now_ns - before_ns_) * 1e-9;
  if (looked_ && seconds > 0) {
    load.emplace();
    const ProcessTimes* self = find_pid(now, self_);
    const pid_t group = self ? self->group : 0;
    for (const ProcessTimes& process : now) {
      if (process.kernel || is_own(process, self_, group, now)) continue;
      const ProcessTimes* before = find_pid(before_, process.pid);
      // A process that was not there before has spent all of its time since then.
      const bool same = before && before->started == process.started;
      const std::int64_t ticks =
          same ? std::max<std::int64_t>(0, process.ticks - before->ticks) : process.ticks;
      const double percent = 100.0 * static_cast<double>(ticks) / ticks_per_second() / seconds;
      load->percent += percent;
      if (percent > load->heaviest.percent) load->heaviest = {process.pid, process.name, percent};
    }
  }
  before_ = std::move(now);
  before_ns_ = now_ns;
  looked_ = true;
  return load;
}

}  // namespace assay::sensor

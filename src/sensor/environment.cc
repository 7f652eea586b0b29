#include "sensor/environment.h"

#include <sched.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <set>
#include <sstream>

#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "sensor/power_mode.h"

namespace assay::sensor {
namespace {

namespace fs = std::filesystem;

std::string read_line(const fs::path& path) {
  const auto content = read_file(path);
  return content ? std::string(trim(content->substr(0, content->find('\n')))) : "";
}

struct CpuInfo {
  std::string model, microcode, isa;
  int cpus = 0;
};

/// The instruction sets on which runtimes base their choice of kernels.
constexpr std::array<std::string_view, 12> kIsaFlags = {
    "sse4_2",      "avx2",        "fma",      "avx_vnni", "avx512f", "avx512_vnni",
    "avx512_bf16", "avx512_fp16", "amx_int8", "amx_bf16", "asimddp", "i8mm"};

CpuInfo read_cpu_info(const fs::path& root) {
  CpuInfo info;
  const auto content = read_file(root / "proc/cpuinfo");
  if (!content) return info;
  std::istringstream lines(*content);
  std::set<std::string> flags;
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string_view key = trim(std::string_view(line).substr(0, colon));
    const std::string_view value = trim(std::string_view(line).substr(colon + 1));
    if (key == "processor") ++info.cpus;
    if (info.model.empty() && (key == "model name" || key == "Model" || key == "Hardware"))
      info.model = value;
    if (info.microcode.empty() && key == "microcode") info.microcode = value;
    if (flags.empty() && (key == "flags" || key == "Features"))
      for (std::string& flag : split(value, ' ')) flags.insert(std::move(flag));
  }
  for (std::string_view flag : kIsaFlags)
    if (flags.count(std::string(flag))) info.isa += (info.isa.empty() ? "" : " ") + std::string(flag);
  // Arm boards tell their name in the device tree, not in cpuinfo.
  if (info.model.empty()) {
    info.model = read_line(root / "proc/device-tree/model");
    std::erase(info.model, '\0');
  }
  return info;
}

std::int64_t read_memory_bytes(const fs::path& root) {
  std::ifstream in(root / "proc/meminfo");
  std::string key;
  std::int64_t kib = 0;
  in >> key >> kib;
  return key == "MemTotal:" ? kib * 1024 : 0;
}

std::string read_os_name(const fs::path& root) {
  std::ifstream in(root / "etc/os-release");
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("PRETTY_NAME=", 0) != 0) continue;
    std::string name = line.substr(12);
    std::erase(name, '"');
    return name;
  }
  return "";
}

/// "35.3.1" of "# R35 (release), REVISION: 3.1, GCID: ...", as Jetsons have it; "" elsewhere.
std::string read_l4t(const fs::path& root) {
  const std::string line = read_line(root / "etc/nv_tegra_release");
  const auto after = [&](std::string_view word, std::string_view allowed) -> std::string {
    const std::size_t at = line.find(word);
    if (at == std::string::npos) return "";
    const std::size_t begin = at + word.size();
    return line.substr(begin, line.find_first_not_of(allowed, begin) - begin);
  };
  const std::string major = after("# R", "0123456789"), minor = after("REVISION: ", "0123456789.");
  return major.empty() || minor.empty() ? "" : major + "." + minor;
}

}  // namespace

record::Environment read_environment(const fs::path& root) {
  record::Environment env;
  const CpuInfo cpu = read_cpu_info(root);
  env.hostname = read_line(root / "proc/sys/kernel/hostname");
  env.kernel = read_line(root / "proc/sys/kernel/osrelease");
  env.os = read_os_name(root);
  env.cpu_model = cpu.model;
  env.cpus = cpu.cpus;
  env.memory_bytes = read_memory_bytes(root);

  const auto fact = [&](const std::string& name, std::string value) {
    if (!value.empty()) env.facts[name] = std::move(value);
  };
  const fs::path cpu0 = root / "sys/devices/system/cpu";
  fact("isa", cpu.isa);
  fact("microcode", cpu.microcode);
  fact("governor", read_line(cpu0 / "cpu0/cpufreq/scaling_governor"));
  fact("energy_performance_preference", read_line(cpu0 / "cpu0/cpufreq/energy_performance_preference"));
  fact("turbo_disabled", read_line(cpu0 / "intel_pstate/no_turbo"));
  fact("boost", read_line(cpu0 / "cpufreq/boost"));
  fact("smt", read_line(cpu0 / "smt/control"));
  fact("clocksource", read_line(root / "sys/devices/system/clocksource/clocksource0/current_clocksource"));
  fact("transparent_hugepage", read_line(root / "sys/kernel/mm/transparent_hugepage/enabled"));
  auto settings = power_settings(root);
  fact("power_mode", std::move(settings["power_mode"]));
  fact("platform_profile", read_line(root / "sys/firmware/acpi/platform_profile"));
  fact("l4t", read_l4t(root));
  fact("hypervisor", read_line(root / "sys/hypervisor/type"));
  std::string board = read_line(root / "sys/class/dmi/id/product_name");
  if (board.empty()) board = read_line(root / "proc/device-tree/model");
  std::erase(board, '\0');
  fact("board", board);
  // Texts that end in NUL each: "nvidia,p3768-0000+p3767-0001", "nvidia,tegra234".
  if (auto compatible = read_file(root / "proc/device-tree/compatible")) {
    std::ranges::replace(*compatible, '\0', ' ');
    fact("compatible", std::string(trim(*compatible)));
  }

  Sha256 digest;
  digest.field(env.os).field(env.kernel).field(env.cpu_model);
  digest.field(std::to_string(env.cpus)).field(std::to_string(env.memory_bytes));
  for (const auto& [name, value] : env.facts) digest.field(name).field(value);
  env.digest = digest.hex();
  return env;
}

int usable_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? std::max(1, CPU_COUNT(&set)) : 1;
}

}  // namespace assay::sensor

#include "campaign/simulated_meter.h"

#include <chrono>
#include <sstream>
#include <thread>

#include "base/clock.h"
#include "base/file.h"

namespace assay::campaign {
namespace {

constexpr std::int64_t kPatienceNs = 10'000'000'000;

/// The address that it has printed: a line "  tcp://..." or "  vxi11://...", the last one being the finest.
std::string printed_address(const std::filesystem::path& log) {
  const auto text = read_file(log);
  if (!text) return "";
  std::istringstream lines(*text);
  std::string line, address;
  while (std::getline(lines, line)) {
    const auto begin = line.find_first_not_of(' ');
    if (begin != std::string::npos && begin > 0 && line.find("://") != std::string::npos && !lines.eof())
      address = line.substr(begin);
  }
  return address;
}

}  // namespace

Result<SimulatedMeter> start_simulator(const std::filesystem::path& assay, const spec::MeterSpec& meter,
                                       const std::filesystem::path& log) {
  ProcessOptions options;
  options.argv = {assay.string(), "simulate", meter.kind};
  options.argv.insert(options.argv.end(), meter.simulator.begin(), meter.simulator.end());
  options.log = log;
  ASSAY_TRY(Process process, Process::start(options));
  const std::int64_t end = monotonic_ns() + kPatienceNs;
  for (;;) {
    const auto exit = process.wait_for(std::chrono::milliseconds(50));
    std::string address = printed_address(log);
    if (!exit && !address.empty()) return SimulatedMeter{std::move(process), std::move(address)};
    if (exit || monotonic_ns() > end)
      return fail(Code::kUnavailable, "the simulated " + meter.kind + " did not start" +
                                          (exit ? " (" + exit->describe() + ")" : "") + ": " +
                                          tail_of_file(log, 3));
  }
}

}  // namespace assay::campaign

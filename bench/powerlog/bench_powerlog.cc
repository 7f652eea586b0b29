// Imports a power log and averages it over a window, at the command of powerlog.py, which times pandas on the
// same file in turn.
//   bench_powerlog write FILE ROWS    writes a log of a 1 kHz meter: "time,watts" with seconds and watts
//   bench_powerlog FILE BEGIN END THREADS
//       answers each line on stdin with the seconds that one import took, the mean power in (BEGIN, END]
//       seconds, and the largest resident set of the process so far in kB
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "base/splitmix64.h"
#include "powerlog/import.h"

namespace {

using namespace assay;

int give_up(const std::string& message) {
  std::fprintf(stderr, "bench_powerlog: %s\n", message.c_str());
  return 1;
}

void append_fixed(std::string& text, std::int64_t value, std::int64_t one) {
  char digits[24];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, value / one).ptr);
  text += '.';
  const auto fraction = std::to_chars(digits, digits + sizeof digits, one + value % one).ptr;
  text.append(digits + 1, fraction);  // Behind the leading 1, which keeps the zeros.
}

int write_log(const std::string& path, std::int64_t rows) {
  std::ofstream file(path, std::ios::binary);
  std::string text = "time,watts\n";
  SplitMix64 random(1);
  std::int64_t power = 12'000'000;  // uW
  for (std::int64_t row = 0; row < rows; ++row) {
    power = std::clamp<std::int64_t>(power + static_cast<std::int64_t>(random.below(200'001)) - 100'000,
                                     1'000'000, 40'000'000);
    append_fixed(text, row * 1000, 1'000'000);
    text += ',';
    append_fixed(text, power, 1'000'000);
    text += '\n';
    if (text.size() > 1 << 20) {
      file.write(text.data(), static_cast<std::streamsize>(text.size()));
      text.clear();
    }
  }
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  return file.flush() ? 0 : give_up("cannot write " + path);
}

/// Readings weighted by the overlap of their interval with the window.
class WindowMean : public powerlog::Sink {
 public:
  WindowMean(std::int64_t begin_ns, std::int64_t end_ns) : begin_ns_(begin_ns), end_ns_(end_ns) {}
  Result<void> on_channel(std::size_t, const record::Channel& channel) override {
    interval_ns_ = channel.update_ns;
    return {};
  }
  Result<void> on_readings(std::size_t, std::span<const record::Reading> readings) override {
    for (const record::Reading& reading : readings) {
      const std::int64_t common =
          std::min(reading.end_ns, end_ns_) - std::max(reading.end_ns - interval_ns_, begin_ns_);
      if (common <= 0) continue;
      sum_ += reading.value * static_cast<double>(common);
      covered_ns_ += common;
    }
    return {};
  }
  double watts() const { return sum_ / static_cast<double>(covered_ns_); }

 private:
  std::int64_t begin_ns_, end_ns_, interval_ns_ = 0, covered_ns_ = 0;
  double sum_ = 0;
};

/// Of this program alone: getrusage() would tell that of whoever started it, where that is more.
long peak_kb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::atol(line.c_str() + 6);
  return -1;
}

int serve(char** argv) {
  powerlog::ImportOptions options;
  options.log.boundary = record::Boundary::kDcInput;
  powerlog::Mapping& mapping = options.log.mapping.emplace();
  mapping.time = {{"time"}, "s", {}};
  mapping.power = powerlog::ScaledField{{"watts"}, "W"};
  mapping.position = powerlog::Position::kEnd;
  options.tuning.threads = std::atoi(argv[4]);
  const auto ns = [](const char* seconds) { return static_cast<std::int64_t>(std::atof(seconds) * 1e9); };
  std::string line;
  while (std::getline(std::cin, line)) {
    const auto begin = std::chrono::steady_clock::now();
    WindowMean mean(ns(argv[2]), ns(argv[3]));
    const auto log = powerlog::stream_log(argv[1], options, mean);
    if (!log) return give_up(log.error().message);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::printf("%.6f %.17g %ld\n", seconds, mean.watts(), peak_kb());
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::string(argv[1]) == "write") return write_log(argv[2], std::atoll(argv[3]));
  if (argc == 5) return serve(argv);
  std::fprintf(stderr,
               "usage: bench_powerlog write FILE ROWS\n       bench_powerlog FILE BEGIN END THREADS\n");
  return 2;
}

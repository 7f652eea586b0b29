// What a reading costs on our side: each sensor of the board trees, read over and over, and beside it what
// opening, reading and closing the same number of files by std::ifstream would cost. The driver's own time
// (an I2C transfer, say) comes on top on a board. Goal: one rail (voltage, current, power) in under 20 us.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <vector>

#include "base/clock.h"
#include "sensor/discovery.h"

namespace {

namespace fs = std::filesystem;
using namespace assay;

constexpr int kRounds = 15, kReads = 2000;
constexpr double kGoalUs = 20;

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

/// Median over rounds, microseconds a call.
template <typename F>
double microseconds(F&& call, int reads) {
  std::vector<double> rounds;
  for (int round = 0; round < kRounds; ++round) {
    const std::int64_t begin = monotonic_ns();
    for (int i = 0; i < reads; ++i) call();
    rounds.push_back(static_cast<double>(monotonic_ns() - begin) / reads / 1000);
  }
  return median(rounds);
}

double stream_read(const fs::path& file) {
  double value = 0;
  std::ifstream(file) >> value;
  return value;
}

}  // namespace

int main() {
  const fs::path boards = fs::path(ASSAY_SOURCE_DIR) / "tests/fixtures/sys";
  double rail_us = 0;
  for (const char* board : {"orin-nx-35", "n100"}) {
    std::printf("%s\n", board);
    const sensor::Found found = sensor::discover(sensor::Places::tree(boards / board));
    for (const auto& sensor : found.sensors) {
      std::vector<std::optional<double>> values(sensor->channels().size());
      const bool slow = sensor->source().id == "foreign-load";
      bool good = true;
      const double us =
          microseconds([&] { good = sensor->read(values).has_value() && good; }, slow ? 50 : kReads);
      std::printf("  %-28s %2zu channels %8.2f us a reading%s\n", sensor->source().id.c_str(), values.size(),
                  us, good ? "" : " (failed)");
      if (sensor->source().id == "ina3221-0040") rail_us = us / 3;
    }
  }
  const fs::path chip = boards / "orin-nx-35/sys/class/hwmon/hwmon3";
  double sum = 0;
  const double stream_us = microseconds(
      [&] { sum += stream_read(chip / "in1_input") * stream_read(chip / "curr1_input"); }, kReads);
  std::printf(
      "one rail: %.2f us, by std::ifstream %.2f us: %.1f times as fast; goal: under %.0f us (checksum %g)\n",
      rail_us, stream_us, stream_us / rail_us, kGoalUs, sum);
  return rail_us > 0 && rail_us < kGoalUs ? 0 : 1;
}

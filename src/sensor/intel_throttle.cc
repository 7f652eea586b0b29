// Intel processors count how often and for how long heat held their clocks down, per core and per package.
// Cores are added up: what matters is whether a sum grew. The count grows when throttling begins, the time
// when it ends, so both are needed.
#include <array>
#include <cerrno>
#include <memory>
#include <set>
#include <utility>

#include "sensor/file_sensor.h"
#include "sensor/sources.h"
#include "sensor/tree.h"

namespace assay::sensor {
namespace {

namespace fs = std::filesystem;
using record::Channel;

struct Sum {
  double scale;
  std::vector<ValueFile> files;
};

class SumSensor final : public Sensor {
 public:
  SumSensor(Description description, std::vector<Sum> sums)
      : Sensor(std::move(description)), sums_(std::move(sums)) {}

 private:
  void acquire(std::span<Value> values) override {
    for (std::size_t i = 0; i < sums_.size(); ++i) values[i] = total(sums_[i]);
  }
  /// A sum without one of its parts would jump: it is no value.
  static Value total(const Sum& sum) {
    double total = 0;
    for (const ValueFile& file : sum.files) {
      const auto number = file.read();
      if (!number) return tl::unexpected(number.error());
      if (*number < 0) return tl::unexpected(NoValue::kOutOfRange);
      total += static_cast<double>(*number);
    }
    return total * sum.scale;
  }
  std::vector<Sum> sums_;
};

struct Counter {
  const char* file;
  const char* id;
  const char* quantity;
  const char* unit;
  double scale;
  bool package;  ///< Every CPU of a package tells the same count.
};
constexpr auto kCounters = std::to_array<Counter>({
    {"core_throttle_count", "core.events", "events", "1", 1, false},
    {"core_throttle_total_time_ms", "core.time", "duration", "s", 1e-3, false},
    {"package_throttle_count", "package.events", "events", "1", 1, true},
    {"package_throttle_total_time_ms", "package.time", "duration", "s", 1e-3, true},
});

/// Files of all CPUs that have a number in them now; of one CPU a package where `once` is set.
std::vector<ValueFile> files_of(const fs::path& root, const char* name, bool once) {
  std::vector<ValueFile> files;
  std::set<std::string> packages;
  for (const fs::path& cpu : entries(root / "sys/devices/system/cpu", "cpu")) {
    auto file = ValueFile::open(cpu / "thermal_throttle" / name);
    if (!file || !file->read()) continue;
    if (once && !packages.insert(text_of(cpu / "topology/physical_package_id")).second) continue;
    files.push_back(std::move(*file));
  }
  return files;
}

}  // namespace

void find_intel_throttle(const Places& places, Found& found) {
  Description description;
  description.source.id = "intel-throttle";
  description.source.description = "thermal throttling of the processor";
  description.natural_period = std::chrono::seconds(1);
  std::vector<Sum> sums;
  for (const Counter& counter : kCounters) {
    Sum sum{counter.scale, files_of(places.root, counter.file, counter.package)};
    if (sum.files.empty()) continue;
    Channel channel;
    channel.id = description.source.id + "." + counter.id;
    channel.quantity = counter.quantity;
    channel.unit = counter.unit;
    channel.kind = record::ReadingKind::kCounter;
    channel.facts["file"] = std::string("/sys/devices/system/cpu/cpu*/thermal_throttle/") + counter.file;
    channel.facts["files"] = std::to_string(sum.files.size());
    description.channels.push_back(std::move(channel));
    sums.push_back(std::move(sum));
  }
  if (!sums.empty())
    found.sensors.push_back(std::make_unique<SumSensor>(std::move(description), std::move(sums)));
}

}  // namespace assay::sensor

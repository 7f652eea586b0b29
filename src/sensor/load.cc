// Utilisation of the processor, load by other programs, and memory.
#include <array>
#include <cmath>
#include <memory>
#include <utility>

#include "base/clock.h"
#include "sensor/process_load.h"
#include "sensor/sources.h"
#include "sensor/tree.h"
#include "sensor/value_file.h"

namespace assay::sensor {
namespace {

using record::Channel;

constexpr std::chrono::seconds kLookPeriod{1};

Channel percent_channel(std::string id, const char* of) {
  Channel channel;
  channel.id = std::move(id);
  channel.quantity = "utilisation";
  channel.unit = "%";
  channel.kind = record::ReadingKind::kMean;  // Since the reading before.
  channel.update_ns = std::chrono::nanoseconds(kLookPeriod).count();
  channel.facts["of"] = of;
  return channel;
}

/// Share of time in which processors did not idle, ours included.
class UtilisationSensor final : public Sensor {
 public:
  UtilisationSensor(Description description, File stat)
      : Sensor(std::move(description)), stat_(std::move(stat)) {}

 private:
  void acquire(std::span<Value> values) override { values[0] = next(); }
  Value next() {
    std::array<char, 512> buffer;
    const auto text = stat_.read(buffer);
    if (!text) return tl::unexpected(text.error());
    const auto now = parse_cpu_times(*text);
    if (!now) return tl::unexpected(NoValue::kNotANumber);
    const std::optional<CpuTimes> before = std::exchange(before_, now);
    if (!before) return tl::unexpected(NoValue::kNoInterval);
    const std::int64_t busy = now->busy - before->busy, idle = now->idle - before->idle;
    // Idle time is known to step back on some kernels; and two reads within one tick have nothing between
    // them.
    if (busy < 0 || idle < 0) return tl::unexpected(NoValue::kOutOfRange);
    if (busy + idle == 0) return tl::unexpected(NoValue::kNoInterval);
    return 100.0 * static_cast<double>(busy) / static_cast<double>(busy + idle);
  }
  File stat_;
  std::optional<CpuTimes> before_;
};

/// Dearer than others (see ProcessLoad). Keeps who was heaviest in the source's facts.
class ForeignLoadSensor final : public Sensor {
 public:
  ForeignLoadSensor(Description description, ProcessLoad load)
      : Sensor(std::move(description)), load_(std::move(load)) {}

 private:
  void acquire(std::span<Value> values) override {
    const auto load = load_.look(monotonic_ns());
    if (!load || !*load) {
      for (Value& value : values) value = tl::unexpected(load ? NoValue::kNoInterval : NoValue::kIoError);
      return;
    }
    values[0] = (*load)->percent;
    values[1] = (*load)->heaviest.percent;
    if ((*load)->heaviest.percent <= most_) return;
    most_ = (*load)->heaviest.percent;
    set_source_fact("heaviest", (*load)->heaviest.name + " (pid " + std::to_string((*load)->heaviest.pid) +
                                    "), " + std::to_string(std::lround(most_)) + " % of a processor");
  }
  ProcessLoad load_;
  double most_ = 0;
};

class MemorySensor final : public Sensor {
 public:
  MemorySensor(Description description, File meminfo)
      : Sensor(std::move(description)), meminfo_(std::move(meminfo)) {}

 private:
  void acquire(std::span<Value> values) override {
    std::array<char, 4096> buffer;
    const auto text = meminfo_.read(buffer);
    const auto state = text ? parse_memory(*text) : std::nullopt;
    if (state) {
      values[0] = static_cast<double>(state->available);
      values[1] = static_cast<double>(state->swap_used);
    } else {
      for (Value& value : values) value = tl::unexpected(text ? NoValue::kNotANumber : text.error());
    }
  }
  File meminfo_;
};

}  // namespace

void find_load(const Places& places, Found& found) {
  auto stat = File::open(places.root / "proc/stat");
  if (!stat) return;
  Description description;
  description.source.id = "load";
  description.source.description = "utilisation of the processor";
  description.natural_period = kLookPeriod;
  description.channels.push_back(percent_channel("load.cpu", "all processors"));
  found.sensors.push_back(std::make_unique<UtilisationSensor>(std::move(description), std::move(*stat)));

  Description foreign;
  foreign.source.id = "foreign-load";
  foreign.source.description = "programs other than assay and what it started";
  foreign.natural_period = kLookPeriod;
  foreign.channels.push_back(percent_channel("foreign-load.all", "one processor"));
  foreign.channels.push_back(percent_channel("foreign-load.heaviest", "one processor"));
  found.sensors.push_back(
      std::make_unique<ForeignLoadSensor>(std::move(foreign), ProcessLoad(places.root, places.self)));
}

void find_memory(const Places& places, Found& found) {
  auto meminfo = File::open(places.root / "proc/meminfo");
  if (!meminfo) return;
  const auto state = parse_memory(text_of(places.root / "proc/meminfo"));
  if (!state) {
    found.absent.push_back({"memory", "memory that is available",
                            "/proc/meminfo lacks MemTotal or MemAvailable",
                            "a kernel from 3.14 on tells them"});
    return;
  }
  Description description;
  description.source.id = "memory";
  description.source.description = "memory";
  description.natural_period = kLookPeriod;
  Channel available;
  available.id = "memory.available";
  available.quantity = "memory";
  available.unit = "B";
  available.limit = static_cast<double>(state->total);
  Channel swap = available;
  swap.id = "memory.swap_used";
  swap.limit.reset();
  description.channels = {std::move(available), std::move(swap)};
  found.sensors.push_back(std::make_unique<MemorySensor>(std::move(description), std::move(*meminfo)));
}

}  // namespace assay::sensor

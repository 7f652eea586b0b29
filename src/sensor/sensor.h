// A source of readings on this machine: rails, counters, zones, clocks, load. One acquisition gives a value,
// or the reason why there is none, for each of its channels.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/status.h"
#include "record/reading.h"

namespace assay::sensor {

/// Why a channel had no value just now.
enum class NoValue : std::uint8_t {
  kDenied,        ///< EACCES, EPERM.
  kGone,          ///< The device was unbound or its file removed: ENODEV, ENXIO, ENOENT.
  kBusy,          ///< EAGAIN, EBUSY, a timeout: asking again may help.
  kNoData,        ///< ENODATA: the sensor is powered down.
  kIoError,       ///< Anything else that a read can fail with.
  kNotANumber,    ///< It answered, but not with one number.
  kGated,         ///< A value that stands for "switched off" (-256000 of a thermal zone).
  kOutOfRange,    ///< A number that cannot be: -300 degC, an energy above its own wrap.
  kNotSupported,  ///< The driver knows the question but not for this device.
  kNoInterval     ///< A difference needs two readings, and this is the first.
};
inline constexpr std::size_t kNoValueReasons = 10;
std::string_view to_string(NoValue reason);  ///< "permission denied", "gated", ...

/// In the channel's unit.
using Value = tl::expected<double, NoValue>;

/// What a sensor says of itself. `channels[i].source` is filled in by the Sensor.
struct Description {
  record::Source source;
  std::vector<record::Channel> channels;
  /// How often reading makes sense: the source's own update interval where it tells one, else a rate at which
  /// reading it does not disturb what is measured.
  std::chrono::nanoseconds natural_period{0};
};

/// To be used by one thread at a time. Files are opened when it is made, so a read costs a system call per
/// file, allocates nothing and takes well under 20 us a rail, besides what the driver itself needs (an I2C
/// transfer, say). What is dearer says so where it is declared.
class Sensor {
 public:
  explicit Sensor(Description description);
  virtual ~Sensor() = default;
  Sensor(const Sensor&) = delete;
  Sensor& operator=(const Sensor&) = delete;

  const record::Source& source() const { return description_.source; }
  std::span<const record::Channel> channels() const { return description_.channels; }
  std::chrono::nanoseconds natural_period() const { return description_.natural_period; }

  /// One acquisition of all channels, in their order; nullopt: none now, and the reason has been counted.
  /// Every value is finite. Errors: kUnavailable when the whole source is gone (values are then all nullopt),
  /// kInternal when `values` has another size than channels().
  Result<void> read(std::span<std::optional<double>> values);

  /// Reason -> how often a channel had no value, as record::Series::rejected wants it.
  std::map<std::string, std::int64_t> rejected(std::size_t channel) const;

 protected:
  /// Sets each of `values`, one a channel; nothing throws, nothing is allocated.
  virtual void acquire(std::span<Value> values) = 0;
  /// For what is only known after some readings, such as who disturbed most.
  void set_source_fact(const std::string& name, std::string value);

 private:
  Description description_;
  std::vector<Value> scratch_;
  std::vector<std::array<std::int64_t, kNoValueReasons>> rejected_;
};

}  // namespace assay::sensor

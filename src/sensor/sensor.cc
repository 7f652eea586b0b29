#include "sensor/sensor.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace assay::sensor {

std::string_view to_string(NoValue reason) {
  switch (reason) {
    case NoValue::kDenied:
      return "permission denied";
    case NoValue::kGone:
      return "gone";
    case NoValue::kBusy:
      return "busy";
    case NoValue::kNoData:
      return "no data";
    case NoValue::kIoError:
      return "read error";
    case NoValue::kNotANumber:
      return "not a number";
    case NoValue::kGated:
      return "gated";
    case NoValue::kOutOfRange:
      return "out of range";
    case NoValue::kNotSupported:
      return "not supported";
    case NoValue::kNoInterval:
      return "first reading";
  }
  return "unknown";
}

Sensor::Sensor(Description description)
    : description_(std::move(description)),
      scratch_(description_.channels.size(), Value(0.0)),
      rejected_(description_.channels.size()) {
  for (record::Channel& channel : description_.channels) channel.source = description_.source.id;
  // Stamped by this host's own clock: nothing is to be mapped.
  description_.source.clock.method = "same clock";
}

Result<void> Sensor::read(std::span<std::optional<double>> values) {
  if (values.size() != scratch_.size())
    return fail(Code::kInternal, source().id + " has " + std::to_string(scratch_.size()) +
                                     " channels, but was asked for " + std::to_string(values.size()));
  acquire(scratch_);
  bool any = false, gone = false;
  for (std::size_t i = 0; i < scratch_.size(); ++i) {
    Value& value = scratch_[i];
    if (value && !std::isfinite(*value)) value = tl::unexpected(NoValue::kNotANumber);
    if (value) {
      values[i] = *value;
      any = true;
      continue;
    }
    values[i].reset();
    ++rejected_[i][static_cast<std::size_t>(value.error())];
    gone = gone || value.error() == NoValue::kGone;
  }
  if (!any && gone)
    return fail(Code::kUnavailable, source().id + " is gone: its driver was unbound or its device removed");
  return {};
}

std::map<std::string, std::int64_t> Sensor::rejected(std::size_t channel) const {
  std::map<std::string, std::int64_t> counts;
  if (channel >= rejected_.size()) return counts;
  for (std::size_t i = 0; i < kNoValueReasons; ++i)
    if (rejected_[channel][i] > 0)
      counts[std::string(to_string(static_cast<NoValue>(i)))] = rejected_[channel][i];
  return counts;
}

void Sensor::set_source_fact(const std::string& name, std::string value) {
  description_.source.facts[name] = std::move(value);
}

}  // namespace assay::sensor

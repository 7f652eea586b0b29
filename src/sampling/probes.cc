#include "sampling/probes.h"

#include <algorithm>

#include "base/clock.h"

namespace assay::sampling {
namespace {

class SensorProbe : public Probe {
 public:
  SensorProbe(std::unique_ptr<sensor::Sensor> sensor, std::chrono::nanoseconds period)
      : sensor_(std::move(sensor)), period_(std::max(period, sensor_->natural_period())) {}

  std::span<const record::Channel> channels() const override { return sensor_->channels(); }
  std::chrono::nanoseconds period() const override { return period_; }
  Result<bool> read(Acquisition& out) override {
    ASSAY_OK(sensor_->read(out.values));
    return true;
  }
  std::map<std::string, std::int64_t> rejected(std::size_t channel) const override {
    return sensor_->rejected(channel);
  }
  record::Source finish() override {
    record::Source source = sensor_->source();
    source.clock.method = "same clock";
    return source;
  }

 private:
  std::unique_ptr<sensor::Sensor> sensor_;
  const std::chrono::nanoseconds period_;
};

class MeterProbe : public Probe {
 public:
  MeterProbe(std::unique_ptr<instrument::Meter> meter, record::Source opened)
      : meter_(std::move(meter)), source_(std::move(opened)), rejected_(meter_->channels().size()) {}

  std::span<const record::Channel> channels() const override { return meter_->channels(); }
  std::chrono::nanoseconds period() const override { return std::chrono::nanoseconds(0); }
  Result<bool> read(Acquisition& out) override {
    constexpr std::int64_t kPatienceNs = 500'000'000;  // Short, so that stop() does not wait long.
    ASSAY_TRY(const auto update, meter_->next(monotonic_ns() + kPatienceNs));
    if (!update) return false;
    out.gap = update->gap;
    if (update->values.empty()) return false;
    out.begin_ns = update->begin_ns;
    out.end_ns = update->end_ns;
    for (std::size_t i = 0; i < update->values.size() && i < out.values.size(); ++i) {
      out.values[i] = update->values[i].value;
      if (!out.values[i]) ++rejected_[i][update->values[i].rejected];
    }
    return true;
  }
  std::map<std::string, std::int64_t> rejected(std::size_t channel) const override {
    return rejected_[channel];
  }
  record::Source finish() override { return source_; }

 private:
  std::unique_ptr<instrument::Meter> meter_;
  const record::Source source_;
  std::vector<std::map<std::string, std::int64_t>> rejected_;
};

}  // namespace

std::unique_ptr<Probe> make_probe(std::unique_ptr<sensor::Sensor> sensor, std::chrono::nanoseconds period) {
  return std::make_unique<SensorProbe>(std::move(sensor), period);
}

}  // namespace assay::sampling

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
  explicit MeterProbe(std::unique_ptr<instrument::Meter> meter)
      : meter_(std::move(meter)), rejected_(meter_->channels().size()) {}

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
  record::Source finish() override { return meter_->check(); }

 private:
  std::unique_ptr<instrument::Meter> meter_;
  std::vector<std::map<std::string, std::int64_t>> rejected_;
};

/// The key of PowerSpec::sensor_periods that speaks of this source: the longest that its id begins with.
const std::string* key_of(const spec::PowerSpec& power, const std::string& source) {
  const std::string* best = nullptr;
  for (const auto& [key, period] : power.sensor_periods)
    if (source.starts_with(key) && (!best || key.size() > best->size())) best = &key;
  return best;
}

/// A period for a source that is not there is a mistake that nobody would notice.
Result<void> check_periods(const spec::PowerSpec& power,
                           const std::vector<std::unique_ptr<sensor::Sensor>>& found) {
  for (const auto& entry : power.sensor_periods) {
    const std::string& key = entry.first;
    const bool used = std::ranges::any_of(found, [&](const auto& sensor) {
      const std::string* best = key_of(power, sensor->source().id);
      return best && *best == key;
    });
    if (used) continue;
    std::string ids;
    for (const auto& sensor : found) ids += (ids.empty() ? "" : ", ") + sensor->source().id;
    return fail(Code::kInvalidInput, "power.sensor_periods: there is no source '" + key +
                                         "' here; found: " + (ids.empty() ? "none" : ids));
  }
  return {};
}

}  // namespace

Result<Opened> open_probes(const spec::PowerSpec& power, const sensor::Places& places) {
  Opened opened;
  for (const spec::MeterSpec& meter : power.meters) {
    const std::string what = "power meter " + meter.kind + " at " + meter.address;
    const instrument::MeterSettings settings{
        meter.kind, meter.address,
        meter.boundary == "ac_input" ? record::Boundary::kAcInput : record::Boundary::kDcInput, meter.period,
        meter.options};
    auto made = instrument::make_meter(settings);
    if (!made) return fail(made.error().with_context(what));
    if (const auto source = (*made)->open(); !source) return fail(source.error().with_context("power meter"));
    const std::string& id = (*made)->source().id;
    for (const auto& probe : opened.probes)
      if (!probe->channels().empty() && probe->channels()[0].source == id)
        return fail(Code::kInvalidInput,
                    "power.meters: two meters call themselves " + id +
                        ": one of a kind can be read in a campaign (http: give them names)");
    opened.meters.push_back(made->get());
    opened.probes.push_back(std::make_unique<MeterProbe>(std::move(*made)));
  }
  if (!power.sensors) return opened;
  sensor::Found found = sensor::discover(places);
  ASSAY_OK(check_periods(power, found.sensors));
  for (auto& one : found.sensors) {
    const std::string* key = key_of(power, one->source().id);
    const auto period = key ? power.sensor_periods.at(*key) : power.sensor_period;
    opened.probes.push_back(std::make_unique<SensorProbe>(std::move(one), period));
  }
  opened.absent = std::move(found.absent);
  opened.facts = std::move(found.facts);
  return opened;
}

bool tells_power(std::span<const std::unique_ptr<Probe>> probes) {
  for (const auto& probe : probes)
    for (const record::Channel& channel : probe->channels())
      if (channel.boundary != record::Boundary::kNone &&
          (channel.quantity == "power" || channel.quantity == "energy"))
        return true;
  return false;
}

}  // namespace assay::sampling

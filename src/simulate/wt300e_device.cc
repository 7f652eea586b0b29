#include "simulate/wt300e_device.h"

#include <algorithm>
#include <cmath>

namespace assay::simulate {
namespace {

constexpr unsigned kUpdating = 0, kIntegrating = 1, kOver = 6, kVoltagePeak = 7, kCurrentPeak = 8;
constexpr std::int64_t kUpdatingNs = 5'000'000;  // The register shows "updating" so long before the end.

/// As many digits as the display has.
double displayed(double value, double range) {
  const double resolution = std::pow(10.0, std::floor(std::log10(1.4 * range)) - 4);
  return std::round(value / resolution) * resolution;
}

}  // namespace

Wt300eDevice::Wt300eDevice(const Wt300eOptions& options, std::shared_ptr<Load> load, Faults faults)
    : options_(options), load_(std::move(load)), faults_(std::move(faults)), noise_(options.seed) {
  reset_settings();
  next_edge_ns_ = options_.phase_ns + interval_ns();
}

std::int64_t Wt300eDevice::interval_ns() const {
  const double seconds = std::stod(settings_.at("RATE"));
  return static_cast<std::int64_t>(std::llround(seconds * 1e9 * (1 + options_.drift)));
}

std::int64_t Wt300eDevice::next_event_ns() const {
  return (condition_ >> kUpdating & 1U) != 0 ? next_edge_ns_ : next_edge_ns_ - kUpdatingNs;
}

void Wt300eDevice::advance(std::int64_t now_ns) {
  while (next_event_ns() <= now_ns) {
    if ((condition_ >> kUpdating & 1U) == 0) {
      set_condition(kUpdating, true);
      continue;
    }
    const std::int64_t edge = next_edge_ns_;
    if (!faults_.active(Fault::Kind::kFreeze, edge) && settings_.at("HOLD") == "0") update(edge);
    next_edge_ns_ = edge + interval_ns();
    last_edge_ns_ = edge;
    if (!faults_.active(Fault::Kind::kFreeze, edge))
      set_condition(kUpdating, false);
    else
      condition_ &= ~(1U << kUpdating);  // No event: nothing ended.
  }
}

void Wt300eDevice::set_condition(unsigned bit, bool on) {
  const bool was = (condition_ >> bit & 1U) != 0;
  if (was == on) return;
  condition_ ^= 1U << bit;
  const std::string& filter = filters_[bit];
  if (filter == "BOTH" || filter == (on ? "RISE" : "FALL")) events_ |= 1U << bit;
}

void Wt300eDevice::update(std::int64_t edge_ns) {
  integrate_until(edge_ns);
  // The interval's mean, with the meter's own noise.
  const double watts = load_->mean_watts(last_edge_ns_, edge_ns) * (1 + options_.noise * noise_.normal());
  // U = V - R I and P = U I.
  const double root = std::sqrt(std::max(0.0, options_.volts * options_.volts - 4 * options_.ohms * watts));
  const double volts = (options_.volts + root) / 2;
  const double amperes = watts / volts;
  values_ = Values{};
  values_.none = voltage_.switching || current_.switching || faults_.active(Fault::Kind::kNan, edge_ns);
  const bool forced = faults_.active(Fault::Kind::kOverrange, edge_ns);
  values_.volts_over = std::fabs(volts) > 1.4 * voltage_.value();
  values_.amperes_over = forced || std::fabs(amperes) > 1.4 * current_.value();
  values_.peak_over = faults_.active(Fault::Kind::kPeak, edge_ns);
  values_.volts = displayed(volts, voltage_.value());
  values_.amperes = displayed(amperes, current_.value());
  values_.watts = displayed(watts, voltage_.value() * current_.value());
  set_condition(kOver, values_.volts_over || values_.amperes_over);
  set_condition(kVoltagePeak, values_.peak_over);
  set_condition(kCurrentPeak, values_.peak_over);
  adapt(voltage_, std::fabs(volts), false);
  adapt(current_, std::fabs(amperes), true);
}

/// Auto range, and the protection of the small current ranges (IM WT310E-01EN, 2-7).
void Wt300eDevice::adapt(Range& range, double size, bool current) {
  range.switching = false;
  const std::size_t before = range.index;
  constexpr double kSmall = 0.2;
  if (current && !range.automatic && range.value() <= kSmall && size > 1.4 * range.value()) {
    range.automatic = true;
    while (range.index + 1 < range.steps.size() && range.value() < 1) ++range.index;
  }
  if (!range.automatic) return;
  while (size > 1.3 * range.value() && range.index + 1 < range.steps.size()) ++range.index;
  while (range.index > 0 && size <= 0.3 * range.value() && size <= 1.25 * range.steps[range.index - 1])
    --range.index;
  range.switching = range.index != before;
}

void Wt300eDevice::integrate_until(std::int64_t time_ns) {
  if (integration_ != Integration::kRunning || time_ns <= integrated_to_ns_) return;
  watt_seconds_ +=
      load_->mean_watts(integrated_to_ns_, time_ns) * 1e-9 * static_cast<double>(time_ns - integrated_to_ns_);
  integrated_to_ns_ = time_ns;
}

}  // namespace assay::simulate

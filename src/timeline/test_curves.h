// For tests: loads whose energy is known exactly, and meters that look at them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <optional>
#include <utility>
#include <vector>

#include "base/splitmix64.h"
#include "record/reading.h"

namespace assay::timeline::testing {

inline constexpr record::ReadingKind kKinds[] = {record::ReadingKind::kInstant, record::ReadingKind::kMean,
                                                 record::ReadingKind::kCounter};

/// Random draws that are the same everywhere.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : source_(seed) {}
  double uniform(double lo, double hi) {
    return lo + (hi - lo) * static_cast<double>(source_.next() >> 11) * 0x1p-53;
  }
  double log_uniform(double lo, double hi) { return std::exp(uniform(std::log(lo), std::log(hi))); }
  bool chance(double p) { return uniform(0, 1) < p; }
  double normal() {  // Box and Muller.
    return std::sqrt(-2 * std::log(uniform(1e-300, 1))) * std::cos(uniform(0, 2 * std::numbers::pi));
  }

 private:
  SplitMix64 source_;
};

/// Power over time in s: linear pieces with steps between them, and a sinusoid on top. Constant outside.
class Curve {
 public:
  struct Part {
    double begin, end, from_w, to_w;
    double energy_before = 0;
  };

  /// The parts follow each other without holes.
  void add(double begin, double end, double from_w, double to_w) {
    const double before =
        parts_.empty() ? 0 : parts_.back().energy_before + part_energy(parts_.back(), parts_.back().end);
    parts_.push_back({begin, end, from_w, to_w, before});
  }
  void hold(double end, double watts) { add(this->end(), end, watts, watts); }
  void start_at(double begin) { begin_ = begin; }
  void set_sinusoid(double amplitude_w, double period_s, double phase) {
    amplitude_ = amplitude_w;
    omega_ = 2 * std::numbers::pi / period_s;
    phase_ = phase;
  }
  double end() const { return parts_.empty() ? begin_ : parts_.back().end; }

  double watts(double t) const {
    const Part& part = at(t);
    const double x = std::clamp(t, part.begin, part.end);
    const double line = part.from_w + (part.to_w - part.from_w) * (x - part.begin) / (part.end - part.begin);
    return line + amplitude_ * std::sin(omega_ * t + phase_);
  }
  double energy(double a, double b) const { return until(b) - until(a); }
  double mean(double a, double b) const { return energy(a, b) / (b - a); }

 private:
  static double part_energy(const Part& part, double t) {
    const double x = t - part.begin, slope = (part.to_w - part.from_w) / (part.end - part.begin);
    if (t > part.end) return part_energy(part, part.end) + (t - part.end) * part.to_w;
    if (t < part.begin) return x * part.from_w;
    return x * (part.from_w + slope * x / 2);
  }
  const Part& at(double t) const {
    auto next = std::upper_bound(parts_.begin(), parts_.end(), t,
                                 [](double x, const Part& part) { return x < part.begin; });
    return next == parts_.begin() ? *next : *std::prev(next);
  }
  double until(double t) const {
    const Part& part = at(t);
    const double wave = omega_ > 0 ? -amplitude_ / omega_ * std::cos(omega_ * t + phase_) : 0;
    return part.energy_before + part_energy(part, t) + wave;
  }

  double begin_ = 0;
  std::vector<Part> parts_;
  double amplitude_ = 0, omega_ = 0, phase_ = 0;
};

inline std::int64_t to_ns(double s) { return std::llround(s * 1e9); }

/// A series of power, or of energy for a counter, of a source that renews its value with each read.
inline record::Series series_of(record::ReadingKind kind, std::vector<record::Reading> readings) {
  const bool counter = kind == record::ReadingKind::kCounter;
  record::Series series;
  series.channel.id = "simulated";
  series.channel.quantity = counter ? "energy" : "power";
  series.channel.unit = counter ? "J" : "W";
  series.channel.kind = kind;
  series.channel.boundary = record::Boundary::kDcInput;
  series.readings = std::move(readings);
  return series;
}

/// A reading of one moment, in s.
inline record::Reading reading_at(double s, double value) { return {to_ns(s), to_ns(s), value}; }

/// A meter that looks at a curve; times in s on the curve's clock.
struct Meter {
  record::ReadingKind kind = record::ReadingKind::kMean;
  double interval = 0.1;    ///< From one reading to the next.
  double update = 0;        ///< Of the source: an instant's or a counter's value may be this old. 0: fresh.
  double update_phase = 0;  ///< When it is renewed, as a share.
  double jitter = 0;        ///< Of the times of reading: +- this share of the interval.
  double bracket = 0;       ///< Width of begin..end as a share of the interval.
  bool bracket_fixed = false;     ///< The acquisition lies at the same place in each bracket.
  double dropped = 0;             ///< Share of readings that are lost.
  double lost_runs = 0;           ///< Chance of a reading to begin a run of 2 to 6 that are lost.
  double noise = 0;               ///< Standard deviation of a reading, W. Not of counters.
  double quantum = 0;             ///< A reading is shown to the nearest multiple; a counter to the last one.
  double gain = 0, offset_w = 0;  ///< Errors as they are.
  std::optional<double> wraps_at;
  double clock_offset = 0;  ///< Added to the times that are written down.
  double clock_drift = 0;   ///< So is this, times the time.
};

/// Readings whose true times are begin..end.
inline std::vector<record::Reading> observe(const Curve& curve, const Meter& meter, double begin, double end,
                                            Draw& draw) {
  std::vector<record::Reading> readings;
  const double place = draw.uniform(0, 1), start_j = meter.wraps_at ? draw.uniform(0, *meter.wraps_at) : 100;
  const double phase = draw.uniform(0, 1);
  int lost_still = 0;
  for (std::int64_t k = 0;; ++k) {
    const double grid = begin + (static_cast<double>(k) + phase) * meter.interval;
    if (grid > end) return readings;
    const double at = grid + meter.jitter * meter.interval * draw.uniform(-1, 1);
    const double renewed =
        meter.update > 0
            ? (std::floor(at / meter.update - meter.update_phase) + meter.update_phase) * meter.update
            : at;
    double value = 0;
    switch (meter.kind) {
      case record::ReadingKind::kMean:
        value = curve.mean(at - meter.interval, at);
        break;
      case record::ReadingKind::kInstant:
        value = curve.watts(renewed);
        break;
      case record::ReadingKind::kCounter:
        value = curve.energy(begin - 10 * meter.interval - meter.update, renewed);
        break;
    }
    value *= 1 + meter.gain;
    if (meter.kind == record::ReadingKind::kCounter) {
      value += start_j;
      if (meter.quantum > 0) value = std::floor(value / meter.quantum) * meter.quantum;
      if (meter.wraps_at) value = std::fmod(value, *meter.wraps_at);
    } else {
      value += meter.offset_w + meter.noise * draw.normal();
      if (meter.quantum > 0) value = std::round(value / meter.quantum) * meter.quantum;
    }
    const double width = meter.bracket * meter.interval;
    const double before = width * (meter.bracket_fixed ? place : draw.uniform(0, 1));
    if (meter.lost_runs > 0 && draw.chance(meter.lost_runs))
      lost_still = static_cast<int>(draw.uniform(2, 7));
    if (draw.chance(meter.dropped) || lost_still > 0) {
      lost_still = std::max(0, lost_still - 1);
      continue;
    }
    const double first = at - before + meter.clock_offset + meter.clock_drift * at;
    readings.push_back({to_ns(first), to_ns(first + width), value});
  }
}

}  // namespace assay::timeline::testing

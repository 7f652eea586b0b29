// For tests: random loads as boards draw them. Their times are relative to the interval of the meter that
// looks at them, so that every regime occurs: far slower than the readings, far faster, and all between.
#pragma once

#include <algorithm>
#include <array>

#include "timeline/test_curves.h"

namespace assay::timeline::testing {

/// "bursts": a loop of inferences all the time. "run": one that lasts exactly as long as the window.
/// "campaign": warm-up before the window, leakage that grows, a throttling step perhaps, idle at some time
/// after it.
inline constexpr std::array kFamilies = {"steps", "ramps", "sinusoid", "bursts", "run", "campaign"};

/// The inferences of a load until a time: a burst each, whose duration varies a little from one to the next.
struct Inferences {
  double period = 1, duty = 0.5, varies = 0.01;
  double low = 1, high = 2;

  static Inferences random(double interval, double low, double high, Draw& draw) {
    return {draw.log_uniform(0.2 * interval, 30 * interval), draw.uniform(0.2, 0.9), draw.uniform(0.005, 0.1),
            low, high};
  }
  /// `factor(t)` on the power.
  template <typename F>
  void draw_until(double stop, Curve& curve, Draw& draw, F&& factor) const {
    const auto hold = [&](double length, double watts) {
      if (curve.end() < stop) curve.hold(std::min(stop, curve.end() + length), watts * factor(curve.end()));
    };
    while (curve.end() < stop) {
      const double this_period = period * std::max(0.2, 1 + varies * draw.normal());
      hold(duty * this_period, high);
      hold((1 - duty) * this_period, low);
    }
  }
};

/// A load over -margin..length + margin, the window being 0..length. A pure tone that is over half as fast as
/// instants are taken shows in them as another, slower one, as sampling theory has it and docs/power.md says:
/// `shortest_wave` spares them that. Bursts, whose periods vary, do come as fast.
inline Curve random_load(std::size_t family, double interval, double length, double shortest_wave,
                         Draw& draw) {
  const double margin = 30 * interval, end = length + margin;
  const double low = draw.uniform(1, 10), high = low * draw.uniform(1.05, 6);
  Curve curve;
  curve.start_at(-margin);
  const auto level = [&] { return draw.uniform(low, high); };
  const auto steady = [](double) { return 1.0; };
  switch (family) {
    case 0: {
      const double hold = draw.log_uniform(0.5 * interval, length);
      while (curve.end() < end) curve.hold(curve.end() + hold * draw.uniform(0.3, 1.7), level());
      break;
    }
    case 1: {
      const double last = draw.log_uniform(0.5 * interval, length);
      double from = level();
      while (curve.end() < end) {
        const double to = level();
        curve.add(curve.end(), curve.end() + last * draw.uniform(0.3, 1.7), from, to);
        from = to;
      }
      break;
    }
    case 2:
      curve.hold(end, (low + high) / 2);
      curve.set_sinusoid((high - low) / 2, draw.log_uniform(shortest_wave * interval, 2 * length),
                         draw.uniform(0, 6.28));
      break;
    case 3:
      Inferences::random(interval, low, high, draw).draw_until(end, curve, draw, steady);
      break;
    case 4: {
      const Inferences inferences = Inferences::random(interval, low, high, draw);
      curve.hold(0, low * 0.7);
      inferences.draw_until(length, curve, draw, steady);
      curve.hold(end, low * 0.7);
      break;
    }
    default: {
      const Inferences inferences = Inferences::random(interval, low, high, draw);
      const double heat = draw.uniform(0, 0.1), throttled_at = draw.uniform(0, 2) * length,
                   throttled = draw.uniform(0.6, 0.95);
      curve.hold(-draw.uniform(0.01, 1) * margin, low * 0.7);
      const double stop = length + draw.uniform(0, 1) * margin * (draw.chance(0.5) ? 0.03 : 1);
      inferences.draw_until(stop, curve, draw, [&](double t) {
        return (1 + heat * std::clamp(t / length, 0.0, 1.0)) * (t < throttled_at ? 1 : throttled);
      });
      curve.hold(end, low * 0.7);
    }
  }
  return curve;
}

}  // namespace assay::timeline::testing

// Whether U is honest and not lazy: simulated meters look at loads of known energy.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "timeline/integrate.h"
#include "timeline/test_curves.h"

namespace assay::timeline {
namespace {

using record::ReadingKind;
using testing::Curve;
using testing::Draw;
using testing::Meter;
using testing::to_ns;

constexpr std::array kFamilies = {"steps", "ramps", "sinusoid", "bursts", "run"};

/// A load over -margin..length + margin. All its times are relative to the meter's interval, so that every
/// regime occurs: far slower than the readings, far faster, and all between. But a pure tone that is over
/// half as fast as instants are taken shows in them as another, slower one, as sampling theory has it and
/// docs/power.md says: `shortest_wave` spares them that. Bursts, whose periods vary, do come as fast.
Curve random_load(std::size_t family, double interval, double length, double shortest_wave, Draw& draw) {
  const double margin = 30 * interval, end = length + margin;
  const double low = draw.uniform(1, 10), high = low * draw.uniform(1.05, 6);
  Curve curve;
  curve.start_at(-margin);
  const auto level = [&] { return draw.uniform(low, high); };
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
    default: {
      // Inferences: a burst each, whose duration varies a little from one to the next.
      const double period = draw.log_uniform(0.2 * interval, 30 * interval), duty = draw.uniform(0.2, 0.9);
      const double varies = draw.uniform(0.005, 0.1);
      if (family == 4) curve.hold(0, low * 0.7);  // The window is what the load lasts, to the edge.
      const double stop = family == 4 ? length : end;
      while (curve.end() < stop) {
        const double this_period = period * std::max(0.2, 1 + varies * draw.normal());
        curve.hold(std::min(stop, curve.end() + duty * this_period), high);
        if (curve.end() < stop) curve.hold(std::min(stop, curve.end() + (1 - duty) * this_period), low);
      }
      if (family == 4) curve.hold(end, low * 0.7);
    }
  }
  return curve;
}

struct Case {
  std::size_t family = 0;
  double error = 0, u = 0;
  PowerUncertainty parts;
};

/// One random load, meter and window. Absent: the rules of validity do not let it pass.
std::optional<Case> random_case(ReadingKind kind, std::size_t family, Draw& draw) {
  const double interval = draw.log_uniform(0.001, 0.25), length = interval * draw.log_uniform(35, 1000);
  const Curve curve = random_load(family, interval, length, kind == ReadingKind::kInstant ? 2 : 0.2, draw);
  Meter meter;
  meter.kind = kind;
  meter.interval = interval;
  const double scale = curve.mean(0, length);

  record::Series series = testing::series_of(kind, {});
  record::Channel& channel = series.channel;
  // A manufacturer bounds the sum of both errors; where it lies within is anybody's guess.
  channel.accuracy = record::Accuracy{draw.log_uniform(1e-5, 1e-2), 0, 0, "simulated"};
  if (kind != ReadingKind::kCounter) {
    channel.accuracy->of_range = draw.log_uniform(1e-5, 5e-3);
    channel.accuracy->range = 1.5 * scale;
  }
  const double where = draw.uniform(-1, 1);
  meter.gain = where * channel.accuracy->of_reading;
  meter.offset_w = where * channel.accuracy->of_range * channel.accuracy->range;
  if (draw.chance(0.6)) meter.noise = scale * draw.log_uniform(1e-4, 3e-2);
  if (draw.chance(0.5)) meter.dropped = draw.uniform(0, 0.05);
  if (draw.chance(0.6)) meter.bracket = draw.log_uniform(0.002, 0.2);
  meter.bracket_fixed = draw.chance(0.5);
  if (kind == ReadingKind::kMean) {
    channel.update_ns = to_ns(interval);
  } else {
    meter.jitter = draw.log_uniform(0.001, 0.1);
    if (draw.chance(0.5)) meter.update = interval * draw.log_uniform(0.01, 1);
    meter.update_phase = draw.uniform(0, 1);
    channel.update_ns = to_ns(meter.update);
  }
  if (kind == ReadingKind::kCounter) {
    meter.wraps_at = scale * length * draw.uniform(1, 5);
    channel.wraps_at = meter.wraps_at;
  }
  double clock_error = 0;
  if (draw.chance(0.6)) {
    clock_error = interval * draw.log_uniform(0.01, 1);
    meter.clock_offset = clock_error / 1.96 * draw.normal();
  }

  series.readings = observe(curve, meter, -10 * interval, length + 10 * interval, draw);
  const auto power = integrate(series, {0, to_ns(length)}, to_ns(clock_error), 8 * scale);
  EXPECT_TRUE(power.has_value()) << power.error().message;
  if (!power || power->samples < kFewestSamples || power->coverage < kLeastCoverage) return std::nullopt;
  return Case{family, power->mean.value - scale, power->u.expanded_w(), power->u};
}

class Truth : public ::testing::TestWithParam<ReadingKind> {};

TEST_P(Truth, LiesWithinUAndUIsNoWiderThanItHasToBe) {
  constexpr int kLoads = 1000;
  Draw draw(20261121 + static_cast<std::uint64_t>(GetParam()));
  std::vector<double> ratios;
  std::array<int, kFamilies.size()> covered{}, tried{};
  for (int i = 0; i < kLoads; ++i) {
    const auto c = random_case(GetParam(), static_cast<std::size_t>(i) % kFamilies.size(), draw);
    if (!c) continue;
    ratios.push_back(std::abs(c->error) / c->u);
    ++tried[c->family];
    covered[c->family] += ratios.back() <= 1 ? 1 : 0;
  }
  const auto n = ratios.size();
  EXPECT_GE(n, 900U);
  std::sort(ratios.begin(), ratios.end());
  const auto within =
      static_cast<double>(std::upper_bound(ratios.begin(), ratios.end(), 1.0) - ratios.begin());
  const double needed = ratios[n * 95 / 100];  // Of U, for a coverage of 95 %.
  EXPECT_GE(within / static_cast<double>(n), 0.93);
  EXPECT_GE(needed, 1 / 1.5);
  RecordProperty("coverage", std::to_string(within / static_cast<double>(n)));
  RecordProperty("needed", std::to_string(needed));
  // No kind of load pays for the others: 200 loads each, so 0.88 is three standard errors under 0.93.
  for (std::size_t f = 0; f < kFamilies.size(); ++f)
    EXPECT_GE(covered[f], 0.88 * tried[f]) << kFamilies[f] << ": " << covered[f] << " of " << tried[f];
}

INSTANTIATE_TEST_SUITE_P(Kinds, Truth,
                         ::testing::Values(ReadingKind::kInstant, ReadingKind::kMean, ReadingKind::kCounter),
                         [](const auto& kind) { return std::string(to_string(kind.param)); });

}  // namespace
}  // namespace assay::timeline

// Whether U is honest and not lazy: simulated meters look at loads of known energy.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "timeline/integrate.h"
#include "timeline/test_loads.h"

namespace assay::timeline {
namespace {

using record::ReadingKind;
using testing::Curve;
using testing::Draw;
using testing::kFamilies;
using testing::Meter;
using testing::to_ns;

struct Case {
  std::size_t family = 0;
  double error = 0, u = 0;
  PowerUncertainty parts;
};

/// One random load, meter and window. Absent: the rules of validity do not let it pass.
std::optional<Case> random_case(ReadingKind kind, std::size_t family, Draw& draw) {
  const double interval = draw.log_uniform(0.001, 0.25), length = interval * draw.log_uniform(35, 1000);
  const Curve curve =
      testing::random_load(family, interval, length, kind == ReadingKind::kInstant ? 2 : 0.2, draw);
  Meter meter;
  meter.kind = kind;
  meter.interval = interval;
  const double scale = curve.mean(0, length);

  record::Series series = testing::series_of(kind, {});
  record::Channel& channel = series.channel;
  // A manufacturer bounds the sum of all errors, rounding included; where it lies within is anybody's guess.
  const bool counter = kind == ReadingKind::kCounter;
  if (draw.chance(0.5))
    meter.quantum = scale * (counter ? interval * draw.log_uniform(1e-4, 0.1) : draw.log_uniform(1e-5, 1e-2));
  channel.accuracy = record::Accuracy{draw.log_uniform(1e-5, 1e-2), 0, 0, "simulated"};
  channel.accuracy->range = counter ? meter.quantum : 1.5 * scale;
  if (!counter)
    channel.accuracy->of_range =
        std::max(draw.log_uniform(1e-5, 5e-3), meter.quantum / 2 / channel.accuracy->range);
  else if (meter.quantum > 0)
    channel.accuracy->of_range = 0.5;
  const double where = draw.uniform(-1, 1);
  meter.gain = where * channel.accuracy->of_reading;
  meter.offset_w = where * (channel.accuracy->of_range * channel.accuracy->range - meter.quantum / 2);
  if (draw.chance(0.6)) meter.noise = scale * draw.log_uniform(1e-4, 3e-2);
  if (draw.chance(0.5)) meter.dropped = draw.uniform(0, 0.05);
  if (draw.chance(0.3)) meter.lost_runs = draw.log_uniform(1e-4, 3e-3);
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
  if (counter) {
    meter.wraps_at = scale * length * draw.uniform(1, 5);
    channel.wraps_at = meter.wraps_at;
  }
  double clock_error = 0;
  if (draw.chance(0.6)) {
    clock_error = interval * draw.log_uniform(0.01, 1);
    meter.clock_offset = clock_error / 1.96 * draw.normal();
    // What drift the mapping did not find, about the window's middle.
    meter.clock_drift = draw.uniform(-1, 1) * std::min(1e-4, clock_error / length);
    meter.clock_offset -= meter.clock_drift * length / 2;
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
  std::printf("%s: %zu loads, truth within U in %.1f %%, U %.2f times what 95 %% need\n",
              std::string(to_string(GetParam())).c_str(), n, 100 * within / static_cast<double>(n),
              1 / needed);
  RecordProperty("coverage", std::to_string(within / static_cast<double>(n)));
  RecordProperty("needed", std::to_string(needed));
  // No kind of load pays for the others: 166 loads each, so 0.87 is three standard errors under 0.93.
  for (std::size_t f = 0; f < kFamilies.size(); ++f)
    EXPECT_GE(covered[f], 0.87 * tried[f]) << kFamilies[f] << ": " << covered[f] << " of " << tried[f];
}

INSTANTIATE_TEST_SUITE_P(Kinds, Truth,
                         ::testing::Values(ReadingKind::kInstant, ReadingKind::kMean, ReadingKind::kCounter),
                         [](const auto& kind) { return std::string(to_string(kind.param)); });

}  // namespace
}  // namespace assay::timeline

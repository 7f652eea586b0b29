// Whether a row's interval of its power is honest and not lazy: simulated meters beside the timed runs of
// several repeats whose mean power is known, through the function that every campaign's figures come from.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "metric/figures.h"
#include "timeline/integrate.h"
#include "timeline/test_loads.h"

namespace assay {
namespace {

using record::Figure;
using record::ReadingKind;
using timeline::testing::Curve;
using timeline::testing::Draw;
using timeline::testing::Meter;
using timeline::testing::to_ns;

/// What is known of a campaign before it is measured.
struct Truth {
  double watts = 0, idle_w = 0, latency_ms = 0;
};

/// One meter through all runs: its accuracy, and how wrong it is.
struct Setup {
  Truth truth;
  ReadingKind kind = ReadingKind::kMean;
  double interval = 0.1;
  record::Channel channel;
  Meter meter;
  double clock_error = 0;
  std::optional<double> common_clock;  ///< Its clock is as wrong in all runs; else in each anew.
};

Setup random_setup(ReadingKind kind, Draw& draw) {
  Setup s;
  s.kind = kind;
  s.interval = draw.log_uniform(0.004, 0.25);
  const bool counter = kind == ReadingKind::kCounter;
  const double watts = draw.uniform(3, 40);
  s.truth = {watts, watts * draw.uniform(0.1, 0.8), draw.log_uniform(0.5, 100)};
  s.channel = timeline::testing::series_of(kind, {}).channel;
  s.channel.source = "meter";
  if (draw.chance(0.5))
    s.meter.quantum =
        watts * (counter ? s.interval * draw.log_uniform(1e-4, 0.1) : draw.log_uniform(1e-5, 1e-2));
  s.channel.accuracy = record::Accuracy{draw.log_uniform(1e-5, 1e-2), 0, 0, "simulated"};
  record::Accuracy& accuracy = *s.channel.accuracy;
  accuracy.range = counter ? s.meter.quantum : 1.5 * watts;
  if (!counter)
    accuracy.of_range = std::max(draw.log_uniform(1e-5, 5e-3), s.meter.quantum / 2 / accuracy.range);
  else if (s.meter.quantum > 0)
    accuracy.of_range = 0.5;
  const double where = draw.uniform(-1, 1);
  s.meter.gain = where * accuracy.of_reading;
  s.meter.offset_w = where * (accuracy.of_range * accuracy.range - s.meter.quantum / 2);
  s.meter.kind = kind;
  s.meter.interval = s.interval;
  if (draw.chance(0.6)) s.meter.noise = watts * draw.log_uniform(1e-4, 3e-2);
  if (draw.chance(0.5)) s.meter.dropped = draw.uniform(0, 0.03);
  if (draw.chance(0.3)) s.meter.lost_runs = draw.log_uniform(1e-4, 3e-3);
  if (draw.chance(0.6)) s.meter.bracket = draw.log_uniform(0.002, 0.2);
  s.meter.bracket_fixed = draw.chance(0.5);
  if (kind == ReadingKind::kMean) {
    s.channel.update_ns = to_ns(s.interval);
  } else {
    s.meter.jitter = draw.log_uniform(0.001, 0.1);
    if (draw.chance(0.5)) s.meter.update = s.interval * draw.log_uniform(0.01, 1);
    s.channel.update_ns = to_ns(s.meter.update);
  }
  if (counter) s.channel.wraps_at = s.meter.wraps_at = watts * s.interval * draw.uniform(1000, 5000);
  if (draw.chance(0.6)) {
    s.clock_error = s.interval * draw.log_uniform(0.01, 1);
    if (draw.chance(0.5)) s.common_clock = s.clock_error / 1.96 * draw.normal();
  }
  return s;
}

/// What the meter shows of a load whose mean over 0..length is scaled to `watts`, from `at` s on our clock.
record::Observation observe(const Setup& setup, const Curve& load, double length, double watts, double at,
                            Draw& draw) {
  Meter meter = setup.meter;
  const double scale = watts / load.mean(0, length);
  meter.gain = scale * (1 + meter.gain) - 1;
  meter.update_phase = draw.uniform(0, 1);
  if (setup.clock_error > 0) {
    meter.clock_offset = setup.common_clock.value_or(setup.clock_error / 1.96 * draw.normal());
    meter.clock_drift = draw.uniform(-1, 1) * std::min(1e-4, setup.clock_error / length);
    meter.clock_offset -= meter.clock_drift * length / 2;
  }
  meter.clock_offset += at;
  record::Observation observation;
  record::Source source;
  source.id = "meter";
  source.clock.error_ns = to_ns(setup.clock_error);
  observation.sources.push_back(source);
  record::Series series{setup.channel, {}, {}, {}};
  series.readings =
      timeline::testing::observe(load, meter, -10 * setup.interval, length + 10 * setup.interval, draw);
  observation.series.push_back(std::move(series));
  return observation;
}

struct Campaign {
  Truth truth;
  record::RowEvidence evidence;
};

/// Repeats whose powers scatter about the truth, between an idle time before and one after.
Campaign random_campaign(ReadingKind kind, Draw& draw) {
  const Setup setup = random_setup(kind, draw);
  Campaign out{setup.truth, {}};
  out.evidence.key.batch = 1;
  const double length = setup.interval * draw.log_uniform(35, 400);
  const double scatter = draw.log_uniform(1e-4, 2e-2);
  const auto family = static_cast<std::size_t>(draw.uniform(2, 6));
  double at = draw.uniform(0, 1000);
  const auto idle = [&] {
    Curve level;
    level.start_at(-30 * setup.interval);
    level.hold(length + 30 * setup.interval, setup.truth.idle_w);
    record::IdleRun run;
    run.begin_ns = to_ns(at);
    run.end_ns = to_ns(at + length);
    run.observation = observe(setup, level, length, setup.truth.idle_w, at, draw);
    at += length + 30;
    return run;
  };
  out.evidence.idle.push_back(idle());
  const int repeats = draw.chance(0.5) ? 3 : 5;
  for (int repeat = 1; repeat <= repeats; ++repeat) {
    const Curve load = timeline::testing::random_load(family, setup.interval, length,
                                                      kind == ReadingKind::kInstant ? 2 : 0.2, draw);
    const double watts = setup.truth.watts * (1 + scatter * draw.normal());
    record::TimedRun run;
    run.repeat = repeat;
    run.latency_ns.assign(100, to_ns(setup.truth.latency_ms * 1e-3));
    run.window_begin_ns = to_ns(at);
    run.window_end_ns = to_ns(at + length);
    run.observation = observe(setup, load, length, watts, at, draw);
    out.evidence.timed.push_back(std::move(run));
    at += length + 30;
  }
  out.evidence.idle.push_back(idle());
  return out;
}

/// |figure - truth| / its interval to that side, of many campaigns.
struct Tally {
  std::string name;
  std::vector<double> ratios = {};

  void add(const Figure& figure, double truth) {
    ASSERT_TRUE(figure.value && figure.lo && figure.hi) << name;
    const double side = truth > *figure.value ? *figure.hi - *figure.value : *figure.value - *figure.lo;
    ratios.push_back(std::abs(*figure.value - truth) / side);
  }
  void judge(const std::string& kind) {
    const auto n = static_cast<double>(ratios.size());
    std::sort(ratios.begin(), ratios.end());
    const double within =
        static_cast<double>(std::upper_bound(ratios.begin(), ratios.end(), 1.0) - ratios.begin()) / n;
    const double needed = ratios[ratios.size() * 95 / 100];
    std::printf(
        "%s, %s: %zu campaigns, truth within the interval in %.1f %%, interval %.2f times what 95 %% need\n",
        kind.c_str(), name.c_str(), ratios.size(), 100 * within, 1 / needed);
    EXPECT_GE(within, 0.93) << name;
    EXPECT_GE(needed, 1 / 1.5) << name;
  }
};

class PowerTruth : public ::testing::TestWithParam<ReadingKind> {};

TEST_P(PowerTruth, LiesWithinItsIntervalWhichIsNoWiderThanItHasToBe) {
  constexpr int kCampaigns = 1000;
  Draw draw(20261121 + static_cast<std::uint64_t>(GetParam()));
  Tally power{"power"}, net{"net power"}, efficiency{"FPS/W"};
  for (int i = 0; i < kCampaigns; ++i) {
    const Campaign campaign = random_campaign(GetParam(), draw);
    const record::Row row = metric::derive_row(campaign.evidence);
    ASSERT_EQ(row.power_sources.size(), 1U);
    // What the rules of validity refuse is never printed as a figure.
    const auto& windows = row.power_sources[0].windows;
    ASSERT_EQ(windows.size(), campaign.evidence.timed.size());
    if (std::ranges::any_of(windows, [](const record::PowerWindow& w) {
          return w.samples < timeline::kFewestSamples || w.coverage < timeline::kLeastCoverage;
        }))
      continue;
    const Truth& truth = campaign.truth;
    power.add(row.figures.power, truth.watts);
    net.add(row.figures.power_net, truth.watts - truth.idle_w);
    efficiency.add(row.figures.efficiency, 1000 / truth.latency_ms / truth.watts);
  }
  EXPECT_GE(power.ratios.size(), 900U);
  for (Tally* tally : {&power, &net, &efficiency}) tally->judge(std::string(to_string(GetParam())));
}

INSTANTIATE_TEST_SUITE_P(Kinds, PowerTruth,
                         ::testing::Values(ReadingKind::kInstant, ReadingKind::kMean, ReadingKind::kCounter),
                         [](const auto& kind) { return std::string(to_string(kind.param)); });

}  // namespace
}  // namespace assay

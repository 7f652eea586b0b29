#include "timeline/integrate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "timeline/test_curves.h"

namespace assay::timeline {
namespace {

using record::Reading;
using record::ReadingKind;
using record::Series;
using testing::Draw;
using testing::kKinds;
using testing::reading_at;
using testing::series_of;
using testing::to_ns;

Window window_s(double begin, double end) { return {to_ns(begin), to_ns(end)}; }

/// One value a second, from 0 s on.
Series each_second(ReadingKind kind, const std::vector<double>& values) {
  std::vector<Reading> readings;
  for (std::size_t i = 0; i < values.size(); ++i)
    readings.push_back(reading_at(static_cast<double>(i), values[i]));
  return series_of(kind, readings);
}

/// A level load with a step up and down, seen every 10 ms for 10 s.
Series box(ReadingKind kind, double low, double high, double from, double to) {
  std::vector<Reading> readings;
  double joules = 0;
  for (int i = 0; i <= 1000; ++i) {
    const double t = i / 100.0, watts = t > from && t <= to ? high : low;
    joules += watts * 0.01;
    readings.push_back(reading_at(t, kind == ReadingKind::kCounter ? joules : watts));
  }
  return series_of(kind, readings);
}

TEST(Integrate, WeighsMeansByTheirOverlap) {
  const auto power = integrate(each_second(ReadingKind::kMean, {9, 1, 2, 4, 9}), window_s(0.5, 2.5)).value();
  EXPECT_DOUBLE_EQ(power.covered_energy.value, 0.5 * 1 + 1 * 2 + 0.5 * 4);
  EXPECT_DOUBLE_EQ(power.mean.value, 2.25);
  EXPECT_EQ(power.coverage, 1);
  EXPECT_EQ(power.samples, 3);
  EXPECT_EQ(power.peak->value, 4);
  EXPECT_EQ(power.longest_gap, Nanoseconds(to_ns(1)));
}

TEST(Integrate, TakesTrapezoidsWithInterpolatedEdges) {
  const auto power = integrate(each_second(ReadingKind::kInstant, {0, 2, 6, 0}), window_s(0.5, 2.5)).value();
  EXPECT_DOUBLE_EQ(power.covered_energy.value, 0.5 * (1 + 2) / 2 + 1 * (2 + 6) / 2.0 + 0.5 * (6 + 3) / 2);
  EXPECT_EQ(power.coverage, 1);
  EXPECT_EQ(power.samples, 2);
  EXPECT_EQ(power.peak->value, 6) << "a reading, not an interpolated value";
}

TEST(Integrate, TakesDifferencesOfCounters) {
  const auto power =
      integrate(each_second(ReadingKind::kCounter, {100, 110, 130, 132}), window_s(0.5, 2.5)).value();
  EXPECT_DOUBLE_EQ(power.covered_energy.value, 5 + 20 + 1);
  EXPECT_EQ(power.coverage, 1);
  EXPECT_EQ(power.peak->value, 20);
}

TEST(Integrate, FollowsACounterThroughItsWrap) {
  auto series = each_second(ReadingKind::kCounter, {9990, 9995, 3, 10});
  series.channel.wraps_at = 10000;
  auto power = integrate(series, window_s(0, 3), 0, 100).value();
  EXPECT_DOUBLE_EQ(power.covered_energy.value, 20);
  EXPECT_EQ(power.coverage, 1);
  EXPECT_EQ(power.breaks, 0);

  series.channel.wraps_at.reset();
  power = integrate(series, window_s(0, 3), 0, 100).value();
  EXPECT_DOUBLE_EQ(power.covered_energy.value, 12) << "what fell without a wrap is not known";
  EXPECT_NEAR(power.coverage, 2.0 / 3, 1e-12);
  EXPECT_EQ(power.breaks, 1);
}

TEST(Integrate, BreaksWhereACounterJumps) {
  const auto power =
      integrate(each_second(ReadingKind::kCounter, {10, 15, 9e9, 25, 30}), window_s(0, 4)).value();
  EXPECT_DOUBLE_EQ(power.covered_energy.value, 10);
  EXPECT_EQ(power.coverage, 0.5);
  EXPECT_EQ(power.breaks, 2);
}

TEST(Integrate, KnowsACounterOverLongTimesButNotTheirShares) {
  std::vector<Reading> readings;
  for (const double t : {0., 1., 2., 3., 10., 11., 12., 13.}) readings.push_back(reading_at(t, 5 * t));
  const auto series = series_of(ReadingKind::kCounter, readings);
  auto power = integrate(series, window_s(1, 12)).value();
  EXPECT_DOUBLE_EQ(power.covered_energy.value, 55);
  EXPECT_EQ(power.coverage, 1);
  EXPECT_EQ(power.longest_gap, Nanoseconds(to_ns(7))) << "told nevertheless";
  power = integrate(series, window_s(1, 6)).value();
  EXPECT_DOUBLE_EQ(power.covered_energy.value, 10);
  EXPECT_EQ(power.coverage, 0.4);
}

TEST(Integrate, FillsNoHole) {
  auto series = each_second(ReadingKind::kMean, {6, 6, 6, 6, 6, 2, 2, 2, 2, 2, 2});
  series.channel.update_ns = to_ns(1);
  series.readings.erase(series.readings.begin() + 6, series.readings.begin() + 8);  // 6 s and 7 s.
  const auto power = integrate(series, window_s(0, 10)).value();
  EXPECT_DOUBLE_EQ(power.covered_energy.value, 4 * 6 + 4 * 2);
  EXPECT_DOUBLE_EQ(power.coverage, 0.8);
  EXPECT_DOUBLE_EQ(power.mean.value, 4);
  EXPECT_DOUBLE_EQ(power.window_energy().value, 40);
  EXPECT_EQ(power.longest_gap, Nanoseconds(to_ns(3)));
  // The hole of 2 s may have drawn as much as the covered time did here and there: +-2 W.
  EXPECT_NEAR(power.u.gaps_w, 2 * 2 / 10.0, 1e-12);
}

TEST(Integrate, JoinsNothingOverADeclaredGap) {
  auto series = each_second(ReadingKind::kInstant, {2, 2, 2, 8, 8});
  series.gaps.push_back({to_ns(2.2), to_ns(2.8), "connection lost"});
  auto power = integrate(series, window_s(0, 4)).value();
  EXPECT_DOUBLE_EQ(power.covered_energy.value, 12);
  EXPECT_EQ(power.coverage, 0.75);
  series.channel = series_of(ReadingKind::kCounter, {}).channel;
  power = integrate(series, window_s(0, 4)).value();
  EXPECT_DOUBLE_EQ(power.covered_energy.value, 6) << "a counter has gone on counting";
  EXPECT_EQ(power.coverage, 1);
}

TEST(Integrate, DoesNotReachBeyondTheReadings) {
  const auto power = integrate(each_second(ReadingKind::kInstant, {3, 3, 3}), window_s(-1, 4)).value();
  EXPECT_DOUBLE_EQ(power.covered_energy.value, 6);
  EXPECT_DOUBLE_EQ(power.coverage, 0.4);
  EXPECT_EQ(power.longest_gap, Nanoseconds(to_ns(2)));
}

TEST(Integrate, CountsRepetitions) {
  auto series = each_second(ReadingKind::kInstant, {1, 3, 5});
  series.readings.insert(series.readings.begin() + 1, series.readings[1]);
  const auto power = integrate(series, window_s(0, 2)).value();
  EXPECT_EQ(power.repeated, 1);
  EXPECT_EQ(power.samples, 3);
  EXPECT_DOUBLE_EQ(power.mean.value, 3);
}

TEST(Integrate, SaysWhyItCannot) {
  const auto says = [](const Series& series, const Window& window) {
    const auto power = integrate(series, window);
    return power ? std::string() : power.error().message;
  };
  const auto series = each_second(ReadingKind::kInstant, {1, 2, 3});
  EXPECT_NE(says(series, window_s(7, 8)).find("no reading covers any"), std::string::npos);
  EXPECT_EQ(integrate(series, window_s(7, 8)).error().code, Code::kNotFound);
  EXPECT_NE(says(series, window_s(1, 1)).find("has to end after"), std::string::npos);
  EXPECT_NE(says(each_second(ReadingKind::kInstant, {1}), window_s(0, 1)).find("update interval"),
            std::string::npos);
  auto shuffled = each_second(ReadingKind::kInstant, {1, 2, 3, 4});
  std::swap(shuffled.readings[1], shuffled.readings[2]);
  EXPECT_NE(says(shuffled, window_s(0, 1)).find("in order of time"), std::string::npos);
  EXPECT_FALSE(integrate(series, window_s(0, 1), -1));
}

// The worked examples of a WT310E in DC mode, 12 months after calibration: 0.1 % of reading + 0.2 % of range.
TEST(Uncertainty, OfAccuracyIsThatOfTheManual) {
  struct Example {
    double volts, amperes, range_v, range_a, percent;
  };
  for (const auto& e :
       {Example{12, 1.5, 15, 2, 0.50}, Example{19, 1.0, 30, 2, 0.84}, Example{5.1, 1.2, 15, 2, 1.25}}) {
    auto series = each_second(ReadingKind::kMean, std::vector<double>(40, e.volts * e.amperes));
    series.channel.accuracy = record::Accuracy{0.001, 0.002, e.range_v * e.range_a, "manual"};
    const auto power = integrate(series, window_s(2, 35)).value();
    EXPECT_NEAR(100 * power.u.expanded_w() / power.mean.value, e.percent, 0.005);
    EXPECT_EQ(power.u.sampling_w, 0);
    EXPECT_TRUE(power.u.accuracy_known);
  }
}

TEST(Uncertainty, SaysThatTheAccuracyIsUnknown) {
  const auto power =
      integrate(each_second(ReadingKind::kMean, std::vector<double>(40, 5)), window_s(2, 35)).value();
  EXPECT_FALSE(power.u.accuracy_known);
  EXPECT_FALSE(mean_power(power).accuracy_known);
  EXPECT_FALSE(window_energy(power).accuracy_known);
}

// Shifted by dt, a window that holds just the load loses its step at one edge and wins none at the other.
TEST(Uncertainty, OfTheClockIsTheStepAtTheEdges) {
  const auto error_ns = to_ns(0.2);
  for (const auto kind : kKinds) {
    const auto series = box(kind, 2, 10, 3, 7);
    auto power = integrate(series, window_s(3, 7), error_ns).value();
    EXPECT_NEAR(power.u.clock_w, 0.2 / 1.96 * 8 / 4, 0.02 * 0.2) << to_string(kind);
    power = integrate(series, window_s(4, 6), error_ns).value();
    EXPECT_NEAR(power.u.clock_w, 0, 1e-9) << "level at both edges";
    power = integrate(series, window_s(1, 5), error_ns).value();
    EXPECT_NEAR(power.u.clock_w, 0.2 / 1.96 * 8 / 4, 1e-6) << "idle at one edge, load at the other";
  }
}

TEST(Uncertainty, OfTheClockIsWorstWhereTheEdgesAreNotSeen) {
  const auto series = box(ReadingKind::kInstant, 5, 5, 0, 0);  // Of 0..10 s.
  const auto power = integrate(series, window_s(0, 20), to_ns(0.1)).value();
  EXPECT_NEAR(power.u.clock_w, 0.1 / 1.96 * 5 / 20, 1e-9);
}

// White noise of standard deviation s on n readings: s / sqrt n.
TEST(Uncertainty, OfNoiseFallsWithTheSquareRootOfTheNumber) {
  Draw draw(5);
  for (const auto kind : {ReadingKind::kInstant, ReadingKind::kMean}) {
    std::vector<double> values;
    for (int i = 0; i < 10002; ++i) values.push_back(10 + 0.5 * draw.normal());
    const auto power = integrate(each_second(kind, values), window_s(1, 10001)).value();
    EXPECT_NEAR(power.u.sampling_w, 0.5 / 100, 0.5 / 100 * 0.15) << to_string(kind);
  }
}

TEST(Uncertainty, DoesNotTakeASlowLoadForNoise) {
  std::vector<double> ramp, wave;
  for (int i = 0; i < 1002; ++i) {
    ramp.push_back(i);
    wave.push_back(10 + 5 * std::sin(i * 0.05));
  }
  for (const auto& values : {ramp, wave}) {
    const auto instant = integrate(each_second(ReadingKind::kInstant, values), window_s(1, 1001)).value();
    EXPECT_LT(instant.u.sampling_w / instant.mean.value, 1e-5);
    const auto mean = integrate(each_second(ReadingKind::kMean, values), window_s(1, 1001)).value();
    EXPECT_LT(mean.u.sampling_w / mean.mean.value, 1e-5);
  }
}

// k isolated steps of 1 W seen once a second: each is known to +-0.5 J.
TEST(Uncertainty, OfStepsBetweenSamples) {
  std::vector<double> values;
  for (int i = 0; i < 1001; ++i) values.push_back(5 + i / 10 % 2);
  const auto power = integrate(each_second(ReadingKind::kInstant, values), window_s(0, 1000)).value();
  EXPECT_NEAR(power.u.sampling_w, std::sqrt(100 / 12.0) / 1000, 0.02 / 1000);
}

TEST(Uncertainty, OfTooFewSamplesIsEverything) {
  const auto power = integrate(each_second(ReadingKind::kInstant, {4, 4, 4, 4}), window_s(1, 2)).value();
  EXPECT_EQ(power.samples, 2);
  EXPECT_EQ(power.u.sampling_w, 4);
}

TEST(RoundsOfPhases, TellsALoadInStepWithTheSamples) {
  using std::chrono::microseconds;
  using std::chrono::seconds;
  EXPECT_NEAR(*rounds_of_phases(microseconds(4000), microseconds(4000), seconds(10)), 0, 1e-9);
  EXPECT_NEAR(*rounds_of_phases(microseconds(4000), microseconds(2001), seconds(10)), 2.5, 0.01);
  EXPECT_NEAR(*rounds_of_phases(microseconds(4000), microseconds(3000), seconds(6)), 500, 1e-6);
  EXPECT_FALSE(rounds_of_phases(microseconds(4000), microseconds(8000), seconds(10))) << "it is followed";

  // A load of 10 W and 2 W for half of each 4 ms, seen every 4 ms: all samples alike, and wrong.
  testing::Curve load;
  load.start_at(-1);
  while (load.end() < 2) {
    load.hold(load.end() + 0.002, 10);
    load.hold(load.end() + 0.002, 2);
  }
  Draw draw(15);
  testing::Meter meter;
  meter.kind = ReadingKind::kInstant;
  meter.interval = 0.004;
  auto power =
      integrate(series_of(meter.kind, observe(load, meter, -0.5, 1.5, draw)), window_s(0, 1)).value();
  EXPECT_NEAR(std::abs(power.mean.value - 6), 4, 1e-9);
  EXPECT_NEAR(power.u.combined_w(), 0, 1e-9) << "nothing in them tells";
  meter.jitter = 0.5;  // A sampler that is out of step on purpose.
  power = integrate(series_of(meter.kind, observe(load, meter, -0.5, 1.5, draw)), window_s(0, 1)).value();
  EXPECT_LE(std::abs(power.mean.value - 6), power.u.expanded_w());
}

/// Irregular, with noise: anything may happen.
Series random_series(ReadingKind kind, Draw& draw) {
  std::vector<Reading> readings;
  double t = 0, total = 0;
  for (int i = 0; i < 300; ++i) {
    const double spacing = draw.chance(0.1) ? draw.uniform(1, 6) : draw.uniform(0.7, 1.3),
                 watts = draw.uniform(1, 9);
    t += spacing;
    total += watts * spacing;
    readings.push_back(reading_at(t, kind == ReadingKind::kCounter ? total : watts));
  }
  auto series = series_of(kind, readings);
  if (kind == ReadingKind::kMean) series.channel.update_ns = to_ns(1);
  return series;
}

TEST(IntegrateProperty, EnergyIsAdditive) {
  Draw draw(11);
  for (const auto kind : kKinds)
    for (int trial = 0; trial < 50; ++trial) {
      const auto series = random_series(kind, draw);
      const double a = draw.uniform(0, 90), b = draw.uniform(100, 190), c = draw.uniform(200, 290);
      const auto energy = [&](double from, double to) {
        return integrate(series, window_s(from, to)).value().covered_energy.value;
      };
      // A counter's long differences belong to no window that cuts them.
      if (kind == ReadingKind::kCounter)
        EXPECT_LE(energy(a, b) + energy(b, c), energy(a, c) + 1e-9);
      else
        EXPECT_NEAR(energy(a, b) + energy(b, c), energy(a, c), 1e-9) << to_string(kind);
    }
}

TEST(IntegrateProperty, ShiftsAndScalesWithTheReadings) {
  Draw draw(12);
  for (const auto kind : kKinds) {
    auto series = random_series(kind, draw);
    series.channel.accuracy = record::Accuracy{0.001, 0.002, 10, "stated"};
    const auto before = integrate(series, window_s(20, 200), to_ns(0.3)).value();
    auto moved = series;
    for (auto& reading : moved.readings) {
      reading.begin_ns += to_ns(1e6);
      reading.end_ns += to_ns(1e6);
      reading.value *= 4;
    }
    moved.channel.accuracy->range *= 4;
    const auto after = integrate(moved, window_s(1e6 + 20, 1e6 + 200), to_ns(0.3)).value();
    EXPECT_NEAR(after.mean.value, 4 * before.mean.value, 1e-8);
    EXPECT_NEAR(after.u.combined_w(), 4 * before.u.combined_w(), 1e-8);
    EXPECT_EQ(after.coverage, before.coverage);
    EXPECT_EQ(after.samples, before.samples);
    EXPECT_EQ(after.longest_gap, before.longest_gap);
  }
}

TEST(IntegrateProperty, SurvivesAnyReading) {
  SplitMix64 bits(14);
  for (const auto kind : kKinds)
    for (int trial = 0; trial < 3000; ++trial) {
      std::vector<Reading> readings;
      for (int i = 0; i < 6; ++i) {
        const auto begin = static_cast<std::int64_t>(bits.next()) >> bits.below(64);
        const auto width = static_cast<std::int64_t>(bits.next() >> (1 + bits.below(63)));
        const auto end = bits.below(9) == 0 || begin > 0 ? std::max(begin, width) : begin + width;
        readings.push_back(
            {begin, end, std::bit_cast<double>(bits.below(3) == 0 ? bits.next() : 0x4014000000000000U)});
      }
      if (bits.below(2) == 0)
        std::sort(readings.begin(), readings.end(),
                  [](const Reading& a, const Reading& b) { return a.begin_ns < b.begin_ns; });
      auto series = series_of(kind, readings);
      series.channel.update_ns = static_cast<std::int64_t>(bits.next()) >> bits.below(64);
      const auto edge = static_cast<std::int64_t>(bits.next()) >> (1 + bits.below(60));
      const auto power =
          integrate(series, {edge, edge + to_ns(1)}, static_cast<std::int64_t>(bits.below(1U << 30)));
      if (!power) continue;
      EXPECT_GT(power->coverage, 0);
      EXPECT_TRUE(std::isfinite(power->mean.value) && std::isfinite(power->u.combined_w()));
    }
}

TEST(IntegrateProperty, TheMeanLiesBetweenTheReadings) {
  Draw draw(13);
  for (const auto kind : kKinds)
    for (int trial = 0; trial < 50; ++trial) {
      const double begin = draw.uniform(0, 250);
      const auto power = integrate(random_series(kind, draw), window_s(begin, begin + draw.uniform(1, 50)));
      if (!power) continue;
      EXPECT_GE(power->mean.value, 1 - 1e-9);
      EXPECT_LE(power->mean.value, 9 + 1e-9);
      EXPECT_GE(power->coverage, 0);
      EXPECT_LE(power->coverage, 1);
      EXPECT_TRUE(std::isfinite(power->u.combined_w()));
    }
}

}  // namespace
}  // namespace assay::timeline

#include "report/page_run.h"

#include <gtest/gtest.h>

#include <numeric>

#include "report/test_blobs.h"

namespace assay::report {
namespace {

constexpr std::int64_t kMs = 1'000'000;

record::TimedRun run_of(std::vector<std::int64_t> warmup, std::vector<std::int64_t> timed,
                        std::int64_t length) {
  record::TimedRun run;
  run.repeat = 2;
  run.warmup_ns = std::move(warmup);
  run.latency_ns = std::move(timed);
  run.window_begin_ns = 5'000 * kMs;
  run.window_end_ns = run.window_begin_ns + length;
  return run;
}

/// When each inference began, in us.
std::vector<double> starts(const PageSeries& series) {
  std::vector<double> at;
  double now = series.first_us;
  for (const std::int32_t delta : unpacked<std::int32_t>(series.start_delta_us)) at.push_back(now += delta);
  return at;
}

record::Series series(const char* id, const char* source, const char* quantity, const char* unit,
                      record::ReadingKind kind, std::vector<record::Reading> readings) {
  record::Series out;
  out.channel.id = id;
  out.channel.source = source;
  out.channel.quantity = quantity;
  out.channel.unit = unit;
  out.channel.kind = kind;
  out.readings = std::move(readings);
  return out;
}

TEST(PageRun, LatenciesAreThoseOfTheRun) {
  const PageRun page = page_run(run_of({9 * kMs, 8 * kMs}, {3'000'001, 4 * kMs, 0}, 10 * kMs)).value();
  EXPECT_EQ(page.repeat, 2);
  EXPECT_EQ(unpacked<float>(page.warmup.latency_ms), (std::vector<float>{9, 8}));
  EXPECT_EQ(unpacked<float>(page.timed.latency_ms), (std::vector<float>{3.000001F, 4, 0}));
  EXPECT_EQ(page.warmup_count, 2);
  EXPECT_EQ(page.timed_count, 3);
}

TEST(PageRun, WarmUpEndsWhereTheWindowBeginsAndTheRemainderIsSpread) {
  // 7 ms of inferences in a window of 10 ms: 1 ms after each of three.
  const PageRun page = page_run(run_of({9 * kMs, 8 * kMs}, {3 * kMs, 4 * kMs, 0}, 10 * kMs)).value();
  EXPECT_EQ(starts(page.warmup), (std::vector<double>{-17'000, -8'000}));
  EXPECT_EQ(starts(page.timed), (std::vector<double>{0, 4'000, 9'000}));
  ASSERT_EQ(page.windows.size(), 2U);
  EXPECT_EQ(page.windows[0].name, "warm-up");
  EXPECT_DOUBLE_EQ(page.windows[0].begin_s, -0.017);
  EXPECT_DOUBLE_EQ(page.windows[1].end_s, 0.01);
}

TEST(PageRun, RoundingDoesNotPileUp) {
  const std::vector<std::int64_t> latencies(100'000, 1'400);  // 1.4 us: each would round to 1.
  const PageRun page =
      page_run(run_of({}, latencies, std::accumulate(latencies.begin(), latencies.end(), std::int64_t{0})))
          .value();
  EXPECT_NEAR(starts(page.timed).back(), 99'999 * 1.4, 1);
}

TEST(PageRun, ARunThatFailedBeforeItsWindowEndedIsToldAndDrawn) {
  record::TimedRun run = run_of({kMs}, {2 * kMs, 2 * kMs}, 0);
  run.window_end_ns = 0;  // Nobody could say when it ended.
  run.failure = {"killed by SIGSEGV (signal 11) after 2 inferences", "crash", 11};
  const PageRun page = page_run(run).value();
  EXPECT_EQ(page.failure, run.failure.reason);
  EXPECT_EQ(starts(page.timed), (std::vector<double>{0, 2'000})) << "back to back";
  ASSERT_EQ(page.windows.size(), 1U) << "no window that nobody measured";
  EXPECT_EQ(page.window_s, 0);
}

TEST(PageRun, WithoutInferences) {
  const PageRun page = page_run(run_of({}, {}, 0)).value();
  EXPECT_EQ(page.timed.latency_ms.length, 0U);
  EXPECT_TRUE(page.windows.empty());
}

TEST(PageRun, ReadingsCountFromTheWindow) {
  record::TimedRun run = run_of({}, {kMs}, 1'000 * kMs);
  run.loaded_idle_begin_ns = run.window_begin_ns - 3'000 * kMs;
  run.loaded_idle_end_ns = run.window_begin_ns - 1'000 * kMs;
  record::Source meter;
  meter.id = "wt300e";
  meter.description = "YOKOGAWA";
  meter.simulated = true;
  run.observation.sources = {meter};
  auto power = series("wt300e.power", "wt300e", "power", "W", record::ReadingKind::kMean,
                      {{run.window_begin_ns - 20 * kMs, run.window_begin_ns - 10 * kMs, 4.5},
                       {run.window_begin_ns + 100 * kMs, run.window_begin_ns + 100 * kMs, 8.25}});
  power.channel.boundary = record::Boundary::kDcInput;
  run.observation.series = {
      power,
      series("cpu0.frequency", "cpufreq", "frequency", "Hz", record::ReadingKind::kInstant,
             {{run.window_begin_ns, run.window_begin_ns, 2e9}}),
      series("load.busy", "load", "load", "%", record::ReadingKind::kInstant,
             {{run.window_begin_ns, run.window_begin_ns, 50}}),
      series("zone.temperature", "zone", "temperature", "degC", record::ReadingKind::kInstant,
             {{run.window_begin_ns, run.window_begin_ns, 50}}),
      series("fan.speed", "fan", "speed", "rpm", record::ReadingKind::kInstant,
             {{run.window_begin_ns, run.window_begin_ns, 50}}),
      series("silent", "zone", "temperature", "degC", record::ReadingKind::kInstant, {})};
  const PageRun page = page_run(run).value();
  ASSERT_EQ(page.readings.size(), 5U) << "a channel that told nothing is none";
  const PageReadings& watts = page.readings[0];
  EXPECT_EQ(watts.name, "wt300e.power");
  EXPECT_EQ(watts.quantity, "power");
  EXPECT_EQ(watts.boundary, "dc_input");
  EXPECT_EQ(watts.source, "YOKOGAWA");
  EXPECT_TRUE(watts.simulated);
  EXPECT_EQ(unpacked<float>(watts.t_s), (std::vector<float>{-0.015F, 0.1F}));
  EXPECT_EQ(unpacked<float>(watts.value), (std::vector<float>{4.5F, 8.25F}));
  EXPECT_EQ(page.readings[1].quantity, "clock");
  EXPECT_EQ(page.readings[2].quantity, "utilisation");
  EXPECT_EQ(page.readings[3].quantity, "temperature");
  EXPECT_EQ(page.readings[4].quantity, "other");
  ASSERT_FALSE(page.windows.empty());
  EXPECT_EQ(page.windows[0].name, "loaded-idle");
  EXPECT_DOUBLE_EQ(page.windows[0].begin_s, -3);
  EXPECT_DOUBLE_EQ(page.windows[0].end_s, -1);
}

TEST(PageRun, AnEnergyCounterBecomesPowerAndNothingIsMadeUpWhereItFell) {
  record::TimedRun run = run_of({}, {kMs}, 1'000 * kMs);
  const auto at = [&](int ms) { return run.window_begin_ns + ms * kMs; };
  auto energy =
      series("rapl.package-0.energy", "rapl", "energy", "J", record::ReadingKind::kCounter,
             {{at(0), at(0), 98}, {at(100), at(100), 99}, {at(300), at(300), 1}, {at(400), at(400), 0}});
  energy.channel.wraps_at = 100;
  run.observation.series = {energy};
  PageRun page = page_run(run).value();
  ASSERT_EQ(page.readings.size(), 1U);
  EXPECT_EQ(page.readings[0].quantity, "power");
  EXPECT_EQ(page.readings[0].unit, "W");
  EXPECT_EQ(page.readings[0].name, "rapl.package-0.energy (differences)");
  // 1 J in 0.1 s; over the wrap 2 J in 0.2 s; 99 J in 0.1 s is what a wrap says of the fall from 1 to 0.
  EXPECT_EQ(unpacked<float>(page.readings[0].value), (std::vector<float>{10, 10, 990}));
  run.observation.series[0].channel.wraps_at.reset();
  page = page_run(run).value();
  EXPECT_EQ(unpacked<float>(page.readings[0].value), (std::vector<float>{10}));
}

TEST(TotalConfusion, SumsOverImages) {
  record::AccuracyRun run;
  run.classes = 2;
  run.confusion = {{1, 2, 3, 4}, {10, 0, 0, std::uint32_t{4'000'000'000}}};
  EXPECT_EQ(total_confusion(run), (std::vector<std::vector<std::uint64_t>>{{11, 2}, {3, 4'000'000'004}}));
  run.confusion.clear();
  EXPECT_TRUE(total_confusion(run).empty());
}

}  // namespace
}  // namespace assay::report

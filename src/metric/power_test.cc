#include "metric/power.h"

#include <gtest/gtest.h>

#include <cmath>

#include "metric/figures.h"

namespace assay::metric {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

record::Channel channel(const std::string& id, record::Boundary boundary,
                        record::ReadingKind kind = record::ReadingKind::kMean) {
  record::Channel c;
  c.id = id;
  c.source = id;
  c.quantity = kind == record::ReadingKind::kCounter ? "energy" : "power";
  c.unit = kind == record::ReadingKind::kCounter ? "J" : "W";
  c.kind = kind;
  c.boundary = boundary;
  c.update_ns = kind == record::ReadingKind::kMean ? kSecond / 10 : 0;
  return c;
}

/// Readings every 100 ms from 0 to 20 s.
record::Series series(const record::Channel& c, double watts) {
  record::Series s{c, {}, {}, {}};
  for (std::int64_t i = 0; i <= 200; ++i)
    s.readings.push_back(
        {i * kSecond / 10, i * kSecond / 10,
         c.kind == record::ReadingKind::kCounter ? watts * static_cast<double>(i) / 10 : watts});
  return s;
}

/// 1000 inferences of 10 ms from 5 s to 15 s.
record::TimedRun run(int repeat, std::vector<record::Series> observed) {
  record::TimedRun r;
  r.repeat = repeat;
  r.latency_ns.assign(1000, 10'000'000);
  r.window_begin_ns = 5 * kSecond;
  r.window_end_ns = 15 * kSecond;
  for (const record::Series& s : observed) r.observation.sources.emplace_back().id = s.channel.source;
  r.observation.series = std::move(observed);
  return r;
}

record::RowEvidence evidence(std::vector<record::TimedRun> runs) {
  record::RowEvidence e;
  e.key.batch = 1;
  e.operations = 2e9;
  e.timed = std::move(runs);
  return e;
}

TEST(Power, EveryFigureFromAMeterAtTheInput) {
  auto meter = channel("meter.power", record::Boundary::kDcInput);
  meter.accuracy = record::Accuracy{0.001, 0.002, 30, "data sheet"};
  auto e = evidence({run(1, {series(meter, 12)}), run(2, {series(meter, 12)}), run(3, {series(meter, 12)})});
  record::IdleRun before, after;
  before.end_ns = after.end_ns = 20 * kSecond;
  before.observation.series = {series(meter, 4)};
  after.observation.series = {series(meter, 4)};
  e.idle = {before, after};
  const record::Row row = derive_row(e);
  const auto& f = row.figures;
  EXPECT_NEAR(*f.power.value, 12, 1e-9);
  EXPECT_NEAR(*f.energy_per_inference.value, 120, 1e-6) << "12 W x 10 ms";
  EXPECT_NEAR(*f.window_energy_per_inference.value, 120, 1e-6);
  EXPECT_NEAR(*f.efficiency.value, 100. / 12, 1e-9);
  EXPECT_NEAR(*f.power_idle.value, 4, 1e-9);
  EXPECT_NEAR(*f.power_net.value, 8, 1e-9);
  EXPECT_NEAR(*f.net_efficiency.value, 100. / 8, 1e-9);
  EXPECT_NEAR(*f.gops_per_watt.value, 200. / 12, 1e-9);
  EXPECT_NEAR(*f.energy_delay_product.value, 1.2, 1e-9) << "120 mJ x 0.01 s";
  EXPECT_NEAR(*f.power_peak.value, 12, 1e-9);
  EXPECT_FALSE(f.power_loaded_idle.value);
  // U of the meter alone: 2 (0.012 + 0.06) / sqrt 3, for nothing scatters.
  EXPECT_NEAR(*f.power.hi - *f.power.value, 2 * 0.072 / std::sqrt(3), 0.002);
  EXPECT_NEAR((*f.efficiency.hi - *f.efficiency.value) / *f.efficiency.value,
              (*f.power.hi - *f.power.value) / *f.power.value, 1e-3);
  ASSERT_EQ(row.power_sources.size(), 1u);
  EXPECT_TRUE(row.power_sources[0].primary);
  EXPECT_EQ(row.power_sources[0].boundary, "dc_input");
  EXPECT_EQ(row.power_sources[0].windows.size(), 3u);
  EXPECT_EQ(row.power_sources[0].windows[1].repeat, 2);
  EXPECT_NEAR(row.power_sources[0].windows[1].coverage, 1, 1e-9);
}

TEST(Power, ALoadedIdleTimeKeepsItsFactsAndWhyItHasNoValue) {
  const auto meter = channel("meter.power", record::Boundary::kDcInput);
  auto whole = run(1, {series(meter, 12)}), lost = run(2, {series(meter, 12)});
  for (record::TimedRun* one : {&whole, &lost})
    one->loaded_idle_begin_ns = kSecond, one->loaded_idle_end_ns = 4 * kSecond;
  std::erase_if(lost.observation.series[0].readings, [](const auto& r) { return r.end_ns < 5 * kSecond; });
  const record::Row row = derive_row(evidence({whole, lost}));
  ASSERT_TRUE(row.figures.power_loaded_idle.value);
  const auto& loaded = row.power_sources.at(0).loaded_idle;
  ASSERT_EQ(loaded.size(), 2u);
  EXPECT_EQ(loaded[0].problem, "");
  EXPECT_NEAR(loaded[0].window_ms, 3000, 1e-9);
  EXPECT_NEAR(loaded[0].coverage, 1, 1e-9);
  EXPECT_EQ(loaded[1].repeat, 2);
  EXPECT_NE(loaded[1].problem, "");

  const record::Row none = derive_row(evidence({lost}));
  EXPECT_TRUE(none.figures.power.value);
  EXPECT_EQ(none.figures.power_loaded_idle.reasons, std::vector<std::string>{loaded[1].problem});
  const record::Row unasked = derive_row(evidence({run(1, {series(meter, 12)})}));
  EXPECT_TRUE(unasked.power_sources.at(0).loaded_idle.empty());
  EXPECT_EQ(unasked.figures.power_loaded_idle.reasons,
            std::vector<std::string>{"the spec asks for no loaded idle time"});
}

// Noise of readings differs from repeat to repeat, so that several show it themselves and one does not.
TEST(Power, NoiseOfReadingsCountsOnceOnly) {
  const auto meter = channel("meter.power", record::Boundary::kDcInput);
  auto noisy = series(meter, 12);
  for (std::size_t i = 0; i < noisy.readings.size(); ++i) noisy.readings[i].value += i % 3 == 0 ? 2 : -1;
  const auto half = [&](int repeats) {
    std::vector<record::TimedRun> runs;
    for (int i = 1; i <= repeats; ++i) runs.push_back(run(i, {noisy}));
    const record::Row row = derive_row(evidence(runs));
    return *row.figures.power.hi - *row.figures.power.value;
  };
  EXPECT_GT(half(1), 0.05);
  EXPECT_LT(half(3), half(1) / 3) << "these three do not scatter";
}

// A clock that is off is off in each of them.
TEST(Power, AWrongClockIsNotAveragedAway) {
  const auto meter = channel("meter.power", record::Boundary::kDcInput);
  auto step = series(meter, 12);  // To 4 W at the window's end.
  for (record::Reading& reading : step.readings)
    if (reading.end_ns > 15 * kSecond) reading.value = 4;
  const auto half = [&](int repeats) {
    std::vector<record::TimedRun> runs;
    for (int i = 1; i <= repeats; ++i) {
      runs.push_back(run(i, {step}));
      runs.back().observation.sources[0].clock.error_ns = kSecond;
    }
    const record::Row row = derive_row(evidence(runs));
    return *row.figures.power.hi - *row.figures.power.value;
  };
  EXPECT_NEAR(half(1), 2 * 8 * (1 / 1.96) / 10, 0.05) << "8 W x 1 s of 10";
  EXPECT_NEAR(half(3), half(1), 1e-9);
}

TEST(Power, RepeatsThatScatterWidenTheInterval) {
  const auto meter = channel("meter.power", record::Boundary::kDcInput);
  const record::Row row = derive_row(
      evidence({run(1, {series(meter, 11)}), run(2, {series(meter, 12)}), run(3, {series(meter, 13)})}));
  EXPECT_NEAR(*row.figures.power.value, 12, 1e-9);
  EXPECT_GT(*row.figures.power.hi - 12, 2.4) << "Student t with two degrees of freedom: 4.3 / sqrt 3";
}

TEST(Power, AMeterAtTheInputComesBeforeTheBoardsOwnAndAllAreShown) {
  auto rail = channel("ina.VDD_CPU.power", record::Boundary::kRail);
  auto input = channel("ina.VDD_IN.power", record::Boundary::kBoard);
  input.contains = {rail.id};
  const auto meter = channel("meter.power", record::Boundary::kDcInput);
  const record::Row row =
      derive_row(evidence({run(1, {series(rail, 3), series(input, 9), series(meter, 10)})}));
  EXPECT_NEAR(*row.figures.power.value, 10, 1e-9);
  ASSERT_EQ(row.power_sources.size(), 3u);
  EXPECT_EQ(row.power_sources[0].channel, "meter.power");
  EXPECT_EQ(row.power_sources[1].channel, "ina.VDD_IN.power");
  EXPECT_FALSE(row.power_sources[1].primary);
  EXPECT_NEAR(*row.power_sources[2].mean.value, 3, 1e-9);
}

TEST(Power, RailsThatNothingContainsAreSummed) {
  const record::Row row =
      derive_row(evidence({run(1, {series(channel("ina-a.power", record::Boundary::kRail), 3),
                                   series(channel("ina-b.power", record::Boundary::kRail), 5)})}));
  EXPECT_NEAR(*row.figures.power.value, 8, 1e-9);
  EXPECT_EQ(row.power_sources[0].channel, "ina-a.power + ina-b.power");
  EXPECT_EQ(row.power_sources.size(), 3u);
}

TEST(Power, OnlySuppliesSideBySideAreSummed) {
  // Two quantities of one chip, two drivers of one current: each stands for itself.
  const auto watts = channel("nvml-0.power", record::Boundary::kChip);
  auto joules = channel("nvml-0.energy", record::Boundary::kChip, record::ReadingKind::kCounter);
  const record::Row gpu = derive_row(evidence({run(1, {series(watts, 300), series(joules, 300)})}));
  EXPECT_EQ(gpu.power_sources.size(), 2u);
  EXPECT_NEAR(*gpu.figures.power.value, 300, 1e-6);
  const record::Row rails =
      derive_row(evidence({run(1, {series(channel("ina-a.power", record::Boundary::kRail), 3),
                                   series(channel("tegrastats-a", record::Boundary::kRail), 3)})}));
  EXPECT_EQ(rails.power_sources.size(), 2u);
  EXPECT_NEAR(*rails.figures.power.value, 3, 1e-9);
}

TEST(Power, APackageComesBeforeRailsAndChips) {
  const auto counter = record::ReadingKind::kCounter;
  const record::Row row = derive_row(
      evidence({run(1, {series(channel("sfp.power", record::Boundary::kChip), 1),
                        series(channel("fan.power", record::Boundary::kRail), 2),
                        series(channel("rapl.package-0", record::Boundary::kPackage, counter), 60)})}));
  EXPECT_EQ(row.power_sources[0].channel, "rapl.package-0");
  EXPECT_NEAR(*row.figures.power.value, 60, 1e-6);
}

TEST(Power, ASumTellsItsChannelsAndWhatTheyContain) {
  auto a = channel("ina-a.power", record::Boundary::kPackage),
       b = channel("ina-b.power", record::Boundary::kPackage);
  a.contains = {"a.core.power"};
  b.contains = {"b.core.power"};
  const record::Row row = derive_row(evidence({run(1, {series(a, 3), series(b, 5)})}));
  EXPECT_EQ(row.power_sources[0].channels, (std::vector<std::string>{"ina-a.power", "ina-b.power"}));
  EXPECT_EQ(row.power_sources[0].contains, (std::vector<std::string>{"a.core.power", "b.core.power"}));
  EXPECT_EQ(row.power_sources[1].channels, std::vector<std::string>{"ina-a.power"});
}

TEST(Power, AGapOfASumCountsInTheIntervalsOfItsOwnChannel) {
  auto slow = channel("ina-slow.power", record::Boundary::kRail),
       fast = channel("ina-fast.power", record::Boundary::kRail);
  slow.update_ns = kSecond;
  auto rare = series(slow, 3), often = series(fast, 5);
  std::erase_if(rare.readings, [](const auto& reading) { return reading.begin_ns % kSecond != 0; });
  // A reading in 0.8 s: nothing beside a second, but a gap of eight updates of its own.
  std::erase_if(often.readings, [](const auto& reading) {
    return reading.begin_ns > 8 * kSecond && reading.begin_ns < 8.8 * kSecond;
  });
  const record::Row row = derive_row(evidence({run(1, {rare, often})}));
  const record::PowerWindow& window = row.power_sources[0].windows[0];
  EXPECT_NEAR(window.longest_gap_ms / window.interval_ms, 8, 0.01);
}

TEST(Power, IdleWindowsTellHowTheyWereMeasured) {
  const auto meter = channel("meter.power", record::Boundary::kDcInput);
  auto e = evidence({run(1, {series(meter, 12)})});
  record::IdleRun before, after, skipped;
  before.end_ns = after.end_ns = 20 * kSecond;
  before.observation.series = {series(meter, 4)};
  std::erase_if(before.observation.series[0].readings,
                [](const auto& r) { return r.begin_ns > 10 * kSecond; });
  skipped.skipped = "no power source";
  e.idle = {before, after, skipped};
  const record::PowerSource source = derive_row(e).power_sources[0];
  ASSERT_EQ(source.idle.size(), 2u);
  EXPECT_NEAR(source.idle[0].coverage, 0.5, 0.01);
  EXPECT_FALSE(source.idle[1].problem.empty());
  EXPECT_TRUE(source.idle_before_w);
  EXPECT_FALSE(source.idle_after_w);
}

TEST(Power, CountersGiveTheirDifference) {
  const record::Row row = derive_row(evidence({run(
      1,
      {series(channel("rapl.package-0", record::Boundary::kPackage, record::ReadingKind::kCounter), 7)})}));
  EXPECT_NEAR(*row.figures.power.value, 7, 1e-6);
}

TEST(Power, NoReadingInTheWindowIsNoZero) {
  const auto meter = channel("meter.power", record::Boundary::kDcInput);
  auto late = series(meter, 12);
  for (auto& reading : late.readings) reading.begin_ns += 60 * kSecond, reading.end_ns += 60 * kSecond;
  const record::Row row = derive_row(evidence({run(1, {late})}));
  EXPECT_FALSE(row.figures.power.value);
  EXPECT_FALSE(row.figures.efficiency.value);
  ASSERT_EQ(row.power_sources.size(), 1u);
  EXPECT_FALSE(row.power_sources[0].windows[0].problem.empty());

  const record::Row none = derive_row(evidence({run(1, {})}));
  EXPECT_EQ(none.figures.power.reasons, std::vector<std::string>{"no power source"});
  record::TimedRun denied = run(1, {});
  denied.observation.refused = {"rapl: package-0: permission denied; run as root"};
  EXPECT_EQ(derive_row(evidence({denied})).figures.power.reasons,
            std::vector<std::string>{"no power source; rapl: package-0: permission denied; run as root"});
}

TEST(Power, TheHottestZoneWithinTheWindow) {
  record::Channel zone;
  zone.id = "thermal.cpu";
  zone.quantity = "temperature";
  zone.unit = "degC";
  record::Series s{
      zone, {{0, 0, 99}, {6 * kSecond, 6 * kSecond, 61}, {9 * kSecond, 9 * kSecond, 64.5}}, {}, {}};
  const record::Row row = derive_row(evidence({run(1, {s})}));
  EXPECT_EQ(row.figures.temperature.value, 64.5);
}

}  // namespace
}  // namespace assay::metric

#include "metric/comparison.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "metric/test_rows.h"

namespace assay::metric {
namespace {

using record::Figure;
using record::FigureStatus;
using record::Row;

std::vector<FigureComparison> compared(const Row& a, const Row& b) {
  const ComparedRows pair{&a, &b};
  return compare(std::span(&pair, 1)).rows[0];
}

Row measured(const std::vector<double>& process_ms) {
  Row row = test_row();
  set_latency(row, process_ms);
  return row;
}

const std::vector<double> kSlow{10.0, 10.1, 9.9}, kFast{5.0, 5.1, 4.9};

TEST(CompareRules, EveryFigureOfTheCatalogueHasOne) {
  std::set<std::string_view> names;
  for (const CompareRule& rule : compare_rules()) {
    EXPECT_TRUE(names.insert(metric_of(rule).name).second) << metric_of(rule).name;
    EXPECT_EQ(rule.parent != nullptr, rule.basis == Basis::kFollows);
  }
  for (const record::MetricInfo& metric : record::metrics()) {
    EXPECT_TRUE(names.contains(metric.name)) << metric.name;
    EXPECT_EQ(rule_of(metric).member, metric.member);
  }
  EXPECT_EQ(names.size(), record::metrics().size());
}

TEST(Estimate, IsWhatTheIntervalWasMadeOf) {
  const std::vector<double> values{9.8, 10.1, 10.4, 10.0, 9.7};  // s = 0.27386, s / sqrt(5) = 0.122474
  const auto found = estimate(of_processes(values, "ms"), 5);
  ASSERT_TRUE(found);
  EXPECT_DOUBLE_EQ(found->value, 10);
  EXPECT_NEAR(found->u, 0.0122474487, 1e-9);
  EXPECT_EQ(found->freedom, 4);
}

TEST(Estimate, NeedsAnIntervalAndTwoRepeats) {
  EXPECT_FALSE(estimate(Figure::of(10, "ms"), 3));
  EXPECT_FALSE(estimate(Figure::of(10, "ms", 9, 11), 1));
  EXPECT_FALSE(estimate(Figure::of(-1, "W", -2, 0), 3));
  EXPECT_FALSE(estimate(Figure::unmeasured("ms", "no"), 3));
  EXPECT_TRUE(estimate(Figure::of(10, "ms", 9, 11), 2));
}

// By scipy.stats.t.ppf: of 5 and 5 processes (4.8780 degrees of freedom), and of 3 and 3 (4) at 99.8 %.
TEST(Ratio, IsWelchsOnTheLogarithms) {
  const Figure unequal = ratio({10, 0.01, 4}, {5, 0.03, 4}, 0.95);
  EXPECT_DOUBLE_EQ(*unequal.value, 0.5);
  EXPECT_NEAR(*unequal.lo, 0.5 * 0.9213604037459857, 1e-10);
  EXPECT_NEAR(*unequal.hi, 0.5 * 1.0853516126092335, 1e-10);
  const Figure equal = ratio({10, 0.01, 2}, {10, 0.01, 2}, 0.998);
  EXPECT_NEAR(*equal.lo, 0.9035316710706472, 1e-10);
  EXPECT_NEAR(*equal.hi, 1.1067680658222439, 1e-10);
}

// scipy's for 4 degrees of freedom, where Welch's formula gives 5.3.
TEST(Ratio, CountsNoMoreRepeatsThanTheSideWithFewerHas) {
  const Figure found = ratio({10, 0.01, 4}, {10, 0.01, 2}, 0.95);
  EXPECT_NEAR(*found.lo, 0.9614960104791639, 1e-10);
  EXPECT_NEAR(*found.hi, 1.0400459170929348, 1e-10);
}

TEST(Ratio, TurnedAroundIsItsInverse) {
  const Estimate a{10, 0.02, 2}, b{7, 0.05, 4};
  const Figure there = ratio(a, b, 0.99, 0.01), back = ratio(b, a, 0.99, 0.01);
  EXPECT_NEAR(*there.value * *back.value, 1, 1e-12);
  EXPECT_NEAR(*there.lo * *back.hi, 1, 1e-12);
  EXPECT_NEAR(*there.hi * *back.lo, 1, 1e-12);
}

TEST(Ratio, WhatRepeatsDoNotShowWidensItAsNormalUncertainty) {
  // Nothing but a lasting 1 %: k = 1.959964.
  const Figure found = ratio({10, 0, 2}, {10, 0, 2}, 0.95, 0.01);
  EXPECT_NEAR(std::log(*found.hi), 0.01959964, 1e-6);
}

TEST(Ratio, OfConstantsIsExact) {
  const Figure found = ratio({10, 0, 2}, {5, 0, 2}, 0.999);
  EXPECT_EQ(*found.lo, 0.5);
  EXPECT_EQ(*found.hi, 0.5);
}

TEST(Ratio, WiderThanNumbersGoHasNoInterval) {
  const Figure found = ratio({10, 0.9, 1}, {10, 0.9, 1}, 0.999999);
  EXPECT_FALSE(found.lo);
  EXPECT_FALSE(found.reasons.empty());
}

TEST(Compare, ADifferenceIsFoundAndItsDirectionIsRight) {
  const auto row = compared(measured(kSlow), measured(kFast));
  const auto& mean = figure(row, "latency_mean");
  EXPECT_EQ(mean.outcome, Outcome::kLower);
  EXPECT_NEAR(*mean.change.value, 0.5, 1e-12);
  EXPECT_TRUE(mean.decision);
  EXPECT_EQ(figure(row, "throughput").outcome, Outcome::kHigher);
}

TEST(Compare, WhatFollowsHasTheIntervalOfWhatItFollows) {
  const auto row = compared(measured(kSlow), measured(kFast));
  const Figure &mean = figure(row, "latency_mean").change, &fps = figure(row, "throughput").change;
  EXPECT_DOUBLE_EQ(*fps.lo, 1 / *mean.hi);
  EXPECT_DOUBLE_EQ(*fps.hi, 1 / *mean.lo);
  EXPECT_FALSE(figure(row, "throughput").decision);
  EXPECT_EQ(figure(row, "gops").change.lo, fps.lo);
}

TEST(Compare, AnotherFactorOnOneSideIsNoConsequence) {
  Row a = measured(kSlow), b = measured(kFast);
  a.figures.performance_ratio = Figure::of(*a.figures.gops.value / 5, "%");
  b.figures.performance_ratio = Figure::of(*b.figures.gops.value / 5.1, "%");
  b.figures.performance_ratio.reasons = {"of 510 GOPS, measured"};
  const auto row = compared(a, b);
  EXPECT_EQ(figure(row, "performance_ratio").outcome, Outcome::kNoInterval);
  EXPECT_NE(figure(row, "performance_ratio").note.find("of 510 GOPS"), std::string::npos);
}

TEST(Compare, TheOutcomeIsNotDistinguishableExactlyWhereTheIntervalCoversOne) {
  for (const double shift : {0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.2, 0.5}) {
    const auto row =
        compared(measured({10, 10.2, 9.8}), measured({10 + shift * 10, 10.2 + shift * 10, 9.8 + shift * 10}));
    for (const FigureComparison& c : row) {
      if (!c.change.lo) continue;
      const bool covers = *c.change.lo <= 1 && *c.change.hi >= 1;
      EXPECT_EQ(c.outcome == Outcome::kNotDistinguishable, covers) << c.metric->name << " " << shift;
    }
  }
}

TEST(Compare, InvalidAndUnmeasuredFiguresAreNeverCompared) {
  Row a = measured(kSlow), b = measured(kFast);
  b.figures.latency_mean.status = FigureStatus::kInvalid;
  b.figures.latency_mean.reasons = {"throttled"};
  const auto row = compared(a, b);
  const auto& mean = figure(row, "latency_mean");
  EXPECT_EQ(mean.outcome, Outcome::kNotCompared);
  EXPECT_FALSE(mean.change.value);
  EXPECT_EQ(mean.change.reasons, std::vector<std::string>{"invalid in B (throttled)"});
  // What follows from it is not saved by being formed elsewhere.
  EXPECT_EQ(figure(row, "throughput").outcome, Outcome::kNoInterval);
  EXPECT_EQ(figure(row, "power").change.reasons,
            (std::vector<std::string>{"unmeasured in A (not measured)", "unmeasured in B (not measured)"}));
}

TEST(Compare, OneRepeatHasNoInterval) {
  const auto row = compared(measured({10}), measured({5}));
  EXPECT_EQ(figure(row, "latency_mean").outcome, Outcome::kNoInterval);
  EXPECT_NEAR(*figure(row, "latency_mean").change.value, 0.5, 1e-12);
}

TEST(Compare, TheSameRunsAreNotCompared) {
  const Row a = measured(kSlow);
  const ComparedRows pair{&a, &a, nullptr, nullptr, true, true};
  const Comparison found = compare(std::span(&pair, 1));
  for (const FigureComparison& c : found.rows[0])
    EXPECT_EQ(c.outcome, Outcome::kNotCompared) << c.metric->name;
  EXPECT_EQ(found.sharing.decisions + found.sharing.others, 0);
}

TEST(Compare, SharesTheErrorAmongDecisionsAndOthers) {
  Row a = measured(kSlow), b = measured(kFast);
  for (Row* row : {&a, &b}) {
    row->figures.latency_p50 = of_processes({9.8, 9.9, 10}, "ms");
    row->figures.latency_p99 = of_processes({12, 12.1, 12.4}, "ms");
  }
  const ComparedRows pairs[] = {{&a, &b}, {&b, &a}};
  const Comparison found = compare(pairs);
  EXPECT_EQ(found.sharing.decisions, 4);  // Mean and p99 of two pairs.
  EXPECT_EQ(found.sharing.others, 2);     // p50 of two pairs.
  EXPECT_NEAR(found.sharing.decision_confidence, 1 - 0.04 / 4, 1e-12);
  EXPECT_NEAR(found.sharing.other_confidence, 1 - 0.01 / 2, 1e-12);
  EXPECT_EQ(figure(found.rows[0], "latency_p99").confidence, found.sharing.decision_confidence);
  EXPECT_EQ(figure(found.rows[0], "throughput").confidence, found.sharing.decision_confidence);
  EXPECT_EQ(figure(found.rows[0], "latency_p50").confidence, found.sharing.other_confidence);
}

TEST(Compare, WhatWasAskedAboutBeforehandIsTheDecision) {
  Row a = measured(kSlow), b = measured(kFast);
  for (Row* row : {&a, &b}) row->figures.latency_p90 = of_processes({11, 11.1, 11.2}, "ms");
  const ComparedRows pair{&a, &b};
  for (const auto& [name, decision] :
       {std::pair{"latency_p90", "latency_p90"}, std::pair{"throughput", "latency_mean"}}) {
    const record::MetricInfo* asked =
        &*std::ranges::find(record::metrics(), std::string_view(name), &record::MetricInfo::name);
    const Comparison found = compare(std::span(&pair, 1), std::span(&asked, 1));
    EXPECT_EQ(found.sharing.decisions, 1);
    EXPECT_TRUE(figure(found.rows[0], decision).decision) << name;
  }
}

Row with_power(const std::vector<double>& watts, const std::string& boundary = "dc_input",
               double u_gain = 0) {
  Row row = measured(kSlow);
  set_power(row, watts, boundary, u_gain);
  return row;
}

TEST(ComparePower, OnOneMeterItsGainErrorCancels) {
  const Row a = with_power({8, 8.01, 7.99}, "dc_input", 0.05),
            b = with_power({9, 9.01, 8.99}, "dc_input", 0.05);
  const auto at = [&](bool one_machine) {
    const ComparedRows pair{&a, &b, nullptr, nullptr, one_machine};
    return figure(compare(std::span(&pair, 1)).rows[0], "energy_per_inference");
  };
  EXPECT_EQ(at(true).outcome, Outcome::kHigher);
  EXPECT_EQ(at(true).note, "one meter: its gain error cancels");
  // 5 % twice is more than the 12.5 % between them.
  EXPECT_EQ(at(false).outcome, Outcome::kNotDistinguishable);
}

TEST(ComparePower, TwoInstrumentsOfOneMachineAreTwo) {
  const Row a = with_power({8, 8.01, 7.99}, "dc_input", 0.05);
  Row b = with_power({9, 9.01, 8.99}, "dc_input", 0.05);
  b.power_sources[0].description = "WT310E no. 2";
  const ComparedRows pair{&a, &b, nullptr, nullptr, true};
  EXPECT_EQ(figure(compare(std::span(&pair, 1)).rows[0], "power").outcome, Outcome::kNotDistinguishable);
}

/// With idle power, time under load without work, and a meter of 2 % (k = 1).
Row with_all_power(double watts, int repeats) {
  constexpr double kMeter = 0.02;
  std::vector<double> ms, w;
  for (int i = 0; i < repeats; ++i) {
    const double sign = i % 2 == 0 ? 1 : -1;
    ms.push_back(10 + 0.001 * sign), w.push_back(watts * (1 + 0.0001 * sign));
  }
  Row row = measured(ms);
  set_power(row, w, "dc_input", 0, kMeter);
  record::PowerSource& source = row.power_sources[0];
  source.loaded_idle = source.windows;
  source.idle = {source.windows[0]};
  source.idle[0].mean_w = 0.01;
  source.idle[0].u_range_w = 0;
  auto& f = row.figures;
  // As metric/power.cc forms it: 2 u of the meter in quadrature with what Student's t says of the scatter.
  const auto half = [&](double value) { return 2 * kMeter * value; };
  const auto set = [&](Figure& figure, double value, const char* unit) {
    figure = Figure::of(value, unit, value - half(value), value + half(value));
  };
  set(f.power_net, watts, "W");
  set(f.power_loaded_idle, watts, "W");
  set(f.window_energy_per_inference, 10 * watts, "mJ");
  set(f.net_efficiency, 100 / watts, "FPS/W");
  set(f.power_idle, watts / 4, "W");
  return row;
}

// A meter's 2 % on both sides are 2.8 % (k = 1) of the ratio, with however few repeats: Student's t of three
// repeats must not divide them by 4.3 first.
TEST(ComparePower, WhatTheMeterLeavesUncertainIsNotTakenForScatter) {
  for (const int repeats : {2, 3, 5, 10}) {
    const auto row = compared(with_all_power(8, repeats), with_all_power(8, repeats));
    for (const char* name :
         {"power_net", "power_loaded_idle", "window_energy_per_inference", "net_efficiency"}) {
      const FigureComparison& found = figure(row, name);
      ASSERT_TRUE(found.change.hi) << name << " " << repeats;
      const double k = student_t_quantile(0.5 + found.confidence / 2, 1e7);
      EXPECT_GE(std::log(*found.change.hi), k * 0.02 * std::sqrt(2.0) * 0.999) << name << " " << repeats;
    }
    EXPECT_EQ(figure(row, "power_idle").outcome, Outcome::kNoInterval);
  }
}

TEST(ComparePower, FiguresOfTheFallbackHaveTheMetersPartToo) {
  Row a = with_all_power(8, 3), b = with_all_power(8, 3);
  for (Row* row : {&a, &b}) {
    row->power_sources[0].windows[2].problem = "no readings";
    row->figures.power.lo = 8 - 0.32, row->figures.power.hi = 8 + 0.32;
  }
  const FigureComparison found = figure(compared(a, b), "power");
  ASSERT_TRUE(found.change.hi);
  EXPECT_GE(std::log(*found.change.hi),
            student_t_quantile(0.5 + found.confidence / 2, 1e7) * 0.02 * std::sqrt(2.0));
  // One window is no scatter.
  a.power_sources[0].windows[1].problem = "no readings";
  EXPECT_EQ(figure(compared(a, b), "power").outcome, Outcome::kNoInterval);
}

TEST(Compare, EndToEndLoopsAreCountedApart) {
  Row a = measured(kSlow), b = measured(kFast);
  for (Row* row : {&a, &b}) row->figures.end_to_end_mean = of_processes({12, 12.1, 11.9}, "ms");
  ComparedRows pair{&a, &b};
  const auto found = [&] { return figure(compare(std::span(&pair, 1)).rows[0], "end_to_end_mean"); };
  EXPECT_EQ(found().outcome, Outcome::kNoInterval);
  EXPECT_NE(found().note.find("loops is not told"), std::string::npos);
  pair.counts_a.loops = pair.counts_b.loops = 3;
  EXPECT_EQ(found().outcome, Outcome::kNotDistinguishable);
  pair.counts_b.loops = 1;
  EXPECT_EQ(found().outcome, Outcome::kNoInterval);
}

TEST(Compare, WhatIsKnownToBeFalseIsNotCompared) {
  const Row a = measured(kSlow);
  Row b = measured(kFast);
  b.findings = {{"edited", record::Severity::kWarn, "results.json has another mean", {"latency_mean"}}};
  const auto one = compared(a, b);
  EXPECT_EQ(figure(one, "latency_mean").outcome, Outcome::kNotCompared);
  EXPECT_EQ(figure(one, "latency_mean").change.reasons,
            std::vector<std::string>{"not what was measured in B: results.json has another mean"});
  EXPECT_EQ(figure(one, "throughput").outcome, Outcome::kNoInterval);
  EXPECT_TRUE(figure(one, "gops").change.value);
  // Of the whole row.
  b.findings[0].figures.clear();
  for (const auto& row : {compared(a, b), compared(b, a)})
    for (const FigureComparison& c : row) EXPECT_EQ(c.outcome, Outcome::kNotCompared) << c.metric->name;
}

TEST(ComparePower, EfficiencyIsTheInverseOfEnergy) {
  const auto row = compared(with_power({8, 8.01, 7.99}), with_power({16, 16.01, 15.99}));
  EXPECT_NEAR(*figure(row, "efficiency").change.value, 0.5, 1e-5);
  EXPECT_EQ(figure(row, "efficiency").outcome, Outcome::kLower);
  EXPECT_TRUE(figure(row, "energy_per_inference").decision);
}

TEST(ComparePower, WattsAndMillisecondsThatGoTogetherAreTakenTogether) {
  // A process that is slow by 3 % here draws 3 % less: its energy is that of the others.
  Row a = measured({10, 10.3, 9.7});
  set_power(a, {8, 8 / 1.03, 8 / 0.97});
  Row b = a;
  const auto row = compared(a, b);
  EXPECT_LT(*figure(row, "energy_per_inference").change.hi, 1.001);
  EXPECT_GT(*figure(row, "power").change.hi, 1.05);
}

TEST(ComparePower, BoundariesAreNeverMixed) {
  for (const auto& [one, other] :
       {std::pair{"dc_input", "rail"}, std::pair{"", ""}, std::pair{"dc_input", ""}}) {
    const auto row = compared(with_power({8, 8.1, 7.9}, one), with_power({9, 9.1, 8.9}, other));
    for (const char* name : {"power", "energy_per_inference", "efficiency", "energy_delay_product"}) {
      EXPECT_EQ(figure(row, name).outcome, Outcome::kNotCompared) << name << " " << one << " " << other;
      EXPECT_FALSE(figure(row, name).change.value);
    }
    EXPECT_NE(figure(row, "latency_mean").outcome, Outcome::kNotCompared);
  }
}

TEST(ComparePower, SimulatedAgainstMeasuredIsNever) {
  Row simulated = with_power({8, 8.1, 7.9});
  simulated.power_sources[0].simulated = true;
  const auto row = compared(with_power({8, 8.1, 7.9}), simulated);
  EXPECT_EQ(figure(row, "power").outcome, Outcome::kNotCompared);
}

TEST(Compare, TimesOfASimulatedRowAreNotRankedAgainstADevices) {
  Row simulated = measured(kFast);
  simulated.simulated = true;
  EXPECT_EQ(figure(compared(measured(kSlow), simulated), "latency_mean").outcome, Outcome::kNotCompared);
  EXPECT_EQ(figure(compared(simulated, simulated), "latency_mean").outcome, Outcome::kNotDistinguishable);
}

/// Two classes; of each image, how many of 100 pixels of class 1 were taken for class 0.
record::AccuracyRun scored(const std::vector<std::uint32_t>& wrong) {
  record::AccuracyRun run;
  run.classes = 2;
  run.dataset_digest = "d0";
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    run.images.push_back(std::to_string(i));
    run.confusion.push_back({100, 0, wrong[i], 100 - wrong[i]});
  }
  return run;
}

Row of_accuracy(double miou, double half) {
  Row row = test_row();
  row.repeats = 3;
  row.figures.miou = Figure::of(miou, "%", miou - half, miou + half);
  row.figures.miou_fp32 = Figure::of(80, "%");
  row.figures.miou_drop = Figure::of(80 - miou, "%");
  return row;
}

TEST(CompareAccuracy, PairedByImageASmallDifferenceIsFound) {
  // Images differ a lot, rows differ by one pixel in each.
  const auto a = scored({0, 10, 30, 50, 20, 40, 5, 15, 25, 35}),
             b = scored({1, 11, 31, 51, 21, 41, 6, 16, 26, 36});
  const Row row_a = of_accuracy(78.19, 8), row_b = of_accuracy(77.35, 8);
  const ComparedRows paired{&row_a, &row_b, &a, &b};
  ComparedRows alone{&row_a, &row_b};
  alone.counts_a.images = alone.counts_b.images = 10;
  const auto with = compare(std::span(&paired, 1)).rows[0], without = compare(std::span(&alone, 1)).rows[0];
  EXPECT_EQ(figure(with, "miou").outcome, Outcome::kLower);
  EXPECT_EQ(figure(with, "miou").note, "paired by image");
  EXPECT_EQ(figure(with, "miou").change.unit, "points");
  EXPECT_EQ(figure(without, "miou").outcome, Outcome::kNotDistinguishable);
  EXPECT_EQ(figure(without, "miou").note, "not paired by image: conservative");
  // A drop that grows is the same statement.
  EXPECT_EQ(figure(with, "miou_drop").outcome, Outcome::kHigher);
  EXPECT_DOUBLE_EQ(*figure(with, "miou_drop").change.lo, -*figure(with, "miou").change.hi);
}

TEST(CompareAccuracy, EqualAnswersDifferByNothing) {
  const auto a = scored({0, 10, 30, 0, 10, 30, 5, 7});
  const Row row = of_accuracy(78, 8);
  const ComparedRows pair{&row, &row, &a, &a};
  const auto found = figure(compare(std::span(&pair, 1)).rows[0], "miou");
  EXPECT_EQ(found.outcome, Outcome::kNotDistinguishable);
  EXPECT_EQ(*found.change.lo, 0);
  EXPECT_EQ(*found.change.hi, 0);
}

TEST(CompareAccuracy, FewImagesTellNoInterval) {
  const Row row_a = of_accuracy(78, 0.1), row_b = of_accuracy(60, 0.1);
  const auto outcome = [&](std::optional<int> images, std::size_t scored_images) {
    const auto a = scored(std::vector<std::uint32_t>(scored_images, 3)),
               b = scored(std::vector<std::uint32_t>(scored_images, 30));
    ComparedRows pair{&row_a, &row_b};
    if (scored_images > 0) pair.accuracy_a = &a, pair.accuracy_b = &b;
    pair.counts_a.images = images;
    pair.counts_b.images = 100;
    return figure(compare(std::span(&pair, 1)).rows[0], "miou").outcome;
  };
  EXPECT_EQ(outcome(7, 7), Outcome::kNoInterval);
  EXPECT_EQ(outcome(8, 8), Outcome::kLower);
  EXPECT_EQ(outcome(7, 0), Outcome::kNoInterval);
  EXPECT_EQ(outcome(8, 0), Outcome::kLower);
  EXPECT_EQ(outcome(std::nullopt, 0), Outcome::kNoInterval);
}

// sqrt(10/9) t_9(0.975) / z(0.975), with 2.2621572 and 1.9599640 of the tables: the bootstrap takes ten
// images' scatter for known.
TEST(CompareAccuracy, TheIntervalIsStudents) {
  const Row row_a = of_accuracy(78, 3), row_b = of_accuracy(77, 4);
  ComparedRows pair{&row_a, &row_b};
  pair.counts_a.images = 10, pair.counts_b.images = 50;
  const auto change = figure(compare(std::span(&pair, 1)).rows[0], "miou").change;
  EXPECT_NEAR(*change.hi - *change.value, 5 * 1.21661573, 1e-5);
}

TEST(CompareAccuracy, OtherImagesAreNoGround) {
  Row b = of_accuracy(50, 1);
  b.digests["dataset"] = "d1";
  EXPECT_EQ(figure(compared(of_accuracy(78, 1), b), "miou").outcome, Outcome::kNotCompared);
}

TEST(Compare, NothingIsNothing) {
  EXPECT_TRUE(compare({}).rows.empty());
  const auto row = compared(test_row(), test_row());
  EXPECT_EQ(row.size(), record::metrics().size());
  for (const FigureComparison& c : row) EXPECT_EQ(c.outcome, Outcome::kNotCompared);
}

}  // namespace
}  // namespace assay::metric

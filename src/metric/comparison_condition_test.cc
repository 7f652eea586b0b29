#include "metric/comparison_condition.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "metric/test_rows.h"

namespace assay::metric {
namespace {

using record::Figure;

TEST(ParseCondition, ReadsWhatPeopleWrite) {
  struct Known {
    const char *text, *metric;
    bool more;
    double limit;
  };
  for (const Known& known :
       {Known{"p99 > +5%", "latency_p99", true, 5}, Known{"  latency_p99>+5 % ", "latency_p99", true, 5},
        Known{"P99 > +5%", "latency_p99", true, 5}, Known{"fps < -3.5%", "throughput", false, -3.5},
        Known{"p99.9 > +10%", "latency_p999", true, 10}, Known{"fps/w < -1%", "efficiency", false, -1},
        Known{"mean > 0%", "latency_mean", true, 0}, Known{"mean < +2%", "latency_mean", false, 2},
        Known{"miou < -0.5", "miou", false, -0.5}, Known{"drop > + 1", "miou_drop", true, 1}}) {
    const auto found = parse_condition(known.text);
    ASSERT_TRUE(found) << known.text << ": " << found.error().message;
    EXPECT_EQ(found->metric->name, known.metric) << known.text;
    EXPECT_EQ(found->more, known.more) << known.text;
    EXPECT_DOUBLE_EQ(found->limit, known.limit) << known.text;
  }
}

TEST(ParseCondition, SaysWhatWasExpected) {
  for (const auto& [text, expected] : {std::pair{"", "expected > or <"},
                                       std::pair{"p99 5%", "expected > or <"},
                                       std::pair{"> +5%", "expected a figure before >"},
                                       std::pair{"p99 >", "expected a limit after >"},
                                       std::pair{"p99 > +", "expected a number"},
                                       std::pair{"p99 > 5%", "expected a sign before 5"},
                                       std::pair{"p99 > +5", "expected a limit in %"},
                                       std::pair{"miou < -0.5%", "without %"},
                                       std::pair{"p99 > +five%", "expected a number"},
                                       std::pair{"p99 > +0x5%", "expected a number"},
                                       std::pair{"p99 > +1e3%", "expected a number"},
                                       std::pair{"p99 > +nan%", "expected a number"},
                                       std::pair{"p99 > +inf%", "expected a number"},
                                       std::pair{"p99 > +-5%", "expected a number"},
                                       std::pair{"p99 >= +5%", "expected a number"},
                                       std::pair{"p99 > +5,0%", "expected a number"},
                                       std::pair{"p99 < -100%", "over -100%"},
                                       std::pair{"latency_p98 > +5%", "did you mean 'latency_p9"},
                                       std::pair{"memory > +5%", "one number a row"},
                                       std::pair{"speed > +5%", "no figure 'speed'"}}) {
    const auto found = parse_condition(text);
    ASSERT_FALSE(found) << text;
    EXPECT_EQ(found.error().code, Code::kInvalidInput);
    EXPECT_NE(found.error().message.find(expected), std::string::npos)
        << text << ": " << found.error().message;
  }
}

TEST(ParseCondition, WhatIsWrittenReadsBack) {
  std::mt19937_64 random(7);
  const auto metrics = record::metrics();
  for (int i = 0; i < 2000; ++i) {
    Condition condition;
    do condition.metric = &metrics[random() % metrics.size()];
    while (rule_of(*condition.metric).basis == Basis::kNone);
    condition.more = random() % 2 == 0;
    // -99.9 and more, of many sizes.
    condition.limit = static_cast<double>(static_cast<std::int64_t>(random() % 200'000) - 99'900) / 1000;
    if (random() % 4 == 0) condition.limit = std::abs(condition.limit) * 1e-9;
    const auto found = parse_condition(to_string(condition));
    ASSERT_TRUE(found) << to_string(condition) << ": " << found.error().message;
    EXPECT_EQ(found->metric, condition.metric);
    EXPECT_EQ(found->more, condition.more);
    EXPECT_EQ(found->limit, condition.limit) << to_string(condition);
  }
}

/// A comparison of one figure with a known change.
std::vector<FigureComparison> row_with(std::string_view name, double value, std::optional<double> lo,
                                       std::optional<double> hi) {
  const auto& metric = *std::ranges::find(record::metrics(), name, &record::MetricInfo::name);
  FigureComparison compared;
  compared.metric = &metric;
  compared.rule = &rule_of(metric);
  compared.change = Figure::of(value, "1");
  compared.change.lo = lo;
  compared.change.hi = hi;
  return {compared};
}

Holding holding(const char* condition, const std::vector<FigureComparison>& row) {
  return answer(parse_condition(condition).value(), row).holding;
}

TEST(AnswerCondition, TheWholeIntervalDecides) {
  const auto row = row_with("latency_p99", 1.08, 1.06, 1.10);
  EXPECT_EQ(holding("p99 > +5%", row), Holding::kHolds);
  EXPECT_EQ(holding("p99 > +7%", row), Holding::kUndecided);
  EXPECT_EQ(holding("p99 > +11%", row), Holding::kExcluded);
  EXPECT_EQ(holding("p99 < -5%", row), Holding::kExcluded);
  EXPECT_EQ(holding("p99 < +11%", row), Holding::kHolds);
  const auto points = row_with("miou", -0.6, -0.9, -0.3);
  EXPECT_EQ(holding("miou < -0.2", points), Holding::kHolds);
  EXPECT_EQ(holding("miou < -0.5", points), Holding::kUndecided);
  EXPECT_EQ(holding("miou < -1", points), Holding::kExcluded);
}

TEST(AnswerCondition, AnEndThatTouchesTheLimitIsNotBeyondIt) {
  const auto row = row_with("latency_p99", 1.25, 1.125, 1.5);
  EXPECT_EQ(holding("p99 > +12.5%", row), Holding::kUndecided);
  EXPECT_EQ(holding("p99 > +50%", row), Holding::kExcluded);
}

// A gate on it would be one that never fails.
TEST(ParseCondition, RefusesFiguresThatNeverHaveAnInterval) {
  for (const CompareRule& rule : compare_rules()) {
    const auto found =
        parse_condition(std::string(metric_of(rule).name) + " > +1" + (rule.points ? "" : "%"));
    EXPECT_EQ(static_cast<bool>(found), rule.basis != Basis::kNone) << metric_of(rule).name;
  }
}

TEST(AnswerCondition, WithoutAnIntervalThereIsNone) {
  const auto row = row_with("latency_p99", 10, std::nullopt, std::nullopt);
  EXPECT_EQ(holding("p99 > +5%", row), Holding::kNoAnswer);
}

TEST(AnswerCondition, OnlyWhatIsExcludedNeverFails) {
  for (const bool undecided_fails : {false, true}) {
    EXPECT_TRUE(fails(Holding::kHolds, undecided_fails));
    EXPECT_TRUE(fails(Holding::kNoAnswer, undecided_fails));
    EXPECT_FALSE(fails(Holding::kExcluded, undecided_fails));
    EXPECT_EQ(fails(Holding::kUndecided, undecided_fails), undecided_fails);
  }
}

TEST(AnswerCondition, TheEvidenceNeverContradictsIt) {
  const auto row = row_with("latency_p99", 1.08, 1.050004, 1.0999996);
  for (const auto& [condition, between] :
       {std::pair{"p99 > +5%", "between +5.0004 and +10"}, std::pair{"p99 > +10%", "between +5 and +9.99996"},
        std::pair{"p99 < +10%", "between +5 and +9.99996"}, std::pair{"p99 < 0%", "between +5 and +10"}}) {
    const Answer found = answer(parse_condition(condition).value(), row);
    EXPECT_NE(found.evidence.find(between), std::string::npos) << condition << ": " << found.evidence;
  }
}

TEST(AnswerCondition, WhatNothingVouchesForDecidesNothing) {
  const record::Row a = test_row(), b = test_row();
  ComparedRows pair{&a, &b};
  pair.unproven = "nothing vouches for B";
  const Comparison compared = compare(std::span(&pair, 1));
  for (const FigureComparison& figure : compared.rows[0]) EXPECT_EQ(figure.unproven, pair.unproven);
  for (const double change : {0.5, 1.08}) {
    auto row = row_with("latency_p99", change, change - 0.01, change + 0.01);
    row[0].unproven = pair.unproven;
    const Answer found = answer(parse_condition("p99 > +5%").value(), row);
    EXPECT_EQ(found.holding, Holding::kNoAnswer);
    EXPECT_NE(found.evidence.find("nothing vouches for B"), std::string::npos) << found.evidence;
  }
}

TEST(AnswerCondition, WhatWasNotMeasuredHasNoAnswerAndSaysWhy) {
  auto row = row_with("latency_p99", 1, 1, 1);
  row[0].change = Figure::unmeasured("1", "invalid in B (throttled)");
  const Answer found = answer(parse_condition("p99 > +5%").value(), row);
  EXPECT_EQ(found.holding, Holding::kNoAnswer);
  EXPECT_NE(found.evidence.find("invalid in B (throttled)"), std::string::npos);
  EXPECT_EQ(holding("miou < -1", {}), Holding::kNoAnswer);
}

}  // namespace
}  // namespace assay::metric

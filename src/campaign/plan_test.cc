#include "campaign/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace assay::campaign {
namespace {

spec::Experiment experiment(int rows, int repeats) {
  spec::Experiment e;
  e.protocol.repeats = repeats;
  for (int i = 0; i < rows; ++i) {
    spec::RowSpec row;
    row.id = "row" + std::to_string(i);
    row.backend = "null";
    e.rows.push_back(row);
  }
  return e;
}

std::vector<int> timed_rows(const std::vector<Step>& plan, int repeat) {
  std::vector<int> rows;
  for (const Step& step : plan)
    if (step.kind == StepKind::kTimed && step.repeat == repeat) rows.push_back(step.row);
  return rows;
}

TEST(Plan, EveryRoundHoldsEveryRowOnceAndOrdersDiffer) {
  const auto plan = make_plan(experiment(6, 5));
  std::set<std::vector<int>> orders;
  for (int repeat = 1; repeat <= 5; ++repeat) {
    auto rows = timed_rows(plan, repeat);
    orders.insert(rows);
    std::sort(rows.begin(), rows.end());
    EXPECT_EQ(rows, (std::vector<int>{0, 1, 2, 3, 4, 5}));
  }
  EXPECT_GT(orders.size(), 1u);
}

TEST(Plan, SameSeedSameOrderOtherSeedOther) {
  auto e = experiment(8, 3);
  EXPECT_EQ(make_plan(e), make_plan(e));
  auto other = e;
  other.protocol.order_seed = 43;
  EXPECT_NE(make_plan(e), make_plan(other));
}

TEST(Plan, AccuracyComesBeforeAnythingTimedAndIdsAreUnique) {
  const auto plan = make_plan(experiment(3, 2));
  std::set<std::string> ids;
  std::size_t last_accuracy = 0, first_timed = plan.size();
  for (std::size_t i = 0; i < plan.size(); ++i) {
    EXPECT_TRUE(ids.insert(plan[i].id).second) << plan[i].id;
    if (plan[i].kind == StepKind::kAccuracy) last_accuracy = i;
    if (plan[i].kind == StepKind::kTimed) first_timed = std::min(first_timed, i);
  }
  EXPECT_LT(last_accuracy, first_timed);
}

TEST(Plan, ReferenceIsARowWhereOneIsThatVeryConfiguration) {
  auto e = experiment(2, 1);
  EXPECT_EQ(reference_row(e), kReference);
  const auto has_own = [](const std::vector<Step>& plan) {
    return std::any_of(plan.begin(), plan.end(), [](const Step& s) { return s.id == "accuracy.reference"; });
  };
  EXPECT_TRUE(has_own(make_plan(e)));
  e.rows[1].backend = "onnxruntime";
  EXPECT_EQ(reference_row(e), 1);
  EXPECT_FALSE(has_own(make_plan(e)));
  e.rows[1].options["threads"] = "1";
  EXPECT_EQ(reference_row(e), kReference) << "other options may give other outputs";
}

}  // namespace
}  // namespace assay::campaign

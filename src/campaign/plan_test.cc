#include "campaign/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <tuple>

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

std::vector<int> rows_of_round(const std::vector<Step>& plan, StepKind kind, int repeat) {
  std::vector<int> rows;
  for (const Step& step : plan)
    if (step.kind == kind && step.repeat == repeat) rows.push_back(step.row);
  return rows;
}

TEST(Plan, EveryRoundHoldsEveryRowOnceAndOrdersDiffer) {
  const auto plan = make_plan(experiment(6, 5));
  for (const StepKind kind : {StepKind::kTimed, StepKind::kPipeline}) {
    std::set<std::vector<int>> orders;
    for (int repeat = 1; repeat <= 5; ++repeat) {
      auto rows = rows_of_round(plan, kind, repeat);
      orders.insert(rows);
      std::sort(rows.begin(), rows.end());
      EXPECT_EQ(rows, (std::vector<int>{0, 1, 2, 3, 4, 5}));
    }
    EXPECT_GT(orders.size(), 1u);
  }
}

TEST(Plan, EndToEndLoopsAreRepeatedAfterEverythingTimed) {
  auto e = experiment(2, 3);
  const auto plan = make_plan(e);
  std::size_t last_timed = 0, first_pipeline = plan.size();
  std::set<std::string> ids;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (plan[i].kind == StepKind::kTimed) last_timed = i;
    if (plan[i].kind != StepKind::kPipeline) continue;
    first_pipeline = std::min(first_pipeline, i);
    ids.insert(plan[i].id);
  }
  EXPECT_LT(last_timed, first_pipeline);
  EXPECT_EQ(ids, (std::set<std::string>{"pipeline.row0.r1", "pipeline.row0.r2", "pipeline.row0.r3",
                                        "pipeline.row1.r1", "pipeline.row1.r2", "pipeline.row1.r3"}));
  e.protocol.pipeline_iterations = 0;
  EXPECT_TRUE(
      std::ranges::none_of(make_plan(e), [](const Step& s) { return s.kind == StepKind::kPipeline; }));
}

TEST(Plan, ARunIsOfItsRowAndTheReferencesAccuracyOfAll) {
  auto e = experiment(2, 12);
  // One row's id begins like the other's runs.
  e.rows[0].id = "x", e.rows[1].id = "x.rt";
  const auto scope = [&](const char* id) {
    const RunScope found = scope_of_run(e, id);
    return std::tuple(found.row, found.all, found.reference);
  };
  EXPECT_EQ(scope("timed.x.r12"), std::tuple(0, false, false));
  EXPECT_EQ(scope("timed.x.rt.r1"), std::tuple(1, false, false));
  EXPECT_EQ(scope("artifact.x.rt"), std::tuple(1, false, false));
  EXPECT_EQ(scope("accuracy.x"), std::tuple(0, false, false));
  EXPECT_EQ(scope("accuracy.reference"), std::tuple(kReference, true, true));
  for (const char* of_none : {"idle.before", "peaks", "calibration", "import.monsoon-log", "timed.x.rt"})
    EXPECT_EQ(scope(of_none), std::tuple(kReference, true, false)) << of_none;
  e.rows[0].backend = "onnxruntime", e.rows[0].accelerator = "CPU", e.rows[0].precision = "fp32";
  ASSERT_EQ(reference_row(e), 0);
  EXPECT_EQ(scope("accuracy.x"), std::tuple(0, true, true));
  EXPECT_EQ(scope("timed.x.r1"), std::tuple(0, false, false));
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
  e.rows[1].options.clear();
  e.rows[1].batch = 4;
  EXPECT_EQ(reference_row(e), kReference) << "the other row runs image by image";
  e.rows[0].batch = 8;
  EXPECT_EQ(reference_spec(e).batch, 4);
  EXPECT_EQ(reference_row(e), 1);
}

}  // namespace
}  // namespace assay::campaign

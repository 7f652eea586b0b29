#include "engine/worker/timed_loop.h"

#include <gtest/gtest.h>

#include <vector>

#include "engine/worker/steadiness.h"

// The loop's session: remembers which slot each inference ran on, and can fail or take its time.
struct assay_session {
  std::vector<std::uint32_t> slots;
  std::int64_t fail_at = -1;
  std::int64_t sleep_ns = 0;
};

namespace assay::engine {
namespace {

std::int32_t infer(assay_session* session, std::uint32_t slot, assay_error*) {
  if (static_cast<std::int64_t>(session->slots.size()) == session->fail_at) return ASSAY_ERROR_VENDOR;
  session->slots.push_back(slot);
  const timespec nap{0, session->sleep_ns};
  if (session->sleep_ns > 0) nanosleep(&nap, nullptr);
  return ASSAY_OK;
}

struct Loop {
  assay_session session;
  std::vector<std::uint32_t> rotation{10, 11, 12};
  std::vector<SampledIteration> samples{{-1, 0}};
  std::vector<std::int64_t> latencies = std::vector<std::int64_t>(100, -1);
  std::atomic<std::int64_t> completed{5};
  LoopPlan plan;

  LoopResult run(std::int64_t count, std::int64_t duration_ns, std::int64_t capacity = 100) {
    plan.infer = &infer;
    plan.session = &session;
    plan.rotation = rotation.data();
    plan.rotation_length = static_cast<std::uint32_t>(rotation.size());
    plan.samples = samples.data();
    plan.min_count = count;
    plan.min_duration_ns = duration_ns;
    plan.capacity = capacity;
    plan.latencies = latencies.data();
    plan.completed = &completed;
    return run_timed_loop(plan, clock_ns());
  }
};

TEST(TimedLoop, RotatesAndSamples) {
  Loop loop;
  loop.samples = {{0, 20}, {4, 21}, {5, 22}, {-1, 0}};
  const LoopResult result = loop.run(7, 0);
  EXPECT_EQ(result.count, 7);
  EXPECT_TRUE(result.reached);
  // A sampled iteration takes its turn in the rotation, so that the input of every iteration is known.
  EXPECT_EQ(loop.session.slots, (std::vector<std::uint32_t>{20, 11, 12, 10, 21, 22, 10}));
  EXPECT_EQ(loop.completed, 12);
  EXPECT_GE(loop.latencies[6], 0);
  EXPECT_EQ(loop.latencies[7], -1);
}

TEST(TimedLoop, BeginsWhereTheRotationWasLeft) {
  Loop loop;
  loop.plan.first_turn = 2;
  loop.run(4, 0);
  EXPECT_EQ(loop.session.slots, (std::vector<std::uint32_t>{12, 10, 11, 12}));
}

TEST(TimedLoop, EndsWhenCountAndDurationAreReached) {
  Loop loop;
  loop.session.sleep_ns = 1'000'000;
  const std::int64_t begin = clock_ns();
  const LoopResult result = loop.run(2, 10'000'000);
  EXPECT_GE(result.end_ns - begin, 10'000'000);
  EXPECT_GE(result.count, 2);
  EXPECT_LE(result.count, 10);
  EXPECT_TRUE(result.reached);
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < result.count; ++i) sum += loop.latencies[static_cast<std::size_t>(i)];
  EXPECT_LE(sum, result.end_ns - begin);
  EXPECT_GE(sum, result.count * 1'000'000);
}

TEST(TimedLoop, EndsAtItsCapacity) {
  Loop loop;
  const LoopResult result = loop.run(1, 3'600'000'000'000, 9);
  EXPECT_EQ(result.count, 9);
  EXPECT_FALSE(result.reached);
}

TEST(TimedLoop, KeepsWhatWasMeasuredBeforeAnError) {
  Loop loop;
  loop.session.fail_at = 3;
  const LoopResult result = loop.run(7, 0);
  EXPECT_EQ(result.code, ASSAY_ERROR_VENDOR);
  EXPECT_EQ(result.count, 3);
  EXPECT_EQ(loop.completed, 8);
  EXPECT_FALSE(result.reached);
}

std::vector<std::int64_t> constant(std::size_t count, std::int64_t value) {
  return std::vector<std::int64_t>(count, value);
}

TEST(Steadiness, NeedsTwoWindows) {
  Steadiness steadiness;
  const auto few = constant(49, 1'000'000);
  steadiness.add(few.data(), 49);
  EXPECT_FALSE(steadiness.steady());
  steadiness.add(few.data(), 1);
  EXPECT_TRUE(steadiness.steady());
}

TEST(Steadiness, ALevelThatStillFallsIsNotSteady) {
  Steadiness steadiness;
  std::vector<std::int64_t> falling;
  for (int i = 0; i < 100; ++i) falling.push_back(2'000'000 - i * 10'000);
  steadiness.add(falling.data(), 100);
  EXPECT_FALSE(steadiness.steady());
  // The same again at rest: the last two quarters of all are level.
  const auto rest = constant(200, 1'000'000);
  steadiness.add(rest.data(), 200);
  EXPECT_TRUE(steadiness.steady());
}

TEST(Steadiness, OutliersDoNotMatter) {
  Steadiness steadiness;
  auto values = constant(100, 1'000'000);
  for (std::size_t i = 0; i < values.size(); i += 7) values[i] = 50'000'000;
  steadiness.add(values.data(), 100);
  EXPECT_TRUE(steadiness.steady());
}

TEST(Steadiness, TheClocksGrainIsNotADrift) {
  Steadiness steadiness;
  auto values = constant(50, 40);
  const auto later = constant(50, 60);
  steadiness.add(values.data(), 50);
  steadiness.add(later.data(), 50);
  EXPECT_TRUE(steadiness.steady());
}

TEST(Steadiness, LongHistoryIsBounded) {
  Steadiness steadiness;
  const auto old_level = constant(65'536, 2'000'000), new_level = constant(2000, 1'000'000);
  steadiness.add(old_level.data(), 65'536);
  steadiness.add(new_level.data(), 2000);
  EXPECT_TRUE(steadiness.steady());
}

}  // namespace
}  // namespace assay::engine

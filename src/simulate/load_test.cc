#include "simulate/load.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "simulate/faults.h"

namespace assay::simulate {
namespace {

constexpr std::int64_t kOneSecond = 1'000'000'000;

TEST(Load, ConstantAndSteps) {
  EXPECT_DOUBLE_EQ(make_load("const:12.5").value()->mean_watts(3 * kOneSecond, 5 * kOneSecond), 12.5);
  auto steps = make_load("steps:5@2s,15@500ms").value();  // 2.5 s, 17.5 J a period.
  EXPECT_DOUBLE_EQ(steps->mean_watts(0, 2 * kOneSecond), 5);
  EXPECT_DOUBLE_EQ(steps->mean_watts(2 * kOneSecond, 5 * kOneSecond / 2), 15);
  EXPECT_DOUBLE_EQ(steps->mean_watts(0, 5 * kOneSecond / 2), 7);
  EXPECT_NEAR(steps->mean_watts(1 * kOneSecond, 1 * kOneSecond + 25 * kOneSecond), 7, 1e-9);
  EXPECT_NEAR(steps->mean_watts(1900 * kOneSecond / 1000, 2100 * kOneSecond / 1000), 10, 1e-9);
  EXPECT_NEAR(steps->mean_watts(kOneSecond, kOneSecond), 5, 1e-3) << "of no time: the power then";
}

TEST(Load, Csv) {
  auto dir = TemporaryDirectory::create("assay-load");
  ASSERT_TRUE(dir);
  const auto path = dir->path() / "load.csv";
  ASSERT_TRUE(write_file(path, "seconds,watts\n0,4\n1.5,10\n\n2,6\n"));
  auto load = make_load(path.string());
  ASSERT_TRUE(load) << load.error().message;
  EXPECT_DOUBLE_EQ((*load)->mean_watts(0, kOneSecond), 4);
  EXPECT_DOUBLE_EQ((*load)->mean_watts(kOneSecond, 2 * kOneSecond), 7);
  EXPECT_DOUBLE_EQ((*load)->mean_watts(100 * kOneSecond, 200 * kOneSecond), 6);
  for (const char* content :
       {"", "seconds,watts\n", "h\n0,x\n", "h\n0\n", "h\n0,1\n0,2\n", "h\n0,1\n-1,2\n", "h\n0,inf\n"}) {
    ASSERT_TRUE(write_file(path, content));
    EXPECT_EQ(make_load(path.string()).error().code, Code::kInvalidInput) << content;
  }
  EXPECT_EQ(make_load((dir->path() / "none.csv").string()).error().code, Code::kNotFound);
}

TEST(Load, BadWords) {
  for (const char* text : {"const:", "const:x", "steps:", "steps:5", "steps:5@0s", "steps:5@2", "steps:x@2s"})
    EXPECT_EQ(make_load(text).error().code, Code::kInvalidInput) << text;
}

TEST(CpuLoad, FollowsTheTicks) {
  auto dir = TemporaryDirectory::create("assay-stat");
  ASSERT_TRUE(dir);
  const auto stat = dir->path() / "stat";
  std::int64_t now = 0;
  const auto tick = [&](std::int64_t time, const char* line) {
    now = time;
    ASSERT_TRUE(write_file(stat, line));
  };
  tick(0, "cpu  100 0 100 1000 0 0 0 0 0 0\ncpu0 1 1 1 1\n");
  CpuLoad load(
      3, 11, [&] { return now; }, stat);
  tick(kOneSecond, "cpu  150 0 100 1050 0 0 0 0 0 0\n");
  EXPECT_DOUBLE_EQ(load.mean_watts(0, kOneSecond), 7) << "half busy";
  EXPECT_DOUBLE_EQ(load.mean_watts(kOneSecond / 4, kOneSecond / 2), 7);
  tick(2 * kOneSecond, "cpu  150 0 100 1100 50 0 0 0 0 0\n");
  EXPECT_DOUBLE_EQ(load.mean_watts(kOneSecond, 2 * kOneSecond), 3) << "waiting for a disk is not busy";
  EXPECT_DOUBLE_EQ(load.mean_watts(5 * kOneSecond, 6 * kOneSecond), 3) << "no ticks: at rest";
}

TEST(Faults, Schedule) {
  const Faults faults = parse_faults("drop@10s+3s,nan@20s,silence@500ms+0.5s").value();
  EXPECT_FALSE(faults.active(Fault::Kind::kDrop, 10 * kOneSecond - 1));
  EXPECT_TRUE(faults.active(Fault::Kind::kDrop, 10 * kOneSecond));
  EXPECT_FALSE(faults.active(Fault::Kind::kDrop, 13 * kOneSecond));
  EXPECT_TRUE(faults.active(Fault::Kind::kNan, 21 * kOneSecond));
  EXPECT_FALSE(faults.active(Fault::Kind::kNan, 22 * kOneSecond));
  EXPECT_TRUE(faults.active(Fault::Kind::kSilence, 3 * kOneSecond / 4));
  EXPECT_TRUE(parse_faults("garbage")->active(Fault::Kind::kGarbage, 1000 * kOneSecond));
  EXPECT_FALSE(parse_faults("")->active(Fault::Kind::kDrop, 0));
  for (const char* text : {"dorp@1s", "drop@", "drop@1", "drop@1s+", ",", "drop@-1s"})
    EXPECT_EQ(parse_faults(text).error().code, Code::kInvalidInput) << text;
}

}  // namespace
}  // namespace assay::simulate

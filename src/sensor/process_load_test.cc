#include "sensor/process_load.h"

#include <unistd.h>

#include <ctime>

#include "sensor/test_tree.h"

namespace assay::sensor {
namespace {

std::string stat(int pid, const std::string& name, int parent, int group, long ticks, long started = 100,
                 long flags = 4194304) {
  return std::to_string(pid) + " (" + name + ") S " + std::to_string(parent) + " " + std::to_string(group) +
         " 1 0 -1 " + std::to_string(flags) + " 1 2 3 4 " + std::to_string(ticks - ticks / 4) + " " +
         std::to_string(ticks / 4) + " 9 9 20 0 1 0 " + std::to_string(started) +
         " 1000 10 18446744073709551615 0 0\n";
}

TEST(ProcessTimes, OfTheFileThatProcHas) {
  const auto p = parse_process_times(
      "812 (Web (Content)) R 1 800 812 0 -1 4194304 100 0 0 0 4200 600 7 7 20 0 27 0 900 2800000000 90000 "
      "18446744073709551615 1 1 0 0\n");
  ASSERT_TRUE(p);
  EXPECT_EQ(p->pid, 812);
  EXPECT_EQ(p->name, "Web (Content)") << "names may hold brackets";
  EXPECT_EQ(p->parent, 1);
  EXPECT_EQ(p->group, 800);
  EXPECT_EQ(p->ticks, 4800);
  EXPECT_EQ(p->started, 900);
  EXPECT_FALSE(p->kernel);
  EXPECT_TRUE(parse_process_times(stat(2, "kthreadd", 0, 0, 1, 1, 2129984))->kernel);
  for (const char* bad :
       {"", "8", "8 (x", "8 (x)", "8 (x) S", "8 (x) S 1 2 3", "x (y) S 1", "8 )x( S 1 2 3 4 5 6"})
    EXPECT_FALSE(parse_process_times(bad)) << bad;
}

TEST(CpuTimes, IdleIncludesWaiting) {
  const auto t = parse_cpu_times("cpu  100 20 30 4000 50 6 7 8 999 999\ncpu0 1 2 3 4\n");
  ASSERT_TRUE(t);
  EXPECT_EQ(t->idle, 4050);
  EXPECT_EQ(t->busy, 171) << "guests' time is in user time already";
  EXPECT_EQ(parse_cpu_times("cpu  1 2 3 4")->busy, 6) << "an old kernel's";
  for (const char* bad :
       {"", "cpu", "cpu  1 2 3", "cpu0 1 2 3 4 5 6 7 8", "cpu  -1 2 3 4", "cpu  99999999999999999999 1 1 1"})
    EXPECT_FALSE(parse_cpu_times(bad)) << bad;
}

TEST(MemoryState, NeedsTotalAndAvailable) {
  const auto m =
      parse_memory("MemTotal: 1000 kB\nMemAvailable:  250 kB\nSwapTotal: 100 kB\nSwapFree: 60 kB\n");
  ASSERT_TRUE(m);
  EXPECT_EQ(m->total, 1024000);
  EXPECT_EQ(m->available, 256000);
  EXPECT_EQ(m->swap_used, 40960);
  EXPECT_FALSE(parse_memory("MemTotal: 1000 kB\n"));
  EXPECT_FALSE(parse_memory("MemTotal: x kB\nMemAvailable: -1 kB\n"));
}

TEST(ProcessLoad, SetsOursApartAndNamesTheHeaviest) {
  TestTree tree;
  tree.put("proc/1/stat", stat(1, "init", 0, 1, 10));
  tree.put("proc/50/stat", stat(50, "kworker", 2, 0, 0, 5, 0x00200000));
  tree.put("proc/100/stat", stat(100, "assay", 1, 100, 0));
  tree.put("proc/101/stat", stat(101, "assay-worker", 100, 101, 0));  // A group of its own, but our child.
  tree.put("proc/102/stat", stat(102, "helper", 101, 102, 0));
  tree.put("proc/103/stat", stat(103, "tee", 1, 100, 0));  // Of our pipeline.
  tree.put("proc/200/stat", stat(200, "firefox", 1, 200, 1000));
  ProcessLoad load(tree.root(), 100);
  const auto first = load.look(1'000'000'000);
  ASSERT_TRUE(first);
  EXPECT_FALSE(*first) << "a share needs two looks";

  const long second_of_ticks = ::sysconf(_SC_CLK_TCK);
  tree.put("proc/50/stat", stat(50, "kworker", 2, 0, 3 * second_of_ticks, 5, 0x00200000));
  for (int own : {100, 101, 102, 103})
    tree.put("proc/" + std::to_string(own) + "/stat", stat(own, "own",
                                                           own == 101   ? 100
                                                           : own == 102 ? 101
                                                                        : 1,
                                                           own == 103 ? 100 : own, 5 * second_of_ticks));
  tree.put("proc/200/stat", stat(200, "firefox", 1, 200, 1000 + second_of_ticks));
  tree.put("proc/300/stat", stat(300, "cc1plus", 200, 300, second_of_ticks / 2, 400));  // Began meanwhile.
  const auto next = load.look(3'000'000'000);
  ASSERT_TRUE(next && *next);
  EXPECT_NEAR((*next)->percent, 75, 0.01) << "1.5 s of work in 2 s";
  EXPECT_EQ((*next)->heaviest.name, "firefox");
  EXPECT_EQ((*next)->heaviest.pid, 200);
  EXPECT_NEAR((*next)->heaviest.percent, 50, 0.01);

  // Another program under the old number, with less time than the one before it.
  tree.put("proc/200/stat", stat(200, "vim", 1, 200, second_of_ticks / 10, 9000));
  const auto last = load.look(4'000'000'000);
  ASSERT_TRUE(last && *last);
  EXPECT_EQ((*last)->heaviest.name, "vim");
  EXPECT_NEAR((*last)->heaviest.percent, 10, 0.01);
}

TEST(ProcessLoad, EverybodyIsForeignToNobody) {
  TestTree tree;
  tree.put("proc/100/stat", stat(100, "assay", 1, 100, 0));
  ProcessLoad load(tree.root(), 0);
  ASSERT_TRUE(load.look(0));
  tree.put("proc/100/stat", stat(100, "assay", 1, 100, ::sysconf(_SC_CLK_TCK)));
  EXPECT_EQ((*load.look(1'000'000'000))->heaviest.name, "assay");
}

TEST(ProcessLoad, AnAbsentProcIsAnError) {
  TestTree tree;
  ProcessLoad load(tree.root(), 0);
  EXPECT_EQ(load.look(0).error().code, Code::kUnavailable);
}

TEST(ProcessLoad, SeesThisVeryProcess) {
  ProcessLoad load("/", 0);
  ASSERT_TRUE(load.look(0));
  volatile double sink = 0;
  const auto end = std::clock() + CLOCKS_PER_SEC / 10;
  while (std::clock() < end) sink = sink + 1;
  const auto busy = load.look(100'000'000);
  ASSERT_TRUE(busy && *busy);
  EXPECT_GT((*busy)->percent, 10) << "0.1 s of work by this test";
}

TEST(LoadSensors, GiveSharesFromTheSecondReadingOn) {
  TestTree tree;
  tree.put("proc/stat", "cpu  100 0 0 900 0 0 0 0 0 0\n");
  const Found found = discover(tree.places());
  const auto at = std::find_if(found.sensors.begin(), found.sensors.end(),
                               [](const auto& sensor) { return sensor->source().id == "load"; });
  ASSERT_NE(at, found.sensors.end());
  std::optional<double> value;
  const auto read = [&] { return (*at)->read(std::span(&value, 1)).has_value(); };
  ASSERT_TRUE(read());
  EXPECT_EQ(value, std::nullopt);
  tree.put("proc/stat", "cpu  130 0 0 970 0 0 0 0 0 0\n");
  ASSERT_TRUE(read());
  EXPECT_DOUBLE_EQ(value.value(), 30);
  ASSERT_TRUE(read());
  EXPECT_EQ(value, std::nullopt) << "nothing passed: 0 of 0 is no share";
  tree.put("proc/stat", "cpu  140 0 0 960 0 0 0 0 0 0\n");
  ASSERT_TRUE(read());
  EXPECT_EQ(value, std::nullopt) << "idle time stepped back";
  EXPECT_EQ((*at)->rejected(0),
            (std::map<std::string, std::int64_t>{{"first reading", 2}, {"out of range", 1}}));
}

}  // namespace
}  // namespace assay::sensor

#include "engine/worker/process_facts.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <sstream>

namespace assay::engine {
namespace {

TEST(ForeignLoad, OnlyTheAllowedCpusCount) {
  const std::int64_t tick = 1000000000 / ::sysconf(_SC_CLK_TCK);
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  CPU_SET(1, &cpus);
  CPU_SET(10, &cpus);
  const auto read = [&](const std::string& text) {
    std::istringstream stat(text);
    CpuSnapshot snapshot;
    read_busy_cpus(stat, cpus, snapshot);
    return snapshot;
  };
  // user nice system idle iowait irq softirq steal guest guest_nice.
  const CpuSnapshot snapshot = read(
      "cpu  9 9 9 9 9 9 9 9 9 9\ncpu0 100 0 0 0 0 0 0 0 0 0\ncpu1 1 2 4 8 16 32 64 128 256 512\n"
      "cpu10 1000 0 0 7 0 0 0 0 0 0\ncpu100 5000 0 0 0 0 0 0 0\nintr 1 2 3\n");
  EXPECT_EQ(snapshot.cores, 2);
  EXPECT_EQ(snapshot.busy_ns, (1 + 2 + 4 + 32 + 64 + 128 + 1000) * tick);
  EXPECT_EQ(read("cpu 1 2 3\ncpu0 1 2 3\n").busy_ns, -1) << "none of ours is listed";
  EXPECT_EQ(read("").busy_ns, -1);
}

TEST(ForeignLoad, ShareOfWhatIsNeitherOursNorTheSupervisors) {
  CpuSnapshot begin, end;
  begin.busy_ns = 500;
  end.busy_ns = 500 + 1000;
  begin.supervisor_ns = 10;
  end.supervisor_ns = 10 + 100;
  end.own_ns = 400;
  end.cores = 2;
  EXPECT_DOUBLE_EQ(foreign_cpu_share(begin, end, 1000), 0.25);
  end.own_ns = 1200;
  EXPECT_EQ(foreign_cpu_share(begin, end, 1000), 0) << "the ticks' rounding";
  end.busy_ns = -1;
  EXPECT_EQ(foreign_cpu_share(begin, end, 1000), -1);
}

TEST(ForeignLoad, ThisMachineTells) {
  const CpuSnapshot snapshot = cpu_snapshot();
  EXPECT_GT(snapshot.busy_ns, 0);
  EXPECT_GE(snapshot.cores, 1);
  EXPECT_LE(snapshot.cores, ::sysconf(_SC_NPROCESSORS_CONF));
}

}  // namespace
}  // namespace assay::engine

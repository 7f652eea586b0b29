#include "sensor/environment.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/file.h"

namespace assay::sensor {
namespace {

namespace fs = std::filesystem;

void put(const fs::path& path, std::string_view content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << content;
}

TEST(Environment, ReadsABoardTree) {
  auto dir = TemporaryDirectory::create("assay-env");
  ASSERT_TRUE(dir);
  const fs::path root = dir->path();
  put(root / "proc/cpuinfo",
      "processor\t: 0\nmodel name\t: Intel(R) N100\nflags\t\t: fpu avx2 fma avx_vnni\nmicrocode\t: 0x17\n\n"
      "processor\t: 1\nmodel name\t: Intel(R) N100\n");
  put(root / "proc/meminfo", "MemTotal:       16000000 kB\nMemFree: 1 kB\n");
  put(root / "proc/sys/kernel/osrelease", "6.1.0-21-amd64\n");
  put(root / "etc/os-release", "NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
  put(root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
  const auto env = read_environment(root);
  EXPECT_EQ(env.cpu_model, "Intel(R) N100");
  EXPECT_EQ(env.cpus, 2);
  EXPECT_EQ(env.memory_bytes, 16'000'000LL * 1024);
  EXPECT_EQ(env.os, "Debian GNU/Linux 12 (bookworm)");
  EXPECT_EQ(env.facts.at("governor"), "performance");
  EXPECT_EQ(env.facts.at("isa"), "avx2 fma avx_vnni");
  EXPECT_FALSE(env.facts.count("boost"));
  EXPECT_FALSE(env.facts.count("l4t"));

  put(root / "etc/nv_tegra_release", "# R35 (release), REVISION: 3.1, GCID: 32827747, BOARD: t186ref\n");
  EXPECT_EQ(read_environment(root).facts.at("l4t"), "35.3.1");
  put(root / "etc/nv_tegra_release", "# R\n");
  EXPECT_FALSE(read_environment(root).facts.count("l4t"));

  put(root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
  EXPECT_NE(read_environment(root).digest, env.digest) << "a changed governor is another environment";
}

TEST(Environment, APowerModeIsPartOfIt) {
  const auto env = read_environment(fs::path(ASSAY_SOURCE_DIR) / "tests/fixtures/sys/orin-nx-35");
  EXPECT_EQ(env.facts.at("power_mode"), "25W (mode 3)");
  EXPECT_EQ(env.facts.at("board"), "NVIDIA Orin NX Developer Kit");
}

TEST(Environment, AnEmptyTreeTellsNothingAndDoesNotFail) {
  auto dir = TemporaryDirectory::create("assay-env");
  const auto env = read_environment(dir->path());
  EXPECT_EQ(env.cpus, 0);
  EXPECT_TRUE(env.facts.empty());
}

}  // namespace
}  // namespace assay::sensor

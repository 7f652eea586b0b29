#include <gtest/gtest.h>

#include "vendor/flags.h"
#include "vendor/openvino.h"
#include "vendor/trtexec.h"

namespace assay::vendor {
namespace {

Result<void> check(std::string_view tool, std::string_view version, std::vector<std::string> argv) {
  return check_flags(tool, version, argv);
}

TEST(Versions, CompareNumberByNumber) {
  EXPECT_EQ(compare_versions("8.5.2", "8.5"), 1);
  EXPECT_EQ(compare_versions("8.5", "8.5.0"), 0);
  EXPECT_EQ(compare_versions("10.3", "8.6"), 1);
  EXPECT_EQ(compare_versions("2.9", "2.10"), -1);
  EXPECT_EQ(compare_versions("2023.3+", "2023.3"), 0);
}

TEST(Trtexec, BuildsForEachVersion) {
  EngineBuild build;
  build.onnx = "model.onnx";
  build.engine = "gpu.engine";
  build.precision = "int8";
  build.calibration_cache = "calibration.cache";
  build.workspace_mib = 4096;
  build.version = "8.5.2";
  const auto old = build_engine(build);
  ASSERT_TRUE(old) << old.error().message;
  EXPECT_EQ(to_shell(*old),
            "trtexec --onnx=model.onnx --saveEngine=gpu.engine --int8 --calib=calibration.cache "
            "--memPoolSize=workspace:4096 --profilingVerbosity=detailed --buildOnly");
}

TEST(OpenVino, LatencyMode) {
  LatencyBenchmark run;
  run.version = "2026.4.1";
  run.model = "model.xml";
  run.device = "GPU.0";
  const auto command = latency_benchmark(run);
  ASSERT_TRUE(command) << command.error().message;
  EXPECT_EQ(to_shell(*command),
            "benchmark_app -m model.xml -d GPU.0 -hint latency -api sync -niter 1000 -ip f32");
}

TEST(Flags, WhatIsGoneIsRefusedWithItsReplacement) {
  const auto gone = check("trtexec", "10.3.0", {"--workspace=4096"});
  ASSERT_FALSE(gone);
  EXPECT_NE(gone.error().message.find("--memPoolSize=workspace:N"), std::string::npos)
      << gone.error().message;
}

}  // namespace
}  // namespace assay::vendor

#include <gtest/gtest.h>

#include <clocale>
#include <filesystem>
#include <string>

#include "base/file.h"
#include "vendor/benchmark_app_output.h"
#include "vendor/onnxruntime_loop_output.h"
#include "vendor/snpe_output.h"
#include "vendor/trtexec_output.h"

namespace assay::vendor {
namespace {

std::string fixture(const std::string& name) {
  return read_file(std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/fixtures/witness" / name).value();
}

std::string with(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

TEST(BenchmarkApp, ReadsWhatTheToolOfTheWheelPrints) {
  const auto report = parse_benchmark_app(fixture("benchmark_app-2026.4.1.txt"));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->version, "2026.4.1-22982-e213a147257-releases/2026/4");
  EXPECT_DOUBLE_EQ(*report->median_ms, 24.39);
  EXPECT_DOUBLE_EQ(*report->mean_ms, 25.83);
  EXPECT_DOUBLE_EQ(*report->min_ms, 18.09);
  EXPECT_DOUBLE_EQ(*report->max_ms, 51.78);
  EXPECT_DOUBLE_EQ(*report->first_ms, 30.14);
  EXPECT_EQ(report->inferences, 77);
  EXPECT_NEAR(*report->loop_ms, 2006.67 / 77, 1e-12);
  EXPECT_DOUBLE_EQ(report->resolution_ms, 0.01);
  // As the C++ interface says it, so that it can be held against ours.
  EXPECT_EQ(report->settings.at("INFERENCE_PRECISION_HINT"), "f32");
  EXPECT_EQ(report->settings.at("ENABLE_CPU_PINNING"), "YES");
  EXPECT_EQ(report->settings.at("SCHEDULING_CORE_TYPE"), "ANY_CORE");
  EXPECT_EQ(report->settings.at("INFERENCE_NUM_THREADS"), "2");
  EXPECT_EQ(report->settings.at("CPU_SPARSE_WEIGHTS_DECOMPRESSION_RATE"), "1.0");
  EXPECT_EQ(report->settings.at("API"), "sync");
  // The tool changed the model's input: f32 became u8.
  EXPECT_EQ(report->settings.at("input image"), "u8");
  ASSERT_EQ(report->warnings.size(), 1u);
  EXPECT_NE(report->warnings[0].find("random values"), std::string::npos);
}

TEST(BenchmarkApp, MicrosecondsWhereTheModelIsFast) {
  std::string text = fixture("benchmark_app-2026.4.1.txt");
  text = with(text, "24.39 ms", "871.20 us");
  const auto report = parse_benchmark_app(text);
  ASSERT_TRUE(report);
  EXPECT_NEAR(*report->median_ms, 0.8712, 1e-12);
}

TEST(BenchmarkApp, RefusesWhatHasNoMedian) {
  const std::string good = fixture("benchmark_app-2026.4.1.txt");
  for (const std::string& bad :
       {std::string(), good.substr(0, good.find("[ INFO ] Latency")), with(good, "24.39 ms", "24,39 ms"),
        with(good, "24.39 ms", "nan ms"), with(good, "24.39 ms", "-24.39 ms"),
        with(good, "24.39 ms", "0.00 ms"), with(good, "24.39 ms", "1e999 ms"),
        with(good, "77 iterations", "iterations"), with(good, "77 iterations", "0 iterations"),
        with(good, "2006.67 ms", "forever")}) {
    const auto report = parse_benchmark_app(bad);
    ASSERT_FALSE(report) << bad;
    EXPECT_EQ(report.error().code, Code::kWorkerFailed);
    EXPECT_NE(report.error().message.find("last lines"), std::string::npos);
  }
}

TEST(Trtexec, ReadsSummariesOf8And10) {
  const auto old = parse_trtexec(fixture("trtexec-8.5.2.txt"));
  ASSERT_TRUE(old) << old.error().message;
  EXPECT_EQ(old->version, "8.5.2");
  EXPECT_EQ(trtexec_major(*old), 8);
  EXPECT_DOUBLE_EQ(*old->median_ms, 10.7972);
  EXPECT_DOUBLE_EQ(*old->mean_ms, 10.7971);
  EXPECT_DOUBLE_EQ(*old->device_ms, 10.1851);
  EXPECT_DOUBLE_EQ(*old->to_device_ms, 0.310486);
  EXPECT_DOUBLE_EQ(*old->from_device_ms, 0.298584);
  EXPECT_NEAR(*old->loop_ms, 1000 / 97.8649, 1e-9);
  const auto recent = parse_trtexec(fixture("trtexec-10.9.0.txt"));
  ASSERT_TRUE(recent) << recent.error().message;
  EXPECT_EQ(recent->version, "10.9.0");
  EXPECT_EQ(trtexec_major(*recent), 10);
  EXPECT_DOUBLE_EQ(*recent->median_ms, 1.43823);
  EXPECT_EQ(recent->settings.at("Data transfers"), "Enabled");
  EXPECT_EQ(recent->settings.at("CUDA Graph"), "Disabled");
  ASSERT_EQ(recent->warnings.size(), 1u);
}

TEST(Trtexec, MajorsDifferInTheirDefaults) {
  EXPECT_EQ(trtexec_defaults(8), trtexec_defaults(10));
  EXPECT_NE(trtexec_defaults(10), trtexec_defaults(11));
  EXPECT_EQ(trtexec_defaults(7), "");
}

TEST(Trtexec, RefusesFailuresAndOldForms) {
  const auto failed = parse_trtexec(fixture("trtexec-11.2.1-failed.txt"));
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("Engine set up failed"), std::string::npos);
  const std::string good = fixture("trtexec-8.5.2.txt");
  EXPECT_FALSE(parse_trtexec(""));
  EXPECT_FALSE(parse_trtexec(good.substr(0, good.find("&&&&"))));  // No version: its defaults are unknown.
  EXPECT_FALSE(parse_trtexec(with(good, "median = 10.7972 ms", "median = 10,7972 ms")));
  // TensorRT 7 wrote each figure on a line of its own.
  EXPECT_FALSE(
      parse_trtexec("[06/12/2022-22:34:00] [I] Host Latency\n[06/12/2022-22:34:00] [I] median: 1.65601 "
                    "ms (end to end 3.01636 ms)\n&&&& PASSED TensorRT.trtexec [TensorRT v7103] # trtexec\n"));
}

TEST(Snpe, ReadsThroughputOfOneInstance) {
  const std::string text = fixture("snpe-throughput-2.9.txt");
  const auto report = parse_snpe_throughput(text);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_FALSE(report->median_ms);
  EXPECT_NEAR(*report->mean_ms, 9989.524 / 15803, 1e-12);
  EXPECT_EQ(report->inferences, 15803);
  EXPECT_EQ(report->settings.at("runtime"), "dsp_fixed8_tf");
  EXPECT_FALSE(parse_snpe_throughput(text + with(text, "[Thread 0", "[Thread 1")));
  EXPECT_FALSE(parse_snpe_throughput(text.substr(text.find("Total"))));
  EXPECT_FALSE(parse_snpe_throughput(with(text, "Real time: 9989524", "Real time: soon")));
  EXPECT_FALSE(parse_snpe_throughput(""));
}

TEST(Snpe, ReadsDiagview) {
  const std::string text = fixture("snpe-diagview-2.9.txt");
  const auto report = parse_snpe_diagview(text);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->version, "2.9.0.4462");
  EXPECT_DOUBLE_EQ(*report->mean_ms, 3.318);
  EXPECT_DOUBLE_EQ(*report->device_ms, 0.603);
  EXPECT_EQ(report->settings.at("layers on DSP"), "3");
  EXPECT_FALSE(parse_snpe_diagview(with(text, "3318 us", "3318 ms")));
  EXPECT_FALSE(parse_snpe_diagview(with(text, "3318 us", "0 NONE")));
}

TEST(OnnxRuntimeLoop, ReadsItsLastLine) {
  const std::string good =
      R"({"version": "1.31.1", "median_ms": 15.2, "mean_ms": 15.4, "min_ms": 14.9, "max_ms": 22.1, "loop_ms": 15.41, )"
      R"("first_ms": 31.0, "inferences": 130, "settings": {"threads": 2, "execution_provider": "CPUExecutionProvider"}})";
  const auto report = parse_onnxruntime_loop("a warning of the library\n" + good + "\n");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_DOUBLE_EQ(*report->median_ms, 15.2);
  EXPECT_EQ(report->inferences, 130);
  EXPECT_EQ(report->settings.at("threads"), "2");
  EXPECT_EQ(report->settings.at("execution_provider"), "CPUExecutionProvider");
  for (const std::string& bad :
       {std::string("{}"), std::string("[1]"), good.substr(0, 60), good + "\nbye", with(good, "15.2", "99"),
        with(good, "15.2", "\"15.2\""), with(good, "130", "0"), with(good, "130", "1.5")})
    EXPECT_FALSE(parse_onnxruntime_loop(bad)) << bad;
}

TEST(ToolOutput, DoesNotDependOnTheLocale) {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  for (const char* locale : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8"})
    if (std::setlocale(LC_ALL, locale) != nullptr) break;
  EXPECT_DOUBLE_EQ(*parse_benchmark_app(fixture("benchmark_app-2026.4.1.txt"))->median_ms, 24.39);
  EXPECT_DOUBLE_EQ(*parse_trtexec(fixture("trtexec-8.5.2.txt"))->median_ms, 10.7972);
  std::setlocale(LC_ALL, before.c_str());
}

}  // namespace
}  // namespace assay::vendor

#include "metric/peak.h"

#include <gtest/gtest.h>

namespace assay::metric {
namespace {

TEST(Peak, IsMeasuredAndSaysHow) {
  const CpuPeaks peaks = measure_cpu_peaks(1);
  EXPECT_GT(peaks.fp32.gops, 0);
  EXPECT_GT(peaks.fp32.bandwidth_gb_per_s.value_or(0), 0);
  EXPECT_NE(peaks.fp32.bandwidth_source.find("memory read"), std::string::npos);
  EXPECT_EQ(peaks.fp32.precision, "fp32");
  EXPECT_EQ(peaks.fp32.accelerator, "CPU");
  EXPECT_NE(peaks.fp32.source.find("FP32 FMA"), std::string::npos) << peaks.fp32.source;
  EXPECT_NE(peaks.fp32.source.find("1 thread,"), std::string::npos) << peaks.fp32.source;
}

}  // namespace
}  // namespace assay::metric

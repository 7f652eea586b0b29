// Hexagon on Qualcomm's simulator through a whole campaign: quantized, built into a context, scored,
// profiled, and never timed.
#include "small_campaign.h"

namespace assay::test {
namespace {

using QnnCampaign = Campaign;

TEST_F(QnnCampaign, AnInt8HexagonRowIsScoredAndNeverTimed) {
  const auto spec =
      write("spec.yaml", std::string(kHead) + "rows: [{backend: qnn, accelerator: HTP, precision: int8}]\n" +
                             protocol(1, 5));
  const Outcome outcome = run_assay({"run", spec, "--out", path("out").string()});
  ASSERT_TRUE(fs::exists(path("out") / "results.json")) << outcome.text;
  const auto results = read_json(path("out") / "results.json");
  ASSERT_EQ(results["rows"].size(), 1u);
  const auto& row = results["rows"][0];
  EXPECT_TRUE(row["simulated"]);
  EXPECT_EQ(row["executed_precision"], "int8");
  EXPECT_EQ(row["stack"], "general runtime with the vendor's provider");
  for (const char* name : {"miou", "miou_fp32", "miou_drop", "placement"})
    EXPECT_TRUE(row[name]["value"].is_number()) << name << ": " << row[name].dump();
  EXPECT_EQ(row["placement"]["value"], 100.0) << row["placement"].dump();
  // Five points of 12 images of 64x128 pixels: the arithmetic is right, or everything is lost.
  EXPECT_LT(row["miou_drop"]["value"].get<double>(), 5);
  for (const char* name :
       {"latency_mean", "latency_p50", "latency_p99", "throughput", "end_to_end_mean", "gops"}) {
    EXPECT_TRUE(row[name]["value"].is_null()) << name << ": " << row[name].dump();
    EXPECT_EQ(row[name]["status"], "unmeasured") << name;
  }
}

TEST_F(QnnCampaign, AHexagonWithoutFloatingPointMakesNoFp16Row) {
  const auto spec =
      write("spec.yaml", std::string(kHead) + "rows: [{backend: qnn, accelerator: HTP, precision: fp16}]\n" +
                             protocol(1, 5));
  const Outcome outcome = run_assay({"run", spec, "--out", path("out").string()});
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_NE(outcome.text.find("V68 computes in integers only"), std::string::npos) << outcome.text;
}

}  // namespace
}  // namespace assay::test

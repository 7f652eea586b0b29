// Whole campaigns with a simulated power analyzer: another process, real wire protocol, watts that are known.
#include <algorithm>
#include <string>

#include "small_campaign.h"

namespace assay::test {
namespace {

class PowerCampaign : public Campaign {
 protected:
  /// One row, two repeats of at least 1.6 s (what 30 samples at 50 ms need), on a meter made by `arguments`.
  std::string spec(const std::string& arguments, const std::string& more = "") const {
    return write("spec.yaml",
                 std::string(kHead) + "rows: [{backends: [onnxruntime], precisions: [fp32]}]\n" +
                     protocol(2, 50) +
                     "power: {sensors: false, idle: 2 s, loaded_idle: 1 s, meters: [{kind: wt300e, " +
                     arguments + ", boundary: dc_input, period: 100 ms" + more + "}]}\n");
  }
  Outcome run(const std::string& spec) const {
    return run_assay({"run", spec, "--out", path("out").string()});
  }
};

bool has_rule(const nlohmann::json& row, const std::string& rule) {
  const auto& findings = row["findings"];
  return std::any_of(findings.begin(), findings.end(), [&](const auto& f) { return f["rule"] == rule; });
}

TEST_F(PowerCampaign, KnownWattsComeOutAndAreMarkedSimulated) {
  const Outcome outcome = run(spec("simulator: [--load, \"const:7.5\", --noise, \"0.002\"]"));
  ASSERT_TRUE(fs::exists(path("out") / "results.json")) << outcome.text;
  const auto results = read_json(path("out") / "results.json");
  const auto& row = results["rows"][0];
  for (const char* name :
       {"power", "power_idle", "power_loaded_idle", "power_peak", "efficiency", "energy_per_inference",
        "window_energy_per_inference", "energy_delay_product", "gops_per_watt"}) {
    ASSERT_TRUE(row[name]["value"].is_number()) << name << ": " << row[name].dump() << outcome.text;
    EXPECT_TRUE(row[name]["lo"].is_number() && row[name]["hi"].is_number())
        << name << ": " << row[name].dump();
  }
  // The interval is an honest one: a load without steps leaves the meter's accuracy and its noise.
  EXPECT_LE(row["power"]["lo"], 7.5);
  EXPECT_GE(row["power"]["hi"], 7.5);
  EXPECT_NEAR(row["power"]["value"].get<double>(), 7.5, 0.05);
  EXPECT_NEAR(row["power_idle"]["value"].get<double>(), 7.5, 0.05);
  EXPECT_NEAR(row["efficiency"]["value"].get<double>(), row["throughput"]["value"].get<double>() / 7.5,
              0.02 * row["efficiency"]["value"].get<double>());
  // Simulated is a WARN; on a busy machine it is rightly INVALID.
  EXPECT_NE(row["power"]["status"], "ok") << row["power"].dump();
  EXPECT_TRUE(has_rule(row, "power-simulated"));
  EXPECT_NE(outcome.text.find("simulated"), std::string::npos) << outcome.text;
  for (const char* format : {"table", "md", "csv", "json"})
    EXPECT_NE(run_assay({"report", path("out").string(), "--format", format}).text.find("simulated"),
              std::string::npos)
        << format;
}

TEST_F(PowerCampaign, AMeterThatIsNotThereIsKnownBeforeAnythingElse) {
  const Outcome outcome = run(spec("address: \"tcp://127.0.0.1:1\""));
  EXPECT_EQ(outcome.exit_code, 4) << outcome.text;
  EXPECT_NE(outcome.text.find("power meter: WT300E at tcp://127.0.0.1:1"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("--resume"), std::string::npos) << outcome.text;
  EXPECT_FALSE(fs::exists(path("out") / "runs" / "peaks"));
}

TEST_F(PowerCampaign, ASimulatorThatCannotStartSaysWhy) {
  const Outcome outcome = run(spec("simulator: [--load, nonsense]"));
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_NE(outcome.text.find("did not start"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("nonsense"), std::string::npos) << outcome.text;
}

TEST_F(PowerCampaign, AMeterThatVanishesCostsThePowerAndNothingElse) {
  const Outcome outcome = run(spec("simulator: [--load, \"const:7.5\", --fault, \"drop@1s+600s\"]",
                                   ", options: {voltage_range: 15, current_range: 1, give_up_s: 1}"));
  ASSERT_TRUE(fs::exists(path("out") / "results.json")) << outcome.text;
  const auto results = read_json(path("out") / "results.json");
  EXPECT_TRUE(results["complete"]) << outcome.text;
  const auto& row = results["rows"][0];
  EXPECT_TRUE(row["latency_mean"]["value"].is_number());
  EXPECT_NE(row["power"]["status"], "ok");
  EXPECT_FALSE(row["power"]["reasons"].empty());
  EXPECT_EQ(row["repeats"], 2);
}

}  // namespace
}  // namespace assay::test

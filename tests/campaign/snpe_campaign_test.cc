// SNPE through a whole campaign: converted by stand-ins for the SDK's programs, executed by the contract
// library, scored, and never timed.
#include <cstdlib>

#include "small_campaign.h"

namespace assay::test {
namespace {

class SnpeCampaign : public Campaign {
 protected:
  void SetUp() override {
    Campaign::SetUp();
    ASSERT_NE(std::getenv("ASSAY_SNPE_LIB"), nullptr) << "run by ctest, which names the contract library";
    const auto content = read_file(kSource / "tests/snpe/sdk_program.py");
    ASSERT_TRUE(content) << content.error().message;
    for (const char* name : {"snpe-onnx-to-dlc", "snpe-dlc-quantize"}) {
      const fs::path program = path("sdk") / "bin/x86_64-linux-clang" / name;
      fs::create_directories(program.parent_path());
      std::ofstream(program) << "#!" << (kSource / "sdk/venv/bin/python").string() << "\n" << *content;
      fs::permissions(program, fs::perms::owner_all);
    }
    std::ofstream(path("sdk") / "bin/envsetup.sh") << "export STAND_IN_ENVSETUP=1\n";
    ::setenv("SNPE_ROOT", path("sdk").c_str(), 1);
  }
};

TEST_F(SnpeCampaign, RowsAreScoredAndNeverTimed) {
  const std::string diagview = (kSource / "tests/snpe/snpe-diagview").string();
  const auto spec =
      write("spec.yaml", std::string(kHead) +
                             "rows:\n  - {backend: snpe, accelerator: DSP, precision: fp32, options: "
                             "{diagview: " +
                             diagview +
                             "}}\n  - {backend: snpe, accelerator: CPU, precision: fp32, options: "
                             "{diagview: /nowhere/snpe-diagview}}\n" +
                             protocol(1, 5));
  const Outcome outcome = run_assay({"run", spec, "--out", path("out").string()});
  ASSERT_TRUE(fs::exists(path("out") / "results.json")) << outcome.text;
  const auto results = read_json(path("out") / "results.json");
  ASSERT_EQ(results["rows"].size(), 2u);
  for (const auto& row : results["rows"]) {
    EXPECT_TRUE(row["simulated"]);
    EXPECT_EQ(row["stack"], "native SDK");
    ASSERT_TRUE(row["miou_drop"]["value"].is_number()) << row["miou_drop"].dump() << outcome.text;
    EXPECT_NEAR(row["miou_drop"]["value"].get<double>(), 0, 0.1) << "the same network in floats";
    for (const char* name : {"latency_mean", "latency_p50", "latency_p99", "throughput", "end_to_end_mean",
                             "gops", "compile_time"}) {
      EXPECT_TRUE(row[name]["value"].is_null()) << name << ": " << row[name].dump();
      EXPECT_EQ(row[name]["status"], "unmeasured") << name;
    }
  }
  const auto& dsp = results["rows"][0];
  EXPECT_EQ(dsp["executed_precision"], "unknown") << "nothing proves what a float DLC is on a DSP";
  EXPECT_EQ(dsp["placement"]["value"], 100.0) << dsp["placement"].dump();
  // A profile that cannot be read is no placement of 100 %.
  const auto& cpu = results["rows"][1];
  EXPECT_EQ(cpu["executed_precision"], "fp32");
  EXPECT_TRUE(cpu["placement"]["value"].is_null()) << cpu["placement"].dump();
  EXPECT_NE(cpu["placement"].dump().find("/nowhere/snpe-diagview"), std::string::npos)
      << cpu["placement"].dump();
}

// On a PC, without the meter and, there, without the processor; then on the board.
TEST_F(SnpeCampaign, ADlcIsMadeWithoutTheMeterAndTellsItsCalibration) {
  ::setenv("STAND_IN_BYTES", std::to_string(3 * 64 * 128 * sizeof(float)).c_str(), 1);
  const std::string row = "{backend: snpe, accelerator: DSP, precision: int8, id: dsp";
  const auto spec =
      write("guide.yaml", std::string(kHead) + "rows: [" + row + "}]\n" + protocol(1, 5) +
                              "power: {meters: [{kind: wt300e, address: \"tcp://127.0.0.1:1\", boundary: "
                              "dc_input}]}\n");
  const Outcome metered = run_assay({"run", spec, "--out", path("metered").string()});
  EXPECT_NE(metered.exit_code, 0) << metered.text;
  EXPECT_FALSE(fs::exists(path("metered") / "runs/artifact.dsp")) << "the meter comes first";
  const Outcome made = run_assay({"run", spec, "--out", path("pc").string(), "--prepare-only"});
  ASSERT_EQ(made.exit_code, 0) << made.text;
  const auto artifact = read_json(path("pc") / "runs/artifact.dsp/artifact.json");
  const std::string dlc = artifact["path"];
  EXPECT_NE(made.text.find("dsp: " + dlc), std::string::npos) << made.text;
  EXPECT_EQ(artifact["calibration_digest"].get<std::string>().size(), 64u);

  for (const char* name : {"model.dlc", "model.dlc.io"})
    fs::copy_file(fs::path(dlc).parent_path() / name, path(name));
  const auto board = write(
      "board.yaml", std::string(kHead) + "rows: [" + row + ", artifact: model.dlc}]\n" + protocol(1, 5));
  const Outcome there = run_assay({"run", board, "--out", path("board").string()});
  ASSERT_TRUE(fs::exists(path("board") / "results.json")) << there.text;
  const auto given = read_json(path("board") / "runs/artifact.dsp/artifact.json");
  EXPECT_EQ(given["calibration_digest"], artifact["calibration_digest"]);
  for (const auto& finding : read_json(path("board") / "results.json")["rows"][0]["findings"])
    EXPECT_NE(finding["rule"], "calibration") << finding.dump();
}

}  // namespace
}  // namespace assay::test

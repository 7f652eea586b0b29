// `assay witness` with the real tools on a tiny model: what it does, never how fast.
#include <algorithm>
#include <string>

#include "small_campaign.h"

namespace assay::test {
namespace {

class WitnessCampaign : public Campaign {
 protected:
  std::string spec(const std::string& rows) const {
    return write("spec.yaml", std::string(kHead) + "rows: [" + rows + "]\n" + protocol(1, 20));
  }
  /// A program in the tool's place.
  std::string stand_in(const std::string& body) const {
    const std::string file = write("tool.sh", "#!/bin/sh\n" + body + "\n");
    fs::permissions(file, fs::perms::owner_all);
    return file;
  }
  Outcome witness(const std::string& what, const std::string& row, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"witness", what, "--row", row, "--pairs", "3", "--seconds", "0.3"};
    if (!fs::is_directory(what)) arguments.insert(arguments.end(), {"--out", path("out").string()});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_assay(arguments);
  }
};

TEST_F(WitnessCampaign, BenchmarkAppAndOursOnTheSameArtifact) {
  const Outcome outcome =
      witness(spec("{backends: [openvino], precisions: [fp32], options: {threads: 1}}"), "openvino-cpu-fp32");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const fs::path folder = path("out") / "witness/openvino-cpu-fp32.1";
  const auto record = read_json(folder / "witness.json");
  EXPECT_EQ(record["tool"], "benchmark_app");
  EXPECT_EQ(record["statistic"], "median");
  // Both say which OpenVINO they are, and the settings that we asked for are those that the tool ran with.
  EXPECT_EQ(record["tool_version"], record["runtime_version"]);
  ASSERT_EQ(record["runs"].size(), 3u);
  for (const auto& run : record["runs"]) {
    EXPECT_GT(run["ours_ms"], 0);
    EXPECT_GT(run["theirs_ms"], 0);
    EXPECT_GT(run["theirs_inferences"], 1);
  }
  EXPECT_LT(record["ratio"]["lo"], record["ratio"]["value"]);
  EXPECT_GT(record["ratio"]["hi"], record["ratio"]["value"]);
  const auto& reasons = record["reasons"];
  const auto reason = [&](const char* id) {
    return std::find_if(reasons.begin(), reasons.end(), [&](const auto& r) { return r["id"] == id; });
  };
  ASSERT_NE(reason("settings"), reasons.end()) << reasons.dump(1);
  EXPECT_FALSE((*reason("settings"))["likely"].get<bool>()) << (*reason("settings"))["evidence"];
  EXPECT_NE((*reason("settings"))["evidence"].get<std::string>().find("INFERENCE_NUM_THREADS 1"),
            std::string::npos);
  EXPECT_EQ(reason("input"), reasons.end()) << reasons.dump(1);  // Our image, in our type.
  for (const char* file : {"theirs-01.txt", "ours-03/latencies.csv"})
    EXPECT_TRUE(record["files"].contains(file)) << record["files"].dump();
  EXPECT_NE(outcome.text.find("theirs/ours"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("verdict"), std::string::npos);

  // The directory that it made is a run directory: its row can be witnessed again, and a changed artifact
  // not.
  const Outcome garbage =
      witness(path("out").string(), "openvino-cpu-fp32", {"--program", stand_in("echo 'Latency: quick'")});
  EXPECT_EQ(garbage.exit_code, 6) << garbage.text;
  EXPECT_NE(garbage.text.find("Latency: quick"), std::string::npos) << garbage.text;
  EXPECT_NE(garbage.text.find("to repeat it:"), std::string::npos) << garbage.text;
  const Outcome failed = witness(path("out").string(), "openvino-cpu-fp32",
                                 {"--program", stand_in("echo 'no such device' >&2; exit 3")});
  EXPECT_EQ(failed.exit_code, 6) << failed.text;
  EXPECT_NE(failed.text.find("exit code 3"), std::string::npos) << failed.text;
  EXPECT_NE(failed.text.find("no such device"), std::string::npos) << failed.text;
  const Outcome hung = witness(path("out").string(), "openvino-cpu-fp32",
                               {"--program", stand_in("sleep 60"), "--timeout", "1"});
  EXPECT_EQ(hung.exit_code, 6) << hung.text;
  const Outcome bare = witness(
      path("out").string(), "openvino-cpu-fp32",
      {"--program",
       stand_in("echo \"$0: error while loading shared libraries: libx.so: cannot open\" >&2; exit 127")});
  EXPECT_EQ(bare.exit_code, 4) << bare.text;
  EXPECT_NE(bare.text.find("lacks a library"), std::string::npos) << bare.text;
  EXPECT_EQ(bare.text.find("not found"), std::string::npos) << bare.text;
  const Outcome chain =
      witness(path("out").string(), "openvino-cpu-fp32", {"--program", stand_in("no-such-program-here")});
  EXPECT_EQ(chain.exit_code, 3) << chain.text;
  EXPECT_NE(chain.text.find("or a program that it starts, was not found"), std::string::npos) << chain.text;
  EXPECT_NE(chain.text.find("to repeat it:"), std::string::npos) << chain.text;
  const Outcome absent =
      witness(path("out").string(), "openvino-cpu-fp32", {"--program", "/nowhere/benchmark_app"});
  EXPECT_EQ(absent.exit_code, 3) << absent.text;
  // None of these left a record.
  EXPECT_FALSE(fs::exists(path("out") / "witness/openvino-cpu-fp32.2/witness.json"));
}

TEST_F(WitnessCampaign, TheLoopOfOnnxRuntime) {
  const Outcome outcome =
      witness(spec("{backends: [onnxruntime], precisions: [fp32], options: {threads: 1}}"),
              "onnxruntime-cpu-fp32", {"--format", "json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const auto record = read_json(path("out") / "witness/onnxruntime-cpu-fp32.1/witness.json");
  EXPECT_EQ(record["tool"], "onnxruntime-loop");
  EXPECT_EQ(record["tool_version"], record["runtime_version"]);
  EXPECT_NE(outcome.text.find("\"seal\""), std::string::npos) << outcome.text;
  EXPECT_EQ(record["resolution_percent"], 0);
}

TEST_F(WitnessCampaign, WhatHasNoLatencyOrNoToolIsRefused) {
  const std::string file = spec("{backend: \"null\", options: {output: \"f32:1x19x8x16\"}}");
  const Outcome simulated = witness(file, "null-cpu-fp32");
  EXPECT_EQ(simulated.exit_code, 2) << simulated.text;
  const Outcome row = witness(spec("{backends: [openvino], precisions: [fp32]}"), "openvino-cpu-int8");
  EXPECT_EQ(row.exit_code, 2) << row.text;
}

}  // namespace
}  // namespace assay::test

// `assay power import` as a user runs it, on a campaign that the program itself has measured.
#include <gtest/gtest.h>

#include "small_campaign.h"

namespace assay::test {
namespace {

const std::string kSpec = std::string(kHead) + R"(rows: [{backend: onnxruntime, precision: fp32}]
protocol: {repeats: 1, warmup: {iterations: 20, duration: 50 ms, cap: 200 ms}, timed: {iterations: 300, duration: 2 s}, pipeline_iterations: 0}
accuracy: {compare_images: 4}
power: {sensors: false}
conditions: {quiet_wait: 0 s}
)";

constexpr std::string_view kMapping = R"(
time: {column: when, unit: epoch_ms}
power: {column: mw, unit: mW}
position: end
boundary: dc_input
accuracy: {of_reading: 0.001, source: the test}
)";

bool mentions(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(PowerImportCli, FromALogToTheTable) {
  const auto dir = TemporaryDirectory::create("assay-import-cli").value();
  const auto path = [&](const std::string& name) { return (dir.path() / name).string(); };
  std::ofstream(path("spec.yaml")) << kSpec;
  const Outcome measured = run_assay({"run", path("spec.yaml"), "--out", path("out")});
  ASSERT_TRUE(measured.exit_code == 0 || measured.exit_code == 1) << measured.text;
  const auto run = read_json(dir.path() / "out/runs/timed.onnxruntime-cpu-fp32.r1/run.json");
  const std::int64_t begin_ms = run["begin_utc_ns"].get<std::int64_t>() / 1'000'000;
  const std::int64_t length_ms =
      (run["window_end_ns"].get<std::int64_t>() - run["window_begin_ns"].get<std::int64_t>()) / 1'000'000;
  std::string log = "when,mw\n";
  for (std::int64_t ms = begin_ms - 3000; ms < begin_ms + length_ms + 3000; ms += 20)
    log += std::to_string(ms) + "," + (ms / 20 % 2 ? "8000" : "8200") + "\n";
  std::ofstream(path("lab.csv")) << log << "logger ended\n";
  std::ofstream(path("lab.yaml")) << kMapping;
  const std::vector<std::string> import = {"power",     "import",    path("lab.csv"), "--run",
                                           path("out"), "--mapping", path("lab.yaml")};
  const auto with = [&](std::vector<std::string> more) {
    std::vector<std::string> all = import;
    all.insert(all.end(), more.begin(), more.end());
    return run_assay(all);
  };

  const Outcome no_clock = run_assay(import);
  EXPECT_EQ(no_clock.exit_code, 2) << no_clock.text;
  EXPECT_TRUE(mentions(no_clock.text, "drove no load pattern")) << no_clock.text;
  const Outcome bad_clock = with({"--clock", "utc", "--clock-error", "50"});
  EXPECT_EQ(bad_clock.exit_code, 2);
  EXPECT_TRUE(mentions(bad_clock.text, "--clock-error: expected a duration with its unit")) << bad_clock.text;

  const Outcome imported = with({"--clock", "same"});
  ASSERT_TRUE(imported.exit_code == 0 || imported.exit_code == 1) << imported.text;
  for (const char* part :
       {"csv-log.power in W, dc_input, mean, every 0.020000 s", "not used: 1 x", "same clock",
        "window     timed.onnxruntime-cpu-fp32.r1: 100.0 % covered, 8", "onnxruntime"})
    EXPECT_TRUE(mentions(imported.text, part)) << part << "\nin\n" << imported.text;
  const auto results = read_json(dir.path() / "out/results.json");
  const auto& row = results["rows"][0];
  EXPECT_NEAR(row["power"]["value"].get<double>(), 8.1, 0.02);
  EXPECT_NEAR(row["efficiency"]["value"].get<double>(), row["throughput"]["value"].get<double>() / 8.1, 2);
  EXPECT_TRUE(results["complete"]);

  const Outcome again = with({"--clock", "same"});
  EXPECT_EQ(again.exit_code, 5) << again.text;
  EXPECT_TRUE(mentions(again.text, "imported before")) << again.text;
  const Outcome simulated = with({"--clock", "same", "--replace", "--simulated", "--as", "lab"});
  EXPECT_TRUE(mentions(simulated.text, "SIMULATED")) << simulated.text;
  EXPECT_TRUE(mentions(simulated.text, "set aside  power.csv-log")) << simulated.text;
  EXPECT_TRUE(fs::exists(dir.path() / "out/superseded/power.csv-log.1/import.json"));
  EXPECT_TRUE(mentions(run_assay({"report", path("out")}).text, "power-simulated"));

  std::ofstream(path("bad.yaml")) << "tme: {column: t, unit: s}\n";
  const Outcome bad =
      run_assay({"power", "import", path("lab.csv"), "--run", path("out"), "--mapping", path("bad.yaml")});
  EXPECT_EQ(bad.exit_code, 2);
  EXPECT_TRUE(mentions(bad.text, "bad.yaml:1:1: unknown key 'tme': did you mean 'time'?")) << bad.text;
  EXPECT_EQ(run_assay({"power", "import", path("lab.csv"), "--run", path("nowhere")}).exit_code, 3);
}

}  // namespace
}  // namespace assay::test

// What was measured and could not be printed is not lost, and that is said.
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/subprocess.h"

namespace assay::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSpec = R"(assay: 1
name: small
model: {builtin: ddrnet23-slim, size: 64x128, input: {mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]}}
data:
  streets: {train: 8, val: 12, seed: 3, size: 64x128}
  calibration: {split: train, count: 4}
  validation: {split: val, count: 12}
rows: [{backend: onnxruntime, precision: fp32}]
protocol: {repeats: 1, warmup: {iterations: 5, duration: 50 ms, cap: 200 ms}, timed: {iterations: 50}, pipeline_iterations: 0}
power: {sensors: false}
conditions: {quiet_wait: 0 s}
)";

TEST(CampaignOutput, WhereTheResultsAreIsSaidWhateverBecomesOfThePrint) {
  const auto dir = TemporaryDirectory::create("assay-campaign-output").value();
  const auto log = TemporaryDirectory::create("assay-campaign-output-log").value();
  ASSERT_TRUE(write_file(dir.path() / "spec.yaml", kSpec));
  const struct {
    const char* script;
    int exit_code;
  } cases[] = {{"$ASSAY run spec.yaml --out out > /dev/full", 7},
               {"$ASSAY run --resume out >&-", 7},
               {"exec 3> >(:); wait $!; $ASSAY run --resume out >&3", 141}};
  for (const auto& [script, exit_code] : cases) {
    ProcessOptions options;
    options.argv = {"bash", "-c", script};
    options.cwd = dir.path();
    options.log = log.path() / "log";
    options.extra_env = {{"ASSAY", (fs::path(ASSAY_BINARY_DIR) / "assay").string()},
                         {"ASSAY_CACHE", (fs::path(ASSAY_BINARY_DIR) / "test-cache").string()}};
    auto process = Process::start(options);
    ASSERT_TRUE(process) << process.error().message;
    EXPECT_EQ(process->wait().exit_code.value_or(-1), exit_code) << script;
    const std::string text = read_file(options.log).value();
    EXPECT_NE(text.find("everything was measured; results are in out (`assay report out`)"),
              std::string::npos)
        << script << ": " << text;
    EXPECT_TRUE(fs::exists(dir.path() / "out/results.json"));
    EXPECT_EQ(read_file(dir.path() / "out/lock").value(), "") << "what is printed lands in no file of ours";
  }
}

}  // namespace
}  // namespace assay::test

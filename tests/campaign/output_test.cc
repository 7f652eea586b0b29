// What was measured and could not be printed is not lost, and that is said.
#include <gtest/gtest.h>

#include "small_campaign.h"

namespace assay::test {
namespace {

TEST_F(Campaign, WhereTheResultsAreIsSaidWhateverBecomesOfThePrint) {
  write("spec.yaml", std::string(kHead) + "rows: [{backend: onnxruntime, precision: fp32}]\n" +
                         protocol(1, 50) + "power: {sensors: false}\n");
  const auto log = TemporaryDirectory::create("assay-campaign-output-log").value();
  const struct {
    const char* script;
    int exit_code;
  } cases[] = {{"$ASSAY run spec.yaml --out out > /dev/full", 7},
               {"$ASSAY run --resume out >&-", 7},
               {"exec 3> >(:); wait $!; $ASSAY run --resume out >&3", 141}};
  for (const auto& [script, exit_code] : cases) {
    ProcessOptions options;
    options.argv = {"bash", "-c", script};
    options.cwd = dir_->path();
    options.log = log.path() / "log";
    options.extra_env = {{"ASSAY", (kBinaries / "assay").string()},
                         {"ASSAY_CACHE", (kBinaries / "test-cache").string()}};
    auto process = Process::start(options);
    ASSERT_TRUE(process) << process.error().message;
    EXPECT_EQ(process->wait().exit_code.value_or(-1), exit_code) << script;
    const std::string text = read_file(options.log).value();
    EXPECT_NE(text.find("everything was measured; results are in out (`assay report out`)"),
              std::string::npos)
        << script << ": " << text;
    EXPECT_TRUE(fs::exists(dir_->path() / "out/results.json"));
    EXPECT_EQ(read_file(dir_->path() / "out/lock").value(), "") << "what is printed lands in no file of ours";
  }
}

}  // namespace
}  // namespace assay::test

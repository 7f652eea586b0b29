#include "campaign/targets.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>

#include "base/file.h"
#include "spec/parse.h"
#include "store/records.h"

namespace assay::campaign {
namespace {

namespace fs = std::filesystem;

class Targets : public ::testing::Test {
 protected:
  void SetUp() override { ::setenv("ASSAY_HOME", ASSAY_SOURCE_DIR, 1); }

  static spec::Experiment on(const std::string& target, const std::string& accelerator,
                             const std::string& mode = "") {
    spec::Experiment experiment;
    spec::RowSpec row;
    row.id = "row";
    row.target = target;
    row.accelerator = accelerator;
    row.power_mode = mode;
    experiment.rows.push_back(row);
    return experiment;
  }

  static std::string refused(const spec::Experiment& experiment) {
    const auto checked = check_targets(experiment);
    return checked ? "" : checked.error().message;
  }

  static const record::Peak* peak(const record::RowEvidence& row, const std::string& precision) {
    for (const record::Peak& peak : row.peaks)
      if (peak.precision == precision) return &peak;
    return nullptr;
  }

  TemporaryDirectory dir_ = TemporaryDirectory::create("assay-targets").value();
};

TEST_F(Targets, ThatAreNotThereAreRefusedWithTheNearest) {
  EXPECT_EQ(refused(on("jetson-orin-nx-8gb", "GPU.0", "15W")), "");
  EXPECT_EQ(refused(on("", "anything")), "");
  EXPECT_NE(refused(on("jetson-orin-nx-8g", "GPU")).find("did you mean 'jetson-orin-nx-8gb'?"),
            std::string::npos);
  EXPECT_NE(refused(on("jetson-orin-nx-8gb", "NPU")).find("row row"), std::string::npos);
  EXPECT_NE(refused(on("jetson-orin-nx-8gb", "GPU", "90W")).find("power mode '90W'"), std::string::npos);
}

TEST_F(Targets, AreReadFromTheCopyThatTheCampaignKept) {
  const spec::Experiment experiment = on("jetson-orin-nx-8gb", "GPU", "15W");
  store::Campaign campaign;
  campaign.environment.cpu_model = "AMD EPYC";
  campaign.environment.facts["board"] = "Compute Engine";
  auto directory = store::RunDirectory::create(dir_.path() / "run", "", campaign).value();
  ASSERT_TRUE(keep_targets(experiment, directory));
  ASSERT_TRUE(keep_targets(experiment, directory)) << "A campaign that goes on keeps what it has.";
  const fs::path copy = directory.run_folder(kTargetsRun) / "jetson-orin-nx-8gb.yaml";
  std::string text = read_file(copy).value();
  text.replace(text.find("name: "), 6, "name: Copy of ");
  ASSERT_TRUE(write_file(copy, text));
  record::RowEvidence row;
  const auto added = add_target(experiment.rows[0], {}, directory, row);
  ASSERT_TRUE(added) << added.error().message;
  ASSERT_TRUE(row.target);
  EXPECT_TRUE(row.target->name.starts_with("Copy of ")) << row.target->name;
  EXPECT_EQ(row.machine.at("board"), "Compute Engine");
  EXPECT_EQ(row.machine.at("cpu"), "AMD EPYC");
}

TEST_F(Targets, PeaksAreTheSpecsThenTheCataloguesThenTheMeasured) {
  auto directory = store::RunDirectory::create(dir_.path() / "run", "", {}).value();
  const Peaks peaks{{{"int8", "GPU", 111, "declared: mine"}},
                    {{"fp16", "GPU", 222, "measured"}, {"fp32", "CPU", 333, "measured"}}};
  record::RowEvidence row;
  ASSERT_TRUE(add_target(on("jetson-orin-nx-8gb", "GPU").rows[0], peaks, directory, row));
  EXPECT_EQ(peak(row, "int8")->gops, 111);
  EXPECT_NE(peak(row, "fp16")->gops, 222);
  EXPECT_TRUE(peak(row, "fp16")->source.starts_with("target jetson-orin-nx-8gb GPU, dense"))
      << peak(row, "fp16")->source;
  record::RowEvidence without;
  ASSERT_TRUE(add_target(on("", "GPU").rows[0], peaks, directory, without));
  EXPECT_EQ(peak(without, "fp16")->gops, 222);
  EXPECT_FALSE(without.target);
  const auto all = all_peaks(peaks, std::vector{row, without});
  EXPECT_EQ(std::ranges::count(all, "fp32", &record::Peak::precision),
            1 + (peak(row, "fp32")->accelerator == "GPU"));
  EXPECT_EQ(std::ranges::count(all, "fp16", &record::Peak::precision), 2)
      << "The row's, and the measured one.";
}

TEST_F(Targets, ADeclaredPeakIsOfTheDeviceThatItNames) {
  auto directory = store::RunDirectory::create(dir_.path() / "run", "", {}).value();
  spec::Experiment experiment = on("jetson-orin-nx-8gb", "GPU");
  experiment.peaks = {{"GPU", "int8", 111, "mine", "jetson-orin-nx-8gb"},
                      {"GPU", "fp16", 222, "mine", "other"}};
  const Peaks peaks = read_peaks(experiment, directory).value();
  record::RowEvidence row;
  ASSERT_TRUE(add_target(experiment.rows[0], peaks, directory, row));
  EXPECT_EQ(peak(row, "int8")->source, "declared for jetson-orin-nx-8gb: mine");
  EXPECT_TRUE(peak(row, "fp16")->of_target) << peak(row, "fp16")->source;
  const auto all = all_peaks(peaks, std::vector{row});
  EXPECT_EQ(std::ranges::count(all, 111, &record::Peak::gops), 1);
}

TEST_F(Targets, SupplyAndPriceAreOfTheBoardThatSaysSo) {
  for (const bool radxa : {true, false}) {
    store::Campaign campaign;
    campaign.environment.cpu_model = "Intel(R) N100";
    campaign.environment.facts["board"] = radxa ? "Radxa X4" : "Mini S12";
    auto directory = store::RunDirectory::create(dir_.path() / (radxa ? "x4" : "s12"), "", campaign).value();
    record::RowEvidence row;
    ASSERT_TRUE(add_target(on("radxa-x4-n100", "GPU").rows[0], {}, directory, row));
    EXPECT_EQ(row.target->supply_limit_w.has_value(), radxa);
    EXPECT_EQ(row.target->price.has_value(), radxa);
    EXPECT_EQ(row.target->price_absent.empty(), radxa);
    EXPECT_NE(peak(row, "int8"), nullptr);
  }
}

TEST_F(Targets, SpecsOfTheirPagesAreReal) {
  int pages = 0;
  for (const auto& file : fs::directory_iterator(ASSAY_SOURCE_DIR "/docs/targets")) {
    const std::string page = read_file(file.path()).value();
    const std::size_t begin = page.find("```yaml\n") + 8;
    const std::string rows = page.substr(begin, page.find("```", begin) - begin);
    const auto experiment = spec::parse_experiment(
        "assay: 1\nname: page\nmodel: {builtin: ddrnet23-slim, size: 256x512}\n"
        "data: {streets: {train: 8, val: 8, seed: 1, size: 256x512}}\n" +
            rows,
        "page.yaml");
    ASSERT_TRUE(experiment) << file.path() << ": " << experiment.error().message;
    EXPECT_FALSE(experiment->rows.front().target.empty()) << file.path();
    EXPECT_EQ(refused(*experiment), "") << file.path();
    ++pages;
  }
  EXPECT_EQ(pages, 4);
}

TEST_F(Targets, SparseOnlyWhereTheBuildSkipsZeros) {
  spec::RowSpec row;
  EXPECT_FALSE(uses_sparsity(row));
  row.toolchain_options["sparsity"] = "disable";
  EXPECT_FALSE(uses_sparsity(row));
  row.toolchain_options["sparsity"] = "enable";
  EXPECT_TRUE(uses_sparsity(row));
}

}  // namespace
}  // namespace assay::campaign

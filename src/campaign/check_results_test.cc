#include "campaign/check_results.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "base/digest.h"
#include "base/file.h"
#include "store/results_json.h"
#include "store/run_directory.h"
#include "store/seal.h"

namespace assay::campaign {
namespace {

namespace fs = std::filesystem;
using record::Figure;
using record::Results;

Results results_of(std::initializer_list<const char*> ids) {
  Results results;
  for (const char* id : ids) {
    record::Row& row = results.rows.emplace_back();
    row.key.id = id;
    row.repeats = 3;
    for (const record::MetricInfo& metric : record::metrics())
      row.figures.*metric.member = Figure::unmeasured(std::string(metric.unit), "not here");
    row.figures.latency_mean = Figure::of(12.5, "ms", 12, 13);
    row.figures.throughput = Figure::of(80, "FPS", 77, 83);
  }
  return results;
}

/// The one finding about the one row.
record::Finding only(const std::vector<std::vector<record::Finding>>& findings) {
  EXPECT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings.at(0).size(), 1U);
  return findings.at(0).at(0);
}

TEST(DifferencesFromRuns, NoneWhereBothSayTheSame) {
  Results derived = results_of({"a", "b"});
  derived.rows[0].figures.latency_mean.value = 12.5 * (1 + 1e-9);  // Another compiler's last digits.
  for (const auto& row : differences_from_runs(results_of({"a", "b"}), derived)) EXPECT_TRUE(row.empty());
}

TEST(DifferencesFromRuns, AValueIsNamedWithBothNumbers) {
  Results stated = results_of({"a"});
  stated.rows[0].figures.latency_mean.value = 11.5;
  const auto finding = only(differences_from_runs(stated, results_of({"a"})));
  EXPECT_EQ(finding.rule, kEdited);
  EXPECT_EQ(finding.severity, record::Severity::kWarn);
  EXPECT_EQ(finding.figures, std::vector<std::string>{"latency_mean"});
  EXPECT_NE(finding.evidence.find("latency_mean 11.5, its runs give 12.5 ms"), std::string::npos)
      << finding.evidence;
}

TEST(DifferencesFromRuns, WhatWasMadeUpOrTakenAwayCounts) {
  Results stated = results_of({"a"});
  stated.rows[0].figures.power = Figure::of(5, "W");
  stated.rows[0].figures.throughput = Figure::unmeasured("FPS", "not here");
  const auto finding = only(differences_from_runs(stated, results_of({"a"})));
  EXPECT_EQ(finding.figures, (std::vector<std::string>{"throughput", "power"}));
  EXPECT_NE(finding.evidence.find("power 5, its runs give nothing"), std::string::npos) << finding.evidence;
}

TEST(DifferencesFromRuns, IntervalsStatusesVerdictsAndFindingsCountToo) {
  const Results derived = results_of({"a"});
  Results stated = derived;
  stated.rows[0].figures.latency_mean.hi = 12.6;
  EXPECT_NE(only(differences_from_runs(stated, derived)).evidence.find("the interval of latency_mean"),
            std::string::npos);
  Results warned = derived;
  warned.rows[0].figures.latency_mean.status = record::FigureStatus::kInvalid;
  warned.rows[0].verdict = "INVALID";
  warned.rows[0].findings = {{"foreign-load", record::Severity::kInvalid, "it was disturbed", {}}};
  const auto findings = differences_from_runs(derived, warned);
  ASSERT_EQ(findings[0].size(), 2U);
  EXPECT_NE(findings[0][0].evidence.find("latency_mean as ok, by its runs it is invalid"), std::string::npos);
  EXPECT_NE(findings[0][1].evidence.find("the verdict is OK, by its runs it is INVALID"), std::string::npos);
}

TEST(DifferencesFromRuns, AnOlderSchemaIsHeldToItsValuesAlone) {
  const Results derived = results_of({"a"});
  Results stated = derived;
  stated.schema_minor = 0;
  stated.rows[0].figures.latency_mean.hi = 12.6;
  stated.rows[0].verdict = "WARN";
  Results knows_more = derived;
  knows_more.rows[0].figures.placement = Figure::of(100, "%");
  EXPECT_TRUE(differences_from_runs(stated, knows_more)[0].empty());
  stated.rows[0].figures.latency_mean.value = 11.5;
  EXPECT_EQ(only(differences_from_runs(stated, knows_more)).figures,
            std::vector<std::string>{"latency_mean"});
}

TEST(DifferencesFromRuns, ARowThatNobodyRan) {
  const auto findings = differences_from_runs(results_of({"a", "made-up"}), results_of({"a"}));
  EXPECT_TRUE(findings[0].empty());
  ASSERT_EQ(findings[1].size(), 1U);
  EXPECT_NE(findings[1][0].evidence.find("know of no row made-up"), std::string::npos);
}

TEST(ReadCheckedResults, SaysWhatARunDirectoryLacks) {
  const auto dir = TemporaryDirectory::create("assay-check").value();
  auto nothing = read_checked_results(dir.path());
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, Code::kNotFound);
  EXPECT_NE(nothing.error().message.find("lacks campaign.json, spec.yaml, results.json, runs"),
            std::string::npos)
      << nothing.error().message;
  EXPECT_FALSE(read_checked_results(dir.path() / "absent"));
}

TEST(ReadCheckedResults, ResultsAloneAreReadAndSaidToBeAlone) {
  const auto dir = TemporaryDirectory::create("assay-check").value();
  ASSERT_TRUE(store::write_results(dir.path() / "results.json", results_of({"a"})));
  for (const fs::path& path : {dir.path(), dir.path() / "results.json"}) {
    const auto checked = read_checked_results(path);
    ASSERT_TRUE(checked) << checked.error().message;
    EXPECT_FALSE(checked->intact);
    ASSERT_EQ(checked->notes.size(), 1U);
    EXPECT_TRUE(checked->results.rows[0].findings.empty()) << "nothing says that anybody edited it";
  }
}

/// A run directory whose spec cannot be run here, so that nothing can be derived from its runs again.
class SealedDirectory : public ::testing::Test {
 protected:
  void SetUp() override {
    auto directory = store::RunDirectory::create(path(), "assay: 1\n", campaign()).value();
    for (const char* id : {"timed.a.r1", "timed.a.r2"})
      ASSERT_TRUE(directory.add_run(
          id, [](const fs::path& folder) { return write_file(folder / "latencies.csv", "abc"); }));
    ASSERT_TRUE(store::save_results(directory, results_of({"a"})));
  }
  static store::Campaign campaign() {
    store::Campaign campaign;
    campaign.spec_digest = Sha256().update("assay: 1\n").hex();
    return campaign;
  }
  CheckedResults read() const { return read_checked_results(path()).value(); }
  static bool says(const CheckedResults& checked, const std::string& text) {
    return std::ranges::any_of(checked.notes,
                               [&](const auto& note) { return note.find(text) != std::string::npos; });
  }
  fs::path path() const { return dir_.path() / "run"; }
  TemporaryDirectory dir_ = TemporaryDirectory::create("assay-check").value();
};

TEST_F(SealedDirectory, IsBelievedAsItIsAndNotWithoutItsSeal) {
  EXPECT_TRUE(read().intact) << read().notes.back();
  EXPECT_FALSE(read().unproven);
  fs::remove(path() / store::kSealFile);
  const CheckedResults unsealed = read();
  EXPECT_TRUE(unsealed.unproven) << "neither sealed nor held against its runs";
  EXPECT_FALSE(unsealed.derived);
  EXPECT_TRUE(says(unsealed, "which nothing vouches for")) << unsealed.notes.back();
  fs::remove(path() / "campaign.json");
  EXPECT_TRUE(read().unproven);
  fs::remove_all(path() / "runs");
  EXPECT_FALSE(read().unproven) << "a results.json alone is what its owner says it is";
}

TEST_F(SealedDirectory, ASealThatDoesNotNameTheResultsIsNone) {
  auto seal = store::read_seal(path()).value().value();
  ASSERT_EQ(seal.erase("results.json"), 1U);
  ASSERT_TRUE(write_file(path() / store::kSealFile, store::seal_to_text(seal)));
  EXPECT_TRUE(read().unproven);
  EXPECT_FALSE(read().intact);
}

TEST_F(SealedDirectory, OlderThanItsRunsItIsNotBelievedEither) {
  auto directory = store::RunDirectory::open(path()).value();
  ASSERT_TRUE(directory.add_run("timed.a.r3", [](const fs::path&) { return Result<void>{}; }));
  const CheckedResults older = read();
  EXPECT_TRUE(older.unproven);
  EXPECT_TRUE(says(older, "older than its runs")) << older.notes.front();
}

TEST_F(SealedDirectory, WhatCannotBeReadIsNotCalledEdited) {
  // A folder stands where the file was: no bytes are to be had of it, whoever asks.
  const fs::path run = path() / "runs" / "timed.a.r1";
  fs::rename(run / "latencies.csv", dir_.path() / "latencies.csv");
  fs::create_directories(run / "latencies.csv");
  const CheckedResults unreadable = read();
  EXPECT_FALSE(unreadable.intact);
  EXPECT_FALSE(unreadable.unproven) << "results.json is as it was sealed";
  EXPECT_TRUE(says(unreadable, "latencies.csv cannot be read"));
  EXPECT_FALSE(says(unreadable, "edited"));
  EXPECT_TRUE(unreadable.results.rows[0].findings.empty());
  fs::remove(run / "latencies.csv");
  fs::rename(dir_.path() / "latencies.csv", run / "latencies.csv");
  ASSERT_TRUE(read().intact);
  fs::remove(run / store::kSealFile);
  fs::create_directories(run / store::kSealFile);
  for (const std::string& told : read().notes) EXPECT_EQ(told.find("edited"), std::string::npos) << told;
  EXPECT_FALSE(read().intact);
}

TEST_F(SealedDirectory, SupersededRunsThatAreTakenAwayAreMissed) {
  {
    auto directory = store::RunDirectory::open(path()).value();
    ASSERT_TRUE(directory.supersede("timed.a.r2", "killed by SIGKILL"));
    ASSERT_TRUE(store::save_results(directory, results_of({"a"})));
  }
  ASSERT_TRUE(read().intact) << read().notes.front();
  fs::remove_all(path() / "superseded");
  const CheckedResults cleaned = read();
  EXPECT_TRUE(says(cleaned, "edited by hand: superseded/timed.a.r2.1 is not")) << cleaned.notes.front();
  ASSERT_EQ(cleaned.results.rows[0].findings.size(), 1U) << "one, though two of its files were sealed";
}

TEST(ReadCheckedResults, OldGoldensAreReadAndANewerMajorIsRefusedWithBothVersions) {
  const fs::path golden = fs::path(ASSAY_SOURCE_DIR) / "tests" / "golden";
  for (const char* name : {"results-1.0.json", "results-1.1.json", "results-1.1-meter.json",
                           "results-1.2.json", "results-1.3.json"})
    EXPECT_TRUE(read_checked_results(golden / name)) << name;
  std::string text = read_file(golden / "results-1.3.json").value();
  const std::string version = "\"schema_version\": \"1.3\"";
  ASSERT_NE(text.find(version), std::string::npos);
  text.replace(text.find(version), version.size(), "\"schema_version\": \"2.0\"");
  const auto dir = TemporaryDirectory::create("assay-check").value();
  std::ofstream(dir.path() / "results.json") << text;
  const auto newer = read_checked_results(dir.path());
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().code, Code::kConflict);
  EXPECT_NE(newer.error().message.find("2.0"), std::string::npos) << newer.error().message;
  EXPECT_NE(newer.error().message.find("1.x"), std::string::npos) << newer.error().message;
}

}  // namespace
}  // namespace assay::campaign

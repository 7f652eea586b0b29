// `assay report --format html` over a whole campaign, and what reports say of run directories that are not
// whole, old, or edited.
#include <algorithm>
#include <string>

#include "small_campaign.h"
#include "store/run_directory.h"

namespace assay::test {
namespace {

constexpr const char* kRow = "onnxruntime-cpu-fp32";

class PageCampaign : public Campaign {
 protected:
  /// One campaign for all tests: two runtimes' rows, beside a simulated meter.
  static void SetUpTestSuite() {
    auto made = TemporaryDirectory::create("assay-page");
    ASSERT_TRUE(made);
    shared_ = new TemporaryDirectory(std::move(*made));
    const std::string spec = (shared_->path() / "spec.yaml").string();
    std::ofstream(spec) << std::string(kHead) +
                               "rows: [{backends: [onnxruntime, openvino], precisions: [fp32]}]\n" +
                               protocol(2, 200) +
                               "power: {idle: 1 s, loaded_idle: 500 ms, meters: [{kind: "
                               "wt300e, simulator: [--load, \"const:7.5\"], boundary: dc_input, period: 100 "
                               "ms, options: {voltage_range: 15, current_range: 1}}]}\n";
    outcome_ = run_assay({"run", spec, "--out", out().string()});
  }
  static void TearDownTestSuite() {
    delete shared_;
    shared_ = nullptr;
  }
  void SetUp() override {
    Campaign::SetUp();
    ASSERT_TRUE(fs::exists(out() / "results.json")) << outcome_.text;
  }

  static fs::path out() { return shared_->path() / "out"; }
  /// A copy that a test may spoil.
  fs::path copy() const {
    fs::copy(out(), path("copy"), fs::copy_options::recursive);
    return path("copy");
  }
  Outcome page_of(std::vector<std::string> directories) const {
    directories.insert(directories.begin(), "report");
    for (const std::string& more :
         {std::string("--format"), std::string("html"), std::string("-o"), page().string()})
      directories.push_back(more);
    return run_assay(directories);
  }
  fs::path page() const { return path("page.html"); }
  Outcome run_program(std::vector<std::string> argv, const fs::path& folder = {}) const {
    ProcessOptions options;
    options.argv = std::move(argv);
    options.cwd = folder;
    options.log = path("program.log");
    auto process = Process::start(options);
    if (!process) return {-1, process.error().message};
    const ExitState state = process->wait();
    return {state.exit_code.value_or(-1), read_file(path("program.log")).value_or("")};
  }
  /// Replaces the first `from` in a file.
  static void edit(const fs::path& file, const std::string& from, const std::string& to) {
    std::string text = read_file(file).value();
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from << " in " << file;
    std::ofstream(file) << text.replace(at, from.size(), to);
  }
  /// What every format says of a directory.
  static std::string in_format(const fs::path& directory, const std::string& format) {
    return run_assay({"report", directory.string(), "--format", format}).text;
  }

  static inline TemporaryDirectory* shared_ = nullptr;
  static inline Outcome outcome_;
};

TEST_F(PageCampaign, HoldsWhatTheRunsHoldAndNothingFromOutside) {
  const Outcome made = page_of({out().string()});
  ASSERT_EQ(made.exit_code, 0) << made.text;
  EXPECT_EQ(made.text, "") << "nothing is to be said of what is whole and sealed";
  const Outcome checked = run_program(
      {"python3", (kSource / "tests/campaign/check_page.py").string(), page().string(), out().string()});
  EXPECT_EQ(checked.exit_code, 0) << checked.text;
  EXPECT_NE(checked.text.find("4 runs"), std::string::npos) << checked.text;
  EXPECT_EQ(checked.text.find(" 0 readings"), std::string::npos) << checked.text;
  const std::string text = read_file(page()).value();
  // Four images, their labels, and what the runtimes made of them.
  EXPECT_NE(text.find("of labelled pixels right"), std::string::npos);
  EXPECT_NE(text.find("SIMULATED POWER"), std::string::npos);
}

TEST_F(PageCampaign, OfSeveralDirectories) {
  const std::string one = out().string(), two = copy().string();
  ASSERT_EQ(page_of({one, two}).exit_code, 0);
  const Outcome checked = run_program(
      {"python3", (kSource / "tests/campaign/check_page.py").string(), page().string(), one, two});
  EXPECT_EQ(checked.exit_code, 0) << checked.text;
  EXPECT_EQ(run_assay({"report", one, two}).exit_code, 0);
  const Outcome refused = run_assay({"report", one, two, "--format", "csv"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.text.find("expected one run directory, found 2"), std::string::npos) << refused.text;
}

TEST_F(PageCampaign, ItsSealsAreThoseOfSha256sum) {
  EXPECT_EQ(run_program({"sha256sum", "-c", "SHA256SUMS"}, out()).exit_code, 0);
  const fs::path run = out() / "runs" / (std::string("timed.") + kRow + ".r1");
  const Outcome checked = run_program({"sha256sum", "-c", "SHA256SUMS"}, run);
  EXPECT_EQ(checked.exit_code, 0) << checked.text;
  EXPECT_NE(checked.text.find("latencies.csv: OK"), std::string::npos) << checked.text;
}

TEST_F(PageCampaign, AResultEditedByHandIsNamedInEveryFormat) {
  const fs::path spoiled = copy();
  const double mean = read_json(spoiled / "results.json")["rows"][0]["latency_mean"]["value"];
  const std::string text = nlohmann::json(mean).dump();
  edit(spoiled / "results.json", "\"value\": " + text, "\"value\": " + nlohmann::json(mean / 2).dump());
  for (const char* format : {"table", "md", "csv", "json"}) {
    const std::string said = in_format(spoiled, format);
    EXPECT_NE(said.find("edited"), std::string::npos) << format << "\n" << said;
  }
  EXPECT_NE(in_format(spoiled, "json").find("results.json has latency_mean"), std::string::npos)
      << in_format(spoiled, "json");
  EXPECT_EQ(in_format(spoiled, "json").find("findings differ"), std::string::npos)
      << "what is found out now was not in the file";
  ASSERT_EQ(page_of({spoiled.string()}).exit_code, 0);
  EXPECT_NE(read_file(page()).value().find("results.json has latency_mean"), std::string::npos);
  const fs::path trace = path("trace");
  ASSERT_EQ(run_assay({"report", spoiled.string(), "--format", "perfetto", "-o", trace.string()}).exit_code,
            0);
  EXPECT_NE(read_file(trace).value().find("WARN edited: "), std::string::npos);
  EXPECT_NE(read_file(trace).value().find("results.json has latency_mean"), std::string::npos);
  // Without its seals it is found out as well: by the runs.
  fs::remove(spoiled / "SHA256SUMS");
  const std::string said = in_format(spoiled, "table");
  EXPECT_NE(said.find("unsealed"), std::string::npos) << said;
  EXPECT_NE(said.find("edited"), std::string::npos) << said;
}

TEST_F(PageCampaign, ARunEditedByHandIsNamed) {
  const fs::path spoiled = copy();
  const std::string id = std::string("timed.") + kRow + ".r1";
  edit(spoiled / "runs" / id / "latencies.csv", "timed,0,0,", "timed,0,0,9");
  const std::string said = in_format(spoiled, "table");
  EXPECT_NE(said.find("runs/" + id), std::string::npos) << said;
  EXPECT_NE(said.find("latencies.csv changed"), std::string::npos) << said;
  // The other row has nothing to do with it.
  const auto rows = nlohmann::json::parse(
      run_assay({"report", spoiled.string(), "--format", "json", "-o", path("r.json").string()}).exit_code ==
              0
          ? read_file(path("r.json")).value()
          : "{}")["rows"];
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_NE(rows[0]["findings"].dump().find("edited"), std::string::npos);
  EXPECT_EQ(rows[1]["findings"].dump().find("edited"), std::string::npos) << rows[1]["findings"].dump(1);
}

TEST_F(PageCampaign, ARunTakenAwayIsMissed) {
  const fs::path spoiled = copy();
  const std::string id = std::string("timed.") + kRow + ".r2";
  fs::remove_all(spoiled / "runs" / id);
  const std::string said = in_format(spoiled, "table");
  EXPECT_NE(said.find("runs/" + id), std::string::npos) << said;
  ASSERT_EQ(page_of({spoiled.string()}).exit_code, 0);
  EXPECT_NE(read_file(page()).value().find("the results rest on 2 timed runs, of which 1 are"),
            std::string::npos);
}

TEST_F(PageCampaign, AnOldDirectoryIsSaidToBeUnsealedAndBelievedByItsRuns) {
  const fs::path old = copy();
  fs::remove(old / "SHA256SUMS");
  for (const auto& run : fs::directory_iterator(old / "runs")) fs::remove(run.path() / "SHA256SUMS");
  const std::string said = in_format(old, "table");
  EXPECT_NE(said.find("unsealed"), std::string::npos) << said;
  EXPECT_NE(said.find("The figures are those that the raw runs give"), std::string::npos) << said;
  EXPECT_EQ(said.find("edited by hand"), std::string::npos) << said;
}

// Whatever a hand can reach in results.json, intervals, statuses, power windows, the schema it claims to be
// of: without a seal over it none of that is printed or compared.
TEST_F(PageCampaign, WhatIsUnsealedIsReplacedByWhatItsRunsGive) {
  const fs::path spoiled = copy();
  const auto printed = [&] {
    const Outcome outcome =
        run_assay({"report", spoiled.string(), "--format", "json", "-o", path("r.json").string()});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
    return read_json(path("r.json"))["rows"];
  };
  const auto rows = printed();
  auto edited = read_json(spoiled / "results.json");
  auto& row = edited["rows"][0];
  row["latency_mean"]["lo"] = row["latency_mean"]["value"].get<double>() * 0.9999;
  row["power"]["status"] = "ok";
  row["power"]["reasons"] = nlohmann::json::array();
  row["power_sources"][0]["windows"][0]["mean_w"] = 1;
  row["power_sources"][0]["simulated"] = false;
  row["diagnostics"]["process_mean_ms"] = {1, 1};
  row["calibration_relation"] = "disjoint";
  row["verdict"] = "OK";
  row["findings"] = nlohmann::json::array();
  fs::remove(spoiled / "SHA256SUMS");
  for (const char* version : {"1.3", "1.0"}) {
    edited["schema_version"] = version;
    std::ofstream(spoiled / "results.json") << edited.dump();
    EXPECT_EQ(printed(), rows) << version;
  }
  edited["rows"][0]["latency_p99"]["value"] = 0.001;
  std::ofstream(spoiled / "results.json") << edited.dump();
  EXPECT_NE(in_format(spoiled, "table").find("results.json has latency_p99 0.001, its runs give"),
            std::string::npos)
      << in_format(spoiled, "table");
}

// Every row's drop is held against the reference's accuracy.
TEST_F(PageCampaign, AnEditedReferenceConcernsEveryRow) {
  const fs::path spoiled = copy();
  edit(spoiled / "runs" / (std::string("accuracy.") + kRow) / "confusion.csv", ",0,", ",1,");
  fs::remove(spoiled / "results.json");
  const Outcome told =
      run_assay({"report", spoiled.string(), "--format", "json", "-o", path("r.json").string()});
  ASSERT_EQ(told.exit_code, 0) << told.text;
  const auto results = read_json(path("r.json"));
  std::vector<nlohmann::json> marked;
  for (const auto& row : results["rows"])
    for (const auto& finding : row["findings"])
      if (finding["rule"] == "edited") marked.push_back(finding["figures"]);
  ASSERT_EQ(marked.size(), 2U);
  EXPECT_EQ(marked[0], nlohmann::json::array()) << "all of the reference row";
  EXPECT_EQ(marked[1], nlohmann::json({"miou_fp32", "miou_drop"}));
}

TEST_F(PageCampaign, NobodyGoesOnWithWhatWasEdited) {
  const fs::path cleaned = copy();
  {
    auto directory = store::RunDirectory::open(cleaned).value();
    ASSERT_TRUE(directory.supersede(std::string("timed.") + kRow + ".r2", "killed by SIGKILL"));
  }
  const Outcome resumed = run_assay({"run", "--resume", cleaned.string()});
  ASSERT_TRUE(resumed.exit_code == 0 || resumed.exit_code == 1) << resumed.text;
  EXPECT_NE(in_format(cleaned, "table").find("run-again"), std::string::npos);
  fs::remove_all(cleaned / "superseded");
  const Outcome refused = run_assay({"run", "--resume", cleaned.string()});
  EXPECT_EQ(refused.exit_code, 5) << refused.text;
  EXPECT_NE(refused.text.find("superseded/timed.onnxruntime-cpu-fp32.r2.1/why missing"), std::string::npos)
      << refused.text;
  const std::string said = in_format(cleaned, "table");
  EXPECT_NE(said.find("run-again"), std::string::npos) << said;
  EXPECT_NE(said.find("superseded/timed.onnxruntime-cpu-fp32.r2.1 is not what the campaign wrote"),
            std::string::npos)
      << said;
}

TEST_F(PageCampaign, WithoutResultsTheRunsAreTold) {
  const fs::path bare = copy();
  fs::remove(bare / "results.json");
  const Outcome outcome =
      run_assay({"report", bare.string(), "--format", "json", "-o", path("r.json").string()});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("There is no results.json"), std::string::npos) << outcome.text;
  const auto derived = read_json(path("r.json")), written = read_json(out() / "results.json");
  for (std::size_t r = 0; r < 2; ++r)
    for (const char* figure : {"latency_mean", "miou", "power", "throughput"})
      EXPECT_EQ(derived["rows"][r][figure]["value"], written["rows"][r][figure]["value"]) << figure;
  EXPECT_FALSE(fs::exists(bare / "results.json")) << "a report writes nothing there";
  fs::remove(bare / "spec.yaml");
  const Outcome lost = run_assay({"report", bare.string()});
  EXPECT_EQ(lost.exit_code, 3) << lost.text;
  EXPECT_NE(lost.text.find("spec.yaml"), std::string::npos) << lost.text;
}

TEST_F(PageCampaign, ARetryAfterASealIsNoEdit) {
  const fs::path retried = copy();
  const std::string id = std::string("timed.") + kRow + ".r2";
  {
    auto directory = store::RunDirectory::open(retried).value();
    ASSERT_TRUE(directory.supersede(id, "killed by SIGKILL"));
  }
  const auto check = [&] {
    for (const char* format : {"table", "json"}) {
      const std::string said = in_format(retried, format);
      EXPECT_EQ(said.find("edited by hand"), std::string::npos) << said;
      EXPECT_EQ(said.find("taken away: "), std::string::npos) << said;
      EXPECT_NE(said.find("derived from the runs just now"), std::string::npos) << said;
    }
    // The figures are those of the run that is left.
    ASSERT_EQ(
        run_assay({"report", retried.string(), "--format", "json", "-o", path("r.json").string()}).exit_code,
        0);
    const auto row = read_json(path("r.json"))["rows"][0];
    EXPECT_EQ(row["repeats"], 1) << row["findings"].dump(1);
    EXPECT_EQ(row["findings"].dump().find("edited"), std::string::npos) << row["findings"].dump(1);
    EXPECT_NE(row["findings"].dump().find("yet to be made again"), std::string::npos)
        << row["findings"].dump(1);
  };
  EXPECT_NE(in_format(retried, "table").find("was going on or was stopped"), std::string::npos);
  check();
  // An assay that left the seal where it was, or a kill before it went.
  fs::copy_file(out() / "SHA256SUMS", retried / "SHA256SUMS");
  const std::string said = in_format(retried, "table");
  EXPECT_NE(said.find("older than its runs"), std::string::npos) << said;
  check();
  // Going on with it seals it again, and then nothing is to be said.
  const Outcome resumed = run_assay({"run", "--resume", retried.string()});
  ASSERT_TRUE(resumed.exit_code == 0 || resumed.exit_code == 1) << resumed.text;
  const Outcome whole = page_of({retried.string()});
  EXPECT_EQ(whole.exit_code, 0);
  EXPECT_EQ(whole.text, "");
  EXPECT_EQ(run_program({"sha256sum", "-c", "--quiet", "SHA256SUMS"}, retried).exit_code, 0);
  EXPECT_EQ(in_format(retried, "table").find("assay: "), std::string::npos) << in_format(retried, "table");
}

TEST_F(PageCampaign, ASupersededRunExcusesNoEditOfTheOneInItsPlace) {
  const fs::path spoiled = copy();
  const std::string id = std::string("timed.") + kRow + ".r1";
  fs::create_directories(spoiled / "superseded" / (id + ".1"));
  std::ofstream(spoiled / "superseded" / (id + ".1") / "why") << "made up";
  fs::remove_all(spoiled / "runs" / id);
  const std::string said = in_format(spoiled, "table");
  EXPECT_NE(said.find("edited by hand: runs/" + id), std::string::npos) << said;
}

TEST_F(PageCampaign, RunsThatTheSealDoesNotNameAreNoticed) {
  // Results of the first round, sealed; the second was made, and then the campaign was killed.
  const fs::path stopped = copy();
  const std::string id = std::string("timed.") + kRow + ".r2";
  std::string seal = read_file(stopped / "SHA256SUMS").value();
  const std::size_t name = seal.find("runs/" + id + "/");
  ASSERT_NE(name, std::string::npos);
  const std::size_t begin = seal.rfind('\n', name) + 1;
  seal.erase(begin, seal.find('\n', name) + 1 - begin);
  std::ofstream(stopped / "SHA256SUMS") << seal;
  const std::string said = in_format(stopped, "table");
  EXPECT_NE(said.find("older than its runs"), std::string::npos) << said;
  EXPECT_NE(said.find(id), std::string::npos) << said;
  EXPECT_NE(said.find("derived again just now"), std::string::npos) << said;
  // A folder of another campaign.
  const fs::path foreign = path("foreign");
  fs::copy(out(), foreign, fs::copy_options::recursive);
  fs::copy(out() / "runs" / id, foreign / "runs" / (std::string("timed.") + kRow + ".r3"),
           fs::copy_options::recursive);
  const std::string told = in_format(foreign, "table");
  EXPECT_NE(told.find("copied in (timed." + std::string(kRow) + ".r3)"), std::string::npos) << told;
}

TEST_F(PageCampaign, WithoutResultsASpecThatWasEditedIsNamed) {
  const fs::path spoiled = copy();
  fs::remove(spoiled / "results.json");
  EXPECT_EQ(in_format(spoiled, "table").find("edited"), std::string::npos) << in_format(spoiled, "table");
  edit(spoiled / "spec.yaml", "cooling: active", "cooling: passive");
  const auto check = [&](const char* words) {
    const std::string said = in_format(spoiled, "json");
    EXPECT_NE(said.find(words), std::string::npos) << said;
    EXPECT_NE(said.find("\"rule\": \"edited\""), std::string::npos) << said;
  };
  check("spec.yaml was changed after it was sealed");
  fs::remove(spoiled / "SHA256SUMS");
  check("spec.yaml is not the one that the campaign was begun with");
}

TEST_F(PageCampaign, AResultsFileIsHeldAgainstTheRunsBesideIt) {
  const fs::path spoiled = copy();
  edit(spoiled / "runs" / (std::string("timed.") + kRow + ".r1") / "latencies.csv", "timed,0,0,",
       "timed,0,0,9");
  const std::string said = in_format(spoiled / "results.json", "table");
  EXPECT_EQ(said.find("there are no runs"), std::string::npos) << said;
  EXPECT_NE(said.find("latencies.csv changed"), std::string::npos) << said;
  ASSERT_EQ(page_of({(spoiled / "results.json").string()}).exit_code, 0);
  EXPECT_EQ(read_file(page()).value().find("there are no raw runs"), std::string::npos);
}

TEST_F(PageCampaign, WhatCannotBePrintedIsAnError) {
  for (const char* format : {"table", "html", "perfetto"}) {
    const Outcome outcome = run_program({"sh", "-c",
                                         "exec " + (kBinaries / "assay").string() + " report " +
                                             out().string() + " --format " + format + " > /dev/full"});
    EXPECT_EQ(outcome.exit_code, 7) << format << outcome.text;
    EXPECT_NE(outcome.text.find("stdout"), std::string::npos) << outcome.text;
  }
}

TEST_F(PageCampaign, RawDataThatCannotBeReadCostTheirPlotsAlone) {
  const fs::path spoiled = copy();
  const fs::path csv = spoiled / "runs" / (std::string("timed.") + kRow + ".r1") / "latencies.csv";
  fs::resize_file(csv, fs::file_size(csv) - 3);
  const Outcome outcome = page_of({spoiled.string()});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const std::string text = read_file(page()).value();
  EXPECT_NE(text.find("the plots lack repeat 1"), std::string::npos);
  EXPECT_NE(text.find("is the file cut short?"), std::string::npos);
}

TEST_F(PageCampaign, ResultsAloneMakeAPageToo) {
  fs::create_directories(path("alone"));
  fs::copy(out() / "results.json", path("alone") / "results.json");
  ASSERT_EQ(page_of({path("alone").string()}).exit_code, 0);
  EXPECT_NE(read_file(page()).value().find("there are no raw runs beside the results"), std::string::npos);
  const Outcome nothing = run_assay({"report", dir_->path().string()});
  EXPECT_EQ(nothing.exit_code, 3);
  EXPECT_NE(nothing.text.find("lacks campaign.json"), std::string::npos) << nothing.text;
}

TEST_F(PageCampaign, ANewerSchemaIsRefusedWithBothVersions) {
  const fs::path newer = copy();
  edit(newer / "results.json", "\"schema_version\": \"1.3\"", "\"schema_version\": \"3.0\"");
  const Outcome outcome = page_of({newer.string()});
  EXPECT_EQ(outcome.exit_code, 5) << outcome.text;
  EXPECT_NE(outcome.text.find("3.0"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("1.x"), std::string::npos) << outcome.text;
}

}  // namespace
}  // namespace assay::test

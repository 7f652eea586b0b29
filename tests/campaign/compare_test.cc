// `assay compare` as CI calls it: exit codes, what it says, and what it never lets pass.
#include <gtest/gtest.h>

#include <functional>

#include "small_campaign.h"

namespace assay::test {
namespace {

using Json = nlohmann::json;

/// Two small campaigns on the null backend are measured once; what CI would meet is made of their results.
class Compare : public Campaign {
 protected:
  static void SetUpTestSuite() {
    auto made = TemporaryDirectory::create("assay-compare");
    ASSERT_TRUE(made);
    measured_.emplace(std::move(*made));
    const fs::path spec = measured_->path() / "spec.yaml";
    std::ofstream(spec) << kHead
                        << "rows: [{id: 'one', backend: 'null', options: {input: 'f32:1x3x64x128', output: "
                           "'f32:1x19x8x16'}}]\n"
                        << protocol(3, 1000);
    for (const char* name : {"a", "b"}) {
      const Outcome outcome = run_assay({"run", spec.string(), "--out", (measured_->path() / name).string()});
      ASSERT_LE(outcome.exit_code, 1) << outcome.text;
    }
  }
  static void TearDownTestSuite() { measured_.reset(); }

  static std::string run_directory(const std::string& name) { return (measured_->path() / name).string(); }

  /// A figure as three processes would have left it.
  static Json figure(double value, double half, const std::string& unit) {
    return {{"value", value},     {"unit", unit},   {"lo", value - half},
            {"hi", value + half}, {"status", "ok"}, {"reasons", Json::array()}};
  }

  /// Results of a run with figures that are known, changed further by `edit`.
  std::string results(const std::string& name, const std::function<void(Json&)>& edit) const {
    Json all = read_json(fs::path(run_directory("a")) / "results.json");
    Json& row = all["rows"][0];
    row["simulated"] = false;
    row["latency_mean"] = figure(10, 0.1, "ms");
    row["latency_p99"] = figure(12, 0.1, "ms");
    row["throughput"] = figure(100, 1, "FPS");
    row["miou"] = figure(70, 0.2, "%");
    all["protocol"]["validation"] = "200 images of val (seed 42)";
    edit(all);
    return write(name + ".json", all.dump());
  }
  std::string baseline() const {
    return results("baseline", [](Json&) {});
  }
  /// The same measured another day, `percent` slower.
  std::string slower(
      double percent, const std::function<void(Json&)>& edit = [](Json&) {}) const {
    return results("slower", [&](Json& all) {
      all["started_utc"] = "2031-01-01T00:00:00.000Z";
      Json& row = all["rows"][0];
      const double k = 1 + percent / 100;
      row["latency_mean"] = figure(10 * k, 0.1 * k, "ms");
      row["latency_p99"] = figure(12 * k, 0.1 * k, "ms");
      row["throughput"] = figure(100 / k, 1 / k, "FPS");
      edit(all);
    });
  }

  inline static std::optional<TemporaryDirectory> measured_;
};

Outcome compare(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "compare");
  return run_assay(std::move(arguments));
}

TEST_F(Compare, TwoCampaignsInEveryFormat) {
  for (const char* format : {"table", "md", "json"}) {
    const Outcome outcome = compare({run_directory("a"), run_directory("b"), "--format", format});
    EXPECT_EQ(outcome.exit_code, 0) << format << ": " << outcome.text;
    EXPECT_NE(outcome.text.find("one"), std::string::npos) << outcome.text;
  }
  const Outcome outcome = compare({run_directory("a"), run_directory("b"), "--format", "json"});
  const Json json = Json::parse(outcome.text);
  EXPECT_EQ(json["schema"], "assay-comparison");
  const Json& row = json["comparisons"][0]["rows"][0];
  EXPECT_FALSE(row["same_runs"]);
  for (const Json& figure : row["figures"])
    if (figure["metric"] == "miou") {
      EXPECT_EQ(figure["note"], "paired by image");
      EXPECT_EQ(figure["outcome"], "not distinguishable");
      EXPECT_EQ(figure["change"]["value"], 0);
    }
}

// However a side is spelled, it is the same runs that tell.
TEST_F(Compare, AResultsFileBesideItsRunsIsTheirDirectory) {
  const auto compared = [](const std::string& a, const std::string& b) {
    const Outcome outcome = compare({a, b, "--format", "json"});
    Json json = Json::parse(outcome.text, nullptr, false);
    EXPECT_TRUE(json.is_object()) << outcome.text;
    for (Json& side : json["sides"]) side.erase("directory");
    return json;
  };
  const std::string a = run_directory("a"), b = run_directory("b");
  const Json by_name = compared(a, b);
  EXPECT_EQ(compared(a + "/results.json", b + "/results.json"), by_name);
  EXPECT_EQ(compared(a + "/", b + "/./results.json"), by_name);
}

TEST_F(Compare, ACopyIsTheSameRuns) {
  const fs::path copy = path("copy");
  fs::copy(run_directory("a"), copy, fs::copy_options::recursive);
  const Outcome outcome = compare({run_directory("a"), copy.string()});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("A and B are the same runs"), std::string::npos) << outcome.text;
  // A comparison that CI aimed at the wrong folder has not passed.
  EXPECT_EQ(compare({run_directory("a"), copy.string(), "--fail-if", "p99 > +5%"}).exit_code, 8);
}

TEST_F(Compare, ConditionsHoldOrAreExcludedOrStayOpen) {
  const std::string a = baseline(), b = slower(10);
  const auto code = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {a, b});
    return compare(std::move(arguments));
  };
  const Outcome holds = code({"--fail-if", "p99 > +5%"});
  EXPECT_EQ(holds.exit_code, 8) << holds.text;
  EXPECT_NE(holds.text.find("FAIL 'p99 > +5%' holds"), std::string::npos) << holds.text;
  const Outcome excluded = code({"--fail-if", "p99 > +20%", "--fail-if", "throughput < -20%"});
  EXPECT_EQ(excluded.exit_code, 0) << excluded.text;
  EXPECT_NE(excluded.text.find("pass 'p99 > +20%' excluded"), std::string::npos) << excluded.text;
  const Outcome open = code({"--fail-if", "p99 > +10%"});
  EXPECT_EQ(open.exit_code, 0) << open.text;
  EXPECT_NE(open.text.find("undecided"), std::string::npos) << open.text;
  EXPECT_EQ(code({"--fail-if", "p99 > +10%", "--undecided", "fail"}).exit_code, 8);
  // One that holds is enough.
  EXPECT_EQ(code({"--fail-if", "p99 > +20%", "--fail-if", "mean > +5%"}).exit_code, 8);
  EXPECT_EQ(code({"--fail-if", "miou < -1"}).exit_code, 0);
}

TEST_F(Compare, WhatWasNotMeasuredOrIsInvalidNeverPasses) {
  const std::string a = baseline();
  for (const char* condition : {"power > +5%", "p99.9 > +5%"}) {
    const Outcome outcome = compare({a, slower(0), "--fail-if", condition});
    EXPECT_EQ(outcome.exit_code, 8) << condition << outcome.text;
    EXPECT_NE(outcome.text.find("unmeasured"), std::string::npos) << outcome.text;
  }
  const std::string invalid = slower(0, [](Json& all) {
    all["rows"][0]["latency_p99"]["status"] = "invalid";
    all["rows"][0]["latency_p99"]["reasons"] = {"throttled"};
  });
  const Outcome outcome = compare({a, invalid, "--fail-if", "p99 > +5%"});
  EXPECT_EQ(outcome.exit_code, 8) << outcome.text;
  EXPECT_NE(outcome.text.find("invalid in B (throttled)"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("!12!"), std::string::npos) << outcome.text;
}

// A gate has to be able to fail.
TEST_F(Compare, WhatNeverOrHereHasNoIntervalIsNoGate) {
  const std::string a = baseline();
  for (const char* condition : {"memory > +5%", "power_idle > +5%", "temperature > +5", "placement < -1"}) {
    const Outcome refused = compare({a, slower(0), "--fail-if", condition});
    EXPECT_EQ(refused.exit_code, 2) << condition << refused.text;
    EXPECT_NE(refused.text.find("one number a row"), std::string::npos) << refused.text;
  }
  const auto once = [](Json& all) {
    Json& row = all["rows"][0];
    row["repeats"] = 1;
    for (const char* name : {"latency_mean", "latency_p99", "throughput"})
      row[name]["lo"] = row[name]["hi"] = nullptr;
  };
  const Outcome outcome = compare({results("once", once), slower(0, once), "--fail-if", "p99 > +5%"});
  EXPECT_EQ(outcome.exit_code, 8) << outcome.text;
  EXPECT_NE(outcome.text.find("no answer"), std::string::npos) << outcome.text;
}

TEST_F(Compare, ARowThatIsGoneHasNotPassed) {
  const std::string two = results("two", [](Json& all) {
    Json row = all["rows"][0];
    row["id"] = "gone", row["precision"] = "int8";
    all["rows"].push_back(row);
  });
  const std::string b = slower(0);
  const Outcome gone = compare({two, b, "--fail-if", "p99 > +5%"});
  EXPECT_EQ(gone.exit_code, 8) << gone.text;
  EXPECT_NE(gone.text.find("the row has no like in B (gone)"), std::string::npos) << gone.text;
  EXPECT_EQ(compare({two, b}).exit_code, 0);
  // Who names a row asks about that one.
  EXPECT_EQ(compare({two + ":one", b, "--fail-if", "p99 > +5%"}).exit_code, 0);
  EXPECT_EQ(compare({b, two, "--fail-if", "p99 > +5%"}).exit_code, 0);
}

TEST_F(Compare, WhatWasEditedDecidesNothing) {
  const fs::path copy = path("edited");
  fs::copy(run_directory("b"), copy, fs::copy_options::recursive);
  Json all = read_json(copy / "results.json");
  Json& mean = all["rows"][0]["latency_mean"];
  for (const char* key : {"value", "lo", "hi"}) mean[key] = mean[key].get<double>() / 100;
  std::ofstream(copy / "results.json") << all.dump();
  const std::vector<std::string> sides{run_directory("a"), copy.string(), "--fail-if", "mean > +900%"};
  for (const char* format : {"table", "md", "json", "html"}) {
    auto arguments = sides;
    arguments.insert(arguments.end(), {"--format", format, "-o", path("out").string()});
    const Outcome outcome = compare(arguments);
    EXPECT_EQ(outcome.exit_code, 8) << format << outcome.text;
    const std::string text = read_file(path("out")).value_or("");
    for (const char* said : {"results.json was changed", "no answer"})
      EXPECT_NE(text.find(said), std::string::npos) << format << ": " << said << text.substr(0, 2000);
  }
}

// As on a CI host without the model: nothing can be derived, so nothing tells an edit.
TEST_F(Compare, WhatNothingVouchesForDecidesNothing) {
  const fs::path copy = path("unsealed");
  fs::copy(run_directory("b"), copy, fs::copy_options::recursive);
  // A busy machine makes latencies invalid, but not the time to compile; and no machine is so much slower.
  const char* condition = "compile_time > +100000%";
  const std::vector<std::string> gate{run_directory("a"), copy.string(), "--fail-if", condition};
  EXPECT_EQ(compare(gate).exit_code, 0) << compare(gate).text;
  Json all = read_json(copy / "results.json");
  Json& compiling = all["rows"][0]["compile_time"];
  for (const char* key : {"value", "lo", "hi"}) compiling[key] = compiling[key].get<double>() / 1.5;
  std::ofstream(copy / "results.json") << all.dump();
  fs::remove(copy / "SHA256SUMS");
  EXPECT_EQ(compare(gate).exit_code, 0) << "the runs give the figures: " << compare(gate).text;
  for (const char* name : {"SHA256SUMS", "latencies.csv"}) fs::remove(copy / "runs" / "timed.one.r1" / name);
  const Outcome refused = compare(gate);
  EXPECT_EQ(refused.exit_code, 8) << refused.text;
  EXPECT_NE(refused.text.find("results.json of B could be held neither"), std::string::npos) << refused.text;
  EXPECT_EQ(compare({run_directory("a"), copy.string()}).exit_code, 0);
  // What somebody hands out as a file is taken at his word.
  const std::string alone = write("alone.json", all.dump());
  EXPECT_EQ(compare({run_directory("a"), alone, "--fail-if", condition}).exit_code, 0);
}

TEST_F(Compare, RefusesWhatIsNotComparableWithAllReasons) {
  const std::string a = baseline();
  const std::string other = slower(0, [](Json& all) {
    all["protocol"]["timed"] = ">= 7 inferences";
    all["rows"][0]["digests"]["model"] = "0123";
    all["rows"][0]["digests"]["dataset"] = "4567";
  });
  const Outcome refused = compare({a, other});
  EXPECT_EQ(refused.exit_code, 5) << refused.text;
  for (const char* reason : {"protocol: timed", "source model", "data set", ">= 7 inferences", "--force"})
    EXPECT_NE(refused.text.find(reason), std::string::npos) << reason << ": " << refused.text;
  const Outcome forced = compare({a, other, "--force", "--all"});
  EXPECT_EQ(forced.exit_code, 0) << forced.text;
  EXPECT_NE(forced.text.find("FORCED past"), std::string::npos) << forced.text;
  EXPECT_NE(forced.text.find("scored on other images"), std::string::npos) << forced.text;
}

TEST_F(Compare, RowsOfOneDirectoryByName) {
  const std::string two = results("two", [](Json& all) {
    Json row = all["rows"][0];
    row["id"] = "other", row["precision"] = "int8";
    row["latency_mean"] = figure(5, 0.05, "ms");
    row["diagnostics"]["process_mean_ms"] = {5.0, 5.01, 4.99};
    all["rows"].push_back(row);
  });
  const Outcome outcome = compare({two + ":one", two + ":other", "--format", "json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const Json json = Json::parse(outcome.text);
  EXPECT_FALSE(json["sides"][0]["intact"]);
  EXPECT_EQ(json["comparisons"][0]["rows"][0]["b"], "other");
  EXPECT_EQ(json["comparisons"][0]["rows"][0]["figures"][0]["judgement"], "better");
  const Outcome wrong = compare({two + ":one", two + ":third"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_NE(wrong.text.find("expected one or other"), std::string::npos) << wrong.text;
}

TEST_F(Compare, BadArguments) {
  const std::string a = baseline();
  EXPECT_EQ(compare({a}).exit_code, 2);
  EXPECT_EQ(compare({a, path("nowhere").string()}).exit_code, 3);
  EXPECT_EQ(compare({a, a + ":"}).exit_code, 2);
  EXPECT_EQ(compare({a, slower(0), "--format", "xml"}).exit_code, 2);
  EXPECT_EQ(compare({a, slower(0), "--undecided", "maybe"}).exit_code, 2);
  const Outcome conditions = compare({a, slower(0), "--fail-if", "p99 5%", "--fail-if", "miou < -1%"});
  EXPECT_EQ(conditions.exit_code, 2);
  for (const char* part : {"expected > or <", "without %"})
    EXPECT_NE(conditions.text.find(part), std::string::npos) << conditions.text;
  EXPECT_EQ(compare({a, write("empty.json", "{}")}).exit_code, 2);
  EXPECT_EQ(compare({a, results("norows", [](Json& all) { all["rows"] = Json::array(); })}).exit_code, 2);
}

}  // namespace
}  // namespace assay::test

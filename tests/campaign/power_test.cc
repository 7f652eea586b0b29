// Whole campaigns with a simulated power analyzer: another process, real wire protocol, watts that are known.
#include <algorithm>
#include <string>

#include "../trace/trace_processor.h"
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
  /// The run as Perfetto's trace processor sees it, against what the run directory holds.
  void expect_trace() const;
};

void PowerCampaign::expect_trace() const {
  const fs::path trace = path("run.perfetto-trace"), runs = path("out") / "runs";
  const Outcome made =
      run_assay({"report", path("out").string(), "--format", "perfetto", "-o", trace.string()});
  ASSERT_EQ(made.exit_code, 0) << made.text;
  const std::string in_repeat_2 =
      "from slice s join thread_track t on s.track_id = t.id join thread using (utid) "
      "where thread.name = 'timed, repeat 2' ";
  const auto answers = ask(
      trace,
      {kImportErrors, "select s.dur " + in_repeat_2 + "and s.name = 'inference' order by s.ts",
       "select s.ts, s.dur " + in_repeat_2 + "and s.name = 'timed window'",
       "select name, dur from slice where name in ('idle before', 'idle after', 'loaded idle') order by ts",
       "select t.name, t.unit, count(*) as n, sum(c.value) as total from counter c "
       "join counter_track t on c.track_id = t.id where t.name like 'wt300e.power %' group by 1, 2"});
  EXPECT_EQ(answers[0], nlohmann::json::array());
  const auto run = read_json(runs / "timed.onnxruntime-cpu-fp32.r2" / "run.json");
  std::istringstream csv(read_file(runs / "timed.onnxruntime-cpu-fp32.r2" / "latencies.csv").value());
  std::vector<std::int64_t> latencies;
  for (std::string line; std::getline(csv, line);)
    if (line.starts_with("timed,")) latencies.push_back(std::stoll(line.substr(line.rfind(',') + 1)));
  ASSERT_EQ(answers[1].size(), latencies.size());
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < latencies.size(); ++i) {
    EXPECT_EQ(answers[1][i]["dur"], latencies[i]);
    sum += latencies[i];
  }
  ASSERT_EQ(answers[2].size(), 1u);
  EXPECT_EQ(answers[2][0]["ts"], run["window_begin_ns"]);
  const std::int64_t window = answers[2][0]["dur"];
  EXPECT_EQ(window, run["window_end_ns"].get<std::int64_t>() - run["window_begin_ns"].get<std::int64_t>());
  EXPECT_GE(window, sum);  // What is left of the window is the loop's own.
  EXPECT_EQ(answers[3].size(), 4u) << answers[3].dump();

  std::int64_t readings = 0;
  double total = 0;
  for (const auto& entry : fs::directory_iterator(runs)) {
    if (!fs::exists(entry.path() / "observation.json")) continue;
    const auto series = read_json(entry.path() / "observation.json")["series"];
    std::istringstream lines(read_file(entry.path() / "readings.csv").value());
    std::string line;
    for (std::getline(lines, line); std::getline(lines, line);) {
      if (series[std::stoul(line)]["id"] != "wt300e.power") continue;
      ++readings;
      total += std::stod(line.substr(line.rfind(',') + 1));
    }
  }
  ASSERT_EQ(answers[4].size(), 1u) << answers[4].dump();
  EXPECT_NE(answers[4][0]["name"].get<std::string>().find("DC input"), std::string::npos);
  EXPECT_NE(answers[4][0]["name"].get<std::string>().find("simulated"), std::string::npos);
  EXPECT_EQ(answers[4][0]["unit"], "W");
  EXPECT_EQ(answers[4][0]["n"], readings);
  EXPECT_GT(readings, 0);
  EXPECT_NEAR(answers[4][0]["total"], total, 1e-9 * total);
}

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
  expect_trace();
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

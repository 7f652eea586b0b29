// Traces of run directories that were made by hand, read back by Perfetto's trace processor. All numbers are
// known.
#include "report/perfetto.h"

#include <gtest/gtest.h>

#include <numeric>

#include "store/records.h"
#include "store/run_directory.h"
#include "trace_processor.h"

namespace assay::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::int64_t kWindow = 9'350'696'666'483;       // ns since boot, as a machine of some hours has it
constexpr std::int64_t kUtc = 1'795'257'446'345'844'802;  // its last digits are lost by a double
constexpr std::int64_t kUtcOffset = kUtc - kWindow;

record::TimedRun timed_run(int repeat, std::int64_t begin_ns) {
  record::TimedRun run;
  run.repeat = repeat;
  run.boot_id = "boot-a";
  run.warmup_ns = {5'000'001, 4'000'003};
  run.latency_ns = {1'000'001, 2'000'003, 1'500'007, 1'000'000, 3'999'999};
  run.window_begin_ns = begin_ns;
  run.window_end_ns =
      begin_ns + std::accumulate(run.latency_ns.begin(), run.latency_ns.end(), std::int64_t{0}) + 321;
  run.begin_utc_ns = kUtcOffset + begin_ns;
  run.loaded_idle_begin_ns = begin_ns - 50'000'000;
  run.loaded_idle_end_ns = begin_ns - 20'000'000;
  run.warmup_end = "steady";
  return run;
}

record::Observation observation(std::int64_t begin_ns, std::int64_t end_ns) {
  record::Observation seen;
  seen.begin_ns = begin_ns;
  seen.end_ns = end_ns;
  record::Source meter;
  meter.id = "wt300e";
  meter.description = "a power analyzer";
  meter.simulated = true;
  record::Source board;
  board.id = "hwmon";
  seen.sources = {meter, board};
  record::Series power, heat;
  power.channel.id = "wt300e.power";
  power.channel.source = "wt300e";
  power.channel.unit = "W";
  power.channel.kind = record::ReadingKind::kMean;
  power.channel.boundary = record::Boundary::kDcInput;
  power.readings = {{begin_ns + 10, begin_ns + 20, 7.5}, {begin_ns + 1000, begin_ns + 1011, 0.1}};
  power.gaps = {{begin_ns + 30, begin_ns + 900, "connection lost"}};
  heat.channel.id = "hwmon.soc.temperature";
  heat.channel.source = "hwmon";
  heat.channel.unit = "degC";
  heat.readings = {{begin_ns + 5, begin_ns + 5, 61.25}};
  seen.series = {power, heat};
  return seen;
}

class PerfettoTrace : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_.emplace(TemporaryDirectory::create("assay-perfetto").value());
    store::Campaign campaign;
    campaign.assay_version = "0.1.0";
    campaign.spec_digest = "feed";
    run_dir_.emplace(store::RunDirectory::create(path(), "assay: 1\n", campaign).value());
  }
  fs::path path() const { return dir_->path() / "run"; }

  void add(const std::string& id, const record::TimedRun& run) {
    ASSERT_TRUE(run_dir_->add_run(id, [&](const fs::path& to) { return store::save_timed_run(to, run); }));
  }
  void add(const std::string& id, const record::PipelineRun& run) {
    ASSERT_TRUE(run_dir_->add_run(id, [&](const fs::path& to) { return store::save_pipeline_run(to, run); }));
  }
  void add(const std::string& id, const record::ProfiledRun& run) {
    ASSERT_TRUE(run_dir_->add_run(id, [&](const fs::path& to) { return store::save_profiled_run(to, run); }));
  }
  void add(const std::string& id, const record::IdleRun& run) {
    ASSERT_TRUE(run_dir_->add_run(id, [&](const fs::path& to) { return store::save_idle_run(to, run); }));
  }

  Result<report::TraceSummary> write(const report::TraceResults& checked = {}) {
    std::string bytes;
    auto summary = report::write_trace(path(), checked, [&](std::string_view piece) -> Result<void> {
      bytes += piece;
      return {};
    });
    if (summary) {
      EXPECT_TRUE(write_file(trace(), bytes));
    }
    return summary;
  }
  fs::path trace() const { return dir_->path() / "trace"; }

  std::optional<TemporaryDirectory> dir_;
  std::optional<store::RunDirectory> run_dir_;
};

const std::string kSlices =
    "select s.name, s.ts, s.dur, s.depth, s.category, thread.name as thread, process.name as process "
    "from slice s join thread_track on s.track_id = thread_track.id join thread using (utid) "
    "join process using (upid) ";

TEST_F(PerfettoTrace, EveryInferenceIsASliceAtItsNanosecond) {
  const record::TimedRun first = timed_run(1, kWindow), second = timed_run(2, kWindow + 3'000'000'000);
  add("timed.a.row-fp32.r1", first);
  add("timed.a.row-fp32.r2", second);
  const auto summary = write();
  ASSERT_TRUE(summary) << summary.error().message;
  EXPECT_EQ(summary->timed, 10);
  EXPECT_EQ(summary->warmup, 4);
  EXPECT_TRUE(summary->left_out.empty());

  const auto answers = ask(trace(), {kImportErrors, kSlices + "where s.name = 'inference' order by s.ts",
                                     kSlices + "where s.name = 'timed window' order by s.ts",
                                     kSlices + "where s.name = 'warm-up inference' order by s.ts",
                                     kSlices + "where s.name in ('warm-up', 'loaded idle') order by s.ts",
                                     "select distinct process.name from process where pid > 0 order by 1"});
  EXPECT_EQ(answers[0], json::array());
  ASSERT_EQ(answers[1].size(), 10u);
  std::size_t row = 0;
  for (const record::TimedRun& run : {first, second}) {
    std::int64_t at = run.window_begin_ns;
    for (const std::int64_t latency : run.latency_ns) {
      const json& slice = answers[1][row++];
      EXPECT_EQ(slice["ts"], at);
      EXPECT_EQ(slice["dur"], latency);
      EXPECT_EQ(slice["depth"], 1);
      EXPECT_EQ(slice["category"], "timed");
      EXPECT_EQ(slice["process"], "row a.row-fp32");
      EXPECT_EQ(slice["thread"], "timed, repeat " + std::to_string(run.repeat));
      at += latency;
    }
  }
  // The slices of a repeat sum to its window but for what the loop took.
  ASSERT_EQ(answers[2].size(), 2u);
  EXPECT_EQ(answers[2][1]["ts"], second.window_begin_ns);
  EXPECT_EQ(answers[2][1]["dur"], second.window_end_ns - second.window_begin_ns);
  EXPECT_EQ(answers[2][1]["dur"].get<std::int64_t>() - 9'500'010, 321);
  // The warm-up ends where the window begins, after the idle time with the session open.
  ASSERT_EQ(answers[3].size(), 4u);
  EXPECT_EQ(answers[3][0]["ts"], kWindow - 9'000'004);
  EXPECT_EQ(answers[3][0]["dur"], 5'000'001);
  EXPECT_EQ(answers[3][1]["ts"].get<std::int64_t>() + answers[3][1]["dur"].get<std::int64_t>(), kWindow);
  EXPECT_EQ(answers[3][0]["category"], "warm-up");
  ASSERT_EQ(answers[4].size(), 4u);
  EXPECT_EQ(answers[4][0]["name"], "loaded idle");
  EXPECT_EQ(answers[4][0]["dur"], 30'000'000);
  EXPECT_EQ(answers[4][1]["name"], "warm-up");
  EXPECT_EQ(answers[5], json::parse(R"([{"name": "assay"}, {"name": "row a.row-fp32"}])"));
}

TEST_F(PerfettoTrace, TellsWhereItComesFromAndWhatItsStartsAreWorth) {
  record::TimedRun run = timed_run(1, kWindow);
  run.samples.resize(2);
  run.samples[0].iteration = 1;
  run.samples[1].iteration = 3;
  run.device_time_ns = {900'001, 900'002};
  run.transfer_in_ns = {11, 12};
  run.transfer_out_ns = {21, 22};
  add("timed.row.r1", run);
  ASSERT_TRUE(write());
  const auto answers = ask(trace(), {"select key, display_value as value from slice join args using "
                                     "(arg_set_id) where slice.name = 'campaign'",
                                     "select key, display_value as value from slice join args using "
                                     "(arg_set_id) where slice.name = 'timed window'",
                                     "select s.ts, extract_arg(arg_set_id, 'debug.iteration') as i, "
                                     "extract_arg(arg_set_id, 'debug.time on the device (ns)') as device, "
                                     "extract_arg(arg_set_id, 'debug.copy from the device (ns)') as back "
                                     "from slice s where name = 'inference' order by i",
                                     "select clock_name, clock_value, ts from clock_snapshot order by 1"});
  const auto value = [](const json& rows, const std::string& key) {
    for (const json& row : rows)
      if (row["key"] == "debug." + key) return row["value"].get<std::string>();
    return "no " + key + " in " + rows.dump();
  };
  EXPECT_EQ(value(answers[0], "assay"), "0.1.0");
  EXPECT_EQ(value(answers[0], "spec SHA-256"), "feed");
  EXPECT_EQ(value(answers[0], "boot id"), "boot-a");
  EXPECT_EQ(value(answers[0], "UTC less CLOCK_MONOTONIC (ns)"), std::to_string(kUtcOffset));
  EXPECT_EQ(value(answers[0], "complete"), "false");
  EXPECT_EQ(value(answers[1], "loop between inferences (ns)"), "321");
  EXPECT_NE(value(answers[1], "starts").find("not recorded"), std::string::npos);
  EXPECT_EQ(value(answers[1], "began (UTC)"), "2026-11-21T10:37:26.345Z");
  ASSERT_EQ(answers[2].size(), 5u);
  EXPECT_TRUE(answers[2][0]["device"].is_null());
  EXPECT_EQ(answers[2][1]["device"], 900'001);
  EXPECT_EQ(answers[2][3]["device"], 900'002);
  EXPECT_EQ(answers[2][3]["back"], 22);
  EXPECT_EQ(answers[2][4]["i"], 4);
  ASSERT_EQ(answers[3].size(), 2u);
  EXPECT_EQ(answers[3][0]["clock_name"], "MONOTONIC");
  EXPECT_EQ(answers[3][0]["clock_value"], kWindow);
  EXPECT_EQ(answers[3][1]["clock_name"], "REALTIME");
  EXPECT_EQ(answers[3][1]["clock_value"], kUtc);
}

TEST_F(PerfettoTrace, CountersAreTheReadings) {
  record::TimedRun run = timed_run(1, kWindow);
  run.observation = observation(kWindow - 1000, kWindow + 1000);
  add("timed.row.r1", run);
  record::IdleRun idle;
  idle.boot_id = "boot-a";
  idle.begin_ns = kWindow - 2'000'000'000;
  idle.end_ns = kWindow - 1'000'000'000;
  idle.observation = observation(idle.begin_ns, idle.end_ns);
  add("idle.before", idle);
  const auto summary = write();
  ASSERT_TRUE(summary) << summary.error().message;
  EXPECT_EQ(summary->readings, 6);
  const auto answers = ask(
      trace(),
      {"select c.ts, c.value, t.name, t.unit from counter c join counter_track t on c.track_id = t.id order "
       "by t.name, c.ts",
       kSlices +
           "where s.name like 'observed%' or s.name in ('no reading', 'idle before') order by s.ts, s.name",
       kImportErrors});
  const std::string power = "wt300e.power (DC input, mean since the reading before, simulated)";
  EXPECT_EQ(
      answers[0],
      json(
          {{{"ts", idle.begin_ns + 5}, {"value", 61.25}, {"name", "hwmon.soc.temperature"}, {"unit", "degC"}},
           {{"ts", kWindow - 995}, {"value", 61.25}, {"name", "hwmon.soc.temperature"}, {"unit", "degC"}},
           {{"ts", idle.begin_ns + 15}, {"value", 7.5}, {"name", power}, {"unit", "W"}},
           {{"ts", idle.begin_ns + 1005}, {"value", 0.1}, {"name", power}, {"unit", "W"}},
           {{"ts", kWindow - 985}, {"value", 7.5}, {"name", power}, {"unit", "W"}},
           {{"ts", kWindow + 5}, {"value", 0.1}, {"name", power}, {"unit", "W"}}}));
  ASSERT_EQ(answers[1].size(), 5u) << answers[1].dump(1);
  EXPECT_EQ(answers[1][0]["name"], "idle before");
  EXPECT_EQ(answers[1][0]["dur"], 1'000'000'000);
  EXPECT_EQ(answers[1][1]["name"], "observed beside idle.before");
  EXPECT_EQ(answers[1][2]["name"], "no reading");
  EXPECT_EQ(answers[1][2]["ts"], idle.begin_ns + 30);
  EXPECT_EQ(answers[1][2]["dur"], 870);
  EXPECT_EQ(answers[2], json::array());
}

TEST_F(PerfettoTrace, APipelineHasItsStagesAndAProfileItsLayersApart) {
  add("timed.row.r1", timed_run(1, kWindow));
  record::PipelineRun pipeline;
  pipeline.pre_ns = {100, 110};
  pipeline.infer_ns = {200, 210};
  pipeline.post_ns = {50, 60};
  pipeline.total_ns = {350, 381};  // The second has a nanosecond of its own.
  pipeline.window_begin_ns = kWindow + 5'000'000'000;
  pipeline.window_end_ns = pipeline.window_begin_ns + 800;
  pipeline.boot_id = "boot-a";
  add("pipeline.row.r1", pipeline);
  record::ProfiledRun profiled;
  profiled.layers = {{"conv <1>", "Convolution", "jit", 700, 1e9, "claimed"},
                     {"untold", "Relu", "", -1, -1, "unknown"},
                     {"nothing", "Reshape", "", 0, -1, "claimed"},
                     {"out", "MatMul", "ref", 300, -1, "elsewhere"}};
  add("profile.row", profiled);
  const auto summary = write();
  ASSERT_TRUE(summary) << summary.error().message;
  EXPECT_EQ(summary->pipeline, 2);
  EXPECT_EQ(summary->layers, 3);
  const auto answers =
      ask(trace(), {kSlices + "where s.category = 'pipeline' order by s.ts, s.depth",
                    kSlices + "where s.category = 'profiled' order by s.ts, s.depth, s.id",
                    "select key, display_value as value from slice join args using (arg_set_id) "
                    "where slice.name = 'one inference, profiled'",
                    kImportErrors});
  ASSERT_EQ(answers[0].size(), 8u);
  EXPECT_EQ(answers[0][0]["name"], "request");
  EXPECT_EQ(answers[0][0]["dur"], 350);
  EXPECT_EQ(answers[0][5]["ts"], pipeline.window_begin_ns + 350);
  EXPECT_EQ(answers[0][6]["name"], "inference in the pipeline");
  EXPECT_EQ(answers[0][6]["ts"], pipeline.window_begin_ns + 350 + 110);
  EXPECT_EQ(answers[0][6]["dur"], 210);
  EXPECT_EQ(answers[0][6]["thread"], "pipeline, repeat 1");
  ASSERT_EQ(answers[1].size(), 4u) << answers[1].dump(1);
  EXPECT_EQ(answers[1][0]["dur"], 1000);
  EXPECT_EQ(answers[1][0]["ts"], kWindow);
  EXPECT_EQ(answers[1][1]["name"], "layer conv <1>");
  EXPECT_EQ(answers[1][2]["name"], "layer nothing");
  EXPECT_EQ(answers[1][2]["dur"], 0);
  EXPECT_EQ(answers[1][3]["ts"], kWindow + 700);
  EXPECT_NE(answers[1][3]["thread"].get<std::string>().find("no latency"), std::string::npos);
  EXPECT_NE(answers[2].dump().find("layers without\",\"value\":\"1\""), std::string::npos)
      << answers[2].dump();
  EXPECT_EQ(answers[3], json::array());
}

TEST_F(PerfettoTrace, BootsAreLaidBesideEachOtherByTheWallClock) {
  record::TimedRun later =
      timed_run(1, 70'000'000'007);  // Its clock began anew, an hour after the other's end.
  later.boot_id = "boot-b";
  later.begin_utc_ns = kUtc + 3'600'000'000'000;
  add("timed.row.r1", later);
  add("timed.row.r2", timed_run(2, kWindow));
  record::PipelineRun pipeline;
  pipeline.pre_ns = pipeline.infer_ns = pipeline.post_ns = {1};
  pipeline.total_ns = {3};
  pipeline.window_begin_ns = 90'000'000'000;
  pipeline.window_end_ns = 90'000'000'009;
  add("pipeline.row.r1", pipeline);  // Of a version that did not keep its boot.
  record::IdleRun idle;
  idle.boot_id = "boot-c";
  idle.begin_ns = 1;
  idle.end_ns = 2;
  add("idle.after", idle);
  const auto summary = write();
  ASSERT_TRUE(summary) << summary.error().message;
  ASSERT_EQ(summary->left_out.size(), 2u);
  EXPECT_NE(summary->left_out[0].find("idle.after: no timed run of boot boot-c"), std::string::npos);
  EXPECT_NE(summary->left_out[1].find("pipeline.row.r1: it does not tell its boot"), std::string::npos);
  const auto answers = ask(trace(), {kSlices + "where s.name = 'timed window' order by s.ts",
                                     "select display_value as value from slice join args using (arg_set_id) "
                                     "where slice.name = 'campaign' and key = 'debug.left out'",
                                     kImportErrors});
  ASSERT_EQ(answers[0].size(), 2u);
  EXPECT_EQ(answers[0][0]["ts"], kWindow);
  EXPECT_EQ(answers[0][0]["thread"], "timed, repeat 2, boot 1");
  EXPECT_EQ(answers[0][1]["ts"], kWindow + 3'600'000'000'000);
  EXPECT_EQ(answers[0][1]["thread"], "timed, repeat 1, boot 2 (placed by the wall clock)");
  EXPECT_NE(answers[1].dump().find("boot-c"), std::string::npos);
  EXPECT_EQ(answers[2], json::array());
}

TEST_F(PerfettoTrace, AFailedRunIsShownAsFarAsItCame) {
  record::TimedRun killed = timed_run(1, kWindow);
  killed.window_end_ns = 0;
  killed.failure = {"killed by SIGKILL <script>\x1b[31m\xff", "crash", 9};
  record::TimedRun early;
  early.repeat = 2;
  early.failure = {"no such model", "start", 0};
  add("timed.row.r1", killed);
  add("timed.row.r2", early);
  report::TraceResults checked{record::Results{}, {}};
  checked.results->name = "name \xe3\x82\xb7";
  checked.results->rows.resize(1);
  checked.results->rows[0].key.id = "row";
  checked.results->rows[0].verdict = "INVALID";
  const auto summary = write(checked);
  ASSERT_TRUE(summary) << summary.error().message;
  ASSERT_EQ(summary->left_out.size(), 1u);
  EXPECT_NE(summary->left_out[0].find("timed.row.r2"), std::string::npos);
  const auto answers = ask(trace(), {kSlices + "where s.name like 'timed window%'",
                                     "select name from process where pid > 0 order by pid",
                                     "select display_value as value from slice join args using (arg_set_id) "
                                     "where key = 'debug.FAILED'",
                                     kImportErrors});
  ASSERT_EQ(answers[0].size(), 1u);
  EXPECT_EQ(answers[0][0]["name"], "timed window, unfinished");
  EXPECT_EQ(answers[0][0]["dur"], 9'500'010);
  EXPECT_EQ(answers[0][0]["thread"], "timed, repeat 1, FAILED");
  EXPECT_EQ(answers[1][0]["name"], "assay: name \xe3\x82\xb7");
  EXPECT_EQ(answers[1][1]["name"], "row row: INVALID");
  ASSERT_EQ(answers[2].size(), 1u);
  EXPECT_EQ(answers[2][0]["value"].get<std::string>().find('\x1b'), std::string::npos);
  EXPECT_EQ(answers[3], json::array());
}

TEST_F(PerfettoTrace, NotesAndFindingsStandInTheArguments) {
  add("timed.row.r1", timed_run(1, kWindow));
  add("timed.row.r2", timed_run(2, kWindow + 3'000'000'000));
  add("timed.other.r1", timed_run(1, kWindow + 1'000'000'000));
  report::TraceResults checked{record::Results{}, {"edited by hand: results.json <b>", "a second note"}};
  checked.results->rows.resize(1);
  record::Row& row = checked.results->rows[0];
  row.key.id = "row";
  row.verdict = "WARN";
  row.findings = {{"outliers", record::Severity::kOk, "none was removed", {}},
                  {"edited", record::Severity::kWarn, "its runs give 11.5", {"throughput"}}};
  checked.results->findings = {{"clock-step", record::Severity::kWarn, "2 ms", {}}};
  const auto summary = write(checked);
  ASSERT_TRUE(summary) << summary.error().message;
  const std::string arguments =
      "select key, display_value as value from slice s join args using (arg_set_id) "
      "join thread_track on s.track_id = thread_track.id join thread using (utid) where ";
  const auto answers = ask(
      trace(), {kSlices + "where thread.name = 'verdict'", arguments + "thread.name = 'verdict' order by key",
                arguments + "s.name = 'campaign' and (key glob 'debug.note*' or key glob 'debug.finding*') "
                            "order by key",
                "select name from process where pid > 0 order by pid", kImportErrors});
  ASSERT_EQ(answers[0].size(), 1u) << "a row that is not in the results has no verdict";
  EXPECT_EQ(answers[0][0]["name"], "WARN");
  EXPECT_EQ(answers[0][0]["process"], "row row: WARN");
  EXPECT_EQ(answers[0][0]["ts"], kWindow - 50'000'000);
  EXPECT_EQ(answers[0][0]["dur"], 3'050'000'000 + 9'500'010 + 321);
  EXPECT_EQ(answers[1], json({{{"key", "debug.finding 1"}, {"value", "OK outliers: none was removed"}},
                              {{"key", "debug.finding 2"}, {"value", "WARN edited: its runs give 11.5"}}}));
  EXPECT_EQ(answers[2], json({{{"key", "debug.finding 1"}, {"value", "WARN clock-step: 2 ms"}},
                              {{"key", "debug.note 1"}, {"value", "edited by hand: results.json <b>"}},
                              {{"key", "debug.note 2"}, {"value", "a second note"}}}));
  EXPECT_EQ(answers[3][2]["name"], "row other");
  EXPECT_EQ(answers[4], json::array());
}

TEST_F(PerfettoTrace, TimesThatCannotBeAreRefused) {
  record::TimedRun run = timed_run(1, kWindow);
  run.window_end_ns -= 322;
  add("timed.row.r1", run);
  const auto longer = write();
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().code, Code::kCorrupt);
  EXPECT_NE(longer.error().message.find("timed.row.r1, timed window"), std::string::npos)
      << longer.error().message;
  EXPECT_NE(longer.error().message.find("found 9500010 ns"), std::string::npos) << longer.error().message;
}

TEST_F(PerfettoTrace, AnEmptyDirectoryIsAnEmptyTraceAndNoneIsAnError) {
  const auto summary = write();
  ASSERT_TRUE(summary) << summary.error().message;
  EXPECT_EQ(ask(trace(), "select count(*) as n from slice")[0]["n"], 0);
  const auto none =
      report::write_trace(dir_->path() / "nowhere", {}, [](std::string_view) { return Result<void>(); });
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::kNotFound);
}

TEST_F(PerfettoTrace, AMillionInferencesStreamThroughLittleMemory) {
  record::TimedRun run = timed_run(1, kWindow);
  run.latency_ns.assign(1'000'000, 1'000);
  run.window_end_ns = kWindow + 1'000'000'000;
  add("timed.row.r1", run);
  std::size_t bytes = 0, longest = 0;
  const auto summary = report::write_trace(path(), {}, [&](std::string_view piece) -> Result<void> {
    bytes += piece.size();
    longest = std::max(longest, piece.size());
    return {};
  });
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->timed, 1'000'000);
  EXPECT_LT(bytes, 100u << 20);
  EXPECT_LT(longest, 1u << 20);
}

TEST_F(PerfettoTrace, TheFirstErrorOfTheSinkEndsIt) {
  for (int repeat = 1; repeat <= 3; ++repeat) {
    record::TimedRun run = timed_run(repeat, kWindow + repeat * 1'000'000'000'000);
    run.latency_ns.assign(100'000, 1'000);
    run.window_end_ns = run.window_begin_ns + 100'000'000;
    add("timed.row.r" + std::to_string(repeat), run);
  }
  int calls = 0;
  const auto full = report::write_trace(path(), {}, [&](std::string_view) -> Result<void> {
    return ++calls == 2 ? Result<void>(fail(Code::kResource, "disk full")) : Result<void>();
  });
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().message, "disk full");
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace assay::test

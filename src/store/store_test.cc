#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

#include "base/file.h"
#include "store/latency_csv.h"
#include "store/records.h"
#include "store/run_directory.h"

namespace assay::store {
namespace {

namespace fs = std::filesystem;

record::SessionInfo session() {
  record::SessionInfo s;
  s.backend = "openvino";
  s.plugin_version = "0.1.0";
  s.runtime_version = "2026.4.1";
  s.versions = {{"driver", "1"}, {"firmware", "β"}};
  s.properties = {{"INFERENCE_NUM_THREADS", "2"}};
  s.accelerator = "CPU";
  s.accelerator_name = "a \"CPU\"\n";
  s.executed_precision = "int8";
  s.determinism = "deterministic";
  s.simulated = true;
  s.max_in_flight = 4;
  s.inputs = {{"image", "f32", {1, 3, 256, 512}, 1572864}};
  s.outputs = {{"logits", "f32", {1, 19, 32, 64}, std::numeric_limits<std::uint64_t>::max()}};
  s.compile_ns = 123;
  s.first_inference_ns = 456;
  s.libraries = {"/a/b.so", "/c"};
  return s;
}

record::Observation metered() {
  record::Source meter;
  meter.id = "wt300e";
  meter.simulated = true;
  record::Series power;
  power.channel.id = "wt300e.power";
  power.channel.source = "wt300e";
  power.channel.boundary = record::Boundary::kDcInput;
  power.channel.kind = record::ReadingKind::kMean;
  power.readings = {{1, 2, 8.125}, {3, 4, 0.1}};
  return {{meter}, {power}, 5, 6, 7, 8, {"rapl: package-0: permission denied"}};
}

record::TimedRun timed_run() {
  record::TimedRun r;
  r.repeat = 2;
  r.inputs = 8;
  r.session = session();
  r.binding = {"aa", "bb", "cc", "dd"};
  r.warmup_ns = {30, 20};
  r.latency_ns = {10, 11, 0, std::numeric_limits<std::int64_t>::max()};
  r.window_begin_ns = 5;
  r.window_end_ns = 99;
  r.warmup_end = "steady";
  r.capped = true;
  r.boot_id = "boot";
  r.begin_utc_ns = -7;
  r.clock_step_ns = -8;
  r.peak_rss_bytes = 9;
  r.device_memory_bytes = 10;
  r.device_memory_problem = "the GPU shares the system's memory";
  r.device_time_ns = {1, 2};
  r.samples = {{3, 1, true, false, 0.25, -1, false}};
  r.foreign_cpu_share = 0.1;
  r.involuntary_switches = 11;
  r.loaded_idle_begin_ns = 12;
  r.loaded_idle_end_ns = 13;
  r.quiet_wait_ns = 14;
  r.disturbances = {"other programs used 31 % of the processor", "zone0 is 5.0 K above"};
  r.observation = metered();
  r.failure = {"killed by SIGSEGV", "crash", 11};
  return r;
}

TemporaryDirectory temporary() { return TemporaryDirectory::create("assay-store-test").value(); }

std::string text_of(const fs::path& path) { return read_file(path).value_or("unreadable"); }

TEST(Records, TimedRunComesBackWhole) {
  const auto a = temporary(), b = temporary();
  const record::TimedRun run = timed_run();
  ASSERT_TRUE(save_timed_run(a.path(), run));
  EXPECT_EQ(text_of(a.path() / "latencies.csv"),
            "phase,iteration,input,latency_ns\nwarmup,0,0,30\nwarmup,1,1,20\ntimed,0,0,10\ntimed,1,1,"
            "11\ntimed,2,2,0\n"
            "timed,3,3,9223372036854775807\n");
  auto back = load_timed_run(a.path());
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->latency_ns, run.latency_ns);
  EXPECT_EQ(back->warmup_ns, run.warmup_ns);
  EXPECT_EQ(back->samples.at(0).argmax_agreement, 0.25);
  EXPECT_FALSE(back->samples.at(0).finite);
  EXPECT_EQ(back->device_memory_bytes, 10);
  EXPECT_EQ(back->session.outputs.at(0).byte_size, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(back->loaded_idle_begin_ns, 12);
  EXPECT_EQ(back->loaded_idle_end_ns, 13);
  EXPECT_EQ(back->quiet_wait_ns, 14);
  EXPECT_EQ(back->disturbances, run.disturbances);
  EXPECT_EQ(back->observation.series.at(0).readings, run.observation.series[0].readings);
  EXPECT_EQ(back->observation.begin_ns, 5);
  EXPECT_EQ(back->observation.end_ns, 6);
  EXPECT_EQ(back->observation.cpu_ns, 7);
  EXPECT_EQ(back->observation.late_ticks, 8);
  // Every field that is written is read, since what was read writes the same bytes.
  ASSERT_TRUE(save_timed_run(b.path(), *back));
  for (const char* file : {"run.json", "observation.json", "readings.csv"})
    EXPECT_EQ(text_of(a.path() / file), text_of(b.path() / file)) << file;
  EXPECT_EQ(text_of(a.path() / "run.json").find("null"), std::string::npos);
}

TEST(Records, IdleAndPatternRunsComeBackWhole) {
  const auto dir = temporary(), again = temporary();
  const record::IdleRun idle{100, 30'000'000'100, "boot", "", 7, {"firefox"}, metered()};
  ASSERT_TRUE(save_idle_run(dir.path(), idle));
  const auto back = load_idle_run(dir.path());
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->begin_ns, idle.begin_ns);
  EXPECT_EQ(back->end_ns, idle.end_ns);
  EXPECT_EQ(back->boot_id, "boot");
  EXPECT_EQ(back->observation.series.at(0).channel, idle.observation.series[0].channel);
  EXPECT_EQ(back->observation.series.at(0).readings, idle.observation.series[0].readings);
  ASSERT_TRUE(save_idle_run(again.path(), *back));
  for (const char* file : {"run.json", "observation.json", "readings.csv"})
    EXPECT_EQ(text_of(dir.path() / file), text_of(again.path() / file)) << file;
  ASSERT_TRUE(save_idle_run(dir.path(), {0, 0, "boot", "no power source", 0, {}, {}}));
  EXPECT_EQ(load_idle_run(dir.path()).value().skipped, "no power source");

  const record::PatternRun pattern{{200, 400, 600}, 100, 800, "boot", "nothing to load"};
  ASSERT_TRUE(save_pattern_run(dir.path(), pattern));
  const auto driven = load_pattern_run(dir.path());
  ASSERT_TRUE(driven) << driven.error().message;
  EXPECT_EQ(driven->edges_ns, pattern.edges_ns);
  EXPECT_EQ(driven->window_begin_ns, 100);
  EXPECT_EQ(driven->window_end_ns, 800);
  EXPECT_EQ(driven->boot_id, "boot");
  EXPECT_EQ(driven->skipped, "nothing to load");
}

TEST(Records, ARunFolderOfBeforeAnythingWasObservedLoads) {
  const auto dir = temporary();
  ASSERT_TRUE(save_timed_run(dir.path(), timed_run()));
  for (const char* file : {"observation.json", "readings.csv"}) fs::remove(dir.path() / file);
  std::string text = text_of(dir.path() / "run.json");
  for (const std::string key :
       {"quiet_wait_ns", "disturbances", "loaded_idle_begin_ns", "loaded_idle_end_ns"}) {
    const std::size_t at = text.find("\"" + key + "\"");
    ASSERT_NE(at, std::string::npos) << key;
    const std::size_t end =
        text[text.find(": ", at) + 2] == '[' ? text.find("],", at) + 2 : text.find(',', at) + 1;
    text.erase(at, end - at);
  }
  ASSERT_TRUE(write_file(dir.path() / "run.json", text));
  const auto run = load_timed_run(dir.path());
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->latency_ns, timed_run().latency_ns);
  EXPECT_TRUE(run->observation.series.empty());
  EXPECT_TRUE(run->disturbances.empty());
  EXPECT_EQ(run->loaded_idle_end_ns, 0);
  EXPECT_EQ(run->involuntary_switches, 11);
}

TEST(Records, AbsentOptionalStaysAbsent) {
  const auto dir = temporary();
  ASSERT_TRUE(save_timed_run(dir.path(), {}));
  EXPECT_FALSE(load_timed_run(dir.path()).value().device_memory_bytes.has_value());
}

TEST(Records, AccuracyRunWithPartOfItsImagesScored) {
  const auto dir = temporary();
  record::AccuracyRun run;
  run.session = session();
  run.classes = 2;
  run.images = {"a", "b", "c"};
  run.confusion = {{5, 0, 1, 4294967295u}, {0, 0, 0, 0}};
  run.dataset_digest = "ee";
  run.distinct_inputs = 8;
  run.distinct_outputs = 7;
  run.wall_ns = 12;
  ASSERT_TRUE(save_accuracy_run(dir.path(), run));
  EXPECT_EQ(text_of(dir.path() / "confusion.csv"),
            "image,truth,prediction,pixels\n0,0,0,5\n0,1,0,1\n0,1,1,4294967295\n");
  auto back = load_accuracy_run(dir.path());
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->confusion, run.confusion);
  EXPECT_EQ(back->images, run.images);
  run.confusion[0].pop_back();
  EXPECT_EQ(save_accuracy_run(dir.path(), run).error().code, Code::kInternal);
}

TEST(Records, OthersComeBack) {
  const auto dir = temporary();
  record::PipelineRun pipeline;
  pipeline.pre_ns = {1, 2};
  pipeline.total_ns = {3};
  ASSERT_TRUE(save_pipeline_run(dir.path(), pipeline));
  EXPECT_EQ(load_pipeline_run(dir.path()).value().pre_ns, pipeline.pre_ns);
  record::ProfiledRun profiled;
  profiled.layers = {{"conv", "Convolution", "jit_avx512", 5, 1e9, "claimed"}};
  ASSERT_TRUE(save_profiled_run(dir.path(), profiled));
  EXPECT_EQ(load_profiled_run(dir.path()).value().layers.at(0).exec_type, "jit_avx512");
  record::ArtifactRecord artifact;
  artifact.versions = {{"nncf", "3.4.0"}};
  artifact.compared_argmax_agreement = 0.97;
  artifact.compared_note = "validation images";
  ASSERT_TRUE(save_artifact(dir.path(), artifact));
  EXPECT_EQ(load_artifact(dir.path()).value().versions, artifact.versions);
  EXPECT_EQ(load_artifact(dir.path()).value().compared_argmax_agreement, 0.97);
  EXPECT_EQ(load_artifact(dir.path()).value().compared_note, artifact.compared_note);
  ASSERT_TRUE(save_peaks(dir.path() / "p.json", {{"fp32", "CPU", 123.5, "measured", 18.5, "read"}}));
  EXPECT_EQ(load_peaks(dir.path() / "p.json").value().at(0).gops, 123.5);
  EXPECT_EQ(load_peaks(dir.path() / "p.json").value().at(0).bandwidth_gb_per_s, 18.5);
  EXPECT_EQ(load_peaks(dir.path() / "p.json").value().at(0).bandwidth_source, "read");
  record::Environment environment;
  environment.cpus = 2;
  environment.facts = {{"governor", "performance"}};
  ASSERT_TRUE(save_environment(dir.path() / "e.json", environment));
  EXPECT_EQ(load_environment(dir.path() / "e.json").value().facts, environment.facts);
}

TEST(Records, DamageIsToldWithItsPlace) {
  const auto dir = temporary();
  EXPECT_EQ(load_timed_run(dir.path()).error().code, Code::kNotFound);
  ASSERT_TRUE(save_timed_run(dir.path(), timed_run()));
  const std::string whole = text_of(dir.path() / "run.json");
  const auto spoil = [&](std::string_view from, std::string_view to) {
    std::string text = whole;
    text.replace(text.find(from), from.size(), to);
    EXPECT_TRUE(write_file(dir.path() / "run.json", text));
    auto run = load_timed_run(dir.path());
    return run ? "accepted" : std::string(to_string(run.error().code)) + " " + run.error().message;
  };
  EXPECT_NE(spoil("\"repeat\": 2", "\"repeat\": 2.5").find("repeat: expected a whole number"),
            std::string::npos);
  EXPECT_NE(spoil("\"repeat\": 2", "\"repeat\": 99999999999").find("repeat: the number is out of range"),
            std::string::npos);
  EXPECT_NE(spoil("\"repeat\": 2,", "").find("repeat: is missing"), std::string::npos);
  EXPECT_NE(spoil("\"f32\"", "32").find("session.inputs[0].dtype: expected a text"), std::string::npos);
  EXPECT_NE(spoil("{", "[").find("run.json: not JSON"), std::string::npos);
  ASSERT_TRUE(write_file(dir.path() / "run.json", whole.substr(0, whole.size() / 2)));
  EXPECT_EQ(load_timed_run(dir.path()).error().code, Code::kCorrupt);
}

TEST(Records, NonFiniteNumbersAreNeverWritten) {
  const auto dir = temporary();
  record::TimedRun run = timed_run();
  run.samples[0].argmax_agreement = std::numeric_limits<double>::quiet_NaN();
  const auto saved = save_timed_run(dir.path(), run);
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().code, Code::kInternal);
  EXPECT_NE(saved.error().message.find("samples[0].argmax_agreement"), std::string::npos)
      << saved.error().message;
}

TEST(LatencyCsv, RefusesWhatIsNotWhole) {
  const std::string good = latencies_to_csv(std::vector<std::int64_t>{1}, std::vector<std::int64_t>{2, 3}, 8);
  ASSERT_TRUE(latencies_from_csv(good));
  for (std::size_t cut = 1; cut < good.size(); ++cut) {
    const auto part = latencies_from_csv(std::string_view(good).substr(0, good.size() - cut));
    if (part) {
      // Whole lines may be gone; run.json's count tells.
      EXPECT_TRUE(good[good.size() - cut - 1] == '\n') << cut;
    }
  }
  const std::string header = "phase,iteration,input,latency_ns\n";
  for (const char* bad :
       {"timed,0,0,-1\n", "timed,1,0,5\n", "timed,0,0,5", "timed,0,0,5x\n", "timed,0,-1,5\n", "warm,0,0,5\n",
        "timed,0,0,99999999999999999999\n", "timed,0,0,5\nwarmup,0,0,5\n", "\n", "timed,0,0, 5\n"}) {
    const auto series = latencies_from_csv(header + bad);
    ASSERT_FALSE(series) << bad;
    EXPECT_EQ(series.error().code, Code::kCorrupt);
    EXPECT_NE(series.error().message.find("line "), std::string::npos);
  }
  EXPECT_FALSE(latencies_from_csv(""));
  EXPECT_TRUE(latencies_from_csv(header)->timed_ns.empty());
}

Campaign campaign() {
  Campaign c;
  c.assay_version = "0.1.0";
  c.binary_digest = std::string(64, 'b');
  c.spec_digest = std::string(64, 's');
  c.software = {{"openvino", "2026.4.1"}};
  c.environment.kernel = "6.1";
  c.environment.digest = "e1";
  c.environment.facts = {{"governor", "performance"}};
  c.facts = {{"order_seed", "42"}};
  c.created_utc = "2026-11-21T08:00:00Z";
  return c;
}

TEST(RunDirectory, KeepsFinishedRunsAndDropsPartialOnes) {
  const auto dir = temporary();
  const fs::path path = dir.path() / "run";
  {
    auto run = RunDirectory::create(path, "assay: 1\n", campaign());
    ASSERT_TRUE(run) << run.error().message;
    ASSERT_TRUE(run->add_run("timed.a.r1",
                             [](const fs::path& folder) { return save_timed_run(folder, timed_run()); }));
    EXPECT_EQ(run->add_run("timed.a.r1", [](const fs::path&) { return Result<void>(); }).error().code,
              Code::kConflict);
    const auto failed = run->add_run("timed.a.r2", [](const fs::path& folder) -> Result<void> {
      EXPECT_TRUE(write_file(folder / "half", "x"));
      return fail(Code::kResource, "disk full");
    });
    EXPECT_EQ(failed.error().code, Code::kResource);
    EXPECT_FALSE(run->has_run("timed.a.r2"));
    for (const char* bad : {"", "..", "a/b", ".hidden", "x.tmp"})
      EXPECT_EQ(run->add_run(bad, [](const fs::path&) { return Result<void>(); }).error().code,
                Code::kInvalidInput)
          << bad;
    EXPECT_EQ(RunDirectory::open(path).error().code, Code::kConflict);  // Locked.
    // What a kill in the middle of a run leaves.
    fs::create_directories(path / "runs" / "timed.a.r3.tmp");
  }
  const std::string before = text_of(path / "runs" / "timed.a.r1" / "latencies.csv");
  auto again = RunDirectory::resume(path, campaign());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->runs(), std::vector<std::string>{"timed.a.r1"});
  EXPECT_FALSE(fs::exists(path / "runs" / "timed.a.r3.tmp"));
  EXPECT_EQ(text_of(again->run_folder("timed.a.r1") / "latencies.csv"), before);
  EXPECT_EQ(again->campaign().facts.at("order_seed"), "42");
  EXPECT_EQ(text_of(again->spec_file()), "assay: 1\n");
}

TEST(RunDirectory, RefusesAFolderWithSomethingInIt) {
  const auto dir = temporary();
  ASSERT_TRUE(write_file(dir.path() / "thesis.txt", "x"));
  auto run = RunDirectory::create(dir.path(), "", campaign());
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, Code::kConflict);
  EXPECT_NE(run.error().message.find("thesis.txt"), std::string::npos);
  EXPECT_EQ(RunDirectory::open(dir.path()).error().code, Code::kNotFound);
}

TEST(RunDirectory, RefusesToResumeWhenSomethingChanged) {
  const auto dir = temporary();
  const fs::path path = dir.path() / "run";
  { ASSERT_TRUE(RunDirectory::create(path, "", campaign())); }
  fs::create_directories(path / "runs" / "x.tmp");
  const auto refused = [&](auto change) {
    Campaign now = campaign();
    change(now);
    auto run = RunDirectory::resume(path, now);
    EXPECT_FALSE(run);
    if (run) return std::string("accepted");
    EXPECT_EQ(run.error().code, Code::kConflict);
    return run.error().message;
  };
  const auto has = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  EXPECT_TRUE(has(refused([](Campaign& c) { c.spec_digest = "t"; }), "spec: was ssssssssssss, is t"));
  EXPECT_TRUE(has(refused([](Campaign& c) { c.binary_digest = "t"; }), "assay's binaries"));
  EXPECT_TRUE(
      has(refused([](Campaign& c) { c.assay_version = "0.2.0"; }), "assay version: was 0.1.0, is 0.2.0"));
  EXPECT_TRUE(
      has(refused([](Campaign& c) { c.software["openvino"] = "2027"; }), "openvino: was 2026.4.1, is 2027"));
  EXPECT_TRUE(has(refused([](Campaign& c) { c.software["qnn"] = "2"; }), "qnn: was none, is 2"));
  EXPECT_TRUE(has(refused([](Campaign& c) {
                    c.environment.digest = "e2", c.environment.facts["governor"] = "powersave";
                  }),
                  "environment: governor: was performance, is powersave"));
  EXPECT_TRUE(has(refused([](Campaign& c) { c.environment.digest = "e2"; }), "environment: was e1, is e2"));
  EXPECT_TRUE(fs::exists(path / "runs" / "x.tmp"));  // Nothing is dropped when refused.
  Campaign harmless = campaign();
  harmless.environment.hostname = "other";  // Not in the digest.
  harmless.created_utc = "later";
  EXPECT_TRUE(RunDirectory::resume(path, harmless));
}

TEST(RunDirectory, SupersededRunsStayInTheOrderOfTheirAttempts) {
  const auto dir = temporary();
  auto run = RunDirectory::create(dir.path() / "run", "", campaign());
  ASSERT_TRUE(run);
  EXPECT_TRUE(run->superseded().value().empty());
  EXPECT_EQ(run->supersede("timed.a-b1.r1", "x").error().code, Code::kNotFound);
  for (int attempt = 1; attempt <= 11; ++attempt) {
    ASSERT_TRUE(run->add_run("timed.a-b1.r1",
                             [](const fs::path& folder) { return save_timed_run(folder, timed_run()); }));
    ASSERT_TRUE(run->supersede("timed.a-b1.r1", "attempt " + std::to_string(attempt)));
    EXPECT_FALSE(run->has_run("timed.a-b1.r1"));
  }
  const auto superseded = run->superseded();
  ASSERT_TRUE(superseded);
  ASSERT_EQ(superseded->size(), 11u);
  for (int i = 0; i < 11; ++i)
    EXPECT_EQ((*superseded)[i], std::pair(std::string("timed.a-b1.r1"), "attempt " + std::to_string(i + 1)));
  EXPECT_TRUE(load_timed_run(run->path() / "superseded" / "timed.a-b1.r1.10"));
  fs::remove(run->path() / "superseded" / "timed.a-b1.r1.3" / "why");
  EXPECT_EQ(run->superseded().error().code, Code::kCorrupt);
}

TEST(RunDirectory, AFullDiskIsAResourceErrorAndLosesNoFinishedRun) {
  const auto dir = temporary();
  auto run = RunDirectory::create(dir.path() / "run", "", campaign());
  ASSERT_TRUE(run);
  ASSERT_TRUE(run->add_run("a", [](const fs::path& folder) { return save_timed_run(folder, timed_run()); }));
  const auto full = run->add_run("b", [](const fs::path& folder) {
    // The file that write_file is about to write is a device that is always full.
    fs::create_symlink("/dev/full", folder / "latencies.csv.tmp");
    return save_timed_run(folder, timed_run());
  });
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Code::kResource) << full.error().message;
  EXPECT_EQ(run->runs(), std::vector<std::string>{"a"});
  EXPECT_TRUE(load_timed_run(run->run_folder("a")));
}

}  // namespace
}  // namespace assay::store

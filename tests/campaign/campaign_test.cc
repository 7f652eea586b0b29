// Whole campaigns through the real program, real runtimes and real worker processes, on a network of 64x128
// pixels.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include "small_campaign.h"

namespace assay::test {
namespace {

/// Rules that made a row INVALID. Tests run beside each other on shared machines: a disturbed row is rightly
/// INVALID by `foreign-load`, and says nothing about the program.
std::vector<std::string> invalidating_rules(const nlohmann::json& row) {
  std::vector<std::string> rules;
  for (const auto& finding : row["findings"])
    if (finding["severity"] == "INVALID" && finding["rule"] != "foreign-load")
      rules.push_back(finding["rule"]);
  return rules;
}

/// The exit code that the rows' verdicts call for.
int expected_exit(const nlohmann::json& results) {
  for (const auto& row : results["rows"])
    if (row["verdict"] == "INVALID") return 1;
  return 0;
}

TEST_F(Campaign, TwoRuntimesTwoPrecisionsAndEveryFigureIsThere) {
  const auto spec =
      write("spec.yaml", std::string(kHead) +
                             "rows: [{backends: [openvino, onnxruntime], precisions: [fp32, int8]}]\n" +
                             protocol(2, 500));
  const Outcome outcome = run_assay({"run", spec, "--out", path("out").string()});
  ASSERT_TRUE(fs::exists(path("out") / "results.json")) << outcome.text;
  const auto results = read_json(path("out") / "results.json");
  EXPECT_EQ(outcome.exit_code, expected_exit(results)) << outcome.text;
  ASSERT_EQ(results["rows"].size(), 4u);
  EXPECT_TRUE(results["complete"]);
  for (const auto& row : results["rows"]) {
    EXPECT_EQ(invalidating_rules(row), std::vector<std::string>{}) << outcome.text;
    EXPECT_EQ(row["repeats"], 2);
    EXPECT_GE(row["iterations"], 500);
    EXPECT_GE(row["warmup"], 20);
    EXPECT_EQ(row["executed_precision"], row["precision"]);
    EXPECT_EQ(row["digests"]["calibration"].get<std::string>().empty(), row["precision"] == "fp32");
    EXPECT_FALSE(row["simulated"]);
    for (const char* name :
         {"latency_mean", "latency_p50", "latency_p90", "latency_p95", "latency_p99", "throughput",
          "end_to_end_mean", "gops", "miou", "miou_fp32", "miou_drop", "peak_memory", "placement"}) {
      ASSERT_TRUE(row.contains(name)) << name;
      EXPECT_TRUE(row[name]["value"].is_number()) << name << ": " << row[name].dump();
    }
    for (const char* name : {"power", "energy_per_inference", "efficiency"}) {
      EXPECT_TRUE(row[name]["value"].is_null()) << name;
      EXPECT_EQ(row[name]["status"], "unmeasured") << name;
    }
    EXPECT_NEAR(row["throughput"]["value"].get<double>() * row["latency_mean"]["value"].get<double>(), 1000,
                25);
    EXPECT_FALSE(row["digests"]["artifact"].get<std::string>().empty());
  }
  // The same network and images: two FP32 runtimes may differ in a pixel, not in a point.
  EXPECT_NEAR(results["rows"][0]["miou"]["value"].get<double>(),
              results["rows"][2]["miou"]["value"].get<double>(), 0.5);
  EXPECT_EQ(results["rows"][1]["digests"]["calibration"], results["rows"][3]["digests"]["calibration"]);
  EXPECT_EQ(results["rows"][0]["digests"]["dataset"], results["rows"][3]["digests"]["dataset"]);

  for (const char* format : {"table", "md", "csv", "json"}) {
    const Outcome report = run_assay({"report", path("out").string(), "--format", format});
    EXPECT_EQ(report.exit_code, 0) << format << ": " << report.text;
    EXPECT_NE(report.text.find("openvino"), std::string::npos) << format;
  }
  EXPECT_EQ(run_assay({"run", spec, "--out", path("out").string()}).exit_code, 5)
      << "an existing run directory is not overwritten";
}

TEST_F(Campaign, KilledInTheMiddleAndResumedKeepsFinishedRunsByteForByte) {
  const auto spec =
      write("spec.yaml",
            std::string(kHead) + "rows: [{backend: onnxruntime, precision: fp32}]\n" + protocol(4, 400));
  const fs::path out = path("out"), runs = out / "runs";
  auto process = Process::start(assay_process({"run", spec, "--out", out.string()}, path("log")));
  ASSERT_TRUE(process);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  // Kill during the second repeat: one timed run is finished, others are not.
  while (!fs::exists(runs / "timed.onnxruntime-cpu-fp32.r1") && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  std::this_thread::sleep_for(std::chrono::milliseconds(150));
  process->kill_group(SIGKILL);
  EXPECT_EQ(process->wait().term_signal, SIGKILL);
  const auto before = digests_under(runs);
  ASSERT_TRUE(before.count("timed.onnxruntime-cpu-fp32.r1/latencies.csv"))
      << read_file(path("log")).value_or("");
  ASSERT_FALSE(fs::exists(runs / "timed.onnxruntime-cpu-fp32.r4"));

  const Outcome resumed = run_assay({"run", "--resume", out.string()});
  ASSERT_TRUE(resumed.exit_code == 0 || resumed.exit_code == 1) << resumed.text;
  const auto after = digests_under(runs);
  for (const auto& [file, digest] : before) {
    if (file.find(".tmp/") != std::string::npos) continue;  // Partial runs are dropped.
    ASSERT_TRUE(after.count(file)) << file;
    EXPECT_EQ(after.at(file), digest) << file;
  }
  const auto results = read_json(out / "results.json");
  EXPECT_TRUE(results["complete"]);
  EXPECT_EQ(invalidating_rules(results["rows"][0]), std::vector<std::string>{}) << resumed.text;
  EXPECT_EQ(results["rows"][0]["repeats"], 4);

  std::string resolved = read_file(out / "spec.yaml").value();
  ASSERT_NE(resolved.find("\nseed: 42\n"), std::string::npos) << resolved;
  std::ofstream(out / "spec.yaml") << resolved.replace(resolved.find("\nseed: 42\n"), 10, "\nseed: 43\n");
  const Outcome changed = run_assay({"run", "--resume", out.string()});
  EXPECT_EQ(changed.exit_code, 5) << changed.text;
}

TEST_F(Campaign, AModelWhoseBatchIsFixedIsScoredToo) {
  const std::string model = path("b2.onnx").string();
  ASSERT_EQ(run_assay({"model", "ddrnet23-slim", "--size", "64x128", "--batch", "2", "-o", model}).exit_code,
            0);
  std::string text(kHead);
  text.replace(text.find("builtin: ddrnet23-slim"), 22, "path: " + model);
  const auto spec = write(
      "spec.yaml", text + "rows: [{backend: openvino, precision: fp32, batch: 2}]\n" + protocol(2, 100));
  const Outcome outcome = run_assay({"run", spec, "--out", path("out").string()});
  ASSERT_TRUE(fs::exists(path("out") / "results.json")) << outcome.text;
  const auto row = read_json(path("out") / "results.json")["rows"][0];
  EXPECT_EQ(invalidating_rules(row), std::vector<std::string>{}) << outcome.text;
  EXPECT_EQ(row["batch"], 2);
  ASSERT_TRUE(row["miou"]["value"].is_number()) << outcome.text;
  EXPECT_NEAR(row["miou"]["value"].get<double>(), row["miou_fp32"]["value"].get<double>(), 0.5);
}

TEST_F(Campaign, ARecordedRowAnswersAgainAndIsMarkedSimulated) {
  const auto spec =
      write("spec.yaml",
            std::string(kHead) + "rows: [{backend: onnxruntime, precision: fp32}]\n" + protocol(2, 100));
  const std::string out = path("out").string(), file = path("fp32.rec").string();
  ASSERT_LE(run_assay({"run", spec, "--out", out}).exit_code, 1);
  EXPECT_EQ(run_assay({"record", out, "--row", "onnxruntime-cpu-int8", "-o", file}).exit_code, 3);
  const Outcome recorded = run_assay({"record", out, "--row", "onnxruntime-cpu-fp32", "-o", file});
  ASSERT_EQ(recorded.exit_code, 0) << recorded.text;
  EXPECT_NE(recorded.text.find("12 answers, 200 delays"), std::string::npos) << recorded.text;
  EXPECT_EQ(run_assay({"record", out, "--row", "onnxruntime-cpu-fp32", "-o", file}).exit_code, 5)
      << "a recording is never overwritten";
  const auto replay = write("replay.yaml", std::string(kHead) +
                                               "rows: [{backend: replay, precision: fp32, artifact: " + file +
                                               "}]\n" + protocol(2, 100));
  const Outcome played = run_assay({"run", replay, "--out", path("played").string()});
  const auto measured = read_json(path("out") / "results.json")["rows"][0];
  const auto again = read_json(path("played") / "results.json")["rows"][0];
  EXPECT_TRUE(again["simulated"]) << played.text;
  EXPECT_EQ(again["miou"]["value"], measured["miou"]["value"]) << played.text;
  EXPECT_NE(played.text.find("simulated"), std::string::npos) << played.text;

  // Other images: the plugin refuses them, which costs its row and nothing else.
  std::string text = read_file(replay).value();
  text.replace(text.find("validation: {split: val, count: 12}"), 35, "validation: {split: train, count: 4}");
  const auto other = write("other.yaml", text + "\n");
  const Outcome refused = run_assay({"run", other, "--out", path("refused").string()});
  EXPECT_EQ(refused.exit_code, 1) << refused.text;
  EXPECT_NE(refused.text.find("no answer for these inputs"), std::string::npos) << refused.text;
}

TEST_F(Campaign, FaultyPluginsCostTheirRowsAndNoOther) {
  std::string rows = "rows:\n  - {backend: onnxruntime, precision: fp32}\n";
  for (const std::string name : {"affine", "segfault", "cached", "skip_tenth", "not_finite"}) {
    const fs::path plugin = kBinaries / "test_plugins" / (name + ".so");
    ASSERT_TRUE(fs::exists(plugin)) << plugin;
    rows += "  - {backend: " + name + ", precision: fp32, plugin: " + plugin.string() +
            ", options: {input: 'f32:1x3x64x128'}}\n";
  }
  // Their network is another one, so there is nothing to compare it with.
  std::string settings = protocol(2, 600);
  settings.replace(settings.find("compare_images: 4"), 17, "compare_images: 0");
  const auto spec = write("spec.yaml", std::string(kHead) + rows + settings);
  const Outcome outcome = run_assay({"run", spec, "--out", path("out").string()});
  EXPECT_EQ(outcome.exit_code, 1) << outcome.text;
  const auto results = read_json(path("out") / "results.json");
  ASSERT_EQ(results["rows"].size(), 6u);
  const auto fatal = [&](int row) { return invalidating_rules(results["rows"][row]); };
  EXPECT_EQ(fatal(0), std::vector<std::string>{}) << outcome.text;
  EXPECT_EQ(results["rows"][0]["repeats"], 2);
  EXPECT_EQ(fatal(1), std::vector<std::string>{}) << outcome.text;
  EXPECT_EQ(results["rows"][2]["verdict"], "INVALID");
  EXPECT_EQ(fatal(2), (std::vector<std::string>{"run-failed", "run-failed"})) << "each repeat crashed";
  EXPECT_NE(results["rows"][2]["findings"].dump().find("SIGSEGV"), std::string::npos)
      << results["rows"][2]["findings"].dump(1);
  EXPECT_NE(outcome.text.find("SIGSEGV"), std::string::npos) << "the table says why\n" << outcome.text;
  // Which image's answer is cached depends on the one that was decoded first, so the timed loop may differ
  // too.
  const auto cached = fatal(3);
  EXPECT_EQ(std::count(cached.begin(), cached.end(), "outputs-differ"), 1) << "a cached answer";
  for (const std::string& rule : cached)
    EXPECT_TRUE(rule == "outputs-differ" || rule == "outputs-match") << "a cached answer: " << rule;
  EXPECT_EQ(fatal(4), std::vector<std::string>{"outputs-match"}) << "every tenth inference skipped";
  EXPECT_FALSE(fatal(5).empty()) << "a NaN in every output\n" << outcome.text;

  // Made again on request only, and then the row says so; what failed is kept.
  const fs::path again = path("out") / "superseded" / "timed.segfault-cpu-fp32.r1.1";
  EXPECT_EQ(run_assay({"run", "--resume", path("out").string()}).exit_code, 1);
  EXPECT_FALSE(fs::exists(again));
  const auto kept = read_file(path("out") / "runs" / "timed.onnxruntime-cpu-fp32.r1" / "latencies.csv");
  const Outcome retried = run_assay({"run", "--resume", path("out").string(), "--retry-failed"});
  EXPECT_EQ(retried.exit_code, 1) << retried.text;
  EXPECT_NE(read_file(again / "why").value_or("").find("SIGSEGV"), std::string::npos) << retried.text;
  EXPECT_EQ(read_file(path("out") / "runs" / "timed.onnxruntime-cpu-fp32.r1" / "latencies.csv").value_or(""),
            kept.value());
  EXPECT_NE(read_json(path("out") / "results.json")["rows"][2]["findings"].dump().find("run-again"),
            std::string::npos);
  // Stopped in the middle of a retry: nobody edited anything.
  run_assay({"run", "--resume", path("out").string(), "--retry-failed", "--prepare-only"});
  EXPECT_TRUE(fs::exists(path("out") / "superseded" / "timed.segfault-cpu-fp32.r1.2"));
  const Outcome report = run_assay({"report", path("out").string()});
  EXPECT_EQ(report.text.find("edited by hand:"), std::string::npos) << report.text;
  EXPECT_NE(report.text.find("was going on or was stopped"), std::string::npos) << report.text;
}

struct BadInput {
  const char* name;
  std::string spec;
  int exit_code;
  std::vector<std::string> words;
};

TEST_F(Campaign, BadSpecsAreExplained) {
  const std::string rows = "rows: [{backend: onnxruntime, precision: fp32}]\n";
  const std::string model_head = "assay: 1\nname: x\nmodel: {path: ";
  const std::string data =
      "data: {streets: {train: 8, val: 12, seed: 3, size: 64x128}, calibration: {split: train, count: 4}, "
      "validation: {split: val, count: 12}}\n";
  const auto truncated = [&] {
    run_assay({"model", "ddrnet23-slim", "--size", "64x128", "-o", path("whole.onnx").string()});
    std::string bytes = read_file(path("whole.onnx")).value();
    return write("truncated.onnx", std::string_view(bytes).substr(0, bytes.size() / 2));
  }();
  const auto text = write("text.onnx", "this is not a model\n");
  const BadInput cases[] = {
      {"unknown key", std::string(kHead) + rows + "protocol: {repeets: 3}\n", 2, {"repeets", "repeats"}},
      {"wrong unit",
       std::string(kHead) + rows + "protocol: {warmup: {duration: 10 W}}\n",
       2,
       {"duration", "W"}},
      {"negative count",
       std::string(kHead) + rows + "protocol: {timed: {iterations: -5}}\n",
       2,
       {"iterations", "-5"}},
      {"unknown backend",
       std::string(kHead) + "rows: [{backend: openvin, precision: fp32}]\n",
       2,
       {"openvin", "openvino"}},
      {"truncated model", model_head + truncated + ", size: 64x128}\n" + data + rows, 2, {"truncated.onnx"}},
      {"no model", model_head + text + ", size: 64x128}\n" + data + rows, 2, {"text.onnx", "ONNX"}},
      {"missing model", model_head + "/no/such.onnx, size: 64x128}\n" + data + rows, 3, {"/no/such.onnx"}},
      {"missing data",
       std::string(kHead).replace(kHead.find("streets:"),
                                  kHead.find("  calibration") - kHead.find("streets:"),
                                  "root: /no/such/data\n") +
           rows,
       3,
       {"/no/such/data"}},
      {"count over the split",
       std::string(kHead).replace(kHead.find("count: 12"), 9, "count: 99") + rows,
       2,
       {"99"}},
      {"size no multiple of 64",
       std::string(kHead).replace(kHead.find("size: 64x128"), 12, "size: 60x128") + rows,
       2,
       {"64"}},
  };
  for (const BadInput& bad : cases) {
    const auto spec = write("bad.yaml", bad.spec);
    const Outcome outcome = run_assay({"run", spec, "--out", path(std::string("out ") + bad.name).string()});
    EXPECT_EQ(outcome.exit_code, bad.exit_code) << bad.name << "\n" << outcome.text;
    for (const std::string& word : bad.words)
      EXPECT_NE(outcome.text.find(word), std::string::npos) << bad.name << ": " << word << "\n"
                                                            << outcome.text;
  }
  // Told before --device leaves the rows of one machine, and their devices, alone.
  const auto peaks =
      write("peaks.yaml", std::string(kHead) +
                              "rows: [{backend: onnxruntime, precision: fp32, device: a-board}, "
                              "{backend: onnxruntime, precision: fp32, device: local, id: b}]\n"
                              "peaks: [{accelerator: CPU, precision: fp32, gops: 1, source: s, "
                              "device: a-borad}]\n");
  for (const char* command : {"run", "plan"}) {
    const Outcome outcome = run_assay({command, peaks, "--row", "b"});
    EXPECT_EQ(outcome.exit_code, 2) << outcome.text;
    EXPECT_NE(outcome.text.find("did you mean 'a-board'?"), std::string::npos) << outcome.text;
  }
  EXPECT_EQ(run_assay({"run", "/no/such.yaml"}).exit_code, 3);
  EXPECT_EQ(run_assay({"frobnicate"}).exit_code, 2);
}

TEST_F(Campaign, AFullDiskIsSaidAndWhatIsMeasuredStays) {
  const fs::path disk = path("disk");
  fs::create_directory(disk);
  if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=160k") != 0)
    GTEST_SKIP() << "a small file system needs root: " << std::strerror(errno);
  // 6,000 latencies in CSV are more than is left of 160 kB.
  const auto spec = write(
      "spec.yaml",
      std::string(kHead) +
          "rows: [{backend: 'null', options: {input: 'f32:1x3x64x128', output: 'f32:1x19x8x16'}}]\n"
          "protocol: {repeats: 3, inputs: 1, warmup: {iterations: 10, duration: 1 ms, cap: 2 ms}, timed: "
          "{iterations: 20000}, pipeline_iterations: 0}\naccuracy: {compare_images: 1}\nconditions: "
          "{quiet_wait: 0 s}\n");
  const Outcome outcome = run_assay({"run", spec, "--out", (disk / "out").string()});
  EXPECT_EQ(outcome.exit_code, 7) << outcome.text;
  EXPECT_NE(outcome.text.find("No space left"), std::string::npos) << outcome.text;
  EXPECT_TRUE(fs::exists(disk / "out" / "runs" / "artifact.null-cpu-fp32" / "artifact.json")) << outcome.text;
  ::umount2(disk.c_str(), MNT_DETACH);
}

TEST_F(Campaign, SubcommandsDoWhatTheDocsSay) {
  const std::string scenes = path("scenes").string(), model = path("m.onnx").string();
  ASSERT_EQ(run_assay({"dataset", "streets", "--count", "6", "--seed", "5", "--size", "64x128", "-o", scenes})
                .exit_code,
            0);
  const Outcome written = run_assay({"model", "ddrnet23-slim", "--size", "64x128", "-o", model});
  EXPECT_EQ(written.exit_code, 0) << written.text;
  EXPECT_NE(written.text.find("5695987 parameters"), std::string::npos) << written.text;

  const std::string part = path("part").string();
  EXPECT_EQ(run_assay({"subset", "--root", scenes, "--count", "4", "--seed", "42", "-o", part}).exit_code, 0);
  EXPECT_EQ(read_json(path("part") / "manifest.json")["items"].size(), 4u);

  const std::vector<std::string> accuracy = {
      "accuracy", "--model",  model,  "--backend",     "onnxruntime", "--dataset-root",
      part,       "--split",  "val",  "--labels",      "trainIds",    "--classes",
      "19",       "--ignore", "255",  "--input-order", "RGB",         "--range",
      "0..1",     "--mean",   ".485", ".456",          ".406",        "--std",
      ".229",     ".224",     ".225", "--json"};
  const Outcome scored = run_assay(accuracy);
  ASSERT_EQ(scored.exit_code, 0) << scored.text;
  const auto json = nlohmann::json::parse(scored.text.substr(scored.text.find('{')));
  EXPECT_EQ(json["images"], 4);
  EXPECT_EQ(json["per_class_iou"].size(), 19u);
  EXPECT_TRUE(json["miou"]["value"].is_number());
  auto other = accuracy;
  other[18] = "0..255";
  const Outcome off = run_assay(other);
  ASSERT_EQ(off.exit_code, 0) << off.text;
  EXPECT_LT(nlohmann::json::parse(off.text.substr(off.text.find('{')))["miou"]["value"],
            json["miou"]["value"])
      << "pixels on the wrong scale cannot be as good";

  const Outcome plan = run_assay({"plan", (kSource / "protocols" / "quickstart.yaml").string()});
  EXPECT_EQ(plan.exit_code, 0);
  EXPECT_NE(plan.text.find("timed.openvino-cpu-int8.r3"), std::string::npos) << plan.text;
  const Outcome guide =
      run_assay({"plan", (kSource / "protocols" / "guide.yaml").string(), "--format", "json"});
  EXPECT_EQ(guide.exit_code, 0);
  EXPECT_EQ(nlohmann::json::parse(guide.text.substr(guide.text.find('{')))["hosts"].size(), 3u);
  const std::string elsewhere =
      write("elsewhere.yaml",
            std::string(kHead) + "rows: [{backend: openvino, target: jetson-orin-mx}]\n" + protocol(1, 20));
  const Outcome unknown = run_assay({"plan", elsewhere});
  EXPECT_EQ(unknown.exit_code, 2) << unknown.text;
  EXPECT_NE(unknown.text.find("jetson-orin-mx"), std::string::npos) << unknown.text;
  const Outcome doctor = run_assay({"doctor"});
  EXPECT_EQ(doctor.exit_code, 0) << doctor.text;
  EXPECT_NE(doctor.text.find("onnxruntime"), std::string::npos) << doctor.text;
}

TEST_F(Campaign, PlacementUnderAHundredPercentMakesTheRowInvalid) {
  const fs::path plugin = kBinaries / "test_plugins" / "partial.so";
  ASSERT_TRUE(fs::exists(plugin)) << plugin;
  std::string settings = protocol(2, 100);
  settings.replace(settings.find("compare_images: 4"), 17, "compare_images: 0");
  const auto spec =
      write("spec.yaml", std::string(kHead) + "rows: [{backend: partial, precision: fp32, plugin: " +
                             plugin.string() + ", options: {input: 'f32:1x3x64x128'}}]\n" + settings);
  const Outcome outcome = run_assay({"run", spec, "--out", path("out").string()});
  const auto results = read_json(path("out") / "results.json");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.text;
  EXPECT_LT(results["rows"][0]["placement"]["value"], 100.0) << outcome.text;
  EXPECT_EQ(invalidating_rules(results["rows"][0]), std::vector<std::string>{"placement"}) << outcome.text;
}

}  // namespace
}  // namespace assay::test

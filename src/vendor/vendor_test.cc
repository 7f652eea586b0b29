#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>
#include <sstream>

#include "base/file.h"
#include "vendor/flags.h"
#include "vendor/openvino.h"
#include "vendor/test_commands.h"
#include "vendor/trtexec.h"

namespace assay::vendor {
namespace {

Result<void> check(std::string_view tool, std::string_view version, std::vector<std::string> argv) {
  return check_flags(tool, version, argv);
}

/// The arguments are refused, and the message has all of the words.
void expect_refused(std::string_view tool, std::string_view version, std::vector<std::string> argv,
                    std::vector<std::string> words) {
  const auto checked = check(tool, version, std::move(argv));
  ASSERT_FALSE(checked) << tool << " " << version;
  EXPECT_EQ(checked.error().code, Code::kInvalidInput);
  for (const std::string& word : words)
    EXPECT_NE(checked.error().message.find(word), std::string::npos)
        << word << " in: " << checked.error().message;
}

void expect_taken(std::string_view tool, std::string_view version, std::vector<std::string> argv) {
  const auto checked = check(tool, version, std::move(argv));
  EXPECT_TRUE(checked) << (checked ? "" : checked.error().message);
}

TEST(Versions, CompareNumberByNumber) {
  EXPECT_EQ(compare_versions("8.5.2", "8.5"), 1);
  EXPECT_EQ(compare_versions("8.5", "8.5.0"), 0);
  EXPECT_EQ(compare_versions("10.3", "8.6"), 1);
  EXPECT_EQ(compare_versions("2.9", "2.10"), -1);
  EXPECT_EQ(compare_versions("2023.3+", "2023.3"), 0);
  EXPECT_EQ(compare_versions("", "0"), 0);
}

TEST(Versions, FallUnderTheNewestReleaseThatIsNotNewer) {
  const auto release = [](std::string_view version) -> std::string {
    const auto found = find_release(kTrtexec, version);
    return found ? std::string((*found)->version) : "none";
  };
  EXPECT_EQ(release("8.5.2.7"), "8.5");
  EXPECT_EQ(release("10.7"), "10.3");
  EXPECT_EQ(release("11.2.1"), "11.0");
  EXPECT_EQ(release("8.4"), "none");   // Before the first.
  EXPECT_EQ(release("9.3"), "none");   // A major number that was not looked up.
  EXPECT_EQ(release("12.0"), "none");  // Nobody knows.
  EXPECT_EQ(release("latest"), "none");
}

TEST(Table, EveryReleaseHasASourceAndEveryFlagIsWellFormed) {
  std::set<std::string_view> names;
  for (const Tool* tool : tools()) {
    EXPECT_TRUE(names.insert(tool->name).second) << tool->name;
    ASSERT_FALSE(tool->releases.empty()) << tool->name;
    for (std::size_t i = 0; i < tool->releases.size(); ++i) {
      EXPECT_GT(tool->releases[i].source.size(), 20u) << tool->name << " " << tool->releases[i].version;
      if (i == 0) continue;
      EXPECT_LT(compare_versions(tool->releases[i - 1].version, tool->releases[i].version), 0);
    }
    for (const Release& release : tool->releases) {
      // No version has two flags of one name.
      std::set<std::string_view> spelled;
      for (const Flag& flag : tool->flags) {
        if (flag.since == kNever ||
            (!flag.since.empty() && compare_versions(release.version, flag.since) < 0) ||
            (!flag.gone.empty() && compare_versions(release.version, flag.gone) >= 0))
          continue;
        EXPECT_TRUE(spelled.insert(flag.name).second)
            << tool->name << " " << release.version << " " << flag.name;
        if (flag.alias.empty() || flag.alias == flag.name) continue;
        EXPECT_TRUE(spelled.insert(flag.alias).second) << tool->name << " " << flag.alias;
      }
    }
    for (const Flag& flag : tool->flags) {
      EXPECT_EQ(flag.name[0], '-') << tool->name;
      EXPECT_LE(flag.values.least, flag.values.most) << flag.name;
      EXPECT_FALSE(flag.since == kNever && flag.instead.empty()) << flag.name;
    }
  }
}

TEST(Table, IsDocumented) {
  const auto page = read_file(ASSAY_SOURCE_DIR "/docs/vendor_tools.md");
  ASSERT_TRUE(page);
  for (const Tool* tool : tools()) {
    EXPECT_NE(page->find("`" + std::string(tool->name) + "`"), std::string::npos) << tool->name;
    for (const Release& release : tool->releases)
      EXPECT_NE(page->find(std::string(release.version)), std::string::npos) << release.version;
  }
}

TEST(Flags, WhatIsGoneIsRefusedWithItsReplacement) {
  expect_refused("trtexec", "10.3.0", {"--workspace=4096"},
                 {"since 10.0", "--memPoolSize=workspace:N", "source:"});
  expect_refused("trtexec", "10.3.0", {"--buildOnly"}, {"--skipInference"});
  expect_refused("trtexec", "8.5.2", {"--skipInference"}, {"before 8.6", "--buildOnly"});
  expect_refused("trtexec", "10.3", {"--minTiming=1"}, {"--avgTiming"});
  expect_refused("trtexec", "11.0", {"--int8"}, {"since 11.0", "Q/DQ"});
  expect_refused("trtexec", "11.4.1", {"--fp16"}, {"AutoCast"});
  expect_refused("trtexec", "11.0", {"--calib=x.cache"}, {"Q/DQ"});
  expect_refused("trtexec", "11.2", {"--useDLACore=0"}, {"no DLA", "11.4.1"});
  expect_refused("trtexec", "10.9", {"--useDLACore=0"}, {"no DLA"});
  expect_taken("trtexec", "10.7", {"--useDLACore=0", "--allowGPUFallback"});
  expect_taken("trtexec", "11.4.1", {"--useDLACore=0", "--allowGPUFallback"});
  expect_refused("mo", "2025.0", {"--input_model", "x.onnx"}, {"gone since 2025.0", "ovc"});
  expect_refused("mo", "2024.6", {"--input_model", "x.onnx"}, {"known of 2023.3"});
  expect_refused("benchmark_app", "2024.6", {"-m", "x", "-no_warmup"}, {"before 2025.4"});
  expect_refused("qairt-converter", "2.39", {"--input_network", "x", "--input_dim", "a", "1,3"},
                 {"--source_model_input_shape"});
  expect_refused("qairt-converter", "2.10", {"--input_network", "x"}, {"2.35"});
}

// OpenVINO 2026.4.1 itself: "options are fine tune options. To use them you should explicitely set -hint
// option to none".
TEST(Flags, OneThatNeedsAnothersValueIsRefusedWithoutIt) {
  for (const char* version : {"2023.3", "2026.4.1"})
    for (const std::string flag : {"-nthreads", "-nstreams", "-pin", "--number_threads"}) {
      expect_refused("benchmark_app", version, {"-m", "x.xml", flag, "1"}, {"only with -hint none"});
      expect_refused("benchmark_app", version, {"-hint", "latency", flag, "1"}, {"only with -hint none"});
      expect_refused("benchmark_app", version, {"-hint=latency", flag, "1"}, {"only with -hint none"});
      expect_taken("benchmark_app", version, {"-m", "x.xml", flag, "1", "-hint", "none"});
      expect_taken("benchmark_app", version, {"--perf_hint=none", flag, "1"});
    }
}

TEST(Flags, AMisspeltOneIsRefusedWithTheNearest) {
  expect_refused("trtexec", "8.5.2", {"--saveEngin=x"}, {"did you mean --saveEngine?"});
  expect_refused("benchmark_app", "2026.4", {"-nitter", "5"}, {"-niter"});
  expect_refused("snpe-net-run", "2.10", {"--containr", "x.dlc"}, {"--container"});
  expect_refused("trtex", "8.5", {}, {"trtexec"});
}

TEST(Flags, ValuesAreWhereTheToolLooksForThem) {
  expect_refused("trtexec", "8.5", {"--onnx", "x.onnx"}, {"after '='"});
  expect_refused("trtexec", "8.5", {"--onnx="}, {"lacks its value"});
  expect_refused("trtexec", "8.5", {"--int8=1"}, {"takes no value"});
  expect_refused("trtexec", "8.5", {"model.onnx"}, {"without a flag"});
  expect_refused("benchmark_app", "2026.4", {"-m"}, {"lacks its value"});
  expect_refused("benchmark_app", "2026.4", {"-m", "-d", "CPU"}, {"-m lacks its value"});
  expect_refused("snpe-onnx-to-dlc", "2.10", {"--input_dim", "data"}, {"lacks its value"});
  expect_refused("snpe-onnx-to-dlc", "2.10", {"--input_dim=data"}, {"words of their own"});
  expect_taken("snpe-onnx-to-dlc", "2.10",
               {"--input_network=x.onnx", "-d", "data", "1,3,8,8", "-o", "x.dlc"});
  expect_taken("benchmark_app", "2026.4",
               {"--path_to_model", "x", "-i", "a.npy", "b.npy", "-pc", "-t", "-1"});
  expect_taken("qairt-quantizer", "2.35", {"-i", "x", "--preserve_io_datatype", "a", "b", "-o", "y"});
  expect_taken("/usr/src/tensorrt/bin/trtexec", "8.5.2", {"--onnx=x.onnx"});
}

// The commands of a published benchmarking guide for JetPack 5.1.1, SNPE 2.10 and OpenVINO 2023.3.
TEST(Flags, FindTheErrorsOfTheGuide) {
  expect_refused("trtexec", "8.5.2",
                 {"--onnx=DDRNet23-Slim.onnx", "--int8", "--calib=calibration.cache",
                  "--calibData=calibration_files.txt", "--buildOnly"},
                 {"--calibData", "--calib=CACHE"});
  const std::vector<std::string> gpu = {"--onnx=DDRNet23-Slim.onnx", "--saveEngine=ddrnet_gpu.engine",
                                        "--int8", "--calib=calibration.cache", "--workspace=4096"};
  expect_taken("trtexec", "8.5.2", gpu);
  expect_refused("trtexec", "10.3", gpu, {"--memPoolSize"});
  expect_taken("trtexec", "8.5.2",
               {"--onnx=DDRNet23-Slim.onnx", "--saveEngine=ddrnet_dla.engine", "--int8",
                "--calib=calibration.cache", "--useDLACore=0", "--allowGPUFallback", "--workspace=4096"});
  expect_taken("snpe-onnx-to-dlc", "2.10",
               {"--input_network", "DDRNet23-Slim.onnx", "--output_path", "ddrnet_fp32.dlc"});
  expect_taken("snpe-dlc-quantize", "2.10",
               {"--input_dlc", "ddrnet_fp32.dlc", "--input_list", "calibration_list.txt", "--output_dlc",
                "ddrnet_quantized.dlc"});
  const std::vector<std::string> mo = {"--input_model", "DDRNet23-Slim.onnx", "--output_dir",
                                       "FP16_IR",       "--data_type",        "FP16"};
  expect_refused("mo", "2023.3", mo, {"--data_type", "--compress_to_fp16"});
  expect_refused("mo", "2026.4", mo, {"gone"});
}

TEST(Shell, QuotesWhatAShellWouldTakeApart) {
  EXPECT_EQ(shell_word("--onnx=a/b-c.onnx"), "--onnx=a/b-c.onnx");
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("$HOME;rm"), "'$HOME;rm'");
  Command command{"tool", "1", {"x y"}, {{"A", "1 2"}}, ""};
  EXPECT_EQ(to_shell(command), "A='1 2' tool 'x y'");
}

TEST(Trtexec, ThePlainCases) {
  EngineBuild build;
  build.onnx = "model.onnx";
  build.engine = "gpu.engine";
  build.precision = "int8";
  build.calibration_cache = "calibration.cache";
  build.workspace_mib = 4096;
  build.version = "8.5.2";
  EXPECT_EQ(to_shell(good(build_engine(build))),
            "trtexec --onnx=model.onnx --saveEngine=gpu.engine --int8 --calib=calibration.cache "
            "--memPoolSize=workspace:4096 --profilingVerbosity=detailed --buildOnly");
  build.version = "10.3.0";
  build.dla_core = 0;
  build.gpu_fallback = true;
  build.dla_sram_mib = 0.5;
  EXPECT_EQ(
      to_shell(good(build_engine(build))),
      "trtexec --onnx=model.onnx --saveEngine=gpu.engine --int8 --calib=calibration.cache --useDLACore=0 "
      "--allowGPUFallback --memPoolSize=workspace:4096,dlaSRAM:0.5 --profilingVerbosity=detailed "
      "--skipInference");
  build.workspace_mib.reset();
  build.dla_local_dram_mib = 512;
  build.dla_global_dram_mib = 1024;
  EXPECT_TRUE(
      has(good(build_engine(build)), "--memPoolSize=dlaSRAM:0.5,dlaLocalDRAM:512,dlaGlobalDRAM:1024"));
}

// Every version and every option: a command that the table takes, or one of the refusals that are due.
TEST(Trtexec, EveryCommandIsValidForItsVersion) {
  const std::vector<std::string> versions = {"8.5.0",   "8.5.2.7", "8.6.1",  "10.3.0", "10.7",  "10.9",
                                             "10.13.3", "11.0.0",  "11.3.1", "11.4.0", "11.4.1"};
  int built = 0, ran = 0;
  for (const std::string& version : versions)
    for (const std::string precision : {"fp32", "fp16", "int8"})
      for (int bits = 0; bits < 128; ++bits) {
        EngineBuild build;
        build.version = version;
        build.onnx = "m.onnx";
        build.engine = "m.engine";
        build.precision = precision;
        build.fp16_too = bits & 1;
        build.quantized = bits & 2;
        if (bits & 4) build.calibration_cache = "c.cache";
        if (bits & 8) build.dla_core = 0;
        build.gpu_fallback = bits & 16;
        if (bits & 32) build.workspace_mib = 512;
        build.sparsity = bits & 64;
        build.tf32 = bits & 1;
        build.version_compatible = bits & 16;
        if (bits & 32) build.optimization_level = 3;
        const bool typed = compare_versions(version, "11") >= 0;
        const bool no_dla = compare_versions(version, "10.8") >= 0 && compare_versions(version, "11.4.1") < 0;
        const bool refused = (build.dla_core && no_dla) || (precision == "int8" && !build.quantized &&
                                                            (typed || build.calibration_cache.empty()));
        const auto command = build_engine(build);
        EXPECT_EQ(command.has_value(), !refused) << version << " " << precision << " " << bits;
        if (!command) continue;
        ++built;
        good(command);
        EXPECT_EQ(has(*command, "--int8"), precision == "int8" && !typed);
        EXPECT_EQ(has(*command, "--noTF32"), precision == "fp32" && !build.tf32);
        EXPECT_EQ(has(*command, "--builderOptimizationLevel=3"),
                  (bits & 32) && compare_versions(version, "8.6") >= 0);
        EXPECT_EQ(has(*command, "--allowGPUFallback"), build.dla_core && build.gpu_fallback);
        EXPECT_FALSE(has(*command, "--workspace=512"));
      }
  for (const std::string& version : versions)
    for (int bits = 0; bits < 64; ++bits) {
      EngineRun run;
      run.version = version;
      run.engine = "m.engine";
      run.transfers = bits & 1;
      run.spin_wait = bits & 2;
      run.cuda_graph = bits & 4;
      if (bits & 8) run.inputs = {{"input", "in.raw"}};
      if (bits & 16) run.times = "times.json";
      if (bits & 32) run.layers = "layers.json";
      const Command command = good(run_engine(run));
      ++ran;
      const bool new_defaults = compare_versions(version, "11") >= 0;
      // Whatever the version's default is, the command says the other explicitly.
      EXPECT_EQ(has(command, "--noDataTransfers"), !new_defaults && !run.transfers);
      EXPECT_EQ(has(command, "--includeDataTransfers"), new_defaults && run.transfers);
      EXPECT_EQ(has(command, "--useSpinWait"), !new_defaults && run.spin_wait);
      EXPECT_EQ(has(command, "--noSpinWait"), new_defaults && !run.spin_wait);
      EXPECT_EQ(has(command, "--useCudaGraph"), !new_defaults && run.cuda_graph);
      EXPECT_EQ(has(command, "--noCudaGraph"), new_defaults && !run.cuda_graph);
    }
  EXPECT_GT(built, 2000);
  EXPECT_GT(ran, 600);
}

TEST(Trtexec, ADlaCoreIsReadStrictly) {
  EXPECT_EQ(dla_core_of("DLA0").value(), 0);
  EXPECT_EQ(dla_core_of("DLA1").value(), 1);
  EXPECT_EQ(dla_core_of("GPU").value(), std::nullopt);
  for (const char* wrong : {"DLA", "DLA:0", "DLA2", "DLA01", "DLA0 "})
    EXPECT_FALSE(dla_core_of(wrong)) << wrong;
}

TEST(Trtexec, RefusesWhatWouldCalibrateOnNoise) {
  EngineBuild build;
  build.version = "8.5.2";
  build.precision = "int8";
  const auto command = build_engine(build);
  ASSERT_FALSE(command);
  EXPECT_NE(command.error().message.find("random"), std::string::npos);
  build.precision = "int4";
  EXPECT_FALSE(build_engine(build));
}

TEST(OpenVino, LatencyMode) {
  LatencyBenchmark run;
  run.version = "2026.4.1";
  run.model = "model.xml";
  run.device = "GPU.0";
  EXPECT_EQ(to_shell(good(latency_benchmark(run))),
            "benchmark_app -m model.xml -d GPU.0 -hint latency -api sync -niter 1000 -ip f32");
  Conversion conversion{"2026.4.1", "ovc", "m.onnx", "m.xml", true};
  EXPECT_EQ(to_shell(good(convert_to_ir(conversion))),
            "ovc m.onnx --output_model m.xml --compress_to_fp16=True");
}

TEST(OpenVino, EveryCommandIsValidForItsVersion) {
  for (const char* version : {"2023.3", "2023.3.0", "2024.0.0", "2024.6", "2025.0", "2025.4.1", "2026.4.1"}) {
    for (const char* device : {"CPU", "GPU", "GPU.0", "NPU"})
      for (int bits = 0; bits < 64; ++bits) {
        LatencyBenchmark run;
        run.version = version;
        run.model = "m.xml";
        run.device = device;
        if (bits & 1) run.inference_precision = "f32";
        if (bits & 2) run.threads = 2;
        if (bits & 4) run.cache = "cache";
        if (bits & 8) run.inputs = {{"a", "a.npy"}, {"b", "b.npy"}};
        if (bits & 16) run.report_folder = "report";
        if (bits & 32) run.input_precision.clear();
        if (bits & 16) run.streams = "1";
        if (bits & 8) run.pinning = "NO";
        if (bits & 4) run.seconds = 3;
        EXPECT_EQ(has(good(latency_benchmark(run)), "-niter"), run.seconds == 0);
      }
    for (const bool fp16 : {false, true}) good(convert_to_ir({version, "ovc", "m.onnx", "m.xml", fp16}));
  }
  LatencyBenchmark unknown;
  unknown.version = "2022.3";
  EXPECT_FALSE(latency_benchmark(unknown));
}

/// What `python -c CODE` prints, or nothing.
std::string printed(const std::string& code) {
  const std::string line =
      std::string(ASSAY_SOURCE_DIR) + "/sdk/venv/bin/python -c \"" + code + "\" 2>/dev/null";
  FILE* pipe = popen(line.c_str(), "r");
  if (pipe == nullptr) return {};
  std::string text;
  std::array<char, 4096> buffer{};
  while (const std::size_t count = fread(buffer.data(), 1, buffer.size(), pipe))
    text.append(buffer.data(), count);
  pclose(pipe);
  return text;
}

/// The flags of an argparse help text: the words with dashes on lines that are indented by two.
std::set<std::string> flags_of_help(const std::string& text) {
  std::set<std::string> flags;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("  -", 0) != 0) continue;
    // What stands after two spaces is the explanation.
    std::istringstream words(
        line.substr(2, line.find("  ", 2) == std::string::npos ? line.size() : line.find("  ", 2) - 2));
    for (std::string word; words >> word;)
      if (word[0] == '-') flags.insert(word.substr(0, word.find(',')));
  }
  return flags;
}

std::set<std::string> flags_of_table(const Tool& tool, std::string_view version) {
  std::set<std::string> flags;
  for (const Flag& flag : tool.flags) {
    if (flag.since == kNever || (!flag.since.empty() && compare_versions(version, flag.since) < 0)) continue;
    flags.emplace(flag.name);
    if (!flag.alias.empty()) flags.emplace(flag.alias);
  }
  return flags;
}

TEST(OpenVino, TheTableIsWhatTheToolsHereSay) {
  const std::string version = printed("import openvino; print(openvino.__version__)");
  // scripts/setup makes the environment before anything is built: without it this test would show nothing.
  ASSERT_NE(version, "") << "no OpenVINO in sdk/venv: run scripts/setup";
  ASSERT_EQ(version.substr(0, 6), "2026.4") << "look up its flags and add the release to the table";
  EXPECT_EQ(flags_of_help(printed("import sys; sys.argv = ['benchmark_app', '--help']; "
                                  "from openvino.tools.benchmark.main import main; main()")),
            flags_of_table(kBenchmarkApp, version));
  EXPECT_EQ(flags_of_help(printed("import sys; sys.argv = ['ovc', '--help']; "
                                  "from openvino.tools.ovc.main import main; main()")),
            flags_of_table(kOvc, version));
}

}  // namespace
}  // namespace assay::vendor

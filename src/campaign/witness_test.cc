#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/file.h"
#include "base/subprocess.h"
#include "campaign/witness_files.h"
#include "campaign/witness_reasons.h"
#include "campaign/witness_tools.h"

namespace assay::campaign {
namespace {

bool has_pair(const std::vector<std::string>& argv, const std::string& flag, const std::string& value) {
  const auto at = std::ranges::find(argv, flag);
  return at != argv.end() && at + 1 != argv.end() && *(at + 1) == value;
}

TEST(WitnessTools, EveryBackendHasItsOwn) {
  EXPECT_EQ((*choose_tool("openvino", ""))->name, "benchmark_app");
  EXPECT_EQ((*choose_tool("onnxruntime", "onnxruntime-loop"))->backend, "onnxruntime");
  EXPECT_EQ(choose_tool("openvino", "trtexec").error().code, Code::kInvalidInput);
  EXPECT_EQ(choose_tool("openvino", "stopwatch").error().code, Code::kInvalidInput);
  EXPECT_EQ(choose_tool("null", "").error().code, Code::kInvalidInput);
}

TEST(WitnessTools, NumpyFilesHaveAlignedHeaders) {
  const record::TensorInfo tensor{"image", "f32", {1, 3, 2, 2}, 48};
  const std::string file = npy_file(tensor, std::string(48, '\1')).value();
  EXPECT_EQ(file.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
  const std::size_t header = static_cast<unsigned char>(file[8]) + 256 * static_cast<unsigned char>(file[9]);
  EXPECT_EQ((10 + header) % 64, 0u);
  EXPECT_EQ(file.size(), 10 + header + 48);
  EXPECT_EQ(file[10 + header - 1], '\n');
  EXPECT_NE(file.find("'descr': '<f4', 'fortran_order': False, 'shape': (1, 3, 2, 2, )"), std::string::npos);
  EXPECT_FALSE(npy_file(tensor, "short"));
  EXPECT_FALSE(npy_file({"image", "bf16", {1}, 2}, "ab"));
}

TEST(WitnessFiles, ChannelsGoLast) {
  const record::TensorInfo tensor{"image", "u8", {1, 3, 1, 2}, 6};
  EXPECT_EQ(channels_last(tensor, "rRgGbB").value(), "rgbRGB");
  const record::TensorInfo wide{"image", "i16", {1, 2, 2, 1}, 8};
  EXPECT_EQ(channels_last(wide, "aAbBcCdD").value(), "aAcCbBdD");
  EXPECT_FALSE(channels_last(tensor, "rRg"));
  EXPECT_FALSE(channels_last({"x", "u8", {6}, 6}, "rRgGbB"));
}

TEST(WitnessFiles, APlanStandsBehindTheHeader) {
  const TemporaryDirectory dir = std::move(*TemporaryDirectory::create("assay-plan"));
  const auto written = [&](const std::string& content) -> std::string {
    EXPECT_TRUE(write_file(dir.path() / "engine", content));
    if (!write_plan(dir.path() / "engine", dir.path() / "plan")) return "refused";
    return read_file(dir.path() / "plan").value();
  };
  const std::string header = "assay-tensorrt-engine 1 00000000000000000096 00000000000000000004\n";
  const std::string padding(96 - header.size(), '\n');
  EXPECT_EQ(written(header + padding + "ftrt"), "ftrt");
  EXPECT_EQ(written(header + padding + "ftr"), "refused");
  EXPECT_EQ(written(header), "refused");
  EXPECT_EQ(written("ftrt: a bare plan"), "refused");
  EXPECT_EQ(written("assay-tensorrt-engine 1 96"), "refused");
  // The header is the plugin's.
  const auto plugin = read_file(ASSAY_SOURCE_DIR "/plugins/tensorrt/engine_file.cc");
  ASSERT_TRUE(plugin);
  EXPECT_NE(plugin->find("kMagic = \"assay-tensorrt-engine 1 \""), std::string::npos);
  EXPECT_NE(plugin->find("\"%s%020zu %020zu\\n\", kMagic.data(), offset, size"), std::string::npos);
}

// What the commands are made of are the plugins' own words.
TEST(WitnessTools, PropertiesAreThoseThatPluginsPublish) {
  const auto published = [](const char* file, std::initializer_list<const char*> words) {
    const auto source = read_file(std::string(ASSAY_SOURCE_DIR "/plugins/") + file);
    ASSERT_TRUE(source) << file;
    for (const char* word : words) EXPECT_NE(source->find(word), std::string::npos) << file << ": " << word;
  };
  published("tensorrt/session.cc", {"properties_.add(\"waiting\"", "properties_.add(\"cuda-graph\""});
  published("snpe/session.cc", {"properties_.add(\"performance-profile\"", "properties_.add(\"unsigned-pd\"",
                                "properties_.add(\"runtime-order\"", "properties_.add(\"library\"",
                                "properties_.add(\"ADSP_LIBRARY_PATH\", library_->adsp_path())",
                                "properties_.add(\"input \" + "});
  published("snpe/tensor_io.cc", {"converted inside infer(): ", "\"NHWC <-> NCHW\"", "\"TF8\"", "\"TF16\"",
                                  "\" in the DLC; user buffer \"", "std::string(\"f32\")"});
}

class Commands : public ::testing::Test {
 protected:
  Commands() : dir_(std::move(*TemporaryDirectory::create("assay-witness"))) {
    row_.accelerator = "CPU";
    artifact_.path = "/cache/model.xml";
    session_.runtime_version = "2026.4.1-22982-e213a147257";
    session_.inputs = {{"image", "f32", {1, 3, 256, 512}, 1572864}};
  }
  ToolJob job() const {
    ToolJob job{row_, artifact_, session_, "/w/input.npy", "/w/input.bin", dir_.path()};
    job.seconds = 2.5;
    job.expected_ms = 2;
    job.program = "/opt/tool";
    return job;
  }
  TemporaryDirectory dir_;
  spec::RowSpec row_;
  record::ArtifactRecord artifact_;
  record::SessionInfo session_;
};

TEST_F(Commands, BenchmarkAppGetsOurSettings) {
  session_.properties = {{"NUM_STREAMS", "1"},
                         {"INFERENCE_NUM_THREADS", "2"},
                         {"ENABLE_CPU_PINNING", "YES"},
                         {"INFERENCE_PRECISION_HINT", "f32"},
                         {"PERFORMANCE_HINT", "LATENCY"}};
  const auto command = (*choose_tool("openvino", ""))->command(job());
  ASSERT_TRUE(command) << command.error().message;
  EXPECT_EQ(command->tool, "/opt/tool");
  for (const auto& [flag, value] :
       std::vector<std::pair<std::string, std::string>>{{"-m", "/cache/model.xml"},
                                                        {"-d", "CPU"},
                                                        {"-api", "sync"},
                                                        {"-hint", "none"},
                                                        {"-nireq", "1"},
                                                        {"-nstreams", "1"},
                                                        {"-nthreads", "2"},
                                                        {"-pin", "YES"},
                                                        {"-infer_precision", "f32"},
                                                        {"-ip", "f32"},
                                                        {"-t", "3"},
                                                        {"-i", "image:/w/input.npy"},
                                                        {"-shape", "image[1,3,256,512]"}})
    EXPECT_TRUE(has_pair(command->argv, flag, value)) << flag;
  // The hint comes by a file: with a hint on its command line the tool refuses the threads.
  EXPECT_EQ(read_file(dir_.path() / "load_config.json").value(),
            "{\"CPU\": {\"PERFORMANCE_HINT\": \"LATENCY\"}}\n");
  row_.accelerator = "GPU.0";
  session_.properties["GPU_QUEUE_THROTTLE"] = "LOW";
  const auto gpu = (*choose_tool("openvino", ""))->command(job());
  ASSERT_TRUE(gpu);
  EXPECT_EQ(std::ranges::count(gpu->argv, "-nthreads"), 0);
  EXPECT_NE(
      read_file(dir_.path() / "load_config.json").value().find("\"GPU.0\": {\"GPU_QUEUE_THROTTLE\": \"LOW\""),
      std::string::npos);
}

TEST_F(Commands, TheLoopRunsOnTheCpuOnly) {
  session_.properties = {{"execution_provider", "CPUExecutionProvider"}, {"threads", "2"}, {"spinning", "1"}};
  const auto command = (*choose_tool("onnxruntime", ""))->command(job());
  ASSERT_TRUE(command) << command.error().message;
  EXPECT_TRUE(has_pair(command->argv, "--threads", "2"));
  EXPECT_TRUE(has_pair(command->argv, "--input", "image=/w/input.npy"));
  EXPECT_TRUE(has_pair(command->argv, "--seconds", "2.5"));
  session_.properties["execution_provider"] = "QNNExecutionProvider";
  EXPECT_EQ((*choose_tool("onnxruntime", ""))->command(job()).error().code, Code::kInvalidInput);
}

TEST_F(Commands, TrtexecIsToldWhatItsMajorDoesOtherwise) {
  artifact_.path = dir_.path() / "model.tensorrt-engine";
  ASSERT_TRUE(write_file(artifact_.path, "assay-tensorrt-engine 1 70 4\n" + std::string(41, '\n') + "ftrt"));
  const auto has = [](const vendor::Command& command, const std::string& flag) {
    return std::ranges::find(command.argv, flag) != command.argv.end();
  };
  session_.runtime_version = "8.5.2";
  const auto old = (*choose_tool("tensorrt", ""))->command(job());
  ASSERT_TRUE(old) << old.error().message;
  const std::filesystem::path plan = dir_.path() / "plan";
  EXPECT_TRUE(has(*old, "--loadEngine=" + plan.string()));
  EXPECT_EQ(read_file(plan).value(), "ftrt");
  EXPECT_FALSE(has(*old, "--useSpinWait"));
  EXPECT_FALSE(has(*old, "--useCudaGraph"));
  session_.properties = {{"waiting", "spinning"}, {"cuda-graph", "on"}};
  const auto same = (*choose_tool("tensorrt", ""))->command(job());
  ASSERT_TRUE(same) << same.error().message;
  EXPECT_TRUE(has(*same, "--useSpinWait"));
  EXPECT_TRUE(has(*same, "--useCudaGraph"));
  EXPECT_TRUE(has(*old, "--iterations=1250"));
  EXPECT_FALSE(has(*old, "--includeDataTransfers"));
  session_.runtime_version = "11.4.1";
  row_.accelerator = "DLA1";
  const auto recent = (*choose_tool("tensorrt", ""))->command(job());
  ASSERT_TRUE(recent) << recent.error().message;
  EXPECT_TRUE(has(*recent, "--includeDataTransfers"));
  EXPECT_TRUE(has(*recent, "--useDLACore=1"));
  row_.accelerator = "DLA:1";
  EXPECT_FALSE((*choose_tool("tensorrt", ""))->command(job()));
}

class Snpe : public Commands {
 protected:
  Snpe() {
    row_.accelerator = "DSP";
    artifact_.path = "/cache/model.dlc";
    session_.runtime_version = "2.35.0.250530";
    session_.inputs = {{"image", "f32", {1, 3, 1, 2}, 24}};
    session_.outputs = {{"logits", "f32", {1, 19, 1, 2}, 152}};
    session_.properties = {
        {"performance-profile", "sustained-high-performance"},
        {"unsigned-pd", "on"},
        {"library", "/opt/snpe/lib/aarch64/libSNPE.so"},
        {"ADSP_LIBRARY_PATH", "/opt/snpe/lib/hexagon-v68/unsigned"},
        {"input image",
         "[1,1,2,3] TF8 in the DLC; user buffer f32, converted inside infer(): NHWC <-> NCHW"}};
  }
  ToolJob snpe_job() {
    ToolJob job = Commands::job();
    job.raw = dir_.path() / "input.bin";
    EXPECT_TRUE(write_file(job.raw, "r...R...g...G...b...B..."));
    return job;
  }
};

TEST_F(Snpe, ThroughputGetsTheDlcsLayoutAndOurSettings) {
  const auto command = (*choose_tool("snpe", ""))->command(snpe_job());
  ASSERT_TRUE(command) << command.error().message;
  EXPECT_TRUE(has_pair(command->argv, "--perf_profile", "sustained_high_performance"));
  EXPECT_TRUE(has_pair(command->argv, "--platform_options", "unsignedPD:ON"));
  EXPECT_EQ(std::ranges::count(command->argv, "--userbuffer_auto"), 1);
  EXPECT_EQ(std::ranges::count(command->argv, "--use_dsp"), 1);
  const std::filesystem::path raw = dir_.path() / "input.nhwc.bin";
  EXPECT_TRUE(has_pair(command->argv, "--input_raw", raw.string()));
  EXPECT_EQ(read_file(raw).value(), "r...g...b...R...G...B...");
  EXPECT_EQ(command->environment.at("LD_LIBRARY_PATH"), "/opt/snpe/lib/aarch64");
  EXPECT_EQ(command->environment.at("ADSP_LIBRARY_PATH"), "/opt/snpe/lib/hexagon-v68/unsigned");
  session_.properties["input image"] =
      "[1,3,1,2] float in the DLC; user buffer f32, SNPE uses the caller's memory";
  const auto as_is = (*choose_tool("snpe", ""))->command(snpe_job());
  ASSERT_TRUE(as_is) << as_is.error().message;
  EXPECT_TRUE(has_pair(as_is->argv, "--input_raw", (dir_.path() / "input.bin").string()));
  session_.properties["runtime-order"] = "DSP,GPU,CPU";
  const auto ordered = (*choose_tool("snpe", ""))->command(snpe_job());
  ASSERT_TRUE(ordered) << ordered.error().message;
  EXPECT_TRUE(has_pair(ordered->argv, "--runtime_order", "dsp,gpu,cpu"));
  EXPECT_EQ(std::ranges::count(ordered->argv, "--use_dsp"), 0);
  row_.accelerator = "NPU";
  EXPECT_FALSE((*choose_tool("snpe", ""))->command(snpe_job()));
}

TEST_F(Snpe, NetRunIsReadByDiagview) {
  const auto tool = choose_tool("snpe", "snpe-net-run");
  ASSERT_TRUE(tool) << tool.error().message;
  ToolJob job = snpe_job();
  // A program of that name that writes a log, and another beside it that prints it.
  const std::string log = read_file(ASSAY_SOURCE_DIR "/tests/fixtures/witness/snpe-diagview-2.9.txt").value();
  job.program = dir_.path() / "snpe-net-run";
  ASSERT_TRUE(write_file(dir_.path() / "log", log));
  ASSERT_TRUE(write_file(job.program,
                         "#!/bin/sh\nout=; last=\nfor word; do\n"
                         "[ \"$last\" = --output_dir ] && out=$word; last=$word\ndone\n"
                         "mkdir \"$out\" && cp \"" +
                             (dir_.path() / "log").string() + "\" \"$out/SNPEDiag_0.log\"\n"));
  ASSERT_TRUE(write_file(dir_.path() / "snpe-diagview", "#!/bin/sh\nexec cat \"$2\"\n"));
  for (const char* name : {"snpe-net-run", "snpe-diagview"})
    std::filesystem::permissions(dir_.path() / name, std::filesystem::perms::owner_all);
  const auto command = (*tool)->command(job);
  ASSERT_TRUE(command) << command.error().message;
  for (int pair = 0; pair < 2; ++pair) {  // mkdir fails where the pair before left its log.
    RunOptions options;
    options.argv = command->argv;
    options.argv.insert(options.argv.begin(), command->tool);
    options.log = dir_.path() / "printed";
    const auto state = run_process(options);
    ASSERT_TRUE(state && state->ok()) << read_file(options.log).value();
    const auto report = (*tool)->parse(read_file(options.log).value());
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_DOUBLE_EQ(*report->mean_ms, 3.318);
  }
  const std::string list = read_file(dir_.path() / "input_list.txt").value();
  EXPECT_EQ(std::ranges::count(list, '\n'), 100);
  EXPECT_TRUE(list.starts_with((dir_.path() / "input.nhwc.bin").string() + "\n"));
}

class Reasons : public ::testing::Test {
 protected:
  Reasons() {
    ours_.runtime_version = "2026.4.1-22982-e213a147257-releases/2026/4";
    ours_.inputs = {{"image", "f32", {1, 3, 8, 8}, 768}};
    ours_.properties = {{"INFERENCE_NUM_THREADS", "2"}, {"CPU_RATE", "1"}, {"NETWORK_NAME", "a"}};
    theirs_.version = ours_.runtime_version;
    theirs_.median_ms = 10, theirs_.mean_ms = 10.1, theirs_.loop_ms = 10.3, theirs_.first_ms = 20;
    theirs_.inferences = 300, theirs_.resolution_ms = 0.01;
    theirs_.settings = {
        {"INFERENCE_NUM_THREADS", "2"}, {"CPU_RATE", "1.0"}, {"NETWORK_NAME", "b"}, {"API", "sync"}};
  }
  /// Ten pairs with theirs at `ratio`.
  std::vector<record::WitnessReason> reasons(double ratio, const char* tool = "benchmark_app",
                                             double busy = 0.01) {
    std::vector<metric::WitnessPair> pairs;
    std::vector<record::WitnessRun> runs;
    for (int i = 0; i < 10; ++i) {
      pairs.push_back({10, 10 * ratio * (i % 4 < 2 ? 1.001 : 0.999), i % 2 == 0});
      runs.push_back({pairs.back().ours_first, 10, pairs.back().theirs_ms, 300, 300, std::nullopt, busy});
    }
    const auto found = metric::compare_witness(pairs, 3, theirs_.resolution_ms);
    for (const WitnessTool& candidate : witness_tools())
      if (candidate.name == tool)
        return witness_reasons({candidate, ours_, std::vector(10, theirs_), runs, *found});
    return {};
  }
  static const record::WitnessReason* find(const std::vector<record::WitnessReason>& reasons,
                                           const std::string& id) {
    const auto found = std::ranges::find(reasons, id, &record::WitnessReason::id);
    return found == reasons.end() ? nullptr : &*found;
  }
  record::SessionInfo ours_;
  vendor::ToolReport theirs_;
};

TEST_F(Reasons, EqualSettingsAreNoReason) {
  const auto found = reasons(1.05);
  ASSERT_TRUE(find(found, "settings"));
  EXPECT_FALSE(find(found, "settings")->likely);
  EXPECT_FALSE(find(found, "version")->likely);
  EXPECT_FALSE(find(found, "order")->likely);
  EXPECT_FALSE(find(found, "busy")->likely);
  // It is slower, and nothing that is known makes it so.
  ASSERT_TRUE(find(found, "unexplained"));
}

TEST_F(Reasons, OtherThreadsInputAndVersionAre) {
  theirs_.settings["INFERENCE_NUM_THREADS"] = "1";
  theirs_.settings["input image"] = "u8";
  theirs_.version = "2025.1.0";
  theirs_.warnings = {"This input will be filled with random values!"};
  const auto found = reasons(1.8);
  EXPECT_TRUE(find(found, "settings")->likely);
  EXPECT_NE(find(found, "settings")->evidence.find("INFERENCE_NUM_THREADS 1 (ours 2)"), std::string::npos);
  EXPECT_TRUE(find(found, "input")->likely);
  EXPECT_TRUE(find(found, "version")->likely);
  EXPECT_FALSE(find(found, "unexplained"));
}

TEST_F(Reasons, AClockInsideTheRuntimeExplainsFasterOnly) {
  EXPECT_TRUE(find(reasons(0.95), "clock")->likely);
  EXPECT_FALSE(find(reasons(1.05), "clock")->likely);
  EXPECT_NE(find(reasons(0.95), "clock")->evidence.find("200.0 us"), std::string::npos);
  EXPECT_TRUE(find(reasons(1.05, "onnxruntime-loop"), "clock")->likely);
  EXPECT_FALSE(find(reasons(0.95, "onnxruntime-loop"), "clock")->likely);
}

TEST_F(Reasons, RoundingABusyMachineAndRequestsInFlight) {
  theirs_.resolution_ms = 1;
  EXPECT_TRUE(find(reasons(1.05), "resolution")->likely);
  EXPECT_TRUE(find(reasons(1.05, "benchmark_app", 0.6), "busy")->likely);
  EXPECT_FALSE(find(reasons(1.05, "benchmark_app", -1), "busy"));
  theirs_.settings["API"] = "async";
  EXPECT_TRUE(find(reasons(1.05), "asynchronous")->likely);
}

TEST_F(Reasons, TrtexecSaysItsDefaultsAndTransfers) {
  theirs_.version = "11.4.1", ours_.runtime_version = "11.4.1";
  theirs_.settings = {{"Data transfers", "Disabled"}, {"CUDA Graph", "Enabled"}};
  const auto found = reasons(0.8, "trtexec");
  EXPECT_TRUE(find(found, "transfers")->likely);
  EXPECT_NE(find(found, "defaults")->evidence.find("transfers off"), std::string::npos);
  EXPECT_FALSE(find(reasons(1.2, "trtexec"), "transfers")->likely);
}

TEST_F(Reasons, SnpesToolsLeaveOutOurTransposition) {
  EXPECT_FALSE(find(reasons(0.9, "snpe-throughput-net-run"), "layout"));
  ours_.properties["input image"] =
      "[1,8,8,3] TF8 in the DLC; user buffer f32, converted inside infer(): NHWC <-> NCHW";
  for (const char* tool : {"snpe-throughput-net-run", "snpe-net-run"}) {
    const auto faster = reasons(0.9, tool);
    ASSERT_TRUE(find(faster, "layout"));
    EXPECT_TRUE(find(faster, "layout")->likely);
    EXPECT_NE(find(faster, "layout")->evidence.find("ours includes the transposition"), std::string::npos);
    EXPECT_TRUE(find(faster, "clock")->likely);
    EXPECT_FALSE(find(reasons(1.1, tool), "layout")->likely);
  }
}

TEST_F(Reasons, SnpesClockNamesOnlyWhatHappens) {
  theirs_.loop_ms.reset();
  const auto clock = [&](const char* tool) { return find(reasons(0.9, tool), "clock")->evidence; };
  ours_.properties["input image"] =
      "[1,3,8,8] float in the DLC; user buffer f32, SNPE uses the caller's memory";
  EXPECT_EQ(clock("snpe-throughput-net-run"),
            "its clock stands around SNPE's execution, ours around the call");
  EXPECT_EQ(clock("snpe-net-run"), "its clock stands inside SNPE, ours around the call");
  // Floats of ours against 8 bits of the tool's: only one of the tools takes such buffers.
  ours_.properties["input image"] =
      "[1,3,8,8] TF8 in the DLC; user buffer f32, SNPE uses the caller's memory";
  EXPECT_NE(clock("snpe-throughput-net-run").find("ours floats"), std::string::npos);
  EXPECT_EQ(clock("snpe-net-run").find("ours floats"), std::string::npos);
  EXPECT_EQ(clock("snpe-throughput-net-run").find("conversion of our tensors"), std::string::npos);
  ours_.properties["input image"] =
      "[1,8,8,3] TF8 in the DLC; user buffer TF8, converted inside infer(): NHWC <-> NCHW, f32 <-> TF8";
  EXPECT_NE(clock("snpe-net-run").find("conversion of our tensors"), std::string::npos);
  EXPECT_EQ(clock("snpe-throughput-net-run").find("ours floats"), std::string::npos);
}

TEST_F(Reasons, AToolWithoutMediansSaysSo) {
  theirs_.settings = {{"layers on DSP", "90"}, {"layers on CPU", "3"}};
  const auto found = reasons(1.05, "snpe-throughput-net-run");
  EXPECT_TRUE(find(found, "mean"));
  EXPECT_TRUE(find(found, "placement")->likely);
}

}  // namespace
}  // namespace assay::campaign

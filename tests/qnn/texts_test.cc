// What the QNN plugin reads of others' texts: profiles, graphs, contexts; and options, before any library
// sees them.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "qnn/advice.h"
#include "qnn/htp_graph.h"
#include "qnn/profile_csv.h"
#include "qnn/settings.h"
#include "support/fastrpc.h"
#include "support/vendor_plugin.h"

namespace assay::qnn {
namespace {

using plugin::Dsp;
using plugin::Failure;
using plugin::find_dsp;

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "";
}

// In the form of onnxruntime-qnn 2.7.0; the numbers are made up.
const std::string kHeader =
    "Msg Timestamp,Message,Time,Unit of Measurement,Timing Source,Event Level,Event Identifier,ONNX Source "
    "Ops\n";
std::string inference(int scale, int end_us) {
  const auto row = [](int cycles, const std::string& identifier) {
    return "0,NODE," + std::to_string(cycles) + ",CYCLES,BACKEND,SUB-EVENT," + identifier + "\n";
  };
  return "0,BACKEND," + std::to_string(1000 * scale) +
         ",CYCLES,BACKEND,ROOT,Accelerator (execute) time (cycles),\n" +
         row(10 * scale, "Input OpId_2 (cycles),") +
         row(600 * scale, "stem.0:OpId_26 (cycles),dequantize;stem.0;relu_0") +
         row(390 * scale, "a,b:c:OpId_36 (cycles),add") + "0,BACKEND," + std::to_string(end_us) +
         ",US,BACKEND,ROOT,Accelerator (execute) time,\n" +
         "0,EXECUTE,99,US,BACKEND,ROOT,QNN (execute) time,\n";
}
const std::string kLoading =
    "0,FINALIZE,97411,US,BACKEND,ROOT,QNN (finalize) time,\n"
    "0,UNKNOWN,304,US,BACKEND,SUB-EVENT,Graph Preparation Initializing,\n";

TEST(ProfileCsv, MeansOfAllInferencesButTheFirst) {
  const HtpProfile profile =
      parse_profile_csv(kHeader + kLoading + inference(100, 5000) + inference(1, 20) + inference(3, 40));
  EXPECT_EQ(profile.executions, 3);
  EXPECT_DOUBLE_EQ(profile.accelerator_us, 30);
  EXPECT_DOUBLE_EQ(profile.accelerator_cycles, 2000);
  ASSERT_EQ(profile.nodes.size(), 3u);
  EXPECT_EQ(profile.nodes[0].name, "Input");
  EXPECT_EQ(profile.nodes[1].name, "stem.0");
  EXPECT_DOUBLE_EQ(profile.nodes[1].cycles, 1200);
  EXPECT_EQ(profile.nodes[1].source, "dequantize;stem.0;relu_0");
  EXPECT_EQ(profile.nodes[2].name, "a,b:c");
}

TEST(ProfileCsv, GraphsOfOneModelCountEachNodeByItself) {
  // Its "Input OpId_2" is not the first graph's.
  const auto second_graph = [](int cycles) {
    const std::string text = std::to_string(cycles);
    return "0,BACKEND," + text + ",CYCLES,BACKEND,ROOT,Accelerator (execute) time (cycles),\n0,NODE," + text +
           ",CYCLES,BACKEND,SUB-EVENT,Input OpId_2 (cycles),\n0,NODE," + text +
           ",CYCLES,BACKEND,SUB-EVENT,head:OpId_9 (cycles),conv\n0,BACKEND," + text +
           ",US,BACKEND,ROOT,Accelerator (execute) time,\n"
           "0,EXECUTE,99,US,BACKEND,ROOT,QNN (execute) time,\n";
  };
  const std::string text = kHeader + kLoading + inference(100, 5000) + second_graph(7000) + inference(1, 20) +
                           second_graph(50) + inference(3, 40) + second_graph(70);
  const HtpProfile profile = parse_profile_csv(text, 2);
  EXPECT_EQ(profile.executions, 6);
  ASSERT_EQ(profile.nodes.size(), 5u);
  EXPECT_DOUBLE_EQ(profile.nodes[0].cycles, 20);
  EXPECT_DOUBLE_EQ(profile.nodes[1].cycles, 1200);
  EXPECT_EQ(profile.nodes[3].name, "Input");
  EXPECT_DOUBLE_EQ(profile.nodes[3].cycles, 60);
  EXPECT_DOUBLE_EQ(profile.nodes[4].cycles, 60);
  EXPECT_DOUBLE_EQ(profile.accelerator_us, 30 + 60);
  EXPECT_DOUBLE_EQ(profile.accelerator_cycles, 2000 + 60);
}

TEST(ProfileCsv, AnOnlyInferenceCounts) {
  const HtpProfile profile = parse_profile_csv(kHeader + inference(2, 7));
  EXPECT_EQ(profile.executions, 1);
  EXPECT_DOUBLE_EQ(profile.accelerator_us, 7);
  EXPECT_DOUBLE_EQ(profile.nodes[1].cycles, 1200);
}

TEST(ProfileCsv, ARowThatIsBeingWrittenIsNotReadAndAnyOtherGarbageIsRefused) {
  const std::string whole = kHeader + inference(2, 7);
  EXPECT_EQ(parse_profile_csv(whole + "0,NODE,12").executions, 1);
  // Whole by its commas, and cut within its last field.
  const HtpProfile cut =
      parse_profile_csv(whole + "0,NODE,9999,CYCLES,BACKEND,SUB-EVENT,stem.0:OpId_26 (cyc");
  EXPECT_EQ(cut.nodes.size(), 3u);
  EXPECT_DOUBLE_EQ(parse_profile_csv(whole + "0,NODE,9,CYCLES,BACKEND,SUB-EVENT,stem.0:OpId_26 "
                                             "(cycles),dequantize;stem.0;relu_0")
                       .nodes[1]
                       .cycles,
                   1200);
  EXPECT_NE(refusal([&] { parse_profile_csv(whole + "0,NODE,12\n0,A\n"); }).find("7 fields"),
            std::string::npos);
  EXPECT_NE(
      refusal([&] { parse_profile_csv(whole + "0,NODE,x,CYCLES,B,S,n:OpId_1 (cycles),\n"); }).find("'x'"),
      std::string::npos);
  EXPECT_NE(
      refusal([&] { parse_profile_csv(whole + "0,NODE,nan,CYCLES,B,S,n:OpId_1 (cycles),\n"); }).find("'nan'"),
      std::string::npos);
  EXPECT_NE(refusal([] { parse_profile_csv("time,name\n"); }).find("columns"), std::string::npos);
  EXPECT_NE(refusal([] { parse_profile_csv(kHeader + kLoading); }).find("no executed graph"),
            std::string::npos);
}

// Trimmed from what onnxruntime-qnn 2.7.0 writes.
const char* const kDumped = R"({"graph":{"nodes":{
  "in":{"input_names":["x"],"output_names":["xq"],"type":"Quantize"},
  "conv":{"input_names":["xq","w","b"],"output_names":["y"],"type":"Conv2d"},
  "wide":{"input_names":["z","w"],"output_names":["y"],"type":"MatMul"},
  "add":{"input_names":["f","f"],"output_names":["f"],"type":"ElementWiseAdd"},
  "none":{"input_names":[],"output_names":[],"type":"Nothing"}},
 "tensors":{"x":{"data_type":562},"xq":{"data_type":1032},"w":{"data_type":776},"b":{"data_type":818},
  "y":{"data_type":1032},"z":{"data_type":1046},"f":{"data_type":562}}}})";

const HtpOperator& operator_named(const HtpGraph& graph, const std::string& name) {
  for (const HtpOperator& made : graph.operators)
    if (made.name == name) return made;
  throw std::runtime_error("no operator " + name);
}

TEST(DumpedGraph, TellsWhatEachOperatorComputesIn) {
  const HtpGraph graph = parse_dumped_graph("g", kDumped);
  EXPECT_EQ(graph.operators.size(), 5u);
  EXPECT_EQ(operator_named(graph, "conv"), (HtpOperator{"conv", "Conv2d", "int8", "int8"}));
  EXPECT_EQ(operator_named(graph, "wide"), (HtpOperator{"wide", "MatMul", "int16", "int8"}));
  EXPECT_EQ(operator_named(graph, "in").precision, "int8");
  EXPECT_EQ(operator_named(graph, "none").precision, "");
  const Sidecar sidecar{{graph}, {{"vtcm_mb", "2"}}};
  EXPECT_EQ(parse_sidecar(write_sidecar(sidecar)), sidecar);
}

TEST(ExecutedPrecision, OfTheProductsElseOfAll) {
  EXPECT_EQ(executed_precision({parse_dumped_graph("g", kDumped)}, true), "int8+int16");
  const HtpGraph floats{"g", {{"c", "Conv2d", "fp32", "fp32"}}};
  EXPECT_EQ(executed_precision({floats}, true), "fp16");
  EXPECT_EQ(executed_precision({floats}, false), "fp32");
  EXPECT_EQ(executed_precision({{"g", {{"a", "ElementWiseAdd", "int16", ""}}}}, true), "int16");
  EXPECT_EQ(executed_precision({}, true), "unknown");
}

TEST(DumpedGraph, GarbageIsRefused) {
  for (const char* text : {"", "[]", "{}", R"({"graph":{"nodes":{"a":{}},"tensors":{}}})", "{\"graph\":1}"})
    EXPECT_NE(refusal([&] { parse_dumped_graph("g", text); }), "") << text;
  for (const char* text :
       {"", "{}", R"({"version":2,"compiled_with":[],"graphs":[]})", R"({"version":1,"graphs":[]})",
        R"({"version":1,"compiled_with":[],"graphs":[{"name":1}]})"})
    EXPECT_NE(refusal([&] { parse_sidecar(text); }), "") << text;
}

TEST(CompilationTarget, IsReadFromTheTrace) {
  const Target target = parse_compilation_target(
      R"({"soc_traces":[{"compilation_target":{"device_id":0,"htp_arch":"V68","soc_model":35}}]})");
  EXPECT_EQ(target.htp_arch, 68);
  EXPECT_EQ(target.soc_model, 35);
  EXPECT_EQ(describe(target), "V68, soc_model 35 (QCS6490)");
  EXPECT_NE(refusal([] { parse_compilation_target("{}"); }), "");
}

TEST(ContextFacts, AreReadFromTheModelsOwnWords) {
  const ContextFacts facts = parse_compatibility("v2:6:2.51.0:5.51.0:73:43:0:0");
  EXPECT_EQ(facts.sdk, "2.51.0");
  EXPECT_EQ(facts.target.htp_arch, 73);
  EXPECT_EQ(facts.target.soc_model, 43);
  for (const char* text : {"", "v2", "v1:6:2.51.0:5.51.0:73:43", "v2:6::5:73:43", "v2:6:2.51.0:5.51.0:V73:43",
                           "v2:6:2.51.0:5.51.0:73:-1"})
    EXPECT_NE(refusal([&] { parse_compatibility(text); }).find("prepare it again"), std::string::npos)
        << text;
}

Settings read(const std::vector<assay_name_value>& options) {
  return Settings::read(options.data(), static_cast<uint32_t>(options.size()));
}

std::string told(const Settings& settings, const std::string& name) {
  for (const auto& [key, value] : settings.provider)
    if (key == name) return value;
  return "nothing";
}

TEST(Settings, DefaultsAreAQcs6490AndTheProvidersOwn) {
  const Settings settings = read({});
  EXPECT_EQ(told(settings, "htp_arch"), "68");
  EXPECT_EQ(told(settings, "soc_model"), "35");
  EXPECT_EQ(told(settings, "htp_performance_mode"), "default");
  EXPECT_EQ(told(settings, "offload_graph_io_quantization"), "0");
  EXPECT_FALSE(settings.cpu_fallback);
  EXPECT_FALSE(settings.target_given);
}

TEST(Settings, AnArchitectureBringsASocAndTheOtherWayRound) {
  EXPECT_EQ(told(read({{"htp_arch", "73"}}), "soc_model"), "43");
  EXPECT_EQ(told(read({{"soc_model", "57"}}), "htp_arch"), "75");
  EXPECT_TRUE(read({{"soc_model", "57"}}).target_given);
}

TEST(Settings, WhatTheProviderWouldSilentlyIgnoreIsRefused) {
  const auto message = [](const std::vector<assay_name_value>& options) {
    return refusal([&] { read(options); });
  };
  EXPECT_NE(message({{"htp_arch", "68"}, {"soc_model", "43"}}).find("SM8550, which is V73, not V68"),
            std::string::npos);
  EXPECT_NE(message({{"htp_arch", "99"}}).find("68, 69, 73"), std::string::npos);
  EXPECT_NE(message({{"soc_model", "12345"}}).find("35 (QCS6490, V68)"), std::string::npos);
  EXPECT_NE(message({{"htp_performance_mode", "bursty"}}).find("burst"), std::string::npos);
  EXPECT_NE(message({{"vtcm_mb", "-1"}}).find("vtcm_mb"), std::string::npos);
  EXPECT_NE(message({{"rpc_latency", "1"}}).find("rpc_control_latency"), std::string::npos);
  EXPECT_NE(message({{"cpu_fallback", "maybe"}}).find("cpu_fallback"), std::string::npos);
}

TEST(Advice, ForADspThatIsNotReached) {
  // From reports of QCS6490 boards whose firmware refused the process.
  const std::string refused = "Failed to load skel, error: 1002\nTransport layer setup failed: 14001";
  EXPECT_NE(advice(refused, true, "").find("unsigned protection domain"), std::string::npos);
  EXPECT_NE(advice(refused, true, "/dev/fastrpc-cdsp: Permission denied").find("Permission denied"),
            std::string::npos);
  EXPECT_EQ(advice(refused, false, ""), "");  // The simulator has none.
  EXPECT_EQ(advice("out of memory", true, ""), "");
}

TEST(Dsp, IsFoundRefusedOrAbsent) {
  auto folder = TemporaryDirectory::create("qnn-dsp");
  ASSERT_TRUE(folder);
  const auto root = folder->path();
  EXPECT_NE(find_dsp(root).reason.find("fastrpc-cdsp"), std::string::npos);
  std::filesystem::create_directories(root / "dev");
  // A folder cannot be opened for writing, whoever asks: root, who runs the tests at times, is refused too.
  std::filesystem::create_directories(root / "dev/fastrpc-cdsp");
  const Dsp refused = find_dsp(root);
  EXPECT_EQ(refused.device, "");
  EXPECT_NE(refused.reason.find("may not use the DSP"), std::string::npos) << refused.reason;
  std::ofstream(root / "dev/adsprpc-smd") << "";
  EXPECT_EQ(find_dsp(root).device, (root / "dev/adsprpc-smd").string());
}

}  // namespace
}  // namespace assay::qnn

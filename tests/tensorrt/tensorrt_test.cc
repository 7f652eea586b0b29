// The TensorRT plugin over the contract library: no NVIDIA hardware, and no figure of any.
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "backend.h"

namespace assay::tensorrt_test {
namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(Describe, ASimulatedLibrarySaysSo) {
  const assay_description* description = nullptr;
  ASSERT_EQ(plugin().describe(&description, nullptr), ASSAY_OK);
  EXPECT_EQ(description->simulated, 1);
  EXPECT_STREQ(description->runtime_version, "11.4.0");
  EXPECT_STREQ(description->stack, "native SDK");
  EXPECT_STREQ(description->name, "tensorrt");
  std::map<std::string, const assay_accelerator*> found;
  for (std::uint32_t i = 0; i < description->accelerator_count; ++i) {
    const auto& accelerator = backend::element(description->accelerators, i);
    found[accelerator.name] = &accelerator;
  }
  ASSERT_EQ(found.size(), 4u);
  EXPECT_TRUE(found["GPU"]->available && found["GPU.0"]->available);
  EXPECT_FALSE(found["DLA0"]->available);
  EXPECT_NE(std::string(found["DLA1"]->reason).find("no DLA core"), std::string::npos);
}

TEST(Prepare, ThenOpenComputesWhatTheModelSays) {
  const Scratch engine("engine");
  ASSERT_EQ(prepare({}, engine.path).text, "");
  for (const std::string graph : {"off", "on"}) {
    Session session(engine.path, "GPU", {{"cuda-graph", graph}, {"spin-wait", "on"}});
    ASSERT_EQ(session.answer.text, "");
    EXPECT_STREQ(session.info->executed_precision, "fp32");
    EXPECT_EQ(session.property("cuda-graph"), graph);
    EXPECT_EQ(session.property("waiting"), "spinning");
    EXPECT_EQ(session.property("built_with_tf32"), "off");
    const std::vector<float> ones = session.run(1.0F, 2);
    EXPECT_NE(ones, session.run(2.0F, 2));
    for (const float value : ones) EXPECT_GE(value, 0.0F) << "behind a Relu";
    std::int64_t device = -1, in = -1, out = -1;
    assay_error error{};
    error.struct_size = sizeof error;
    EXPECT_EQ(plugin().device_time(session.raw, 0, &device, &error), ASSAY_OK) << error.text;
    EXPECT_EQ(plugin().transfer_times(session.raw, 0, &in, &out, &error), ASSAY_OK) << error.text;
    EXPECT_GT(device, 0);
    EXPECT_GE(in, 0);
    EXPECT_GE(out, 0);
  }
}

TEST(DeviceMemory, IsWhatTheSessionTookWeightsToo) {
  const Scratch engine("engine");
  ASSERT_EQ(prepare({}, engine.path).text, "");
  assay_error error{};
  error.struct_size = sizeof error;
  std::uint64_t bytes = 0;
  {
    Session session(engine.path);
    EXPECT_EQ(plugin().device_memory(session.raw, &bytes, &error), ASSAY_ERROR_UNSUPPORTED);
    EXPECT_NE(std::string(error.text).find("shares the system's memory"), std::string::npos) << error.text;
  }
  const Environment discrete("ASSAY_CONTRACT_DISCRETE", "1");
  Session session(engine.path);
  const std::vector<float> output = session.run(1.0F);
  EXPECT_EQ(plugin().device_memory(session.raw, &bytes, &error), ASSAY_OK) << error.text;
  EXPECT_EQ(bytes, (3u << 20) + 2 * output.size() * 4);
  const Environment mute("ASSAY_CONTRACT_MUTE", "1");
  EXPECT_EQ(plugin().device_memory(session.raw, &bytes, &error), ASSAY_ERROR_UNSUPPORTED);
}

TEST(Waiting, IsOfTheGpuThatIsUsedAndAsCudaTellsIt) {
  const Scratch engine("engine");
  const Environment two("ASSAY_CONTRACT_GPUS", "3");
  ASSERT_EQ(prepare({}, engine.path).text, "");
  EXPECT_EQ(Session(engine.path, "GPU.1").property("waiting"), "driver's default");
  EXPECT_EQ(Session(engine.path, "GPU.1", {{"spin-wait", "on"}}).property("waiting"), "spinning");
  EXPECT_EQ(Session(engine.path, "GPU.2", {{"spin-wait", "off"}}).property("waiting"), "blocking");
  const Environment mute("ASSAY_CONTRACT_MUTE", "1");
  EXPECT_EQ(Session(engine.path, "GPU.2", {{"spin-wait", "on"}}).property("waiting"), "unknown");
}

TEST(HostRegister, MemoryThatIsLockedAlreadyCountsAsLocked) {
  const Scratch engine("engine");
  ASSERT_EQ(prepare({}, engine.path).text, "");
  Session first(engine.path), second(engine.path);
  std::vector<float> input(backend::element(first.info->inputs, 0).byte_size / 4),
      output(backend::element(first.info->outputs, 0).byte_size / 4);
  const assay_buffer in{sizeof in, ASSAY_MEMORY_HOST, input.data(), input.size() * 4, -1, 0};
  const assay_buffer out{sizeof out, ASSAY_MEMORY_HOST, output.data(), output.size() * 4, -1, 0};
  assay_error error{};
  error.struct_size = sizeof error;
  testing::internal::CaptureStdout();
  for (const Session* session : {&first, &second})
    EXPECT_EQ(plugin().bind(session->raw, 0, &in, 1, &out, 1, &error), ASSAY_OK) << error.text;
  EXPECT_EQ(testing::internal::GetCapturedStdout().find("pageable"), std::string::npos);
}

TEST(Prepare, AHostOfVersionOneHasNoAppendedFields) {
  const Scratch engine("engine");
  EXPECT_EQ(prepare({.struct_size = offsetof(assay_prepare_options, source_digest)}, engine.path).text, "");
  EXPECT_EQ(Session(engine.path).property("engine_model"), "");
  EXPECT_EQ(prepare({.struct_size = offsetof(assay_prepare_options, options)}, engine.path).code,
            ASSAY_ERROR_INVALID);
}

TEST(Prepare, MemoryThatCannotBePageLockedIsCopiedAsItIs) {
  const Scratch engine("engine");
  ASSERT_EQ(prepare({}, engine.path).text, "");
  Session locked(engine.path);
  EXPECT_EQ(locked.property("host-register"), "on: inputs locked, outputs locked");
  const std::vector<float> expected = locked.run(1.0F);
  const Environment pageable("ASSAY_CONTRACT_PAGEABLE", "1");
  Session session(engine.path);
  EXPECT_EQ(session.property("host-register"),
            "on: inputs not locked (operation not supported), outputs not locked (operation not supported)");
  EXPECT_EQ(session.run(1.0F), expected);
  EXPECT_EQ(Session(engine.path, "GPU", {{"host-register", "off"}}).property("host-register"), "off");
}

TEST(Prepare, RefusesUnknownOptionsAndBadValues) {
  const Scratch engine("engine");
  for (const auto& [name, value, part] :
       std::vector<std::array<std::string, 3>>{{"no-such", "1", "unknown option 'no-such'"},
                                               {"workspace", "0", "from 1 to"},
                                               {"optimization-level", "6", "from 0 to 5"},
                                               {"sparsity", "maybe", "was expected"},
                                               {"io-formats", "int8", "one of source, fp32, fp16"},
                                               {"io-formats", "fp16", "from TensorRT 11 on"},
                                               {"gpu-fallback", "on", "is for a DLA"},
                                               {"dla-sram", "1024", "'dla-sram' is for a DLA"},
                                               {"dla-local-dram", "512", "'dla-local-dram' is for a DLA"},
                                               {"dla-global-dram", "0", "from 1 to"},
                                               {"dla-core", "1", "name DLA1 as accelerator"}}) {
    const Answer answer = prepare({.options = {{name, value}}}, engine.path);
    EXPECT_EQ(answer.code, ASSAY_ERROR_INVALID) << name;
    EXPECT_TRUE(answer.says(part)) << answer.text;
  }
  EXPECT_FALSE(std::filesystem::exists(engine.path));
}

TEST(Prepare, SaysWhatIsWrongWithTheModel) {
  const Scratch engine("engine");
  const Answer text = prepare({.source = model("text.onnx")}, engine.path);
  EXPECT_EQ(text.code, ASSAY_ERROR_INVALID);
  EXPECT_TRUE(text.says("text.onnx: TensorRT's parser cannot take the model")) << text.text;
  EXPECT_EQ(prepare({.source = "/no/such.onnx"}, engine.path).code, ASSAY_ERROR_NOT_FOUND);
  const Answer dynamic = prepare({.source = model("dynamic.onnx")}, engine.path);
  EXPECT_EQ(dynamic.code, ASSAY_ERROR_INVALID);
  EXPECT_TRUE(dynamic.says("input 'x' has a dynamic dimension")) << dynamic.text;
}

TEST(Prepare, ElevenTakesInt8FromTheSourceOnly) {
  const Scratch engine("engine");
  const Answer plain = prepare({.precision = "int8"}, engine.path);
  EXPECT_EQ(plain.code, ASSAY_ERROR_UNSUPPORTED);
  EXPECT_TRUE(plain.says("Use toolchain tensorrt-qdq")) << plain.text;
  EXPECT_EQ(prepare({.source = model("quantised.onnx"), .precision = "int8"}, engine.path).text, "");
  EXPECT_STREQ(Session(engine.path, "GPU", {}, false, "int8").info->executed_precision, "int8");
  const Answer wrong = prepare({.source = model("quantised.onnx")}, engine.path);
  EXPECT_TRUE(wrong.says("is quantized (Q/DQ), and the row asks for fp32")) << wrong.text;
  const Answer half = prepare({.precision = "fp16"}, engine.path);
  EXPECT_TRUE(half.says("convert the model to FP16 first")) << half.text;
  EXPECT_EQ(prepare({.precision = "bf16"}, engine.path).code, ASSAY_ERROR_UNSUPPORTED);
}

TEST(Prepare, OutOfMemoryIsToldAsSuch) {
  const Scratch engine("engine");
  const Environment fault("ASSAY_CONTRACT_FAULT", "out-of-memory");
  const Answer answer = prepare({}, engine.path);
  EXPECT_EQ(answer.code, ASSAY_ERROR_VENDOR);
  EXPECT_TRUE(answer.says("out of memory while building") && answer.says("Cuda Runtime (out of memory)"))
      << answer.text;
  EXPECT_FALSE(std::filesystem::exists(engine.path));
}

TEST(Prepare, KeepsTimingsAndRefusesThoseOfAnother) {
  const std::string folder = testing::TempDir() + "tensorrt_cache_" + std::to_string(::getpid());
  std::filesystem::create_directories(folder);
  const Scratch engine("engine");
  const Request request{.cache = folder};
  ASSERT_EQ(prepare(request, engine.path).text, "");
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  ASSERT_EQ(files.size(), 1u);
  EXPECT_NE(files[0].find("tensorrt-11.4.0-"), std::string::npos);
  EXPECT_NE(files[0].find("-8.7.timing"), std::string::npos);
  const std::string kept = content_of(files[0]);
  EXPECT_EQ(prepare(request, engine.path).text, "") << "with the cache";
  std::ofstream(files[0]) << "of another version";
  EXPECT_EQ(prepare(request, engine.path).text, "");
  EXPECT_EQ(content_of(files[0]), kept) << "made again";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  EXPECT_EQ(prepare({.options = {{"timing-cache", "off"}}, .cache = folder}, engine.path).text, "");
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  std::filesystem::remove_all(folder);
}

TEST(Open, AnEngineOfAnotherGpuIsToldBeforeTensorRtSeesIt) {
  const Scratch engine("engine");
  ASSERT_EQ(prepare({}, engine.path).text, "");
  const Environment other("ASSAY_CONTRACT_GPU_NAME", "Orin");
  const Session session(engine.path);
  EXPECT_EQ(session.answer.code, ASSAY_ERROR_INVALID);
  EXPECT_TRUE(session.answer.says("was built on simulated GPU") && session.answer.says("here is Orin") &&
              session.answer.says("prepare it again"))
      << session.answer.text;
}

TEST(Open, AnEngineOfAnotherVersionPrecisionOrDeviceIsRefused) {
  const Scratch engine("engine");
  ASSERT_EQ(prepare({}, engine.path).text, "");
  std::string content = content_of(engine.path);
  content.replace(content.find("tensorrt 11.4.0"), 15, "tensorrt 11.1.0");
  const Scratch older("older");
  std::ofstream(older.path, std::ios::binary) << content;
  const Session session(older.path);
  EXPECT_TRUE(session.answer.says("built by TensorRT 11.1.0, here is 11.4.0")) << session.answer.text;
  const Session precision(engine.path, "GPU", {}, false, "int8");
  EXPECT_TRUE(precision.answer.says("built for fp32, and the row asks for int8")) << precision.answer.text;
  const Environment cores("ASSAY_CONTRACT_DLA_CORES", "1");
  const Session device(engine.path, "DLA0");
  EXPECT_TRUE(device.answer.says("built for GPU.0, and the row names DLA0")) << device.answer.text;
}

TEST(Open, WhatTensorRtRefusesIsToldInItsWords) {
  const Scratch engine("engine");
  ASSERT_EQ(prepare({}, engine.path).text, "");
  const Environment fault("ASSAY_CONTRACT_FAULT", "refuse-plan");
  const Session session(engine.path);
  EXPECT_EQ(session.answer.code, ASSAY_ERROR_VENDOR);
  EXPECT_TRUE(session.answer.says("prepare it again") && session.answer.says("kSERIALIZATION_VERSION"))
      << session.answer.text;
}

TEST(NoDriver, PrepareAndOpenSaySo) {
  const Scratch engine("engine");
  ASSERT_EQ(prepare({}, engine.path).text, "");
  const Environment none("ASSAY_CONTRACT_GPUS", "0");
  for (const Answer& answer : {prepare({}, engine.path), Session(engine.path).answer}) {
    EXPECT_EQ(answer.code, ASSAY_ERROR_UNAVAILABLE);
    EXPECT_TRUE(answer.says("35 (CUDA driver version is insufficient for CUDA runtime version)"))
        << answer.text;
  }
}

TEST(Dla, AbsentCoresAreNamed) {
  const Scratch engine("engine");
  Answer answer = prepare({.accelerator = "DLA0"}, engine.path);
  EXPECT_EQ(answer.code, ASSAY_ERROR_UNAVAILABLE);
  EXPECT_TRUE(answer.says("TensorRT finds no DLA core")) << answer.text;
  const Environment cores("ASSAY_CONTRACT_DLA_CORES", "1");
  answer = prepare({.accelerator = "DLA1"}, engine.path);
  EXPECT_EQ(answer.code, ASSAY_ERROR_UNAVAILABLE);
  EXPECT_TRUE(answer.says("this machine has 1 DLA core(s)")) << answer.text;
}

TEST(Dla, WithoutFallbackALayerThatItCannotTakeIsAnError) {
  const Scratch engine("engine");
  const Environment cores("ASSAY_CONTRACT_DLA_CORES", "1");
  const Answer answer = prepare({.source = model("mixed.onnx"), .accelerator = "DLA0"}, engine.path);
  EXPECT_EQ(answer.code, ASSAY_ERROR_UNSUPPORTED);
  EXPECT_TRUE(answer.says("1 of 4 layers cannot run on the DLA and gpu-fallback is off (node_s)"))
      << answer.text;
  EXPECT_TRUE(answer.says("GPU fallback is not enabled")) << "TensorRT's own words: " << answer.text;
}

TEST(Dla, ItsMemoryPoolsAreGivenToTheBuilder) {
  const Scratch engine("engine");
  const Environment cores("ASSAY_CONTRACT_DLA_CORES", "1");
  testing::internal::CaptureStdout();
  const Answer built =
      prepare({.accelerator = "DLA0",
               .options = {{"dla-sram", "512"}, {"dla-local-dram", "256"}, {"dla-global-dram", "128"}}},
              engine.path);
  const std::string said = testing::internal::GetCapturedStdout();
  ASSERT_EQ(built.text, "");
  for (const char* pool : {"pool 1 has 524288", "pool 2 has 268435456", "pool 3 has 134217728"})
    EXPECT_NE(said.find(pool), std::string::npos) << said;
  const Session session(engine.path, "DLA0");
  EXPECT_EQ(session.property("built_with_dla-local-dram"), "256");
  const Answer odd = prepare({.accelerator = "DLA0", .options = {{"dla-global-dram", "48"}}}, engine.path);
  EXPECT_TRUE(odd.says("'dla-global-dram': a power of two was expected (MiB), found '48'")) << odd.text;
}

TEST(Dla, Int8WithAnotherTypeAllowedIsNotClaimed) {
  const Scratch engine("engine");
  const Environment cores("ASSAY_CONTRACT_DLA_CORES", "1");
  const Answer built = prepare({.source = model("quantised.onnx"),
                                .accelerator = "DLA0",
                                .precision = "int8",
                                .options = {{"gpu-fallback", "on"}}},
                               engine.path);
  ASSERT_EQ(built.text, "");
  // 11 takes the source's types, and a DLA subgraph may hold FP16 beside its INT8 input.
  EXPECT_STREQ(Session(engine.path, "DLA0", {}, false, "int8").info->executed_precision, "unknown");
}

TEST(Dla, AFallbackIsCountedByOperations) {
  const Scratch engine("engine");
  const Environment cores("ASSAY_CONTRACT_DLA_CORES", "2");
  const Answer built = prepare({.source = model("mixed.onnx"),
                                .accelerator = "DLA1",
                                .options = {{"gpu-fallback", "on"}, {"dla-core", "1"}}},
                               engine.path);
  ASSERT_EQ(built.text, "");
  Session session(engine.path, "DLA1", {}, true);
  ASSERT_EQ(session.answer.text, "");
  // Two 3x3 convolutions of 16 to 16 channels on 8x8: 2 * 8*8 * 16*16*9 operations each, both on the DLA.
  EXPECT_EQ(session.property("operations_on_dla"), std::to_string(2 * 2 * 64 * 16 * 16 * 9));
  EXPECT_EQ(session.property("operations_on_gpu"), "0");
  EXPECT_EQ(session.property("dla_subgraphs"), "2");
  EXPECT_EQ(session.property("dla_subgraph_0"), "{ForeignNode[node_c0...node_r]}");
  EXPECT_EQ(session.property("dla_gpu_transitions"), "2");
  EXPECT_EQ(session.property("layers_on_gpu"), "1");
  session.run(1.0F, 3);
  const assay_profile* profile = nullptr;
  assay_error error{};
  error.struct_size = sizeof error;
  ASSERT_EQ(plugin().profile(session.raw, &profile, &error), ASSAY_OK) << error.text;
  // The profiler tells hand-overs too, "x to nvm" and "y from nvm" twice an inference: no layers of the DLA.
  ASSERT_EQ(profile->layer_count, 3u);
  int claimed = 0, elsewhere = 0;
  for (std::uint32_t i = 0; i < profile->layer_count; ++i) {
    const auto& layer = backend::element(profile->layers, i);
    if (layer.placement == ASSAY_PLACED_ELSEWHERE) {
      ++elsewhere;
      EXPECT_STREQ(layer.name, "node_s");
      EXPECT_EQ(layer.operations, 0);
      EXPECT_EQ(layer.time_ns, 125000);
    } else {
      // Without a time of its own the share by time is not formed: that of the layers is, two of three.
      EXPECT_EQ(layer.placement, ASSAY_PLACED_CLAIMED) << layer.name;
      EXPECT_EQ(layer.time_ns, -1) << "the time of handing over to the DLA is not the DLA's";
      ++claimed;
    }
  }
  EXPECT_EQ(claimed, 2);
  EXPECT_EQ(elsewhere, 1);
}

TEST(Dla, WithNamesOnlyThePlacementIsUnknown) {
  const Scratch engine("engine");
  const Environment cores("ASSAY_CONTRACT_DLA_CORES", "1");
  {
    const Environment fault("ASSAY_CONTRACT_FAULT", "names-only");
    ASSERT_EQ(
        prepare({.source = model("mixed.onnx"), .accelerator = "DLA0", .options = {{"gpu-fallback", "on"}}},
                engine.path)
            .text,
        "");
  }
  const Session session(engine.path, "DLA0");
  ASSERT_EQ(session.answer.text, "");
  for (const char* name :
       {"operations_on_dla", "operations_on_gpu", "dla_subgraphs", "dla_gpu_transitions", "layers_on_gpu"})
    EXPECT_EQ(session.property(name), "unknown") << name;
  EXPECT_STREQ(session.info->executed_precision, "unknown");
}

/// Libraries are opened once in a process: the ctest tensorrt_other_major runs this one alone.
TEST(OtherMajor, IsRefusedWithWhatToDo) {
  ASSERT_NE(std::getenv("ASSAY_CONTRACT_VERSION"), nullptr) << "run by the ctest tensorrt_other_major";
  const assay_description* description = nullptr;
  ASSERT_EQ(plugin().describe(&description, nullptr), ASSAY_OK);
  EXPECT_STREQ(description->runtime_version, "");
  const std::string problem = description->runtime_problem;
  EXPECT_NE(problem.find("is TensorRT 8.5.3, and this plugin was built with the headers of 11.x"),
            std::string::npos)
      << problem;
  EXPECT_NE(problem.find("make plugin-tensorrt"), std::string::npos) << problem;
  for (std::uint32_t i = 0; i < description->accelerator_count; ++i)
    EXPECT_EQ(backend::element(description->accelerators, i).reason, problem);
  const Scratch engine("engine");
  EXPECT_EQ(prepare({}, engine.path).code, ASSAY_ERROR_UNSUPPORTED);
}

}  // namespace
}  // namespace assay::tensorrt_test

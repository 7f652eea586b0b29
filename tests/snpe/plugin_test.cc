// The SNPE plugin over the contract library: what the conformance suite cannot ask of every backend.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <optional>

#include "../runtimes/test_session.h"
#include "base/file.h"
#include "contract_dlc.h"

namespace assay::runtimes {
namespace {

namespace fs = std::filesystem;
using snpe::contract::Container;
using snpe::contract::Quantisation;

const std::string kDiagview = std::string(ASSAY_SNPE_TESTS) + "/snpe-diagview";

class Snpe : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(std::getenv("ASSAY_SNPE_LIB"), nullptr) << "run by ctest, which names the contract library";
    plugin_ = load("snpe");
    ASSERT_NE(plugin_, nullptr);
    auto folder = TemporaryDirectory::create("snpe");
    ASSERT_TRUE(folder) << folder.error().message;
    folder_.emplace(std::move(*folder));
    container_.onnx = model().SerializeAsString();
    container_.layers = {{"node_c", ""}, {"node_y", ""}};
  }
  void TearDown() override { ::unsetenv("ASSAY_CONTRACT_SNPE"); }

  static onnx::ModelProto model() { return conv_relu({1, kChannels, 12, 20}); }
  std::string save(const std::string& name = "model.dlc") const {
    const std::string path = (folder_->path() / name).string();
    write_container(container_, path);
    return path;
  }
  Request request(const std::string& accelerator = "DSP") const {
    Request request{save()};
    request.accelerator = accelerator;
    if (container_.channels_last) request.options["layout"] = "nhwc";
    if (!container_.channels_last) request.options["layout"] = "as-is";
    return request;
  }
  void fault(const char* list) const { ::setenv("ASSAY_CONTRACT_SNPE", list, 1); }
  std::string property(const TestSession& session, const std::string& name) const {
    for (std::uint32_t i = 0; i < session.info->property_count; ++i)
      if (session.info->properties[i].name == name) return session.info->properties[i].value;
    return "no property " + name;
  }
  /// By the ONNX Runtime backend, from the same ONNX bytes.
  std::vector<float> reference(const std::vector<float>& input) const {
    const fs::path path = folder_->path() / "model.onnx";
    EXPECT_TRUE(write_file(path, container_.onnx));
    TestSession session(load("onnxruntime"), {path.string()});
    EXPECT_EQ(session.code, ASSAY_OK) << session.text();
    return session.run(input);
  }
  void expect_refused(const Request& request, int code, const std::vector<std::string>& words) const {
    TestSession session(plugin_, request);
    EXPECT_EQ(session.code, code) << session.text();
    for (const std::string& word : words)
      EXPECT_NE(session.text().find(word), std::string::npos) << word << " in: " << session.text();
  }

  const assay_backend_v1* plugin_ = nullptr;
  std::optional<TemporaryDirectory> folder_;
  Container container_;
};

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - b[i]));
  return largest;
}

TEST_F(Snpe, DescribesTheContractLibraryAsSimulated) {
  const assay_description* description = nullptr;
  ASSERT_EQ(plugin_->describe(&description, nullptr), ASSAY_OK);
  EXPECT_EQ(description->simulated, 1);
  EXPECT_STREQ(description->stack, "native SDK");
  EXPECT_NE(std::string(description->runtime_version).find("contract library"), std::string::npos);
}

TEST_F(Snpe, BothLayoutsComputeWhatOnnxRuntimeDoes) {
  const auto x = noise(kChannels * 12 * 20, 1);
  const auto expected = reference(x);
  for (const bool channels_last : {false, true}) {
    container_.channels_last = channels_last;
    TestSession session(plugin_, request());
    ASSERT_EQ(session.code, ASSAY_OK) << session.text();
    const auto& output = backend::element(session.info->outputs, 0);
    EXPECT_EQ(std::vector<std::int64_t>(output.dims, output.dims + output.rank),
              (std::vector<std::int64_t>{1, kChannels, 12, 20}));
    EXPECT_LT(largest_difference(session.run(x), expected), 1e-5);
    // What stands in the latency is told.
    EXPECT_EQ(property(session, "input x").find("converted inside infer()") != std::string::npos,
              channels_last);
  }
}

TEST_F(Snpe, QuantizedBuffersGiveWhatFloatBuffersGive) {
  container_.channels_last = true;
  const auto x = noise(kChannels * 12 * 20, 1);
  for (const int bits : {8, 16}) {
    const float step = bits == 8 ? 1.0F / 64 : 1.0F / 8192;
    container_.quantised = {{"x", {2.0F / (bits == 8 ? 255 : 65535), bits == 8 ? 128u : 32768u, bits}},
                            {"y", {step, 0, bits}}};
    Request asked = request();
    asked.precision = "int8";
    TestSession floats(plugin_, asked);
    asked.options["io"] = "quantized";
    TestSession quantised(plugin_, asked);
    ASSERT_EQ(floats.code, ASSAY_OK) << floats.text();
    ASSERT_EQ(quantised.code, ASSAY_OK) << quantised.text();
    const auto expected = floats.run(x), found = quantised.run(x);
    EXPECT_LT(largest_difference(found, expected), 1.01 * step) << bits;
    const auto equal =
        std::inner_product(found.begin(), found.end(), expected.begin(), std::size_t{0}, std::plus<>(),
                           [step](float a, float b) { return std::abs(a - b) < step / 4; });
    EXPECT_GT(equal, found.size() * 98 / 100) << bits;
    EXPECT_STREQ(quantised.info->executed_precision, "unknown") << "8 bits at both ends prove nothing";
  }
}

TEST_F(Snpe, IntegersPassAsTheyAre) {
  onnx::ModelProto labels = model();
  auto& argmax = model::add_node(labels, "ArgMax", {"y"}, "best");
  model::set_int(argmax, "axis", 1);
  model::set_int(argmax, "keepdims", 0);
  model::set_int(model::add_node(labels, "Cast", {"best"}, "mask"), "to", onnx::TensorProto::INT32);
  labels.mutable_graph()->clear_output();
  model::add_value(*labels.mutable_graph()->mutable_output(), "mask", {1, 12, 20}, onnx::TensorProto::INT32);
  container_.onnx = labels.SerializeAsString();
  container_.channels_last = true;
  TestSession session(plugin_, request());
  ASSERT_EQ(session.code, ASSAY_OK) << session.text();
  EXPECT_EQ(backend::element(session.info->outputs, 0).dtype, ASSAY_I32);
  const auto x = noise(session.input_elements(), 1);
  const auto found = session.run(x);
  for (const float bits : found) {
    std::int32_t label = 0;
    std::memcpy(&label, &bits, sizeof label);
    ASSERT_TRUE(label >= 0 && label < kChannels) << label;
  }
}

TEST_F(Snpe, TheSourcesShapesTellTheLayout) {
  container_.channels_last = true;
  Request asked = request();
  asked.options.erase("layout");
  // 12 x 20 x 16: nothing of an image, so the dimensions alone do not tell.
  expect_refused(asked, ASSAY_ERROR_INVALID, {"'x'", "[1,12,20,16]", "layout: nhwc"});
  ASSERT_TRUE(write_file(asked.artifact + ".io", "input image 1 16 12 20\noutput logits 1 16 12 20\n"));
  {
    TestSession session(plugin_, asked);
    ASSERT_EQ(session.code, ASSAY_OK) << session.text();
    EXPECT_STREQ(backend::element(session.info->inputs, 0).name, "image");
    EXPECT_EQ(backend::element(session.info->inputs, 0).dims[1], kChannels);
  }
  ASSERT_TRUE(write_file(asked.artifact + ".io", "input image 1 16 12 21\n"));
  expect_refused(asked, ASSAY_ERROR_INVALID, {"neither NCHW nor NHWC"});
  ASSERT_TRUE(write_file(asked.artifact + ".io", "nonsense\n"));
  expect_refused(asked, ASSAY_ERROR_INVALID, {"input NAME DIMENSIONS"});
}

TEST_F(Snpe, AnImageTellsItsLayout) {
  auto small = model::empty_model();
  small.mutable_graph()->set_name("small");
  model::add_value(*small.mutable_graph()->mutable_input(), "image", {1, 3, 8, 8});
  model::add_node(small, "Relu", {"image"}, "y");
  model::add_value(*small.mutable_graph()->mutable_output(), "y", {1, 3, 8, 8});
  container_.onnx = small.SerializeAsString();
  container_.channels_last = true;
  Request asked{save()};
  asked.accelerator = "HTP";  // Another name of the DSP.
  TestSession session(plugin_, asked);
  ASSERT_EQ(session.code, ASSAY_OK) << session.text();
  EXPECT_EQ(backend::element(session.info->inputs, 0).dims[1], 3);
  EXPECT_EQ(backend::element(session.info->outputs, 0).dims[1], 3);
  auto x = noise(session.input_elements(), 1);
  const auto y = session.run(x);
  for (float& value : x) value = std::max(value, 0.0F);
  EXPECT_EQ(y, x);
}

TEST_F(Snpe, TellsWhyTheDspCannotBeUsed) {
  fault("no-dsp");
  std::vector<std::string> words{"'DSP'", "dsp runtime is not available"};
  // What else is wrong, on a machine that is no Qualcomm board.
  if (!fs::exists("/dev/fastrpc-cdsp") && !fs::exists("/dev/adsprpc-smd"))
    words.push_back("no FastRPC device");
  if (std::getenv("ADSP_LIBRARY_PATH") == nullptr) words.push_back("ADSP_LIBRARY_PATH is not set");
  expect_refused(request(), ASSAY_ERROR_UNAVAILABLE, words);
  fault("no-unsigned-pd");
  expect_refused(request(), ASSAY_ERROR_UNAVAILABLE, {"unsigned protection domain", "unsigned-pd: off"});
  Request asked = request();
  asked.options["unsigned-pd"] = "off";
  {
    TestSession session(plugin_, asked);
    EXPECT_EQ(session.code, ASSAY_OK) << session.text();
  }
  fault("no-gpu");
  expect_refused(request("GPU"), ASSAY_ERROR_UNAVAILABLE, {"'GPU'", "OpenCL"});
  expect_refused(request("NPU"), ASSAY_ERROR_UNAVAILABLE, {"'NPU'", "DSP (also HTP), GPU or CPU"});
}

TEST_F(Snpe, NothingFallsBackUnlessTheOrderSaysSo) {
  container_.layers[1].not_on = "DSP";
  Request asked = request();
  expect_refused(asked, ASSAY_ERROR_UNSUPPORTED, {"node_y", "could not be assigned", "1009"});
  asked.options["runtime-order"] = "CPU,DSP";
  expect_refused(asked, ASSAY_ERROR_INVALID, {"must come first"});
  asked.options["runtime-order"] = "DSP,CPU";
  asked.options["diagview"] = kDiagview;
  asked.profiling = true;
  TestSession session(plugin_, asked);
  ASSERT_EQ(session.code, ASSAY_OK) << session.text();
  EXPECT_STREQ(session.info->executed_precision, "unknown");
  EXPECT_EQ(property(session, "fallback"), "allowed by runtime-order");
  session.run(noise(session.input_elements(), 1));
  const assay_profile* profile = nullptr;
  ASSERT_EQ(plugin_->profile(session.session, &profile, &session.error), ASSAY_OK) << session.text();
  ASSERT_EQ(profile->layer_count, 2u);
  EXPECT_STREQ(profile->layers[0].name, "node_c");
  EXPECT_EQ(profile->layers[0].placement, ASSAY_PLACED_CLAIMED);
  EXPECT_EQ(profile->layers[0].time_ns, -1) << "cycles are no time";
  EXPECT_EQ(profile->layers[1].placement, ASSAY_PLACED_ELSEWHERE);
  EXPECT_EQ(profile->layers[1].time_ns, 23'000);
}

TEST_F(Snpe, WithoutSnpesOwnReaderThereIsNoProfile) {
  const std::string nonsense = (folder_->path() / "snpe-diagview").string();
  ASSERT_TRUE(write_file(nonsense, "#!/bin/sh\necho 'Layer Times:'; echo '0: a : 1 parsec'\n"));
  fs::permissions(nonsense, fs::perms::owner_all);
  const std::string faults[][3] = {{"/no/such/snpe-diagview", "", "/no/such/snpe-diagview"},
                                   {"/bin/false", "", "/bin/false failed"},
                                   {"/bin/true", "", "tells no layers"},
                                   {nonsense, "", "1 parsec"},
                                   {kDiagview, "no-log", "wrote no diagnostic log"}};
  for (const auto& [program, faulty, words] : faults) {
    fault(faulty.c_str());
    Request asked = request();
    asked.profiling = true;
    asked.options["diagview"] = program;
    TestSession session(plugin_, asked);
    ASSERT_EQ(session.code, ASSAY_OK) << session.text();
    session.run(noise(session.input_elements(), 1));
    const assay_profile* profile = nullptr;
    EXPECT_NE(plugin_->profile(session.session, &profile, &session.error), ASSAY_OK) << program;
    EXPECT_NE(session.text().find(words), std::string::npos) << words << " in: " << session.text();
  }
}

TEST_F(Snpe, TellsWhatIsWrongWithAFile) {
  const Request asked = request();
  const auto whole = read_file(asked.artifact);
  ASSERT_TRUE(whole);
  ASSERT_TRUE(write_file(asked.artifact, "PK\3\4 another archive"));
  expect_refused(asked, ASSAY_ERROR_INVALID, {"model.dlc", "not a valid DLC", "311"});
  ASSERT_TRUE(write_file(asked.artifact, whole->substr(0, whole->size() - 100)));
  expect_refused(asked, ASSAY_ERROR_INVALID, {"model.dlc", "cut short"});
  ASSERT_TRUE(write_file(asked.artifact, "ASSAY-CONTRACT-DLC 1\n"));
  expect_refused(asked, ASSAY_ERROR_INVALID, {"format version is not supported", "DLC of SNPE 1"});
}

// In processes of their own: a process has one library, which may not be named where describe() cannot see
// it.
TEST_F(Snpe, TellsWhatIsWrongWithTheLibrary) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto with = [&](const std::string& library) {
    ::setenv("ASSAY_SNPE_LIB", library.c_str(), 1);
    ::unsetenv("ADSP_LIBRARY_PATH");
    TestSession session(plugin_, request());
    const char* adsp = std::getenv("ADSP_LIBRARY_PATH");
    std::fprintf(stderr, "%s; ADSP_LIBRARY_PATH %s", session.text().c_str(), adsp ? adsp : "unset");
    std::exit(session.code == ASSAY_ERROR_NOT_FOUND ? 0 : 1);
  };
  EXPECT_EXIT(with("/no/such/libSNPE.so"), testing::ExitedWithCode(0), "SNPE_ROOT.*/no/such/libSNPE.so");
  // Beside it lie skels, which must not be left to the DSP by a library that is not used.
  const fs::path old = folder_->path() / "lib/host/libSNPE.so";
  fs::create_directories(old.parent_path());
  fs::create_directories(folder_->path() / "lib/hexagon-v68/unsigned");
  fs::copy(ASSAY_BINARY_DIR "/test_plugins/old_snpe/libSNPE.so", old);
  EXPECT_EXIT(with(old.string()), testing::ExitedWithCode(0),
              "functions of SNPE's C API are missing.*SNPE 2 or QAIRT is needed.*ADSP_LIBRARY_PATH unset");
}

TEST_F(Snpe, MemoryAndOptionsAreTold) {
  fault("no-memory");
  expect_refused(request(), ASSAY_ERROR_VENDOR, {"std::bad_alloc", "out of memory"});
  fault("");
  Request asked = request("CPU");
  asked.options["cpu-fixed-point"] = "on";
  expect_refused(asked, ASSAY_ERROR_VENDOR, {"fixed point", "703"});
  asked = request();
  asked.options["library"] = std::getenv("ASSAY_SNPE_LIB");
  expect_refused(asked, ASSAY_ERROR_INVALID, {"unknown option 'library'"});
  asked = request();
  asked.options["performance-profile"] = "fastest";
  expect_refused(asked, ASSAY_ERROR_INVALID, {"performance-profile", "burst"});
  asked = request();
  asked.options["platform-options"] = "nonsense";
  expect_refused(asked, ASSAY_ERROR_INVALID, {"SNPE refuses 'nonsense'"});
  asked = request();
  asked.shapes["x"] = {1, kChannels, 12, 21};
  expect_refused(asked, ASSAY_ERROR_INVALID, {"'x'", "21"});
}

TEST_F(Snpe, SaysWhatRuntimesExecute) {
  const Quantisation eight{1.0F / 255, 0, 8}, sixteen{1.0F / 65535, 0, 16};
  container_.quantised = {{"x", eight}, {"y", eight}};
  std::string record;
  const auto executed = [&](const char* accelerator, const char* precision, bool fixed) {
    Request asked = request(accelerator);
    EXPECT_TRUE(write_file(asked.artifact + ".io", record));
    asked.precision = precision;
    if (fixed) asked.options["cpu-fixed-point"] = "on";
    TestSession session(plugin_, asked);
    EXPECT_EQ(session.code, ASSAY_OK) << session.text();
    return std::string(session.code == ASSAY_OK ? session.info->executed_precision : "");
  };
  EXPECT_EQ(executed("DSP", "int8", false), "unknown");  // What lies between the ends is not told.
  record = "quantized activations 8 weights 8\n";
  EXPECT_EQ(executed("DSP", "int8", false), "int8");
  EXPECT_EQ(executed("CPU", "int8", false), "fp32");  // A quantised DLC, executed in floats all the same.
  EXPECT_EQ(executed("CPU", "int8", true), "unknown");
  EXPECT_EQ(executed("GPU", "fp32", false), "fp16+fp32");
  EXPECT_EQ(executed("GPU", "fp16", false), "fp16");
  container_.quantised = {{"x", sixteen}, {"y", eight}};
  EXPECT_EQ(executed("DSP", "int8", false), "unknown");  // The record is of another DLC.
  record = "quantized activations 16 weights 8\n";
  EXPECT_EQ(executed("DSP", "int8", false), "int8+int16");
}

TEST_F(Snpe, InitCachesAreOfOneModel) {
  const fs::path caches = folder_->path() / "caches";
  const auto files = [&] {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(caches)) found.push_back(entry.path());
    return found;
  };
  Request asked = request();
  asked.options["init-cache"] = caches.string();
  const auto note = [&] {
    TestSession session(plugin_, asked);
    EXPECT_EQ(session.code, ASSAY_OK) << session.text();
    if (session.code != ASSAY_OK) return std::string();
    // What the rule of cached compilations reads.
    const std::string told = property(session, "init-cache");
    EXPECT_EQ(property(session, "compiled_model") == "from cache", told.rfind("from ", 0) == 0) << told;
    return told;
  };
  EXPECT_EQ(note(), "made in this session");
  ASSERT_EQ(files().size(), 1u);
  EXPECT_EQ(note(), "from " + files()[0].string());
  ASSERT_TRUE(write_file(files()[0], "damaged"));
  EXPECT_EQ(note(), "made in this session");
  EXPECT_EQ(note(), "from " + files()[0].string());
  container_.onnx = conv_relu({1, kChannels, 12, 24}).SerializeAsString();
  asked.artifact = save();
  EXPECT_EQ(note(), "made in this session");
  EXPECT_EQ(files().size(), 2u);
  // As large as before, and another file.
  ASSERT_TRUE(write_file(asked.artifact, *read_file(asked.artifact)));
  EXPECT_EQ(note(), "made in this session");
}

TEST_F(Snpe, ASlotIsBoundAgain) {
  container_.channels_last = true;
  TestSession session(plugin_, request());
  ASSERT_EQ(session.code, ASSAY_OK) << session.text();
  const auto x = noise(session.input_elements(), 1);
  const auto first = session.run(x);
  EXPECT_EQ(session.run(x), first);  // run() binds each time: the old buffers must go, in the right order.
}

}  // namespace
}  // namespace assay::runtimes

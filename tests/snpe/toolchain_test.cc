// The toolchains snpe and snpe-float with stand-ins for the SDK's programs (sdk_program.py), and what they
// make opened by the plugin over the contract library: from an ONNX model to an inference.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

#include "../runtimes/test_session.h"
#include "base/digest.h"
#include "base/file.h"
#include "prepare/prepare.h"

namespace assay::prepare {
namespace {

namespace fs = std::filesystem;
using runtimes::kChannels;

constexpr int kImages = 3, kHeight = 6, kWidth = 10;
constexpr std::size_t kElements = static_cast<std::size_t>(kChannels) * kHeight * kWidth;

class SnpeToolchain : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"QNN_SDK_ROOT", "QAIRT_SDK_ROOT", "ASSAY_SNPE_VENV"}) ::unsetenv(name);
    auto folder = TemporaryDirectory::create("assay-snpe");
    ASSERT_TRUE(folder);
    folder_.emplace(std::move(*folder));
    const fs::path home = ASSAY_SOURCE_DIR;
    request_.python = home / "sdk/venv/bin/python";
    request_.scripts = home / "tools/toolchains";
    const auto there = check_environment(request_.python);
    ASSERT_TRUE(there) << there.error().message;
    request_.model = model::save(runtimes::conv_relu({1, kChannels, kHeight, kWidth}), root() / "model.onnx");
    const auto facts = model::read_model(request_.model);
    ASSERT_TRUE(facts) << facts.error().message;
    request_.facts = *facts;
    request_.cache = root() / "cache";
    request_.timeout = std::chrono::minutes(1);
    int8();
    make_sdk({"snpe-onnx-to-dlc", "snpe-dlc-quantize", "qairt-converter", "qairt-quantizer",
              "snpe-dlc-graph-prepare"});
    ::setenv("STAND_IN_LOG", (root() / "commands").c_str(), 1);
    ::setenv("STAND_IN_BYTES", std::to_string(kElements * sizeof(float)).c_str(), 1);
  }
  void TearDown() override {
    for (const char* name :
         {"SNPE_ROOT", "QNN_SDK_ROOT", "STAND_IN_LOG", "STAND_IN_BYTES", "STAND_IN_FAIL", "STAND_IN_OLD"})
      ::unsetenv(name);
  }
  fs::path root() const { return folder_->path(); }

  /// The calibration tensors, as dataset::write_calibration() leaves them.
  void int8() {
    request_.toolchain = &kSnpe;
    request_.precision = "int8";
    request_.calibration_folder = root() / "calibration";
    request_.calibration = engine::CalibrationTensors{.digest = "d", .files = {kImages, "0.raw"}};
    fs::create_directories(request_.calibration_folder);
    std::string items;
    for (int i = 0; i < kImages; ++i) {
      const auto values = runtimes::noise(kElements, 100 + static_cast<std::uint32_t>(i));
      const std::string name = std::to_string(i) + ".raw";
      std::ofstream(request_.calibration_folder / name, std::ios::binary)
          .write(reinterpret_cast<const char*>(values.data()), kElements * sizeof(float));
      items += (i ? ",{\"file\":\"" : "{\"file\":\"") + name + "\"}";
    }
    const std::string shape = "[1," + std::to_string(kChannels) + "," + std::to_string(kHeight) + "," +
                              std::to_string(kWidth) + "]";
    ASSERT_TRUE(write_file(
        request_.calibration_folder / "index.json",
        R"({"version":1,"input_name":"x","shape":)" + shape +
            R"(,"dtype":"f32","order":"RGB","layout":"NCHW","model_layout":"NCHW","model_dtype":"f32","digest":"abc123","items":[)" +
            items + "]}"));
  }
  void make_sdk(const std::vector<std::string>& programs) {
    const fs::path sdk = root() / "sdk", bin = sdk / "bin/x86_64-linux-clang";
    fs::remove_all(sdk);
    fs::create_directories(bin);
    const auto content = read_file(fs::path(ASSAY_SNPE_TESTS) / "sdk_program.py");
    ASSERT_TRUE(content);
    for (const std::string& program : programs) {
      ASSERT_TRUE(write_file(bin / program, "#!" + request_.python.string() + "\n" + *content));
      fs::permissions(bin / program, fs::perms::owner_all);
    }
    ASSERT_TRUE(
        write_file(sdk / "bin/envsetup.sh", "echo '[INFO] SNPE_ROOT is set'\nexport STAND_IN_ENVSETUP=1\n"));
    ASSERT_TRUE(write_file(sdk / "sdk.yaml",
                           "# generated\nproduct: QAIRT\nversion: 2.22.6\nbuild_id: 240515184619_92920\n"));
    ::setenv("SNPE_ROOT", sdk.c_str(), 1);
  }
  /// Everything that was started, program and arguments, one a line.
  std::string commands() {
    const auto text = read_file(root() / "commands");
    fs::remove(root() / "commands");
    return text ? *text : "";
  }
  record::ArtifactRecord made() {
    const auto record = prepare(request_);
    EXPECT_TRUE(record) << record.error().message;
    return record ? *record : record::ArtifactRecord{};
  }
  void expect_failure(Code code, const std::vector<std::string>& words) {
    const auto record = prepare(request_);
    ASSERT_FALSE(record);
    EXPECT_EQ(record.error().code, code) << record.error().message;
    for (const std::string& word : words)
      EXPECT_NE(record.error().message.find(word), std::string::npos)
          << word << " in: " << record.error().message;
  }
  static bool has(const std::string& text, const std::string& words) {
    return text.find(words) != std::string::npos;
  }

  std::optional<TemporaryDirectory> folder_;
  PrepareRequest request_;
};

TEST_F(SnpeToolchain, OldProgramsFromOnnxToAnInference) {
  const auto record = made();
  EXPECT_EQ(record.format, "snpe-dlc");
  EXPECT_TRUE(
      has(*read_file(record.path + ".io"), "quantized activations 8 weights 8\ncalibration abc123\ndlc " +
                                               sha256_file(record.path).value() + "\n"));
  EXPECT_EQ(record.versions.at("snpe"), "QAIRT 2.22.6 240515184619_92920");
  const std::string started = commands();
  EXPECT_TRUE(has(started, "snpe-onnx-to-dlc --input_network ")) << started;
  EXPECT_FALSE(has(started, "--preserve_io")) << started;
  EXPECT_TRUE(has(started, "snpe-dlc-quantize --input_dlc ")) << started;
  EXPECT_TRUE(has(started, "--act_bitwidth 8 --bias_bitwidth 8 --use_per_channel_quantization")) << started;

  // The tensors arrived in NHWC: element [0,0,0,c] of the file is [0,c,0,0] of the canonical tensor.
  const auto raw = read_file(root() / "commands.raw");
  ASSERT_TRUE(raw);
  const auto canonical = runtimes::noise(kElements, 100);
  for (std::size_t c = 0; c < kChannels; ++c) {
    float value = 0;
    std::memcpy(&value, raw->data() + c * sizeof value, sizeof value);
    EXPECT_EQ(value, canonical[c * kHeight * kWidth]) << c;
  }

  // The plugin knows the layout by what the script wrote beside the DLC: no option says it.
  runtimes::Request request{record.path};
  request.accelerator = "DSP";
  request.precision = "int8";
  runtimes::TestSession session(runtimes::load("snpe"), request);
  ASSERT_EQ(session.code, ASSAY_OK) << session.text();
  EXPECT_STREQ(session.info->executed_precision, "int8");
  EXPECT_EQ(backend::element(session.info->inputs, 0).dims[1], kChannels);
  const auto x = runtimes::noise(kElements, 1);
  runtimes::TestSession reference(runtimes::load("onnxruntime"), {request_.model.string()});
  ASSERT_EQ(reference.code, ASSAY_OK) << reference.text();
  const auto found = session.run(x), expected = reference.run(x);
  for (std::size_t i = 0; i < found.size(); ++i)
    ASSERT_NEAR(found[i], std::min(expected[i], 255 / 32.0F), 0.15) << i;
}

TEST_F(SnpeToolchain, NewProgramsAndLayouts) {
  request_.options = {
      {"names", "new"}, {"bias-bitwidth", "32"}, {"activation-calibration", "percentile"}, {"cle", "true"}};
  made();
  std::string started = commands();
  EXPECT_TRUE(has(started,
                  "--source_model_input_layout x NCHW --desired_input_layout x NHWC "
                  "--source_model_output_layout y NCHW --desired_output_layout y NHWC"))
      << started;
  EXPECT_TRUE(has(started,
                  "--bias_bitwidth 32 --act_quantizer_calibration percentile --use_per_channel_quantization "
                  "--apply_algorithms cle"))
      << started;
  request_.options = {{"names", "new"}, {"io-layout", "nchw"}};
  const auto as_source = made();
  started = commands();
  EXPECT_FALSE(has(started, "_layout")) << started;
  EXPECT_EQ(*read_file(root() / "commands.raw"), *read_file(request_.calibration_folder / "0.raw"));
  EXPECT_TRUE(has(*read_file(as_source.path), "layout NCHW"));
  request_.options = {{"names", "old"}, {"io-layout", "nchw"}};
  made();
  EXPECT_TRUE(has(commands(), "--preserve_io layout"));
}

TEST_F(SnpeToolchain, FloatsNeedNoTensors) {
  request_.toolchain = &kSnpeFloat;
  request_.precision = "fp16";
  request_.calibration.reset();
  request_.options = {{"float-bitwidth", "16"}};
  made();
  const std::string started = commands();
  EXPECT_TRUE(has(started, "--float_bitwidth 16")) << started;
  EXPECT_FALSE(has(started, "quantize")) << started;
  request_.options = {{"names", "new"}, {"target-backend", "GPU"}};
  made();
  EXPECT_TRUE(has(commands(), "--target_backend GPU"));
  request_.options = {{"names", "old"}, {"target-backend", "GPU"}};
  expect_failure(Code::kWorkerFailed, {"target-backend is of the new programs"});
}

TEST_F(SnpeToolchain, PreparesTheGraphForTheHtp) {
  request_.options = {{"htp-socs", "qcs6490"}, {"optimization-level", "3"}};
  const auto record = made();
  EXPECT_TRUE(has(commands(), "--htp_socs qcs6490 --optimization_level 3"));
  EXPECT_TRUE(has(*read_file(record.path), "cached"));
  request_.options = {{"htp-socs", "qcs6490"}, {"htp-archs", "v68"}};
  expect_failure(Code::kWorkerFailed, {"htp-socs and htp-archs exclude each other"});
}

TEST_F(SnpeToolchain, OldReleasesGetTheirOwnFlags) {
  ::setenv("STAND_IN_OLD", "1", 1);
  request_.options = {
      {"activation-calibration", "enhanced"}, {"weight-schema", "symmetric"}, {"cle", "true"}};
  made();
  const std::string started = commands();
  EXPECT_TRUE(has(
      started, "--use_enhanced_quantizer --use_symmetric_quantize_weights --axis_quant --optimizations cle"))
      << started;
  request_.options = {{"activation-schema", "symmetric"}};
  expect_failure(Code::kWorkerFailed, {"snpe-dlc-quantize of QAIRT 2.22.6", "has no --act_quantizer"});
  request_.options = {{"activation-calibration", "mse"}};
  expect_failure(Code::kWorkerFailed, {"no calibration 'mse'", "names: new"});
}

TEST_F(SnpeToolchain, AnSdkIsNamedOrTold) {
  make_sdk({"qairt-converter", "qairt-quantizer"});
  made();
  EXPECT_TRUE(has(commands(), "qairt-quantizer"));
  request_.options = {{"names", "old"}};
  expect_failure(Code::kWorkerFailed, {"has not snpe-onnx-to-dlc and snpe-dlc-quantize"});
  request_.options.clear();
  ::setenv("SNPE_ROOT", root().c_str(), 1);
  expect_failure(Code::kUnavailable, {"SNPE_ROOT is", "bin/x86_64-linux-clang"});
  ::unsetenv("SNPE_ROOT");
  expect_failure(Code::kUnavailable, {"SNPE_ROOT", "QAIRT_SDK_ROOT", "downloads"});
}

TEST_F(SnpeToolchain, AnotherSdkMakesAnotherArtifact) {
  const auto first = made();
  EXPECT_TRUE(made().from_cache);
  ASSERT_TRUE(write_file(root() / "sdk/sdk.yaml", "product: QAIRT\nversion: 2.28.0\n"));
  const auto second = made();
  EXPECT_FALSE(second.from_cache);
  EXPECT_NE(second.key, first.key);
  // Neither the folder's name nor the version tells that a program was replaced.
  fs::remove(root() / "sdk/sdk.yaml");
  const auto unnamed = made();
  EXPECT_TRUE(made().from_cache);
  std::ofstream(root() / "sdk/bin/x86_64-linux-clang/snpe-dlc-quantize", std::ios::app) << "# patched\n";
  EXPECT_NE(made().key, unnamed.key);
}

TEST_F(SnpeToolchain, FailuresTellTheProgramsOwnWords) {
  ::setenv("STAND_IN_FAIL", "crash", 1);
  expect_failure(Code::kWorkerFailed,
                 {"snpe-onnx-to-dlc failed with exit code 1", "ERROR_ONNX_NODE_NOT_SUPPORTED: node_y"});
  ::setenv("STAND_IN_FAIL", "silent", 1);
  expect_failure(Code::kWorkerFailed, {"ended well, but wrote no DLC", "Conversion completed successfully"});
  ::setenv("STAND_IN_FAIL", "import", 1);
  expect_failure(Code::kWorkerFailed,
                 {"No module named 'qti'", "check-python-dependency", "ASSAY_SNPE_VENV"});
}

TEST_F(SnpeToolchain, TensorsThatAreMissingOrShortAreTold) {
  const fs::path tensor = request_.calibration_folder / "1.raw";
  for (const char* layout : {"nhwc", "nchw"}) {
    request_.options = {{"io-layout", layout}};
    ASSERT_TRUE(write_file(tensor, "short"));
    expect_failure(Code::kWorkerFailed, {"1.raw", "3840 bytes were expected", "5 were found"});
    fs::remove(tensor);
    expect_failure(Code::kWorkerFailed, {"1.raw", "No such file"});
    int8();
  }
}

}  // namespace
}  // namespace assay::prepare

// The real quantizers on a tiny network: the scripts, the pinned packages and the messages between them and
// us.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <random>

#include "base/digest.h"
#include "base/file.h"
#include "model/test_models.h"
#include "prepare/prepare.h"

namespace assay::prepare {
namespace {

namespace fs = std::filesystem;

constexpr int kImages = 5;

void add_random_weights(onnx::ModelProto& model, const std::string& name,
                        const std::vector<std::int64_t>& dims) {
  model::add_weights(model, name, dims);
  std::string& bytes = *model.mutable_graph()->mutable_initializer()->rbegin()->mutable_raw_data();
  std::mt19937 random(7);
  for (std::size_t i = 0; i < bytes.size(); i += sizeof(float)) {
    const float value = static_cast<float>(random()) / 4294967296.0f - 0.5f;
    bytes.replace(i, sizeof value, reinterpret_cast<const char*>(&value), sizeof value);
  }
}

/// image -> convolution -> relu -> convolution -> logits.
void write_network(const fs::path& path, std::int64_t batch, std::int64_t size) {
  onnx::ModelProto model = model::empty_model();
  model.mutable_graph()->set_name("tiny");
  model::add_value(*model.mutable_graph()->mutable_input(), "image", {batch, 3, size, size});
  model::add_value(*model.mutable_graph()->mutable_output(), "logits", {batch, 5, size - 4, size - 4});
  add_random_weights(model, "w1", {8, 3, 3, 3});
  add_random_weights(model, "w2", {5, 8, 3, 3});
  model::add_node(model, "Conv", {"image", "w1"}, "c1");
  model::add_node(model, "Relu", {"c1"}, "r1");
  model::add_node(model, "Conv", {"r1", "w2"}, "logits");
  std::ofstream(path, std::ios::binary) << model.SerializeAsString();
}

/// What dataset::write_calibration() leaves behind. The files are listed `repeats` times.
void write_tensors(const fs::path& folder, int size, int repeats = 1) {
  fs::create_directories(folder);
  std::mt19937 random(11);
  std::string items;
  for (int i = 0; i < kImages; ++i) {
    std::vector<float> values(static_cast<std::size_t>(3 * size * size));
    for (float& value : values) value = static_cast<float>(random()) / 4294967296.0f * 2 - 1;
    std::ofstream(folder / (std::to_string(i) + ".raw"), std::ios::binary)
        .write(reinterpret_cast<const char*>(values.data()),
               static_cast<std::streamsize>(values.size() * sizeof(float)));
  }
  for (int i = 0; i < kImages * repeats; ++i)
    items += (i ? ",{\"file\":\"" : "{\"file\":\"") + std::to_string(i % kImages) + ".raw\"}";
  const std::string text = std::to_string(size);
  std::ofstream(folder / "index.json")
      << R"({"version":1,"input_name":"image","shape":[1,3,)" + text + "," + text +
             R"(],"dtype":"f32","order":"RGB","layout":"NCHW","model_layout":"NCHW","model_dtype":"f32","items":[)" +
             items + "]}";
}

class Quantizers : public ::testing::Test {
 protected:
  void SetUp() override {
    const fs::path home = ASSAY_SOURCE_DIR;
    request_.python = home / "sdk/venv/bin/python";
    request_.scripts = home / "tools/toolchains";
    // scripts/setup makes the environment before anything is built: without it these tests would show
    // nothing.
    const auto there = check_environment(request_.python);
    ASSERT_TRUE(there) << "the quantizers cannot be run: " << there.error().message;
    auto folder = TemporaryDirectory::create("assay-quantizers");
    ASSERT_TRUE(folder);
    folder_.emplace(std::move(*folder));
    write_tensors(root() / "calibration", 16);
    request_.precision = "int8";
    request_.calibration_folder = root() / "calibration";
    request_.calibration = engine::CalibrationTensors{.digest = "d", .files = {kImages, "0.raw"}};
    request_.cache = root() / "cache";
    request_.timeout = std::chrono::minutes(5);
    model(1);
  }
  void model(std::int64_t batch, std::int64_t size = 16) {
    request_.model = root() / ("batch" + std::to_string(batch) + ".onnx");
    write_network(request_.model, batch, size);
    const auto facts = model::read_model(request_.model);
    ASSERT_TRUE(facts) << facts.error().message;
    request_.facts = *facts;
  }
  fs::path root() const { return folder_->path(); }

  std::optional<TemporaryDirectory> folder_;
  PrepareRequest request_;
};

TEST_F(Quantizers, OnnxRuntimeWritesTheSameQdqModelEachTime) {
  request_.toolchain = &kOnnxRuntimeQuantizer;
  std::int64_t last = 0;
  const auto record =
      prepare(request_, {[&](std::string_view, std::int64_t done, std::int64_t) { last = done; }, {}});
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(last, kImages);
  EXPECT_EQ(record->versions.count("onnxruntime"), 1u);
  EXPECT_EQ(record->digest, *sha256_file(record->path));
  const auto facts = model::read_model(record->path);
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_TRUE(facts->quantized);
  EXPECT_EQ(facts->inputs[0].dtype, "f32");

  request_.cache = root() / "another cache";
  const auto again = prepare(request_);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_FALSE(again->from_cache);
  EXPECT_EQ(again->digest, record->digest);
}

TEST_F(Quantizers, NncfWritesTheSameIrEachTime) {
  request_.toolchain = &kNncf;
  const auto record = prepare(request_);
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(record->versions.count("nncf"), 1u);
  const auto ir = read_file(record->path);
  ASSERT_TRUE(ir) << ir.error().message;
  EXPECT_NE(ir->find("FakeQuantize"), std::string::npos);
  EXPECT_EQ(ir->find(root().string()), std::string::npos) << "the IR holds a path of this machine";

  request_.cache = root() / "another cache";
  const auto again = prepare(request_);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->digest, record->digest);
}

/// The first step of toolchain qnn: what the plugin then builds a context from.
Toolchain qnn_script() {
  Toolchain script = kQnn;
  script.name = "qnn-script";
  script.format = "onnx";
  script.builds = false;
  return script;
}

TEST_F(Quantizers, QnnGetsUnsignedActivationsAndTheSameModelEachTime) {
  const Toolchain script = qnn_script();
  request_.toolchain = &script;
  const auto record = prepare(request_);
  ASSERT_TRUE(record) << record.error().message;
  const auto facts = model::read_model(record->path);
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_TRUE(facts->quantized);
  onnx::ModelProto quantized;
  ASSERT_TRUE(quantized.ParseFromString(*read_file(record->path)));
  const auto zero_points = [&quantized](int type) {
    return std::ranges::count_if(quantized.graph().initializer(), [type](const onnx::TensorProto& tensor) {
      return tensor.name().find("zero_point") != std::string::npos && tensor.data_type() == type;
    });
  };
  EXPECT_GE(zero_points(onnx::TensorProto::UINT8), 3) << "of the image and of each convolution's result";
  EXPECT_EQ(zero_points(onnx::TensorProto::INT8), 2) << "of each convolution's weights";

  request_.cache = root() / "another cache";
  const auto again = prepare(request_);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->digest, record->digest);
}

TEST_F(Quantizers, QnnHasNoAsymmetricWeightsPerChannel) {
  const Toolchain script = qnn_script();
  request_.toolchain = &script;
  request_.options = {{"weight-type", "uint8"}};
  const auto record = prepare(request_);
  ASSERT_FALSE(record);
  EXPECT_NE(record.error().message.find("take weight-type int8, not uint8"), std::string::npos)
      << record.error().message;
}

TEST_F(Quantizers, ABatchIsFilledFromTheTensors) {
  model(2);  // Five tensors make two and a half batches.
  for (const Toolchain* toolchain : {&kNncf, &kOnnxRuntimeQuantizer}) {
    request_.toolchain = toolchain;
    const auto record = prepare(request_);
    EXPECT_TRUE(record) << record.error().message;
  }
}

TEST_F(Quantizers, TensorsOfAnotherSizeAreRefused) {
  std::ofstream(root() / "calibration/3.raw", std::ios::binary | std::ios::trunc) << "short";
  for (const Toolchain* toolchain : {&kNncf, &kOnnxRuntimeQuantizer}) {
    request_.toolchain = toolchain;
    const auto record = prepare(request_);
    ASSERT_FALSE(record);
    EXPECT_EQ(record.error().code, Code::kWorkerFailed);
    EXPECT_NE(record.error().message.find("3072 bytes were expected"), std::string::npos)
        << record.error().message;
  }
}

TEST_F(Quantizers, EntropyIsRefusedWhenItCannotFit) {
  request_.toolchain = &kOnnxRuntimeQuantizer;
  request_.options = {{"calibration-method", "entropy"}};
  model(1, 256);
  write_tensors(root() / "calibration", 256, 100'000);  // 6 MB of activations for each: 3 TB.
  const auto record = prepare(request_);
  ASSERT_FALSE(record);
  EXPECT_NE(record.error().message.find("entropy calibration keeps every activation"), std::string::npos)
      << record.error().message;
}

}  // namespace
}  // namespace assay::prepare

#include "model/graph.h"

#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "base/digest.h"
#include "model/test_models.h"

namespace assay::model {
namespace {

namespace fs = std::filesystem;

class GraphTest : public testing::Test {
 protected:
  fs::path file(const std::string& name) const { return dir_.path() / name; }
  Status read_error(const std::string& bytes) {
    EXPECT_TRUE(write_file(file("model"), bytes));
    const auto facts = read_model(file("model"));
    EXPECT_FALSE(facts);
    return facts ? Status{} : facts.error();
  }
  TemporaryDirectory dir_ = TemporaryDirectory::create("assay-test").value();
};

TEST_F(GraphTest, TellsWhatAModelIs) {
  const auto path = save(conv_model({1, 2, 8, 10}), file("m.onnx"));
  const auto facts = read_model(path).value();
  EXPECT_EQ(facts.ir_version, 8);
  EXPECT_EQ(facts.opsets.at("ai.onnx"), 17);
  ASSERT_EQ(facts.inputs.size(), 1U);
  EXPECT_EQ(facts.inputs[0].shape(), "[1,2,8,10]");
  EXPECT_FALSE(facts.inputs[0].dynamic());
  EXPECT_EQ(facts.ops,
            (std::map<std::string, std::int64_t>{{"BatchNormalization", 1}, {"Conv", 1}, {"Relu", 1}}));
  // 4*2*3*3 + 4 of the convolution, 4 + 4 of the normalisation; its mean and variance are statistics.
  EXPECT_EQ(facts.parameters, 84);
  EXPECT_EQ(facts.sha256, sha256_file(path).value());
}

TEST_F(GraphTest, CountsWeightsBehindDequantizeOnce) {
  auto model = conv_model({1, 2, 8, 8});
  auto& graph = *model.mutable_graph();
  graph.clear_node();
  auto& w = *graph.mutable_initializer(0);
  w.set_data_type(onnx::TensorProto::INT8);
  w.set_raw_data(std::string(72, '\1'));
  add_weights(model, "s", {});
  add_node(model, "DequantizeLinear", {"w", "s"}, "wf");
  add_node(model, "Conv", {"x", "wf", "b"}, "c1");
  add_node(model, "Conv", {"x", "wf", "b"}, "y");
  const auto facts = read_model(save(model, file("q.onnx"))).value();
  EXPECT_EQ(facts.parameters, 76);
  EXPECT_TRUE(facts.quantized);
}

TEST_F(GraphTest, NamesDynamicDimensions) {
  const auto facts = read_model(save(conv_model({-1, 2, -2, 10}), file("m.onnx"))).value();
  EXPECT_EQ(facts.inputs[0].shape(), "[dynamic1,2,dynamic2,10]");
  EXPECT_TRUE(facts.inputs[0].dynamic());
  EXPECT_EQ(image_shapes(facts, 3, 16, 10).value().at("x"), (std::vector<std::int64_t>{3, 2, 16, 10}));
  EXPECT_EQ(image_shapes(facts, 3, 16, 12).error().code, Code::kInvalidInput);
  const auto unknown_channels = read_model(save(conv_model({1, -1, 8, 8}), file("c.onnx"))).value();
  EXPECT_EQ(image_shapes(unknown_channels, 1, 8, 8).error().code, Code::kInvalidInput);
}

TEST_F(GraphTest, SaysWhatAForeignFileIs) {
  EXPECT_EQ(read_model(file("none")).error().code, Code::kNotFound);
  const auto empty = read_error("");
  EXPECT_EQ(empty.code, Code::kInvalidInput);
  EXPECT_NE(empty.message.find("is empty (0 bytes)"), std::string::npos) << empty.message;
  const auto png = read_error("\x89PNG\r\n\x1a\n and so on");
  EXPECT_EQ(png.code, Code::kInvalidInput);
  EXPECT_NE(png.message.find("looks like a PNG image"), std::string::npos) << png.message;
  EXPECT_NE(read_error("hello, world\n").message.find("looks like text"), std::string::npos);
  EXPECT_NE(read_error("<html><body>404").message.find("error page"), std::string::npos);
  EXPECT_NE(read_error("version https://git-lfs.github.com/spec/v1\n").message.find("git lfs pull"),
            std::string::npos);
}

TEST_F(GraphTest, SaysWhatIsDamaged) {
  const auto good = conv_model({1, 2, 8, 8});
  const std::string bytes = good.SerializeAsString();
  const auto cut = read_error(bytes.substr(0, bytes.size() / 2));
  EXPECT_EQ(cut.code, Code::kCorrupt);
  EXPECT_NE(cut.message.find(std::to_string(bytes.size() / 2) + " bytes"), std::string::npos) << cut.message;

  auto undefined = good;
  undefined.mutable_graph()->mutable_node(2)->set_input(0, "nowhere");
  EXPECT_NE(read_error(undefined.SerializeAsString()).message.find("reads 'nowhere'"), std::string::npos);
  auto shorter = good;
  shorter.mutable_graph()->mutable_initializer(0)->set_raw_data("four");
  EXPECT_NE(read_error(shorter.SerializeAsString()).message.find("should hold 288 bytes, found 4"),
            std::string::npos);
  auto negative = good;
  negative.mutable_graph()->mutable_initializer(0)->set_dims(0, -4);
  EXPECT_EQ(read_error(negative.SerializeAsString()).code, Code::kCorrupt);
  auto without_opset = good;
  without_opset.clear_opset_import();
  EXPECT_EQ(read_error(without_opset.SerializeAsString()).code, Code::kCorrupt);
}

TEST_F(GraphTest, ExternalDataIsCheckedAndDigested) {
  auto model = conv_model({1, 2, 8, 8});
  auto& w = *model.mutable_graph()->mutable_initializer(0);
  w.clear_raw_data();
  w.set_data_location(onnx::TensorProto::EXTERNAL);
  auto& location = *w.add_external_data();
  location.set_key("location");
  location.set_value("weights.bin");
  const auto path = save(model, file("m.onnx"));
  EXPECT_EQ(read_model(path).error().code, Code::kNotFound);
  ASSERT_TRUE(write_file(file("weights.bin"), std::string(287, 'a')));
  EXPECT_EQ(read_model(path).error().code, Code::kCorrupt);
  ASSERT_TRUE(write_file(file("weights.bin"), std::string(288, 'a')));
  const auto first = read_model(path).value();
  EXPECT_EQ(first.external_data, (std::vector<fs::path>{file("weights.bin")}));
  ASSERT_TRUE(write_file(file("weights.bin"), std::string(288, 'b')));
  EXPECT_NE(read_model(path).value().sha256, first.sha256);
  EXPECT_EQ(write_with_shapes(path, {}, file("never")).error().code, Code::kInvalidInput);
  // A model must not make us read files elsewhere.
  model.mutable_graph()->mutable_initializer(0)->mutable_external_data(0)->set_value("../weights.bin");
  EXPECT_EQ(read_model(save(model, path)).error().code, Code::kInvalidInput);
}

TEST_F(GraphTest, FixesShapes) {
  const auto path = save(conv_model({-1, 2, -2, -3}), file("m.onnx"));
  ASSERT_TRUE(write_with_shapes(path, {{"x", {2, 2, 6, 7}}}, file("fixed.onnx")));
  const auto facts = read_model(file("fixed.onnx")).value();
  EXPECT_EQ(facts.inputs[0].shape(), "[2,2,6,7]");
  EXPECT_EQ(facts.outputs[0].shape(), "[2,4,6,7]");
  const auto missing = write_with_shapes(path, {}, file("never"));
  EXPECT_EQ(missing.error().code, Code::kInvalidInput);
  EXPECT_NE(missing.error().message.find("input 'x' has a dynamic shape"), std::string::npos);
  EXPECT_EQ(write_with_shapes(path, {{"x", {2, 3, 6, 7}}}, file("never")).error().code, Code::kInvalidInput);
  EXPECT_EQ(write_with_shapes(path, {{"z", {2, 2, 6, 7}}}, file("never")).error().code, Code::kInvalidInput);
}

/// Damaged files are refused or read, but never crash (run under the sanitizers).
TEST_F(GraphTest, SurvivesPrefixesAndFlippedBytes) {
  auto model = conv_model({-1, 2, 8, 8});
  add_int64s(model, "sizes", {1, 4, 16, 16});
  add_int64s(model, "starts", {0, 1});
  add_node(model, "Resize", {"y", "", "", "sizes"}, "r");
  add_node(model, "Slice", {"r", "starts", "starts"}, "s");
  add_node(model, "Shape", {"r"}, "t");
  set_ints(add_node(model, "MaxPool", {"r"}, "p"), "kernel_shape", {2, 2});
  add_node(model, "ConvTranspose", {"p", "w"}, "u");
  add_node(model, "Reshape", {"r", "t"}, "v");
  const std::string bytes = model.SerializeAsString();
  const auto path = file("fuzzed");
  const auto try_all = [&](const std::string& damaged) {
    std::ofstream(path, std::ios::binary) << damaged;  // Not write_file: syncing would take most of the time.
    const auto facts = read_model(path);
    const auto cost = count_operations(path, {{"x", {1, 2, 8, 8}}});
    EXPECT_TRUE(facts || !facts.error().message.empty());
    EXPECT_TRUE(!cost || cost->macs || !cost->note.empty());
  };
  for (std::size_t size = 0; size < bytes.size(); size += 7) try_all(bytes.substr(0, size));
  std::mt19937 random(1);
  for (int round = 0; round < 400; ++round) {
    std::string damaged = bytes;
    for (int flips = 0; flips < 1 + round % 4; ++flips) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    try_all(damaged);
  }
}

}  // namespace
}  // namespace assay::model

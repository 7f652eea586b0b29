#include "model/ddrnet.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "model/graph.h"

namespace assay::model {
namespace {

const std::filesystem::path kWeights =
    std::filesystem::path(ASSAY_SOURCE_DIR) / "models/ddrnet23-slim.safetensors";

TEST(Ddrnet, HasTheParametersAndMacsOfThePaper) {
  const auto dir = TemporaryDirectory::create("assay-test").value();
  const auto path = dir.path() / "full.onnx";
  const auto written = write_ddrnet23_slim(kWeights, 1024, 2048, 1, path);
  ASSERT_TRUE(written) << written.error().message;
  const auto facts = read_model(path).value();
  EXPECT_EQ(facts.parameters, kDdrnet23SlimParameters);
  EXPECT_EQ(facts.opsets.at("ai.onnx"), 17);
  ASSERT_EQ(facts.inputs.size(), 1U);
  EXPECT_EQ(facts.inputs[0].name, "image");
  EXPECT_EQ(facts.inputs[0].dtype, "f32");
  EXPECT_EQ(facts.inputs[0].shape(), "[1,3,1024,2048]");
  ASSERT_EQ(facts.outputs.size(), 1U);
  EXPECT_EQ(facts.outputs[0].name, "logits");
  EXPECT_EQ(facts.outputs[0].shape(), "[1,19,128,256]");
  EXPECT_FALSE(facts.quantized);
  const auto cost = count_operations(path).value();
  ASSERT_TRUE(cost.macs) << cost.note;
  EXPECT_NEAR(static_cast<double>(*cost.macs) / 1e9, 36.28, 0.005);
  EXPECT_EQ(cost.operations(), 2 * *cost.macs);
}

TEST(Ddrnet, SmallestSizeAndBatch) {
  const auto dir = TemporaryDirectory::create("assay-test").value();
  const auto one = dir.path() / "one.onnx", three = dir.path() / "three.onnx";
  ASSERT_TRUE(write_ddrnet23_slim(kWeights, 64, 192, 1, one));
  ASSERT_TRUE(write_ddrnet23_slim(kWeights, 64, 192, 3, three));
  const auto facts = read_model(three).value();
  EXPECT_EQ(facts.inputs[0].shape(), "[3,3,64,192]");
  EXPECT_EQ(facts.outputs[0].shape(), "[3,19,8,24]");
  // The batch multiplies the work and nothing else.
  EXPECT_EQ(count_operations(three).value().macs, 3 * *count_operations(one).value().macs);
}

TEST(Ddrnet, SameBytesEveryTime) {
  const auto dir = TemporaryDirectory::create("assay-test").value();
  ASSERT_TRUE(write_ddrnet23_slim(kWeights, 128, 128, 1, dir.path() / "a"));
  ASSERT_TRUE(write_ddrnet23_slim(kWeights, 128, 128, 1, dir.path() / "b"));
  EXPECT_TRUE(read_file(dir.path() / "a").value() == read_file(dir.path() / "b").value());
}

TEST(Ddrnet, RefusesOtherSizesAndNamesTheNearest) {
  const auto refused = write_ddrnet23_slim(kWeights, 250, 512, 1, "never");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kInvalidInput);
  EXPECT_NE(refused.error().message.find("the nearest height is 192 or 256"), std::string::npos)
      << refused.error().message;
  EXPECT_EQ(refused.error().message.find("width is"), std::string::npos);
  EXPECT_NE(write_ddrnet23_slim(kWeights, 256, -3, 1, "never").error().message.find("nearest width is 64"),
            std::string::npos);
  EXPECT_EQ(write_ddrnet23_slim(kWeights, 256, 512, 0, "never").error().code, Code::kInvalidInput);
  EXPECT_FALSE(std::filesystem::exists("never"));
}

TEST(Ddrnet, RefusesDamagedWeights) {
  const auto dir = TemporaryDirectory::create("assay-test").value();
  const auto weights = dir.path() / "w.safetensors";
  const auto error = [&](std::string_view bytes) {
    EXPECT_TRUE(write_file(weights, bytes));
    const auto result = write_ddrnet23_slim(weights, 64, 64, 1, dir.path() / "never.onnx");
    EXPECT_FALSE(result);
    return result ? Status{} : result.error();
  };
  const std::string whole = read_file(kWeights).value();
  EXPECT_EQ(error("").code, Code::kCorrupt);
  EXPECT_EQ(error(whole.substr(0, 1000)).code, Code::kCorrupt);
  EXPECT_EQ(error(whole.substr(0, whole.size() - 1)).code, Code::kCorrupt);
  EXPECT_EQ(error(std::string("\xff\xff\xff\xff\xff\xff\xff\xff{}", 10)).code, Code::kCorrupt);
  const std::string empty_header = std::string("\x02\0\0\0\0\0\0\0{}", 10);
  EXPECT_NE(error(empty_header).message.find("no tensor stem.0.weight, expected [32,3,3,3]"),
            std::string::npos);
  EXPECT_EQ(write_ddrnet23_slim(dir.path() / "none", 64, 64, 1, "never").error().code, Code::kNotFound);
}

}  // namespace
}  // namespace assay::model

#include "prepare/toolchain.h"

#include <gtest/gtest.h>

#include "base/file.h"

namespace assay::prepare {
namespace {

model::ModelFacts float_model(std::int64_t opset = 17) {
  model::ModelFacts facts;
  facts.opsets["ai.onnx"] = opset;
  facts.inputs.push_back({"image", "f32", true, {}});
  return facts;
}

spec::RowSpec row(std::string backend, std::string precision) {
  spec::RowSpec row;
  row.id = "row";
  row.backend = std::move(backend);
  row.precision = std::move(precision);
  return row;
}

std::string_view chosen(const spec::RowSpec& row, const model::ModelFacts& facts) {
  const auto toolchain = choose_toolchain(row, facts);
  return toolchain ? (*toolchain)->name : "error";
}

TEST(ChooseToolchain, DefaultFollowsBackendAndPrecision) {
  EXPECT_EQ(chosen(row("openvino", "int8"), float_model()), "nncf");
  EXPECT_EQ(chosen(row("onnxruntime", "int8"), float_model()), "onnxruntime-quantizer");
  EXPECT_EQ(chosen(row("openvino", "fp32"), float_model()), "none");
  EXPECT_EQ(chosen(row("onnxruntime", "bf16"), float_model()), "none");
  EXPECT_EQ(chosen(row("null", "int8"), float_model()), "none");
  EXPECT_EQ(chosen(row("qnn", "int8"), float_model()), "qnn");
  EXPECT_EQ(chosen(row("qnn", "fp16"), float_model()), "qnn-float");
}

TEST(ChooseToolchain, EnginesOfTensorRt) {
  EXPECT_EQ(chosen(row("tensorrt", "int8"), float_model()), "tensorrt-entropy");
  EXPECT_EQ(chosen(row("tensorrt", "fp16"), float_model()), "tensorrt");
  EXPECT_EQ(chosen(row("tensorrt", "fp32"), float_model()), "tensorrt");
  model::ModelFacts quantized = float_model();
  quantized.quantized = true;
  EXPECT_EQ(chosen(row("tensorrt", "int8"), quantized), "tensorrt") << "it is built, and not calibrated";
  spec::RowSpec dla = row("tensorrt", "int8");
  dla.toolchain = "tensorrt-qdq";
  dla.toolchain_options = {{"gpu-fallback", "on"}, {"per-channel", "false"}};
  EXPECT_EQ(chosen(dla, float_model()), "tensorrt-qdq");
  dla.toolchain_options = {{"gpu-fallback", "perhaps"}};
  EXPECT_EQ(chosen(dla, float_model()), "error");
}

TEST(ChooseToolchain, WhatIsQuantizedIsNotQuantizedAgain) {
  model::ModelFacts quantized = float_model();
  quantized.quantized = true;
  EXPECT_EQ(chosen(row("openvino", "int8"), quantized), "none");
}

TEST(ChooseToolchain, APluginOfTheUsersGetsTheSource) {
  spec::RowSpec own = row("openvino", "int8");
  own.plugin = "/somewhere/libmine.so";
  EXPECT_EQ(chosen(own, float_model()), "none");
}

TEST(ChooseToolchain, TheRowsOwnChoiceWins) {
  spec::RowSpec own = row("openvino", "int8");
  own.toolchain = "onnxruntime-quantizer";
  EXPECT_EQ(chosen(own, float_model()), "onnxruntime-quantizer");
}

TEST(ChooseToolchain, ErrorsNameWhatIsRight) {
  spec::RowSpec wrong = row("openvino", "int8");
  wrong.toolchain = "nncff";
  auto result = choose_toolchain(wrong, float_model());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kInvalidInput);
  EXPECT_NE(result.error().message.find("did you mean 'nncf'"), std::string::npos) << result.error().message;

  wrong = row("onnxruntime", "int8");
  wrong.toolchain = "nncf";  // Makes an IR, which ONNX Runtime cannot open.
  result = choose_toolchain(wrong, float_model());
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("int8 for openvino, not int8 for onnxruntime"), std::string::npos)
      << result.error().message;

  wrong = row("openvino", "int8");
  wrong.toolchain_options = {{"presett", "mixed"}};
  result = choose_toolchain(wrong, float_model());
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("did you mean 'preset'"), std::string::npos)
      << result.error().message;

  wrong.toolchain_options = {{"preset", "fast"}};
  result = choose_toolchain(wrong, float_model());
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("mixed or performance was expected, 'fast' was found"),
            std::string::npos)
      << result.error().message;
}

TEST(CheckLimits, OpsetTypeInputsAndQuantization) {
  EXPECT_TRUE(check_limits(kNncf, float_model(7)));
  EXPECT_TRUE(check_limits(kNncf, float_model(26)));
  for (const std::int64_t opset : {6, 27}) {
    const auto result = check_limits(kNncf, float_model(opset));
    ASSERT_FALSE(result);
    EXPECT_NE(result.error().message.find("opset 7 to 26, the model has opset " + std::to_string(opset)),
              std::string::npos)
        << result.error().message;
  }
  model::ModelFacts facts = float_model();
  facts.inputs[0].dtype = "i64";
  EXPECT_FALSE(check_limits(kOnnxRuntimeQuantizer, facts));
  EXPECT_TRUE(check_limits(kNone, facts));
  facts = float_model();
  facts.inputs.push_back(facts.inputs[0]);
  EXPECT_FALSE(check_limits(kNncf, facts));
  // Only where tensors of one input calibrate.
  for (const Toolchain* several : {&kTensorRt, &kQnnFloat, &kSnpeFloat, &kOpenVinoFp16, &kNone})
    EXPECT_TRUE(check_limits(*several, facts)) << several->name;
  facts.inputs[1].dtype = "i64";
  EXPECT_FALSE(check_limits(kQnnFloat, facts)) << "of every input";
  facts = float_model();
  facts.quantized = true;
  EXPECT_FALSE(check_limits(kNncf, facts));
  EXPECT_TRUE(check_limits(kNone, facts));
}

std::string cell(const std::vector<std::string_view>& words) {
  std::string text;
  for (std::string_view word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text.empty() ? "any" : text;
}

TEST(Documentation, ShowsTheTable) {
  const auto document = read_file(ASSAY_SOURCE_DIR "/docs/toolchains.md");
  ASSERT_TRUE(document) << document.error().message;
  for (const Toolchain* t : toolchains()) {
    const std::string line = "| `" + std::string(t->name) + "` | " + cell(t->backends) + " | " +
                             cell(t->precisions) + " | " + std::string(t->format) + " | " +
                             std::to_string(t->min_opset) + "-" + std::to_string(t->max_opset) + " | " +
                             cell(t->input_types) + " | " + std::string(t->limits) + " |";
    EXPECT_NE(document->find(line), std::string::npos) << "docs/toolchains.md lacks this line:\n" << line;
    std::vector<ToolchainOption> options = t->options;
    options.insert(options.end(), t->build_options.begin(), t->build_options.end());
    for (const ToolchainOption& option : options) {
      const std::string described = "| `" + std::string(t->name) + "` | `" + std::string(option.name) +
                                    "` | " + cell(option.values) + " | " + std::string(option.meaning) + " |";
      EXPECT_NE(document->find(described), std::string::npos) << "docs/toolchains.md lacks this line:\n"
                                                              << described;
    }
  }
}

TEST(Documentation, ShowsTheOptionsOfTensorRtsBuilder) {
  const auto document = read_file(ASSAY_SOURCE_DIR "/docs/backends/tensorrt.md");
  ASSERT_TRUE(document) << document.error().message;
  for (const ToolchainOption& option : kTensorRt.build_options) {
    const std::string line = "| `" + std::string(option.name) + "` | " + cell(option.values) + " | " +
                             std::string(option.meaning) + " |";
    EXPECT_NE(document->find(line), std::string::npos) << "docs/backends/tensorrt.md lacks this line:\n"
                                                       << line;
  }
}

}  // namespace
}  // namespace assay::prepare

// Two runtimes, one model, FP32: each is the other's oracle.
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/file.h"
#include "base/subprocess.h"
#include "model/ddrnet.h"
#include "test_session.h"

namespace assay::runtimes {
namespace {

TEST(Agreement, OfDdrnetInFp32) {
  auto folder = TemporaryDirectory::create("agreement");
  ASSERT_TRUE(folder);
  const auto path = folder->path() / "ddrnet.onnx";
  const auto written = model::write_ddrnet23_slim(
      std::filesystem::path(ASSAY_SOURCE_DIR) / "models/ddrnet23-slim.safetensors", 256, 512, 1, path);
  ASSERT_TRUE(written) << written.error().message;

  std::vector<std::vector<float>> logits;
  for (const char* backend : {"onnxruntime", "openvino"}) {
    TestSession session(load(backend), {path.string()});
    ASSERT_EQ(session.code, ASSAY_OK) << session.text();
    ASSERT_STREQ(session.info->executed_precision, "fp32");
    auto image = noise(session.input_elements(), 42);
    for (float& value : image) value *= 2;  // A normalised image lies within -2.2 to 2.7.
    logits.push_back(session.run(image));
  }

  double difference = 0, largest = 0;
  for (std::size_t i = 0; i < logits[0].size(); ++i) {
    difference = std::max(difference, std::abs(static_cast<double>(logits[0][i]) - logits[1][i]));
    largest = std::max(largest, std::abs(static_cast<double>(logits[1][i])));
  }
  EXPECT_LE(difference, 1e-4 * largest);

  constexpr std::size_t kClasses = 19;
  const std::size_t positions = logits[0].size() / kClasses;
  std::size_t equal = 0;
  for (std::size_t p = 0; p < positions; ++p) {
    const auto argmax = [&](const std::vector<float>& values) {
      std::size_t best = 0;
      for (std::size_t k = 1; k < kClasses; ++k)
        if (values[k * positions + p] > values[best * positions + p]) best = k;
      return best;
    };
    equal += argmax(logits[0]) == argmax(logits[1]);
  }
  EXPECT_GE(static_cast<double>(equal), 0.9999 * static_cast<double>(positions));
}

/// The intermediate representation with weights in FP16 that GPU and NPU rows start from, computed in FP32
/// here: what rounding the weights alone costs.
TEST(Agreement, OfWeightsInFp16) {
  auto folder = TemporaryDirectory::create("agreement");
  ASSERT_TRUE(folder);
  const std::filesystem::path source = ASSAY_SOURCE_DIR, onnx = folder->path() / "ddrnet.onnx";
  ASSERT_TRUE(model::write_ddrnet23_slim(source / "models/ddrnet23-slim.safetensors", 256, 512, 1, onnx));
  RunOptions script;
  script.argv = {(source / "sdk/venv/bin/python").string(),
                 (source / "tools/toolchains/convert_openvino.py").string(),
                 "--model",
                 onnx.string(),
                 "--output",
                 folder->path().string()};
  script.log = folder->path() / "log";
  const auto state = run_process(script);
  ASSERT_TRUE(state && state->ok()) << read_file(script.log).value_or("");
  // 5.7 million weights: 23 MB in FP32.
  EXPECT_LT(std::filesystem::file_size(folder->path() / "model.bin"), 12'500'000u);

  std::vector<std::vector<float>> logits;
  for (const auto& [backend, artifact] : std::vector<std::pair<std::string, std::filesystem::path>>{
           {"onnxruntime", onnx}, {"openvino", folder->path() / "model.xml"}}) {
    TestSession session(load(backend), {artifact.string()});
    ASSERT_EQ(session.code, ASSAY_OK) << session.text();
    ASSERT_STREQ(session.info->executed_precision, "fp32");
    auto image = noise(session.input_elements(), 42);
    for (float& value : image) value *= 2;
    logits.push_back(session.run(image));
  }
  double difference = 0, largest = 0;
  for (std::size_t i = 0; i < logits[0].size(); ++i) {
    difference = std::max(difference, std::abs(static_cast<double>(logits[0][i]) - logits[1][i]));
    largest = std::max(largest, std::abs(static_cast<double>(logits[0][i])));
  }
  RecordProperty("relative_difference", std::to_string(difference / largest));
  EXPECT_LE(difference, 1e-2 * largest);
  EXPECT_GT(difference, 1e-6 * largest);  // They are rounded, indeed.
}

}  // namespace
}  // namespace assay::runtimes

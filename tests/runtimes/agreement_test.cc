// Two runtimes, one model, FP32: each is the other's oracle.
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/file.h"
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

}  // namespace
}  // namespace assay::runtimes

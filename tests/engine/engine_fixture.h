// What the engine's end-to-end tests share: test plugins, quick requests, inputs, and the affine model's own
// answer.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/subprocess.h"
#include "engine/session.h"
#include "engine/timed.h"

namespace assay::engine {

inline std::filesystem::path test_plugin(const std::string& name) {
  return std::filesystem::path(ASSAY_BINARY_DIR) / "test_plugins" / (name + ".so");
}

class EngineTest : public testing::Test {
 protected:
  void SetUp() override {
    auto folder = TemporaryDirectory::create("assay-engine");
    ASSERT_TRUE(folder);
    folder_.emplace(std::move(*folder));
  }

  WorkerSpec spec(const std::string& plugin) const {
    WorkerSpec spec;
    spec.worker = std::filesystem::path(ASSAY_BINARY_DIR) / "assay-worker";
    spec.plugin = test_plugin(plugin);
    spec.log = folder_->path() / "worker.log";
    return spec;
  }
  const std::filesystem::path& folder() const { return folder_->path(); }

  static std::vector<std::byte> raw(const std::vector<float>& values) {
    std::vector<std::byte> bytes(values.size() * sizeof(float));
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
  }
  /// Input k for the affine backend's default of 1x3x16x16.
  static std::vector<float> input(int k) {
    std::vector<float> values(3 * 256);
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<float>((i * 37 + static_cast<std::size_t>(k) * 101) % 255) / 255.0F;
    return values;
  }
  /// The affine backend's logits, as its own file defines them.
  static std::vector<float> answer(const std::vector<float>& input) {
    std::vector<float> logits;
    for (int c = 0; c < 19; ++c)
      for (std::size_t p = 0; p < 256; ++p) {
        float sum = 0.125F * static_cast<float>(c % 5);
        for (int i = 0; i < 3; ++i)
          sum += static_cast<float>((c * 7 + i * 11) % 13 - 6) * input[static_cast<std::size_t>(i) * 256 + p];
        logits.push_back(sum);
      }
    return logits;
  }

  /// 4 inputs, no warm-up to speak of, 600 timed inferences, references from answer().
  static TimedRequest quick_request() {
    TimedRequest request;
    for (int k = 0; k < 4; ++k) {
      request.inputs.push_back({raw(input(k))});
      request.references.push_back({raw(answer(input(k)))});
    }
    request.warmup_iterations = 60;
    request.warmup_duration = std::chrono::nanoseconds(0);
    request.warmup_cap = std::chrono::milliseconds(600);
    request.timed_iterations = 600;
    return request;
  }

 private:
  std::optional<TemporaryDirectory> folder_;
};

}  // namespace assay::engine

// A campaign of 64x128 pixels that takes seconds, in a folder of its own.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "assay_program.h"

namespace assay::test {

inline constexpr std::string_view kHead = R"(assay: 1
name: small
model: {builtin: ddrnet23-slim, size: 64x128, input: {mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]}}
data:
  streets: {train: 8, val: 12, seed: 3, size: 64x128}
  calibration: {split: train, count: 4}
  validation: {split: val, count: 12}
)";

inline std::string protocol(int repeats, int iterations) {
  return "protocol: {repeats: " + std::to_string(repeats) +
         ", warmup: {iterations: 20, duration: 50 ms, cap: 200 ms}, timed: {iterations: " +
         std::to_string(iterations) +
         "}, pipeline_iterations: 5}\naccuracy: {compare_images: 4}\n"
         "conditions: {cooling: active, quiet_wait: 0 s}\n";
}

class Campaign : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryDirectory::create("assay-campaign");
    ASSERT_TRUE(made);
    dir_.emplace(std::move(*made));
  }
  fs::path path(const std::string& name) const { return dir_->path() / name; }
  std::string write(const std::string& name, std::string_view text) const {
    std::ofstream(path(name)) << text;
    return path(name).string();
  }

  std::optional<TemporaryDirectory> dir_;
};

}  // namespace assay::test

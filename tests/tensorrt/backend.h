// The TensorRT plugin driven through the ABI, as the worker drives it.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "assay/backend_abi.h"
#include "backend/abi_array.h"
#include "backend/plugin_loader.h"

namespace assay::tensorrt_test {

inline const assay_backend_v1& plugin() {
  static const assay_backend_v1* loaded = [] {
    backend::PluginError error;
    const auto* table =
        backend::load_plugin(std::string(ASSAY_BINARY_DIR) + "/plugins/libassay_tensorrt.so", error);
    if (table == nullptr) std::fprintf(stderr, "%s\n", error.text.c_str()), std::abort();
    return table;
  }();
  return *loaded;
}

/// A variable of the environment while it lives.
class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  ~Environment() { ::unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
};

struct Answer {
  std::int32_t code = ASSAY_OK;
  std::string text;
  bool says(const std::string& part) const { return text.find(part) != std::string::npos; }
};

inline std::string model(const std::string& name) { return std::string(MODELS) + "/" + name; }

/// A file of this process that goes with it.
class Scratch {
 public:
  explicit Scratch(const std::string& name)
      : path(testing::TempDir() + "tensorrt_" + std::to_string(::getpid()) + "_" + name) {}
  ~Scratch() { ::unlink(path.c_str()); }
  const std::string path;
};

struct Request {
  std::string source = model("conv_relu.onnx");
  std::string accelerator = "GPU", precision = "fp32";
  std::map<std::string, std::string> options{};
  std::string cache{};
  const assay_calibration* calibration = nullptr;
  std::size_t struct_size = sizeof(assay_prepare_options);  ///< Of an older host: less.
};

inline Answer prepare(const Request& request, const std::string& destination) {
  std::vector<assay_name_value> options;
  for (const auto& [name, value] : request.options) options.push_back({name.c_str(), value.c_str()});
  assay_prepare_options raw{};
  raw.source = request.source.c_str();
  raw.destination = destination.c_str();
  raw.accelerator = request.accelerator.c_str();
  raw.precision = request.precision.c_str();
  raw.option_count = static_cast<std::uint32_t>(options.size());
  raw.options = options.data();
  raw.source_digest = "0123456789abcdef";
  raw.calibration = request.calibration;
  raw.cache = request.cache.empty() ? nullptr : request.cache.c_str();
  raw.struct_size = static_cast<std::uint32_t>(request.struct_size);
  std::memset(reinterpret_cast<char*>(&raw) + request.struct_size, 1, sizeof raw - request.struct_size);
  assay_error error{};
  error.struct_size = sizeof error;
  const std::int32_t code = plugin().prepare(&raw, &error);
  return {code, error.text};
}

/// Opens on construction.
class Session {
 public:
  Session(const std::string& engine, const std::string& accelerator = "GPU",
          const std::map<std::string, std::string>& given = {}, bool profiling = false,
          const std::string& precision = "fp32") {
    std::vector<assay_name_value> options;
    for (const auto& [name, value] : given) options.push_back({name.c_str(), value.c_str()});
    assay_open_options open{};
    open.struct_size = sizeof open;
    open.artifact = engine.c_str();
    open.accelerator = accelerator.c_str();
    open.precision = precision.c_str();
    open.profiling = profiling;
    open.slot_count = 1;
    open.option_count = static_cast<std::uint32_t>(options.size());
    open.options = options.data();
    error_.struct_size = sizeof error_;
    answer.code = plugin().open(&open, &raw, &error_);
    answer.text = error_.text;
    if (answer.code != ASSAY_OK) return;
    EXPECT_EQ(plugin().session_info(raw, &info, &error_), ASSAY_OK);
  }
  ~Session() {
    if (raw != nullptr) plugin().close(raw);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  std::string property(const std::string& name) const {
    for (std::uint32_t i = 0; i < info->property_count; ++i)
      if (name == info->properties[i].name) return info->properties[i].value;
    return "absent";
  }

  /// Binds, infers `count` times, and gives the output.
  std::vector<float> run(float value, int count = 1) {
    input_.assign(backend::element(info->inputs, 0).byte_size / 4, value);
    output_.assign(backend::element(info->outputs, 0).byte_size / 4, -12345.0F);
    const assay_buffer in{sizeof in, ASSAY_MEMORY_HOST, input_.data(), input_.size() * 4, -1, 0};
    const assay_buffer out{sizeof out, ASSAY_MEMORY_HOST, output_.data(), output_.size() * 4, -1, 0};
    EXPECT_EQ(plugin().bind(raw, 0, &in, 1, &out, 1, &error_), ASSAY_OK) << error_.text;
    for (int i = 0; i < count; ++i) EXPECT_EQ(plugin().infer(raw, 0, &error_), ASSAY_OK) << error_.text;
    return output_;
  }

  Answer answer;
  assay_session* raw = nullptr;
  const assay_session_info* info = nullptr;

 private:
  assay_error error_{};
  std::vector<float> input_, output_;
};

}  // namespace assay::tensorrt_test

// A plugin driven as the worker drives it, in the test's own process, and the small models that the tests
// run.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "assay/backend_abi.h"
#include "backend/abi_array.h"
#include "backend/plugin_loader.h"
#include "models.h"

namespace assay::runtimes {

inline const assay_backend_v1* load(const std::string& backend) {
  backend::PluginError error;
  const auto* plugin =
      backend::load_plugin(std::string(ASSAY_BINARY_DIR) + "/plugins/libassay_" + backend + ".so", error);
  EXPECT_NE(plugin, nullptr) << error.text;
  return plugin;
}

struct Request {
  std::string artifact;
  std::string accelerator = "CPU";
  std::string precision = "fp32";
  bool profiling = false;
  std::map<std::string, std::vector<std::int64_t>> shapes{};
  std::map<std::string, std::string> options{};
};

/// Opens on construction; `code` and `error` tell how that went. Tensors are float, one input and one output.
class TestSession {
 public:
  TestSession(const assay_backend_v1* plugin, const Request& request) : plugin_(plugin) {
    error.struct_size = sizeof error;
    std::vector<assay_shape> shapes;
    for (const auto& [name, dims] : request.shapes) {
      assay_shape shape{};
      shape.struct_size = sizeof shape;
      shape.tensor = name.c_str();
      shape.rank = static_cast<std::uint32_t>(dims.size());
      for (std::size_t d = 0; d < dims.size(); ++d) shape.dims[d] = dims[d];
      shapes.push_back(shape);
    }
    std::vector<assay_name_value> options;
    for (const auto& [name, value] : request.options) options.push_back({name.c_str(), value.c_str()});
    assay_open_options open{};
    open.struct_size = sizeof open;
    open.artifact = request.artifact.c_str();
    open.accelerator = request.accelerator.c_str();
    open.precision = request.precision.c_str();
    open.profiling = request.profiling;
    open.slot_count = 1;
    open.shape_count = static_cast<std::uint32_t>(shapes.size());
    open.shapes = shapes.data();
    open.option_count = static_cast<std::uint32_t>(options.size());
    open.options = options.data();
    code = plugin->open(&open, &session, &error);
    if (code != ASSAY_OK) return;
    EXPECT_EQ(plugin->session_info(session, &info, &error), ASSAY_OK);
  }
  ~TestSession() {
    if (session) plugin_->close(session);
  }
  TestSession(const TestSession&) = delete;
  TestSession& operator=(const TestSession&) = delete;

  /// Binds slot 0 to copies of `input` and a poisoned output, infers, and returns the output.
  std::vector<float> run(const std::vector<float>& values) {
    input_ = values;
    output_.assign(backend::element(info->outputs, 0).byte_size / sizeof(float), -12345.0f);
    const assay_buffer in{
        sizeof(assay_buffer), ASSAY_MEMORY_HOST, input_.data(), input_.size() * sizeof(float), -1, 0};
    const assay_buffer out{
        sizeof(assay_buffer), ASSAY_MEMORY_HOST, output_.data(), output_.size() * sizeof(float), -1, 0};
    EXPECT_EQ(plugin_->bind(session, 0, &in, 1, &out, 1, &error), ASSAY_OK) << error.text;
    EXPECT_EQ(plugin_->infer(session, 0, &error), ASSAY_OK) << error.text;
    return output_;
  }

  std::size_t input_elements() const { return backend::element(info->inputs, 0).byte_size / sizeof(float); }
  std::string text() const { return error.text; }

  int code = ASSAY_OK;
  assay_error error{};
  assay_session* session = nullptr;
  const assay_session_info* info = nullptr;

 private:
  const assay_backend_v1* plugin_;
  std::vector<float> input_, output_;
};

}  // namespace assay::runtimes

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
#include "model/test_models.h"

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

/// Values in -1..1 that every machine makes alike.
inline std::vector<float> noise(std::size_t count, std::uint32_t seed) {
  std::vector<float> values(count);
  for (float& value : values) {
    seed = seed * 1664525u + 1013904223u;
    value = static_cast<float>(static_cast<std::int32_t>(seed)) / 2147483648.0f;
  }
  return values;
}

template <typename T>
void add_tensor(onnx::ModelProto& model, const std::string& name, const std::vector<std::int64_t>& dims,
                int type, const std::vector<T>& values) {
  auto& tensor = *model.mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(type);
  for (const std::int64_t dim : dims) tensor.add_dims(dim);
  tensor.set_raw_data(std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)));
}

constexpr int kChannels = 16;

/// y = relu(convolution 3x3 of x), kChannels to kChannels, no bias; weights noise(..., 7). Dimensions below 1
/// are dynamic.
inline onnx::ModelProto conv_relu(const std::vector<std::int64_t>& dims) {
  auto model = model::empty_model();
  model.mutable_graph()->set_name("conv_relu");
  model::add_value(*model.mutable_graph()->mutable_input(), "x", dims);
  add_tensor(model, "w", {kChannels, kChannels, 3, 3}, onnx::TensorProto::FLOAT,
             noise(kChannels * kChannels * 9, 7));
  model::set_ints(model::add_node(model, "Conv", {"x", "w"}, "c"), "pads", {1, 1, 1, 1});
  model::add_node(model, "Relu", {"c"}, "y");
  model::add_value(*model.mutable_graph()->mutable_output(), "y", dims);
  return model;
}

/// Wraps `value` in QuantizeLinear and DequantizeLinear, 8 bits, scale 1/32; returns the name of the result.
inline std::string quantised(onnx::ModelProto& model, const std::string& value) {
  add_tensor<float>(model, value + "_scale", {}, onnx::TensorProto::FLOAT, {1.0f / 32});
  add_tensor<std::int8_t>(model, value + "_zero", {}, onnx::TensorProto::INT8, {0});
  model::add_node(model, "QuantizeLinear", {value, value + "_scale", value + "_zero"}, value + "_q");
  model::add_node(model, "DequantizeLinear", {value + "_q", value + "_scale", value + "_zero"},
                  value + "_dq");
  return value + "_dq";
}

/// A quantised convolution (the form that quantisers write), followed by `float_convolutions` in float.
inline onnx::ModelProto quantised_conv(int float_convolutions) {
  auto model = model::empty_model();
  model.mutable_graph()->set_name("quantised_conv");
  const std::vector<std::int64_t> dims{1, kChannels, 16, 16};
  model::add_value(*model.mutable_graph()->mutable_input(), "x", dims);
  std::vector<std::int8_t> weights(kChannels * kChannels * 9);
  for (std::size_t i = 0; i < weights.size(); ++i)
    weights[i] = static_cast<std::int8_t>(static_cast<int>(i * 37 % 255) - 127);
  add_tensor(model, "w", {kChannels, kChannels, 3, 3}, onnx::TensorProto::INT8, weights);
  add_tensor<float>(model, "w_scale", {}, onnx::TensorProto::FLOAT, {1.0f / 1024});
  add_tensor<std::int8_t>(model, "w_zero", {}, onnx::TensorProto::INT8, {0});
  const std::string x = quantised(model, "x");
  model::add_node(model, "DequantizeLinear", {"w", "w_scale", "w_zero"}, "w_dq");
  model::set_ints(model::add_node(model, "Conv", {x, "w_dq"}, "c0"), "pads", {1, 1, 1, 1});
  std::string last = quantised(model, "c0");
  for (int i = 1; i <= float_convolutions; ++i) {
    const std::string name = "c" + std::to_string(i);
    add_tensor(model, "w" + name, {kChannels, kChannels, 3, 3}, onnx::TensorProto::FLOAT,
               noise(kChannels * kChannels * 9, 7));
    model::set_ints(model::add_node(model, "Conv", {last, "w" + name}, name), "pads", {1, 1, 1, 1});
    last = name;
  }
  model::add_node(model, "Relu", {last}, "y");
  model::add_value(*model.mutable_graph()->mutable_output(), "y", dims);
  return model;
}

}  // namespace assay::runtimes

// Small models for real runtimes, made by the tests: nothing binary is kept in the repository.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/test_models.h"

namespace assay::runtimes {

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

/// y = relu(convolution 3x3 of x) as a quantizer writes it for QNN: 8 bits, activations unsigned, x within
/// 0..1.
inline onnx::ModelProto unsigned_conv_relu(const std::vector<std::int64_t>& dims) {
  auto model = model::empty_model();
  model.mutable_graph()->set_name("unsigned_conv_relu");
  model::add_value(*model.mutable_graph()->mutable_input(), "x", dims);
  std::vector<std::int8_t> weights(kChannels * kChannels * 9);
  for (std::size_t i = 0; i < weights.size(); ++i)
    weights[i] = static_cast<std::int8_t>(static_cast<int>(i * 37 % 255) - 127);
  add_tensor(model, "w", {kChannels, kChannels, 3, 3}, onnx::TensorProto::INT8, weights);
  add_tensor<float>(model, "w_scale", {}, onnx::TensorProto::FLOAT, {1.0f / 1024});
  add_tensor<std::int8_t>(model, "w_zero", {}, onnx::TensorProto::INT8, {0});
  add_tensor<std::uint8_t>(model, "zero", {}, onnx::TensorProto::UINT8, {0});
  const auto quantise = [&](const std::string& value, float scale, const std::string& result) {
    add_tensor<float>(model, value + "_scale", {}, onnx::TensorProto::FLOAT, {scale});
    model::add_node(model, "QuantizeLinear", {value, value + "_scale", "zero"}, value + "_q");
    model::add_node(model, "DequantizeLinear", {value + "_q", value + "_scale", "zero"}, result);
  };
  quantise("x", 1.0f / 255, "x_dq");
  model::add_node(model, "DequantizeLinear", {"w", "w_scale", "w_zero"}, "w_dq");
  model::set_ints(model::add_node(model, "Conv", {"x_dq", "w_dq"}, "c"), "pads", {1, 1, 1, 1});
  model::add_node(model, "Relu", {"c"}, "r");
  quantise("r", 1.0f / 64, "y");
  model::add_value(*model.mutable_graph()->mutable_output(), "y", dims);
  return model;
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

// Small ONNX models for tests, written as messages so that any property can be made wrong.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "onnx.pb.h"

namespace assay::model {

inline void add_value(google::protobuf::RepeatedPtrField<onnx::ValueInfoProto>& list, const std::string& name,
                      const std::vector<std::int64_t>& dims, int type = onnx::TensorProto::FLOAT) {
  auto& info = *list.Add();
  info.set_name(name);
  auto& tensor = *info.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type);
  tensor.mutable_shape();
  for (const std::int64_t dim : dims) {
    auto& d = *tensor.mutable_shape()->add_dim();
    if (dim > 0) {
      d.set_dim_value(dim);
    } else {
      d.set_dim_param("dynamic" + std::to_string(-dim));
    }
  }
}

inline onnx::ModelProto empty_model() {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.set_producer_name("test");
  model.add_opset_import()->set_version(17);
  return model;
}

inline onnx::NodeProto& add_node(onnx::ModelProto& model, const std::string& op,
                                 const std::vector<std::string>& inputs, const std::string& output) {
  auto& node = *model.mutable_graph()->add_node();
  node.set_op_type(op);
  node.set_name("node_" + output);
  for (const auto& input : inputs) node.add_input(input);
  node.add_output(output);
  return node;
}

inline void add_weights(onnx::ModelProto& model, const std::string& name,
                        const std::vector<std::int64_t>& dims) {
  auto& tensor = *model.mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  std::size_t count = 1;
  for (const std::int64_t dim : dims) {
    tensor.add_dims(dim);
    count *= static_cast<std::size_t>(dim);
  }
  tensor.set_raw_data(std::string(count * 4, '\1'));
}

inline void add_int64s(onnx::ModelProto& model, const std::string& name,
                       const std::vector<std::int64_t>& values) {
  auto& tensor = *model.mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(static_cast<std::int64_t>(values.size()));
  for (const std::int64_t value : values) tensor.add_int64_data(value);
}

inline void set_ints(onnx::NodeProto& node, const std::string& name,
                     const std::vector<std::int64_t>& values) {
  auto& a = *node.add_attribute();
  a.set_name(name);
  a.set_type(onnx::AttributeProto::INTS);
  for (const std::int64_t value : values) a.add_ints(value);
}

inline void set_int(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
  auto& a = *node.add_attribute();
  a.set_name(name);
  a.set_type(onnx::AttributeProto::INT);
  a.set_i(value);
}

/// conv 3x3 (2 -> 4 channels, bias), batch normalisation, ReLU on [N,2,H,W].
inline onnx::ModelProto conv_model(const std::vector<std::int64_t>& dims) {
  auto model = empty_model();
  add_value(*model.mutable_graph()->mutable_input(), "x", dims);
  add_weights(model, "w", {4, 2, 3, 3});
  add_weights(model, "b", {4});
  for (const char* name : {"scale", "shift", "mean", "var"}) add_weights(model, name, {4});
  set_ints(add_node(model, "Conv", {"x", "w", "b"}, "c"), "pads", {1, 1, 1, 1});
  add_node(model, "BatchNormalization", {"c", "scale", "shift", "mean", "var"}, "n");
  add_node(model, "Relu", {"n"}, "y");
  add_value(*model.mutable_graph()->mutable_output(), "y", {dims[0], 4, dims[2], dims[3]});
  return model;
}

inline std::filesystem::path save(const onnx::ModelProto& model, const std::filesystem::path& path) {
  if (!write_file(path, model.SerializeAsString())) return {};
  return path;
}

}  // namespace assay::model

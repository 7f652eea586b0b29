#include "model/graph_builder.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <utility>

namespace assay::model {
namespace {

/// Opset 17 is read by every toolchain supported; IR version 8 is the one that came with it.
constexpr int kOpset = 17;
constexpr int kIrVersion = 8;
constexpr float kEpsilon = 1e-5F;

void set_shape(onnx::ValueInfoProto& info, const Value& value) {
  info.set_name(value.name);
  auto& tensor = *info.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t dim : {value.n, value.c, value.h, value.w}) {
    tensor.mutable_shape()->add_dim()->set_dim_value(dim);
  }
}

void attribute(onnx::NodeProto& node, const char* name, std::int64_t value) {
  auto& a = *node.add_attribute();
  a.set_name(name);
  a.set_type(onnx::AttributeProto::INT);
  a.set_i(value);
}

void attribute(onnx::NodeProto& node, const char* name, float value) {
  auto& a = *node.add_attribute();
  a.set_name(name);
  a.set_type(onnx::AttributeProto::FLOAT);
  a.set_f(value);
}

void attribute(onnx::NodeProto& node, const char* name, const char* value) {
  auto& a = *node.add_attribute();
  a.set_name(name);
  a.set_type(onnx::AttributeProto::STRING);
  a.set_s(value);
}

void attribute(onnx::NodeProto& node, const char* name, const std::vector<std::int64_t>& values) {
  auto& a = *node.add_attribute();
  a.set_name(name);
  a.set_type(onnx::AttributeProto::INTS);
  for (const std::int64_t value : values) a.add_ints(value);
}

/// Kernel, stride and padding of a square window that keeps the size, divided by the stride.
void window(onnx::NodeProto& node, std::int64_t kernel, std::int64_t stride) {
  const std::int64_t pad = kernel / 2;
  attribute(node, "kernel_shape", std::vector<std::int64_t>{kernel, kernel});
  attribute(node, "pads", std::vector<std::int64_t>{pad, pad, pad, pad});
  attribute(node, "strides", std::vector<std::int64_t>{stride, stride});
}

std::int64_t windowed(std::int64_t size, std::int64_t kernel, std::int64_t stride) {
  return (size + 2 * (kernel / 2) - kernel) / stride + 1;
}

std::string text(const std::vector<std::int64_t>& dims) {
  std::string s = "[";
  for (const std::int64_t dim : dims) s += (s.size() > 1 ? "," : "") + std::to_string(dim);
  return s + "]";
}

}  // namespace

GraphBuilder::GraphBuilder(std::string name, const Safetensors& weights) : weights_(weights) {
  model_.set_ir_version(kIrVersion);
  model_.set_producer_name("assay");
  auto& opset = *model_.add_opset_import();
  opset.set_domain("");
  opset.set_version(kOpset);
  model_.mutable_graph()->set_name(std::move(name));
}

Value GraphBuilder::input(const std::string& name, std::int64_t n, std::int64_t c, std::int64_t h,
                          std::int64_t w) {
  Value value{name, n, c, h, w};
  set_shape(*model_.mutable_graph()->add_input(), value);
  return value;
}

Value GraphBuilder::conv(const Value& x, const std::string& name, std::int64_t channels, std::int64_t kernel,
                         std::int64_t stride, bool bias) {
  std::vector<std::string> inputs{x.name, weight(name + ".weight", {channels, x.c, kernel, kernel})};
  if (bias) inputs.push_back(weight(name + ".bias", {channels}));
  auto& n = node("Conv", name, inputs);
  window(n, kernel, stride);
  return {name, x.n, channels, windowed(x.h, kernel, stride), windowed(x.w, kernel, stride)};
}

Value GraphBuilder::batch_norm(const Value& x, const std::string& name) {
  std::vector<std::string> inputs{x.name};
  for (const char* part : {".weight", ".bias", ".running_mean", ".running_var"}) {
    inputs.push_back(weight(name + part, {x.c}));
  }
  attribute(node("BatchNormalization", name, inputs), "epsilon", kEpsilon);
  return {name, x.n, x.c, x.h, x.w};
}

Value GraphBuilder::relu(const Value& x) {
  Value y = x;
  y.name = unique("relu");
  node("Relu", y.name, {x.name});
  return y;
}

Value GraphBuilder::add(const Value& a, const Value& b) {
  Value y = a;
  y.name = unique("add");
  node("Add", y.name, {a.name, b.name});
  if (a.n != b.n || a.c != b.c || a.h != b.h || a.w != b.w) {
    errors_.push_back({Code::kInternal, "adding " + a.name + " and " + b.name + " of different shapes"});
  }
  return y;
}

Value GraphBuilder::resize(const Value& x, const Value& like) {
  const Value y{unique("resize"), x.n, x.c, like.h, like.w};
  // Sizes and not scales: from a pooled map of 3 to 5 there is no exact scale.
  auto& sizes = *model_.mutable_graph()->add_initializer();
  sizes.set_name(y.name + ".sizes");
  sizes.set_data_type(onnx::TensorProto::INT64);
  sizes.add_dims(4);
  for (const std::int64_t dim : {y.n, y.c, y.h, y.w}) sizes.add_int64_data(dim);
  auto& n = node("Resize", y.name, {x.name, "", "", sizes.name()});
  attribute(n, "coordinate_transformation_mode", "half_pixel");
  attribute(n, "mode", "linear");
  return y;
}

Value GraphBuilder::average_pool(const Value& x, std::int64_t kernel, std::int64_t stride) {
  const Value y{unique("average_pool"), x.n, x.c, windowed(x.h, kernel, stride),
                windowed(x.w, kernel, stride)};
  auto& n = node("AveragePool", y.name, {x.name});
  attribute(n, "count_include_pad", std::int64_t{1});
  window(n, kernel, stride);
  return y;
}

Value GraphBuilder::global_average_pool(const Value& x) {
  const Value y{unique("global_average_pool"), x.n, x.c, 1, 1};
  node("GlobalAveragePool", y.name, {x.name});
  return y;
}

Value GraphBuilder::concat(const std::vector<Value>& values) {
  Value y = values.front();
  y.name = unique("concat");
  y.c = 0;
  std::vector<std::string> inputs;
  for (const Value& value : values) {
    inputs.push_back(value.name);
    y.c += value.c;
  }
  attribute(node("Concat", y.name, inputs), "axis", std::int64_t{1});
  return y;
}

void GraphBuilder::output(const Value& x, const std::string& name) {
  // The last node's output takes the public name: an Identity node would cost a copy in some runtimes.
  for (auto& n : *model_.mutable_graph()->mutable_node()) {
    if (n.output(0) == x.name) n.set_output(0, name);
  }
  Value y = x;
  y.name = name;
  set_shape(*model_.mutable_graph()->add_output(), y);
}

Result<std::string> GraphBuilder::finish() {
  if (!errors_.empty()) return fail(errors_.front());
  for (const auto& [name, tensor] : weights_.tensors()) {
    if (!taken_.count(name)) {
      return fail(Code::kCorrupt, "the weights hold a tensor " + name + " that " + model_.graph().name() +
                                      " does not have: they are of another network");
    }
  }
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    if (!model_.SerializeToCodedStream(&coded)) return fail(Code::kInternal, "serializing the model failed");
  }
  return bytes;
}

onnx::NodeProto& GraphBuilder::node(const char* op, const std::string& name,
                                    const std::vector<std::string>& inputs) {
  auto& n = *model_.mutable_graph()->add_node();
  n.set_op_type(op);
  n.set_name(name);
  for (const std::string& input : inputs) n.add_input(input);
  n.add_output(name);
  return n;
}

std::string GraphBuilder::unique(const std::string& op) { return op + "_" + std::to_string(counters_[op]++); }

std::string GraphBuilder::weight(const std::string& name, const std::vector<std::int64_t>& dims) {
  const Safetensors::Tensor* tensor = weights_.find(name);
  if (tensor == nullptr) {
    errors_.push_back({Code::kCorrupt, "the weights have no tensor " + name + ", expected " + text(dims)});
  } else if (tensor->dims != dims) {
    errors_.push_back({Code::kCorrupt, "the weights' tensor " + name + " is " + text(tensor->dims) +
                                           ", expected " + text(dims)});
  } else if (taken_.insert(name).second) {
    auto& initializer = *model_.mutable_graph()->add_initializer();
    initializer.set_name(name);
    initializer.set_data_type(onnx::TensorProto::FLOAT);
    for (const std::int64_t dim : dims) initializer.add_dims(dim);
    initializer.set_raw_data(tensor->bytes.data(), tensor->bytes.size());
  }
  return name;
}

}  // namespace assay::model

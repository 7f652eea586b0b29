#include "model/graph.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_map>

#include "model/onnx_file.h"

namespace assay::model {
namespace {

TensorFacts tensor_facts(const onnx::ValueInfoProto& info) {
  TensorFacts facts;
  facts.name = info.name();
  const auto& type = info.type().tensor_type();
  facts.dtype = info.type().has_tensor_type() ? dtype_name(type.elem_type()) : "not a tensor";
  facts.has_shape = type.has_shape();
  for (const auto& dim : type.shape().dim()) {
    Dimension d;
    if (dim.has_dim_value() && dim.dim_value() > 0) d.value = dim.dim_value();
    d.name = dim.dim_param();
    facts.dims.push_back(std::move(d));
  }
  return facts;
}

/// Operators with weights, and which of their inputs those are.
struct Slots {
  std::string_view op;
  std::vector<int> inputs;
};
const Slots kWeightSlots[] = {
    {"Conv", {1, 2}},
    {"ConvTranspose", {1, 2}},
    {"Gemm", {0, 1, 2}},
    {"MatMul", {0, 1}},
    {"BatchNormalization", {1, 2}},
    {"InstanceNormalization", {1, 2}},
    {"LayerNormalization", {1, 2}},
    {"GroupNormalization", {1, 2}},
    {"PRelu", {1}},
    {"Gather", {0}},
    {"LSTM", {1, 2, 3}},
    {"GRU", {1, 2, 3}},
    {"RNN", {1, 2, 3}},
    {"ConvInteger", {1}},
    {"MatMulInteger", {0, 1}},
    {"QLinearConv", {3, 8}},
    {"QLinearMatMul", {0, 3}},
};

bool floating(int type) {
  return type == onnx::TensorProto::FLOAT || type == onnx::TensorProto::FLOAT16 ||
         type == onnx::TensorProto::BFLOAT16 || type == onnx::TensorProto::DOUBLE;
}

/// Adds up the initializers that feed weight slots, each once, also through nodes that only change their
/// form.
class ParameterCounter {
 public:
  explicit ParameterCounter(const onnx::GraphProto& graph) : graph_(graph) {
    for (const auto& tensor : graph.initializer()) tensors_[tensor.name()] = &tensor;
    for (const auto& node : graph.node()) {
      for (const auto& output : node.output()) makers_[output] = &node;
      if (node.op_type() != "Constant" || node.output_size() == 0) continue;
      for (const auto& attribute : node.attribute()) {
        if (attribute.has_t()) tensors_[node.output(0)] = &attribute.t();
      }
    }
  }

  std::int64_t count() {
    for (const auto& node : graph_.node()) {
      for (const Slots& slots : kWeightSlots) {
        if (node.op_type() != slots.op) continue;
        // An embedding is a floating-point table; Gather of integers is shape arithmetic.
        const bool floats_only = slots.op == "Gather";
        for (const int slot : slots.inputs) {
          if (slot < node.input_size()) add(node.input(slot), floats_only);
        }
      }
      if (node.op_type() == "Add" && node.input_size() == 2 && follows_product(node)) {
        add(node.input(0), true);
        add(node.input(1), true);
      }
    }
    return total_;
  }

 private:
  /// The bias of a fully connected layer is an Add after its MatMul.
  bool follows_product(const onnx::NodeProto& add_node) const {
    return std::any_of(add_node.input().begin(), add_node.input().end(), [&](const std::string& input) {
      const auto maker = makers_.find(input);
      return maker != makers_.end() && maker->second->op_type() == "MatMul";
    });
  }

  void add(std::string_view name, bool floats_only) {
    static constexpr std::string_view kForm[] = {"DequantizeLinear", "QuantizeLinear", "Identity",
                                                 "Transpose",        "Cast",           "Reshape"};
    for (int step = 0; step < 8; ++step) {  // A chain longer than this is a computation, not a form.
      if (const auto tensor = tensors_.find(name); tensor != tensors_.end()) {
        if ((!floats_only || floating(tensor->second->data_type())) &&
            counted_.insert(tensor->second).second) {
          std::int64_t sum = 0;
          if (!__builtin_add_overflow(total_, elements(tensor->second->dims()).value_or(0), &sum))
            total_ = sum;
        }
        return;
      }
      const auto maker = makers_.find(name);
      if (maker == makers_.end() || maker->second->input_size() == 0 ||
          std::find(std::begin(kForm), std::end(kForm), maker->second->op_type()) == std::end(kForm)) {
        return;
      }
      name = maker->second->input(0);
    }
  }

  const onnx::GraphProto& graph_;
  std::unordered_map<std::string_view, const onnx::TensorProto*> tensors_;
  std::unordered_map<std::string_view, const onnx::NodeProto*> makers_;
  std::set<const onnx::TensorProto*> counted_;
  std::int64_t total_ = 0;
};

void count_ops(const onnx::GraphProto& graph, ModelFacts& facts) {
  for (const auto& node : graph.node()) {
    ++facts.ops[node.op_type()];
    ++facts.nodes;
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_g()) count_ops(attribute.g(), facts);
      for (const auto& sub : attribute.graphs()) count_ops(sub, facts);
    }
  }
}

}  // namespace

bool TensorFacts::dynamic() const {
  return !has_shape || std::any_of(dims.begin(), dims.end(), [](const Dimension& d) { return !d.value; });
}

std::string TensorFacts::shape() const {
  if (!has_shape) return "[of unknown rank]";
  std::string text = "[";
  for (const Dimension& d : dims) {
    if (text.size() > 1) text += ",";
    text += d.value ? std::to_string(*d.value) : d.name.empty() ? "?" : d.name;
  }
  return text + "]";
}

Result<ModelFacts> read_model(const std::filesystem::path& path) {
  ASSAY_TRY(OnnxFile file, read_onnx(path));
  const auto& graph = file.model.graph();
  ModelFacts facts;
  facts.ir_version = file.model.ir_version();
  facts.producer = file.model.producer_name();
  if (!file.model.producer_version().empty()) facts.producer += " " + file.model.producer_version();
  for (const auto& opset : file.model.opset_import())
    facts.opsets[domain_name(opset.domain())] = opset.version();
  std::set<std::string_view> initializers;
  for (const auto& tensor : graph.initializer()) initializers.insert(tensor.name());
  for (const auto& input : graph.input()) {
    if (!initializers.count(input.name())) facts.inputs.push_back(tensor_facts(input));
  }
  for (const auto& output : graph.output()) facts.outputs.push_back(tensor_facts(output));
  count_ops(graph, facts);
  for (const char* op : {"QuantizeLinear", "DequantizeLinear", "QLinearConv", "QLinearMatMul", "ConvInteger",
                         "MatMulInteger"}) {
    if (facts.ops.count(op)) facts.quantized = true;
  }
  facts.parameters = ParameterCounter(graph).count();
  facts.external_data = std::move(file.external_data);
  facts.sha256 = std::move(file.sha256);
  return facts;
}

Result<InputShapes> image_shapes(const ModelFacts& facts, std::int64_t batch, std::int64_t height,
                                 std::int64_t width, bool nhwc) {
  InputShapes shapes;
  for (const TensorFacts& input : facts.inputs) {
    std::vector<std::int64_t> shape;
    if (input.has_shape && input.dims.size() == 4) {
      // The channels have no substitute: a model says how many it takes.
      const std::int64_t wanted[2][4] = {{batch, 0, height, width}, {batch, height, width, 0}};
      for (std::size_t i = 0; i < 4; ++i) {
        const std::int64_t want = wanted[nhwc][i];
        const auto have = input.dims[i].value;
        if (want == 0 && !have) {
          return fail(Code::kInvalidInput,
                      "input '" + input.name + "' " + input.shape() +
                          " does not say its channels: export the model with them fixed");
        }
        if (want != 0 && have && *have != want) {
          return fail(Code::kInvalidInput, "input '" + input.name + "' is " + input.shape() +
                                               ", but dimension " + std::to_string(i) + " was asked to be " +
                                               std::to_string(want) +
                                               ": give the size and batch that the model was exported with");
        }
        shape.push_back(have.value_or(want));
      }
    } else if (input.dynamic()) {
      return fail(Code::kInvalidInput,
                  "input '" + input.name + "' is " + input.shape() +
                      ", which is not an image's four dimensions: its shape has to be fixed in "
                      "the model");
    } else {
      for (const Dimension& d : input.dims) shape.push_back(*d.value);
    }
    shapes[input.name] = std::move(shape);
  }
  return shapes;
}

}  // namespace assay::model

#include "model/shapes.h"

#include <utility>

#include "model/node_view.h"
#include "model/onnx_file.h"

namespace assay::model {

class ShapeInference {
 public:
  explicit ShapeInference(const onnx::GraphProto& graph) : graph_(graph) {}

  Result<Shapes> run(const InputShapes& inputs) {
    for (const auto& tensor : graph_.initializer()) {
      set(tensor.name(), Shape(tensor.dims().begin(), tensor.dims().end()));
      if (auto values = small_values(tensor)) constants_[tensor.name()] = std::move(*values);
    }
    ASSAY_OK(set_inputs(inputs));
    std::map<std::string, Shape> stated;
    for (const auto& info : graph_.value_info()) {
      if (auto shape = static_shape(info)) stated[info.name()] = std::move(*shape);
    }
    for (const auto& info : graph_.output()) {
      if (auto shape = static_shape(info)) stated[info.name()] = std::move(*shape);
    }
    for (const auto& node : graph_.node()) {
      infer(node);
      for (const auto& output : node.output()) {
        if (output.empty() || shapes_.known_.count(output)) continue;
        if (const auto it = stated.find(output); it != stated.end()) {
          set(output, it->second);
        } else {
          shapes_.unknown_[output] = reason(node);
        }
      }
    }
    return std::move(shapes_);
  }

 private:
  static Maybe static_shape(const onnx::ValueInfoProto& info) {
    const auto& type = info.type().tensor_type();
    if (!type.has_shape()) return std::nullopt;
    Shape shape;
    for (const auto& dim : type.shape().dim()) {
      if (!dim.has_dim_value() || dim.dim_value() < 1) return std::nullopt;
      shape.push_back(dim.dim_value());
    }
    return shape;
  }

  Result<void> set_inputs(const InputShapes& inputs) {
    std::map<std::string, Shape> rest(inputs.begin(), inputs.end());
    for (const auto& info : graph_.input()) {
      if (shapes_.known_.count(info.name()))
        continue;  // An initializer listed as an input, as old exporters do.
      const auto given = rest.find(info.name());
      if (given == rest.end()) {
        if (const auto shape = static_shape(info)) {
          set(info.name(), *shape);
        } else {
          shapes_.unknown_[info.name()] =
              "input '" + info.name() + "' has a dynamic shape and no size was given";
        }
        continue;
      }
      const auto& type = info.type().tensor_type();
      bool fits = !type.has_shape() || type.shape().dim_size() == static_cast<int>(given->second.size());
      for (int i = 0; fits && i < type.shape().dim_size(); ++i) {
        const auto& dim = type.shape().dim(i);
        const std::int64_t want = given->second[static_cast<std::size_t>(i)];
        fits = want > 0 && (!dim.has_dim_value() || dim.dim_value() < 1 || dim.dim_value() == want);
      }
      if (!fits) {
        return fail(Code::kInvalidInput,
                    "the shape given for input '" + info.name() + "' contradicts the model's");
      }
      set(info.name(), given->second);
      rest.erase(given);
    }
    if (!rest.empty()) {
      return fail(Code::kInvalidInput,
                  "a shape was given for '" + rest.begin()->first + "', which is no input of the model");
    }
    return {};
  }

  void set(const std::string& name, Shape shape) {
    if (!name.empty() && sane(shape)) shapes_.known_[name] = std::move(shape);
  }

  /// The first thing on the way that could not be inferred.
  std::string reason(const onnx::NodeProto& node) const {
    for (const auto& input : node.input()) {
      if (const auto it = shapes_.unknown_.find(input); it != shapes_.unknown_.end()) return it->second;
    }
    std::string op = node.op_type();
    if (!node.domain().empty() && node.domain() != "ai.onnx") op = node.domain() + "." + op;
    return "the output shape of operator " + op + " (node '" + node.name() + "') could not be inferred";
  }

  void infer(const onnx::NodeProto& node) {
    if (node.output_size() == 0) return;
    const std::string& op = node.op_type();
    // Quantizers write com.microsoft.QuantizeLinear for types that the standard did not have then.
    const bool standard = node.domain().empty() || node.domain() == "ai.onnx";
    if (!standard && op != "QuantizeLinear" && op != "DequantizeLinear") return;
    const NodeView view{node, shapes_.known_, constants_};
    if (op == "Split") {
      std::vector<Shape> parts = split_shapes(view);
      for (std::size_t i = 0; i < parts.size(); ++i)
        set(node.output(static_cast<int>(i)), std::move(parts[i]));
      return;
    }
    if (auto shape = output_shape(view)) set(node.output(0), std::move(*shape));
    const Shape* shape = shapes_.find(node.output(0));
    const auto count = shape != nullptr ? product(*shape) : std::nullopt;
    if (!count || *count > kSmall) return;
    auto values = fold_constant(view, static_cast<std::size_t>(*count));
    if (values && values->size() == static_cast<std::size_t>(*count)) {
      constants_[node.output(0)] = std::move(*values);
    }
  }

  const onnx::GraphProto& graph_;
  Shapes shapes_;
  std::map<std::string, Values> constants_;
};

Result<Shapes> Shapes::infer(const onnx::GraphProto& graph, const InputShapes& inputs) {
  return ShapeInference(graph).run(inputs);
}

const Shape* Shapes::find(const std::string& value) const {
  const auto it = known_.find(value);
  return it == known_.end() ? nullptr : &it->second;
}

std::string Shapes::why_unknown(const std::string& value) const {
  const auto it = unknown_.find(value);
  return it == unknown_.end() ? "the shape of '" + value + "' is unknown" : it->second;
}

}  // namespace assay::model

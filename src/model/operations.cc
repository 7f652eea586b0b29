#include <string_view>

#include "model/graph.h"
#include "model/onnx_file.h"
#include "model/shapes.h"

namespace assay::model {
namespace {

/// Operators that cost MACs and where they keep their weights (the second factor).
struct Counted {
  std::string_view op;
  int weight;
};
constexpr Counted kCounted[] = {{"Conv", 1}, {"ConvInteger", 1}, {"QLinearConv", 3},   {"ConvTranspose", 1},
                                {"Gemm", 1}, {"MatMul", 1},      {"MatMulInteger", 1}, {"QLinearMatMul", 3}};

/// Operators with inner products whose cost is not counted here: with one of them the sum would be too small.
constexpr std::string_view kUncounted[] = {"LSTM",       "GRU", "RNN",  "Einsum", "Attention",
                                           "DeformConv", "If",  "Loop", "Scan"};

const Counted* counted(const std::string& op) {
  for (const Counted& c : kCounted) {
    if (c.op == op) return &c;
  }
  return nullptr;
}

std::optional<std::int64_t> multiply(std::initializer_list<std::int64_t> factors) {
  std::int64_t total = 1;
  for (const std::int64_t factor : factors) {
    if (factor < 0 || __builtin_mul_overflow(total, factor, &total)) return std::nullopt;
  }
  return total;
}

std::optional<std::int64_t> multiply(const Shape& shape, std::size_t from = 0) {
  std::int64_t total = 1;
  for (std::size_t i = from; i < shape.size(); ++i) {
    if (shape[i] < 0 || __builtin_mul_overflow(total, shape[i], &total)) return std::nullopt;
  }
  return total;
}

/// MACs of one node: every element of the output is an inner product (for ConvTranspose: every element of the
/// input is spread over a kernel).
std::optional<std::int64_t> node_macs(const std::string& op, const Shape& x, const Shape& w, const Shape& y,
                                      bool transposed_a) {
  const bool spread = op == "ConvTranspose";
  const bool convolution = spread || op == "Conv" || op == "ConvInteger" || op == "QLinearConv";
  const auto outer = multiply(spread ? x : y);
  std::optional<std::int64_t> inner;
  if (convolution) {
    inner = multiply(w, 1);  // channels of the group, times the kernel
  } else if (op == "Gemm") {
    inner = x.size() == 2 ? std::optional(x[transposed_a ? 0 : 1]) : std::nullopt;
  } else if (!x.empty()) {
    inner = x.back();
  }
  if (!outer || !inner) return std::nullopt;
  return multiply({*outer, *inner});
}

bool attribute_set(const onnx::NodeProto& node, std::string_view name) {
  for (const auto& attribute : node.attribute()) {
    if (attribute.name() == name) return attribute.i() != 0;
  }
  return false;
}

}  // namespace

std::optional<std::int64_t> Operations::operations() const {
  return macs ? multiply({2, *macs}) : std::nullopt;
}

Result<Operations> count_operations(const std::filesystem::path& path, const InputShapes& input_shapes) {
  ASSAY_TRY(const OnnxFile file, read_onnx(path));
  const auto& graph = file.model.graph();
  auto inferred = Shapes::infer(graph, input_shapes);
  if (!inferred) return fail(inferred.error().with_context(path.string()));
  const Shapes& shapes = *inferred;

  const auto unknown = [](std::string note) { return Operations{std::nullopt, std::move(note)}; };
  std::int64_t total = 0;
  for (const auto& node : graph.node()) {
    for (const std::string_view op : kUncounted) {
      if (node.op_type() == op) {
        return unknown("the operations of " + node.op_type() + " (node '" + node.name() +
                       "') are not counted");
      }
    }
    // What an operator of a vendor's or of the model's own does inside is not known.
    const bool own = !node.domain().empty() && node.domain() != "ai.onnx";
    if (own && node.op_type() != "QuantizeLinear" && node.op_type() != "DequantizeLinear") {
      return unknown("the operations of " + node.domain() + "." + node.op_type() + " (node '" + node.name() +
                     "') are not known");
    }
    const Counted* c = counted(node.op_type());
    if (c == nullptr) continue;
    if (node.input_size() <= c->weight || node.output_size() == 0) {
      return unknown(node.op_type() + " (node '" + node.name() + "') lacks its weights");
    }
    const std::string& x = node.input(0);
    const std::string& w = node.input(c->weight);
    const std::string& y = node.output(0);
    for (const std::string& value : {x, w, y}) {
      if (shapes.find(value) == nullptr) return unknown(shapes.why_unknown(value));
    }
    const auto macs = node_macs(node.op_type(), *shapes.find(x), *shapes.find(w), *shapes.find(y),
                                attribute_set(node, "transA"));
    if (!macs || __builtin_add_overflow(total, *macs, &total)) {
      return unknown("the operations of " + node.op_type() + " (node '" + node.name() +
                     "') do not fit 63 bits");
    }
  }
  return Operations{total, ""};
}

}  // namespace assay::model

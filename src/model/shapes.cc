#include "model/shapes.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <string_view>
#include <utility>

#include "model/onnx_file.h"

namespace assay::model {
namespace {

using Values = std::vector<double>;  ///< Contents of a small constant. Whole numbers up to 2^53 are exact.
using Maybe = std::optional<Shape>;

/// Constants larger than this are weights, not shape arithmetic.
constexpr std::int64_t kSmall = 256;

std::int64_t to_int(double value) {
  // "To the end" is written as INT64_MAX in slices; no dimension comes near either bound.
  return static_cast<std::int64_t>(std::clamp(value, -4e18, 4e18));
}

Shape to_shape(const Values& values) {
  Shape shape;
  for (const double value : values) shape.push_back(to_int(value));
  return shape;
}

template <typename T>
T load(const std::string& raw, std::int64_t index) {
  T value{};
  std::memcpy(&value, raw.data() + static_cast<std::size_t>(index) * sizeof(T), sizeof(T));
  return value;
}

std::optional<Values> small_values(const onnx::TensorProto& tensor) {
  const auto count = elements(tensor.dims());
  if (!count || *count > kSmall || tensor.data_location() == onnx::TensorProto::EXTERNAL) return std::nullopt;
  const bool raw = tensor.has_raw_data();
  const std::string& bytes = tensor.raw_data();
  Values values;
  for (std::int64_t i = 0; i < *count; ++i) {
    const int at = static_cast<int>(i);
    switch (tensor.data_type()) {
      case onnx::TensorProto::INT64:
        if (raw ? bytes.size() < 8 * static_cast<std::size_t>(i + 1) : tensor.int64_data_size() <= at)
          return {};
        values.push_back(static_cast<double>(raw ? load<std::int64_t>(bytes, i) : tensor.int64_data(at)));
        break;
      case onnx::TensorProto::INT32:
        if (raw ? bytes.size() < 4 * static_cast<std::size_t>(i + 1) : tensor.int32_data_size() <= at)
          return {};
        values.push_back(raw ? load<std::int32_t>(bytes, i) : tensor.int32_data(at));
        break;
      case onnx::TensorProto::FLOAT:
        if (raw ? bytes.size() < 4 * static_cast<std::size_t>(i + 1) : tensor.float_data_size() <= at)
          return {};
        values.push_back(static_cast<double>(raw ? load<float>(bytes, i) : tensor.float_data(at)));
        break;
      default:
        return std::nullopt;
    }
  }
  return values;
}

/// Attributes of a node with their defaults.
class Attributes {
 public:
  explicit Attributes(const onnx::NodeProto& node) : node_(node) {}
  const onnx::AttributeProto* find(std::string_view name) const {
    for (const auto& attribute : node_.attribute()) {
      if (attribute.name() == name) return &attribute;
    }
    return nullptr;
  }
  std::int64_t integer(std::string_view name, std::int64_t otherwise) const {
    const auto* a = find(name);
    return a != nullptr ? a->i() : otherwise;
  }
  std::string text(std::string_view name, const char* otherwise) const {
    const auto* a = find(name);
    return a != nullptr ? a->s() : otherwise;
  }
  Shape integers(std::string_view name) const {
    const auto* a = find(name);
    return a != nullptr ? Shape(a->ints().begin(), a->ints().end()) : Shape{};
  }

 private:
  const onnx::NodeProto& node_;
};

std::optional<std::int64_t> product(Shape::const_iterator begin, Shape::const_iterator end) {
  std::int64_t total = 1;
  for (; begin != end; ++begin) {
    if (*begin < 0 || __builtin_mul_overflow(total, *begin, &total)) return std::nullopt;
  }
  return total;
}
std::optional<std::int64_t> product(const Shape& shape) { return product(shape.begin(), shape.end()); }

/// Axis in 0..rank-1, or nullopt.
std::optional<std::size_t> axis_of(std::int64_t axis, std::size_t rank) {
  const auto r = static_cast<std::int64_t>(rank);
  if (axis < -r || axis >= r) return std::nullopt;
  return static_cast<std::size_t>(axis < 0 ? axis + r : axis);
}

Maybe broadcast(const Shape& a, const Shape& b) {
  Shape out(std::max(a.size(), b.size()), 1);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    const std::int64_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1) return std::nullopt;
    out[out.size() - 1 - i] = x == 1 ? y : x;
  }
  return out;
}

bool one_of(std::string_view op, std::initializer_list<std::string_view> ops) {
  return std::find(ops.begin(), ops.end(), op) != ops.end();
}

/// Sizes that no tensor has: keeps all arithmetic below far from overflow.
bool sane(const Shape& shape) {
  return std::all_of(shape.begin(), shape.end(),
                     [](std::int64_t d) { return d >= 0 && d < (std::int64_t{1} << 40); });
}

}  // namespace

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

  const Shape* in(const onnx::NodeProto& node, int i) const {
    return i < node.input_size() && !node.input(i).empty() ? shapes_.find(node.input(i)) : nullptr;
  }
  const Values* constant(const onnx::NodeProto& node, int i) const {
    if (i >= node.input_size() || node.input(i).empty()) return nullptr;
    const auto it = constants_.find(node.input(i));
    return it == constants_.end() ? nullptr : &it->second;
  }
  static bool given(const onnx::NodeProto& node, int i) {
    return i < node.input_size() && !node.input(i).empty();
  }

  void infer(const onnx::NodeProto& node) {
    if (node.output_size() == 0) return;
    const std::string& op = node.op_type();
    // Quantizers write com.microsoft.QuantizeLinear for types that the standard did not have then.
    const bool standard = node.domain().empty() || node.domain() == "ai.onnx";
    if (!standard && op != "QuantizeLinear" && op != "DequantizeLinear") return;
    if (op == "Split") return split(node);
    if (auto shape = output_shape(node, op)) set(node.output(0), std::move(*shape));
    fold(node, op);
  }

  Maybe output_shape(const onnx::NodeProto& node, const std::string& op) const {
    const Attributes attributes(node);
    if (op == "Constant") return constant_shape(attributes);
    const Shape* x = in(node, 0);
    if (op == "ConstantOfShape" || op == "Expand") return from_values(node, op, x);
    if (x == nullptr) return std::nullopt;
    if (one_of(op, {"Relu",
                    "LeakyRelu",
                    "PRelu",
                    "Sigmoid",
                    "Tanh",
                    "HardSigmoid",
                    "HardSwish",
                    "Elu",
                    "Selu",
                    "Celu",
                    "Gelu",
                    "Mish",
                    "Softplus",
                    "Softsign",
                    "ThresholdedRelu",
                    "Clip",
                    "Softmax",
                    "LogSoftmax",
                    "Hardmax",
                    "Identity",
                    "Dropout",
                    "Cast",
                    "BatchNormalization",
                    "InstanceNormalization",
                    "LayerNormalization",
                    "GroupNormalization",
                    "LRN",
                    "LpNormalization",
                    "Erf",
                    "Exp",
                    "Log",
                    "Sqrt",
                    "Neg",
                    "Abs",
                    "Floor",
                    "Ceil",
                    "Round",
                    "Sign",
                    "Reciprocal",
                    "Not",
                    "Sin",
                    "Cos",
                    "IsNaN",
                    "QuantizeLinear",
                    "DequantizeLinear",
                    "CumSum",
                    "Trilu"})) {
      return *x;
    }
    if (one_of(op, {"Add",  "Sub",         "Mul",  "Div",   "Pow",   "Mod",     "Min",
                    "Max",  "Sum",         "Mean", "Where", "Equal", "Greater", "GreaterOrEqual",
                    "Less", "LessOrEqual", "And",  "Or",    "Xor",   "BitShift"})) {
      Maybe out = *x;
      for (int i = 1; out && i < node.input_size(); ++i) {
        const Shape* y = in(node, i);
        out = y != nullptr ? broadcast(*out, *y) : std::nullopt;
      }
      return out;
    }
    if (op == "Conv" || op == "ConvInteger") return conv(*x, in(node, 1), attributes);
    if (op == "QLinearConv") return conv(*x, in(node, 3), attributes);
    if (op == "ConvTranspose") return conv_transpose(*x, in(node, 1), attributes);
    if (one_of(op, {"MaxPool", "AveragePool", "LpPool"})) {
      const Shape kernel = attributes.integers("kernel_shape");
      if (kernel.empty() || x->size() < 2) return std::nullopt;
      return windows(*x, (*x)[1], kernel, attributes);
    }
    if (one_of(op, {"GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"})) {
      if (x->size() < 2) return std::nullopt;
      Shape out(x->size(), 1);
      out[0] = (*x)[0];
      out[1] = (*x)[1];
      return out;
    }
    if (op == "Gemm") return gemm(*x, in(node, 1), attributes);
    if (op == "MatMul" || op == "MatMulInteger") return matmul(*x, in(node, 1));
    if (op == "QLinearMatMul") return matmul(*x, in(node, 3));
    if (op == "Concat") return concat(node, attributes);
    if (op == "Reshape") return reshape(*x, constant(node, 1), attributes.integer("allowzero", 0) != 0);
    if (op == "Transpose") return transpose(*x, attributes.integers("perm"));
    if (op == "Flatten") return flatten(*x, attributes.integer("axis", 1));
    if (op == "Squeeze" || op == "Unsqueeze") return squeeze(node, *x, op == "Unsqueeze", attributes);
    if (op == "Shape") {
      if (attributes.find("start") != nullptr || attributes.find("end") != nullptr) return std::nullopt;
      return Shape{static_cast<std::int64_t>(x->size())};
    }
    if (op == "Slice") return slice(node, *x, attributes);
    if (op == "Gather") return gather(*x, in(node, 1), attributes.integer("axis", 0));
    if (op == "Pad") return pad(node, *x, attributes);
    if (op == "Resize" || op == "Upsample") return resize(node, *x, op, attributes);
    if (op.rfind("Reduce", 0) == 0) return reduce(node, *x, attributes);
    if (op == "ArgMax" || op == "ArgMin") {
      return reduced(*x, {attributes.integer("axis", 0)}, attributes.integer("keepdims", 1) != 0);
    }
    if (op == "DepthToSpace" || op == "SpaceToDepth") {
      return blocks(*x, attributes.integer("blocksize", 0), op == "DepthToSpace");
    }
    return std::nullopt;
  }

  static Maybe constant_shape(const Attributes& attributes) {
    if (const auto* a = attributes.find("value")) return Shape(a->t().dims().begin(), a->t().dims().end());
    if (const auto* a = attributes.find("value_ints")) return Shape{a->ints_size()};
    if (const auto* a = attributes.find("value_floats")) return Shape{a->floats_size()};
    if (attributes.find("value_int") != nullptr || attributes.find("value_float") != nullptr) return Shape{};
    return std::nullopt;
  }

  Maybe from_values(const onnx::NodeProto& node, const std::string& op, const Shape* x) const {
    if (op == "ConstantOfShape") {
      const Values* shape = constant(node, 0);
      return shape != nullptr ? Maybe(to_shape(*shape)) : std::nullopt;
    }
    const Values* shape = constant(node, 1);
    return x != nullptr && shape != nullptr ? broadcast(*x, to_shape(*shape)) : std::nullopt;
  }

  /// Output of a sliding window over the spatial dimensions of x [N,C,...].
  static Maybe windows(const Shape& x, std::int64_t channels, const Shape& kernel,
                       const Attributes& attributes) {
    const std::size_t spatial = x.size() - 2;
    Shape strides = attributes.integers("strides"), dilations = attributes.integers("dilations");
    Shape pads = attributes.integers("pads");
    if (strides.empty()) strides.assign(spatial, 1);
    if (dilations.empty()) dilations.assign(spatial, 1);
    if (pads.empty()) pads.assign(2 * spatial, 0);
    if (kernel.size() != spatial || strides.size() != spatial || dilations.size() != spatial ||
        pads.size() != 2 * spatial) {
      return std::nullopt;
    }
    if (!sane(kernel) || !sane(strides) || !sane(dilations) || !sane(pads)) return std::nullopt;
    const std::string auto_pad = attributes.text("auto_pad", "NOTSET");
    Shape out{x[0], channels};
    for (std::size_t i = 0; i < spatial; ++i) {
      std::int64_t covered = 0;
      if (strides[i] < 1 || kernel[i] < 1 || __builtin_mul_overflow(dilations[i], kernel[i] - 1, &covered)) {
        return std::nullopt;
      }
      covered += 1;
      std::int64_t size = 0;
      if (auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER") {
        size = (x[i + 2] + strides[i] - 1) / strides[i];
      } else {
        const bool valid = auto_pad == "VALID";
        const std::int64_t room = x[i + 2] + (valid ? 0 : pads[i] + pads[i + spatial]) - covered;
        if (room < 0) return std::nullopt;
        const bool ceil = attributes.integer("ceil_mode", 0) != 0;
        size = (room + (ceil ? strides[i] - 1 : 0)) / strides[i] + 1;
        // A window that would begin in the padding at the end is dropped.
        if (ceil && !valid && (size - 1) * strides[i] >= x[i + 2] + pads[i]) --size;
      }
      out.push_back(size);
    }
    return out;
  }

  static Maybe conv(const Shape& x, const Shape* w, const Attributes& attributes) {
    if (w == nullptr || w->size() != x.size() || x.size() < 3) return std::nullopt;
    std::int64_t channels = 0;
    const std::int64_t groups = attributes.integer("group", 1);
    if (groups < 1 || __builtin_mul_overflow((*w)[1], groups, &channels) || channels != x[1])
      return std::nullopt;
    return windows(x, (*w)[0], Shape(w->begin() + 2, w->end()), attributes);
  }

  static Maybe conv_transpose(const Shape& x, const Shape* w, const Attributes& attributes) {
    if (w == nullptr || w->size() != x.size() || x.size() < 3) return std::nullopt;
    if (attributes.text("auto_pad", "NOTSET") != "NOTSET") return std::nullopt;
    const std::size_t spatial = x.size() - 2;
    const Shape given = attributes.integers("output_shape");
    Shape strides = attributes.integers("strides"), dilations = attributes.integers("dilations");
    Shape pads = attributes.integers("pads"), extra = attributes.integers("output_padding");
    if (strides.empty()) strides.assign(spatial, 1);
    if (dilations.empty()) dilations.assign(spatial, 1);
    if (pads.empty()) pads.assign(2 * spatial, 0);
    if (extra.empty()) extra.assign(spatial, 0);
    if (strides.size() != spatial || dilations.size() != spatial || pads.size() != 2 * spatial ||
        extra.size() != spatial || (!given.empty() && given.size() != spatial)) {
      return std::nullopt;
    }
    const std::int64_t groups = attributes.integer("group", 1);
    std::int64_t channels = 0;
    if (groups < 1 || __builtin_mul_overflow((*w)[1], groups, &channels)) return std::nullopt;
    Shape out{x[0], channels};
    for (std::size_t i = 0; i < spatial; ++i) {
      std::int64_t stretched = 0, covered = 0, size = 0;
      if (__builtin_mul_overflow(strides[i], x[i + 2] - 1, &stretched) ||
          __builtin_mul_overflow(dilations[i], (*w)[i + 2] - 1, &covered) ||
          __builtin_add_overflow(stretched, covered, &size) ||
          !sane({size, extra[i], pads[i], pads[i + spatial]})) {
        return std::nullopt;
      }
      size += extra[i] + 1 - pads[i] - pads[i + spatial];
      out.push_back(given.empty() ? size : given[i]);
    }
    return out;
  }

  static Maybe gemm(const Shape& a, const Shape* b, const Attributes& attributes) {
    if (b == nullptr || a.size() != 2 || b->size() != 2) return std::nullopt;
    const bool ta = attributes.integer("transA", 0) != 0, tb = attributes.integer("transB", 0) != 0;
    if (a[ta ? 0 : 1] != (*b)[tb ? 1 : 0]) return std::nullopt;
    return Shape{a[ta ? 1 : 0], (*b)[tb ? 0 : 1]};
  }

  static Maybe matmul(const Shape& a, const Shape* b) {
    if (b == nullptr || a.empty() || b->empty()) return std::nullopt;
    const bool row = a.size() == 1, column = b->size() == 1;
    const std::int64_t inner = column ? (*b)[0] : (*b)[b->size() - 2];
    if (a.back() != inner) return std::nullopt;
    const Shape left(a.begin(), row ? a.begin() : a.end() - 2);
    const Shape right(b->begin(), column ? b->begin() : b->end() - 2);
    Maybe out = broadcast(left, right);
    if (!out) return std::nullopt;
    if (!row) out->push_back(a[a.size() - 2]);
    if (!column) out->push_back(b->back());
    return out;
  }

  Maybe concat(const onnx::NodeProto& node, const Attributes& attributes) const {
    Shape out = *in(node, 0);
    const auto axis = axis_of(attributes.integer("axis", 0), out.size());
    if (!axis) return std::nullopt;
    for (int i = 1; i < node.input_size(); ++i) {
      const Shape* x = in(node, i);
      if (x == nullptr || x->size() != out.size()) return std::nullopt;
      for (std::size_t d = 0; d < out.size(); ++d) {
        if (d != *axis && (*x)[d] != out[d]) return std::nullopt;
      }
      out[*axis] += (*x)[*axis];
    }
    return out;
  }

  static Maybe reshape(const Shape& x, const Values* target, bool allow_zero) {
    if (target == nullptr) return std::nullopt;
    Shape out = to_shape(*target);
    std::optional<std::size_t> free;
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (out[i] == 0 && !allow_zero) {
        if (i >= x.size()) return std::nullopt;
        out[i] = x[i];
      }
      if (out[i] == -1) {
        if (free) return std::nullopt;
        free = i;
        out[i] = 1;
      }
    }
    const auto have = product(x), rest = product(out);
    if (!have || !rest) return std::nullopt;
    if (free) {
      if (*rest == 0 || *have % *rest != 0) return std::nullopt;
      out[*free] = *have / *rest;
    } else if (*have != *rest) {
      return std::nullopt;
    }
    return out;
  }

  static Maybe transpose(const Shape& x, Shape permutation) {
    if (permutation.empty()) {
      permutation.resize(x.size());
      std::iota(permutation.rbegin(), permutation.rend(), std::int64_t{0});
    }
    if (permutation.size() != x.size()) return std::nullopt;
    Shape out;
    for (const std::int64_t p : permutation) {
      const auto axis = axis_of(p, x.size());
      if (!axis) return std::nullopt;
      out.push_back(x[*axis]);
    }
    return out;
  }

  static Maybe flatten(const Shape& x, std::int64_t axis) {
    const auto rank = static_cast<std::int64_t>(x.size());
    if (axis < -rank || axis > rank) return std::nullopt;
    const auto at = x.begin() + (axis < 0 ? axis + rank : axis);
    const auto rows = product(x.begin(), at), columns = product(at, x.end());
    if (!rows || !columns) return std::nullopt;
    return Shape{*rows, *columns};
  }

  /// Axes moved from attributes to inputs with opset 13 (18 for reductions); nullopt: given, but not
  /// constant.
  std::optional<Shape> axes_of(const onnx::NodeProto& node, const Attributes& attributes) const {
    if (!given(node, 1)) return attributes.integers("axes");
    const Values* values = constant(node, 1);
    return values != nullptr ? std::optional<Shape>(to_shape(*values)) : std::nullopt;
  }

  Maybe squeeze(const onnx::NodeProto& node, const Shape& x, bool insert,
                const Attributes& attributes) const {
    const auto axes = axes_of(node, attributes);
    if (!axes) return std::nullopt;
    const std::size_t rank = insert ? x.size() + axes->size() : x.size();
    if (rank > 64) return std::nullopt;
    std::vector<bool> marked(rank, false);
    for (const std::int64_t a : *axes) {
      const auto axis = axis_of(a, rank);
      if (!axis || marked[*axis]) return std::nullopt;
      marked[*axis] = true;
    }
    Shape out;
    if (insert) {
      std::size_t from = 0;
      for (std::size_t i = 0; i < rank; ++i) out.push_back(marked[i] ? 1 : x[from++]);
      return out;
    }
    for (std::size_t i = 0; i < rank; ++i) {
      const bool drop = axes->empty() ? x[i] == 1 : marked[i];
      if (drop && x[i] != 1) return std::nullopt;
      if (!drop) out.push_back(x[i]);
    }
    return out;
  }

  Maybe slice(const onnx::NodeProto& node, const Shape& x, const Attributes& attributes) const {
    Shape starts = attributes.integers("starts"), ends = attributes.integers("ends");
    Shape axes = attributes.integers("axes"), steps;
    Shape* parts[] = {&starts, &ends, &axes, &steps};
    for (int i = 1; i <= 4; ++i) {
      if (!given(node, i)) continue;
      const Values* values = constant(node, i);
      if (values == nullptr) return std::nullopt;
      *parts[i - 1] = to_shape(*values);
    }
    if (axes.empty()) {
      axes.resize(starts.size());
      std::iota(axes.begin(), axes.end(), std::int64_t{0});
    }
    if (steps.empty()) steps.assign(starts.size(), 1);
    if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size()) {
      return std::nullopt;
    }
    Shape out = x;
    for (std::size_t i = 0; i < starts.size(); ++i) {
      const auto axis = axis_of(axes[i], x.size());
      const std::int64_t step = steps[i];
      if (!axis || step == 0 || step > (1LL << 40) || step < -(1LL << 40)) return std::nullopt;
      const std::int64_t size = x[*axis];
      const auto position = [&](std::int64_t p) {
        return std::clamp<std::int64_t>(p < 0 ? p + size : p, step < 0 ? -1 : 0, step < 0 ? size - 1 : size);
      };
      // Backwards, an end of "before the first" is written as a number far below zero, which clamps to -1.
      const std::int64_t begin = position(starts[i]), end = position(ends[i]);
      const std::int64_t span = step > 0 ? end - begin : begin - end;
      const std::int64_t stride = step > 0 ? step : -step;
      out[*axis] = span > 0 ? (span + stride - 1) / stride : 0;
    }
    return out;
  }

  static Maybe gather(const Shape& x, const Shape* indices, std::int64_t a) {
    const auto axis = axis_of(a, x.size());
    if (indices == nullptr || !axis) return std::nullopt;
    Shape out(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(*axis));
    out.insert(out.end(), indices->begin(), indices->end());
    out.insert(out.end(), x.begin() + static_cast<std::ptrdiff_t>(*axis) + 1, x.end());
    return out;
  }

  Maybe pad(const onnx::NodeProto& node, const Shape& x, const Attributes& attributes) const {
    Shape pads = attributes.integers("pads");
    if (given(node, 1)) {
      const Values* values = constant(node, 1);
      if (values == nullptr) return std::nullopt;
      pads = to_shape(*values);
    }
    if (given(node, 3) || pads.size() != 2 * x.size()) return std::nullopt;
    Shape out = x;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (!sane({std::abs(pads[i]), std::abs(pads[i + x.size()])})) return std::nullopt;
      out[i] += pads[i] + pads[i + x.size()];
    }
    return out;
  }

  Maybe resize(const onnx::NodeProto& node, const Shape& x, const std::string& op,
               const Attributes& attributes) const {
    if (attributes.find("axes") != nullptr ||
        attributes.text("keep_aspect_ratio_policy", "stretch") != "stretch") {
      return std::nullopt;
    }
    if (op == "Resize" && given(node, 3)) {
      const Values* sizes = constant(node, 3);
      if (sizes == nullptr || sizes->size() != x.size()) return std::nullopt;
      return to_shape(*sizes);
    }
    Values scales;
    if (const auto* a = attributes.find("scales")) {
      scales.assign(a->floats().begin(), a->floats().end());
    } else {
      // Opset 10 and Upsample have the scales second, later ones third, after the region of interest.
      const Values* values = constant(node, op == "Resize" && node.input_size() > 2 ? 2 : 1);
      if (values != nullptr) scales = *values;
    }
    if (scales.size() != x.size()) return std::nullopt;
    Shape out;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double size = std::floor(static_cast<double>(x[i]) * scales[i]);
      if (!(size >= 0 && size < 1e12)) return std::nullopt;
      out.push_back(static_cast<std::int64_t>(size));
    }
    return out;
  }

  static Maybe reduced(const Shape& x, const Shape& axes, bool keep) {
    std::vector<bool> marked(x.size(), axes.empty());
    for (const std::int64_t a : axes) {
      const auto axis = axis_of(a, x.size());
      if (!axis) return std::nullopt;
      marked[*axis] = true;
    }
    Shape out;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (!marked[i]) out.push_back(x[i]);
      if (marked[i] && keep) out.push_back(1);
    }
    return out;
  }

  Maybe reduce(const onnx::NodeProto& node, const Shape& x, const Attributes& attributes) const {
    const auto axes = axes_of(node, attributes);
    if (!axes) return std::nullopt;
    if (axes->empty() && attributes.integer("noop_with_empty_axes", 0) != 0) return x;
    return reduced(x, *axes, attributes.integer("keepdims", 1) != 0);
  }

  static Maybe blocks(const Shape& x, std::int64_t block, bool to_space) {
    if (x.size() != 4 || block < 1 || block > 1 << 15) return std::nullopt;
    if (to_space ? x[1] % (block * block) != 0 : x[2] % block != 0 || x[3] % block != 0) return std::nullopt;
    if (to_space) return Shape{x[0], x[1] / (block * block), x[2] * block, x[3] * block};
    return Shape{x[0], x[1] * block * block, x[2] / block, x[3] / block};
  }

  void split(const onnx::NodeProto& node) {
    const Attributes attributes(node);
    const Shape* x = in(node, 0);
    if (x == nullptr) return;
    const auto axis = axis_of(attributes.integer("axis", 0), x->size());
    if (!axis) return;
    Shape sizes = attributes.integers("split");
    if (given(node, 1)) {
      const Values* values = constant(node, 1);
      if (values == nullptr) return;
      sizes = to_shape(*values);
    }
    const auto parts = static_cast<std::int64_t>(node.output_size());
    if (sizes.empty()) {
      const std::int64_t each = ((*x)[*axis] + parts - 1) / parts;
      sizes.assign(static_cast<std::size_t>(parts), each);
      sizes.back() = (*x)[*axis] - each * (parts - 1);
    }
    if (static_cast<std::int64_t>(sizes.size()) != parts) return;
    const Shape whole = *x;
    for (int i = 0; i < node.output_size(); ++i) {
      Shape out = whole;
      out[*axis] = sizes[static_cast<std::size_t>(i)];
      set(node.output(i), std::move(out));
    }
  }

  /// Follows the arithmetic on shapes that exporters write (Shape, Gather, Concat, ...), for small values
  /// only.
  void fold(const onnx::NodeProto& node, const std::string& op) {
    const auto shape = shapes_.known_.find(node.output(0));
    if (shape == shapes_.known_.end()) return;
    const auto count = product(shape->second);
    if (!count || *count > kSmall) return;
    if (auto values = folded(node, op, static_cast<std::size_t>(*count))) {
      if (values->size() == static_cast<std::size_t>(*count)) constants_[node.output(0)] = std::move(*values);
    }
  }

  std::optional<Values> folded(const onnx::NodeProto& node, const std::string& op, std::size_t count) const {
    const Attributes attributes(node);
    if (op == "Constant") {
      if (const auto* a = attributes.find("value")) return small_values(a->t());
      if (const auto* a = attributes.find("value_ints")) return Values(a->ints().begin(), a->ints().end());
      if (const auto* a = attributes.find("value_floats"))
        return Values(a->floats().begin(), a->floats().end());
      if (const auto* a = attributes.find("value_int")) return Values{static_cast<double>(a->i())};
      if (const auto* a = attributes.find("value_float")) return Values{static_cast<double>(a->f())};
      return std::nullopt;
    }
    if (op == "Shape") {
      const Shape* x = in(node, 0);
      return x != nullptr ? std::optional<Values>(Values(x->begin(), x->end())) : std::nullopt;
    }
    const Values* x = constant(node, 0);
    if (op == "Concat") {
      Values all;
      for (int i = 0; i < node.input_size(); ++i) {
        const Values* part = constant(node, i);
        const Shape* part_shape = in(node, i);
        if (part == nullptr || part_shape == nullptr || part_shape->size() != 1) return std::nullopt;
        all.insert(all.end(), part->begin(), part->end());
      }
      return all;
    }
    if (x == nullptr) return std::nullopt;
    if (one_of(op, {"Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten"})) return *x;
    if (op == "Floor" || op == "Ceil") {
      Values out = *x;
      for (double& v : out) v = op == "Floor" ? std::floor(v) : std::ceil(v);
      return out;
    }
    if (op == "Cast") {
      Values out = *x;
      const std::int64_t to = attributes.integer("to", 0);
      if (to == onnx::TensorProto::INT64 || to == onnx::TensorProto::INT32) {
        for (double& v : out) v = std::trunc(v);
      } else if (to != onnx::TensorProto::FLOAT && to != onnx::TensorProto::DOUBLE) {
        return std::nullopt;
      }
      return out;
    }
    const Shape* x_shape = in(node, 0);
    if (op == "Gather" && x_shape != nullptr && x_shape->size() == 1) {
      const Values* indices = constant(node, 1);
      if (indices == nullptr) return std::nullopt;
      Values out;
      for (const double index : *indices) {
        const auto at = axis_of(to_int(index), x->size());
        if (!at) return std::nullopt;
        out.push_back((*x)[*at]);
      }
      return out;
    }
    if (op == "Slice" && x_shape != nullptr && x_shape->size() == 1) {
      const Values* start = constant(node, 1);
      if (start == nullptr || start->size() != 1 || given(node, 4)) return std::nullopt;
      std::int64_t from = to_int(start->front());
      if (from < 0) from += static_cast<std::int64_t>(x->size());
      from = std::clamp<std::int64_t>(from, 0, static_cast<std::int64_t>(x->size()));
      if (count > x->size() - static_cast<std::size_t>(from)) return std::nullopt;
      return Values(x->begin() + from, x->begin() + from + static_cast<std::ptrdiff_t>(count));
    }
    // Division of integers truncates and of floats does not, and the types are not kept: only exact quotients
    // fold.
    if (one_of(op, {"Add", "Sub", "Mul", "Div"})) {
      const Values* y = constant(node, 1);
      if (y == nullptr || (x->size() != count && x->size() != 1) || (y->size() != count && y->size() != 1))
        return {};
      Values out;
      for (std::size_t i = 0; i < count; ++i) {
        const double a = (*x)[x->size() == 1 ? 0 : i], b = (*y)[y->size() == 1 ? 0 : i];
        if (op == "Div" && (b == 0 || std::fmod(a, b) != 0)) return std::nullopt;
        out.push_back(op == "Add" ? a + b : op == "Sub" ? a - b : op == "Mul" ? a * b : a / b);
      }
      return out;
    }
    return std::nullopt;
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

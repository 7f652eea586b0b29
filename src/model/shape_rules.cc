#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <utility>

#include "model/node_view.h"

namespace assay::model {
namespace {

std::optional<std::int64_t> product(Shape::const_iterator begin, Shape::const_iterator end) {
  std::int64_t total = 1;
  for (; begin != end; ++begin) {
    if (*begin < 0 || __builtin_mul_overflow(total, *begin, &total)) return std::nullopt;
  }
  return total;
}
Shape to_shape(const Values& values) {
  Shape shape;
  for (const double value : values) shape.push_back(to_int(value));
  return shape;
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

Maybe constant_shape(const NodeView& node) {
  if (const auto* a = node.find("value")) return Shape(a->t().dims().begin(), a->t().dims().end());
  if (const auto* a = node.find("value_ints")) return Shape{a->ints_size()};
  if (const auto* a = node.find("value_floats")) return Shape{a->floats_size()};
  if (node.find("value_int") != nullptr || node.find("value_float") != nullptr) return Shape{};
  return std::nullopt;
}

Maybe from_values(const NodeView& node, const std::string& op, const Shape* x) {
  if (op == "ConstantOfShape") {
    const Values* shape = node.constant(0);
    return shape != nullptr ? Maybe(to_shape(*shape)) : std::nullopt;
  }
  const Values* shape = node.constant(1);
  return x != nullptr && shape != nullptr ? broadcast(*x, to_shape(*shape)) : std::nullopt;
}

Maybe gemm(const Shape& a, const Shape* b, const NodeView& node) {
  if (b == nullptr || a.size() != 2 || b->size() != 2) return std::nullopt;
  const bool ta = node.integer("transA", 0) != 0, tb = node.integer("transB", 0) != 0;
  if (a[ta ? 0 : 1] != (*b)[tb ? 1 : 0]) return std::nullopt;
  return Shape{a[ta ? 1 : 0], (*b)[tb ? 0 : 1]};
}

Maybe matmul(const Shape& a, const Shape* b) {
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

Maybe concat(const NodeView& node) {
  Shape out = *node.shape(0);
  const auto axis = axis_of(node.integer("axis", 0), out.size());
  if (!axis) return std::nullopt;
  for (int i = 1; i < node.inputs(); ++i) {
    const Shape* x = node.shape(i);
    if (x == nullptr || x->size() != out.size()) return std::nullopt;
    for (std::size_t d = 0; d < out.size(); ++d) {
      if (d != *axis && (*x)[d] != out[d]) return std::nullopt;
    }
    out[*axis] += (*x)[*axis];
  }
  return out;
}

Maybe reshape(const Shape& x, const Values* target, bool allow_zero) {
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
  const auto have = product(x.begin(), x.end()), rest = product(out.begin(), out.end());
  if (!have || !rest) return std::nullopt;
  if (free) {
    if (*rest == 0 || *have % *rest != 0) return std::nullopt;
    out[*free] = *have / *rest;
  } else if (*have != *rest) {
    return std::nullopt;
  }
  return out;
}

Maybe transpose(const Shape& x, Shape permutation) {
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

Maybe flatten(const Shape& x, std::int64_t axis) {
  const auto rank = static_cast<std::int64_t>(x.size());
  if (axis < -rank || axis > rank) return std::nullopt;
  const auto at = x.begin() + (axis < 0 ? axis + rank : axis);
  const auto rows = product(x.begin(), at), columns = product(at, x.end());
  if (!rows || !columns) return std::nullopt;
  return Shape{*rows, *columns};
}

/// Axes moved from attributes to inputs with opset 13 (18 for reductions); nullopt: given, but not
/// constant.
std::optional<Shape> axes_of(const NodeView& node) {
  if (!node.given(1)) return node.integers("axes");
  const Values* values = node.constant(1);
  return values != nullptr ? std::optional<Shape>(to_shape(*values)) : std::nullopt;
}

Maybe squeeze(const NodeView& node, const Shape& x, bool insert) {
  const auto axes = axes_of(node);
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

Maybe slice(const NodeView& node, const Shape& x) {
  Shape starts = node.integers("starts"), ends = node.integers("ends");
  Shape axes = node.integers("axes"), steps;
  Shape* parts[] = {&starts, &ends, &axes, &steps};
  for (int i = 1; i <= 4; ++i) {
    if (!node.given(i)) continue;
    const Values* values = node.constant(i);
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

Maybe gather(const Shape& x, const Shape* indices, std::int64_t a) {
  const auto axis = axis_of(a, x.size());
  if (indices == nullptr || !axis) return std::nullopt;
  Shape out(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(*axis));
  out.insert(out.end(), indices->begin(), indices->end());
  out.insert(out.end(), x.begin() + static_cast<std::ptrdiff_t>(*axis) + 1, x.end());
  return out;
}

Maybe pad(const NodeView& node, const Shape& x) {
  Shape pads = node.integers("pads");
  if (node.given(1)) {
    const Values* values = node.constant(1);
    if (values == nullptr) return std::nullopt;
    pads = to_shape(*values);
  }
  if (node.given(3) || pads.size() != 2 * x.size()) return std::nullopt;
  Shape out = x;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!sane({std::abs(pads[i]), std::abs(pads[i + x.size()])})) return std::nullopt;
    out[i] += pads[i] + pads[i + x.size()];
  }
  return out;
}

Maybe resize(const NodeView& node, const Shape& x, const std::string& op) {
  if (node.find("axes") != nullptr || node.text("keep_aspect_ratio_policy", "stretch") != "stretch") {
    return std::nullopt;
  }
  if (op == "Resize" && node.given(3)) {
    const Values* sizes = node.constant(3);
    if (sizes == nullptr || sizes->size() != x.size()) return std::nullopt;
    return to_shape(*sizes);
  }
  Values scales;
  if (const auto* a = node.find("scales")) {
    scales.assign(a->floats().begin(), a->floats().end());
  } else {
    // Opset 10 and Upsample have the scales second, later ones third, after the region of interest.
    const Values* values = node.constant(op == "Resize" && node.inputs() > 2 ? 2 : 1);
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

Maybe reduced(const Shape& x, const Shape& axes, bool keep) {
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

Maybe reduce(const NodeView& node, const Shape& x) {
  const auto axes = axes_of(node);
  if (!axes) return std::nullopt;
  if (axes->empty() && node.integer("noop_with_empty_axes", 0) != 0) return x;
  return reduced(x, *axes, node.integer("keepdims", 1) != 0);
}

Maybe blocks(const Shape& x, std::int64_t block, bool to_space) {
  if (x.size() != 4 || block < 1 || block > 1 << 15) return std::nullopt;
  if (to_space ? x[1] % (block * block) != 0 : x[2] % block != 0 || x[3] % block != 0) return std::nullopt;
  if (to_space) return Shape{x[0], x[1] / (block * block), x[2] * block, x[3] * block};
  return Shape{x[0], x[1] * block * block, x[2] / block, x[3] / block};
}

}  // namespace

std::optional<std::int64_t> product(const Shape& shape) { return product(shape.begin(), shape.end()); }

std::optional<std::size_t> axis_of(std::int64_t axis, std::size_t rank) {
  const auto r = static_cast<std::int64_t>(rank);
  if (axis < -r || axis >= r) return std::nullopt;
  return static_cast<std::size_t>(axis < 0 ? axis + r : axis);
}

bool sane(const Shape& shape) {
  return std::all_of(shape.begin(), shape.end(),
                     [](std::int64_t d) { return d >= 0 && d < (std::int64_t{1} << 40); });
}

Maybe output_shape(const NodeView& node) {
  const std::string& op = node.proto.op_type();
  if (op == "Constant") return constant_shape(node);
  const Shape* x = node.shape(0);
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
    for (int i = 1; out && i < node.inputs(); ++i) {
      const Shape* y = node.shape(i);
      out = y != nullptr ? broadcast(*out, *y) : std::nullopt;
    }
    return out;
  }
  if (op == "Conv" || op == "ConvInteger") return conv(*x, node.shape(1), node);
  if (op == "QLinearConv") return conv(*x, node.shape(3), node);
  if (op == "ConvTranspose") return conv_transpose(*x, node.shape(1), node);
  if (one_of(op, {"MaxPool", "AveragePool", "LpPool"})) {
    const Shape kernel = node.integers("kernel_shape");
    if (kernel.empty() || x->size() < 2) return std::nullopt;
    return windows(*x, (*x)[1], kernel, node);
  }
  if (one_of(op, {"GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"})) {
    if (x->size() < 2) return std::nullopt;
    Shape out(x->size(), 1);
    out[0] = (*x)[0];
    out[1] = (*x)[1];
    return out;
  }
  if (op == "Gemm") return gemm(*x, node.shape(1), node);
  if (op == "MatMul" || op == "MatMulInteger") return matmul(*x, node.shape(1));
  if (op == "QLinearMatMul") return matmul(*x, node.shape(3));
  if (op == "Concat") return concat(node);
  if (op == "Reshape") return reshape(*x, node.constant(1), node.integer("allowzero", 0) != 0);
  if (op == "Transpose") return transpose(*x, node.integers("perm"));
  if (op == "Flatten") return flatten(*x, node.integer("axis", 1));
  if (op == "Squeeze" || op == "Unsqueeze") return squeeze(node, *x, op == "Unsqueeze");
  if (op == "Shape") {
    if (node.find("start") != nullptr || node.find("end") != nullptr) return std::nullopt;
    return Shape{static_cast<std::int64_t>(x->size())};
  }
  if (op == "Slice") return slice(node, *x);
  if (op == "Gather") return gather(*x, node.shape(1), node.integer("axis", 0));
  if (op == "Pad") return pad(node, *x);
  if (op == "Resize" || op == "Upsample") return resize(node, *x, op);
  if (op.rfind("Reduce", 0) == 0) return reduce(node, *x);
  if (op == "ArgMax" || op == "ArgMin") {
    return reduced(*x, {node.integer("axis", 0)}, node.integer("keepdims", 1) != 0);
  }
  if (op == "DepthToSpace" || op == "SpaceToDepth") {
    return blocks(*x, node.integer("blocksize", 0), op == "DepthToSpace");
  }
  return std::nullopt;
}

std::vector<Shape> split_shapes(const NodeView& node) {
  const Shape* x = node.shape(0);
  const auto parts = static_cast<std::int64_t>(node.proto.output_size());
  if (x == nullptr || parts == 0) return {};
  const auto axis = axis_of(node.integer("axis", 0), x->size());
  if (!axis) return {};
  Shape sizes = node.integers("split");
  if (node.given(1)) {
    const Values* values = node.constant(1);
    if (values == nullptr) return {};
    sizes = to_shape(*values);
  }
  if (sizes.empty()) {
    const std::int64_t each = ((*x)[*axis] + parts - 1) / parts;
    sizes.assign(static_cast<std::size_t>(parts), each);
    sizes.back() = (*x)[*axis] - each * (parts - 1);
  }
  if (static_cast<std::int64_t>(sizes.size()) != parts) return {};
  std::vector<Shape> shapes(sizes.size(), *x);
  for (std::size_t i = 0; i < sizes.size(); ++i) shapes[i][*axis] = sizes[i];
  return shapes;
}

}  // namespace assay::model

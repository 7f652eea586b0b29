#include <algorithm>
#include <cmath>
#include <cstring>

#include "model/node_view.h"
#include "model/onnx_file.h"

namespace assay::model {
namespace {

template <typename T>
T load(const std::string& raw, std::int64_t index) {
  T value{};
  std::memcpy(&value, raw.data() + static_cast<std::size_t>(index) * sizeof(T), sizeof(T));
  return value;
}

}  // namespace

std::int64_t to_int(double value) { return static_cast<std::int64_t>(std::clamp(value, -4e18, 4e18)); }

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

std::optional<Values> fold_constant(const NodeView& node, std::size_t count) {
  const std::string& op = node.proto.op_type();
  if (op == "Constant") {
    if (const auto* a = node.find("value")) return small_values(a->t());
    if (const auto* a = node.find("value_ints")) return Values(a->ints().begin(), a->ints().end());
    if (const auto* a = node.find("value_floats")) return Values(a->floats().begin(), a->floats().end());
    if (const auto* a = node.find("value_int")) return Values{static_cast<double>(a->i())};
    if (const auto* a = node.find("value_float")) return Values{static_cast<double>(a->f())};
    return std::nullopt;
  }
  if (op == "Shape") {
    const Shape* x = node.shape(0);
    return x != nullptr ? std::optional<Values>(Values(x->begin(), x->end())) : std::nullopt;
  }
  const Values* x = node.constant(0);
  if (op == "Concat") {
    Values all;
    for (int i = 0; i < node.inputs(); ++i) {
      const Values* part = node.constant(i);
      const Shape* part_shape = node.shape(i);
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
    const std::int64_t to = node.integer("to", 0);
    if (to == onnx::TensorProto::INT64 || to == onnx::TensorProto::INT32) {
      for (double& v : out) v = std::trunc(v);
    } else if (to != onnx::TensorProto::FLOAT && to != onnx::TensorProto::DOUBLE) {
      return std::nullopt;
    }
    return out;
  }
  const Shape* x_shape = node.shape(0);
  if (op == "Gather" && x_shape != nullptr && x_shape->size() == 1) {
    const Values* indices = node.constant(1);
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
    const Values* start = node.constant(1);
    if (start == nullptr || start->size() != 1 || node.given(4)) return std::nullopt;
    std::int64_t from = to_int(start->front());
    if (from < 0) from += static_cast<std::int64_t>(x->size());
    from = std::clamp<std::int64_t>(from, 0, static_cast<std::int64_t>(x->size()));
    if (count > x->size() - static_cast<std::size_t>(from)) return std::nullopt;
    return Values(x->begin() + from, x->begin() + from + static_cast<std::ptrdiff_t>(count));
  }
  // Division of integers truncates and of floats does not, and the types are not kept: only exact quotients
  // fold.
  if (one_of(op, {"Add", "Sub", "Mul", "Div"})) {
    const Values* y = node.constant(1);
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

}  // namespace assay::model

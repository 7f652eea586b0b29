// One node with what is known of its inputs: what the rules of shape inference look at.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/shapes.h"
#include "onnx.pb.h"

namespace assay::model {

using Values = std::vector<double>;  ///< Contents of a small constant. Whole numbers up to 2^53 are exact.
using Maybe = std::optional<Shape>;

struct NodeView {
  const onnx::NodeProto& proto;
  const std::map<std::string, Shape>& shapes;
  const std::map<std::string, Values>& constants;

  int inputs() const { return proto.input_size(); }
  bool given(int i) const { return i < inputs() && !proto.input(i).empty(); }
  const Shape* shape(int i) const { return given(i) ? look_up(shapes, proto.input(i)) : nullptr; }
  const Values* constant(int i) const { return given(i) ? look_up(constants, proto.input(i)) : nullptr; }

  // Attributes, with their defaults.
  const onnx::AttributeProto* find(std::string_view name) const {
    for (const auto& attribute : proto.attribute()) {
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
  template <typename T>
  static const T* look_up(const std::map<std::string, T>& map, const std::string& name) {
    const auto it = map.find(name);
    return it == map.end() ? nullptr : &it->second;
  }
};

/// Shape of the first output; nullopt where the operator is not known or its inputs do not tell.
Maybe output_shape(const NodeView& node);
/// Shapes of all outputs of a Split; empty where they cannot be told.
std::vector<Shape> split_shapes(const NodeView& node);

// Sliding windows (window_rules.cc). x is [N,C,...], w the weights.
Maybe windows(const Shape& x, std::int64_t channels, const Shape& kernel, const NodeView& node);
Maybe conv(const Shape& x, const Shape* w, const NodeView& node);
Maybe conv_transpose(const Shape& x, const Shape* w, const NodeView& node);

// Shape arithmetic (constant_folding.cc): exporters write it with Shape, Gather, Concat and the like.
/// Constants larger than this are weights.
inline constexpr std::int64_t kSmall = 256;
std::optional<Values> small_values(const onnx::TensorProto& tensor);
/// The first output's `count` elements; nullopt where they are not constant.
std::optional<Values> fold_constant(const NodeView& node, std::size_t count);
/// "To the end" is written as INT64_MAX in slices: clamped, because no dimension comes near it.
std::int64_t to_int(double value);

/// Nullopt for a negative dimension, or when the product does not fit 63 bits.
std::optional<std::int64_t> product(const Shape& shape);
/// Axis in 0..rank-1, or nullopt.
std::optional<std::size_t> axis_of(std::int64_t axis, std::size_t rank);
/// No dimension is negative or so large that arithmetic on it could overflow.
bool sane(const Shape& shape);

inline bool one_of(std::string_view op, std::initializer_list<std::string_view> ops) {
  for (const std::string_view candidate : ops) {
    if (candidate == op) return true;
  }
  return false;
}

}  // namespace assay::model

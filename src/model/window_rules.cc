#include "model/node_view.h"

namespace assay::model {

/// Output of a sliding window over the spatial dimensions of x [N,C,...].
Maybe windows(const Shape& x, std::int64_t channels, const Shape& kernel, const NodeView& node) {
  const std::size_t spatial = x.size() - 2;
  Shape strides = node.integers("strides"), dilations = node.integers("dilations");
  Shape pads = node.integers("pads");
  if (strides.empty()) strides.assign(spatial, 1);
  if (dilations.empty()) dilations.assign(spatial, 1);
  if (pads.empty()) pads.assign(2 * spatial, 0);
  if (kernel.size() != spatial || strides.size() != spatial || dilations.size() != spatial ||
      pads.size() != 2 * spatial) {
    return std::nullopt;
  }
  if (!sane(kernel) || !sane(strides) || !sane(dilations) || !sane(pads)) return std::nullopt;
  const std::string auto_pad = node.text("auto_pad", "NOTSET");
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
      const bool ceil = node.integer("ceil_mode", 0) != 0;
      size = (room + (ceil ? strides[i] - 1 : 0)) / strides[i] + 1;
      // A window that would begin in the padding at the end is dropped.
      if (ceil && !valid && (size - 1) * strides[i] >= x[i + 2] + pads[i]) --size;
    }
    out.push_back(size);
  }
  return out;
}

Maybe conv(const Shape& x, const Shape* w, const NodeView& node) {
  if (w == nullptr || w->size() != x.size() || x.size() < 3) return std::nullopt;
  std::int64_t channels = 0;
  const std::int64_t groups = node.integer("group", 1);
  if (groups < 1 || __builtin_mul_overflow((*w)[1], groups, &channels) || channels != x[1])
    return std::nullopt;
  return windows(x, (*w)[0], Shape(w->begin() + 2, w->end()), node);
}

Maybe conv_transpose(const Shape& x, const Shape* w, const NodeView& node) {
  if (w == nullptr || w->size() != x.size() || x.size() < 3) return std::nullopt;
  if (node.text("auto_pad", "NOTSET") != "NOTSET") return std::nullopt;
  const std::size_t spatial = x.size() - 2;
  const Shape given = node.integers("output_shape");
  Shape strides = node.integers("strides"), dilations = node.integers("dilations");
  Shape pads = node.integers("pads"), extra = node.integers("output_padding");
  if (strides.empty()) strides.assign(spatial, 1);
  if (dilations.empty()) dilations.assign(spatial, 1);
  if (pads.empty()) pads.assign(2 * spatial, 0);
  if (extra.empty()) extra.assign(spatial, 0);
  if (strides.size() != spatial || dilations.size() != spatial || pads.size() != 2 * spatial ||
      extra.size() != spatial || (!given.empty() && given.size() != spatial)) {
    return std::nullopt;
  }
  const std::int64_t groups = node.integer("group", 1);
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

}  // namespace assay::model

// Small things that plugins without a vendor's SDK share: errors, tensors described in text, one-at-a-time
// queues. Header-only, C++17, needs the ABI header alone.
#pragma once

#include <cctype>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "assay/backend_abi.h"

namespace assay::plugin {

/// `return fail(error, ASSAY_ERROR_INVALID, "...")` from an ABI function.
inline std::int32_t fail(assay_error* error, std::int32_t code, const std::string& text,
                         std::int32_t vendor_code = 0) {
  if (error && error->struct_size >= sizeof(assay_error)) {
    error->vendor_code = vendor_code;
    std::snprintf(error->text, sizeof error->text, "%s", text.c_str());
  }
  return code;
}

struct TensorSpec {
  std::string name;
  assay_dtype dtype = ASSAY_DTYPE_UNKNOWN;
  std::vector<std::int64_t> dims;
};

/// "f32:1x3x64x64" -> dtype and dimensions. False where the text is anything else, or too large to address.
inline bool parse_tensor_spec(const std::string& text, TensorSpec& spec) {
  const auto colon = text.find(':');
  if (colon == std::string::npos) return false;
  spec.dtype = assay_dtype_named(text.substr(0, colon).c_str());
  if (spec.dtype == ASSAY_DTYPE_UNKNOWN) return false;
  spec.dims.clear();
  std::int64_t elements = 1;
  for (std::size_t at = colon + 1; at <= text.size();) {
    std::int64_t dim = 0;
    const std::size_t begin = at;
    while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) && at - begin < 9)
      dim = dim * 10 + (text[at++] - '0');
    if (dim == 0 || elements > (std::int64_t{1} << 40) / dim) return false;
    elements *= dim;
    spec.dims.push_back(dim);
    if (at < text.size() && text[at] != 'x') return false;
    ++at;
  }
  return !spec.dims.empty() && spec.dims.size() <= ASSAY_MAX_RANK;
}

/// The ABI's view of a tensor, dense and row-major. It points to the spec's name.
inline assay_tensor abi_tensor(const TensorSpec& spec) {
  assay_tensor tensor{};
  tensor.struct_size = sizeof tensor;
  tensor.dtype = spec.dtype;
  tensor.name = spec.name.c_str();
  tensor.rank = static_cast<std::uint32_t>(spec.dims.size());
  tensor.byte_size = assay_dtype_size(spec.dtype);
  for (std::size_t d = spec.dims.size(); d-- > 0;) {
    tensor.dims[d] = spec.dims[d];
    tensor.strides[d] = static_cast<std::int64_t>(tensor.byte_size);
    tensor.byte_size *= static_cast<std::uint64_t>(spec.dims[d]);
  }
  tensor.quantisation.struct_size = sizeof tensor.quantisation;
  tensor.quantisation.axis = -1;
  return tensor;
}

/// Overrides the dimensions of `spec` by the shape that open() was given for its name. False: rank or dims
/// are bad.
inline bool apply_shapes(const assay_open_options& options, TensorSpec& spec) {
  for (std::uint32_t i = 0; i < options.shape_count; ++i) {
    const assay_shape& shape = options.shapes[i];
    if (spec.name != shape.tensor) continue;
    if (shape.rank == 0 || shape.rank > ASSAY_MAX_RANK) return false;
    spec.dims.assign(shape.dims, shape.dims + shape.rank);
    for (const std::int64_t dim : spec.dims)
      if (dim <= 0) return false;
  }
  return true;
}

/// Do `buffers` fit `tensors`? Else a text that says which does not.
inline bool buffers_fit(const assay_buffer* buffers, std::uint32_t count,
                        const std::vector<assay_tensor>& tensors, const char* what, std::string& problem) {
  if (count != tensors.size()) {
    problem = "expected " + std::to_string(tensors.size()) + " " + what + " buffers, found " +
              std::to_string(count);
    return false;
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    if (buffers[i].data && buffers[i].size >= tensors[i].byte_size) continue;
    problem = std::string(what) + " \"" + tensors[i].name + "\": expected a buffer of " +
              std::to_string(tensors[i].byte_size) + " bytes, found " +
              (buffers[i].data ? std::to_string(buffers[i].size) : "none");
    return false;
  }
  return true;
}

}  // namespace assay::plugin

// How the contract library executes: every buffer is checked against what SNPE's documents ask of it.
#pragma once

#include <algorithm>
#include <cstring>

#include "contract_objects.h"

namespace assay::snpe::contract {

inline std::vector<std::size_t> dims_in_dlc(const Tensor& tensor, const Container& container) {
  std::vector<std::size_t> dims(tensor.dims.begin(), tensor.dims.end());
  if (container.channels_last && dims.size() == 4) dims = {dims[0], dims[2], dims[3], dims[1]};
  return dims;
}

inline int element_in_dlc(const Tensor& tensor, const Container& container) {
  if (tensor.integers) return kElementInt32;
  const auto found = container.quantised.find(tensor.name);
  if (found == container.quantised.end()) return kElementFloat;
  return found->second.bits == 16 ? kElementTf16 : kElementTf8;
}

inline float rounded(float value, const Quantisation& q) {
  const float most = q.bits == 16 ? 65535.0F : 255.0F;
  const float stored = std::round(value / q.step) + static_cast<float>(q.zero);
  return (std::min(std::max(stored, 0.0F), most) - static_cast<float>(q.zero)) * q.step;
}

/// Index of the ONNX model's element for the DLC's element `i`.
inline std::size_t source_index(std::size_t i, const Tensor& tensor, const Container& container) {
  if (!container.channels_last || tensor.dims.size() != 4) return i;
  const auto channels = static_cast<std::size_t>(tensor.dims[1]);
  const auto pixels = static_cast<std::size_t>(tensor.dims[2] * tensor.dims[3]);
  const std::size_t image = i / (channels * pixels), rest = i % (channels * pixels);
  return (image * channels + rest % channels) * pixels + rest / channels;
}

/// The buffer of a tensor, after checking all that SNPE's documents ask of it.
inline const Buffer& checked_buffer(const Map& map, const Tensor& tensor, const Container& container) {
  const auto found = map.buffers.find(tensor.name);
  if (found == map.buffers.end()) throw Error(200, "no buffer for tensor " + tensor.name);
  const Buffer& buffer = get<Buffer>(found->second, "execute");
  const Encoding& encoding = get<Encoding>(buffer.encoding, "execute");
  std::size_t bytes = 4;
  if (encoding.element == kElementTf8) bytes = 1;
  if (encoding.element == kElementTf16) bytes = 2;
  const auto dims = dims_in_dlc(tensor, container);
  if (buffer.strides.size() != dims.size()) throw Error(211, "strides of another rank for " + tensor.name);
  std::size_t stride = bytes;
  for (std::size_t d = dims.size(); d-- > 0; stride *= dims[d])
    if (buffer.strides[d] != stride)
      throw Error(211, "strides of " + tensor.name + " are not those of its dimensions");
  if (buffer.bytes != stride) throw Error(203, "the buffer of " + tensor.name + " has another size");
  if (tensor.integers != (encoding.element == kElementInt32))
    throw Error(240, "the buffer of " + tensor.name + " has another type");
  if ((bytes == 1 || bytes == 2) && element_in_dlc(tensor, container) != encoding.element)
    throw Error(240, "the tensor " + tensor.name + " is not quantized in that way");
  return buffer;
}

inline void read_input(const Buffer& buffer, const Tensor& tensor, const Container& container,
                       std::vector<char>& values) {
  const Encoding& encoding = get<Encoding>(buffer.encoding, "execute");
  const auto quantised = container.quantised.find(tensor.name);
  std::size_t count = 1;
  for (const std::int64_t dim : tensor.dims) count *= static_cast<std::size_t>(dim);
  values.resize(count * 4);
  for (std::size_t i = 0; i < count; ++i) {
    char* const to = &values[4 * source_index(i, tensor, container)];
    if (tensor.integers) {
      std::memcpy(to, static_cast<const char*>(buffer.memory) + 4 * i, 4);
      continue;
    }
    float value = 0;
    const Quantisation& q = encoding.quantisation;
    if (encoding.element == kElementTf8)
      value = (static_cast<const std::uint8_t*>(buffer.memory)[i] - static_cast<float>(q.zero)) * q.step;
    else if (encoding.element == kElementTf16)
      value = (static_cast<const std::uint16_t*>(buffer.memory)[i] - static_cast<float>(q.zero)) * q.step;
    else
      std::memcpy(&value, static_cast<const char*>(buffer.memory) + 4 * i, 4);
    if (quantised != container.quantised.end()) value = rounded(value, quantised->second);
    std::memcpy(to, &value, 4);
  }
}

inline void write_output(const Buffer& buffer, const Tensor& tensor, const Container& container,
                         const std::vector<char>& values) {
  const Encoding& encoding = get<Encoding>(buffer.encoding, "execute");
  const auto quantised = container.quantised.find(tensor.name);
  for (std::size_t i = 0; i < values.size() / 4; ++i) {
    const char* const from = &values[4 * source_index(i, tensor, container)];
    if (tensor.integers) {
      std::memcpy(static_cast<char*>(buffer.memory) + 4 * i, from, 4);
      continue;
    }
    float value = 0;
    std::memcpy(&value, from, 4);
    if (quantised != container.quantised.end()) value = rounded(value, quantised->second);
    const Quantisation& q = encoding.quantisation;
    if (encoding.element == kElementTf8)
      static_cast<std::uint8_t*>(buffer.memory)[i] =
          static_cast<std::uint8_t>(std::lround(value / q.step) + static_cast<long>(q.zero));
    else if (encoding.element == kElementTf16)
      static_cast<std::uint16_t*>(buffer.memory)[i] =
          static_cast<std::uint16_t>(std::lround(value / q.step) + static_cast<long>(q.zero));
    else
      std::memcpy(static_cast<char*>(buffer.memory) + 4 * i, &value, 4);
  }
}

/// Each layer on the first runtime of the order that takes it, as SNPE partitions a network.
inline std::vector<std::string> place(const Builder& builder, const Container& container) {
  std::vector<std::string> placed;
  for (const auto& layer : container.layers) {
    const auto runtime = std::find_if(builder.runtimes.begin(), builder.runtimes.end(),
                                      [&](int candidate) { return layer.not_on != name_of(candidate); });
    if (runtime == builder.runtimes.end())
      throw Error(1009, "layer " + layer.name + " could not be assigned to any runtime of the order");
    placed.push_back(name_of(*runtime));
  }
  return placed;
}

}  // namespace assay::snpe::contract

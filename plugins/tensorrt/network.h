// What the parsed network says of itself, before it is built.
#pragma once

#include <string>
#include <vector>

#include "compat.h"
#include "engine_file.h"

namespace assay::tensorrt {

std::vector<std::int64_t> dims_of(const nvinfer1::Dims& dims);

struct NetworkFacts {
  std::vector<NetworkLayer> layers;
  bool has_quantize = false;  ///< QuantizeLinear/DequantizeLinear: the source states its own scales.
  bool has_half = false;      ///< A convolution or matrix product in FP16.
  std::vector<std::string> not_on_dla;  ///< Layers that the DLA cannot take, as TensorRT says; where asked.
};

/// `config`: null, or one whose default device is a DLA.
NetworkFacts read_network(const nvinfer1::INetworkDefinition& network,
                          const nvinfer1::IBuilderConfig* config);

}  // namespace assay::tensorrt

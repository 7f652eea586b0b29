#include "network.h"

namespace assay::tensorrt {

namespace {

using nvinfer1::LayerType;

/// Elements; -1 where a dimension is not known.
double volume(const nvinfer1::Dims& dims) {
  double product = 1;
  for (const std::int64_t dim : dims_of(dims)) {
    if (dim < 0) return -1;
    product *= static_cast<double>(dim);
  }
  return product;
}

double convolution_operations(const nvinfer1::Dims& positions, const nvinfer1::Dims& channels_in,
                              const nvinfer1::Dims& kernel, double groups) {
  const double outputs = volume(positions), taps = volume(kernel);
  if (outputs < 0 || taps < 0 || channels_in.nbDims < 2 || channels_in.d[1] < 0 || groups < 1) return -1;
  return 2 * outputs * taps * static_cast<double>(channels_in.d[1]) / groups;
}

double product_operations(const nvinfer1::IMatrixMultiplyLayer& layer) {
  const nvinfer1::Dims left = layer.getInput(0)->getDimensions();
  const double outputs = volume(layer.getOutput(0)->getDimensions());
  if (left.nbDims < 1 || outputs < 0) return -1;
  // The dimension that is summed over is the last of the left operand, or the one before where it is
  // transposed.
  const bool transposed = layer.getOperation(0) == nvinfer1::MatrixOperation::kTRANSPOSE && left.nbDims >= 2;
  const auto depth = static_cast<double>(left.d[left.nbDims - (transposed ? 2 : 1)]);
  return depth < 0 ? -1 : 2 * outputs * depth;
}

/// As assay counts them: 1 MAC = 2, of convolutions and matrix products; what else there is costs nothing.
double operations_of(const nvinfer1::ILayer& layer) {
  switch (layer.getType()) {
    case LayerType::kCONVOLUTION: {
      const auto& convolution = static_cast<const nvinfer1::IConvolutionLayer&>(layer);
      return convolution_operations(layer.getOutput(0)->getDimensions(), layer.getInput(0)->getDimensions(),
                                    convolution.getKernelSizeNd(),
                                    static_cast<double>(convolution.getNbGroups()));
    }
    case LayerType::kDECONVOLUTION: {
      // Each input element is multiplied with each tap of each output channel.
      const auto& deconvolution = static_cast<const nvinfer1::IDeconvolutionLayer&>(layer);
      return convolution_operations(layer.getInput(0)->getDimensions(), layer.getOutput(0)->getDimensions(),
                                    deconvolution.getKernelSizeNd(),
                                    static_cast<double>(deconvolution.getNbGroups()));
    }
    case LayerType::kMATRIX_MULTIPLY:
      return product_operations(static_cast<const nvinfer1::IMatrixMultiplyLayer&>(layer));
    default:
      return 0;
  }
}

}  // namespace

std::vector<std::int64_t> dims_of(const nvinfer1::Dims& dims) {
  std::vector<std::int64_t> list;
  for (int i = 0; i < dims.nbDims; ++i) list.push_back(dims.d[i]);
  return list;
}

NetworkFacts read_network(const nvinfer1::INetworkDefinition& network,
                          const nvinfer1::IBuilderConfig* config) {
  NetworkFacts facts;
  for (int i = 0; i < network.getNbLayers(); ++i) {
    const nvinfer1::ILayer& layer = *network.getLayer(i);
    const LayerType type = layer.getType();
    const double operations = operations_of(layer);
    facts.has_quantize = facts.has_quantize || type == LayerType::kQUANTIZE || type == LayerType::kDEQUANTIZE;
    facts.has_half =
        facts.has_half || (operations != 0 && layer.getOutput(0)->getType() == nvinfer1::DataType::kHALF);
    facts.layers.push_back({layer.getName(), operations});
    // Constants are folded into what uses them: the DLA is not asked to run them.
    if (config != nullptr && type != LayerType::kCONSTANT && !config->canRunOnDLA(&layer))
      facts.not_on_dla.push_back(layer.getName());
  }
  return facts;
}

}  // namespace assay::tensorrt

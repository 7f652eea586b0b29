// Network, layers and tensors of the contract library: TensorRT's own classes over a Model.
#pragma once

#include <deque>
#include <string>

#include "contract_model.h"
#include "nvinfer_stubs.h"

namespace contract {

using namespace nvinfer1;

inline Dims to_dims(const std::vector<std::int64_t>& list) {
  Dims dims{};
  dims.nbDims = static_cast<std::int32_t>(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) dims.d[i] = list[i];
  return dims;
}

class Tensor : public ITensor, public apiv::UnusedVTensor {
 public:
  explicit Tensor(const Value& value) : value_(value) { mImpl = this; }
  char const* getName() const noexcept override { return value_.name.c_str(); }
  Dims getDimensions() const noexcept override { return to_dims(value_.dims); }
  DataType getType() const noexcept override { return value_.half ? DataType::kHALF : DataType::kFLOAT; }

 private:
  Value value_;
};

/// One node; a convolution says its kernel.
class Layer : public IConvolutionLayer, public apiv::UnusedVLayer, public apiv::UnusedVConvolutionLayer {
 public:
  explicit Layer(const Node& node) : node_(node), input_(node.input), output_(node.output) {
    mLayer = this;
    mImpl = this;
  }
  const Node& node() const { return node_; }
  LayerType getType() const noexcept override {
    const std::string& type = node_.type;
    return type == "Conv"               ? LayerType::kCONVOLUTION
           : type == "Relu"             ? LayerType::kACTIVATION
           : type == "Add"              ? LayerType::kELEMENTWISE
           : type == "QuantizeLinear"   ? LayerType::kQUANTIZE
           : type == "DequantizeLinear" ? LayerType::kDEQUANTIZE
                                        : LayerType::kSOFTMAX;
  }
  /// A DLA that takes convolutions, sums and activations.
  bool on_dla() const {
    const LayerType type = getType();
    return type == LayerType::kCONVOLUTION || type == LayerType::kACTIVATION ||
           type == LayerType::kELEMENTWISE;
  }
  char const* getName() const noexcept override { return node_.name.c_str(); }
  ITensor* getInput(std::int32_t) const noexcept override { return &input_; }
  ITensor* getOutput(std::int32_t) const noexcept override { return &output_; }
  Dims getKernelSizeNd() const noexcept override { return to_dims(node_.kernel); }
  std::int64_t getNbGroups() const noexcept override { return node_.groups; }

 private:
  Node node_;
  mutable Tensor input_, output_;
};

class Network : public INetworkDefinition, public apiv::UnusedVNetworkDefinition {
 public:
  Network() { mImpl = this; }
  void load(const std::string& path) {
    model_ = read_model(path);
    for (const Value& value : model_.inputs) inputs_.emplace_back(value);
    for (const Value& value : model_.outputs) outputs_.emplace_back(value);
    for (const Node& node : model_.nodes) layers_.emplace_back(node);
  }
  const Model& model() const { return model_; }
  const std::deque<Layer>& layers() const { return layers_; }

  std::int32_t getNbLayers() const noexcept override { return static_cast<std::int32_t>(layers_.size()); }
  ILayer* getLayer(std::int32_t i) const noexcept override { return &layers_[static_cast<std::size_t>(i)]; }
  std::int32_t getNbInputs() const noexcept override { return static_cast<std::int32_t>(inputs_.size()); }
  ITensor* getInput(std::int32_t i) const noexcept override { return &inputs_[static_cast<std::size_t>(i)]; }
  std::int32_t getNbOutputs() const noexcept override { return static_cast<std::int32_t>(outputs_.size()); }
  ITensor* getOutput(std::int32_t i) const noexcept override {
    return &outputs_[static_cast<std::size_t>(i)];
  }

 private:
  Model model_;
  mutable std::deque<Tensor> inputs_, outputs_;
  mutable std::deque<Layer> layers_;
};

class ParserError : public nvonnxparser::UnusedIParserError {
 public:
  std::string text;
  nvonnxparser::ErrorCode code() const override { return nvonnxparser::ErrorCode::kMODEL_DESERIALIZE_FAILED; }
  char const* desc() const override { return text.c_str(); }
  char const* nodeName() const override { return ""; }
  char const* nodeOperator() const override { return ""; }
};

class Parser : public nvonnxparser::UnusedIParser {
 public:
  explicit Parser(Network& network) : network_(network) {}
  bool parseFromFile(char const* path, int) noexcept override {
    try {
      network_.load(path);
      return true;
    } catch (const std::exception& exception) {
      error_.text = exception.what();
      return false;
    }
  }
  int getNbErrors() const noexcept override { return error_.text.empty() ? 0 : 1; }
  nvonnxparser::IParserError const* getError(int) const noexcept override { return &error_; }

 private:
  Network& network_;
  ParserError error_;
};

}  // namespace contract

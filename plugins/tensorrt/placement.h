// Which part of an engine runs on the DLA and which on the GPU, from what TensorRT's engine inspector prints.
//
// What can be known:
//  - An engine holds layers after fusion. On the GPU a layer's name lists what was fused ("a + b", "PWN(c)").
//  A DLA
//    subgraph, and a subgraph that TensorRT's graph compiler took on the GPU, is one layer named after its
//    ends only: "{ForeignNode[first...last]}". Both are named alike: the inspector's LayerType ("DLA") tells
//    them apart, and is printed only where the engine was built with detailed verbosity, as this plugin
//    builds all.
//  - From 8.6 on, detailed information has Metadata, "[ONNX Layer: name]" for each ONNX node in a layer. Then
//  each
//    node's place is told. Before, or where it is empty, a ForeignNode is taken to hold the network's layers
//    between its ends, in the network's order, that no other layer names. That can be ambiguous, where ranges
//    overlap: the operations of such nodes are then unknown, and are said to be.
//  - Operations are counted from the network that the parser made, before fusion (see NetworkLayer): a DLA
//  subgraph
//    of forty convolutions counts as forty, though the profiler sees one layer.
//  - The profiler's time of a DLA layer is not the DLA's: the GPU submits it, and then waits in "X from nvm"
//  (see the
//    profile in github.com/NVIDIA/TensorRT issue 3143). A share by time would be wrong, one by operations is
//    not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine_file.h"

namespace assay::tensorrt {

enum class Unit { kGpu, kDla, kUnknown };

/// One layer of the engine, as the inspector prints it.
struct EngineLayer {
  std::string name;
  std::string type;                   ///< LayerType: "CaskConvolution", "DLA"; "" where only names are told.
  std::string parameter_type;         ///< ParameterType: "Convolution".
  std::string tactic;                 ///< TacticName
  std::vector<std::string> metadata;  ///< Names of ONNX nodes.
  std::string input_format;           ///< Of its first input: "Row major linear FP32".
};

/// From getEngineInformation(kJSON). Throws plugin::Failure (VENDOR) for what is no such document.
std::vector<EngineLayer> parse_engine_information(std::string_view json);

/// "int8", "fp16", "bf16", "fp8", "fp32", by the layer's own description of its first input; "" where it says
/// none.
std::string precision_of(const EngineLayer& layer);

/// Of a DLA subgraph, whose inside the inspector does not tell: the type of its first input is that of all of
/// it where the builder was `allowed` no other. "": not proven.
std::string subgraph_precision(const EngineLayer& layer, const std::vector<std::string>& allowed);

/// A name that the profiler reports beside the engine's layers, for handing data to the DLA and back: "x to
/// nvm", "y from nvm", "x copy finish". The GPU waits in them while the DLA computes: they are layers of
/// neither.
bool is_hand_over(const std::string& name);

/// Whether it does the bulk of arithmetic in the type of its first input: convolutions, matrix products and
/// DLA subgraphs. Not what TensorRT's graph compiler fused on the GPU: inside, it may convert.
bool is_arithmetic(const EngineLayer& layer);

struct PlacedLayer {
  EngineLayer layer;
  Unit unit = Unit::kUnknown;
  double operations = -1;  ///< -1: not known.
};

struct Placement {
  std::vector<PlacedLayer> layers;  ///< In the engine's order.
  std::vector<std::string> dla_subgraphs;
  int layers_on_gpu = 0;
  int layers_unknown = 0;  ///< Where there are any, the two counts and the subgraphs are not the whole.
  int transitions = 0;     ///< Changes between DLA and GPU along the engine's order.
  /// Sums; -1 where some layer's are not known.
  double operations_dla = -1, operations_gpu = -1;
};

/// `for_dla`: the engine was built with the DLA as its default device; otherwise all of it is on the GPU.
Placement place(std::vector<EngineLayer> layers, const std::vector<NetworkLayer>& network, bool for_dla);

/// The precision of most convolutions and matrix products first, any other joined by '+' ("int8+fp32"), by
/// number of layers. A DLA subgraph is one layer of many: where there are some, layers are weighed by their
/// operations; "unknown" where those are not known and precisions differ, or a subgraph's is not proven
/// (`allowed`: see subgraph_precision).
std::string executed_precision(const Placement& placement, const std::vector<std::string>& allowed);

}  // namespace assay::tensorrt

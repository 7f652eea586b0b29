// The graph that the HTP executes, as the provider wrote it down when it composed it.
#pragma once

#include <string>
#include <vector>

#include "qnn/settings.h"

namespace assay::qnn {

struct HtpOperator {
  std::string name;       ///< As the profile names it: "stem.0".
  std::string type;       ///< "Conv2d"
  std::string precision;  ///< What its data are stored in: "int8", "int16", "fp32" ...; "": something else.
  std::string weights;    ///< The same of the weights of a convolution or matrix product.
  bool operator==(const HtpOperator& other) const {
    return name == other.name && type == other.type && precision == other.precision &&
           weights == other.weights;
  }
};

struct HtpGraph {
  std::string name;  ///< Made by ONNX Runtime from the model; a context's EPContext node has the same.
  std::vector<HtpOperator> operators;
  bool operator==(const HtpGraph& other) const { return name == other.name && operators == other.operators; }
};

/// Reads the provider's JSON (option dump_json_qnn_graph). Throws Failure (VENDOR) for anything else.
HtpGraph parse_dumped_graph(const std::string& name, const std::string& json);

/// What a context does not tell of itself, kept beside it.
struct Sidecar {
  std::vector<HtpGraph> graphs;
  Pairs compiled_with;  ///< Values of compile_options().
  bool operator==(const Sidecar& other) const {
    return graphs == other.graphs && compiled_with == other.compiled_with;
  }
};

/// parse throws Failure (INVALID) for anything that write did not make.
std::string write_sidecar(const Sidecar& sidecar);
Sidecar parse_sidecar(const std::string& json);

/// What the convolutions and matrix products compute in, weights and data, by the rule of PrecisionCount:
/// 8-bit weights with 16-bit activations are "int8+int16". Without any, what all operators do. Float data are
/// computed in fp16 when `fp16` (the provider's default; V69 and newer). "unknown" without operators.
std::string executed_precision(const std::vector<HtpGraph>& graphs, bool fp16);

/// Target of `compilation_target` in the provider's operator trace; fields not told are 0. Throws Failure
/// (VENDOR) for what is no such trace.
Target parse_compilation_target(const std::string& trace_json);

/// What a context model says of the binary in it: "v2:6:2.51.0:5.51.0:68:35:0:0".
struct ContextFacts {
  std::string sdk;  ///< "2.51.0": QAIRT's version.
  Target target;
};

/// Throws Failure (INVALID) when the text is another.
ContextFacts parse_compatibility(const std::string& text);

}  // namespace assay::qnn

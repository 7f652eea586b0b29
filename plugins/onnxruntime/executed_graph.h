// What ONNX Runtime really executes, read from the graph that the very session wrote after all of its
// optimisations.
#pragma once

#include <cstdint>
#include <string>

namespace assay::onnxruntime {

/// The executed precision of an optimised ONNX model, read from the open file descriptor `model` (its weights
/// are skipped, not loaded). Rule: each convolution and matrix product, subgraphs included, counts with what
/// its kernel computes in: "int8" for the operators that compute in integers (QLinearConv, ConvInteger,
/// MatMulInteger ...), else the element type of its data. A Q/DQ pair that was not fused leaves a float
/// convolution, and counts as float. The precision of most comes first, others are joined: "int8+fp32". In a
/// graph without such an operator the element types of all float results decide. "unknown" when none is found
/// or the file is no ONNX.
std::string executed_precision(int model);

}  // namespace assay::onnxruntime

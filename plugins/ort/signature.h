// The inputs and outputs of a loaded model, and ONNX Runtime's element types as the ABI's.
#pragma once

#include <vector>

#include "ort/library.h"
#include "support/vendor_plugin.h"

namespace assay::onnxruntime {

/// ASSAY_DTYPE_UNKNOWN for a type that the ABI does not have (strings, complex numbers, 4 and 8 bit floats).
assay_dtype dtype_of(ONNXTensorElementDataType type);
ONNXTensorElementDataType element_type_of(assay_dtype dtype);

/// A tensor as the model declares it; a dynamic dimension is negative.
struct Declared {
  plugin::DeclaredShape shape;
  assay_dtype dtype = ASSAY_DTYPE_UNKNOWN;
};

/// The session's inputs, or else its outputs. Throws Failure (UNSUPPORTED) for one that is no tensor.
std::vector<Declared> read_signature(const Library& library, OrtSession* session, bool inputs);

}  // namespace assay::onnxruntime

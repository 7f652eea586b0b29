// prepare(): ONNX -> engine, on the machine that will run it.
#pragma once

#include "support/vendor_plugin.h"

namespace assay::tensorrt {

/// Throws Failure. Takes from seconds to many minutes; TensorRT's own words go to stdout.
void build_engine(const assay_prepare_options& request);

}  // namespace assay::tensorrt

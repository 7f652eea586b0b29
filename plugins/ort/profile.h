// ONNX Runtime's profile file, made into layers.
#pragma once

#include <string>

#include "support/vendor_plugin.h"

namespace assay::onnxruntime {

/// Reads the JSON file that a profiling session wrote and adds one layer for each kernel that was executed,
/// in order of execution: mean time of one inference, the first inference left out when there are more, and
/// placement by the execution provider: `claimed_provider` is the claimed accelerator, any other is
/// elsewhere. Kernels of `skipped_provider` ("": none) are left out: it tells its own layers. Times are -1
/// unless `tell_times`. Throws Failure when the file cannot be read or holds no executed kernel.
void read_profile(const std::string& path, const std::string& claimed_provider, plugin::LayerList& layers,
                  const std::string& skipped_provider = "", bool tell_times = true);

}  // namespace assay::onnxruntime

// "GPU", "GPU.1", "DLA0": what a spec names.
#pragma once

#include <string>

namespace assay::tensorrt {

struct Accelerator {
  int gpu = 0;
  int dla = -1;  ///< Core; -1: the GPU.
  std::string name() const;
};

/// Throws plugin::Failure (UNAVAILABLE) for any other name.
Accelerator parse_accelerator(const std::string& name);

/// Throws plugin::Failure (UNAVAILABLE): the machine has fewer GPUs or DLA cores.
void require_accelerator(const Accelerator& accelerator, int gpus, int dla_cores);

}  // namespace assay::tensorrt

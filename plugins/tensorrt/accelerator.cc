#include "accelerator.h"

#include "support/vendor_plugin.h"

namespace assay::tensorrt {

using plugin::Failure;

std::string Accelerator::name() const {
  return dla >= 0 ? "DLA" + std::to_string(dla) : "GPU." + std::to_string(gpu);
}

Accelerator parse_accelerator(const std::string& name) {
  Accelerator accelerator;
  if (name == "GPU") return accelerator;
  const bool is_gpu = name.compare(0, 4, "GPU.") == 0, is_dla = name.compare(0, 3, "DLA") == 0;
  const std::string index = name.substr(is_gpu ? 4 : is_dla ? 3 : 0);
  if ((!is_gpu && !is_dla) || index.size() != 1 || index[0] < '0' || index[0] > '9')
    throw Failure(ASSAY_ERROR_UNAVAILABLE,
                  "accelerator '" + name + "': TensorRT has GPU, GPU.0 (and further GPUs), DLA0 and DLA1");
  (is_gpu ? accelerator.gpu : accelerator.dla) = index[0] - '0';
  return accelerator;
}

void require_accelerator(const Accelerator& accelerator, int gpus, int dla_cores) {
  if (accelerator.gpu >= gpus)
    throw Failure(ASSAY_ERROR_UNAVAILABLE, "accelerator " + accelerator.name() + ": this machine has " +
                                               std::to_string(gpus) + " GPU(s)");
  if (accelerator.dla >= dla_cores)
    throw Failure(ASSAY_ERROR_UNAVAILABLE,
                  "accelerator " + accelerator.name() + ": " +
                      (dla_cores <= 0 ? std::string("TensorRT finds no DLA core on this machine")
                                      : "this machine has " + std::to_string(dla_cores) +
                                            " DLA core(s), DLA0 to DLA" + std::to_string(dla_cores - 1)));
}

}  // namespace assay::tensorrt

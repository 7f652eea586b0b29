// What differs between OpenVINO's devices: which names stand for which, why one is absent, what its kernels'
// names say. Pure functions, so that they are tested without a GPU.
#pragma once

#include <string>
#include <vector>

namespace assay::openvino {

/// "GPU" of "GPU.1".
std::string device_kind(const std::string& device);

/// The listed device that a name stands for: itself; "GPU" also for the first of "GPU.0", "GPU.1", and
/// "GPU.0" for a "GPU" that is listed alone (OpenVINO's naming: GPU is an alias of GPU.0). "": none.
std::string listed_device(const std::vector<std::string>& listed, const std::string& name);

/// What the kernel says about a device's node. Fields in the order in which they are looked at.
struct DeviceNodes {
  int present = 0;   ///< Nodes that are there: /dev/dri/renderD*, /dev/accel/accel*.
  int readable = 0;  ///< Of them, by this process.
};

/// Looks under /dev. kind: "GPU" or "NPU"; others have none.
DeviceNodes device_nodes(const std::string& kind);

/// Why a device is not there and what to do, from OpenVINO's own words and the kernel's nodes. Sources:
/// OpenVINO 2024-2026 documentation, "Configurations for Intel Processor Graphics (GPU)" and "... for Intel
/// NPU".
std::string reason_of_absence(const std::string& kind, const std::string& openvino_says, DeviceNodes nodes);

/// Precision of a layer in assay's words, "" where nothing tells: what its kernel is named for
/// ("convolution_gpu_bfyx_os_iyx_osv16__f16", "jit:ir__i8": behind the last "__"; on a CPU
/// "brgconv_avx512_f32": behind the last "_"), else the runtime model's own word ("f16", "u8"). That word
/// alone is not enough: a CPU's convolution in FP32 whose weights are stored in FP16 is told as f16.
std::string layer_precision(const std::string& kernel, const std::string& runtime_precision);

}  // namespace assay::openvino

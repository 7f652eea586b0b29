// The CUDA runtime, opened at run time: signatures from its own header, addresses by dlsym.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/vendor_plugin.h"

namespace assay::tensorrt {

// All of them are in CUDA 11.4 (JetPack 5), 12 and 13 with one signature. cudaGraphInstantiate is not: its
// signature changed in 12.
// clang-format off
#define ASSAY_CUDA_FUNCTIONS(X)                                                                        \
  X(cudaGetDeviceCount) X(cudaGetErrorString) X(cudaGetLastError) X(cudaRuntimeGetVersion)             \
  X(cudaDriverGetVersion) X(cudaSetDevice) X(cudaSetDeviceFlags) X(cudaDeviceGetAttribute)             \
  X(cudaMalloc) X(cudaFree) X(cudaHostRegister) X(cudaHostUnregister) X(cudaMemcpyAsync)               \
  X(cudaStreamCreate) X(cudaStreamDestroy) X(cudaStreamSynchronize) X(cudaStreamQuery)                 \
  X(cudaStreamBeginCapture) X(cudaStreamEndCapture) X(cudaGraphInstantiateWithFlags)                   \
  X(cudaGraphLaunch) X(cudaGraphDestroy) X(cudaGraphExecDestroy) X(cudaEventCreate)                    \
  X(cudaEventDestroy) X(cudaEventRecord) X(cudaEventElapsedTime)
// clang-format on

/// One GPU as engines are bound to it.
struct Gpu {
  std::string name;                ///< "Orin (8 SM)": CUDA gives boards of several sizes one name.
  std::string compute_capability;  ///< "8.7"
  bool integrated = false;         ///< Shares the CPU's memory.
};

/// The opened library, for ever. Its functions are members with their own names: cuda.cudaMalloc(...).
class Cuda {
 public:
  /// Throws Failure (NOT_FOUND, with every place that was tried). ASSAY_CUDART_LIB names the library; without
  /// it: the loader's, /usr/local/cuda, and the SDK folder that the build knows.
  static const Cuda& get();

  /// Of the runtime library: "12.9".
  std::string version() const;
  /// What the installed driver serves: "12.4"; "none".
  std::string driver_version() const;
  const std::string& path() const { return path_; }

  /// Number of GPUs. Throws Failure (UNAVAILABLE) with CUDA's own words where there is no driver or no GPU.
  /// To be asked before TensorRT is: without a driver createInferRuntime() returns a pointer that is not null
  /// and cannot be used (tried with 11.4.0.106).
  int require_gpus() const;
  Gpu gpu(int index) const;

  /// Throws Failure with CUDA's code and text unless `code` is cudaSuccess. The text is `what` and `subject`,
  /// put together on failure alone: this stands in the timed loop, which must not allocate.
  void check(cudaError_t code, const char* what, const char* subject = "") const;

  /// How a thread waits for the device that was chosen, as CUDA says: "spinning", "blocking", "yielding",
  /// "driver's default"; "unknown" where it does not say.
  std::string waiting() const;
  /// Free memory of the device that was chosen; absent where CUDA does not say.
  std::optional<std::uint64_t> free_memory() const;

#define ASSAY_CUDA_MEMBER(name) decltype(&::name) name = nullptr;
  ASSAY_CUDA_FUNCTIONS(ASSAY_CUDA_MEMBER)
#undef ASSAY_CUDA_MEMBER

 private:
  explicit Cuda(const std::string& path);
  int attribute(cudaDeviceAttr which, int device) const;

  void* handle_ = nullptr;
  std::string path_;
};

/// Device memory of its own.
class DeviceMemory {
 public:
  DeviceMemory(const Cuda& cuda, std::uint64_t bytes, const std::string& what);
  ~DeviceMemory();
  DeviceMemory(DeviceMemory&& other) noexcept;
  DeviceMemory& operator=(DeviceMemory&&) = delete;
  void* get() const { return data_; }
  std::uint64_t size() const { return size_; }

 private:
  const Cuda* cuda_;
  void* data_ = nullptr;
  std::uint64_t size_ = 0;
};

/// A CUDA object and the function that ends it.
template <typename T>
class CudaHandle {
 public:
  using End = cudaError_t (*)(T);
  CudaHandle() = default;
  CudaHandle(T value, End end) : value_(value), end_(end) {}
  ~CudaHandle() {
    if (value_ != nullptr) end_(value_);
  }
  CudaHandle(CudaHandle&& other) noexcept : value_(other.value_), end_(other.end_) { other.value_ = nullptr; }
  CudaHandle& operator=(CudaHandle&& other) noexcept {
    std::swap(value_, other.value_);
    std::swap(end_, other.end_);
    return *this;
  }
  T get() const { return value_; }
  explicit operator bool() const { return value_ != nullptr; }

 private:
  T value_ = nullptr;
  End end_ = nullptr;
};

using Stream = CudaHandle<cudaStream_t>;
using Event = CudaHandle<cudaEvent_t>;
using GraphExec = CudaHandle<cudaGraphExec_t>;

Stream make_stream(const Cuda& cuda);
Event make_event(const Cuda& cuda);

}  // namespace assay::tensorrt

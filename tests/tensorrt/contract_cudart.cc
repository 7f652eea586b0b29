// A CUDA runtime for tests, without a GPU: device memory is host memory that is kept apart, and a stream is
// done when its call returns. Stricter than the real one where that finds mistakes: a copy's direction must
// be that of its pointers, and what the GPU may touch must be device memory.
//
// The environment says what machine this is: ASSAY_CONTRACT_GPUS (0: no driver, error 35),
// ASSAY_CONTRACT_GPU_NAME, ASSAY_CONTRACT_PAGEABLE (nothing can be page-locked), ASSAY_CONTRACT_DISCRETE (the
// GPU has memory of its own), ASSAY_CONTRACT_MUTE (neither flags nor free memory are told).
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "contract_cuda.h"

#undef cudaGetDeviceProperties

struct CUstream_st {
  bool capturing = false;
  std::vector<std::function<void()>> captured;
};
struct CUevent_st {
  std::chrono::steady_clock::time_point at;
  bool recorded = false;
};
struct CUgraph_st {
  std::vector<std::function<void()>> work;
};
struct CUgraphExec_st {
  std::vector<std::function<void()>> work;
};

namespace {

std::mutex mutex;
std::map<const char*, std::size_t> allocations;
std::set<void*> registered;
int chosen = -1;  // Device; -1: none was chosen yet.
std::map<int, unsigned> device_flags;

const char* environment(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : otherwise;
}

int gpus() { return std::atoi(environment("ASSAY_CONTRACT_GPUS", "1")); }

}  // namespace

extern "C" {

#define EXPORT __attribute__((visibility("default")))

EXPORT void contract_enqueue(cudaStream_t stream, void (*work)(void*), void* data) {
  if (stream->capturing)
    stream->captured.push_back([work, data] { work(data); });
  else
    work(data);
}

EXPORT int contract_is_device(const void* pointer) {
  const std::lock_guard<std::mutex> lock(mutex);
  const char* byte = static_cast<const char*>(pointer);
  auto after = allocations.upper_bound(byte);
  if (after == allocations.begin()) return 0;
  --after;
  return byte < after->first + after->second ? 1 : 0;
}

EXPORT cudaError_t cudaGetDeviceCount(int* count) {
  *count = gpus();
  return *count > 0 ? cudaSuccess : cudaErrorInsufficientDriver;
}
EXPORT const char* cudaGetErrorString(cudaError_t error) {
  return error == cudaErrorInsufficientDriver ? "CUDA driver version is insufficient for CUDA runtime version"
         : error == cudaErrorMemoryAllocation ? "out of memory"
         : error == cudaErrorNotSupported     ? "operation not supported"
                                              : "contract violated";
}
EXPORT cudaError_t cudaGetLastError() { return cudaSuccess; }
EXPORT cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = CUDART_VERSION;
  return cudaSuccess;
}
EXPORT cudaError_t cudaDriverGetVersion(int* version) {
  *version = gpus() > 0 ? CUDART_VERSION : 0;
  return cudaSuccess;
}
EXPORT cudaError_t cudaSetDevice(int device) {
  if (device >= gpus()) return cudaErrorInvalidDevice;
  chosen = device;
  return cudaSuccess;
}
// The real one then takes the first device, whichever will be used.
EXPORT cudaError_t cudaSetDeviceFlags(unsigned flags) {
  if (chosen < 0) return cudaErrorInvalidDevice;
  if (flags != cudaDeviceScheduleSpin && flags != cudaDeviceScheduleBlockingSync)
    return cudaErrorInvalidValue;
  device_flags[chosen] = flags;
  return cudaSuccess;
}
EXPORT cudaError_t cudaGetDeviceFlags(unsigned* flags) {
  if (std::getenv("ASSAY_CONTRACT_MUTE") != nullptr) return cudaErrorNotSupported;
  *flags = device_flags[chosen] | cudaDeviceMapHost;  // As the real one adds it.
  return cudaSuccess;
}
EXPORT cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  if (std::getenv("ASSAY_CONTRACT_MUTE") != nullptr) return cudaErrorNotSupported;
  const std::lock_guard<std::mutex> lock(mutex);
  *free = *total = std::size_t{1} << 40;
  for (const auto& [pointer, size] : allocations) *free -= size;
  return cudaSuccess;
}
EXPORT cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int) {
  *value = attribute == cudaDevAttrComputeCapabilityMajor                                            ? 8
           : attribute == cudaDevAttrComputeCapabilityMinor                                          ? 7
           : attribute == cudaDevAttrIntegrated && std::getenv("ASSAY_CONTRACT_DISCRETE") != nullptr ? 0
                                                                                                     : 1;
  return cudaSuccess;
}
EXPORT int cudaGetDeviceProperties(void* properties, int) {
  std::snprintf(static_cast<char*>(properties), 256, "%s",
                environment("ASSAY_CONTRACT_GPU_NAME", "simulated GPU (assay contract library)"));
  return 0;
}
EXPORT cudaError_t cudaMalloc(void** pointer, std::size_t size) {
  if (size > std::size_t{1} << 40) return cudaErrorMemoryAllocation;
  *pointer = std::malloc(size);
  std::memset(*pointer, 0x77, size);
  const std::lock_guard<std::mutex> lock(mutex);
  allocations[static_cast<const char*>(*pointer)] = size;
  return cudaSuccess;
}
EXPORT cudaError_t cudaFree(void* pointer) {
  const std::lock_guard<std::mutex> lock(mutex);
  if (allocations.erase(static_cast<const char*>(pointer)) == 0) return cudaErrorInvalidValue;
  std::free(pointer);
  return cudaSuccess;
}
EXPORT cudaError_t cudaHostRegister(void* pointer, std::size_t, unsigned) {
  if (std::getenv("ASSAY_CONTRACT_PAGEABLE") != nullptr) return cudaErrorNotSupported;
  const std::lock_guard<std::mutex> lock(mutex);
  return registered.insert(pointer).second ? cudaSuccess : cudaErrorHostMemoryAlreadyRegistered;
}
EXPORT cudaError_t cudaHostUnregister(void* pointer) {
  const std::lock_guard<std::mutex> lock(mutex);
  return registered.erase(pointer) != 0 ? cudaSuccess : cudaErrorHostMemoryNotRegistered;
}
EXPORT cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t size, cudaMemcpyKind kind,
                                   cudaStream_t) {
  if ((kind == cudaMemcpyHostToDevice) != (contract_is_device(to) != 0))
    return cudaErrorInvalidMemcpyDirection;
  if ((kind == cudaMemcpyDeviceToHost) != (contract_is_device(from) != 0))
    return cudaErrorInvalidMemcpyDirection;
  std::memcpy(to, from, size);
  return cudaSuccess;
}
EXPORT cudaError_t cudaStreamCreate(cudaStream_t* stream) {
  *stream = new CUstream_st;
  return cudaSuccess;
}
EXPORT cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete stream;
  return cudaSuccess;
}
EXPORT cudaError_t cudaStreamSynchronize(cudaStream_t) { return cudaSuccess; }
EXPORT cudaError_t cudaStreamQuery(cudaStream_t) { return cudaSuccess; }
EXPORT cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  stream->capturing = true;
  return cudaSuccess;
}
EXPORT cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  if (!stream->capturing) return cudaErrorInvalidValue;
  *graph = new CUgraph_st{std::move(stream->captured)};
  stream->captured.clear();
  stream->capturing = false;
  return cudaSuccess;
}
EXPORT cudaError_t cudaGraphInstantiateWithFlags(cudaGraphExec_t* executable, cudaGraph_t graph,
                                                 unsigned long long) {
  if (graph->work.empty()) return cudaErrorInvalidValue;  // Nothing was captured.
  *executable = new CUgraphExec_st{graph->work};
  return cudaSuccess;
}
EXPORT cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t) {
  for (const auto& work : executable->work) work();
  return cudaSuccess;
}
EXPORT cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}
EXPORT cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  delete executable;
  return cudaSuccess;
}
EXPORT cudaError_t cudaEventCreate(cudaEvent_t* event) {
  *event = new CUevent_st;
  return cudaSuccess;
}
EXPORT cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}
EXPORT cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t) {
  event->at = std::chrono::steady_clock::now();
  event->recorded = true;
  return cudaSuccess;
}
EXPORT cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t begin, cudaEvent_t end) {
  if (!begin->recorded || !end->recorded) return cudaErrorInvalidResourceHandle;
  *milliseconds = std::chrono::duration<float, std::milli>(end->at - begin->at).count();
  return cudaSuccess;
}
}

#include "cuda.h"

#include <dlfcn.h>

#include <cstdlib>
#include <cstring>

namespace assay::tensorrt {

using plugin::Failure;

namespace {

std::vector<std::string> candidates() {
  if (const char* named = std::getenv("ASSAY_CUDART_LIB"); named != nullptr && *named != '\0') return {named};
  // The release of the headers first: a board has one, a workstation may have several.
  const std::string own = "libcudart.so." + std::to_string(CUDART_VERSION / 1000);
  std::vector<std::string> list{own,
                                "libcudart.so.13",
                                "libcudart.so.12",
                                "libcudart.so.11.0",
                                "libcudart.so",
                                "/usr/local/cuda/lib64/libcudart.so"};
#ifdef ASSAY_CUDART_DIR
  list.push_back(std::string(ASSAY_CUDART_DIR) + "/" + own);
#endif
  return list;
}

std::string two_part(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

}  // namespace

const Cuda& Cuda::get() {
  static const Cuda* opened = nullptr;
  if (opened != nullptr) return *opened;
  opened = plugin::first_usable(
      candidates(),
      "no usable CUDA runtime library: install NVIDIA's (JetPack has it), or name it in ASSAY_CUDART_LIB",
      // Never closed: drivers keep threads of their own.
      [](const std::string& candidate) { return new Cuda(candidate); });
  return *opened;
}

Cuda::Cuda(const std::string& path) {
  handle_ = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (handle_ == nullptr) throw Failure(ASSAY_ERROR_NOT_FOUND, dlerror());
#define ASSAY_CUDA_FIND(name)                                                      \
  if ((name = reinterpret_cast<decltype(name)>(dlsym(handle_, #name))) == nullptr) \
    throw Failure(ASSAY_ERROR_NOT_FOUND, path + ": exports no " #name);
  ASSAY_CUDA_FUNCTIONS(ASSAY_CUDA_FIND)
#undef ASSAY_CUDA_FIND
  Dl_info info{};
  path_ = dladdr(reinterpret_cast<const void*>(cudaGetDeviceCount), &info) != 0 ? info.dli_fname : path;
}

std::string Cuda::version() const {
  int version = 0;
  return cudaRuntimeGetVersion(&version) == cudaSuccess ? two_part(version) : "unknown";
}

std::string Cuda::driver_version() const {
  int version = 0;
  return cudaDriverGetVersion(&version) == cudaSuccess && version > 0 ? two_part(version) : "none";
}

int Cuda::require_gpus() const {
  int count = 0;
  const cudaError_t code = cudaGetDeviceCount(&count);
  if (code == cudaSuccess && count > 0) return count;
  cudaGetLastError();  // Otherwise the next call would tell it again.
  throw Failure(ASSAY_ERROR_UNAVAILABLE,
                "no NVIDIA GPU can be used here: cudaGetDeviceCount answered " +
                    (code == cudaSuccess ? std::string("0 devices")
                                         : std::to_string(code) + " (" + cudaGetErrorString(code) + ")") +
                    ". CUDA runtime " + version() + ", driver serves " + driver_version() +
                    ": install NVIDIA's driver, or run this row on a machine that has it",
                code);
}

int Cuda::attribute(cudaDeviceAttr which, int device) const {
  int value = 0;
  check(cudaDeviceGetAttribute(&value, which, device), "reading what the GPU is");
  return value;
}

Gpu Cuda::gpu(int index) const {
  Gpu gpu;
  gpu.compute_capability = std::to_string(attribute(cudaDevAttrComputeCapabilityMajor, index)) + "." +
                           std::to_string(attribute(cudaDevAttrComputeCapabilityMinor, index));
  gpu.integrated = attribute(cudaDevAttrIntegrated, index) != 0;
  // cudaDeviceProp is another struct in each release, and in each begins with name[256]: a buffer that holds
  // any of them serves all.
  using GetProperties = int (*)(void*, int);
  const auto get = reinterpret_cast<GetProperties>(dlsym(handle_, "cudaGetDeviceProperties"));
  std::vector<std::max_align_t> properties(16384 / sizeof(std::max_align_t));
  if (get != nullptr && get(properties.data(), index) == 0) {
    const char* name = reinterpret_cast<const char*>(properties.data());
    gpu.name.assign(name, strnlen(name, 256));
  }
  if (gpu.name.empty()) gpu.name = "GPU of compute capability " + gpu.compute_capability;
  gpu.name += " (" + std::to_string(attribute(cudaDevAttrMultiProcessorCount, index)) + " SM)";
  return gpu;
}

// What is not needed to run is looked up when it is asked, so that a library without it serves as well.
std::string Cuda::waiting() const {
  const auto get = reinterpret_cast<decltype(&::cudaGetDeviceFlags)>(dlsym(handle_, "cudaGetDeviceFlags"));
  unsigned flags = 0;
  if (get == nullptr) return "unknown";
  if (get(&flags) != cudaSuccess) {
    cudaGetLastError();
    return "unknown";
  }
  switch (flags & cudaDeviceScheduleMask) {
    case cudaDeviceScheduleAuto:
      return "driver's default";
    case cudaDeviceScheduleSpin:
      return "spinning";
    case cudaDeviceScheduleYield:
      return "yielding";
    case cudaDeviceScheduleBlockingSync:
      return "blocking";
    default:
      return "unknown";
  }
}

std::optional<std::uint64_t> Cuda::free_memory() const {
  const auto get = reinterpret_cast<decltype(&::cudaMemGetInfo)>(dlsym(handle_, "cudaMemGetInfo"));
  std::size_t free = 0, total = 0;
  if (get == nullptr) return std::nullopt;
  if (get(&free, &total) == cudaSuccess) return free;
  cudaGetLastError();
  return std::nullopt;
}

void Cuda::check(cudaError_t code, const char* what, const char* subject) const {
  if (code == cudaSuccess) return;
  cudaGetLastError();
  const bool memory = code == cudaErrorMemoryAllocation;
  throw Failure(ASSAY_ERROR_VENDOR,
                std::string(memory ? "out of device memory: " : "") + what + subject + ": " +
                    cudaGetErrorString(code) + " (CUDA " + std::to_string(code) + ")",
                code);
}

DeviceMemory::DeviceMemory(const Cuda& cuda, std::uint64_t bytes, const std::string& what)
    : cuda_(&cuda), size_(bytes) {
  const std::string text = std::to_string(bytes) + " bytes for " + what;
  cuda.check(cuda.cudaMalloc(&data_, bytes), text.c_str());
}

DeviceMemory::DeviceMemory(DeviceMemory&& other) noexcept
    : cuda_(other.cuda_), data_(other.data_), size_(other.size_) {
  other.data_ = nullptr;
}

DeviceMemory::~DeviceMemory() {
  if (data_ != nullptr) cuda_->cudaFree(data_);
}

Stream make_stream(const Cuda& cuda) {
  cudaStream_t stream = nullptr;
  cuda.check(cuda.cudaStreamCreate(&stream), "creating a stream");
  return {stream, cuda.cudaStreamDestroy};
}

Event make_event(const Cuda& cuda) {
  cudaEvent_t event = nullptr;
  cuda.check(cuda.cudaEventCreate(&event), "creating an event");
  return {event, cuda.cudaEventDestroy};
}

}  // namespace assay::tensorrt

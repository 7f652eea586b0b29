// A library of the tests with the C ABI of libSNPE.so, as far as plugins/snpe uses it: the contract that the
// plugin is held to. It executes by ONNX Runtime and is no Qualcomm software: nothing of it is a measurement
// of a device.
//
// It is stricter than the real one. Whoever uses a handle that is not alive or is of another kind, deletes
// what is lent, deletes what something else still needs, or leaves a handle behind at the end, is told so and
// stopped.
//
// ASSAY_CONTRACT_SNPE, a comma-separated list, makes it fail in the ways that devices fail: no-dsp, no-gpu,
// no-unsigned-pd (the DSP wants signed skels), no-memory, no-log.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <set>
#include <sstream>

#include <unistd.h>

#include "contract_dlc.h"
#include "snpe/snpe_api.h"

// Every function that the plugin knows is declared here as the plugin declares it: a definition below that
// differs does not compile.
#define DECLARE(result, name, parameters) \
  extern "C" __attribute__((visibility("default"))) result Snpe_##name parameters;
namespace {
using ErrorCode = assay::snpe::ErrorCode;
using Handle = assay::snpe::Handle;
}  // namespace
ASSAY_SNPE_REQUIRED(DECLARE)
ASSAY_SNPE_OPTIONAL(DECLARE)
extern "C" __attribute__((visibility("default"))) const char assay_contract_library[] =
    "assay contract library: simulated, not Qualcomm's";
extern "C" __attribute__((visibility("default"))) int assay_contract_live_handles();

namespace {

using assay::snpe::contract::Container;
using assay::snpe::contract::Error;
using assay::snpe::contract::Network;
using assay::snpe::contract::Quantisation;
using assay::snpe::contract::Tensor;
using namespace assay::snpe;

[[noreturn]] void violation(const std::string& text) {
  std::fprintf(stderr, "contract library: %s\n", text.c_str());
  std::abort();
}

struct Object {
  virtual ~Object() = default;
  int users = 0;  // What still needs it.
  bool lent = false;
};
struct Version : Object {
  std::string text = "2.22.6.240515";
};
struct Archive : Object {
  Container container;
};
struct Runtimes : Object {
  std::vector<int> list;
};
struct Platform : Object {
  std::map<std::string, std::string> options;
};
struct Strings : Object {
  std::vector<std::string> list;
};
struct Shape : Object {
  std::vector<std::size_t> dims;
};
struct Encoding : Object {
  int element = kElementFloat;
  Quantisation quantisation;
};
struct Attributes : Object {
  std::vector<std::size_t> dims;
  int element = kElementFloat;
  Handle encoding = nullptr;  // Lent to whoever asks.
};
struct Buffer : Object {
  void* memory = nullptr;
  std::size_t bytes = 0;
  std::vector<std::size_t> strides;
  Handle encoding = nullptr;
};
struct Map : Object {
  std::map<std::string, Handle> buffers;
};
struct LogOptions : Object {
  std::string folder;
};
struct Log : Object {
  std::string folder;
  bool running = false;
};
struct Builder : Object {
  Handle archive = nullptr;
  std::vector<int> runtimes;
  bool user_buffers = false, cache = false, unsigned_pd = true, fixed_point = false;
  int profiling = kProfilingOff;
};
struct Net : Object {
  std::unique_ptr<Network> network;
  Container container;
  std::vector<std::string> placed;  // One runtime for each layer.
  Handle log = nullptr;
  int profiling = kProfilingOff, inferences = 0;
};

// Handles are numbers that never come again, so that a stale one is always found.
std::mutex mutex;
std::map<Handle, std::unique_ptr<Object>> objects;
std::uintptr_t last_handle = 0x5A000000;
thread_local int last_code = 0;
thread_local std::string last_text;

Handle keep(std::unique_ptr<Object> object) {
  const std::lock_guard<std::mutex> lock(mutex);
  last_handle += 16;
  const auto handle = reinterpret_cast<Handle>(last_handle);
  objects[handle] = std::move(object);
  return handle;
}

template <typename T>
T& get(Handle handle, const char* what) {
  const std::lock_guard<std::mutex> lock(mutex);
  const auto found = objects.find(handle);
  if (found == objects.end()) violation(std::string(what) + ": the handle is not alive");
  auto* object = dynamic_cast<T*>(found->second.get());
  if (object == nullptr) violation(std::string(what) + ": the handle is of another kind");
  return *object;
}

template <typename T>
ErrorCode remove(Handle handle, const char* what) {
  const T& object = get<T>(handle, what);
  if (object.lent) violation(std::string(what) + ": the handle was lent, not given");
  if (object.users > 0) violation(std::string(what) + ": something still needs it");
  const std::lock_guard<std::mutex> lock(mutex);
  objects.erase(handle);
  return 0;
}

int set_error(int code, const std::string& text) {
  last_code = code;
  last_text = text;
  return code;
}

/// Runs what makes a handle; what it throws becomes the last error and a null handle.
template <typename Body>
Handle made(Body&& body) {
  try {
    return body();
  } catch (const Error& error) {
    set_error(error.code, error.what());
    return nullptr;
  }
}

bool asked(const std::string& fault) {
  const char* list = std::getenv("ASSAY_CONTRACT_SNPE");
  std::istringstream words(list != nullptr ? list : "");
  for (std::string word; std::getline(words, word, ',');)
    if (word == fault) return true;
  return false;
}

const char* name_of(int runtime) {
  return runtime == kRuntimeCpu ? "CPU" : runtime == kRuntimeDsp ? "DSP" : "GPU";
}

std::vector<std::size_t> dims_in_dlc(const Tensor& tensor, const Container& container) {
  std::vector<std::size_t> dims(tensor.dims.begin(), tensor.dims.end());
  if (container.channels_last && dims.size() == 4) dims = {dims[0], dims[2], dims[3], dims[1]};
  return dims;
}

int element_in_dlc(const Tensor& tensor, const Container& container) {
  if (tensor.integers) return kElementInt32;
  const auto found = container.quantised.find(tensor.name);
  if (found == container.quantised.end()) return kElementFloat;
  return found->second.bits == 16 ? kElementTf16 : kElementTf8;
}

float rounded(float value, const Quantisation& q) {
  const float most = q.bits == 16 ? 65535.0F : 255.0F;
  const float stored = std::round(value / q.step) + static_cast<float>(q.zero);
  return (std::min(std::max(stored, 0.0F), most) - static_cast<float>(q.zero)) * q.step;
}

/// Index of the ONNX model's element for the DLC's element `i`.
std::size_t source_index(std::size_t i, const Tensor& tensor, const Container& container) {
  if (!container.channels_last || tensor.dims.size() != 4) return i;
  const auto channels = static_cast<std::size_t>(tensor.dims[1]);
  const auto pixels = static_cast<std::size_t>(tensor.dims[2] * tensor.dims[3]);
  const std::size_t image = i / (channels * pixels), rest = i % (channels * pixels);
  return (image * channels + rest % channels) * pixels + rest / channels;
}

/// The buffer of a tensor, after checking all that SNPE's documents ask of it.
const Buffer& checked_buffer(const Map& map, const Tensor& tensor, const Container& container) {
  const auto found = map.buffers.find(tensor.name);
  if (found == map.buffers.end()) throw Error(200, "no buffer for tensor " + tensor.name);
  const Buffer& buffer = get<Buffer>(found->second, "execute");
  const Encoding& encoding = get<Encoding>(buffer.encoding, "execute");
  std::size_t bytes = 4;
  if (encoding.element == kElementTf8) bytes = 1;
  if (encoding.element == kElementTf16) bytes = 2;
  const auto dims = dims_in_dlc(tensor, container);
  if (buffer.strides.size() != dims.size()) throw Error(211, "strides of another rank for " + tensor.name);
  std::size_t stride = bytes;
  for (std::size_t d = dims.size(); d-- > 0; stride *= dims[d])
    if (buffer.strides[d] != stride)
      throw Error(211, "strides of " + tensor.name + " are not those of its dimensions");
  if (buffer.bytes != stride) throw Error(203, "the buffer of " + tensor.name + " has another size");
  if (tensor.integers != (encoding.element == kElementInt32))
    throw Error(240, "the buffer of " + tensor.name + " has another type");
  if ((bytes == 1 || bytes == 2) && element_in_dlc(tensor, container) != encoding.element)
    throw Error(240, "the tensor " + tensor.name + " is not quantized in that way");
  return buffer;
}

void read_input(const Buffer& buffer, const Tensor& tensor, const Container& container,
                std::vector<char>& values) {
  const Encoding& encoding = get<Encoding>(buffer.encoding, "execute");
  const auto quantised = container.quantised.find(tensor.name);
  std::size_t count = 1;
  for (const std::int64_t dim : tensor.dims) count *= static_cast<std::size_t>(dim);
  values.resize(count * 4);
  for (std::size_t i = 0; i < count; ++i) {
    char* const to = &values[4 * source_index(i, tensor, container)];
    if (tensor.integers) {
      std::memcpy(to, static_cast<const char*>(buffer.memory) + 4 * i, 4);
      continue;
    }
    float value = 0;
    const Quantisation& q = encoding.quantisation;
    if (encoding.element == kElementTf8)
      value = (static_cast<const std::uint8_t*>(buffer.memory)[i] - static_cast<float>(q.zero)) * q.step;
    else if (encoding.element == kElementTf16)
      value = (static_cast<const std::uint16_t*>(buffer.memory)[i] - static_cast<float>(q.zero)) * q.step;
    else
      std::memcpy(&value, static_cast<const char*>(buffer.memory) + 4 * i, 4);
    if (quantised != container.quantised.end()) value = rounded(value, quantised->second);
    std::memcpy(to, &value, 4);
  }
}

void write_output(const Buffer& buffer, const Tensor& tensor, const Container& container,
                  const std::vector<char>& values) {
  const Encoding& encoding = get<Encoding>(buffer.encoding, "execute");
  const auto quantised = container.quantised.find(tensor.name);
  for (std::size_t i = 0; i < values.size() / 4; ++i) {
    const char* const from = &values[4 * source_index(i, tensor, container)];
    if (tensor.integers) {
      std::memcpy(static_cast<char*>(buffer.memory) + 4 * i, from, 4);
      continue;
    }
    float value = 0;
    std::memcpy(&value, from, 4);
    if (quantised != container.quantised.end()) value = rounded(value, quantised->second);
    const Quantisation& q = encoding.quantisation;
    if (encoding.element == kElementTf8)
      static_cast<std::uint8_t*>(buffer.memory)[i] =
          static_cast<std::uint8_t>(std::lround(value / q.step) + static_cast<long>(q.zero));
    else if (encoding.element == kElementTf16)
      static_cast<std::uint16_t*>(buffer.memory)[i] =
          static_cast<std::uint16_t>(std::lround(value / q.step) + static_cast<long>(q.zero));
    else
      std::memcpy(static_cast<char*>(buffer.memory) + 4 * i, &value, 4);
  }
}

/// Each layer on the first runtime of the order that takes it, as SNPE partitions a network.
std::vector<std::string> place(const Builder& builder, const Container& container) {
  std::vector<std::string> placed;
  for (const auto& layer : container.layers) {
    const auto runtime = std::find_if(builder.runtimes.begin(), builder.runtimes.end(),
                                      [&](int candidate) { return layer.not_on != name_of(candidate); });
    if (runtime == builder.runtimes.end())
      throw Error(1009, "layer " + layer.name + " could not be assigned to any runtime of the order");
    placed.push_back(name_of(*runtime));
  }
  return placed;
}

Handle shape_of(const std::vector<std::size_t>& dims) {
  auto shape = std::make_unique<Shape>();
  shape->dims = dims;
  return keep(std::move(shape));
}

Handle names_of(const std::vector<Tensor>& tensors) {
  auto strings = std::make_unique<Strings>();
  for (const Tensor& tensor : tensors) strings->list.push_back(tensor.name);
  return keep(std::move(strings));
}

Handle new_encoding(int element, const Quantisation& quantisation = {}) {
  auto encoding = std::make_unique<Encoding>();
  encoding->element = element;
  encoding->quantisation = quantisation;
  return keep(std::move(encoding));
}

/// What was left alive when the process ends fails it.
struct AtTheEnd {
  ~AtTheEnd() {
    if (assay_contract_live_handles() == 0) return;
    std::fprintf(stderr, "contract library: %d handles were never deleted\n", assay_contract_live_handles());
    ::_exit(97);
  }
} at_the_end;

}  // namespace

int assay_contract_live_handles() {
  const std::lock_guard<std::mutex> lock(mutex);
  return static_cast<int>(objects.size());
}

ErrorCode Snpe_ErrorCode_getLastErrorCode() { return last_code; }
const char* Snpe_ErrorCode_GetLastErrorString() { return last_text.c_str(); }

Handle Snpe_Util_GetLibraryVersion() { return keep(std::make_unique<Version>()); }
const char* Snpe_DlVersion_ToString(Handle handle) { return get<Version>(handle, "DlVersion").text.c_str(); }
ErrorCode Snpe_DlVersion_Delete(Handle handle) { return remove<Version>(handle, "DlVersion_Delete"); }

int Snpe_Util_IsRuntimeAvailableCheckOption(int runtime, int check) {
  set_error(0, "");
  if (runtime == kRuntimeDsp && (asked("no-dsp") || (check == kCheckUnsignedPd && asked("no-unsigned-pd")))) {
    set_error(500, "dsp runtime is not available");
    return 0;
  }
  if ((runtime == kRuntimeGpu || runtime == kRuntimeGpuFloat16) && asked("no-gpu")) {
    set_error(500, "gpu runtime is not available");
    return 0;
  }
  return 1;
}

Handle Snpe_Util_CreateUserBuffer(void* buffer, size_t bytes, Handle strides, Handle encoding) {
  if (buffer == nullptr || bytes == 0) violation("CreateUserBuffer: no memory");
  auto made_buffer = std::make_unique<Buffer>();
  made_buffer->memory = buffer;
  made_buffer->bytes = bytes;
  made_buffer->strides = get<Shape>(strides, "CreateUserBuffer").dims;
  made_buffer->encoding = encoding;
  ++get<Encoding>(encoding, "CreateUserBuffer").users;
  return keep(std::move(made_buffer));
}

Handle Snpe_DlContainer_Open(const char* path) {
  return made([&] {
    auto archive = std::make_unique<Archive>();
    archive->container = assay::snpe::contract::read_container(path);
    return keep(std::move(archive));
  });
}
ErrorCode Snpe_DlContainer_Save(Handle handle, const char* path) {
  assay::snpe::contract::write_container(get<Archive>(handle, "DlContainer_Save").container, path);
  return std::ifstream(path) ? 0 : set_error(309, std::string("cannot write ") + path);
}
ErrorCode Snpe_DlContainer_Delete(Handle handle) { return remove<Archive>(handle, "DlContainer_Delete"); }

Handle Snpe_RuntimeList_Create() { return keep(std::make_unique<Runtimes>()); }
ErrorCode Snpe_RuntimeList_Add(Handle handle, int runtime) {
  get<Runtimes>(handle, "RuntimeList_Add").list.push_back(runtime);
  return 0;
}
ErrorCode Snpe_RuntimeList_Delete(Handle handle) { return remove<Runtimes>(handle, "RuntimeList_Delete"); }

Handle Snpe_PlatformConfig_Create() { return keep(std::make_unique<Platform>()); }
int Snpe_PlatformConfig_SetPlatformOptions(Handle handle, const char* options) {
  auto& platform = get<Platform>(handle, "SetPlatformOptions");
  const std::string text = options;
  if (text.find(':') == std::string::npos) return 0;
  platform.options[text.substr(0, text.find(':'))] = text.substr(text.find(':') + 1);
  return 1;
}
int Snpe_PlatformConfig_SetPlatformOptionValue(Handle handle, const char* name, const char* value) {
  get<Platform>(handle, "SetPlatformOptionValue").options[name] = value;
  return 1;
}
ErrorCode Snpe_PlatformConfig_Delete(Handle handle) {
  return remove<Platform>(handle, "PlatformConfig_Delete");
}

Handle Snpe_SNPEBuilder_Create(Handle container) {
  auto builder = std::make_unique<Builder>();
  builder->archive = container;
  ++get<Archive>(container, "SNPEBuilder_Create").users;
  return keep(std::move(builder));
}
ErrorCode Snpe_SNPEBuilder_Delete(Handle handle) {
  --get<Archive>(get<Builder>(handle, "SNPEBuilder_Delete").archive, "SNPEBuilder_Delete").users;
  return remove<Builder>(handle, "SNPEBuilder_Delete");
}
ErrorCode Snpe_SNPEBuilder_SetRuntimeProcessorOrder(Handle handle, Handle runtimes) {
  get<Builder>(handle, "SetRuntimeProcessorOrder").runtimes =
      get<Runtimes>(runtimes, "SetRuntimeProcessorOrder").list;
  return 0;
}
ErrorCode Snpe_SNPEBuilder_SetUseUserSuppliedBuffers(Handle handle, int on) {
  get<Builder>(handle, "SetUseUserSuppliedBuffers").user_buffers = on != 0;
  return 0;
}
ErrorCode Snpe_SNPEBuilder_SetPerformanceProfile(Handle handle, int profile) {
  get<Builder>(handle, "SetPerformanceProfile");
  return profile >= 0 && profile <= 9 ? 0 : set_error(101, "no such performance profile");
}
ErrorCode Snpe_SNPEBuilder_SetProfilingLevel(Handle handle, int level) {
  get<Builder>(handle, "SetProfilingLevel").profiling = level;
  return level >= 0 && level <= 4 ? 0 : set_error(101, "no such profiling level");
}
ErrorCode Snpe_SNPEBuilder_SetExecutionPriorityHint(Handle handle, int priority) {
  get<Builder>(handle, "SetExecutionPriorityHint");
  return priority >= 0 && priority <= 3 ? 0 : set_error(101, "no such priority");
}
ErrorCode Snpe_SNPEBuilder_SetInitCacheMode(Handle handle, int on) {
  get<Builder>(handle, "SetInitCacheMode").cache = on != 0;
  return 0;
}
ErrorCode Snpe_SNPEBuilder_SetPlatformConfig(Handle handle, Handle config) {
  const auto& options = get<Platform>(config, "SetPlatformConfig").options;
  const auto found = options.find("unsignedPD");
  if (found != options.end()) get<Builder>(handle, "SetPlatformConfig").unsigned_pd = found->second != "OFF";
  return 0;
}
ErrorCode Snpe_SNPEBuilder_SetCpuFixedPointMode(Handle handle, bool on) {
  get<Builder>(handle, "SetCpuFixedPointMode").fixed_point = on;
  return 0;
}

Handle Snpe_SNPEBuilder_Build(Handle handle) {
  return made([&] {
    const Builder& builder = get<Builder>(handle, "Build");
    Container& container = get<Archive>(builder.archive, "Build").container;
    if (builder.runtimes.empty()) violation("Build: without a runtime order everything would run on the CPU");
    if (!builder.user_buffers) violation("Build: user buffers were not asked for");
    for (const int runtime : builder.runtimes) {
      const bool pd = builder.unsigned_pd;
      if (Snpe_Util_IsRuntimeAvailableCheckOption(runtime, pd ? kCheckUnsignedPd : kCheckNormal) == 0)
        throw Error(500, std::string("target runtime ") + name_of(runtime) + " is not available");
    }
    if (asked("no-memory")) throw Error(15, "std::bad_alloc");
    if (builder.fixed_point && container.quantised.empty())
      throw Error(703, "fixed point execution of a DLC that is not quantized");
    auto net = std::make_unique<Net>();
    net->placed = place(builder, container);
    net->network = std::make_unique<Network>(container);
    net->profiling = builder.profiling;
    if (builder.cache) container.cached = true;
    net->container = container;
    auto log = std::make_unique<Log>();
    log->lent = true;
    net->log = keep(std::move(log));
    return keep(std::move(net));
  });
}

ErrorCode Snpe_SNPE_Delete(Handle handle) {
  Net& net = get<Net>(handle, "SNPE_Delete");
  get<Log>(net.log, "SNPE_Delete").lent = false;
  remove<Log>(net.log, "SNPE_Delete");
  return remove<Net>(handle, "SNPE_Delete");
}
Handle Snpe_SNPE_GetInputTensorNames(Handle handle) {
  return names_of(get<Net>(handle, "GetInputTensorNames").network->inputs());
}
Handle Snpe_SNPE_GetOutputTensorNames(Handle handle) {
  return names_of(get<Net>(handle, "GetOutputTensorNames").network->outputs());
}

Handle Snpe_SNPE_GetInputOutputBufferAttributes(Handle handle, const char* name) {
  return made([&] {
    const Net& net = get<Net>(handle, "GetInputOutputBufferAttributes");
    for (const auto* list : {&net.network->inputs(), &net.network->outputs()})
      for (const Tensor& tensor : *list) {
        if (tensor.name != name) continue;
        auto attributes = std::make_unique<Attributes>();
        attributes->dims = dims_in_dlc(tensor, net.container);
        attributes->element = element_in_dlc(tensor, net.container);
        const auto quantised = net.container.quantised.find(tensor.name);
        attributes->encoding =
            new_encoding(attributes->element,
                         quantised == net.container.quantised.end() ? Quantisation{} : quantised->second);
        get<Encoding>(attributes->encoding, "attributes").lent = true;
        return keep(std::move(attributes));
      }
    throw Error(204, std::string("no tensor is named ") + name);
  });
}

ErrorCode Snpe_SNPE_ExecuteUserBuffers(Handle handle, Handle inputs, Handle outputs) {
  Net& net = get<Net>(handle, "ExecuteUserBuffers");
  const Map& from = get<Map>(inputs, "ExecuteUserBuffers");
  const Map& to = get<Map>(outputs, "ExecuteUserBuffers");
  try {
    std::vector<std::vector<char>> values;
    for (const Tensor& tensor : net.network->inputs())
      read_input(checked_buffer(from, tensor, net.container), tensor, net.container, values.emplace_back());
    for (const Tensor& tensor : net.network->outputs()) checked_buffer(to, tensor, net.container);
    const auto results = net.network->run(values);
    for (std::size_t i = 0; i < results.size(); ++i) {
      const Tensor& tensor = net.network->outputs()[i];
      write_output(checked_buffer(to, tensor, net.container), tensor, net.container, results[i]);
    }
  } catch (const Error& error) {
    return set_error(error.code, error.what());
  }
  ++net.inferences;
  Log& log = get<Log>(net.log, "ExecuteUserBuffers");
  if (!log.running || asked("no-log")) return 0;
  // What snpe-diagview of QAIRT 2.37 would print; the tests' stand-in for that program prints the file.
  std::ofstream file(log.folder + "/SNPEDiag_0.log");
  file << "Software library version: 2.22.6.240515\n\nSNPE Execute Statistics (Averaged):\n"
       << "----------------------------------------\n  Total Inference Time: 69 us\n";
  if (net.profiling == kProfilingDetailed || net.profiling == kProfilingLinting) {
    file << "\n  Per-Layer Execution Times: \n  ------------------------------\n";
    for (std::size_t i = 0; i < net.placed.size(); ++i)
      file << "    " << i << ": " << net.container.layers[i].name
           << (net.placed[i] == "DSP" ? " (cycles) : 2142 cycles : DSP\n"
                                      : " : 23 us : " + net.placed[i] + "\n");
  }
  return 0;
}

Handle Snpe_SNPE_GetDiagLogInterface_Ref(Handle handle) {
  return get<Net>(handle, "GetDiagLogInterface_Ref").log;
}

size_t Snpe_StringList_Size(Handle handle) { return get<Strings>(handle, "StringList_Size").list.size(); }
const char* Snpe_StringList_At(Handle handle, size_t index) {
  const auto& list = get<Strings>(handle, "StringList_At").list;
  return index < list.size() ? list[index].c_str() : "";
}
ErrorCode Snpe_StringList_Delete(Handle handle) { return remove<Strings>(handle, "StringList_Delete"); }

int Snpe_IBufferAttributes_GetEncodingType(Handle handle) {
  return get<Attributes>(handle, "GetEncodingType").element;
}
Handle Snpe_IBufferAttributes_GetDims(Handle handle) {
  return shape_of(get<Attributes>(handle, "GetDims").dims);
}
Handle Snpe_IBufferAttributes_GetEncoding_Ref(Handle handle) {
  return get<Attributes>(handle, "GetEncoding_Ref").encoding;
}
ErrorCode Snpe_IBufferAttributes_Delete(Handle handle) {
  const Handle encoding = get<Attributes>(handle, "IBufferAttributes_Delete").encoding;
  get<Encoding>(encoding, "IBufferAttributes_Delete").lent = false;
  remove<Encoding>(encoding, "IBufferAttributes_Delete");
  return remove<Attributes>(handle, "IBufferAttributes_Delete");
}

Handle Snpe_TensorShape_CreateDimsSize(const size_t* dims, size_t rank) {
  return shape_of({dims, dims + rank});
}
size_t Snpe_TensorShape_Rank(Handle handle) { return get<Shape>(handle, "TensorShape_Rank").dims.size(); }
size_t Snpe_TensorShape_At(Handle handle, size_t index) {
  const auto& dims = get<Shape>(handle, "TensorShape_At").dims;
  if (index >= dims.size()) violation("TensorShape_At: beyond the rank");
  return dims[index];
}
ErrorCode Snpe_TensorShape_Delete(Handle handle) { return remove<Shape>(handle, "TensorShape_Delete"); }

Handle Snpe_UserBufferEncodingFloat_Create() { return new_encoding(kElementFloat); }
ErrorCode Snpe_UserBufferEncodingFloat_Delete(Handle handle) {
  return remove<Encoding>(handle, "EncodingFloat_Delete");
}
Handle Snpe_UserBufferEncodingTfN_Create(uint64_t step_for_0, float step_size, uint8_t bits) {
  if (bits != 8 && bits != 16) violation("UserBufferEncodingTfN_Create: 8 or 16 bits were expected");
  if (!(step_size > 0)) violation("UserBufferEncodingTfN_Create: the step must be positive");
  return new_encoding(bits == 16 ? kElementTf16 : kElementTf8, {step_size, step_for_0, bits});
}
ErrorCode Snpe_UserBufferEncodingTfN_Delete(Handle handle) {
  return remove<Encoding>(handle, "EncodingTfN_Delete");
}
uint64_t Snpe_UserBufferEncodingTfN_GetStepExactly0(Handle handle) {
  return get<Encoding>(handle, "GetStepExactly0").quantisation.zero;
}
float Snpe_UserBufferEncodingTfN_GetQuantizedStepSize(Handle handle) {
  return get<Encoding>(handle, "GetQuantizedStepSize").quantisation.step;
}
Handle Snpe_UserBufferEncodingIntN_Create(uint8_t bits) {
  return new_encoding(bits == 32 ? kElementInt32 : kElementUnknown);
}
ErrorCode Snpe_UserBufferEncodingIntN_Delete(Handle handle) {
  return remove<Encoding>(handle, "EncodingIntN_Delete");
}
Handle Snpe_UserBufferEncodingUintN_Create(uint8_t bits) {
  return new_encoding(bits == 32 ? kElementUint32 : kElementUnknown);
}
ErrorCode Snpe_UserBufferEncodingUintN_Delete(Handle handle) {
  return remove<Encoding>(handle, "EncodingUintN_Delete");
}

ErrorCode Snpe_IUserBuffer_Delete(Handle handle) {
  --get<Encoding>(get<Buffer>(handle, "IUserBuffer_Delete").encoding, "IUserBuffer_Delete").users;
  return remove<Buffer>(handle, "IUserBuffer_Delete");
}

Handle Snpe_UserBufferMap_Create() { return keep(std::make_unique<Map>()); }
ErrorCode Snpe_UserBufferMap_Add(Handle handle, const char* name, Handle buffer) {
  ++get<Buffer>(buffer, "UserBufferMap_Add").users;
  if (!get<Map>(handle, "UserBufferMap_Add").buffers.emplace(name, buffer).second)
    violation(std::string("UserBufferMap_Add: '") + name + "' is there already");
  return 0;
}
ErrorCode Snpe_UserBufferMap_Delete(Handle handle) {
  for (const auto& [name, buffer] : get<Map>(handle, "UserBufferMap_Delete").buffers)
    --get<Buffer>(buffer, "UserBufferMap_Delete").users;
  return remove<Map>(handle, "UserBufferMap_Delete");
}

Handle Snpe_IDiagLog_GetOptions(Handle handle) {
  get<Log>(handle, "IDiagLog_GetOptions");
  return keep(std::make_unique<LogOptions>());
}
ErrorCode Snpe_IDiagLog_SetOptions(Handle handle, Handle options) {
  Log& log = get<Log>(handle, "IDiagLog_SetOptions");
  if (log.running) return set_error(208, "the log was started already");
  log.folder = get<LogOptions>(options, "IDiagLog_SetOptions").folder;
  return 0;
}
ErrorCode Snpe_IDiagLog_Start(Handle handle) {
  get<Log>(handle, "IDiagLog_Start").running = true;
  return 0;
}
ErrorCode Snpe_IDiagLog_Stop(Handle handle) {
  Log& log = get<Log>(handle, "IDiagLog_Stop");
  if (!log.running) return set_error(208, "the log was not started");
  log.running = false;
  return 0;
}
void Snpe_Options_SetLogFileDirectory(Handle handle, const char* folder) {
  get<LogOptions>(handle, "SetLogFileDirectory").folder = folder;
}
ErrorCode Snpe_Options_Delete(Handle handle) { return remove<LogOptions>(handle, "Options_Delete"); }

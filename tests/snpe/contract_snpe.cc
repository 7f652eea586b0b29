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
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "contract_execution.h"

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

using namespace assay::snpe;
using namespace assay::snpe::contract;

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
    archive->container = read_container(path);
    return keep(std::move(archive));
  });
}
ErrorCode Snpe_DlContainer_Save(Handle handle, const char* path) {
  write_container(get<Archive>(handle, "DlContainer_Save").container, path);
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

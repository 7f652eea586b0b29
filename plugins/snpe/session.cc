#include "session.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "diagview.h"
#include "init_cache.h"

namespace assay::snpe {

using plugin::element;
using plugin::Failure;
namespace fs = std::filesystem;

Session::Session(const assay_open_options& options)
    : settings_(options), library_(Library::open()), api_(library_->api()) {
  plugin::require_model_file(options.artifact);
  for (const NamedRuntime& entry : settings_.order) {
    const std::string reason = library_->unavailable(entry.runtime, settings_.unsigned_pd);
    if (!reason.empty())
      throw Failure(ASSAY_ERROR_UNAVAILABLE, "accelerator '" + entry.name + "': " + reason);
  }
  try {
    build(options);
    inputs_ = read_tensors(true);
    outputs_ = read_tensors(false);
    const std::string notes = read_notes(std::string(options.artifact) + ".io");
    const auto sources = parse_source_tensors(notes);
    for (TensorIo& tensor : inputs_) settle_layout(tensor, true, settings_.layout, sources, inputs_);
    // Where nothing is known of the source, the outputs lie as the input does.
    const bool channels_last = std::any_of(inputs_.begin(), inputs_.end(),
                                           [](const TensorIo& tensor) { return tensor.channels_last; });
    LayoutChoice of_outputs = settings_.layout;
    if (of_outputs == LayoutChoice::kAuto && sources.empty())
      of_outputs = channels_last ? LayoutChoice::kNhwc : LayoutChoice::kAsIs;
    for (TensorIo& tensor : outputs_) settle_layout(tensor, false, of_outputs, sources, outputs_);
    for (const TensorIo& tensor : inputs_)
      input_list_.add(tensor.shown_name, tensor.dtype(), tensor.shown_dims());
    for (const TensorIo& tensor : outputs_)
      output_list_.add(tensor.shown_name, tensor.dtype(), tensor.shown_dims());
    refuse_other_shapes(options);
    slots_.resize(options.slot_count);
    executed_precision_ = executed_precision(parse_quantizer_record(notes));
    if (options.profiling != 0) start_log();
    fill_info();
  } catch (...) {
    std::error_code ignored;
    if (!log_folder_.empty()) fs::remove_all(log_folder_, ignored);
    throw;
  }
}

Session::~Session() {
  if (flight_.valid()) flight_.wait();
  slots_.clear();
  snpe_ = {};  // Before its log's folder goes.
  std::error_code ignored;
  if (!log_folder_.empty()) fs::remove_all(log_folder_, ignored);
}

Owned Session::open_container(const std::string& path) const {
  return {library_->need(api_.DlContainer_Open(path.c_str()),
                         path + ": SNPE cannot open it (is the file cut short, no DLC, or a DLC of SNPE 1?)"),
          api_.DlContainer_Delete};
}

void Session::build(const assay_open_options& options) {
  InitCache cache(settings_.init_cache, options.artifact, *library_, settings_.order_text());
  if (!cache.cached().empty()) {
    try {
      container_ = open_container(cache.cached());
      init_cache_note_ = "from " + cache.cached();
      from_cache_ = true;
    } catch (const Failure& failure) {
      std::fprintf(stderr, "snpe: the init cache is made again: %s\n", failure.what());
    }
  }
  if (container_.get() == nullptr) container_ = open_container(options.artifact);
  const Owned builder(library_->need(api_.SNPEBuilder_Create(container_.get()), "creating a builder"),
                      api_.SNPEBuilder_Delete);
  const Owned runtimes(library_->need(api_.RuntimeList_Create(), "creating a list of runtimes"),
                       api_.RuntimeList_Delete);
  for (const NamedRuntime& entry : settings_.order)
    library_->check(api_.RuntimeList_Add(runtimes.get(), entry.runtime), "adding runtime " + entry.name);
  const auto set = [&](ErrorCode code, const char* what) {
    library_->check(code, std::string("setting ") + what);
  };
  set(api_.SNPEBuilder_SetRuntimeProcessorOrder(builder.get(), runtimes.get()), "the runtime order");
  set(api_.SNPEBuilder_SetUseUserSuppliedBuffers(builder.get(), 1), "user buffers");
  set(api_.SNPEBuilder_SetPerformanceProfile(builder.get(), static_cast<int>(settings_.performance)),
      "the performance profile");
  set(api_.SNPEBuilder_SetExecutionPriorityHint(builder.get(), static_cast<int>(settings_.priority)),
      "the priority");
  set(api_.SNPEBuilder_SetProfilingLevel(builder.get(),
                                         options.profiling != 0 ? settings_.profiling : kProfilingOff),
      "the profiling level");
  set(api_.SNPEBuilder_SetInitCacheMode(builder.get(), cache.on() ? 1 : 0), "init caching");
  if (settings_.cpu_fixed_point) {
    if (api_.SNPEBuilder_SetCpuFixedPointMode == nullptr)
      throw Failure(ASSAY_ERROR_UNSUPPORTED, "option 'cpu-fixed-point': SNPE " + library_->version() +
                                                 " has no Snpe_SNPEBuilder_SetCpuFixedPointMode");
    set(api_.SNPEBuilder_SetCpuFixedPointMode(builder.get(), true), "fixed point on the CPU");
  }
  Owned platform;
  if (!settings_.platform_options.empty() || !settings_.unsigned_pd) {
    platform = {library_->need(api_.PlatformConfig_Create(), "creating a platform configuration"),
                api_.PlatformConfig_Delete};
    if (!settings_.platform_options.empty() &&
        api_.PlatformConfig_SetPlatformOptions(platform.get(), settings_.platform_options.c_str()) == 0)
      throw Failure(ASSAY_ERROR_INVALID,
                    "option 'platform-options': SNPE refuses '" + settings_.platform_options + "'");
    if (!settings_.unsigned_pd &&
        api_.PlatformConfig_SetPlatformOptionValue(platform.get(), "unsignedPD", "OFF") == 0)
      throw Failure(ASSAY_ERROR_INVALID, "option 'unsigned-pd': SNPE refuses unsignedPD:OFF");
    set(api_.SNPEBuilder_SetPlatformConfig(builder.get(), platform.get()), "the platform configuration");
  }
  snpe_ = {library_->need(api_.SNPEBuilder_Build(builder.get()),
                          std::string(options.artifact) + ": building it for " + settings_.order_text()),
           api_.SNPE_Delete};
  if (cache.on() && init_cache_note_ == "off") {
    cache.keep([&](const std::string& path) {
      library_->check(api_.DlContainer_Save(container_.get(), path.c_str()), "saving the init cache");
    });
    init_cache_note_ = "made in this session";
  }
}

std::vector<TensorIo> Session::read_tensors(bool inputs) const {
  const char* what = inputs ? "reading the names of the inputs" : "reading the names of the outputs";
  const Owned names(library_->need(inputs ? api_.SNPE_GetInputTensorNames(snpe_.get())
                                          : api_.SNPE_GetOutputTensorNames(snpe_.get()),
                                   what),
                    api_.StringList_Delete);
  std::vector<TensorIo> tensors;
  for (std::size_t i = 0; i < api_.StringList_Size(names.get()); ++i) {
    TensorIo tensor;
    tensor.name = api_.StringList_At(names.get(), i);
    const Owned attributes(
        library_->need(api_.SNPE_GetInputOutputBufferAttributes(snpe_.get(), tensor.name.c_str()),
                       "reading the attributes of '" + tensor.name + "'"),
        api_.IBufferAttributes_Delete);
    const Owned shape(library_->need(api_.IBufferAttributes_GetDims(attributes.get()),
                                     "reading the dimensions of '" + tensor.name + "'"),
                      api_.TensorShape_Delete);
    for (std::size_t d = 0; d < api_.TensorShape_Rank(shape.get()); ++d)
      tensor.dims.push_back(static_cast<std::int64_t>(api_.TensorShape_At(shape.get(), d)));
    if (tensor.dims.empty() ||
        std::any_of(tensor.dims.begin(), tensor.dims.end(), [](auto dim) { return dim < 1; }))
      throw Failure(
          ASSAY_ERROR_UNSUPPORTED,
          "tensor '" + tensor.name + "' has a dimension that is not fixed: convert the model at one size");
    tensor.element = api_.IBufferAttributes_GetEncodingType(attributes.get());
    if (!tensor.known())
      throw Failure(ASSAY_ERROR_UNSUPPORTED, "tensor '" + tensor.name + "' has " +
                                                 element_name(tensor.element) +
                                                 ", which cannot be bound here");
    if (tensor.element == kElementTf8 || tensor.element == kElementTf16) {
      const Handle encoding = api_.IBufferAttributes_GetEncoding_Ref(attributes.get());  // Lent: not deleted.
      if (encoding != nullptr) {
        tensor.zero = api_.UserBufferEncodingTfN_GetStepExactly0(encoding);
        tensor.step = api_.UserBufferEncodingTfN_GetQuantizedStepSize(encoding);
      }
      tensor.quantised_buffer = settings_.quantised_io;
      if (tensor.quantised_buffer && !(tensor.step > 0))
        throw Failure(ASSAY_ERROR_UNSUPPORTED,
                      "option 'io': tensor '" + tensor.name + "' tells no quantization step: use io: float");
    }
    tensors.push_back(std::move(tensor));
  }
  if (tensors.empty()) throw Failure(ASSAY_ERROR_VENDOR, std::string(what) + ": SNPE names none");
  return tensors;
}

/// A DLC has one size. What the host asks must be it.
void Session::refuse_other_shapes(const assay_open_options& options) const {
  std::vector<plugin::DeclaredShape> declared;
  for (const TensorIo& tensor : inputs_) declared.push_back({tensor.shown_name, tensor.shown_dims(), {}});
  plugin::resolve_shapes(declared, options);
}

void Session::start_log() {
  log_folder_ = (fs::temp_directory_path() / "assay-snpe-XXXXXX").string();
  if (::mkdtemp(log_folder_.data()) == nullptr) {
    const std::string folder = std::exchange(log_folder_, "");
    throw Failure(ASSAY_ERROR_VENDOR, folder + ": cannot be created for SNPE's log");
  }
  const Handle log =
      library_->need(api_.SNPE_GetDiagLogInterface_Ref(snpe_.get()), "asking for the diagnostic log");
  const Owned options(library_->need(api_.IDiagLog_GetOptions(log), "asking for the log's options"),
                      api_.Options_Delete);
  api_.Options_SetLogFileDirectory(options.get(), log_folder_.c_str());
  library_->check(api_.IDiagLog_SetOptions(log, options.get()), "setting the log's folder");
  library_->check(api_.IDiagLog_Start(log), "starting the diagnostic log");
}

/// What is certain from SNPE's own documents and from the quantizer's record; else "unknown". The header says
/// what each runtime stores and computes in (DlEnums.h), and that a quantised DLC runs in floating point on
/// the CPU unless fixed point is switched on (SNPEBuilder.h): then nothing tells which layers took it.
std::string Session::executed_precision(const std::optional<QuantizerRecord>& quantizer) const {
  if (settings_.order.size() != 1) return "unknown";
  switch (settings_.order[0].runtime) {
    case kRuntimeCpu:
      return settings_.cpu_fixed_point ? "unknown" : "fp32";
    case kRuntimeGpu:
      return "fp16+fp32";
    case kRuntimeGpuFloat16:
      return "fp16";
    default:
      break;
  }
  // On the DSP a DLC computes as it was quantized, which its inputs and outputs do not tell: between them may
  // lie 16 bits or floats. Where they contradict the record, it is of another DLC.
  if (!quantizer || quantizer->weight_bits != 8) return "unknown";
  const auto wide = [](const TensorIo& tensor) { return tensor.element == kElementTf16; };
  const bool has_wide = std::any_of(inputs_.begin(), inputs_.end(), wide) ||
                        std::any_of(outputs_.begin(), outputs_.end(), wide);
  if (quantizer->activation_bits == 8 && !has_wide) return "int8";
  return quantizer->activation_bits == 16 ? "int8+int16" : "unknown";
}

void Session::fill_info() {
  const auto on = [](bool value) { return value ? "on" : "off"; };
  properties_.add("library", library_->path());
  properties_.add("runtime-order", settings_.order_text());
  properties_.add("performance-profile", settings_.performance_name());
  properties_.add("priority", settings_.priority_name());
  properties_.add("unsigned-pd", on(settings_.unsigned_pd));
  properties_.add("cpu-fixed-point", on(settings_.cpu_fixed_point));
  properties_.add("init-cache", init_cache_note_);
  if (from_cache_) properties_.add("compiled_model", "from cache");  // What open() took was no compilation.
  properties_.add("platform-options", settings_.platform_options);
  properties_.add("ADSP_LIBRARY_PATH", library_->adsp_path());
  properties_.add("ADSP_LIBRARY_PATH set by", library_->adsp_path_by());
  properties_.add("fallback", settings_.order.size() == 1 ? "none allowed" : "allowed by runtime-order");
  for (const TensorIo& tensor : inputs_) properties_.add("input " + tensor.name, tensor.description());
  for (const TensorIo& tensor : outputs_) properties_.add("output " + tensor.name, tensor.description());

  info_ = plugin::make_session_info(executed_precision_, input_list_, output_list_, properties_);
}

Owned Session::encoding_of(const TensorIo& tensor) const {
  const std::string what = "describing the buffer of '" + tensor.name + "'";
  const auto bits = static_cast<std::uint8_t>(8 * tensor.element_bytes());
  if (tensor.quantised_buffer)
    return {library_->need(api_.UserBufferEncodingTfN_Create(tensor.zero, tensor.step, bits), what),
            api_.UserBufferEncodingTfN_Delete};
  if (!tensor.integers())
    return {library_->need(api_.UserBufferEncodingFloat_Create(), what), api_.UserBufferEncodingFloat_Delete};
  const assay_dtype dtype = tensor.dtype();
  const bool is_signed = dtype == ASSAY_I8 || dtype == ASSAY_I16 || dtype == ASSAY_I32 || dtype == ASSAY_I64;
  const auto create = is_signed ? api_.UserBufferEncodingIntN_Create : api_.UserBufferEncodingUintN_Create;
  if (create == nullptr)
    throw Failure(ASSAY_ERROR_UNSUPPORTED,
                  what + ": SNPE " + library_->version() + " has no integer user buffers");
  return {library_->need(create(bits), what),
          is_signed ? api_.UserBufferEncodingIntN_Delete : api_.UserBufferEncodingUintN_Delete};
}

Session::Bound Session::bind_tensor(const TensorIo& tensor, void* host) const {
  Bound bound;
  bound.tensor = &tensor;
  bound.host = host;
  const std::size_t bytes = tensor.elements() * tensor.element_bytes();
  if (tensor.converts()) bound.staging.resize(bytes);
  std::vector<std::size_t> strides(tensor.dims.size());
  std::size_t stride = tensor.element_bytes();
  for (std::size_t d = tensor.dims.size(); d-- > 0;) {
    strides[d] = stride;
    stride *= static_cast<std::size_t>(tensor.dims[d]);
  }
  const std::string what = "binding '" + tensor.name + "'";
  const Owned shape(library_->need(api_.TensorShape_CreateDimsSize(strides.data(), strides.size()), what),
                    api_.TensorShape_Delete);
  bound.encoding = encoding_of(tensor);
  void* memory = tensor.converts() ? bound.staging.data() : host;
  bound.buffer = {
      library_->need(api_.Util_CreateUserBuffer(memory, bytes, shape.get(), bound.encoding.get()), what),
      api_.IUserBuffer_Delete};
  return bound;
}

Owned Session::map_of(const std::vector<Bound>& tensors) const {
  Owned map(library_->need(api_.UserBufferMap_Create(), "creating a map of buffers"),
            api_.UserBufferMap_Delete);
  for (const Bound& bound : tensors)
    library_->check(api_.UserBufferMap_Add(map.get(), bound.tensor->name.c_str(), bound.buffer.get()),
                    "binding '" + bound.tensor->name + "'");
  return map;
}

void Session::bind(uint32_t slot, const assay_buffer* inputs, uint32_t input_count,
                   const assay_buffer* outputs, uint32_t output_count) {
  plugin::require_slot(slot, static_cast<uint32_t>(slots_.size()));
  plugin::require_buffers(input_list_, inputs, input_count, "input");
  plugin::require_buffers(output_list_, outputs, output_count, "output");
  Slot bound;
  for (uint32_t i = 0; i < input_count; ++i)
    bound.inputs.push_back(bind_tensor(inputs_[i], element(inputs, i).data));
  for (uint32_t i = 0; i < output_count; ++i)
    bound.outputs.push_back(bind_tensor(outputs_[i], element(outputs, i).data));
  bound.input_map = map_of(bound.inputs);
  bound.output_map = map_of(bound.outputs);
  std::swap(slots_[slot], bound);  // Not assigned: the old maps must go before their buffers.
}

const Session::Slot& Session::require_bound(uint32_t slot) const {
  if (slot >= slots_.size() || slots_[slot].input_map.get() == nullptr)
    throw Failure(ASSAY_ERROR_INVALID, "slot " + std::to_string(slot) + " is not bound");
  return slots_[slot];
}

void Session::run(uint32_t number) {
  Slot& slot = slots_[number];
  for (Bound& bound : slot.inputs)
    if (!bound.staging.empty()) bound.tensor->to_snpe(bound.host, bound.staging.data());
  const ErrorCode code =
      api_.SNPE_ExecuteUserBuffers(snpe_.get(), slot.input_map.get(), slot.output_map.get());
  if (code != 0) library_->fail("SNPE's inference");
  for (Bound& bound : slot.outputs)
    if (!bound.staging.empty()) bound.tensor->from_snpe(bound.staging.data(), bound.host);
}

void Session::infer(uint32_t slot) {
  require_bound(slot);
  run(slot);
}

void Session::submit(uint32_t slot) {
  require_bound(slot);
  if (flight_.valid())
    throw Failure(ASSAY_ERROR_INVALID,
                  "submit: slot " + std::to_string(flight_slot_) + " is in flight and max_in_flight is 1");
  flight_slot_ = slot;
  flight_ = std::async(std::launch::async, [this, slot] { run(slot); });
}

uint32_t Session::wait(int64_t timeout_ns) {
  if (!flight_.valid()) throw Failure(ASSAY_ERROR_INVALID, "wait: nothing was submitted");
  if (timeout_ns >= 0 && flight_.wait_for(std::chrono::nanoseconds(timeout_ns)) != std::future_status::ready)
    throw Failure(ASSAY_ERROR_TIMEOUT, "slot " + std::to_string(flight_slot_) + " is still running");
  flight_.get();
  return flight_slot_;
}

void Session::read_layers() {
  const Handle log =
      library_->need(api_.SNPE_GetDiagLogInterface_Ref(snpe_.get()), "asking for the diagnostic log");
  library_->check(api_.IDiagLog_Stop(log), "ending the diagnostic log");
  std::vector<std::string> logs;
  for (const auto& entry : fs::directory_iterator(log_folder_)) logs.push_back(entry.path().string());
  std::sort(logs.begin(), logs.end());
  const std::string program = find_diagview(settings_.diagview, library_->path());
  if (logs.empty()) throw Failure(ASSAY_ERROR_VENDOR, "SNPE wrote no diagnostic log");
  if (program.empty())
    throw Failure(
        ASSAY_ERROR_NOT_FOUND,
        "snpe-diagview is not on this machine: copy it from bin/ of the SDK, and set SNPE_ROOT, PATH or the "
        "option 'diagview'");
  const auto layers = parse_diagview(run_diagview(program, logs.back(), log_folder_));
  if (layers.empty()) throw Failure(ASSAY_ERROR_VENDOR, program + " tells no layers");
  for (const DiagLayer& layer : layers) {
    const std::string kernel =
        layer.cycles < 0 ? layer.runtime : layer.runtime + ", " + std::to_string(layer.cycles) + " cycles";
    layers_.add(layer.name, "", kernel, layer.time_ns,
                layer.runtime == settings_.accelerator ? ASSAY_PLACED_CLAIMED : ASSAY_PLACED_ELSEWHERE);
  }
}

const assay_profile* Session::profile() {
  if (log_folder_.empty())
    throw Failure(ASSAY_ERROR_INVALID, "profile: the session was not opened with profiling");
  if (!profiled_) read_layers();
  profiled_ = true;
  return layers_.profile();
}

}  // namespace assay::snpe

#include "session.h"

#include <algorithm>
#include <chrono>
#include <openvino/runtime/intel_gpu/properties.hpp>
#include <openvino/runtime/intel_gpu/remote_properties.hpp>
#include <set>
#include <sstream>

#include "device.h"

namespace assay::openvino {

using plugin::DeclaredShape;
using plugin::element;
using plugin::Failure;
using plugin::join;
using plugin::Options;
using plugin::PrecisionCount;

namespace {

assay_dtype dtype_of(const ov::element::Type& type) {
  static const std::vector<std::pair<ov::element::Type, assay_dtype>> kTypes{
      {ov::element::f32, ASSAY_F32},     {ov::element::f16, ASSAY_F16}, {ov::element::bf16, ASSAY_BF16},
      {ov::element::f64, ASSAY_F64},     {ov::element::i8, ASSAY_I8},   {ov::element::u8, ASSAY_U8},
      {ov::element::i16, ASSAY_I16},     {ov::element::u16, ASSAY_U16}, {ov::element::i32, ASSAY_I32},
      {ov::element::u32, ASSAY_U32},     {ov::element::i64, ASSAY_I64}, {ov::element::u64, ASSAY_U64},
      {ov::element::boolean, ASSAY_BOOL}};
  for (const auto& [element_type, dtype] : kTypes)
    if (element_type == type) return dtype;
  return ASSAY_DTYPE_UNKNOWN;
}

std::string name_of(const ov::Output<const ov::Node>& port) {
  return port.get_names().empty() ? port.get_node()->get_friendly_name() : port.get_any_name();
}

// The device as OpenVINO lists it.
std::string require_device(const std::string& wanted) {
  const std::vector<std::string> devices = core().get_available_devices();
  const std::string found = listed_device(devices, wanted);
  if (!found.empty()) return found;
  const std::string kind = device_kind(wanted);
  std::string why;
  if (kind == "GPU" || kind == "NPU") {
    // One of several that is not there needs no driver.
    const bool others = std::any_of(devices.begin(), devices.end(),
                                    [&](const std::string& device) { return device_kind(device) == kind; });
    if (!others) why = ". " + why_absent(kind);
  }
  throw Failure(ASSAY_ERROR_UNAVAILABLE,
                "accelerator '" + wanted + "': this machine has " +
                    (devices.empty() ? "none that OpenVINO can use" : join(devices)) +
                    " (as OpenVINO sees it)" + why);
}

bool has_capability(const std::string& device, const std::string& capability) {
  const auto capabilities = core().get_property(device, ov::device::capabilities);
  return std::find(capabilities.begin(), capabilities.end(), capability) != capabilities.end();
}

void require_capability(const std::string& device, const std::string& capability,
                        const std::string& precision) {
  if (has_capability(device, capability)) return;
  const auto capabilities = core().get_property(device, ov::device::capabilities);
  throw Failure(ASSAY_ERROR_UNAVAILABLE, "precision '" + precision + "': " + device + " does not execute " +
                                             capability + "; OpenVINO says that it has " +
                                             join(capabilities));
}

// OpenVINO replaces a precision that the device has not got by another one without a word: it is refused
// here.
ov::element::Type float_precision(const std::string& device, const std::string& precision) {
  if (precision == "bf16") {
    require_capability(device, ov::device::capability::BF16, precision);
    return ov::element::bf16;
  }
  if (precision == "fp16") {
    require_capability(device, ov::device::capability::FP16, precision);
    return ov::element::f16;
  }
  if (precision == "fp32") require_capability(device, ov::device::capability::FP32, precision);
  // What an INT8 model has not quantized: in FP32, or, where there is none (an NPU), in FP16.
  return has_capability(device, ov::device::capability::FP32) ? ov::element::f32 : ov::element::f16;
}

const std::vector<std::string> kLevels{"low", "medium", "high"};
constexpr ov::hint::Priority kPriorities[] = {ov::hint::Priority::LOW, ov::hint::Priority::MEDIUM,
                                              ov::hint::Priority::HIGH};

Options options_of(const assay_open_options& request) {
  return {request.options,
          request.option_count,
          {"threads", "streams", "hint", "num_requests", "pinning", "inference_precision", "cache_dir",
           "queue_throttle", "queue_priority", "zero_copy"}};
}

// Options that only one kind of device has are refused on others: they would do nothing there.
void require_kind(const Options& options, const std::string& device, const char* kind,
                  std::initializer_list<const char*> names) {
  if (device_kind(device) == kind) return;
  for (const char* name : names)
    if (options.text(name))
      throw Failure(ASSAY_ERROR_INVALID, std::string("option '") + name + "' goes with the accelerator " +
                                             kind + " only, this is " + device);
}

ov::AnyMap configuration(const std::string& device, const assay_open_options& request) {
  const Options options = options_of(request);
  const std::string precision = request.precision;
  const bool rest_chosen = options.choice("inference_precision", {"fp32", "fp16", "bf16"}).has_value();
  if (rest_chosen && precision != "int8")
    throw Failure(ASSAY_ERROR_INVALID,
                  "option 'inference_precision' goes with precision int8 only, where it says what the "
                  "unquantised layers are computed in");
  if (precision == "int8") require_capability(device, ov::device::capability::INT8, precision);
  ov::AnyMap config;
  config.emplace(ov::hint::inference_precision(
      float_precision(device, rest_chosen ? *options.text("inference_precision") : precision)));

  constexpr ov::hint::PerformanceMode kHints[] = {ov::hint::PerformanceMode::LATENCY,
                                                  ov::hint::PerformanceMode::THROUGHPUT,
                                                  ov::hint::PerformanceMode::CUMULATIVE_THROUGHPUT};
  const size_t hint =
      options.choice("hint", {"latency", "throughput", "cumulative_throughput", "none"}).value_or(0);
  if (hint < 3) config.emplace(ov::hint::performance_mode(kHints[hint]));
  const auto streams = options.integer("streams", 1, 1024);
  // An NPU chooses them itself, and lets nobody set them.
  if (streams || (hint == 0 && device_kind(device) != "NPU"))
    config.emplace(ov::num_streams(streams.value_or(1)));
  if (const auto requests = options.integer("num_requests", 1, 1024))
    config.emplace(ov::hint::num_requests(static_cast<uint32_t>(*requests)));
  require_kind(options, device, "CPU", {"threads", "pinning"});
  require_kind(options, device, "GPU", {"queue_throttle", "queue_priority", "zero_copy"});
  if (device_kind(device) == "CPU") {
    config.emplace(
        ov::inference_num_threads(options.integer("threads", 1, 1024).value_or(plugin::affinity_cores())));
    if (const auto pinning = options.boolean("pinning"))
      config.emplace(ov::hint::enable_cpu_pinning(*pinning));
  } else if (device_kind(device) == "GPU") {
    if (const auto level = options.choice("queue_throttle", kLevels))
      config.emplace(ov::intel_gpu::hint::queue_throttle(kPriorities[*level]));
    if (const auto level = options.choice("queue_priority", kLevels))
      config.emplace(ov::intel_gpu::hint::queue_priority(kPriorities[*level]));
  }
  if (const auto folder = options.text("cache_dir")) config.emplace(ov::cache_dir(*folder));
  config.emplace(ov::enable_profiling(request.profiling != 0));
  return config;
}

// With the host's shapes put in; refuses what is still dynamic.
std::shared_ptr<ov::Model> read_model(const assay_open_options& options) {
  std::shared_ptr<ov::Model> model;
  try {
    model = core().read_model(options.artifact);
  } catch (const ov::Exception& exception) {
    throw Failure(ASSAY_ERROR_INVALID,
                  std::string(options.artifact) +
                      ": OpenVINO cannot read it; is it cut short, or neither ONNX nor IR? " +
                      plain_text(exception));
  }
  std::vector<DeclaredShape> shapes;
  const auto inputs = std::const_pointer_cast<const ov::Model>(model)->inputs();
  for (const auto& input : inputs) {
    const ov::PartialShape& partial = input.get_partial_shape();
    if (partial.rank().is_dynamic())
      throw Failure(ASSAY_ERROR_UNSUPPORTED,
                    "input '" + name_of(input) + "' has no fixed number of dimensions");
    DeclaredShape shape{name_of(input), {}, {}};
    for (const ov::Dimension& dimension : partial)
      shape.dims.push_back(dimension.is_static() ? dimension.get_length() : -1);
    shapes.push_back(std::move(shape));
  }
  const auto dims = plugin::resolve_shapes(shapes, options);
  if (!model->is_dynamic()) return model;
  std::map<size_t, ov::PartialShape> resolved;
  for (size_t i = 0; i < dims.size(); ++i)
    resolved[i] = ov::PartialShape(std::vector<ov::Dimension>(dims[i].begin(), dims[i].end()));
  model->reshape(resolved);
  return model;
}

void add_tensors(const std::vector<ov::Output<const ov::Node>>& ports, plugin::TensorList& tensors) {
  for (const auto& port : ports) {
    if (port.get_partial_shape().is_dynamic())
      throw Failure(ASSAY_ERROR_UNSUPPORTED, "'" + name_of(port) + "' has shape " +
                                                 port.get_partial_shape().to_string() +
                                                 ", which depends on the data: it cannot be bound");
    const ov::Shape& shape = port.get_shape();
    tensors.add(name_of(port), dtype_of(port.get_element_type()), {shape.begin(), shape.end()});
  }
}

std::string runtime_fact(const ov::Node& node, const char* name) {
  const auto& facts = node.get_rt_info();
  const auto found = facts.find(name);
  return found == facts.end() ? "" : found->second.as<std::string>();
}

}  // namespace

ov::Core& core() {
  static auto* const made = new ov::Core();  // Never destroyed: OpenVINO's own statics may be gone by then.
  return *made;
}

std::map<std::string, std::string> device_facts(const std::string& device) {
  static const std::set<std::string> kFacts{
      "FULL_DEVICE_NAME",          "DEVICE_ARCHITECTURE",       "DEVICE_TYPE",
      "OPTIMIZATION_CAPABILITIES", "GPU_DRIVER_VERSION",        "GPU_UARCH_VERSION",
      "GPU_EXECUTION_UNITS_COUNT", "GPU_DEVICE_TOTAL_MEM_SIZE", "NPU_DRIVER_VERSION",
      "NPU_COMPILER_VERSION",      "NPU_DEVICE_TOTAL_MEM_SIZE"};
  std::map<std::string, std::string> facts;
  for (const ov::PropertyName& name : core().get_property(device, ov::supported_properties)) {
    if (kFacts.count(name) == 0) continue;
    try {
      facts[name] = core().get_property(device, name, {}).as<std::string>();
    } catch (const std::exception&) {
      // Listed, and without a value here: absent.
    }
  }
  return facts;
}

std::string why_absent(const std::string& kind) {
  std::string says;
  try {
    core().get_versions(kind);  // Loads the device's plugin, and says why it cannot.
    says = "OpenVINO's " + kind + " plugin loads but finds no device";
  } catch (const std::exception& exception) {
    says = plain_text(exception);
  }
  return reason_of_absence(kind, says, device_nodes(kind));
}

std::string plain_text(const std::exception& exception) {
  std::istringstream lines(exception.what());
  std::vector<std::string> kept;
  for (std::string line; std::getline(lines, line);)
    if (!line.empty() && line.rfind("Exception from ", 0) != 0) kept.push_back(line);
  return kept.empty() ? exception.what() : join(kept, "\n");
}

std::string executed_precision(const std::shared_ptr<const ov::Model>& runtime_model) {
  static const std::set<std::string> kProducts{"Convolution",
                                               "GroupConvolution",
                                               "Deconvolution",
                                               "ConvolutionBackpropData",
                                               "BinaryConvolution",
                                               "DeformableConvolution",
                                               "MatMul",
                                               "FullyConnected",
                                               "Gemm",
                                               "ScaledDotProductAttention",
                                               "RNNSeq",
                                               "RNNCell"};
  static const std::set<std::string> kMoves{"Input",  "Parameter", "Const",   "Constant",
                                            "Output", "Result",    "Reorder", "Reshape"};
  PrecisionCount products;
  PrecisionCount others;
  for (const auto& node : runtime_model->get_ordered_ops()) {
    const std::string type = runtime_fact(*node, "layerType");
    const std::string precision =
        layer_precision(runtime_fact(*node, "primitiveType"), runtime_fact(*node, "runtimePrecision"));
    if (precision.empty() || kMoves.count(type) != 0) continue;
    (kProducts.count(type) != 0 ? products : others).add(precision);
  }
  return products.empty() ? others.name() : products.name();
}

Session::Session(const assay_open_options& options)
    : profiling_(options.profiling != 0), claimed_(options.accelerator) {
  device_ = require_device(claimed_);
  plugin::require_known_precision(options.precision);
  const ov::AnyMap config = configuration(device_, options);
  zero_copy_ = options_of(options).boolean("zero_copy").value_or(false);
  plugin::require_model_file(options.artifact);
  compiled_ = core().compile_model(read_model(options), device_, config);
  add_tensors(compiled_.inputs(), inputs_);
  add_tensors(compiled_.outputs(), outputs_);
  executed_precision_ = executed_precision(compiled_.get_runtime_model());
  requests_.resize(options.slot_count);
  executed_devices_ = join(compiled_.get_property(ov::execution_devices));
  fill_info();
}

Session::~Session() {
  for (const uint32_t slot : in_flight_) {
    try {
      requests_[slot].wait();
    } catch (const std::exception&) {
      // The host has given up on this inference: only that it has ended matters.
    }
  }
}

void Session::fill_info() {
  // Every setting in effect, in OpenVINO's own names.
  for (const ov::PropertyName& name : compiled_.get_property(ov::supported_properties)) {
    if (name == ov::supported_properties.name()) continue;
    try {
      properties_.add(name, compiled_.get_property(name).as<std::string>());
    } catch (const std::exception&) {
      properties_.add(name,
                      "(not told)");  // Listed as supported, but without a value for this model or as text.
    }
  }
  for (const auto& [name, value] : device_facts(device_)) properties_.add("device " + name, value);
  try {
    // What open() took was then the reading of a file, and no compilation.
    properties_.add("compiled_model",
                    compiled_.get_property(ov::loaded_from_cache) ? "from cache" : "compiled");
  } catch (const std::exception&) {
    // Not told by this device.
  }
  if (device_kind(device_) == "GPU")
    properties_.add("tensor_memory", zero_copy_ ? "the host's, mapped by the GPU plugin"
                                                : "the host's, which the GPU plugin copies where it has to");
  info_ = plugin::make_session_info(executed_precision_, inputs_, outputs_, properties_);
  info_.max_in_flight = std::max<uint32_t>(1, compiled_.get_property(ov::optimal_number_of_infer_requests));
}

ov::Tensor Session::wrap(const ov::Output<const ov::Node>& port, const assay_buffer& buffer, bool input) {
  if (!zero_copy_) return {port.get_element_type(), port.get_shape(), buffer.data};
  // The host's pages, mapped for the device: the plugin says what it wants of their alignment.
  const auto access = input ? ov::intel_gpu::AccessMode::READ : ov::intel_gpu::AccessMode::READ_WRITE;
  return compiled_.get_context().create_tensor(
      port.get_element_type(), port.get_shape(),
      {{ov::intel_gpu::shared_mem_type.name(), ov::intel_gpu::SharedMemType::CPU_VA},
       {ov::intel_gpu::cpu_va.name(), static_cast<ov::intel_gpu::gpu_handle_param>(buffer.data)},
       {ov::intel_gpu::cpu_va_size.name(), static_cast<int64_t>(buffer.size)},
       {ov::intel_gpu::cpu_va_access.name(), access}});
}

void Session::bind(uint32_t slot, const assay_buffer* inputs, uint32_t input_count,
                   const assay_buffer* outputs, uint32_t output_count) {
  plugin::require_slot(slot, static_cast<uint32_t>(requests_.size()));
  plugin::require_buffers(inputs_, inputs, input_count, "input");
  plugin::require_buffers(outputs_, outputs, output_count, "output");
  ov::InferRequest request = compiled_.create_infer_request();
  for (uint32_t i = 0; i < input_count; ++i)
    request.set_input_tensor(i, wrap(compiled_.inputs()[i], element(inputs, i), true));
  for (uint32_t i = 0; i < output_count; ++i)
    request.set_output_tensor(i, wrap(compiled_.outputs()[i], element(outputs, i), false));
  requests_[slot] = std::move(request);
}

ov::InferRequest& Session::bound(uint32_t slot) {
  if (slot >= requests_.size() || !requests_[slot])
    throw Failure(ASSAY_ERROR_INVALID, "slot " + std::to_string(slot) + " is not bound");
  return requests_[slot];
}

void Session::infer(uint32_t slot) { bound(slot).infer(); }

void Session::submit(uint32_t slot) {
  ov::InferRequest& request = bound(slot);
  if (in_flight_.size() >= info_.max_in_flight)
    throw Failure(ASSAY_ERROR_INVALID,
                  "submit: " + std::to_string(in_flight_.size()) + " are in flight, which is max_in_flight");
  if (std::find(in_flight_.begin(), in_flight_.end(), slot) != in_flight_.end())
    throw Failure(ASSAY_ERROR_INVALID, "submit: slot " + std::to_string(slot) + " is in flight already");
  request.start_async();
  in_flight_.push_back(slot);
}

uint32_t Session::wait(int64_t timeout_ns) {
  if (in_flight_.empty()) throw Failure(ASSAY_ERROR_INVALID, "wait: nothing was submitted");
  const uint32_t slot = in_flight_.front();
  if (timeout_ns >= 0) {
    // OpenVINO counts in milliseconds: rounded up, so that a short wait is not a poll.
    const std::chrono::milliseconds timeout((timeout_ns + 999'999) / 1'000'000);
    if (!requests_[slot].wait_for(timeout))
      throw Failure(ASSAY_ERROR_TIMEOUT, "slot " + std::to_string(slot) + " is still running");
  }
  in_flight_.pop_front();
  requests_[slot].wait();  // Throws what the inference threw.
  return slot;
}

void Session::cancel() {
  for (ov::InferRequest& request : requests_)
    if (request) request.cancel();
}

uint64_t Session::device_memory() {
  if (device_kind(device_) != "GPU")
    throw Failure(ASSAY_ERROR_UNSUPPORTED, device_ + " does not tell how much device memory is in use");
  uint64_t bytes = 0;
  for (const auto& [kind, used] : core().get_property(device_, ov::intel_gpu::memory_statistics))
    bytes += used;
  return bytes;
}

const assay_profile* Session::profile() {
  if (!profiling_) throw Failure(ASSAY_ERROR_INVALID, "profile: the session was not opened with profiling");
  if (profiled_) return layers_.profile();
  const assay_placement placement =
      executed_devices_.empty() ? ASSAY_PLACED_UNKNOWN
      : !listed_device({executed_devices_}, claimed_).empty() || executed_devices_ == device_
          ? ASSAY_PLACED_CLAIMED
          : ASSAY_PLACED_ELSEWHERE;
  for (const ov::InferRequest& request : requests_) {
    if (!request) continue;
    for (const ov::ProfilingInfo& layer : request.get_profiling_info()) {
      if (layer.status != ov::ProfilingInfo::Status::EXECUTED) continue;
      layers_.add(layer.node_name, layer.node_type, layer.exec_type,
                  std::chrono::nanoseconds(layer.real_time).count(), placement);
    }
    break;
  }
  profiled_ = true;
  return layers_.profile();
}

}  // namespace assay::openvino

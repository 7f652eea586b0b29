#include "session.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace assay::tensorrt {

using plugin::element;
using plugin::Failure;

void LayerTimes::reportLayerTime(const char* name, float milliseconds) noexcept {
  try {
    const auto [time, is_new] = times_.try_emplace(name != nullptr ? name : "?");
    if (is_new) order_.push_back(time->first);
    (inferences_ == 0 ? time->second.first_ms : time->second.other_ms) += static_cast<double>(milliseconds);
  } catch (...) {  // No memory: a time is missing, and its layer then has none.
  }
}

std::int64_t LayerTimes::mean_ns(const std::string& name) const {
  const Time& time = times_.at(name);
  const double mean_ms = inferences_ > 1 ? time.other_ms / (inferences_ - 1) : time.first_ms;
  return static_cast<std::int64_t>(mean_ms * 1e6);
}

Session::Session(const assay_open_options& options)
    : accelerator_(parse_accelerator(options.accelerator)),
      precision_(options.precision),
      profiling_(options.profiling != 0),
      cuda_(Cuda::get()),
      library_(Library::get()) {
  const plugin::Options given(options.options, options.option_count,
                              {"cuda-graph", "spin-wait", "host-register"});
  plugin::require_known_precision(precision_);
  plugin::require_model_file(options.artifact);
  const int gpus = cuda_.require_gpus();
  require_accelerator({accelerator_.gpu, -1}, gpus, 0);
  // A graph of what is profiled layer by layer would not report layers.
  cuda_graph_ = given.boolean("cuda-graph").value_or(false) && !profiling_;
  host_register_ = given.boolean("host-register").value_or(true);
  cuda_.check(cuda_.cudaSetDevice(accelerator_.gpu), "choosing ", accelerator_.name().c_str());
  // Of the device that was chosen, and before it is used. From CUDA 12 on choosing it starts it, and flags
  // are changed behind that.
  if (const auto spin = given.boolean("spin-wait"))
    cuda_.check(cuda_.cudaSetDeviceFlags(*spin ? cudaDeviceScheduleSpin : cudaDeviceScheduleBlockingSync),
                "option 'spin-wait'");
  gpu_ = cuda_.gpu(accelerator_.gpu);
  free_before_ = cuda_.free_memory();
  load(options);
  list_tensors(options);
  read_placement();
  stream_ = make_stream(cuda_);
  slots_.resize(options.slot_count);
  fill_info();
}

Session::~Session() {
  if (stream_) cuda_.cudaStreamSynchronize(stream_.get());
  for (Slot& slot : slots_) release(slot);
}

void Session::vendor_failure(const std::string& text) {
  const std::string errors = library_.log().take_errors();
  throw Failure(ASSAY_ERROR_VENDOR, errors.empty() ? text : text + ". TensorRT: " + errors);
}

void Session::load(const assay_open_options& options) {
  const std::string path = options.artifact;
  const std::string content = read_whole_file(path);
  const EngineFile file = decode_engine(content, path);
  facts_ = file.facts;
  const std::string problem =
      engine_mismatch(facts_, library_.version().text(), gpu_.name, gpu_.compute_capability);
  if (!problem.empty()) throw Failure(ASSAY_ERROR_INVALID, path + ": " + problem);
  if (facts_.precision != precision_)
    throw Failure(ASSAY_ERROR_INVALID, path + ": the engine was built for " + facts_.precision +
                                           ", and the row asks for " + precision_);

  runtime_ = library_.make_runtime();
  require_accelerator(accelerator_, accelerator_.gpu + 1, runtime_->getNbDLACores());
  // An engine for a DLA may be loaded on another core of the same device, and not on a GPU's row.
  if ((parse_accelerator(facts_.accelerator).dla >= 0) != (accelerator_.dla >= 0))
    throw Failure(ASSAY_ERROR_INVALID, path + ": the engine was built for " + facts_.accelerator +
                                           ", and the row names " + accelerator_.name() +
                                           ": prepare it again");
  if (accelerator_.dla >= 0) runtime_->setDLACore(accelerator_.dla);
  if (facts_.option("version-compatible") == "on") compat::allow_host_code(*runtime_);
  engine_.reset(runtime_->deserializeCudaEngine(file.plan.data(), file.plan.size()));
  if (engine_ == nullptr)
    vendor_failure(path + ": TensorRT " + library_.version().text() +
                   " does not take the plan: prepare it again on this machine");
  context_.reset(engine_->createExecutionContext());
  if (context_ == nullptr)
    vendor_failure("TensorRT made no execution context (is the device's memory full?)");
  if (profiling_) context_->setProfiler(&times_);
}

void Session::list_tensors(const assay_open_options& options) {
  std::vector<plugin::DeclaredShape> declared;
  for (const bool input : {true, false}) {
    for (int i = 0; i < engine_->getNbIOTensors(); ++i) {
      const char* name = engine_->getIOTensorName(i);
      if ((engine_->getTensorIOMode(name) == nvinfer1::TensorIOMode::kINPUT) != input) continue;
      const nvinfer1::Dims shape = engine_->getTensorShape(name);
      std::vector<std::int64_t> dims;
      for (int d = 0; d < shape.nbDims; ++d) dims.push_back(shape.d[d]);
      if (std::any_of(dims.begin(), dims.end(), [](std::int64_t dim) { return dim < 1; }))
        throw Failure(ASSAY_ERROR_UNSUPPORTED, std::string("tensor '") + name +
                                                   "' of the engine has no fixed shape: it cannot be bound");
      if (engine_->getTensorFormat(name) != nvinfer1::TensorFormat::kLINEAR)
        throw Failure(ASSAY_ERROR_UNSUPPORTED,
                      std::string("tensor '") + name +
                          "' of the engine is not row-major: " + engine_->getTensorFormatDesc(name));
      (input ? inputs_ : outputs_).add(name, compat::dtype_of(engine_->getTensorDataType(name)), dims);
      if (input) declared.push_back({name, dims, {}});
    }
  }
  plugin::resolve_shapes(declared, options);
}

void Session::read_placement() {
  try {
    const std::unique_ptr<nvinfer1::IEngineInspector> inspector(engine_->createEngineInspector());
    if (inspector == nullptr) throw Failure(ASSAY_ERROR_VENDOR, "TensorRT made no engine inspector");
    inspector->setExecutionContext(context_.get());
    const char* text = inspector->getEngineInformation(nvinfer1::LayerInformationFormat::kJSON);
    placement_ =
        place(parse_engine_information(text != nullptr ? text : ""), facts_.layers, accelerator_.dla >= 0);
  } catch (
      const Failure& failure) {  // The engine runs all the same: what it is stays unknown, with the reason.
    placement_problem_ = failure.what();
    std::printf("engine inspector: %s\n", failure.what());
  }
  // What a DLA subgraph may hold beside the row's precision: a source with types of its own may mix them.
  std::vector<std::string> allowed{precision_};
  if (precision_ == "int8" && (compat::kStronglyTyped || facts_.option("int8-fallback") != "fp32"))
    allowed.push_back("fp16");
  executed_precision_ = tensorrt::executed_precision(placement_, allowed);
}

void Session::fill_info() {
  const auto whole = [](double value) { return std::to_string(static_cast<long long>(value)); };
  properties_.add("library", library_.path());
  properties_.add("tensorrt", library_.version().text());
  properties_.add("cuda_runtime", cuda_.version());
  properties_.add("cuda_driver", cuda_.driver_version());
  properties_.add("gpu", gpu_.name);
  properties_.add("compute_capability", gpu_.compute_capability);
  properties_.add("integrated_gpu", gpu_.integrated ? "1" : "0");
  properties_.add("cuda-graph", cuda_graph_ ? "on" : "off");
  properties_.add("waiting", cuda_.waiting());
  properties_.add("host-register", locking());
  properties_.add("engine_model", facts_.model_digest);
  for (const auto& [name, value] : facts_.options) properties_.add("built_with_" + name, value);
  if (!placement_problem_.empty()) {
    properties_.add("placement", "unknown: " + placement_problem_);
  } else {
    // A layer whose unit is not told may be any of these.
    const auto count = [&](std::size_t value) {
      return placement_.layers_unknown == 0 ? std::to_string(value) : std::string("unknown");
    };
    properties_.add("layers_on_gpu", count(static_cast<std::size_t>(placement_.layers_on_gpu)));
    properties_.add("dla_subgraphs", count(placement_.dla_subgraphs.size()));
    for (std::size_t i = 0; i < placement_.dla_subgraphs.size(); ++i)
      properties_.add("dla_subgraph_" + std::to_string(i), placement_.dla_subgraphs[i]);
    properties_.add("dla_gpu_transitions", count(static_cast<std::size_t>(placement_.transitions)));
    const bool known = placement_.operations_gpu >= 0;
    properties_.add("operations_on_dla", known ? whole(placement_.operations_dla) : "unknown");
    properties_.add("operations_on_gpu", known ? whole(placement_.operations_gpu) : "unknown");
  }

  info_ = plugin::make_session_info(executed_precision_, inputs_, outputs_, properties_);
}

cudaError_t Session::try_lock(void* data, std::uint64_t bytes, bool input) const {
  // Inputs may be mapped read-only, and only some systems lock such memory; the others lock what can be
  // written.
  cudaError_t code = cudaSuccess;
  for (const unsigned flags :
       {input ? cudaHostRegisterReadOnly : cudaHostRegisterDefault, cudaHostRegisterDefault}) {
    code = cuda_.cudaHostRegister(data, bytes, flags);
    if (code == cudaSuccess || code == cudaErrorHostMemoryAlreadyRegistered) break;
  }
  if (code != cudaSuccess) cuda_.cudaGetLastError();  // Otherwise the next call would tell it again.
  return code;
}

void Session::page_lock(Tensor& tensor) {
  if (!host_register_) return;
  const cudaError_t code = try_lock(tensor.host, tensor.bytes, tensor.input);
  tensor.registered = code == cudaSuccess;  // Memory that was locked before is unlocked by who locked it.
  if (code != cudaSuccess && code != cudaErrorHostMemoryAlreadyRegistered)
    std::printf("'%s' stays in pageable memory: it cannot be page-locked: %s\n", tensor.name.c_str(),
                cuda_.cudaGetErrorString(code));
}

// Properties are told before bind() is given memory: what becomes of it is found out with pages of the same
// kinds. assay gives outputs as a shared mapping; inputs as a private mapping for reading, of a memfd that is
// sealed against writing.
std::string Session::locking() const {
  if (!host_register_) return "off";
  constexpr std::size_t kBytes = 65536;  // A multiple of any page.
  const auto outcome = [&](bool input) -> std::string {
    const int file = ::memfd_create("assay-host-register", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    void* data = MAP_FAILED;
    if (file >= 0 && ::ftruncate(file, kBytes) == 0 &&
        (!input || ::fcntl(file, F_ADD_SEALS, F_SEAL_WRITE) == 0))
      data = ::mmap(nullptr, kBytes, input ? PROT_READ : PROT_READ | PROT_WRITE,
                    (input ? MAP_PRIVATE : MAP_SHARED) | MAP_POPULATE, file, 0);
    if (file >= 0) ::close(file);
    if (data == MAP_FAILED) return "unknown (no memory to try it with)";
    const cudaError_t code = try_lock(data, kBytes, input);
    if (code == cudaSuccess) cuda_.cudaHostUnregister(data);
    ::munmap(data, kBytes);
    return code == cudaSuccess ? "locked"
                               : std::string("not locked (") + cuda_.cudaGetErrorString(code) + ")";
  };
  return "on: inputs " + outcome(true) + ", outputs " + outcome(false);
}

void Session::bind(std::uint32_t index, const assay_buffer* inputs, std::uint32_t input_count,
                   const assay_buffer* outputs, std::uint32_t output_count) {
  plugin::require_slot(index, static_cast<std::uint32_t>(slots_.size()));
  plugin::require_buffers(inputs_, inputs, input_count, "input");
  plugin::require_buffers(outputs_, outputs, output_count, "output");
  Slot& slot = slots_[index];
  if (in_flight_ == index) throw Failure(ASSAY_ERROR_INVALID, "bind: the slot is in flight");
  release(slot);
  const auto add = [&](const assay_tensor& tensor, const assay_buffer& buffer, bool input) {
    slot.tensors.push_back({tensor.name, input, tensor.byte_size, buffer.data, {}, false});
    slot.tensors.back().device.emplace(cuda_, tensor.byte_size, std::string("tensor '") + tensor.name + "'");
    page_lock(slot.tensors.back());
  };
  try {
    for (std::uint32_t i = 0; i < input_count; ++i) add(inputs_[i], element(inputs, i), true);
    for (std::uint32_t i = 0; i < output_count; ++i) add(outputs_[i], element(outputs, i), false);
    for (Event& event : slot.events) event = make_event(cuda_);
    if (cuda_graph_) capture(slot);
  } catch (...) {
    release(slot);
    throw;
  }
}

void Session::release(Slot& slot) {
  for (const Tensor& tensor : slot.tensors)
    if (tensor.registered) cuda_.cudaHostUnregister(tensor.host);
  if (addressed_ == &slot) addressed_ = nullptr;
  slot = Slot();
}

Session::Slot& Session::bound(std::uint32_t index) {
  if (index >= slots_.size() || slots_[index].tensors.empty())
    throw Failure(ASSAY_ERROR_INVALID, "slot " + std::to_string(index) + " is not bound");
  return slots_[index];
}

void Session::address(const Slot& slot) {
  if (addressed_ == &slot) return;
  for (const Tensor& tensor : slot.tensors)
    if (!context_->setTensorAddress(tensor.name.c_str(), tensor.device->get()))
      vendor_failure("TensorRT refused the memory of tensor '" + tensor.name + "'");
  addressed_ = &slot;
}

void Session::enqueue(const Slot& slot) {
  address(slot);
  if (!context_->enqueueV3(stream_.get())) vendor_failure("TensorRT's inference failed");
}

void Session::capture(Slot& slot) {
  const char* what = "option 'cuda-graph': this engine cannot be captured in a CUDA graph";
  enqueue(slot);  // The first run may allocate, which a capture must not.
  cuda_.check(cuda_.cudaStreamSynchronize(stream_.get()), "the inference before capturing a CUDA graph");
  cuda_.check(cuda_.cudaStreamBeginCapture(stream_.get(), cudaStreamCaptureModeThreadLocal), what);
  const bool enqueued = context_->enqueueV3(stream_.get());
  cudaGraph_t graph = nullptr;
  const cudaError_t ended = cuda_.cudaStreamEndCapture(stream_.get(), &graph);
  if (!enqueued) vendor_failure(what);
  cuda_.check(ended, what);
  cudaGraphExec_t executable = nullptr;
  const cudaError_t made = cuda_.cudaGraphInstantiateWithFlags(&executable, graph, 0);
  cuda_.cudaGraphDestroy(graph);
  cuda_.check(made, what);
  slot.graph = {executable, cuda_.cudaGraphExecDestroy};
}

void Session::submit(std::uint32_t index) {
  Slot& slot = bound(index);
  if (in_flight_)
    throw Failure(ASSAY_ERROR_INVALID,
                  "slot " + std::to_string(*in_flight_) + " is in flight and max_in_flight is 1");
  const auto copy = [&](const Tensor& tensor) {
    void* device = tensor.device->get();
    cuda_.check(cuda_.cudaMemcpyAsync(
                    tensor.input ? device : tensor.host, tensor.input ? tensor.host : device, tensor.bytes,
                    tensor.input ? cudaMemcpyHostToDevice : cudaMemcpyDeviceToHost, stream_.get()),
                "copying tensor ", tensor.name.c_str());
  };
  const auto mark = [&](int event) {
    cuda_.check(cuda_.cudaEventRecord(slot.events[event].get(), stream_.get()), "recording an event");
  };
  mark(0);
  for (const Tensor& tensor : slot.tensors)
    if (tensor.input) copy(tensor);
  mark(1);
  if (slot.graph)
    cuda_.check(cuda_.cudaGraphLaunch(slot.graph.get(), stream_.get()), "launching the CUDA graph");
  else
    enqueue(slot);
  mark(2);
  for (const Tensor& tensor : slot.tensors)
    if (!tensor.input) copy(tensor);
  mark(3);
  in_flight_ = index;
}

std::uint32_t Session::wait(std::int64_t timeout_ns) {
  if (!in_flight_) throw Failure(ASSAY_ERROR_INVALID, "wait: nothing was submitted");
  const std::uint32_t index = *in_flight_;
  // CUDA has no wait with an end: with a time given, the stream is asked until it is done or the time is
  // over.
  const auto begin = std::chrono::steady_clock::now();
  while (timeout_ns >= 0 && cuda_.cudaStreamQuery(stream_.get()) == cudaErrorNotReady) {
    if (std::chrono::steady_clock::now() - begin >= std::chrono::nanoseconds(timeout_ns))
      throw Failure(ASSAY_ERROR_TIMEOUT, "slot " + std::to_string(index) + " is still running");
  }
  in_flight_.reset();
  cuda_.check(cuda_.cudaStreamSynchronize(stream_.get()), "the inference");
  slots_[index].ran = true;
  if (profiling_) times_.end_inference();
  return index;
}

void Session::infer(std::uint32_t index) {
  submit(index);
  wait(-1);
}

std::uint64_t Session::device_memory() const {
  const auto refuse = [](const std::string& why) {
    throw Failure(ASSAY_ERROR_UNSUPPORTED, "device memory: " + why);
  };
  if (gpu_.integrated)
    refuse("the GPU shares the system's memory, and what is taken of it is not told by process");
  const auto free_now = cuda_.free_memory();
  if (!free_before_ || !free_now) refuse("this CUDA runtime does not tell what is free");
  if (*free_now >= *free_before_) refuse("other programs freed more of the device than this session took");
  return *free_before_ - *free_now;
}

std::int64_t Session::between(std::uint32_t index, int first, int last) const {
  if (index >= slots_.size() || !slots_[index].ran)
    throw Failure(ASSAY_ERROR_INVALID, "slot " + std::to_string(index) + " has no finished inference");
  float milliseconds = 0;
  const Slot& slot = slots_[index];
  cuda_.check(cuda_.cudaEventElapsedTime(&milliseconds, slot.events[first].get(), slot.events[last].get()),
              "reading events");
  return static_cast<std::int64_t>(static_cast<double>(milliseconds) * 1e6);
}

std::int64_t Session::device_time(std::uint32_t slot) const { return between(slot, 1, 2); }

void Session::transfer_times(std::uint32_t slot, std::int64_t& in_ns, std::int64_t& out_ns) const {
  in_ns = between(slot, 0, 1);
  out_ns = between(slot, 2, 3);
}

const assay_profile* Session::profile() {
  if (!profiling_) throw Failure(ASSAY_ERROR_INVALID, "profile: the session was not opened with profiling");
  if (profiled_) return layers_.profile();
  if (!placement_problem_.empty()) throw Failure(ASSAY_ERROR_VENDOR, placement_problem_);
  if (times_.names().empty())
    throw Failure(ASSAY_ERROR_INVALID, "profile: no layer was executed: run an inference before profile()");
  std::vector<std::string> reported = times_.names();
  // The profiler's time of a DLA layer is that of handing it over, and the hand-overs' is that of waiting:
  // the DLA's own is in neither, so that a DLA layer has none, and hand-overs are left to the log.
  for (const PlacedLayer& placed : placement_.layers) {
    const auto found = std::find(reported.begin(), reported.end(), placed.layer.name);
    const bool on_dla = placed.unit == Unit::kDla;
    const bool timed = found != reported.end() && placed.unit != Unit::kUnknown && !on_dla;
    const std::int64_t time_ns = timed ? times_.mean_ns(*found) : -1;
    if (found != reported.end()) reported.erase(found);
    layers_.add(placed.layer.name, placed.layer.type.empty() ? "unknown" : placed.layer.type,
                on_dla ? "DLA" : placed.layer.tactic, time_ns,
                placed.unit == Unit::kUnknown       ? ASSAY_PLACED_UNKNOWN
                : on_dla == (accelerator_.dla >= 0) ? ASSAY_PLACED_CLAIMED
                                                    : ASSAY_PLACED_ELSEWHERE,
                placed.operations);
  }
  for (const std::string& name : reported) {
    if (accelerator_.dla >= 0 && is_hand_over(name))
      std::printf("hand-over '%s': %.6f ms\n", name.c_str(), static_cast<double>(times_.mean_ns(name)) / 1e6);
    else
      layers_.add(name, "unknown", "", times_.mean_ns(name), ASSAY_PLACED_UNKNOWN);
  }
  profiled_ = true;
  return layers_.profile();
}

}  // namespace assay::tensorrt

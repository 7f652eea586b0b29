#include "session.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "executed_graph.h"
#include "profile.h"
#include "signature.h"

namespace assay::onnxruntime {

using plugin::DeclaredShape;
using plugin::element;
using plugin::Failure;
using plugin::Options;
namespace fs = std::filesystem;

namespace {

constexpr const char* kProvider = "CPUExecutionProvider";
const std::vector<std::string> kLevels{"disable", "basic", "extended", "all"};
constexpr GraphOptimizationLevel kLevelValues[] = {ORT_DISABLE_ALL, ORT_ENABLE_BASIC, ORT_ENABLE_EXTENDED,
                                                   ORT_ENABLE_ALL};

Session::Settings settings_of(const assay_open_options& request) {
  const Options options(
      request.options, request.option_count,
      {"threads", "inter_op", "graph_optimization", "execution_mode", "spinning", "library"});
  Session::Settings settings;
  settings.threads = options.integer("threads", 1, 1024).value_or(plugin::affinity_cores());
  settings.inter_op = options.integer("inter_op", 1, 1024).value_or(settings.inter_op);
  settings.optimisation = options.choice("graph_optimization", kLevels).value_or(settings.optimisation);
  settings.parallel = options.choice("execution_mode", {"sequential", "parallel"}).value_or(0) == 1;
  settings.spinning = options.boolean("spinning").value_or(settings.spinning);
  settings.library = options.text("library").value_or("");
  return settings;
}

// Anonymous memory with a path, into which ONNX Runtime writes the graph that it will execute: nothing
// touches a disk, and its pages do not count as memory of this process.
struct Memfd {
  Memfd() : fd(memfd_create("assay-optimised-model", MFD_CLOEXEC)) {}
  ~Memfd() {
    if (fd >= 0) close(fd);
  }
  Memfd(const Memfd&) = delete;
  Memfd& operator=(const Memfd&) = delete;
  int fd;
};

}  // namespace

TemporaryFolder::TemporaryFolder() : path((fs::temp_directory_path() / "assay-profile-XXXXXX").string()) {
  if (mkdtemp(path.data()) == nullptr)
    throw Failure(ASSAY_ERROR_VENDOR, path + ": cannot be created for the profile");
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

Session::Session(const assay_open_options& options)
    : settings_(settings_of(options)),
      library_(Library::open(settings_.library)),
      api_(library_->api()),
      memory_(nullptr, api_.ReleaseMemoryInfo),
      run_options_(nullptr, api_.ReleaseRunOptions),
      session_(nullptr, api_.ReleaseSession) {
  if (std::string_view(options.accelerator) != "CPU")
    throw Failure(ASSAY_ERROR_UNAVAILABLE, std::string("accelerator '") + options.accelerator +
                                               "': this backend runs on CPU only; execution providers in " +
                                               library_->path() + ": " + plugin::join(library_->providers()));
  plugin::require_known_precision(options.precision);
  plugin::require_model_file(options.artifact);

  OrtMemoryInfo* memory = nullptr;
  library_->check(api_.CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory),
                  "describing host memory");
  memory_.reset(memory);
  OrtRunOptions* run_options = nullptr;
  library_->check(api_.CreateRunOptions(&run_options), "creating run options");
  run_options_.reset(run_options);
  if (options.profiling != 0) profile_folder_.emplace();

  const DimensionSizes sizes = sizes_of_symbols(options);
  const Memfd optimised_model;
  try {
    session_ = create(options.artifact, true, options.profiling != 0, sizes, optimised_model.fd);
  } catch (const Failure&) {
    // A graph over protobuf's 2 GB cannot be written out. Its precision stays unknown; any other error comes
    // again.
    session_ = create(options.artifact, true, options.profiling != 0, sizes, -1);
  }
  executed_precision_ = executed_precision(optimised_model.fd);

  const std::vector<Declared> inputs = read_signature(*library_, session_.get(), true);
  std::vector<DeclaredShape> shapes;
  for (const Declared& input : inputs) shapes.push_back(input.shape);
  const auto dims = plugin::resolve_shapes(shapes, options);
  for (size_t i = 0; i < inputs.size(); ++i) inputs_.add(inputs[i].shape.name, inputs[i].dtype, dims[i]);

  const std::vector<Declared> outputs = read_signature(*library_, session_.get(), false);
  const bool known = std::all_of(outputs.begin(), outputs.end(), [](const Declared& output) {
    return std::all_of(output.shape.dims.begin(), output.shape.dims.end(),
                       [](int64_t dim) { return dim > 0; });
  });
  const auto output_dims = known ? std::vector<std::vector<int64_t>>() : run_for_output_dims(outputs.size());
  for (size_t i = 0; i < outputs.size(); ++i)
    outputs_.add(outputs[i].shape.name, outputs[i].dtype, known ? outputs[i].shape.dims : output_dims[i]);
  for (uint32_t slot = 0; slot < options.slot_count; ++slot)
    slots_.push_back({{}, {nullptr, api_.ReleaseIoBinding}});
  fill_info();
}

Session::~Session() {
  if (thread_.joinable()) {
    {
      const std::lock_guard lock(flight_mutex_);
      stopping_ = true;
    }
    flight_changed_.notify_all();
    thread_.join();
  }
}

Handle<OrtSession> Session::create(const char* artifact, bool optimised, bool profiling,
                                   const DimensionSizes& sizes, int optimised_model) const {
  OrtSessionOptions* raw_options = nullptr;
  library_->check(api_.CreateSessionOptions(&raw_options), "creating session options");
  const Handle<OrtSessionOptions> session_options(raw_options, api_.ReleaseSessionOptions);
  const auto set = [&](OrtStatus* status, const char* what) {
    library_->check(status, std::string("option ") + what);
  };
  set(api_.SetIntraOpNumThreads(raw_options, settings_.threads), "threads");
  set(api_.SetInterOpNumThreads(raw_options, settings_.inter_op), "inter_op");
  set(api_.SetSessionGraphOptimizationLevel(
          raw_options, optimised ? kLevelValues[settings_.optimisation] : ORT_DISABLE_ALL),
      "graph_optimization");
  set(api_.SetSessionExecutionMode(raw_options, settings_.parallel ? ORT_PARALLEL : ORT_SEQUENTIAL),
      "execution_mode");
  set(api_.AddSessionConfigEntry(raw_options, "session.intra_op.allow_spinning",
                                 settings_.spinning ? "1" : "0"),
      "spinning");
  set(api_.AddSessionConfigEntry(raw_options, "session.inter_op.allow_spinning",
                                 settings_.spinning ? "1" : "0"),
      "spinning");
  for (const auto& [symbol, size] : sizes)
    set(api_.AddFreeDimensionOverrideByName(raw_options, symbol.c_str(), size), "shape");
  if (profiling)
    set(api_.EnableProfiling(raw_options, (profile_folder_->path + "/profile").c_str()), "profiling");
  if (optimised_model >= 0) {
    const std::string path = "/proc/self/fd/" + std::to_string(optimised_model);
    set(api_.SetOptimizedModelFilePath(raw_options, path.c_str()), "optimised model");
  }
  OrtSession* session = nullptr;
  library_->check(api_.CreateSession(library_->env(), artifact, raw_options, &session),
                  std::string("ONNX Runtime cannot load ") + artifact);
  return {session, api_.ReleaseSession};
}

// Named dimensions have to be known before the session is created, so that its graph is optimised for the
// sizes: they are read from a first, unoptimised load, which a model without given shapes does not pay for.
Session::DimensionSizes Session::sizes_of_symbols(const assay_open_options& options) const {
  DimensionSizes sizes;
  if (options.shape_count == 0) return sizes;
  const Handle<OrtSession> probe = create(options.artifact, false, false, {}, -1);
  std::vector<DeclaredShape> shapes;
  for (const Declared& input : read_signature(*library_, probe.get(), true)) shapes.push_back(input.shape);
  const auto dims = plugin::resolve_shapes(shapes, options);
  for (size_t i = 0; i < shapes.size(); ++i) {
    for (size_t d = 0; d < dims[i].size(); ++d) {
      const std::string& symbol = shapes[i].symbols[d];
      if (symbol.empty()) continue;
      const auto [found, is_new] = sizes.try_emplace(symbol, dims[i][d]);
      if (!is_new && found->second != dims[i][d])
        throw Failure(ASSAY_ERROR_INVALID,
                      "dimension '" + symbol + "' cannot be " + std::to_string(found->second) + " and " +
                          std::to_string(dims[i][d]) + " (input '" + shapes[i].name + "') at once");
    }
  }
  return sizes;
}

// Where the graph does not tell, one inference of zeros does.
std::vector<std::vector<int64_t>> Session::run_for_output_dims(size_t output_count) const {
  std::vector<std::vector<char>> data;
  std::vector<Handle<OrtValue>> owners;
  std::vector<const OrtValue*> values;
  std::vector<const char*> names;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    data.emplace_back(inputs_[i].byte_size);
    owners.push_back(wrap(inputs_[i], data.back().data()));
    values.push_back(owners.back().get());
    names.push_back(inputs_[i].name);
  }
  std::vector<std::string> output_names;
  for (const Declared& output : read_signature(*library_, session_.get(), false))
    output_names.push_back(output.shape.name);
  std::vector<const char*> output_pointers;
  for (const std::string& name : output_names) output_pointers.push_back(name.c_str());
  std::vector<OrtValue*> outputs(output_count, nullptr);
  library_->check(api_.Run(session_.get(), run_options_.get(), names.data(), values.data(), values.size(),
                           output_pointers.data(), output_count, outputs.data()),
                  "running once to learn the outputs' shapes");

  std::vector<std::vector<int64_t>> all_dims;
  for (OrtValue* output : outputs) owners.emplace_back(output, api_.ReleaseValue);
  for (OrtValue* output : outputs) {
    OrtTensorTypeAndShapeInfo* raw_info = nullptr;
    library_->check(api_.GetTensorTypeAndShape(output, &raw_info), "reading an output's shape");
    const Handle<OrtTensorTypeAndShapeInfo> info(raw_info, api_.ReleaseTensorTypeAndShapeInfo);
    size_t rank = 0;
    library_->check(api_.GetDimensionsCount(raw_info, &rank), "reading an output's shape");
    std::vector<int64_t> dims(rank);
    library_->check(api_.GetDimensions(raw_info, dims.data(), rank), "reading an output's shape");
    all_dims.push_back(std::move(dims));
  }
  return all_dims;
}

void Session::fill_info() {
  properties_.add("library", library_->path());
  properties_.add("api_version", std::to_string(library_->api_version()));
  properties_.add("execution_provider", kProvider);
  properties_.add("threads", std::to_string(settings_.threads));
  properties_.add("inter_op", std::to_string(settings_.inter_op));
  properties_.add("graph_optimization", kLevels[settings_.optimisation]);
  properties_.add("execution_mode", settings_.parallel ? "parallel" : "sequential");
  properties_.add("spinning", settings_.spinning ? "1" : "0");

  info_.struct_size = sizeof(info_);
  info_.executed_precision = executed_precision_.c_str();
  info_.determinism = ASSAY_DETERMINISM_UNKNOWN;
  info_.max_in_flight = 1;
  info_.input_count = inputs_.size();
  info_.inputs = inputs_.data();
  info_.output_count = outputs_.size();
  info_.outputs = outputs_.data();
  info_.property_count = properties_.size();
  info_.properties = properties_.data();
}

Handle<OrtValue> Session::wrap(const assay_tensor& tensor, void* data) const {
  OrtValue* value = nullptr;
  library_->check(api_.CreateTensorWithDataAsOrtValue(memory_.get(), data, tensor.byte_size, tensor.dims,
                                                      tensor.rank, element_type_of(tensor.dtype), &value),
                  std::string("binding '") + tensor.name + "'");
  return {value, api_.ReleaseValue};
}

void Session::bind(uint32_t slot, const assay_buffer* inputs, uint32_t input_count,
                   const assay_buffer* outputs, uint32_t output_count) {
  plugin::require_slot(slot, static_cast<uint32_t>(slots_.size()));
  plugin::require_buffers(inputs_, inputs, input_count, "input");
  plugin::require_buffers(outputs_, outputs, output_count, "output");
  OrtIoBinding* raw_binding = nullptr;
  library_->check(api_.CreateIoBinding(session_.get(), &raw_binding), "creating a binding");
  Slot bound{{}, {raw_binding, api_.ReleaseIoBinding}};
  for (uint32_t i = 0; i < input_count; ++i) {
    bound.values.push_back(wrap(inputs_[i], element(inputs, i).data));
    library_->check(api_.BindInput(raw_binding, inputs_[i].name, bound.values.back().get()),
                    "binding an input");
  }
  for (uint32_t i = 0; i < output_count; ++i) {
    bound.values.push_back(wrap(outputs_[i], element(outputs, i).data));
    library_->check(api_.BindOutput(raw_binding, outputs_[i].name, bound.values.back().get()),
                    "binding an output");
  }
  slots_[slot] = std::move(bound);
}

void Session::require_bound(uint32_t slot) const {
  if (slot >= slots_.size() || slots_[slot].binding == nullptr)
    throw Failure(ASSAY_ERROR_INVALID, "slot " + std::to_string(slot) + " is not bound");
}

void Session::run(uint32_t slot) {
  {
    const std::lock_guard lock(mutex_);
    running_ = true;
  }
  OrtStatus* status = api_.RunWithBinding(session_.get(), run_options_.get(), slots_[slot].binding.get());
  {
    const std::lock_guard lock(mutex_);
    running_ = false;
    if (cancelled_) {
      cancelled_ = false;
      api_.ReleaseStatus(status);
      library_->check(api_.RunOptionsUnsetTerminate(run_options_.get()), "ending a cancellation");
      throw Failure(ASSAY_ERROR_CANCELLED, "the inference was cancelled");
    }
  }
  if (status != nullptr) library_->check(status, "ONNX Runtime's inference");
}

void Session::infer(uint32_t slot) {
  require_bound(slot);
  run(slot);
}

void Session::submit(uint32_t slot) {
  require_bound(slot);
  {
    const std::lock_guard lock(flight_mutex_);
    if (flight_ != Flight::kNone)
      throw Failure(ASSAY_ERROR_INVALID,
                    "submit: slot " + std::to_string(flight_slot_) + " is in flight and max_in_flight is 1");
    flight_ = Flight::kSubmitted;
    flight_slot_ = slot;
  }
  if (!thread_.joinable()) thread_ = std::thread([this] { serve(); });
  flight_changed_.notify_all();
}

void Session::serve() {
  std::unique_lock lock(flight_mutex_);
  while (true) {
    flight_changed_.wait(lock, [this] { return stopping_ || flight_ == Flight::kSubmitted; });
    if (stopping_) return;
    lock.unlock();
    std::optional<Failure> failure;
    try {
      run(flight_slot_);
    } catch (const Failure& caught) {
      failure = caught;
    }
    lock.lock();
    flight_failure_ = failure;
    flight_ = Flight::kDone;
    flight_changed_.notify_all();
  }
}

uint32_t Session::wait(int64_t timeout_ns) {
  std::unique_lock lock(flight_mutex_);
  if (flight_ == Flight::kNone) throw Failure(ASSAY_ERROR_INVALID, "wait: nothing was submitted");
  const auto done = [this] { return flight_ == Flight::kDone; };
  if (timeout_ns < 0) {
    flight_changed_.wait(lock, done);
  } else if (!flight_changed_.wait_for(lock, std::chrono::nanoseconds(timeout_ns), done)) {
    throw Failure(ASSAY_ERROR_TIMEOUT, "slot " + std::to_string(flight_slot_) + " is still running");
  }
  flight_ = Flight::kNone;
  if (flight_failure_) throw Failure(*flight_failure_);
  return flight_slot_;
}

void Session::cancel() {
  const std::lock_guard lock(mutex_);
  if (!running_) return;
  cancelled_ = true;
  library_->check(api_.RunOptionsSetTerminate(run_options_.get()), "cancelling");
}

const assay_profile* Session::profile() {
  if (!profile_folder_)
    throw Failure(ASSAY_ERROR_INVALID, "profile: the session was not opened with profiling");
  if (!profiled_) {
    OrtAllocator* allocator = nullptr;
    library_->check(api_.GetAllocatorWithDefaultOptions(&allocator), "ending the profile");
    char* path = nullptr;
    library_->check(api_.SessionEndProfiling(session_.get(), allocator, &path), "ending the profile");
    const std::string file = path;
    library_->check(api_.AllocatorFree(allocator, path), "ending the profile");
    profiled_ = true;
    read_profile(file, kProvider, layers_);
  }
  return layers_.profile();
}

}  // namespace assay::onnxruntime

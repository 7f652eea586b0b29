#include "ort/bound_session.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "ort/signature.h"

namespace assay::onnxruntime {

using plugin::DeclaredShape;
using plugin::element;
using plugin::Failure;
namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() : path((fs::temp_directory_path() / "assay-profile-XXXXXX").string()) {
  if (mkdtemp(path.data()) == nullptr)
    throw Failure(ASSAY_ERROR_VENDOR, path + ": cannot be created for the profile");
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

BoundSession::BoundSession(std::shared_ptr<Library> library)
    : library_(std::move(library)),
      api_(library_->api()),
      session_(nullptr, api_.ReleaseSession),
      memory_(nullptr, api_.ReleaseMemoryInfo),
      run_options_(nullptr, api_.ReleaseRunOptions) {
  OrtMemoryInfo* memory = nullptr;
  library_->check(api_.CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory),
                  "describing host memory");
  memory_.reset(memory);
  OrtRunOptions* run_options = nullptr;
  library_->check(api_.CreateRunOptions(&run_options), "creating run options");
  run_options_.reset(run_options);
}

BoundSession::~BoundSession() {
  if (thread_.joinable()) {
    {
      const std::lock_guard lock(flight_mutex_);
      stopping_ = true;
    }
    flight_changed_.notify_all();
    thread_.join();
  }
}

void BoundSession::take(Handle<OrtSession> session, const assay_open_options& options) {
  session_ = std::move(session);
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
}

void BoundSession::publish(std::string executed_precision, std::string accelerator_name) {
  executed_precision_ = std::move(executed_precision);
  accelerator_name_ = std::move(accelerator_name);
  info_ = plugin::make_session_info(executed_precision_, inputs_, outputs_, properties_, accelerator_name_);
}

std::string BoundSession::end_profiling() {
  OrtAllocator* allocator = nullptr;
  library_->check(api_.GetAllocatorWithDefaultOptions(&allocator), "ending the profile");
  char* path = nullptr;
  library_->check(api_.SessionEndProfiling(session_.get(), allocator, &path), "ending the profile");
  const std::string file = path;
  library_->check(api_.AllocatorFree(allocator, path), "ending the profile");
  return file;
}

Handle<OrtValue> BoundSession::wrap(const assay_tensor& tensor, void* data) const {
  OrtValue* value = nullptr;
  library_->check(api_.CreateTensorWithDataAsOrtValue(memory_.get(), data, tensor.byte_size, tensor.dims,
                                                      tensor.rank, element_type_of(tensor.dtype), &value),
                  std::string("binding '") + tensor.name + "'");
  return {value, api_.ReleaseValue};
}

// Where the graph does not tell, one inference of zeros does.
std::vector<std::vector<int64_t>> BoundSession::run_for_output_dims(size_t output_count) const {
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

void BoundSession::bind(uint32_t slot, const assay_buffer* inputs, uint32_t input_count,
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

void BoundSession::require_bound(uint32_t slot) const {
  if (slot >= slots_.size() || slots_[slot].binding == nullptr)
    throw Failure(ASSAY_ERROR_INVALID, "slot " + std::to_string(slot) + " is not bound");
}

void BoundSession::run(uint32_t slot) {
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

void BoundSession::infer(uint32_t slot) {
  require_bound(slot);
  run(slot);
}

void BoundSession::submit(uint32_t slot) {
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

void BoundSession::serve() {
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

uint32_t BoundSession::wait(int64_t timeout_ns) {
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

void BoundSession::cancel() {
  const std::lock_guard lock(mutex_);
  if (!running_) return;
  cancelled_ = true;
  library_->check(api_.RunOptionsSetTerminate(run_options_.get()), "cancelling");
}

}  // namespace assay::onnxruntime

// A small honest backend and, by kFault (fault.h), dishonest and broken ones. For tests only.
//
// The model: logits[c][y][x] = sum over the input's channels i of w(c, i) * input[i][y][x] + b(c), fully
// written. Options: input ("f32:1x3x16x16"), classes ("19"), outputs ("1", or "2": then also the argmax as
// i32 "labels"), delay_us ("0": an inference takes at least that long), trace ("0"; "1": each inference
// prints the first value of its input to the log).
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <memory>
#include <sstream>

#include "assay/backend_abi.h"
#include "fault.h"
#include "support/plugin_support.h"

using assay::plugin::buffers_fit;
using assay::plugin::fail;
using assay::plugin::TensorSpec;

namespace {

constexpr std::int64_t kFaultyInference = 500;

struct Slot {
  float* input = nullptr;
  float* logits = nullptr;
  std::int32_t* labels = nullptr;
};

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1000000000 + now.tv_nsec;
}

}  // namespace

struct assay_session {
  TensorSpec input_spec{"input", ASSAY_F32, {1, 3, 16, 16}};
  TensorSpec logits_spec{"logits", ASSAY_F32, {}}, labels_spec{"labels", ASSAY_I32, {}};
  int classes = 19, output_count = 1;
  std::int64_t delay_ns = 0;
  std::vector<assay_tensor> inputs, outputs;
  assay_session_info info{};
  std::vector<Slot> slots;
  std::vector<float> first_answer;
  std::int64_t inferences = 0, submitted = -1;
  bool profiling = false, trace = false;
  assay_layer layers[2]{};
  assay_profile profile{};
};

namespace {

std::int32_t describe(const assay_description** description, assay_error*) {
  static const assay_accelerator accelerators[] = {
      {sizeof(assay_accelerator), "CPU", "a loop in C++", 1, ""},
      {sizeof(assay_accelerator), "NPU", "", 0, "there is no such thing"}};
  static const char* const formats[] = {"any"};
  static const assay_name_value versions[] = {{"loop", "1"}};
  static const assay_description text{sizeof text,  "affine", "1",      "1.0", "",      0, 2,
                                      accelerators, 1,        versions, 1,     formats, ""};
  *description = &text;
  return ASSAY_OK;
}

bool read_number(const std::string& text, std::int64_t lowest, std::int64_t highest, std::int64_t& number) {
  char* end = nullptr;
  number = std::strtoll(text.c_str(), &end, 10);
  return !text.empty() && *end == '\0' && number >= lowest && number <= highest;
}

std::int32_t read_options(const assay_open_options& options, assay_session& session, assay_error* error) {
  for (std::uint32_t i = 0; i < options.option_count; ++i) {
    const std::string name = options.options[i].name, value = options.options[i].value;
    std::int64_t number = 0;
    bool good = false;
    if (name == "input") {
      good = parse_tensor_spec(value, session.input_spec) && session.input_spec.dtype == ASSAY_F32;
    } else if (name == "classes") {
      if ((good = read_number(value, 1, 1000, number))) session.classes = static_cast<int>(number);
    } else if (name == "outputs") {
      if ((good = read_number(value, 1, 2, number))) session.output_count = static_cast<int>(number);
    } else if (name == "delay_us") {
      if ((good = read_number(value, 0, 1000000, number))) session.delay_ns = number * 1000;
    } else if (name == "trace") {
      if ((good = read_number(value, 0, 1, number))) session.trace = number == 1;
    } else {
      return fail(error, ASSAY_ERROR_INVALID, "unknown option \"" + name + "\"");
    }
    if (!good)
      return fail(error, ASSAY_ERROR_INVALID, "option " + name + ": \"" + value + "\" is no value for it");
  }
  if (!apply_shapes(options, session.input_spec) || session.input_spec.dims.size() != 4 ||
      session.input_spec.dims[0] != 1)
    return fail(error, ASSAY_ERROR_INVALID, "expected an input of rank 4 with batch 1");
  return ASSAY_OK;
}

std::int32_t open_session(const assay_open_options* options, assay_session** out, assay_error* error) {
  if (kFault != kNone)
    ::signal(SIGSEGV, SIG_DFL);  // A sanitizer's handler would turn the crash into an exit.
  if (kFault == kRefuseOpen) return fail(error, ASSAY_ERROR_UNAVAILABLE, "the accelerator is on holiday", 17);
  if (kFault == kAbortOpen) {
    std::fprintf(stderr, "affine: about to abort\n");
    std::abort();
  }
  if (std::string(options->accelerator) != "CPU")
    return fail(error, ASSAY_ERROR_UNAVAILABLE,
                "no accelerator \"" + std::string(options->accelerator) + "\"");
  if (*options->artifact && ::access(options->artifact, R_OK) != 0)
    return fail(error, ASSAY_ERROR_NOT_FOUND, std::string(options->artifact) + ": no such file");
  auto session = std::make_unique<assay_session>();
  if (const std::int32_t code = read_options(*options, *session, error); code != ASSAY_OK) return code;
  const auto& dims = session->input_spec.dims;
  session->logits_spec.dims = {1, session->classes, dims[2], dims[3]};
  session->labels_spec.dims = {1, dims[2], dims[3]};
  session->inputs = {abi_tensor(session->input_spec)};
  session->outputs = {abi_tensor(session->logits_spec)};
  if (kFault == kStrided) {
    session->outputs[0].strides[2] += 64;
    session->outputs[0].strides[1] = session->outputs[0].strides[2] * dims[2];
    session->outputs[0].byte_size = static_cast<std::uint64_t>(session->outputs[0].strides[1]) *
                                    static_cast<std::uint64_t>(session->classes);
  }
  if (session->output_count == 2) session->outputs.push_back(abi_tensor(session->labels_spec));
  session->slots.resize(options->slot_count);
  session->profiling = options->profiling != 0;
  static const assay_name_value properties[] = {{"threads", "1"}};
  session->info = {sizeof(assay_session_info),
                   "fp32",
                   ASSAY_DETERMINISTIC,
                   1,
                   1,
                   session->inputs.data(),
                   static_cast<std::uint32_t>(session->outputs.size()),
                   session->outputs.data(),
                   1,
                   properties,
                   nullptr};
  *out = session.release();
  return ASSAY_OK;
}

std::int32_t session_info(assay_session* session, const assay_session_info** info, assay_error*) {
  *info = &session->info;
  return ASSAY_OK;
}

std::int32_t bind(assay_session* session, std::uint32_t slot, const assay_buffer* inputs,
                  std::uint32_t input_count, const assay_buffer* outputs, std::uint32_t output_count,
                  assay_error* error) {
  std::string problem;
  if (slot >= session->slots.size())
    return fail(error, ASSAY_ERROR_INVALID, "slot " + std::to_string(slot) + " was not opened");
  if (!buffers_fit(inputs, input_count, session->inputs, "input", problem) ||
      !buffers_fit(outputs, output_count, session->outputs, "output", problem))
    return fail(error, ASSAY_ERROR_INVALID, problem);
  session->slots[slot] = {static_cast<float*>(inputs[0].data), static_cast<float*>(outputs[0].data),
                          output_count > 1 ? static_cast<std::int32_t*>(outputs[1].data) : nullptr};
  return ASSAY_OK;
}

void compute(const assay_session& session, const Slot& slot) {
  const auto channels = static_cast<std::size_t>(session.input_spec.dims[1]);
  const auto pixels = static_cast<std::size_t>(session.input_spec.dims[2] * session.input_spec.dims[3]);
  for (int c = 0; c < session.classes; ++c) {
    float* plane = slot.logits + static_cast<std::size_t>(c) * pixels;
    for (std::size_t p = 0; p < pixels; ++p) {
      float sum = 0.125F * static_cast<float>(c % 5);
      for (std::size_t i = 0; i < channels; ++i)
        sum += static_cast<float>((c * 7 + static_cast<int>(i) * 11) % 13 - 6) * slot.input[i * pixels + p];
      plane[p] = sum;
    }
  }
  for (std::size_t p = 0; slot.labels && p < pixels; ++p) {
    slot.labels[p] = 0;
    for (int c = 1; c < session.classes; ++c)
      if (slot.logits[static_cast<std::size_t>(c) * pixels + p] >
          slot.logits[static_cast<std::size_t>(slot.labels[p]) * pixels + p])
        slot.labels[p] = c;
  }
}

/// What this plugin does wrong at this inference. True: leave the outputs alone.
bool misbehave(assay_session& session, const Slot& slot) {
  if (kFault == kSkipTenth) return session.inferences % 10 == 0;
  if (kFault == kWriteInput) slot.input[0] = 0;
  if (session.inferences != kFaultyInference) return false;
  if (kFault == kSegfault) {
    std::fprintf(stderr, "affine: about to crash\n");
    ::raise(SIGSEGV);
  }
  if (kFault == kHang)
    for (;;) ::pause();
  if (kFault == kExit) std::exit(7);
  if (kFault == kGarbage) (void)!::write(3, "{\"type\": [1, 2\xff\n", 16);
  return false;
}

std::int32_t infer(assay_session* session, std::uint32_t slot_number, assay_error* error) {
  if (slot_number >= session->slots.size() || !session->slots[slot_number].logits)
    return fail(error, ASSAY_ERROR_INVALID, "slot " + std::to_string(slot_number) + " is not bound");
  const std::int64_t begin = session->delay_ns > 0 ? now_ns() : 0;
  const Slot& slot = session->slots[slot_number];
  ++session->inferences;
  if (session->trace) std::fprintf(stderr, "affine: input %.6f\n", static_cast<double>(slot.input[0]));
  if (kFault == kError && session->inferences == kFaultyInference)
    return fail(error, ASSAY_ERROR_VENDOR, "the vendor is out of order", 42);
  if (!misbehave(*session, slot)) {
    const std::size_t bytes = session->outputs[0].byte_size;
    if (kFault != kCached || session->first_answer.empty()) compute(*session, slot);
    if (kFault == kNotFinite) slot.logits[7] = std::numeric_limits<float>::quiet_NaN();
    if (kFault == kCached) {
      if (session->first_answer.empty())
        session->first_answer.assign(slot.logits, slot.logits + bytes / sizeof(float));
      std::memcpy(slot.logits, session->first_answer.data(), bytes);
    }
  }
  while (session->delay_ns > 0 && now_ns() - begin < session->delay_ns) {
  }
  return ASSAY_OK;
}

std::int32_t submit(assay_session* session, std::uint32_t slot, assay_error* error) {
  if (session->submitted >= 0) return fail(error, ASSAY_ERROR_INVALID, "one inference is in flight already");
  const std::int32_t code = infer(session, slot, error);
  if (code == ASSAY_OK) session->submitted = slot;
  return code;
}

std::int32_t wait(assay_session* session, std::int64_t, std::uint32_t* slot, assay_error* error) {
  if (session->submitted < 0) return fail(error, ASSAY_ERROR_INVALID, "wait() with nothing submitted");
  *slot = static_cast<std::uint32_t>(session->submitted);
  session->submitted = -1;
  return ASSAY_OK;
}

std::int32_t profile(assay_session* session, const assay_profile** out, assay_error* error) {
  if (!session->profiling)
    return fail(error, ASSAY_ERROR_INVALID, "the session was opened without profiling");
  const auto& dims = session->input_spec.dims;
  const double operations = 2.0 * session->classes * static_cast<double>(dims[1] * dims[2] * dims[3]);
  session->layers[0] = {sizeof(assay_layer), "affine", "Convolution", "loop", 1000, operations,
                        ASSAY_PLACED_CLAIMED};
  session->layers[1] = {sizeof(assay_layer),   "fallback", "Softmax", "host", 500, operations / 4,
                        ASSAY_PLACED_ELSEWHERE};
  session->profile = {sizeof(assay_profile), kFault == kPartial ? 2u : 1u, session->layers};
  *out = &session->profile;
  return ASSAY_OK;
}

std::int32_t device_memory(assay_session* session, std::uint64_t* bytes, assay_error*) {
  *bytes = session->outputs[0].byte_size;
  return ASSAY_OK;
}

std::int32_t device_time(assay_session* session, std::uint32_t slot, std::int64_t* time_ns,
                         assay_error* error) {
  if (slot >= session->slots.size()) return fail(error, ASSAY_ERROR_INVALID, "no such slot");
  *time_ns = 1234;
  return ASSAY_OK;
}

/// Writes down what it was asked for, as a builder would have used it.
std::int32_t prepare(const assay_prepare_options* options, assay_error* error) {
  std::ifstream source(options->source, std::ios::binary);
  if (!source) return fail(error, ASSAY_ERROR_NOT_FOUND, std::string(options->source) + ": no such source");
  std::ostringstream text;
  text << "built for " << options->accelerator << " in " << options->precision << " of " << source.rdbuf()
       << " (" << options->source_digest << ")";
  for (std::uint32_t i = 0; i < options->option_count; ++i) {
    if (std::string(options->options[i].name) == "refuse")
      return fail(error, ASSAY_ERROR_VENDOR, options->options[i].value, 7);
    text << ", " << options->options[i].name << "=" << options->options[i].value;
  }
  if (const assay_calibration* tensors = options->calibration)
    text << ", calibrated for " << tensors->input << " with " << tensors->file_count << " tensors "
         << assay_dtype_name(tensors->dtype) << " " << tensors->dims[tensors->rank - 1] << " wide, the last "
         << tensors->files[tensors->file_count - 1];
  text << (options->cache ? ", with a cache" : ", without a cache");
  std::puts("affine: building");
  std::fflush(stdout);
  if (kFault != kGarbage) std::ofstream(options->destination) << text.str();
  return ASSAY_OK;
}

void close_session(assay_session* session) {
  if (kFault == kSegfaultClose) ::raise(SIGSEGV);
  delete session;
}

const assay_backend_v1 kBackend = {sizeof kBackend,
                                   kFault == kWrongAbi ? 99u : ASSAY_ABI_VERSION,
                                   describe,
                                   prepare,
                                   open_session,
                                   session_info,
                                   bind,
                                   infer,
                                   submit,
                                   wait,
                                   nullptr,
                                   kFault == kNoLayers ? nullptr : profile,
                                   device_memory,
                                   device_time,
                                   close_session,
                                   nullptr};

}  // namespace

extern "C" const assay_backend_v1* assay_backend(std::uint32_t host_abi_version) {
  return host_abi_version == ASSAY_ABI_VERSION ? &kBackend : nullptr;
}

// The null backend: copies a few bytes. What a row of it shows is the harness's own time, so it is marked
// simulated.
//
// Options: input, output = "f32:1x3x64x64" (dtype and dimensions). Every byte of the output is written at
// each inference, with the input's bytes from its begin (repeated as far as needed): a function of the input
// and nothing else. The default output is one cell of 19 classes, 76 bytes, so that the copy costs next to
// nothing.
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "assay/backend_abi.h"
#include "support/plugin_support.h"

using assay::plugin::buffers_fit;
using assay::plugin::fail;
using assay::plugin::TensorSpec;

namespace {

struct Slot {
  const char* input = nullptr;
  char* output = nullptr;  // Null until bound.
};

}  // namespace

struct assay_session {
  TensorSpec input_spec, output_spec;
  std::vector<assay_tensor> inputs, outputs;
  assay_session_info info{};
  std::size_t input_bytes = 0, output_bytes = 0;
  std::vector<Slot> slots;
  std::int64_t submitted = -1;
  bool profiling = false;
  assay_layer layer{};
  assay_profile profile{};
};

namespace {

std::int32_t describe(const assay_description** description, assay_error*) {
  static const assay_accelerator cpu{sizeof cpu, "CPU", "the harness itself", 1, ""};
  static const char* const formats[] = {"any"};
  static const assay_description text{sizeof text, "null", "1",     "none", "",      1, 1,
                                      &cpu,        0,      nullptr, 1,      formats, ""};
  *description = &text;
  return ASSAY_OK;
}

std::int32_t read_options(const assay_open_options& options, assay_session& session, assay_error* error) {
  session.input_spec = {"input", ASSAY_F32, {1, 3, 64, 64}};
  session.output_spec = {"output", ASSAY_F32, {1, 19, 1, 1}};
  for (std::uint32_t i = 0; i < options.option_count; ++i) {
    const std::string name = options.options[i].name, value = options.options[i].value;
    if (name != "input" && name != "output")
      return fail(error, ASSAY_ERROR_INVALID, "unknown option \"" + name + "\"; expected input or output");
    TensorSpec& spec = name == "input" ? session.input_spec : session.output_spec;
    if (!parse_tensor_spec(value, spec))
      return fail(error, ASSAY_ERROR_INVALID,
                  "option " + name + ": expected dtype and dimensions such as f32:1x3x64x64, found \"" +
                      value + "\"");
  }
  if (!apply_shapes(options, session.input_spec))
    return fail(error, ASSAY_ERROR_INVALID,
                "the shape given for \"input\" has a dimension that is not positive");
  return ASSAY_OK;
}

std::int32_t open_session(const assay_open_options* options, assay_session** out, assay_error* error) {
  if (std::string(options->accelerator) != "CPU")
    return fail(
        error, ASSAY_ERROR_UNAVAILABLE,
        "backend null has the accelerator CPU only, not \"" + std::string(options->accelerator) + "\"");
  constexpr std::uint32_t kMostSlots = 1 << 20;
  if (options->slot_count > kMostSlots)
    return fail(error, ASSAY_ERROR_INVALID,
                "more slots than any pass needs: " + std::to_string(options->slot_count));
  if (*options->artifact && ::access(options->artifact, R_OK) != 0)
    return fail(error, ASSAY_ERROR_NOT_FOUND, std::string(options->artifact) + ": no such file");
  auto session = std::make_unique<assay_session>();
  if (const std::int32_t code = read_options(*options, *session, error); code != ASSAY_OK) return code;
  session->inputs = {abi_tensor(session->input_spec)};
  session->outputs = {abi_tensor(session->output_spec)};
  session->input_bytes = session->inputs[0].byte_size;
  session->output_bytes = session->outputs[0].byte_size;
  session->slots.resize(options->slot_count);
  session->profiling = options->profiling != 0;
  session->info = {sizeof(assay_session_info),
                   "unknown",
                   ASSAY_DETERMINISTIC,
                   1,
                   1,
                   session->inputs.data(),
                   1,
                   session->outputs.data(),
                   0,
                   nullptr,
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
    return fail(error, ASSAY_ERROR_INVALID,
                "slot " + std::to_string(slot) + " of " + std::to_string(session->slots.size()) + " opened");
  if (!buffers_fit(inputs, input_count, session->inputs, "input", problem) ||
      !buffers_fit(outputs, output_count, session->outputs, "output", problem))
    return fail(error, ASSAY_ERROR_INVALID, problem);
  session->slots[slot] = {static_cast<const char*>(inputs[0].data), static_cast<char*>(outputs[0].data)};
  return ASSAY_OK;
}

std::int32_t infer(assay_session* session, std::uint32_t slot, assay_error* error) {
  if (slot >= session->slots.size() || !session->slots[slot].output)
    return fail(error, ASSAY_ERROR_INVALID, "slot " + std::to_string(slot) + " is not bound");
  const Slot& bound = session->slots[slot];
  for (std::size_t done = 0; done < session->output_bytes; done += session->input_bytes)
    std::memcpy(bound.output + done, bound.input,
                std::min(session->input_bytes, session->output_bytes - done));
  return ASSAY_OK;
}

std::int32_t submit(assay_session* session, std::uint32_t slot, assay_error* error) {
  if (session->submitted >= 0)
    return fail(error, ASSAY_ERROR_INVALID, "an inference is in flight: wait() for it first");
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
  session->layer = {sizeof(assay_layer), "copy", "Copy", "memcpy", -1, 0, ASSAY_PLACED_CLAIMED};
  session->profile = {sizeof(assay_profile), 1, &session->layer};
  *out = &session->profile;
  return ASSAY_OK;
}

void close_session(assay_session* session) { delete session; }

const assay_backend_v1 kBackend = {sizeof kBackend,
                                   ASSAY_ABI_VERSION,
                                   describe,
                                   nullptr,
                                   open_session,
                                   session_info,
                                   bind,
                                   infer,
                                   submit,
                                   wait,
                                   nullptr,
                                   profile,
                                   nullptr,
                                   nullptr,
                                   close_session,
                                   nullptr};

}  // namespace

extern "C" const assay_backend_v1* assay_backend(std::uint32_t host_abi_version) {
  return host_abi_version == ASSAY_ABI_VERSION ? &kBackend : nullptr;
}

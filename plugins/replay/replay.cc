// The replay backend: plays a recording (recording.h) of another backend, outputs and delays. Always
// simulated.
//
// Options: match = "input" (the answer recorded for the very same inputs; others are an error) or "order"
// (one answer after the other); delay = "recorded" or "none".
//
// Up to four inferences are in flight at once; their delays overlap, as those of independent streams do.
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <unordered_map>

#include "assay/backend_abi.h"
#include "replay/recording.h"
#include "support/plugin_support.h"

using assay::plugin::buffers_fit;
using assay::plugin::fail;
using assay::replay::Answer;

namespace {

constexpr std::uint32_t kMostInFlight = 4;

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1000000000 + now.tv_nsec;
}

/// Sleeps to shortly before the time and spins the rest: a sleep alone wakes up to a scheduler's tick too
/// late.
void wait_until(std::int64_t until_ns) {
  constexpr std::int64_t kSpinNs = 200'000;
  for (std::int64_t left = until_ns - now_ns(); left > 0; left = until_ns - now_ns()) {
    if (left <= kSpinNs) continue;
    const std::int64_t target = until_ns - kSpinNs;
    const timespec wake{static_cast<time_t>(target / 1000000000), static_cast<long>(target % 1000000000)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, nullptr);
  }
}

struct Slot {
  std::vector<const void*> inputs;
  std::vector<void*> outputs;  // Empty until bound.
};

struct InFlight {
  std::uint32_t slot;
  std::int64_t done_ns;
  const Answer* answer;
};

}  // namespace

struct assay_session {
  assay::replay::Recording recording;
  std::unordered_map<std::uint64_t, const Answer*> by_key;
  bool by_order = false, delayed = true;
  std::size_t next_answer = 0, next_delay = 0;
  std::vector<assay_tensor> inputs, outputs;
  std::vector<Slot> slots;
  std::vector<InFlight> in_flight;
  std::vector<assay_name_value> properties;
  assay_session_info info{};
  bool profiling = false;
  assay_layer layer{};
  assay_profile profile{};
};

namespace {

std::int32_t describe(const assay_description** description, assay_error*) {
  static const assay_accelerator cpu{sizeof cpu, "CPU", "a recording", 1, ""};
  static const char* const formats[] = {"assay-recording"};
  static const assay_description text{sizeof text, "replay", "1",     "none", "",      1, 1,
                                      &cpu,        0,        nullptr, 1,      formats, ""};
  *description = &text;
  return ASSAY_OK;
}

std::int32_t read_options(const assay_open_options& options, assay_session& session, assay_error* error) {
  for (std::uint32_t i = 0; i < options.option_count; ++i) {
    const std::string name = options.options[i].name, value = options.options[i].value;
    if (name != "match" && name != "delay")
      return fail(error, ASSAY_ERROR_INVALID, "unknown option \"" + name + "\"; expected match or delay");
    const char* const usual = name == "match" ? "input" : "recorded";
    const char* const other = name == "match" ? "order" : "none";
    if (value != usual && value != other)
      return fail(error, ASSAY_ERROR_INVALID,
                  "option " + name + ": expected " + usual + " or " + other + ", found \"" + value + "\"");
    if (name == "match")
      session.by_order = value == other;
    else
      session.delayed = value == usual;
  }
  return ASSAY_OK;
}

std::int32_t open_checked(const assay_open_options* options, assay_session** out, assay_error* error) {
  if (std::string(options->accelerator) != "CPU")
    return fail(
        error, ASSAY_ERROR_UNAVAILABLE,
        "backend replay has the accelerator CPU only, not \"" + std::string(options->accelerator) + "\"");
  const std::string path = options->artifact;
  if (::access(path.c_str(), R_OK) != 0)
    return fail(error, ASSAY_ERROR_NOT_FOUND, path + ": no such recording");
  auto session = std::make_unique<assay_session>();
  if (const std::int32_t code = read_options(*options, *session, error); code != ASSAY_OK) return code;
  std::string problem;
  if (!read_recording(path, session->recording, problem))
    return fail(error, ASSAY_ERROR_INVALID, path + ": no recording that can be played: " + problem);
  for (const Answer& answer : session->recording.answers) session->by_key.emplace(answer.key, &answer);
  for (const auto& spec : session->recording.inputs) session->inputs.push_back(abi_tensor(spec));
  for (const auto& spec : session->recording.outputs) session->outputs.push_back(abi_tensor(spec));
  session->slots.resize(options->slot_count);
  session->in_flight.reserve(kMostInFlight);
  session->profiling = options->profiling != 0;
  session->properties = {{"recorded backend", session->recording.backend.c_str()}};
  session->info = {sizeof(assay_session_info),
                   session->recording.precision.c_str(),
                   session->by_order ? ASSAY_NONDETERMINISTIC : ASSAY_DETERMINISTIC,
                   kMostInFlight,
                   static_cast<std::uint32_t>(session->inputs.size()),
                   session->inputs.data(),
                   static_cast<std::uint32_t>(session->outputs.size()),
                   session->outputs.data(),
                   static_cast<std::uint32_t>(session->properties.size()),
                   session->properties.data(),
                   nullptr};
  *out = session.release();
  return ASSAY_OK;
}

std::int32_t open_session(const assay_open_options* options, assay_session** out, assay_error* error) {
  try {
    return open_checked(options, out, error);
  } catch (const std::exception& problem) {  // Out of memory, for a recording larger than it.
    return fail(error, ASSAY_ERROR_VENDOR, problem.what());
  }
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
  Slot& bound = session->slots[slot];
  bound = {};
  for (std::uint32_t i = 0; i < input_count; ++i) bound.inputs.push_back(inputs[i].data);
  for (std::uint32_t i = 0; i < output_count; ++i) bound.outputs.push_back(outputs[i].data);
  return ASSAY_OK;
}

/// The answer for what lies in a slot now, or nullptr with *error set.
const Answer* choose(assay_session& session, const Slot& slot, assay_error* error) {
  if (session.by_order) {
    const Answer* answer = &session.recording.answers[session.next_answer];
    session.next_answer = (session.next_answer + 1) % session.recording.answers.size();
    return answer;
  }
  std::vector<std::pair<const void*, std::uint64_t>> inputs;
  for (std::size_t i = 0; i < slot.inputs.size(); ++i)
    inputs.emplace_back(slot.inputs[i], session.inputs[i].byte_size);
  const auto found = session.by_key.find(assay::replay::key_of_inputs(inputs));
  if (found != session.by_key.end()) return found->second;
  fail(error, ASSAY_ERROR_INVALID,
       "the recording has no answer for these inputs; record them too, or set the option match to order");
  return nullptr;
}

std::int32_t submit(assay_session* session, std::uint32_t slot, assay_error* error) {
  const std::int64_t begin = now_ns();
  if (slot >= session->slots.size() || session->slots[slot].outputs.empty())
    return fail(error, ASSAY_ERROR_INVALID, "slot " + std::to_string(slot) + " is not bound");
  if (session->in_flight.size() == kMostInFlight)
    return fail(error, ASSAY_ERROR_INVALID, "four inferences are in flight already: wait() for one");
  for (const InFlight& other : session->in_flight)
    if (other.slot == slot)
      return fail(error, ASSAY_ERROR_INVALID, "slot " + std::to_string(slot) + " is in flight already");
  const Answer* answer = choose(*session, session->slots[slot], error);
  if (!answer) return ASSAY_ERROR_INVALID;
  std::int64_t delay = 0;
  if (session->delayed && !session->recording.delays_ns.empty()) {
    delay = session->recording.delays_ns[session->next_delay];
    session->next_delay = (session->next_delay + 1) % session->recording.delays_ns.size();
  }
  session->in_flight.push_back({slot, begin + delay, answer});
  return ASSAY_OK;
}

std::int32_t wait(assay_session* session, std::int64_t timeout_ns, std::uint32_t* slot, assay_error* error) {
  if (session->in_flight.empty()) return fail(error, ASSAY_ERROR_INVALID, "wait() with nothing submitted");
  const auto first =
      std::min_element(session->in_flight.begin(), session->in_flight.end(),
                       [](const InFlight& a, const InFlight& b) { return a.done_ns < b.done_ns; });
  if (timeout_ns >= 0 && first->done_ns - now_ns() > timeout_ns) {
    wait_until(now_ns() + timeout_ns);
    return fail(error, ASSAY_ERROR_TIMEOUT, "nothing finished in time");
  }
  for (std::size_t i = 0; i < session->outputs.size(); ++i)
    std::memcpy(session->slots[first->slot].outputs[i], first->answer->outputs[i].data(),
                first->answer->outputs[i].size());
  wait_until(first->done_ns);
  *slot = first->slot;
  session->in_flight.erase(first);
  return ASSAY_OK;
}

std::int32_t infer(assay_session* session, std::uint32_t slot, assay_error* error) {
  if (!session->in_flight.empty())
    return fail(error, ASSAY_ERROR_INVALID, "infer() while others are in flight");
  const std::int32_t code = submit(session, slot, error);
  return code == ASSAY_OK ? wait(session, -1, &slot, error) : code;
}

std::int32_t profile(assay_session* session, const assay_profile** out, assay_error* error) {
  if (!session->profiling)
    return fail(error, ASSAY_ERROR_INVALID, "the session was opened without profiling");
  session->layer = {sizeof(assay_layer), "replay", "Replay", "memcpy", -1, -1, ASSAY_PLACED_UNKNOWN};
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

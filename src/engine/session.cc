#include "engine/session.h"

#include <atomic>
#include <string>

#include "engine/worker/protocol.h"
#include "engine/worker_process.h"

namespace assay::engine {

struct Session::State {
  std::unique_ptr<WorkerProcess> worker;
  std::chrono::nanoseconds stall_timeout;
  record::SessionInfo info;
  SetLayout input_layout, output_layout;
  int slots = 0;
  bool first = true;  ///< Touched by the submitting thread alone.
  std::atomic<int> in_flight{0};
};

Session::Session(std::unique_ptr<State> state) : state_(std::move(state)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Result<Session> Session::open(const WorkerSpec& spec, int slots) {
  if (slots < 1) return fail(Code::kInternal, "a session needs at least one slot");
  auto state = std::make_unique<State>();
  ASSAY_TRY(state->worker, WorkerProcess::start(spec));
  WorkerProcess& worker = *state->worker;
  state->stall_timeout = spec.stall_timeout;
  state->slots = slots;
  ASSAY_TRY(Ready ready, worker.request<Ready>(open_command(spec, slots, false), spec.open_timeout, "open"));
  state->info = std::move(ready.session);

  state->input_layout = set_layout(byte_sizes(state->info.inputs));
  state->output_layout = set_layout(byte_sizes(state->info.outputs));
  const auto count = static_cast<std::uint64_t>(slots);
  ASSAY_OK(worker.inputs().allocate(count * state->input_layout.stride));
  ASSAY_OK(worker.inputs().seal_for_others());
  ASSAY_OK(worker.outputs().allocate(count * state->output_layout.stride));
  std::vector<std::uint32_t> input_of_slot;
  for (int slot = 0; slot < slots; ++slot) input_of_slot.push_back(static_cast<std::uint32_t>(slot));
  ASSAY_OK(worker.request<Bound>(bind_command(input_of_slot, false), spec.open_timeout, "bind"));
  return Session(std::move(state));
}

const record::SessionInfo& Session::info() const { return state_->info; }
int Session::slots() const { return state_->slots; }

std::span<std::byte> Session::input(int slot, int tensor) {
  const auto t = static_cast<std::size_t>(tensor);
  return state_->worker->inputs().bytes().subspan(
      static_cast<std::size_t>(slot) * state_->input_layout.stride + state_->input_layout.offset[t],
      state_->info.inputs[t].byte_size);
}

std::span<const std::byte> Session::output(int slot, int tensor) const {
  const auto t = static_cast<std::size_t>(tensor);
  return state_->worker->outputs().bytes().subspan(
      static_cast<std::size_t>(slot) * state_->output_layout.stride + state_->output_layout.offset[t],
      state_->info.outputs[t].byte_size);
}

Result<void> Session::submit(int slot) {
  if (slot < 0 || slot >= state_->slots) return fail(Code::kInternal, "no slot " + std::to_string(slot));
  ++state_->in_flight;
  ASSAY_OK(state_->worker->send(slot_command(state_->first ? "first" : "infer", slot)));
  state_->first = false;
  return {};
}

Result<Completion> Session::wait() {
  if (state_->in_flight == 0) return fail(Code::kInternal, "wait() with nothing submitted");
  ASSAY_TRY(std::optional<Message> message, state_->worker->poll(state_->stall_timeout));
  if (!message) return state_->worker->hung("one inference", state_->stall_timeout);
  Completion completion;
  if (const auto* done = std::get_if<Done>(&*message)) {
    completion = {done->slot, done->ns};
  } else if (auto* first = std::get_if<First>(&*message)) {
    completion = {first->slot, first->ns};
    state_->info.first_inference_ns = first->ns;
    state_->info.libraries = std::move(first->libraries);
  } else {
    return state_->worker->unexpected("infer");
  }
  if (completion.slot >= state_->slots) return state_->worker->unexpected("infer");
  --state_->in_flight;
  return completion;
}

Result<record::SessionInfo> Session::close() {
  if (const std::string end = state_->worker->finish(); !end.empty())
    state_->info.properties["assay.close"] = end;
  return state_->info;
}

record::Failure Session::failure() const { return state_->worker->failure(); }

}  // namespace assay::engine

#include "engine/worker/timed_loop.h"

namespace assay::engine {

// Per pass: choose the slot, clock, infer, clock, store the difference, count, ask whether it is over.
// Nothing else belongs in here: no allocation, lock, I/O, hash or message. Everything constant is in locals,
// since infer() is opaque and the compiler would reload the plan's fields after each call.
LoopResult run_timed_loop(const LoopPlan& plan, const std::int64_t begin_ns) {
  const auto infer = plan.infer;
  assay_session* const session = plan.session;
  assay_error* const error = plan.error;
  const std::uint32_t* const rotation = plan.rotation;
  const std::uint32_t rotation_length = plan.rotation_length;
  const std::int64_t min_count = plan.min_count, capacity = plan.capacity;
  const std::int64_t min_end_ns = begin_ns + plan.min_duration_ns;
  std::int64_t* const latencies = plan.latencies;
  std::atomic<std::int64_t>* const completed = plan.completed;
  const std::int64_t completed_before = completed->load(std::memory_order_relaxed);
  const SampledIteration* sample = plan.samples;

  LoopResult result;
  result.end_ns = begin_ns;
  std::uint32_t turn = plan.first_turn;
  for (std::int64_t i = 0; i < capacity;) {
    std::uint32_t slot = rotation[turn];
    if (++turn == rotation_length) turn = 0;
    if (i == sample->iteration) slot = (sample++)->slot;

    const std::int64_t before = clock_ns();
    const std::int32_t code = infer(session, slot, error);
    const std::int64_t after = clock_ns();

    if (code != ASSAY_OK) {
      result.code = code;
      break;
    }
    latencies[i] = after - before;
    ++i;
    // Release: whoever reads the counter after this process was killed finds the latencies that it counts.
    completed->store(completed_before + i, std::memory_order_release);
    result.count = i;
    result.end_ns = after;
    if (i >= min_count && after >= min_end_ns) {
      result.reached = true;
      break;
    }
  }
  return result;
}

}  // namespace assay::engine

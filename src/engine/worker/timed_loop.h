// The one loop whose passes are measured, for warm-up and timed window alike. C++17, a translation unit of
// its own so that its machine code can be read.
#pragma once

#include <time.h>

#include <atomic>
#include <cstdint>

#include "assay/backend_abi.h"

namespace assay::engine {

/// CLOCK_MONOTONIC in nanoseconds: a call into the vDSO, no system call on the machines that we know.
inline std::int64_t clock_ns() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1000000000 + now.tv_nsec;
}

/// An iteration whose output is kept: it runs on a spare slot instead of the rotation's.
struct SampledIteration {
  std::int64_t iteration;
  std::uint32_t slot;
};

struct LoopPlan {
  int32_t (*infer)(assay_session*, std::uint32_t, assay_error*) = nullptr;
  assay_session* session = nullptr;
  assay_error* error = nullptr;
  const std::uint32_t* rotation = nullptr;  ///< Slots, used in turn.
  std::uint32_t rotation_length = 0;
  std::uint32_t first_turn = 0;  ///< Where in the rotation to begin, under rotation_length.
  /// Ascending by iteration, closed by an entry that never comes (iteration -1).
  const SampledIteration* samples = nullptr;
  std::int64_t min_count = 0;                      ///< The loop ends when count
  std::int64_t min_duration_ns = 0;                ///< and duration are both reached,
  std::int64_t capacity = 0;                       ///< or when `latencies` is full.
  std::int64_t* latencies = nullptr;               ///< Prefaulted.
  std::atomic<std::int64_t>* completed = nullptr;  ///< Counts up from where it stands.
};

struct LoopResult {
  std::int64_t count = 0;
  std::int64_t end_ns = 0;  ///< After the last complete inference.
  std::int32_t code = 0;    ///< Of the infer() that failed, else ASSAY_OK.
  bool reached = false;     ///< Count and duration: false when the capacity ended the loop.
};

/// Duration counts from `begin_ns`, which the caller reads from clock_ns() just before the call.
LoopResult run_timed_loop(const LoopPlan& plan, std::int64_t begin_ns);

}  // namespace assay::engine

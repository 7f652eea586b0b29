// What supervisor and worker agree on: descriptors, the layout of shared memory, and the limits of a message.
// Messages are JSON objects, one a line; message.h lists those of the worker; those of the
// supervisor are read in worker.cc. C++17: both sides include it.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

namespace assay::engine {

// Descriptors that a worker inherits.
inline constexpr int kControlFd = 3;  ///< A stream socket for messages.
inline constexpr int kInputFd = 4;    ///< Memfd of input tensors; the worker can only read it.
inline constexpr int kOutputFd = 5;   ///< Memfd of output tensors, one set for each slot.
inline constexpr int kTimingFd = 6;   ///< Memfd: TimingHeader, warm-up latencies, timed latencies.

/// Longest line in either direction. A profile of some ten thousand layers fits.
inline constexpr std::size_t kMaxLine = 8u << 20;

/// Tensors begin at multiples of a page, so that a device can import them.
inline constexpr std::uint64_t kTensorAlignment = 4096;

/// Where the tensors of set number i lie in a memfd: at i * stride + offset[tensor].
struct SetLayout {
  std::vector<std::uint64_t> offset;
  std::uint64_t stride = 0;
};
inline SetLayout set_layout(const std::vector<std::uint64_t>& byte_sizes) {
  SetLayout layout;
  for (const std::uint64_t size : byte_sizes) {
    layout.offset.push_back(layout.stride);
    layout.stride += (size + kTensorAlignment - 1) / kTensorAlignment * kTensorAlignment;
  }
  return layout;
}

/// At the begin of the timing memfd. The worker writes, the supervisor reads: progress, stalls, and what was
/// measured before a crash. A cache line for each counter that moves.
struct TimingHeader {
  alignas(64) std::atomic<std::int64_t> warmup_recorded;    ///< Warm-up latencies that are complete.
  alignas(64) std::atomic<std::int64_t> warmup_unrecorded;  ///< Further warm-up inferences, once the room was
                                                            ///< used up.
  alignas(64) std::atomic<std::int64_t> timed_done;         ///< Timed latencies that are complete.
  alignas(64) std::atomic<std::int64_t> window_begin_ns;    ///< 0 until the timed loop begins.
};
static_assert(std::atomic<std::int64_t>::is_always_lock_free, "the counters are shared between processes");

inline constexpr std::uint64_t kWarmupOffset = 4096;
inline std::uint64_t timed_offset(std::int64_t warmup_capacity) {
  return kWarmupOffset + (static_cast<std::uint64_t>(warmup_capacity) * 8 + 4095) / 4096 * 4096;
}
inline std::uint64_t timing_bytes(std::int64_t warmup_capacity, std::int64_t timed_capacity) {
  return timed_offset(warmup_capacity) +
         (static_cast<std::uint64_t>(timed_capacity) * 8 + 4095) / 4096 * 4096;
}

}  // namespace assay::engine

// Which outputs of the timed loop are kept, and whether they are what the model computes (as LoadGen's
// TEST01): finds runtimes that skip work or return a cached answer.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/status.h"
#include "engine/worker_spec.h"
#include "record/run.h"

namespace assay::engine {

/// What spare output buffers are filled with before the window. As float32 it is -2.9e-16, and no answer of a
/// model consists of it alone.
inline constexpr std::byte kPoison{0xA5};

/// Where each iteration of the timed loop runs.
struct SlotPlan {
  std::vector<std::int64_t> sampled;         ///< Iterations whose outputs are kept, ascending.
  std::vector<std::uint32_t> rotation;       ///< Slot of input k.
  std::vector<std::uint32_t> spare;          ///< Slot of sampled[j].
  std::vector<std::uint32_t> input_of_slot;  ///< By slot.
  /// The warm-up's first inferences: every slot comes up, and the i-th runs on input i mod inputs.
  std::vector<std::uint32_t> touch;
};

/// At most 48 samples: bursts of 12 consecutive iterations, which hit whoever skips one of ten, and scattered
/// single ones. All lie below `iterations`, the count that is reached for sure. Spare and rotating slots are
/// numbered in a random order, so that no plugin can tell from a number that its answer will be looked at.
/// Same seed, same plan.
SlotPlan plan_slots(std::uint64_t seed, std::uint32_t inputs, std::int64_t iterations, int most_samples);
inline constexpr int kMostSamples = 48;

/// How many outputs of `output_bytes` each may be kept: what fits 256 MiB, or else, of large ones, one burst
/// if that is no more than an eighth of the `available` memory.
int samples_that_fit(std::uint64_t output_bytes, std::uint64_t available);

/// Compares one kept output set with the reference for the same input (which may be empty). `outputs`
/// describe both. Agreement is the share of positions with the same argmax over `class_axis`, or the same
/// value where the output is of integers or has no such axis; with several outputs the worst counts. -1 where
/// there is no reference. The difference is -1 where it is no number, too.
record::OutputSample compare_sample(const std::vector<record::TensorInfo>& outputs,
                                    const std::vector<std::span<const std::byte>>& found,
                                    const TensorSet& reference, int class_axis);

/// Have all sets as many tensors, of the same sizes? Errors: kInvalidInput.
Result<void> check_alike(const std::vector<TensorSet>& sets, std::string_view what);

/// Do the sets fit the session's tensors? Errors: kInvalidInput, with what was expected and found.
Result<void> check_fit(const std::vector<TensorSet>& sets, const std::vector<record::TensorInfo>& tensors,
                       std::string_view what);

}  // namespace assay::engine

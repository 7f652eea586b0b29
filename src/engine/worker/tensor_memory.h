// The shared tensors as the worker sees them: mapped once, and handed to the plugin as ABI buffers. C++17.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "assay/backend_abi.h"
#include "engine/worker/protocol.h"

namespace assay::engine {

/// One inherited memfd, mapped whole for as long as the process lives.
struct MappedFd {
  char* data = nullptr;
  std::uint64_t size = 0;
};
enum class Access {
  kReadSealed,  ///< Read-only, of a memfd sealed against writing.
  kRead,        ///< Read-only here; the supervisor writes.
  kWrite
};
/// Maps and prefaults, so that no page fault falls into an inference. False with a text in `error`.
bool map_fd(int fd, Access access, MappedFd& mapped, std::string& error);

/// Lengths of the inputs and outputs of a session and where they lie in shared memory.
class TensorMemory {
 public:
  /// `input_sets` sets of inputs and `slots` sets of outputs must fit what the supervisor allocated.
  bool map(const assay_session_info& info, std::uint32_t input_sets, std::uint32_t slots, bool sealed,
           std::string& error);
  std::vector<assay_buffer> inputs(std::uint32_t set) const;
  std::vector<assay_buffer> outputs(std::uint32_t slot) const;
  /// Mapped here beyond one set of inputs and one of outputs: the harness's, not the model's.
  std::uint64_t surplus_bytes() const;

 private:
  std::vector<std::uint64_t> input_sizes_, output_sizes_;
  SetLayout input_layout_, output_layout_;
  MappedFd input_, output_;
};

}  // namespace assay::engine

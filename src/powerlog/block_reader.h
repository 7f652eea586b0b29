// Lines of a log, parsed by several threads and delivered in order, in memory that does not grow with the
// log.
#pragma once

#include <cstdint>
#include <functional>

#include "base/status.h"
#include "powerlog/batch.h"
#include "powerlog/byte_source.h"
#include "powerlog/format.h"

namespace assay::powerlog {

struct ReadTuning {
  int threads = 0;  ///< That parse, the caller's among them; 0: as many as CPUs, at most 8.
  std::int64_t block_bytes =
      256 << 10;  ///< Handed to a thread at a time: with what comes of them, they fit a cache.
  std::int64_t longest_line = 64 << 10;  ///< Longer lines are counted and passed over.
};

/// Cuts the log, from traits().first_byte on, into blocks; a block has the lines that begin in it. Each
/// becomes a batch, and `deliver` gets them in the order of the file, on the calling thread. What is
/// delivered does not depend on the tuning, save where one batch ends. Memory: 2 blocks a thread, and their
/// batches. Lines without anything in them are passed over. Errors: what `deliver` returns; kCorrupt
/// (unreadable), kResource, kInterrupted.
Result<void> read_lines(const ByteSource& bytes, std::int64_t first_byte, const LineParser& parser,
                        const ReadTuning& tuning,
                        const std::function<Result<void>(const Batch&, std::int64_t bytes_done)>& deliver);

}  // namespace assay::powerlog

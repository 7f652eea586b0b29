// Where the bytes of a log come from: a file, or a text in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/status.h"

namespace assay::powerlog {

/// Random access to bytes of a fixed number. Several threads may read at once.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::int64_t size() const = 0;
  /// Fills all of [into, into + count), which has to lie within size(). Errors: kCorrupt (the file shrank or
  /// cannot be read).
  virtual Result<void> read(std::int64_t offset, char* into, std::size_t count) const = 0;
};

/// As long as the file is now: what is written to it later is not seen. Read, not mapped: pages of a mapped
/// 10 GB file would count as this process's memory. Errors: kNotFound, kUnavailable, kInvalidInput (not a
/// regular file).
Result<std::unique_ptr<ByteSource>> open_file(const std::filesystem::path& path);

/// `text` has to outlive it.
std::unique_ptr<ByteSource> bytes_of(std::string_view text);

}  // namespace assay::powerlog

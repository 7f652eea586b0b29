// One file of /sys or /proc with one number in it, kept open: a read is one pread into a buffer on the stack.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "sensor/sensor.h"

namespace assay::sensor {

/// An integer alone on its first line: decimal, or hexadecimal (with or without 0x) where `base` is 16.
/// Blanks and NUL bytes around it are allowed, anything else is not, nor is a number beyond 64 bits.
std::optional<std::int64_t> parse_integer(std::string_view text, int base = 10);

/// The reason for a read that failed with this errno.
NoValue no_value_of(int error_number);

/// A descriptor that closes itself.
class File {
 public:
  /// The error is errno.
  static tl::expected<File, int> open(const std::filesystem::path& path);
  File(File&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  File& operator=(File&& other) noexcept;
  ~File();

  /// The file from its beginning, as much as fits. The kernel makes a pseudo file's content anew for every
  /// read at offset 0.
  tl::expected<std::string_view, NoValue> read(std::span<char> buffer) const;

 private:
  explicit File(int fd) : fd_(fd) {}
  int fd_ = -1;
};

class ValueFile {
 public:
  /// The error is errno.
  static tl::expected<ValueFile, int> open(const std::filesystem::path& path, int base = 10);
  tl::expected<std::int64_t, NoValue> read() const;

 private:
  ValueFile(File file, int base) : file_(std::move(file)), base_(base) {}
  File file_;
  int base_;
};

}  // namespace assay::sensor

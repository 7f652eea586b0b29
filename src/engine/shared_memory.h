// Anonymous memory that supervisor and worker share through a descriptor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/status.h"

namespace assay::engine {

/// Bytes that the kernel thinks can be had without swapping; nothing where it does not tell.
std::optional<std::uint64_t> available_memory();

/// A memfd. It begins empty, so that a worker can inherit its descriptor before anybody knows its size.
class SharedMemory {
 public:
  static Result<SharedMemory> create(const char* name);
  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&& other) noexcept;
  ~SharedMemory();

  /// Allocates (not only reserves: a full machine fails here and not in a page fault), maps for reading and
  /// writing, and forbids any further change of size. Errors: kResource.
  Result<void> allocate(std::uint64_t bytes);
  /// From now on nobody can write, by any mapping, old or new. Our own mapping is gone.
  Result<void> seal();
  /// From now on only our own mapping can write.
  Result<void> seal_for_others();

  int fd() const { return fd_; }
  std::span<std::byte> bytes() const {
    return {data_, size_};
  }  ///< Empty before allocate() and after seal().

 private:
  explicit SharedMemory(int fd) : fd_(fd) {}
  void unmap();
  int fd_ = -1;
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace assay::engine

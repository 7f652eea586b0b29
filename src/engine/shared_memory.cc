#include "engine/shared_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010  // Linux 5.1; older C library headers lack it.
#endif

namespace assay::engine {
namespace {

tl::unexpected<Status> memory_error(const char* what, std::uint64_t bytes) {
  return fail(Code::kResource, "shared memory of " + std::to_string(bytes) + " bytes: " + what + ": " +
                                   std::strerror(errno) + "; free memory, or use smaller inputs");
}

}  // namespace

std::optional<std::uint64_t> available_memory() {
  std::ifstream meminfo("/proc/meminfo");
  for (std::string line; std::getline(meminfo, line);) {
    unsigned long long kib = 0;
    if (std::sscanf(line.c_str(), "MemAvailable: %llu kB", &kib) == 1) return std::uint64_t{kib} * 1024;
  }
  return std::nullopt;
}

Result<SharedMemory> SharedMemory::create(const char* name) {
  const int fd = ::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return memory_error("memfd_create", 0);
  return SharedMemory(fd);
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}
SharedMemory& SharedMemory::operator=(SharedMemory&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}
SharedMemory::~SharedMemory() {
  unmap();
  if (fd_ >= 0) ::close(fd_);
}

void SharedMemory::unmap() {
  if (data_) ::munmap(data_, size_);
  data_ = nullptr;
  size_ = 0;
}

Result<void> SharedMemory::allocate(std::uint64_t bytes) {
  // The kernel would hand out the last page, and then kill processes that have nothing to do with it.
  if (const auto available = available_memory(); available && bytes > *available / 10 * 9) {
    errno = ENOMEM;
    return memory_error("allocating", bytes);
  }
  // posix_fallocate() takes pages until the system kills somebody for want of memory: what cannot fit is
  // refused first.
  const auto physical = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                        static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  if (bytes > physical / 2) {
    errno = ENOMEM;
    return memory_error("more than half of this machine's memory", bytes);
  }
  if (const int error = ::posix_fallocate(fd_, 0, static_cast<off_t>(bytes)); error != 0) {
    errno = error;
    return memory_error("allocating", bytes);
  }
  void* data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
  if (data == MAP_FAILED) return memory_error("mapping", bytes);
  data_ = static_cast<std::byte*>(data);
  size_ = bytes;
  // A worker that truncated it would kill its supervisor by SIGBUS.
  if (::fcntl(fd_, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) return memory_error("sealing", bytes);
  return {};
}

Result<void> SharedMemory::seal() {
  const std::uint64_t bytes = size_;
  unmap();  // A writable mapping would make the kernel refuse the seal.
  if (::fcntl(fd_, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SEAL) != 0) return memory_error("sealing", bytes);
  return {};
}

Result<void> SharedMemory::seal_for_others() {
  if (::fcntl(fd_, F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) != 0)
    return memory_error("sealing", size_);
  return {};
}

}  // namespace assay::engine

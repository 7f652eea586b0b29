#include "powerlog/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/file.h"

namespace assay::powerlog {
namespace {

class FileBytes : public ByteSource {
 public:
  FileBytes(std::filesystem::path path, int fd) : path_(std::move(path)), fd_(fd) {}
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;
  ~FileBytes() override { ::close(fd_); }

  Result<void> measure() {
    struct stat facts {};
    if (::fstat(fd_, &facts) != 0) return fail(io_error(errno, "looking at", path_));
    if (!S_ISREG(facts.st_mode))
      return fail(Code::kInvalidInput,
                  path_.string() + " is not a regular file: copy what it holds into one");
    size_ = facts.st_size;
    return {};
  }
  std::int64_t size() const override { return size_; }

  Result<void> read(std::int64_t offset, char* into, std::size_t count) const override {
    while (count > 0) {
      const ssize_t got = ::pread(fd_, into, count, offset);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail(io_error(errno, "reading", path_));
      if (got == 0) return fail(Code::kCorrupt, path_.string() + " became shorter while it was read");
      into += got;
      offset += got;
      count -= static_cast<std::size_t>(got);
    }
    return {};
  }

 private:
  std::filesystem::path path_;
  int fd_;
  std::int64_t size_ = 0;
};

class TextBytes : public ByteSource {
 public:
  explicit TextBytes(std::string_view text) : text_(text) {}
  std::int64_t size() const override { return static_cast<std::int64_t>(text_.size()); }
  Result<void> read(std::int64_t offset, char* into, std::size_t count) const override {
    if (count > 0) std::memcpy(into, text_.data() + offset, count);
    return {};
  }

 private:
  std::string_view text_;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_file(const std::filesystem::path& path) {
  // Not blocking: a FIFO that nobody writes to would hang us before we can see that it is one.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return fail(io_error(errno, "opening", path));
  auto file = std::make_unique<FileBytes>(path, fd);
  ASSAY_OK(file->measure());
  return file;
}

std::unique_ptr<ByteSource> bytes_of(std::string_view text) { return std::make_unique<TextBytes>(text); }

}  // namespace assay::powerlog

#include "base/file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "base/subprocess.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

Result<void> sync_directory(const fs::path& path) {
  Descriptor fd(::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) return fail(io_error(errno, "opening", path));
  if (::fsync(fd.get()) != 0 && errno != EINVAL) return fail(io_error(errno, "syncing", path));
  return {};
}

/// What is replaced as a whole. A device or a pipe is no such thing: a rename would put a file in its place.
bool is_replaced(const struct stat& info) { return S_ISREG(info.st_mode); }

/// The descriptor of this process that a path stands for, through whatever links (/dev/stdout, /dev/fd/3).
/// A file that is open there is not this path's to replace: others write to it before and after.
/// One that is closed counts, too: no file is to take the place of a link to it.
std::optional<int> own_descriptor(fs::path path) {
  constexpr int kMostLinks = 40;  // As the kernel follows.
  std::error_code error;
  if (!fs::is_symlink(path, error)) return std::nullopt;  // As nearly always: a file, or nothing yet.
  const fs::path ours = fs::canonical("/proc/self/fd", error);
  for (int links = 0; !error && links < kMostLinks; ++links) {
    const fs::path folder = fs::canonical(path.has_parent_path() ? path.parent_path() : ".", error);
    if (error) break;
    if (folder == ours) {
      const std::string name = path.filename();
      int fd = -1;  // No number is no descriptor, and opening it says so.
      std::from_chars(name.data(), name.data() + name.size(), fd);
      return fd;
    }
    if (!fs::is_symlink(path, error)) break;
    path = folder / fs::read_symlink(path, error);
  }
  return std::nullopt;
}

/// Where a link leads, so that it stays one; what leads nowhere is itself replaced.
fs::path followed(const fs::path& path) {
  std::error_code error;
  if (!fs::is_symlink(path, error)) return path;
  const fs::path target = fs::canonical(path, error);
  return error ? path : target;
}

}  // namespace

Status io_error(int error_number, std::string_view what, const fs::path& path) {
  Code code = Code::kInternal;
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      code = Code::kNotFound;
      break;
    case EACCES:
    case EPERM:
    case EROFS:
      code = Code::kUnavailable;
      break;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      code = Code::kResource;
      break;
    case EEXIST:
    case ENOTEMPTY:
    case EBUSY:
      code = Code::kConflict;
      break;
    case EIO:
    case EISDIR:
      code = Code::kCorrupt;
      break;
    case EPIPE:
      code = Code::kClosedPipe;
      break;
    default:
      break;
  }
  return {code, std::string(what) + " " + path.string() + ": " + std::strerror(error_number)};
}

Status output_error(int error_number, std::string_view what, const fs::path& path) {
  const Code code = error_number == EPIPE ? Code::kClosedPipe : Code::kResource;
  return {code, io_error(error_number, what, path).message};
}

int write_whole(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(put));
    } else if (errno == EAGAIN) {
      // A pipe that its other owner has set not to block: whoever reads it is only slower than we are.
      pollfd room{fd, POLLOUT, 0};
      ::poll(&room, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

bool written_in_place(const fs::path& path) {
  struct stat info {};
  return own_descriptor(path) || (::stat(path.c_str(), &info) == 0 && !is_replaced(info));
}

Result<std::string> read_file(const fs::path& path) {
  Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return fail(io_error(errno, "opening", path));
  std::string content;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t got = ::read(fd.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(io_error(errno, "reading", path));
    if (got == 0) return content;
    content.append(buffer, static_cast<std::size_t>(got));
  }
}

Result<FileWriter> FileWriter::create(const fs::path& path) {
  if (const auto descriptor = own_descriptor(path)) {
    const int fd = ::fcntl(*descriptor, F_DUPFD_CLOEXEC, 0);
    if (fd < 0) return fail(output_error(errno, "opening", path));
    return FileWriter(path, fd, false);
  }
  FileWriter writer(followed(path), -1, true);
  struct stat info {};
  if (::stat(writer.path_.c_str(), &info) == 0 && !is_replaced(info)) {
    writer.replaces_ = false;
    writer.fd_ = ::open(writer.path_.c_str(), O_WRONLY | O_CLOEXEC);
    if (writer.fd_ < 0) return fail(io_error(errno, "opening", path));
    return writer;
  }
  writer.fd_ = ::open(writer.partial().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (writer.fd_ < 0) return fail(io_error(errno, "creating", writer.partial()));
  return writer;
}

FileWriter::FileWriter(FileWriter&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)), replaces_(other.replaces_) {}

FileWriter::~FileWriter() {
  if (fd_ < 0) return;
  ::close(fd_);
  if (replaces_) ::unlink(partial().c_str());
}

Result<void> FileWriter::append(std::string_view bytes) {
  const int error = write_whole(fd_, bytes);
  if (error == 0) return {};
  return fail(replaces_ ? io_error(error, "writing", path_) : output_error(error, "writing", path_));
}

Result<void> FileWriter::commit() {
  if (!replaces_) {
    if (::close(std::exchange(fd_, -1)) != 0) return fail(output_error(errno, "closing", path_));
    return {};
  }
  if (::fsync(fd_) != 0) return fail(io_error(errno, "syncing", partial()));
  // close() reports errors of delayed writes (NFS, quotas).
  if (::close(std::exchange(fd_, -1)) != 0) {
    const int error = errno;
    ::unlink(partial().c_str());
    return fail(io_error(error, "closing", partial()));
  }
  if (::rename(partial().c_str(), path_.c_str()) != 0) {
    const int error = errno;
    ::unlink(partial().c_str());
    return fail(io_error(error, "renaming to", path_));
  }
  return sync_directory(path_.parent_path());
}

Result<void> write_file(const fs::path& path, std::string_view content) {
  ASSAY_TRY(FileWriter file, FileWriter::create(path));
  ASSAY_OK(file.append(content));
  return file.commit();
}

Result<void> make_directories(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return fail(io_error(error.value(), "creating", path));
  return {};
}

Result<fs::path> absolute_path(const fs::path& path) {
  std::error_code error;
  fs::path absolute = fs::absolute(path, error);
  if (!error) return absolute;
  return fail(io_error(error.value(),
                       "expected an absolute path, or a current directory that is still there, for", path));
}

Result<void> rename_directory(const fs::path& from, const fs::path& to) {
  ASSAY_OK(sync_directory(from));
  if (::rename(from.c_str(), to.c_str()) != 0) return fail(io_error(errno, "renaming to", to));
  if (from.parent_path() != to.parent_path()) ASSAY_OK(sync_directory(from.parent_path()));
  return sync_directory(to.parent_path());
}

Result<FileLock> FileLock::acquire(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return fail(io_error(errno, "opening lock", path));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    ::close(fd);
    if (error == EWOULDBLOCK)
      return fail(
          Code::kConflict,
          path.string() + " is locked by another running assay: wait for it, or choose another folder");
    return fail(io_error(error, "locking", path));
  }
  return FileLock(fd);
}

Result<FileLock> FileLock::wait(const fs::path& path, std::chrono::milliseconds timeout,
                                const std::function<void()>& waiting) {
  const std::int64_t start = monotonic_ns();
  for (;;) {
    auto lock = acquire(path);
    if (lock || lock.error().code != Code::kConflict) return lock;
    if (interrupted()) return fail(Code::kInterrupted, "stopped by the user");
    if (timeout.count() > 0 && monotonic_ns() - start > std::chrono::nanoseconds(timeout).count())
      return fail(Code::kTimeout, "another assay has held " + path.string() + " for too long");
    if (waiting) waiting();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

Result<TemporaryDirectory> TemporaryDirectory::create(std::string_view prefix) {
  const char* root = std::getenv("TMPDIR");
  std::string pattern =
      (fs::path(root && *root ? root : "/tmp") / (std::string(prefix) + ".XXXXXX")).string();
  if (!::mkdtemp(pattern.data())) return fail(io_error(errno, "creating", pattern));
  return TemporaryDirectory(pattern);
}
TemporaryDirectory& TemporaryDirectory::operator=(TemporaryDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}
TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;  // Nothing can be done in a destructor, and nothing of value is in here.
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

}  // namespace assay

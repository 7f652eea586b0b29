// Small file operations that the rest needs to be durable: whole-file reads, atomic fsynced writes, locks.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace assay {

/// Errors: kNotFound, kCorrupt (unreadable, a directory).
Result<std::string> read_file(const std::filesystem::path& path);

/// Writes PATH.tmp, fsyncs, renames it over PATH: readers see the old content or the new. Links are followed;
/// devices, pipes and what this process holds open (/dev/stdout, /dev/fd/3, whatever it is) are written to
/// as they are. Errors: kResource (full), kNotFound, kUnavailable (permission), kClosedPipe.
Result<void> write_file(const std::filesystem::path& path, std::string_view content);

/// The same for what arises piece by piece: nothing stands at PATH before commit(), and of a writer that is
/// gone without it nothing is left. Errors of all three: those of write_file.
class FileWriter {
 public:
  static Result<FileWriter> create(const std::filesystem::path& path);
  FileWriter(FileWriter&& other) noexcept;
  FileWriter& operator=(FileWriter&&) = delete;
  ~FileWriter();

  Result<void> append(std::string_view bytes);
  Result<void> commit();

 private:
  FileWriter(std::filesystem::path path, int fd, bool replaces)
      : path_(std::move(path)), fd_(fd), replaces_(replaces) {}
  std::filesystem::path partial() const { return path_.string() + ".tmp"; }
  std::filesystem::path path_;
  int fd_ = -1;
  bool replaces_ = true;  ///< fd_ is of partial(); else of what stands at path_ itself.
};

/// Whether a FileWriter writes to what is at `path` as it stands, instead of replacing it.
bool written_in_place(const std::filesystem::path& path);

/// Writes all of it to a descriptor, and waits where one that does not block is full: 0, or the errno.
int write_whole(int fd, std::string_view bytes);

/// The path from the root on. Errors: kNotFound: the current directory is gone, and the path rests on it.
Result<std::filesystem::path> absolute_path(const std::filesystem::path& path);

/// Makes the folder and its parents. Errors as write_file.
Result<void> make_directories(const std::filesystem::path& path);

/// Renames a finished folder into place, both parents fsynced: it is there whole or not at all.
Result<void> rename_directory(const std::filesystem::path& from, const std::filesystem::path& to);

/// The error for `errno` while doing `what` to `path`.
Status io_error(int error_number, std::string_view what, const std::filesystem::path& path);

/// The same for what is written to as it stands, stdout above all: kClosedPipe, or kResource whatever else
/// kept it from taking the output. No argument was bad then, and no bug found.
Status output_error(int error_number, std::string_view what, const std::filesystem::path& path);

/// Holds an exclusive advisory lock on a file (flock) until destroyed. The kernel frees it when the process
/// dies.
class FileLock {
 public:
  /// Errors: kConflict when another process holds it.
  static Result<FileLock> acquire(const std::filesystem::path& path);
  /// Waits while another process holds it; `waiting` is called now and then. Errors: kTimeout (0: never),
  /// kInterrupted, those of the file system.
  static Result<FileLock> wait(const std::filesystem::path& path, std::chrono::milliseconds timeout,
                               const std::function<void()>& waiting = {});
  FileLock(FileLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

/// A folder under $TMPDIR that is removed, with all that is in it, when the object goes.
class TemporaryDirectory {
 public:
  static Result<TemporaryDirectory> create(std::string_view prefix);
  TemporaryDirectory(TemporaryDirectory&& other) noexcept : path_(std::move(other.path_)) {
    other.path_.clear();
  }
  TemporaryDirectory& operator=(TemporaryDirectory&& other) noexcept;
  ~TemporaryDirectory();
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace assay

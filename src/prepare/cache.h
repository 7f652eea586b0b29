// The artifact cache: CACHE/artifacts/KEY/{artifact.json,files/...}, whole or not at all, one maker at a
// time.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "base/file.h"
#include "base/status.h"
#include "prepare/messages.h"
#include "prepare/prepare.h"

namespace assay::prepare {

/// One key's place in the cache, locked for as long as the object lives.
class CacheEntry {
 public:
  /// Waits while another process holds the key. Errors: kTimeout, kInterrupted, those of the file system.
  static Result<CacheEntry> open(const std::filesystem::path& cache, const std::string& key,
                                 std::chrono::milliseconds timeout, const Listener& listener);

  /// The artifact that is there; nullopt when none is. Errors: kCorrupt (its content is not what was
  /// recorded).
  Result<std::optional<StoredArtifact>> load() const;

  /// Makes an empty work() with an empty files() and temporary() in it, and drops what an earlier try left.
  Result<void> begin();
  /// Renames work() into place, with `stored` and files() only. The caller has set its digest.
  Result<void> commit(const StoredArtifact& stored);
  /// Removes the artifact that is there.
  Result<void> remove();

  std::filesystem::path artifact(const StoredArtifact& stored) const {
    return folder_ / "files" / stored.artifact;
  }
  std::filesystem::path log() const { return folder_.string() + ".log"; }
  /// Kept when a toolchain fails, so that its command can be repeated; removed by the next begin().
  std::filesystem::path work() const { return folder_.string() + ".tmp"; }
  std::filesystem::path files() const { return work() / "files"; }
  std::filesystem::path temporary() const { return work() / "tmp"; }

 private:
  CacheEntry(std::filesystem::path folder, FileLock lock)
      : folder_(std::move(folder)), lock_(std::move(lock)) {}
  std::filesystem::path folder_;
  FileLock lock_;
};

/// SHA-256 of what a folder holds. One file: that file's. Several: of each name and SHA-256, in order of the
/// names.
Result<std::string> digest_files(const std::filesystem::path& folder);

}  // namespace assay::prepare

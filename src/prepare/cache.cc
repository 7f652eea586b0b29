#include "prepare/cache.h"

#include <algorithm>
#include <vector>

#include "base/digest.h"

namespace assay::prepare {
namespace {

namespace fs = std::filesystem;

Result<void> remove_tree(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return fail(io_error(error.value(), "removing", path));
  return {};
}

}  // namespace

Result<CacheEntry> CacheEntry::open(const fs::path& cache, const std::string& key,
                                    std::chrono::milliseconds timeout, const Listener& listener) {
  const fs::path folder = cache / "artifacts" / key;
  ASSAY_OK(make_directories(folder.parent_path()));
  ASSAY_TRY(FileLock lock, FileLock::wait(folder.string() + ".lock", timeout, [&] {
              if (listener.progress)
                listener.progress("waiting for another assay that prepares the same artifact", 0, 0);
            }));
  return CacheEntry(folder, std::move(lock));
}

Result<std::optional<StoredArtifact>> CacheEntry::load() const {
  std::error_code ignored;
  if (!fs::exists(folder_, ignored)) return std::nullopt;
  const auto text = read_file(folder_ / "artifact.json");
  if (!text) return fail(Code::kCorrupt, text.error().message);
  ASSAY_TRY(StoredArtifact stored, parse_stored_artifact(*text));
  const auto digest = digest_files(folder_ / "files");
  if (!digest) return fail(Code::kCorrupt, digest.error().message);
  if (*digest != stored.digest)
    return fail(Code::kCorrupt,
                "its files have the digest " + *digest + ", " + stored.digest + " was recorded");
  return stored;
}

Result<void> CacheEntry::begin() {
  ASSAY_OK(remove_tree(work()));
  ASSAY_OK(make_directories(files()));
  return make_directories(temporary());
}

Result<void> CacheEntry::commit(const StoredArtifact& stored) {
  std::error_code error;
  for (const auto& item : fs::directory_iterator(work(), error))
    if (item.path() != files()) ASSAY_OK(remove_tree(item.path()));
  if (error) return fail(io_error(error.value(), "reading", work()));
  ASSAY_OK(write_file(work() / "artifact.json", to_json(stored)));
  return rename_directory(work(), folder_);
}

Result<void> CacheEntry::remove() { return remove_tree(folder_); }

Result<std::string> digest_files(const fs::path& folder) {
  std::vector<fs::path> names;
  std::error_code error;
  for (auto item = fs::recursive_directory_iterator(folder, error);
       !error && item != fs::recursive_directory_iterator(); item.increment(error))
    if (item->is_regular_file(error)) names.push_back(fs::relative(item->path(), folder, error));
  if (error) return fail(io_error(error.value(), "reading", folder));
  if (names.empty()) return fail(Code::kNotFound, folder.string() + " holds no file");
  if (names.size() == 1) return sha256_file(folder / names[0]);
  std::sort(names.begin(), names.end());
  Sha256 digest;
  for (const fs::path& name : names) {
    ASSAY_TRY(const std::string content, sha256_file(folder / name));
    digest.field(name.string()).field(content);
  }
  return digest.hex();
}

}  // namespace assay::prepare

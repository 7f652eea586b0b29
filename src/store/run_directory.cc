#include "store/run_directory.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "store/json_fields.h"
#include "store/seal.h"
#include "store/top_seal.h"

namespace assay::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPartial = ".tmp";
constexpr int kFormat = 1;

struct StoredCampaign {
  int format = kFormat;
  Campaign campaign;
};
template <typename V>
void fields(V& v, Is<StoredCampaign> auto& x) {
  auto& c = x.campaign;
  v("format", x.format), v("assay_version", c.assay_version), v("created_utc", c.created_utc);
  v("spec_digest", c.spec_digest), v("binary_digest", c.binary_digest), v("software", c.software);
  v("facts", c.facts), v("environment", c.environment);
}

bool good_id(std::string_view id) {
  return !id.empty() && id.size() <= 200 && id.front() != '.' && !id.ends_with(kPartial) &&
         id.find_first_of(std::string_view("/\\\0", 3)) == std::string_view::npos;
}

/// fsync of every file under `folder`: what the writer of a run did not sync itself.
Result<void> sync_tree(const fs::path& folder) {
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->is_symlink(error)) continue;
    const int fd = ::open(it->path().c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return fail(io_error(errno, "opening", it->path()));
    const int failed = ::fsync(fd) != 0 && errno != EINVAL ? errno : 0;
    ::close(fd);
    if (failed) return fail(io_error(failed, "syncing", it->path()));
  }
  if (error) return fail(io_error(error.value(), "listing", folder));
  return {};
}

Result<void> remove_tree(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return fail(io_error(error.value(), "removing", path));
  return {};
}

Result<void> drop_partials(const fs::path& runs) {
  std::error_code error;
  std::vector<fs::path> partial;
  for (fs::directory_iterator it(runs, error), end; !error && it != end; it.increment(error))
    if (it->path().extension() == kPartial) partial.push_back(it->path());
  if (error) return fail(io_error(error.value(), "listing", runs));
  for (const fs::path& path : partial) ASSAY_OK(remove_tree(path));
  return {};
}

void compare_texts(const std::string& what, const std::string& was, const std::string& is,
                   std::vector<std::string>& out) {
  const auto shown = [](const std::string& text) {
    constexpr std::size_t kDigest = 64;
    return text.empty() ? "none" : text.size() == kDigest ? text.substr(0, 12) : text;
  };
  if (was != is) out.push_back(what + ": was " + shown(was) + ", is " + shown(is));
}

void compare_maps(const std::string& what, const std::map<std::string, std::string>& was,
                  const std::map<std::string, std::string>& is, std::vector<std::string>& out) {
  for (const auto& [name, value] : was) {
    const auto found = is.find(name);
    compare_texts(what + name, value, found == is.end() ? "" : found->second, out);
  }
  for (const auto& [name, value] : is)
    if (!was.contains(name)) compare_texts(what + name, "", value, out);
}

}  // namespace

std::vector<std::string> differences(const Campaign& stored, const Campaign& now) {
  std::vector<std::string> found;
  compare_texts("assay version", stored.assay_version, now.assay_version, found);
  compare_texts("assay's binaries", stored.binary_digest, now.binary_digest, found);
  compare_texts("spec", stored.spec_digest, now.spec_digest, found);
  compare_maps("", stored.software, now.software, found);
  const auto& was = stored.environment;
  const auto& is = now.environment;
  if (was.digest != is.digest) {
    const std::size_t before = found.size();
    compare_texts("operating system", was.os, is.os, found);
    compare_texts("kernel", was.kernel, is.kernel, found);
    compare_texts("CPU", was.cpu_model, is.cpu_model, found);
    compare_texts("number of CPUs", std::to_string(was.cpus), std::to_string(is.cpus), found);
    compare_texts("memory", std::to_string(was.memory_bytes) + " B", std::to_string(is.memory_bytes) + " B",
                  found);
    compare_maps("environment: ", was.facts, is.facts, found);
    if (found.size() == before) compare_texts("environment", was.digest, is.digest, found);
  }
  return found;
}

fs::path RunDirectory::run_folder(std::string_view id) const { return path_ / "runs" / id; }

bool RunDirectory::has_run(std::string_view id) const {
  std::error_code ignored;  // A folder that cannot be seen is not there.
  return good_id(id) && fs::is_directory(run_folder(id), ignored);
}

std::vector<std::string> RunDirectory::runs() const {
  std::vector<std::string> ids;
  std::error_code error;
  for (fs::directory_iterator it(path_ / "runs", error), end; !error && it != end; it.increment(error))
    if (it->is_directory(error) && it->path().extension() != kPartial) ids.push_back(it->path().filename());
  std::ranges::sort(ids);
  return ids;
}

Result<void> RunDirectory::check_writable() const {
  if (lock_) return {};
  return fail(Code::kConflict, path_.string() + ": was opened for reading alone");
}

Result<void> RunDirectory::supersede(std::string_view id, std::string_view why) {
  ASSAY_OK(check_writable());
  if (!has_run(id)) return fail(Code::kNotFound, run_folder(id).string() + ": there is no such run");
  const fs::path folder = path_ / "superseded";
  ASSAY_OK(make_directories(folder));
  // Results that are there rest on this run: they are no longer sealed, whatever comes in between.
  ASSAY_OK(break_seal(path_));
  ASSAY_OK(write_file(run_folder(id) / "why", why));
  int n = 1;
  std::error_code ignored;  // What cannot be seen cannot be renamed onto either, and that is told.
  while (fs::exists(folder / (std::string(id) + "." + std::to_string(n)), ignored)) ++n;
  return rename_directory(run_folder(id), folder / (std::string(id) + "." + std::to_string(n)));
}

Result<std::vector<std::pair<std::string, std::string>>> RunDirectory::superseded() const {
  std::vector<std::pair<std::string, std::string>> found;
  const fs::path folder = path_ / "superseded";
  std::error_code error;
  std::vector<std::pair<std::string, int>> names;  // "timed.row.r1.2" is the second of timed.row.r1.
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    names.emplace_back(it->path().stem(), std::atoi(it->path().extension().c_str() + 1));
  if (error && error != std::errc::no_such_file_or_directory)
    return fail(io_error(error.value(), "listing", folder));
  std::ranges::sort(names);
  for (const auto& [id, n] : names) {
    auto why = read_file(folder / (id + "." + std::to_string(n)) / "why");
    if (!why) return fail(Code::kCorrupt, why.error().message);
    found.emplace_back(id, std::move(*why));
  }
  return found;
}

Result<RunDirectory> RunDirectory::create(const fs::path& path, std::string_view spec_yaml,
                                          const Campaign& campaign) {
  ASSAY_OK(make_directories(path));
  ASSAY_TRY(FileLock lock, FileLock::acquire(path / "lock"));
  std::error_code error;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error))
    if (it->path().filename() != "lock")
      return fail(Code::kConflict, path.string() + ": expected a new or empty folder, found " +
                                       it->path().filename().string() +
                                       " in it: choose another, or go on with it by --resume");
  if (error) return fail(io_error(error.value(), "listing", path));
  ASSAY_OK(make_directories(path / "runs"));
  ASSAY_OK(make_directories(path / "work"));
  ASSAY_OK(write_file(path / "spec.yaml", spec_yaml));
  ASSAY_TRY(const std::string json, write_json(StoredCampaign{kFormat, campaign}));
  // Last: a folder with campaign.json in it is a whole run directory.
  ASSAY_OK(write_file(path / "campaign.json", json));
  return RunDirectory(path, std::move(lock), campaign);
}

Result<Campaign> read_campaign(const fs::path& path) {
  const fs::path file = path / "campaign.json";
  auto text = read_file(file);
  if (!text && text.error().code == Code::kNotFound)
    return fail(Code::kNotFound,
                path.string() + ": expected a run directory of assay, found no campaign.json in it");
  if (!text) return fail(text.error());
  auto stored = read_json<StoredCampaign>(*text);
  if (!stored) return fail(stored.error().with_context(file.string()));
  if (stored->format != kFormat)
    return fail(Code::kConflict, file.string() + ": format " + std::to_string(stored->format) +
                                     " was written by another version of assay, this one reads format " +
                                     std::to_string(kFormat));
  return std::move(stored->campaign);
}

Result<RunDirectory> RunDirectory::open(const fs::path& path) {
  ASSAY_TRY(Campaign campaign, read_campaign(path));
  ASSAY_TRY(FileLock lock, FileLock::acquire(path / "lock"));
  RunDirectory directory(path, std::move(lock), std::move(campaign));
  ASSAY_OK(refuse_edited(directory));
  ASSAY_OK(drop_partials(path / "runs"));
  return directory;
}

Result<RunDirectory> RunDirectory::view(const fs::path& path) {
  ASSAY_TRY(Campaign campaign, read_campaign(path));
  return RunDirectory(path, std::nullopt, std::move(campaign));
}

Result<RunDirectory> RunDirectory::resume(const fs::path& path, const Campaign& now) {
  ASSAY_TRY(const Campaign stored, read_campaign(path));
  std::string text;
  for (const std::string& difference : differences(stored, now)) text += "\n  " + difference;
  if (!text.empty())
    return fail(Code::kConflict, path.string() +
                                     " cannot be resumed, since its runs and new ones would not belong to "
                                     "one table:" +
                                     text + "\nRestore that, or start a new run directory");
  return open(path);
}

Result<void> RunDirectory::add_run(std::string_view id,
                                   const std::function<Result<void>(const fs::path&)>& write) {
  return replace_runs({}, "", id, write);
}

Result<void> RunDirectory::replace_runs(const std::vector<std::string>& replaced, std::string_view why,
                                        std::string_view id,
                                        const std::function<Result<void>(const fs::path&)>& write) {
  ASSAY_OK(check_writable());
  if (!good_id(id)) return fail(Code::kInvalidInput, "'" + std::string(id) + "' cannot name a run");
  if (has_run(id) && std::ranges::find(replaced, id) == replaced.end())
    return fail(Code::kConflict, run_folder(id).string() + ": this run is finished already");
  const fs::path partial = run_folder(std::string(id) + std::string(kPartial));
  ASSAY_OK(remove_tree(partial));
  ASSAY_OK(make_directories(partial));
  auto written = write(partial);
  if (written) written = seal_folder(partial);
  if (written) written = sync_tree(partial);
  // Only what is whole on the disk replaces anything.
  for (std::size_t i = 0; written && i < replaced.size(); ++i) written = supersede(replaced[i], why);
  if (written) written = rename_directory(partial, run_folder(id));
  if (!written) {
    std::error_code ignored;  // The first error is the one to tell; resume drops what is left.
    fs::remove_all(partial, ignored);
  }
  return written;
}

}  // namespace assay::store

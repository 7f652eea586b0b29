#include "store/top_seal.h"

#include <algorithm>

#include "base/digest.h"

namespace assay::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* kResults = "results.json";

/// Whether a run lies in superseded/ with the seal that it had.
bool is_superseded(const fs::path& path, const std::string& id, const std::string& digest) {
  std::error_code ignored;  // A folder that cannot be seen holds nothing against an edit.
  for (int n = 1;; ++n) {
    const fs::path folder = path / "superseded" / (id + "." + std::to_string(n));
    if (!fs::is_directory(folder, ignored)) return false;
    if (const auto found = sha256_file(folder / kSealFile); found && *found == digest) return true;
  }
}

}  // namespace

std::string run_seal(const std::string& id) { return "runs/" + id + "/" + std::string(kSealFile); }

std::string run_of_sealed(const std::string& name) {
  const fs::path folder = fs::path(name).parent_path();
  if (name.starts_with("runs/")) return folder.filename();
  return name.starts_with("superseded/") ? folder.stem() : fs::path();
}

Result<std::vector<std::string>> top_names(const RunDirectory& directory) {
  std::vector<std::string> names{"campaign.json", kResults, "spec.yaml"};
  for (const std::string& id : directory.runs()) names.push_back(run_seal(id));
  const fs::path superseded = directory.path() / "superseded";
  std::error_code error;
  for (fs::directory_iterator it(superseded, error), end; !error && it != end; it.increment(error))
    for (const std::string& file : {std::string("why"), std::string(kSealFile)})
      names.push_back("superseded/" + it->path().filename().string() + "/" + file);
  if (error && error != std::errc::no_such_file_or_directory)
    return fail(io_error(error.value(), "listing", superseded));
  return names;
}

TopSeal check_top(const RunDirectory& directory, const Digests& seal, const Digests& read) {
  TopSeal top;
  top.check = check_files(directory.path(), seal, read);
  std::error_code ignored;  // A run without a seal of its own is told where the runs are checked.
  for (const std::string& id : directory.runs())
    if (!seal.contains(run_seal(id)) && fs::exists(directory.path() / run_seal(id), ignored))
      top.added.push_back(id);
  for (std::vector<std::string>* names : {&top.check.changed, &top.check.missing})
    std::erase_if(*names, [&](const std::string& name) {
      const std::string id = run_of_sealed(name);
      if (name != run_seal(id) || !is_superseded(directory.path(), id, seal.at(name))) return false;
      top.superseded.push_back(id);
      return true;
    });
  const auto still = read_seal(directory.path());
  return still && *still == seal ? top : TopSeal();
}

Result<void> refuse_edited(const RunDirectory& directory) {
  ASSAY_TRY(const std::optional<Digests> seal, read_seal(directory.path()));
  if (!seal) return {};
  SealCheck check = check_top(directory, *seal).check;
  std::erase(check.changed, kResults);
  std::erase(check.missing, kResults);
  if (!check.edited()) return {};
  return fail(Code::kConflict,
              directory.path().string() + ": expected the files that were sealed (" + std::string(kSealFile) +
                  "), found otherwise: " + check.in_words() +
                  ". To go on would seal them anew as if they had always been so. Put them back, or start a "
                  "new run directory");
}

}  // namespace assay::store

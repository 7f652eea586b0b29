#include "store/seal.h"

#include <algorithm>

#include "base/digest.h"
#include "base/file.h"

namespace assay::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHex = 64;

bool is_digest(std::string_view text) {
  return text.size() == kHex && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// A path that stays in its folder: a seal must not make anybody read elsewhere.
bool is_inside(std::string_view name) {
  if (name.empty() || name.find('\0') != std::string_view::npos) return false;
  const fs::path path(name);
  return !path.is_absolute() && std::ranges::none_of(path, [](const fs::path& part) {
    return part == ".." || part == "." || part.empty();
  });
}

/// Files below a folder, by relative path.
Result<std::vector<std::string>> files_below(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->is_regular_file(error)) names.push_back(it->path().lexically_relative(folder).generic_string());
  if (error) return fail(io_error(error.value(), "listing", folder));
  std::erase(names, kSealFile);
  std::ranges::sort(names);
  return names;
}

Result<void> seal(const fs::path& folder, std::span<const std::string> names) {
  Digests digests;
  for (const std::string& name : names) {
    auto digest = sha256_file(folder / name);
    if (!digest && digest.error().code == Code::kNotFound) continue;
    if (!digest) return fail(digest.error());
    digests.emplace(name, std::move(*digest));
  }
  return write_file(folder / kSealFile, seal_to_text(digests));
}

}  // namespace

std::string seal_to_text(const Digests& digests) {
  std::string text;
  for (const auto& [name, digest] : digests) text += digest + "  " + name + "\n";
  return text;
}

Result<Digests> seal_from_text(std::string_view text) {
  Digests digests;
  for (std::int64_t line = 1; !text.empty(); ++line) {
    const auto bad = [&](const char* expected) {
      return fail(Code::kCorrupt, "line " + std::to_string(line) + ": expected " + expected);
    };
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return bad("the end of the line (is the file cut short?)");
    const std::string_view entry = text.substr(0, end);
    text.remove_prefix(end + 1);
    constexpr std::size_t kName = kHex + 2;
    if (entry.size() <= kName || !is_digest(entry.substr(0, kHex)) || entry[kHex] != ' ' ||
        (entry[kHex + 1] != ' ' && entry[kHex + 1] != '*'))
      return bad("a SHA-256 in lower-case hex, two blanks and a file's name");
    const std::string_view name = entry.substr(kName);
    if (!is_inside(name)) return bad("a file within the folder");
    if (!digests.emplace(name, entry.substr(0, kHex)).second) return bad("each file once");
  }
  return digests;
}

Result<void> seal_files(const fs::path& folder, std::span<const std::string> names) {
  return seal(folder, names);
}

Result<void> seal_folder(const fs::path& folder) {
  ASSAY_TRY(const std::vector<std::string> names, files_below(folder));
  return seal(folder, names);
}

Result<void> break_seal(const fs::path& folder) {
  std::error_code error;
  fs::remove(folder / kSealFile, error);
  if (error) return fail(io_error(error.value(), "removing", folder / kSealFile));
  return {};
}

Result<std::optional<Digests>> read_seal(const fs::path& folder) {
  const fs::path file = folder / kSealFile;
  auto text = read_file(file);
  if (!text && text.error().code == Code::kNotFound) return std::optional<Digests>();
  if (!text) return fail(text.error());
  auto digests = seal_from_text(*text);
  if (!digests) return fail(digests.error().with_context(file.string()));
  return std::optional(std::move(*digests));
}

Result<SealCheck> check_files(const fs::path& folder) {
  SealCheck check;
  ASSAY_TRY(const std::optional<Digests> digests, read_seal(folder));
  if (!digests) return check;
  check.sealed = true;
  for (const auto& [name, digest] : *digests) {
    const auto found = sha256_file(folder / name);
    if (!found && found.error().code == Code::kNotFound)
      check.missing.push_back(name);
    else if (!found || *found != digest)  // A file that cannot be read is not what was written either.
      check.changed.push_back(name);
  }
  return check;
}

Result<SealCheck> check_run(const fs::path& folder) {
  ASSAY_TRY(SealCheck check, check_files(folder));
  if (!check.sealed) return check;
  ASSAY_TRY(const std::optional<Digests> digests, read_seal(folder));
  ASSAY_TRY(const std::vector<std::string> names, files_below(folder));
  for (const std::string& name : names)
    if (!(digests && digests->contains(name)) && name != "worker.log" && name != "why")
      check.added.push_back(name);
  return check;
}

}  // namespace assay::store

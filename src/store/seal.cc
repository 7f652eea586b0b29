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

}  // namespace

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

Result<Digests> digests_of(const fs::path& folder, std::span<const std::string> names) {
  Digests digests;
  for (const std::string& name : names) {
    auto digest = sha256_file(folder / name);
    if (!digest && digest.error().code == Code::kNotFound) continue;
    if (!digest) return fail(digest.error());
    digests.emplace(name, std::move(*digest));
  }
  return digests;
}

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
  ASSAY_TRY(const Digests digests, digests_of(folder, names));
  return write_file(folder / kSealFile, seal_to_text(digests));
}

Result<void> seal_folder(const fs::path& folder) {
  ASSAY_TRY(const std::vector<std::string> names, files_below(folder));
  return seal_files(folder, names);
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

std::string SealCheck::in_words() const {
  std::string text;
  const auto say = [&](const std::vector<std::string>& names, const char* what) {
    for (const std::string& name : names)
      text += (&name != &names.front() ? ", " : text.empty() ? "" : "; ") + name;
    if (!names.empty()) text += what;
  };
  say(changed, " changed");
  say(missing, " missing");
  say(added, " added");
  say(unreadable, " cannot be read");
  return text;
}

SealCheck check_files(const fs::path& folder, const Digests& seal, const Digests& read) {
  SealCheck check;
  check.sealed = true;
  for (const auto& [name, digest] : seal) {
    const auto known = read.find(name);
    const auto found = known != read.end() ? Result<std::string>(known->second) : sha256_file(folder / name);
    if (!found)
      (found.error().code == Code::kNotFound ? check.missing : check.unreadable).push_back(name);
    else if (*found != digest)
      check.changed.push_back(name);
  }
  return check;
}

Result<SealCheck> check_run(const fs::path& folder) {
  ASSAY_TRY(const std::optional<Digests> seal, read_seal(folder));
  if (!seal) return SealCheck();
  SealCheck check = check_files(folder, *seal);
  ASSAY_TRY(const std::vector<std::string> names, files_below(folder));
  for (const std::string& name : names)
    if (!seal->contains(name) && name != "worker.log" && name != "why") check.added.push_back(name);
  return check;
}

}  // namespace assay::store

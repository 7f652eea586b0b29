// SHA256SUMS: the digests of a folder's files as they were written, in the format of `sha256sum`, so that
// anybody can check them without assay (`sha256sum -c SHA256SUMS`). It tells that a file was changed later,
// by mistake or by hand. Whoever changes the digest as well is not found out.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace assay::store {

inline constexpr std::string_view kSealFile = "SHA256SUMS";

/// Path relative to the folder, with '/' -> SHA-256 in lower-case hex.
using Digests = std::map<std::string, std::string>;

std::string seal_to_text(const Digests& digests);
/// Errors: kCorrupt, with the line: no digest, a name that leaves the folder or stands twice, a line cut
/// short.
Result<Digests> seal_from_text(std::string_view text);

/// Relative paths of the files below a folder, sorted, but for its SHA256SUMS. Errors: those of the file
/// system.
Result<std::vector<std::string>> files_below(const std::filesystem::path& folder);
/// Of these files of the folder; one that is not there is left out. Errors: those of reading.
Result<Digests> digests_of(const std::filesystem::path& folder, std::span<const std::string> names);

/// Writes SHA256SUMS over these files of the folder; one that is not there is left out. Errors: those of
/// reading and of write_file.
Result<void> seal_files(const std::filesystem::path& folder, std::span<const std::string> names);
/// The same over every file below the folder.
Result<void> seal_folder(const std::filesystem::path& folder);

/// Takes the seal away, before anything that it names is replaced: whoever is stopped in between leaves files
/// that are not sealed, not ones that look edited. One that is not there is fine. Errors: those of the file
/// system.
Result<void> break_seal(const std::filesystem::path& folder);

/// The digests that a folder's SHA256SUMS has; none without one. Errors: kCorrupt, with file and line.
Result<std::optional<Digests>> read_seal(const std::filesystem::path& folder);

/// What a folder holds against what was sealed. Names are relative and sorted.
struct SealCheck {
  bool sealed = false;                  ///< False: there is no SHA256SUMS, and nothing else is told.
  std::vector<std::string> changed;     ///< Another content.
  std::vector<std::string> missing;     ///< Sealed, but not there.
  std::vector<std::string> added;       ///< There, but not sealed.
  std::vector<std::string> unreadable;  ///< There, and nobody knows with what content: that is no edit.
  /// Whether a file is known not to be what was sealed.
  bool edited() const { return !(changed.empty() && missing.empty() && added.empty()); }
  bool intact() const { return sealed && !edited() && unreadable.empty(); }
  /// "a, b changed; c missing"; "" where there is nothing to say.
  std::string in_words() const;
};

/// The files that a seal names, held against it; `added` stays empty. `read`: digests of the bytes of those
/// that were read already, which count in the place of what lies there by now.
SealCheck check_files(const std::filesystem::path& folder, const Digests& seal, const Digests& read = {});
/// Of a run's folder. What is written beside a finished run, its log and why it was superseded, is not
/// `added`. Errors: those of read_seal, and of listing the folder.
Result<SealCheck> check_run(const std::filesystem::path& folder);

}  // namespace assay::store

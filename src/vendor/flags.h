// Which flags a vendor's command-line tool has, by version. Data that was read from the tools' own sources
// and documents; docs/vendor_tools.md shows what changed between versions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace assay::vendor {

/// How many values a flag takes.
struct Values {
  int least = 0, most = 0;
  constexpr bool operator==(const Values&) const = default;
};
inline constexpr Values kNone{0, 0}, kOne{1, 1}, kPerhaps{0, 1}, kPair{2, 2}, kSome{1, 1000}, kAny{0, 1000};

/// `since` of a flag that is taken for one of the tool's, and never was: `instead` says what to write.
inline constexpr std::string_view kNever = "never";

/// One flag in the versions from `since` until before `gone`. A flag that went and came back has two entries.
struct Flag {
  std::string_view name;  ///< With its dashes: "--memPoolSize", "-hint".
  Values values = kNone;
  std::string_view since = {};    ///< First version that is known to have it; empty: the table's first.
  std::string_view gone = {};     ///< First version that is known to lack it; empty: none.
  std::string_view instead = {};  ///< What to write from `gone` on, or before `since`.
  std::string_view alias = {};    ///< The other spelling: "--perf_hint".
};

/// A version whose flags were looked up, and where.
struct Release {
  std::string_view version;  ///< "8.5": holds for 8.5.2.7 too.
  std::string_view source;   ///< Title and version of the public document or source file.
};

/// A flag that the tool takes only beside another with a certain value.
struct Needs {
  std::string_view flag, other;  ///< Names of entries of the table.
  std::string_view value;        ///< Of the other.
  std::string_view source;       ///< Where the tool refuses it.
};

/// Whether a value may follow as a word of its own.
enum class Syntax {
  kJoined,  ///< --flag=value only.
  kEither   ///< --flag value, --flag=value.
};

struct Tool {
  std::string_view name;
  Syntax syntax = Syntax::kEither;
  bool positional = false;            ///< Takes words that are no flags.
  std::string_view gone = {};         ///< First version that does not ship it at all.
  std::string_view instead = {};      ///< What took its place.
  std::span<const Release> releases;  ///< Oldest first; never empty.
  std::span<const Flag> flags;
  std::span<const Needs> needs = {};
};

/// All tools of the table, by name.
std::span<const Tool* const> tools();

/// By name; a program's path is taken by its last part. Null when the table does not know it.
const Tool* find_tool(std::string_view name);

/// The entry of the table that a version falls under: the newest release of the same major number that is not
/// newer. Errors: kInvalidInput (no version number, or the table knows none of that major), naming those it
/// has.
Result<const Release*> find_release(const Tool& tool, std::string_view version);

/// -1, 0 or 1, number by number: "8.5.2" is over "8.5", "10.3" is over "8.6". A missing number counts as 0.
/// Whatever follows the last number ("2023.3+", "2.10-rc1") is passed over.
int compare_versions(std::string_view a, std::string_view b);

/// Whether that version of the tool takes every argument: flags that it lacks are refused with what replaced
/// them, or the nearest that it has; a flag without its value, or with one that it does not take, as well.
/// The values themselves are looked at only where one flag needs another's (Needs). `argv` is without the
/// program. Errors: kInvalidInput.
Result<void> check_flags(std::string_view tool, std::string_view version, std::span<const std::string> argv);

extern const Tool kTrtexec, kBenchmarkApp, kOvc, kMo;
extern const Tool kSnpeOnnxToDlc, kSnpeDlcQuantize, kSnpeDlcGraphPrepare, kSnpeNetRun, kSnpeThroughputNetRun;
extern const Tool kQairtConverter, kQairtQuantizer;

}  // namespace assay::vendor

#include "vendor/flags.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace assay::vendor {
namespace {

constexpr std::array kTools = {&kTrtexec,
                               &kBenchmarkApp,
                               &kOvc,
                               &kMo,
                               &kSnpeOnnxToDlc,
                               &kSnpeDlcQuantize,
                               &kSnpeDlcGraphPrepare,
                               &kSnpeNetRun,
                               &kSnpeThroughputNetRun,
                               &kQairtConverter,
                               &kQairtQuantizer};

std::vector<long> numbers(std::string_view version) {
  std::vector<long> result;
  const char* at = version.data();
  const char* const end = at + version.size();
  while (at != end) {
    long value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc() || value < 0) break;
    result.push_back(value);
    at = next;
    if (at == end || *at != '.') break;
    ++at;
  }
  return result;
}

bool has(const Flag& flag, std::string_view version) {
  if (flag.since == kNever) return false;
  return (flag.since.empty() || compare_versions(version, flag.since) >= 0) &&
         (flag.gone.empty() || compare_versions(version, flag.gone) < 0);
}

bool is_flag(std::string_view word) {
  // A lone dash, and a negative number, are values.
  return word.size() > 1 && word[0] == '-' && (word[1] < '0' || word[1] > '9');
}

std::string list_releases(const Tool& tool) {
  std::vector<std::string_view> versions;
  for (const Release& release : tool.releases) versions.push_back(release.version);
  return join_or(versions);
}

Status refuse(const Tool& tool, std::string_view version, const Release& release, const std::string& what) {
  return {Code::kInvalidInput, std::string(tool.name) + " " + std::string(version) + ": " + what +
                                   " (source: " + std::string(release.source) + ")"};
}

/// The flag of that name in that version; if there is none, why and what to write.
Result<const Flag*> find_flag(const Tool& tool, std::string_view version, const Release& release,
                              std::string_view name) {
  const Flag* absent = nullptr;
  std::vector<std::string_view> known;
  for (const Flag& flag : tool.flags) {
    const bool present = has(flag, version);
    if (flag.name == name || (!flag.alias.empty() && flag.alias == name)) {
      if (present) return &flag;
      absent = &flag;
    }
    if (!present) continue;
    known.push_back(flag.name);
    if (!flag.alias.empty()) known.push_back(flag.alias);
  }
  std::string what = "has no flag " + std::string(name);
  if (absent != nullptr) {
    if (!absent->gone.empty() && compare_versions(version, absent->gone) >= 0)
      what += " since " + std::string(absent->gone);
    else if (absent->since != kNever)
      what += " that is known of before " + std::string(absent->since);
    if (!absent->instead.empty()) what += ": " + std::string(absent->instead);
  } else if (const std::string near = nearest_word(name, known); !near.empty()) {
    what += "; did you mean " + near + "?";
  }
  return fail(refuse(tool, version, release, what));
}

/// A flag of the command with its first value; "" where it has none.
struct Given {
  const Flag* flag;
  std::string_view value;
};

Result<void> check_needs(const Tool& tool, std::string_view version, const Release& release,
                         const std::vector<Given>& given) {
  for (const Needs& needs : tool.needs) {
    const auto named = [&](std::string_view name) {
      return std::ranges::find(given, name, [](const Given& g) { return g.flag->name; });
    };
    if (named(needs.flag) == given.end()) continue;
    const auto other = named(needs.other);
    if (other != given.end() && other->value == needs.value) continue;
    return fail(refuse(tool, version, release,
                       "takes " + std::string(needs.flag) + " only with " + std::string(needs.other) + " " +
                           std::string(needs.value) + ": " + std::string(needs.source)));
  }
  return {};
}

}  // namespace

std::span<const Tool* const> tools() { return kTools; }

const Tool* find_tool(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  const auto found =
      std::find_if(kTools.begin(), kTools.end(), [&](const Tool* tool) { return tool->name == name; });
  return found == kTools.end() ? nullptr : *found;
}

int compare_versions(std::string_view a, std::string_view b) {
  std::vector<long> left = numbers(a), right = numbers(b);
  left.resize(std::max(left.size(), right.size()));
  right.resize(left.size());
  return left < right ? -1 : left == right ? 0 : 1;
}

Result<const Release*> find_release(const Tool& tool, std::string_view version) {
  const std::vector<long> wanted = numbers(version);
  const Release* found = nullptr;
  for (const Release& release : tool.releases)
    if (!wanted.empty() && numbers(release.version)[0] == wanted[0] &&
        compare_versions(release.version, version) <= 0)
      found = &release;
  if (found != nullptr) return found;
  return fail(Code::kInvalidInput, std::string(tool.name) + ": flags are known of " + list_releases(tool) +
                                       " and what follows under the same first number, not of '" +
                                       std::string(version) + "'");
}

Result<void> check_flags(std::string_view name, std::string_view version, std::span<const std::string> argv) {
  const Tool* const tool = find_tool(name);
  if (tool == nullptr) {
    std::vector<std::string_view> names;
    for (const Tool* known : kTools) names.push_back(known->name);
    return fail(Code::kInvalidInput, "no flags are known of a tool '" + std::string(name) +
                                         "': " + join_or(names) + " was expected");
  }
  if (!tool->gone.empty() && compare_versions(version, tool->gone) >= 0)
    return fail(Code::kInvalidInput, std::string(tool->name) + " is gone since " + std::string(tool->gone) +
                                         ": " + std::string(tool->instead));
  ASSAY_TRY(const Release* const release, find_release(*tool, version));
  std::vector<Given> given;
  for (std::size_t i = 0; i < argv.size(); ++i) {
    const std::string_view word = argv[i];
    if (!is_flag(word)) {
      if (!tool->positional)
        return fail(
            refuse(*tool, version, *release, "takes no argument '" + std::string(word) + "' without a flag"));
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string name_of_flag(word.substr(0, equals));
    ASSAY_TRY(const Flag* const flag, find_flag(*tool, version, *release, name_of_flag));
    const auto [least, most] = flag->values;
    given.push_back({flag, equals == std::string_view::npos ? "" : word.substr(equals + 1)});
    if (equals != std::string_view::npos) {
      if (most != 1 && !(most > 1 && least < 2))
        return fail(refuse(
            *tool, version, *release,
            name_of_flag + (most == 0 ? " takes no value" : " takes its values as words of their own")));
      if (equals + 1 == word.size())
        return fail(refuse(*tool, version, *release, name_of_flag + "= lacks its value"));
      continue;
    }
    if (tool->syntax == Syntax::kJoined) {
      if (least > 0)
        return fail(refuse(*tool, version, *release,
                           name_of_flag + " wants its value after '=': " + name_of_flag + "=..."));
      continue;
    }
    int found = 0;
    while (found < most && i + 1 < argv.size() && !is_flag(argv[i + 1])) {
      ++i, ++found;
      if (found == 1) given.back().value = argv[i];
    }
    if (found < least) return fail(refuse(*tool, version, *release, name_of_flag + " lacks its value"));
  }
  return check_needs(*tool, version, *release, given);
}

}  // namespace assay::vendor

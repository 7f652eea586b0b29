// Versions that the spec pins, held against those that were found.
#include <algorithm>
#include <cctype>
#include <set>

#include "vendor/flags.h"
#include "verdict/rule_helpers.h"

namespace assay::verdict {
namespace {

/// "TensorRT 8.5.2" -> words before the first number, and the version from there on.
struct VersionText {
  std::string name, version;
  explicit VersionText(const std::string& text) {
    const std::size_t digit = text.find_first_of("0123456789");
    name = text.substr(0, digit);
    while (!name.empty() && name.back() == ' ') name.pop_back();
    if (digit != std::string::npos) version = text.substr(digit);
  }
};

bool same_letters(const std::string& a, const std::string& b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// Whether `found` begins with the numbers of `pin`.
bool begins_with(const std::string& found, const std::string& pin) {
  if (found.rfind(pin, 0) != 0) return false;
  // "8.5" holds for 8.5.2 and not for 8.50.
  return found.size() == pin.size() || !std::isdigit(static_cast<unsigned char>(found[pin.size()]));
}

bool fits(const std::string& pin, const std::string& found) {
  const VersionText wanted(pin), has(found);
  if (!wanted.name.empty() && !same_letters(wanted.name, has.name)) return false;
  if (wanted.version.empty()) return true;
  if (has.version.empty()) return false;
  if (wanted.version.back() == '+') return vendor::compare_versions(has.version, wanted.version) >= 0;
  return begins_with(has.version, wanted.version);
}

/// What was found of the pinned thing; several only where the passes differ, which `environment` judges.
std::set<std::string> found_of(const std::string& what, const Case& c) {
  std::set<std::string> found;
  const record::Environment& environment = c.evidence.environment;
  if (what == "runtime") {
    for (const record::TimedRun* run : completed(c.evidence)) found.insert(run->session.runtime_version);
    if (found.empty() && c.evidence.accuracy) found.insert(c.evidence.accuracy->session.runtime_version);
  } else if (what == "os") {
    found.insert(environment.os);
  } else if (what == "kernel") {
    found.insert(environment.kernel);
  } else if (const auto fact = environment.facts.find(what); fact != environment.facts.end()) {
    found.insert(fact->second);
  }
  found.erase("");
  return found;
}

}  // namespace

void judge_pinned_versions(const Case& c, Findings& out) {
  const auto& rows = c.experiment.rows;
  const auto row = std::ranges::find(rows, c.row.key.id, &spec::RowSpec::id);
  if (row == rows.end()) return;
  for (const auto& [what, pin] : row->pins) {
    const std::set<std::string> found = found_of(what, c);
    if (found.empty())
      out.push_back({"pinned-version",
                     record::Severity::kUnmeasured,
                     "the spec pins " + what + " " + pin + ", and nothing told which it was",
                     {}});
    for (const std::string& version : found)
      if (!fits(pin, version))
        out.push_back({"pinned-version",
                       record::Severity::kWarn,
                       "the spec pins " + what + " " + pin + ", " + version + " was found",
                       {}});
  }
}

}  // namespace assay::verdict

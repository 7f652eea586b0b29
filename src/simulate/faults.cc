#include "simulate/faults.h"

#include <array>
#include <limits>
#include <string>

#include "base/text.h"
#include "simulate/load.h"

namespace assay::simulate {
namespace {

constexpr std::int64_t kUsualNs = 2'000'000'000;

struct Name {
  std::string_view name;
  Fault::Kind kind;
};
constexpr std::array<Name, 7> kNames = {{{"drop", Fault::Kind::kDrop},
                                         {"silence", Fault::Kind::kSilence},
                                         {"garbage", Fault::Kind::kGarbage},
                                         {"nan", Fault::Kind::kNan},
                                         {"overrange", Fault::Kind::kOverrange},
                                         {"peak", Fault::Kind::kPeak},
                                         {"freeze", Fault::Kind::kFreeze}}};

Result<Fault> parse_fault(std::string_view text) {
  const auto at = text.find('@');
  const std::string_view word = trim(text.substr(0, at));
  const Name* name = nullptr;
  std::vector<std::string_view> words;
  for (const Name& candidate : kNames) {
    if (candidate.name == word) name = &candidate;
    words.push_back(candidate.name);
  }
  if (!name)
    return fail(Code::kInvalidInput, "fault '" + std::string(word) + "': expected " + join_or(words));
  if (at == std::string_view::npos) return Fault{name->kind, 0, std::numeric_limits<std::int64_t>::max()};
  const std::string_view when = text.substr(at + 1);
  const auto plus = when.find('+');
  ASSAY_TRY(const std::int64_t begin, parse_time(when.substr(0, plus)));
  std::int64_t length = kUsualNs;
  if (plus != std::string_view::npos) {
    ASSAY_TRY(length, parse_time(when.substr(plus + 1)));
  }
  return Fault{name->kind, begin, begin + length};
}

}  // namespace

bool Faults::active(Fault::Kind kind, std::int64_t time_ns) const {
  const std::lock_guard lock(schedule_->mutex);
  for (const Fault& fault : schedule_->faults)
    if (fault.kind == kind && fault.begin_ns <= time_ns && time_ns < fault.end_ns) return true;
  return false;
}

void Faults::add(const Faults& others, std::int64_t from_ns) {
  constexpr std::int64_t kForEver = std::numeric_limits<std::int64_t>::max();
  std::vector<Fault> more;
  {
    const std::lock_guard lock(others.schedule_->mutex);
    more = others.schedule_->faults;
  }
  const std::lock_guard lock(schedule_->mutex);
  for (const Fault& fault : more)
    schedule_->faults.push_back(
        {fault.kind, from_ns + fault.begin_ns, fault.end_ns == kForEver ? kForEver : from_ns + fault.end_ns});
}

Result<Faults> parse_faults(std::string_view text) {
  std::vector<Fault> faults;
  if (trim(text).empty()) return Faults();
  for (const std::string& part : split(text, ',')) {
    ASSAY_TRY(const Fault fault, parse_fault(part));
    faults.push_back(fault);
  }
  return Faults(std::move(faults));
}

}  // namespace assay::simulate

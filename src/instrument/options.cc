#include "instrument/options.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "instrument/describe.h"

namespace assay::instrument {

const std::string* OptionReader::find(std::string_view name) {
  known_.emplace_back(name);
  const auto found = options_.find(std::string(name));
  return found == options_.end() ? nullptr : &found->second;
}

void OptionReader::complain(std::string_view name, const std::string& expected, const std::string& found) {
  if (problem_.empty())
    problem_ =
        meter_ + " option '" + std::string(name) + "': expected " + expected + ", found '" + found + "'";
}

std::optional<double> OptionReader::number_or_none(std::string_view name, double lo, double hi) {
  const std::string* text = find(name);
  if (!text) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  // Written so that a NaN is refused, too.
  if (error == std::errc() && end == text->data() + text->size() && value >= lo && value <= hi) return value;
  complain(name, "a number from " + decimal(lo) + " to " + decimal(hi), *text);
  return std::nullopt;
}

double OptionReader::number(std::string_view name, double otherwise, double lo, double hi) {
  return number_or_none(name, lo, hi).value_or(otherwise);
}

std::chrono::nanoseconds OptionReader::milliseconds(std::string_view name, double otherwise, double lo,
                                                    double hi) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(number(name, otherwise, lo, hi) * 1e6));
}

std::string OptionReader::text(std::string_view name, std::string_view otherwise) {
  const std::string* found = find(name);
  return found ? *found : std::string(otherwise);
}

bool OptionReader::flag(std::string_view name, bool otherwise) {
  return word(name, otherwise ? "on" : "off", {"on", "off"}) == "on";
}

std::string OptionReader::word(std::string_view name, std::string_view otherwise,
                               const std::vector<std::string_view>& words) {
  const std::string* text = find(name);
  if (!text) return std::string(otherwise);
  if (std::find(words.begin(), words.end(), *text) != words.end()) return *text;
  complain(name, join_or(words), *text);
  return std::string(otherwise);
}

Result<void> OptionReader::finish() const {
  if (!problem_.empty()) return fail(Code::kInvalidInput, problem_);
  for (const auto& [name, value] : options_) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    const std::vector<std::string_view> known(known_.begin(), known_.end());
    const std::string near = nearest_word(name, known);
    return fail(Code::kInvalidInput,
                meter_ + " has no option '" + name + "'" +
                    (near.empty() ? "; it knows " + join_or(known) : "; did you mean '" + near + "'?"));
  }
  return {};
}

}  // namespace assay::instrument

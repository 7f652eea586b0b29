// Reading what tools print: lines, and numbers with a decimal point whatever the locale. Inline, private to
// the parsers.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace assay::vendor {

struct Decimal {
  double value = 0;
  int places = 0;  ///< Digits behind the point as printed; an exponent moves them.
};

/// A finite number of digits, point and exponent, without a sign but '-'; nothing around it.
inline std::optional<Decimal> decimal(std::string_view text) {
  if (text.empty() || (text[0] != '-' && (text[0] < '0' || text[0] > '9'))) return std::nullopt;
  Decimal number;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number.value);
  if (error != std::errc() || stop != end || !std::isfinite(number.value)) return std::nullopt;
  const auto mantissa = text.substr(0, text.find_first_of("eE"));
  const auto point = mantissa.find('.');
  if (point != std::string_view::npos) number.places = static_cast<int>(mantissa.size() - point - 1);
  if (mantissa.size() < text.size()) {
    std::string_view power = text.substr(mantissa.size() + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    int shift = 0;
    std::from_chars(power.data(), power.data() + power.size(), shift);
    number.places -= shift;
  }
  return number;
}

/// A time: positive, and under a day. Absent for all else.
inline std::optional<Decimal> duration(std::string_view text, double to_ms) {
  constexpr double kDayMs = 86'400'000;
  auto number = decimal(text);
  if (!number || !(number->value >= 0)) return std::nullopt;
  number->value *= to_ms;
  if (!(number->value < kDayMs)) return std::nullopt;
  return number;
}

/// A whole number, nothing around it.
inline std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/// What lies between `before` and the first `after` behind it; `after` empty: to the end. Absent without
/// either.
inline std::optional<std::string_view> between(std::string_view text, std::string_view before,
                                               std::string_view after) {
  const auto begin = text.find(before);
  if (begin == std::string_view::npos) return std::nullopt;
  text.remove_prefix(begin + before.size());
  if (after.empty()) return text;
  const auto end = text.find(after);
  if (end == std::string_view::npos) return std::nullopt;
  return text.substr(0, end);
}

/// Calls `each` with every line, without its end; carriage returns go too.
template <typename Each>
void for_each_line(std::string_view text, Each&& each) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    each(line);
  }
}

/// The unit of the last digit, in ms.
inline double last_digit(const Decimal& number, double to_ms) {
  return std::pow(10.0, -number.places) * to_ms;
}

}  // namespace assay::vendor

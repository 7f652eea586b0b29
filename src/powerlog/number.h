// Numbers as logs write them. Inline: an import spends most of its time here.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>

namespace assay::powerlog {

/// Times stay within 126 years of their zero, so that any two have a difference and an interval may be added.
inline constexpr std::int64_t kLatestTime = 4'000'000'000'000'000'000;
inline constexpr std::int64_t kLongestInterval = 86'400'000'000'000;  // A day.

/// What stood where a number was expected.
enum class NumberKind {
  kNumber,
  kEmpty,
  kNoData,     ///< NaN, infinity, or a meter's code for either: |x| > 9.8e37 (SCPI's 9.9E+37, 9.91E+37).
  kNotANumber  ///< Text, or a number with something behind it.
};

struct Number {
  double value = 0;  ///< Finite, and meant only with kNumber.
  NumberKind kind = NumberKind::kNotANumber;
};

inline std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Digits with at most one point between them: digits / 10^places.
struct Decimal {
  std::uint64_t digits = 0;
  int places = 0;
  bool negative = false;
};

/// Reads sign, digits and point from `at` on, which ends behind them. False: no digits, or more than 18; the
/// general way decides then.
inline bool take_decimal(const char*& at, const char* end, Decimal& decimal) {
  constexpr std::ptrdiff_t kMostDigits = 18;
  decimal.negative = at != end && *at == '-';
  if (at != end && (*at == '-' || *at == '+')) ++at;
  const auto next_digit = [&] { return static_cast<unsigned>(static_cast<unsigned char>(*at)) - '0'; };
  std::uint64_t digits = 0;
  const char* const first = at;
  for (; at != end && next_digit() <= 9; ++at) digits = digits * 10 + next_digit();
  std::ptrdiff_t count = at - first;
  decimal.places = 0;
  if (at != end && *at == '.') {
    const char* const point = at++;
    for (; at != end && next_digit() <= 9; ++at) digits = digits * 10 + next_digit();
    decimal.places = static_cast<int>(at - point - 1);
    count += decimal.places;
  }
  decimal.digits = digits;
  return count > 0 && count <= kMostDigits;
}

/// The same of all of `text`.
inline bool scan_decimal(std::string_view text, Decimal& decimal) {
  const char* at = text.data();
  const char* const end = at + text.size();
  return take_decimal(at, end, decimal) && at == end;
}

/// The double nearest to it. False: not so simple.
inline bool to_double(const Decimal& decimal, double& value) {
  // Up to here both are exact as doubles, so that their quotient is the nearest double (Clinger 1990).
  constexpr std::uint64_t kLargestExact = std::uint64_t{1} << 53;
  static constexpr double kPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                       1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
  if (decimal.digits > kLargestExact) return false;
  value = static_cast<double>(decimal.digits) / kPowers[decimal.places];
  if (decimal.negative) value = -value;
  return true;
}

/// Units of 10^-digits s as nanoseconds. False: finer than those, or too large.
inline bool to_nanoseconds(const Decimal& decimal, int digits, std::int64_t& time_ns) {
  static constexpr std::uint64_t kPowers[] = {1,       10,        100,        1'000,       10'000,
                                              100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};
  std::uint64_t ns = 0;
  if (decimal.places > 9 - digits) return false;
  if (__builtin_mul_overflow(decimal.digits, kPowers[9 - digits - decimal.places], &ns)) return false;
  if (ns > static_cast<std::uint64_t>(kLatestTime)) return false;
  time_ns = decimal.negative ? -static_cast<std::int64_t>(ns) : static_cast<std::int64_t>(ns);
  return true;
}

/// The whole of `text`, blanks around it aside: decimal point, optional sign and exponent. The double nearest
/// to it.
inline Number parse_number(std::string_view text) {
  constexpr double kLargest = 9.8e37;
  Decimal decimal;
  double value = 0;
  if (scan_decimal(text, decimal) && to_double(decimal, value)) return {value, NumberKind::kNumber};
  text = trim_blanks(text);
  if (text.empty()) return {0, NumberKind::kEmpty};
  if (text.front() == '+' && text.size() > 1 && text[1] != '-') text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) return {0, NumberKind::kNotANumber};
  // Too large for a double is what a meter means by overload; too small is 0 to every purpose here, but
  // from_chars does not tell which of the two it was.
  if (error == std::errc::result_out_of_range) return {0, NumberKind::kNoData};
  if (error != std::errc()) return {0, NumberKind::kNotANumber};
  if (!(std::abs(value) <= kLargest)) return {0, NumberKind::kNoData};
  return {value, NumberKind::kNumber};
}

/// A decimal number of units of 10^-digits s as nanoseconds (`digits` 9: ns, 6: us, 3: ms, 0: s), exact where
/// the text has no exponent; what is finer than a nanosecond is cut off. Absent: not such a number, or beyond
/// kLatestTime. A double would not do: seconds since 1970 have only 200 ns steps there.
inline std::optional<std::int64_t> parse_time_count(std::string_view text, int digits) {
  Decimal decimal;
  std::int64_t time_ns = 0;
  if (scan_decimal(text, decimal) && to_nanoseconds(decimal, digits, time_ns)) return time_ns;
  text = trim_blanks(text);
  const char* at = text.data();
  const char* const end = at + text.size();
  const bool negative = at != end && *at == '-';
  if (at != end && (*at == '-' || *at == '+')) ++at;
  const char* const first = at;
  int missing = 9 - digits;  // Decimal places down to a nanosecond that are still to come.
  std::int64_t value = 0;
  bool fraction = false;
  int seen = 0;
  for (; at != end; ++at) {
    if (*at == '.' && !fraction) {
      fraction = true;
      continue;
    }
    const unsigned digit = static_cast<unsigned char>(*at) - static_cast<unsigned>('0');
    if (digit > 9) break;
    ++seen;
    if (fraction && missing == 0) continue;
    if (fraction) --missing;
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, digit, &value))
      return std::nullopt;
  }
  if (seen == 0) return std::nullopt;
  if (at != end && (*at == 'e' || *at == 'E')) {
    double count = 0;
    const auto [stop, error] = std::from_chars(first, end, count);
    if (stop != end || error != std::errc()) return std::nullopt;
    const double ns = std::round(count * std::pow(10.0, 9 - digits));
    if (!(ns <= static_cast<double>(kLatestTime))) return std::nullopt;
    return negative ? -static_cast<std::int64_t>(ns) : static_cast<std::int64_t>(ns);
  }
  if (at != end) return std::nullopt;
  for (; missing > 0; --missing)
    if (__builtin_mul_overflow(value, 10, &value)) return std::nullopt;
  if (value > kLatestTime) return std::nullopt;
  return negative ? -value : value;
}

}  // namespace assay::powerlog

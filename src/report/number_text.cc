#include "report/number_text.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>

#include "base/utf8.h"

namespace assay::report {
namespace {

std::string fixed(double value, int decimals) {
  const double step = std::pow(10, -decimals);
  if (decimals < 0) value = std::round(value / step) * step;
  char buffer[700];  // Enough for any double and any of its decimals.
  std::snprintf(buffer, sizeof buffer, "%.*f", std::max(0, decimals), value);
  const std::string text = buffer;
  // "-0.00" is a rounding of nothing.
  return text.find_first_not_of("-0.") == std::string::npos && text.front() == '-' ? text.substr(1) : text;
}

/// Decimals that show `digits` significant digits of `value`, which is not 0.
int decimals_for(double value, int digits) {
  return digits - 1 - static_cast<int>(std::floor(std::log10(std::abs(value))));
}

/// 0.95 is a little under that as a double, and 0.25 exactly halfway: both are to go up.
double tie_up(double uncertainty) { return uncertainty * (1 + 1e-9); }

struct Span {
  std::uint32_t first, last;
};
template <std::size_t N>
bool within(std::uint32_t point, const Span (&spans)[N]) {
  return std::ranges::any_of(spans, [&](const Span& s) { return point >= s.first && point <= s.last; });
}

// Unicode's General_Category Mn, Me and Cf, and East_Asian_Width W and F, as far as names of machines go.
constexpr Span kNoWidth[] = {
    {0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},   {0x610, 0x61A},   {0x64B, 0x65F},
    {0x900, 0x902},   {0x93C, 0x93C},   {0x941, 0x948},   {0x94D, 0x94D},   {0xE31, 0xE31},
    {0xE34, 0xE3A},   {0xE47, 0xE4E},   {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F},
    {0x202A, 0x202E}, {0x2060, 0x2064}, {0x2066, 0x206F}, {0x20D0, 0x20FF}, {0x302A, 0x302D},
    {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF}};
constexpr Span kWide[] = {{0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},
                          {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xA960, 0xA97C},   {0xAC00, 0xD7A3},
                          {0xF900, 0xFAFF},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},
                          {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF},
                          {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD}};

std::size_t width_of(std::uint32_t point) {
  return within(point, kNoWidth) ? 0 : within(point, kWide) ? 2 : 1;
}

/// The longest beginning of at most `width` columns.
std::string_view beginning(std::string_view text, std::size_t width) {
  std::size_t used = 0, length = 0;
  while (length < text.size()) {
    const Decoded next = decode_utf8(text.substr(length));
    used += width_of(next.point);
    if (used > width) break;
    length += next.length;
  }
  return text.substr(0, length);
}

/// The longest end of at most `width` columns.
std::string_view ending(std::string_view text, std::size_t width) {
  const std::size_t whole = display_width(text);
  if (whole <= width) return text;
  std::size_t lost = 0;
  while (whole - lost > width || (!text.empty() && width_of(decode_utf8(text).point) == 0)) {
    const Decoded next = decode_utf8(text);
    lost += width_of(next.point);
    text.remove_prefix(next.length);
  }
  return text;
}

const char* likeness(std::uint32_t point) {
  switch (point) {
    case 0xB1:
      return "+-";
    case 0xB0:
      return "deg";
    case 0xB2:
      return "2";
    case 0xB3:
      return "3";
    case 0xB5:
    case 0x3BC:
      return "u";
    case 0xD7:
      return "x";
    case 0xA0:
    case 0x202F:
      return " ";
    case 0x2018:
    case 0x2019:
      return "'";
    case 0x201C:
    case 0x201D:
      return "\"";
    case 0x2026:
      return "...";
    case 0x2264:
      return "<=";
    case 0x2265:
      return ">=";
    default:
      break;
  }
  const bool line = (point >= 0x2010 && point <= 0x2015) || point == 0x2212 || point == 0x2500;
  return line ? "-" : width_of(point) == 0 ? "" : "?";
}

}  // namespace

std::string significant(double value, int digits) {
  if (!std::isfinite(value)) return "not finite";
  if (value == 0) return "0";
  const int decimals = decimals_for(value, digits);
  std::string text = fixed(value, decimals);
  if (decimals > 0) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text;
}

std::string with_uncertainty(double value, double uncertainty) {
  constexpr double kLeast = 1e-15;  // Of the value: what is under it, the value's own digits do not hold.
  if (!std::isfinite(value) || !std::isfinite(uncertainty) || !(uncertainty > std::abs(value) * kLeast))
    return significant(value);
  // 0.14 shown as 0.1 would be wrong by a third: a first digit of 1 gets company.
  const double u = tie_up(uncertainty);
  const int one_digit = decimals_for(u, 1);
  const bool leads_with_one = u * std::pow(10, one_digit) < 1.95;
  const int decimals = leads_with_one ? one_digit + 1 : one_digit;
  return fixed(value, decimals) + " ±" + fixed(u, decimals);
}

std::string figure_text(const record::Figure& figure) {
  if (!figure.value) return "";
  if (!figure.lo || !figure.hi) return significant(*figure.value);
  const double uncertainty = std::max(*figure.hi - *figure.value, *figure.value - *figure.lo);
  // A pixel in ten million is not worth a column's width: the bound is rounded up instead.
  const bool too_fine = figure.unit == "%" && uncertainty > 0 && uncertainty < 0.001;
  if (too_fine) return fixed(*figure.value, 3) + " ±0.001";
  return with_uncertainty(*figure.value, uncertainty);
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Decoded next = decode_utf8(text);
    width += width_of(next.point);
    text.remove_prefix(next.length);
  }
  return width;
}

std::string truncated(std::string_view text, std::size_t width, std::string_view mark) {
  if (display_width(text) <= width) return std::string(text);
  const std::size_t lost = display_width(mark);
  if (width <= lost) return std::string(beginning(text, width));
  return std::string(beginning(text, width - lost)) + std::string(mark);
}

std::string shortened(std::string_view text, std::size_t width, std::string_view mark) {
  if (display_width(text) <= width) return std::string(text);
  const std::size_t lost = display_width(mark);
  if (width < lost + 2) return truncated(text, width, mark);
  const std::size_t end = (width - lost) / 2;
  return std::string(beginning(text, width - lost - end)) + std::string(mark) +
         std::string(ending(text, end));
}

std::string to_ascii(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Decoded next = decode_utf8(text);
    text.remove_prefix(next.length);
    if (next.valid && next.point < 0x80)
      out += static_cast<char>(next.point);
    else
      out += next.valid ? likeness(next.point) : "?";
    const bool before_number = next.point == 0xB1 && !text.empty() && text[0] >= '0' && text[0] <= '9';
    if (before_number) out += ' ';
  }
  return out;
}

}  // namespace assay::report

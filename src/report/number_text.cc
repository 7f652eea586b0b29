#include "report/number_text.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace assay::report {
namespace {

std::string fixed(double value, int decimals) {
  const double step = std::pow(10, -decimals);
  if (decimals < 0) value = std::round(value / step) * step;
  char buffer[352];  // Enough for any double.
  std::snprintf(buffer, sizeof buffer, "%.*f", std::max(0, decimals), value);
  const std::string text = buffer;
  // "-0.00" is a rounding of nothing.
  return text.find_first_not_of("-0.") == std::string::npos && text.front() == '-' ? text.substr(1) : text;
}

/// Decimals that show `digits` significant digits of `value`, which is not 0.
int decimals_for(double value, int digits) {
  return digits - 1 - static_cast<int>(std::floor(std::log10(std::abs(value))));
}

struct Decoded {
  std::uint32_t point;
  std::size_t length;
};
Decoded decode(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  if (length == 1 || length > text.size()) return {lead < 0x80 ? lead : 0xFFFDu, 1};
  std::uint32_t point = lead & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) point = point << 6 | (static_cast<unsigned char>(text[i]) & 0x3Fu);
  return {point, length};
}

std::size_t width_of(std::uint32_t point) {
  if (point >= 0x300 && point <= 0x36F) return 0;
  const bool wide = (point >= 0x1100 && point <= 0x115F) || (point >= 0x2E80 && point <= 0xA4CF) ||
                    (point >= 0xAC00 && point <= 0xD7A3) || (point >= 0xF900 && point <= 0xFAFF) ||
                    (point >= 0xFE30 && point <= 0xFE6F) || (point >= 0xFF00 && point <= 0xFF60) ||
                    (point >= 0x1F300 && point <= 0x1FAFF) || (point >= 0x20000 && point <= 0x3FFFD);
  return wide ? 2 : 1;
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
  if (!std::isfinite(value) || !std::isfinite(uncertainty) || !(uncertainty > 0)) return significant(value);
  // 0.14 shown as 0.1 would be wrong by a third: a first digit of 1 gets company.
  const int one_digit = decimals_for(uncertainty, 1);
  const bool leads_with_one = uncertainty * std::pow(10, one_digit) < 1.95;
  const int decimals = leads_with_one ? one_digit + 1 : one_digit;
  return fixed(value, decimals) + " ±" + fixed(uncertainty, decimals);
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
    const Decoded next = decode(text);
    width += width_of(next.point);
    text.remove_prefix(next.length);
  }
  return width;
}

std::string truncated(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  std::string out;
  for (std::size_t used = 0; !text.empty();) {
    const Decoded next = decode(text);
    used += width_of(next.point);
    if (used + 1 > width) break;
    out += text.substr(0, next.length);
    text.remove_prefix(next.length);
  }
  return out + "…";
}

std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n' || c == '\r' || c == '\t')
      out += ' ';
    else
      out += byte < 0x20 || byte == 0x7F ? '?' : c;
  }
  return out;
}

}  // namespace assay::report

#include "base/utf8.h"

namespace assay {
namespace {

/// C0 and C1 controls, and what turns the direction of writing.
bool is_harmful(std::uint32_t point) {
  return point <= 0x1F || (point >= 0x7F && point <= 0x9F) || (point >= 0x2028 && point <= 0x202E) ||
         (point >= 0x2066 && point <= 0x2069);
}

}  // namespace

Decoded decode_utf8(std::string_view text) {
  const Decoded wrong;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return {byte(0), 1, true};
  const std::size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || length > text.size()) return wrong;
  std::uint32_t point = byte(0) & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return wrong;
    point = point << 6 | (byte(i) & 0x3Fu);
  }
  const bool longer_than_needed = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (longer_than_needed || surrogate || point > 0x10FFFF) return wrong;
  return {point, length, true};
}

std::string one_line(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Decoded next = decode_utf8(text);
    if (next.point == '\n' || next.point == '\r' || next.point == '\t')
      out += ' ';
    else if (!next.valid || is_harmful(next.point))
      out += '?';
    else
      out += text.substr(0, next.length);
    text.remove_prefix(next.length);
  }
  return out;
}

}  // namespace assay

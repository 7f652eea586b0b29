// UTF-8, character by character, and what of it a terminal may be given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace assay {

struct Decoded {
  std::uint32_t point = 0xFFFD;  ///< U+FFFD where the bytes are no UTF-8.
  std::size_t length = 1;        ///< In bytes.
  bool valid = false;
};

/// The first character of a text that is not empty; of what is no UTF-8 the first byte (Unicode 15, table
/// 3-7: no overlong forms, no surrogates, nothing above U+10FFFF).
Decoded decode_utf8(std::string_view text);

/// Line breaks become blanks. Control characters (a vendor's log may hold escape sequences), marks that turn
/// the direction of writing and bytes that are no UTF-8 become "?".
std::string one_line(std::string_view text);

}  // namespace assay

// UTF-8, character by character.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace assay::report {

struct Decoded {
  std::uint32_t point = 0xFFFD;  ///< U+FFFD where the bytes are no UTF-8.
  std::size_t length = 1;        ///< In bytes.
  bool valid = false;
};

/// The first character of a text that is not empty; of what is no UTF-8 the first byte (Unicode 15, table
/// 3-7: no overlong forms, no surrogates, nothing above U+10FFFF).
Decoded decode_utf8(std::string_view text);

}  // namespace assay::report

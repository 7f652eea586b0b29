#include "base/utf8.h"

#include <gtest/gtest.h>

namespace assay {
namespace {

TEST(Utf8, NothingThatATerminalObeysIsLeft) {
  EXPECT_EQ(one_line("a\nb\tc"), "a b c");
  EXPECT_EQ(one_line("\x1b[31mred\x7f"), "?[31mred?");
  EXPECT_EQ(one_line("\xc2\x9b"
                     "31m"),
            "?31m");                      // CSI as one character.
  EXPECT_EQ(one_line("\x9b\xff"), "??");  // And as a byte that is no UTF-8.
  EXPECT_EQ(one_line("a\xe2\x80\xae"
                     "b"),
            "a?b");  // Right-to-left override.
  EXPECT_EQ(one_line("シミ ±"), "シミ ±");
  EXPECT_EQ(one_line("\xc3\x1b"), "??");
  EXPECT_EQ(one_line(std::string_view("\0", 1)), "?");
}

TEST(Utf8, OnlyWhatUnicodeAllowsIsACharacter) {
  for (const std::string_view text : {"a", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) {
    EXPECT_TRUE(decode_utf8(text).valid) << text;
    EXPECT_EQ(decode_utf8(text).length, text.size());
  }
  // Overlong, a surrogate, above U+10FFFF, cut short.
  for (const std::string_view text : {"\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82"}) {
    EXPECT_FALSE(decode_utf8(text).valid);
    EXPECT_EQ(decode_utf8(text).length, 1u);
  }
}

}  // namespace
}  // namespace assay

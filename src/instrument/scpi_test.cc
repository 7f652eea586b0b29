#include "instrument/scpi.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace assay::instrument {
namespace {

using namespace std::string_literals;
using Kind = ScpiNumber::Kind;

TEST(MessageLength, NewlineEnds) {
  EXPECT_EQ(message_length("12.3\nrest"), 5u);
  EXPECT_EQ(message_length("\n"), 1u);
  EXPECT_FALSE(message_length(""));
  EXPECT_FALSE(message_length("12.3"));
}

TEST(MessageLength, NewlinesInABlockDoNot) {
  // "#14" is a block of four bytes, two of them newlines.
  EXPECT_EQ(message_length("#14\n\n\n\n\nnext"s), 8u);
  EXPECT_FALSE(message_length("#14\n\n\n\n"s));
  EXPECT_FALSE(message_length("#"s));
  EXPECT_FALSE(message_length("#212\n"s));
  EXPECT_EQ(message_length("1;#14\n\n\n\n;2\n"s), 12u);
  EXPECT_EQ(message_length(":NUMERIC:NORMAL:VALUE #14ab\nd\n"s), 30u);
}

TEST(MessageLength, HashesThatAreNoBlocks) {
  EXPECT_EQ(message_length("#H1F\n"), 5u);
  EXPECT_EQ(message_length("#0ab\n"), 5u);
  EXPECT_EQ(message_length("#2x1\n"), 5u);
  EXPECT_EQ(message_length("113,\"not #9\"\n"), 13u);
  EXPECT_EQ(message_length("lone \" quote\n"), 13u);
}

TEST(SplitReply, JoinedAnswers) {
  EXPECT_EQ(split_reply("1.000E+00;1;300.0E+00;1"),
            (std::vector<std::string_view>{"1.000E+00", "1", "300.0E+00", "1"}));
  EXPECT_EQ(split_reply("113,\"a;b\";0"), (std::vector<std::string_view>{"113,\"a;b\"", "0"}));
  EXPECT_EQ(split_reply("#11;;x"), (std::vector<std::string_view>{"#11;", "x"}));
  EXPECT_EQ(split_reply(""), (std::vector<std::string_view>{""}));
}

TEST(WithoutHeader, WhereThereIsOne) {
  EXPECT_EQ(without_header(":INPUT:MODE DC"), "DC");
  EXPECT_EQ(without_header("AUTO 0"), "0");
  EXPECT_EQ(without_header("DC"), "DC");
  EXPECT_EQ(without_header("YOKOGAWA,WT310E,C2 3,F1"), "YOKOGAWA,WT310E,C2 3,F1");
  EXPECT_EQ(without_header("0,\"No error\""), "0,\"No error\"");
  EXPECT_EQ(without_header(""), "");
}

TEST(ParseNumber, NumbersAndMarks) {
  EXPECT_EQ(parse_number("12.345E+00").value, 12.345);
  EXPECT_EQ(parse_number(" +1.5 ").value, 1.5);
  EXPECT_EQ(parse_number("-3E-3").value, -3e-3);
  EXPECT_EQ(parse_number("12.345E+00").kind, Kind::kValue);
  EXPECT_EQ(parse_number("NAN").kind, Kind::kNoData);
  EXPECT_EQ(parse_number("INF").kind, Kind::kOverload);
  EXPECT_EQ(parse_number("-INF").kind, Kind::kOverload);
  EXPECT_EQ(parse_number("9.91E+37").kind, Kind::kNoData);
  EXPECT_EQ(parse_number("9.9E+37").kind, Kind::kOverload);
  EXPECT_EQ(parse_number("1E999").kind, Kind::kOverload);
  for (const char* text : {"", " ", "+", "abc", "1.5x", "1,5", "--1", "0x10", "1 2"})
    EXPECT_EQ(parse_number(text).kind, Kind::kGarbage) << text;
}

TEST(ParseNumbers, AsciiList) {
  const auto numbers = parse_numbers("12.00E+00,NAN,INF,bad,1").value();
  ASSERT_EQ(numbers.size(), 5u);
  EXPECT_EQ(numbers[0].value, 12.0);
  EXPECT_EQ(numbers[1].kind, Kind::kNoData);
  EXPECT_EQ(numbers[2].kind, Kind::kOverload);
  EXPECT_EQ(numbers[3].kind, Kind::kGarbage);
  EXPECT_EQ(numbers[4].value, 1.0);
}

TEST(ParseNumbers, FloatBlock) {
  // 12.0f, 1.5f, no data, over-range, IEEE's NaN and infinity (Modbus), big-endian.
  const std::string block =
      "#40024\x41\x40\x00\x00\x3F\xC0\x00\x00\x7E\x95\x1B\xEE\x7E\x94\xF5\x6A\x7F\xC0\x00\x00\x7F\x80\x00\x00"s;
  for (const std::string& reply : {block, ":NUM:NORM:VAL " + block}) {
    const auto numbers = parse_numbers(reply);
    ASSERT_TRUE(numbers) << numbers.error().message;
    ASSERT_EQ(numbers->size(), 6u);
    EXPECT_EQ((*numbers)[0].value, 12.0);
    EXPECT_EQ((*numbers)[1].value, 1.5);
    EXPECT_EQ((*numbers)[2].kind, Kind::kNoData);
    EXPECT_EQ((*numbers)[3].kind, Kind::kOverload);
    EXPECT_EQ((*numbers)[4].kind, Kind::kNoData);
    EXPECT_EQ((*numbers)[5].kind, Kind::kOverload);
  }
}

TEST(ParseNumbers, BadBlocks) {
  EXPECT_EQ(parse_numbers("").error().code, Code::kCorrupt);
  EXPECT_EQ(parse_numbers("#14abc").error().code, Code::kCorrupt);
  EXPECT_EQ(parse_numbers("#13abc").error().code, Code::kCorrupt);
  EXPECT_EQ(parse_numbers("#10").error().code, Code::kCorrupt);
  EXPECT_EQ(parse_numbers("#").error().code, Code::kCorrupt);
}

TEST(Classify, NothingNearTheMarksIsANumber) {
  EXPECT_EQ(classify(9.79e37).kind, Kind::kValue);
  EXPECT_EQ(classify(-9.91e37).kind, Kind::kNoData);
  EXPECT_EQ(classify(1e38).kind, Kind::kOverload);
  EXPECT_EQ(classify(std::nan("")).kind, Kind::kNoData);
  EXPECT_EQ(classify(-std::numeric_limits<double>::infinity()).kind, Kind::kOverload);
}

}  // namespace
}  // namespace assay::instrument

#include "simulate/command.h"

#include <gtest/gtest.h>

namespace assay::simulate {
namespace {

TEST(Command, UnitsHeadersAndData) {
  const auto commands = parse_message(" :INPut:voltage:range 15V ; *IDN? ;:RATE?");
  ASSERT_EQ(commands.size(), 3u);
  EXPECT_EQ(commands[0].header, "INPUT:VOLTAGE:RANGE");
  EXPECT_EQ(commands[0].data, "15V");
  EXPECT_FALSE(commands[0].query);
  EXPECT_EQ(commands[1].header, "*IDN");
  EXPECT_TRUE(commands[1].query);
  EXPECT_EQ(commands[2].header, "RATE");
}

TEST(Command, AHeaderWithoutColonStaysInTheFolder) {
  const auto commands = parse_message(":NUMERIC:NORMAL:ITEM1 U,1;ITEM2 I,1;*OPC?;ITEM3 P,1;:HOLD ON;RATE 1S");
  ASSERT_EQ(commands.size(), 6u);
  EXPECT_EQ(commands[1].header, "NUMERIC:NORMAL:ITEM2");
  EXPECT_EQ(commands[3].header, "NUMERIC:NORMAL:ITEM3") << "common commands leave the folder alone";
  EXPECT_EQ(commands[5].header, "RATE");
}

TEST(Command, NothingAndNonsense) {
  EXPECT_TRUE(parse_message("").empty());
  EXPECT_TRUE(parse_message(" ; ;").empty());
  EXPECT_EQ(parse_message("?").size(), 1u);
  EXPECT_EQ(parse_message(":").size(), 1u);
}

TEST(MatchHeader, LongShortAndOptional) {
  EXPECT_EQ(match_header("[INPut]:VOLTage:RANGe", "INPUT:VOLTAGE:RANGE"), 1);
  EXPECT_EQ(match_header("[INPut]:VOLTage:RANGe", "INP:VOLT:RANG"), 1);
  EXPECT_EQ(match_header("[INPut]:VOLTage:RANGe", "VOLTAGE:RANGE"), 1);
  EXPECT_FALSE(match_header("[INPut]:VOLTage:RANGe", "INPU:VOLT:RANG"));
  EXPECT_FALSE(match_header("[INPut]:VOLTage:RANGe", "INPUT:VOLTAGE"));
  EXPECT_FALSE(match_header("[INPut]:VOLTage:RANGe", "INPUT:VOLTAGE:RANGE:X"));
  EXPECT_EQ(match_header("NUMeric[:NORMal]:ITEM#", "NUM:ITEM12"), 12);
  EXPECT_EQ(match_header("NUMeric[:NORMal]:ITEM#", "NUMERIC:NORMAL:ITEM"), 1);
  EXPECT_FALSE(match_header("NUMeric[:NORMal]:ITEM#", "NUM:ITEM123456789"));
  EXPECT_FALSE(match_header("RATE", ""));
}

TEST(ResponseHeader, VerboseOrNot) {
  EXPECT_EQ(response_header("NUMeric[:NORMal]:ITEM#", 2, true), ":NUMERIC:NORMAL:ITEM2");
  EXPECT_EQ(response_header("NUMeric[:NORMal]:ITEM#", 2, false), ":NUM:NORM:ITEM2");
}

}  // namespace
}  // namespace assay::simulate

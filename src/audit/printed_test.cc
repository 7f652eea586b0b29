#include "audit/printed.h"

#include <gtest/gtest.h>

#include "audit/interval.h"
#include "audit/unit.h"
#include "audit/words.h"

namespace assay::audit {
namespace {

CellNumber read(std::string_view text, Marks marks = {}) { return read_cell(plain(text), marks); }

TEST(Interval, KeepsAllThatIsPossible) {
  const Interval product = Interval{-1, 2} * Interval{3, 4};
  EXPECT_EQ(product.lo, -4);
  EXPECT_EQ(product.hi, 8);
  const Interval quotient = Interval{1, 2} / Interval{4, 5};
  EXPECT_DOUBLE_EQ(quotient.lo, 0.2);
  EXPECT_DOUBLE_EQ(quotient.hi, 0.5);
  EXPECT_TRUE(meet(Interval{1, 2} / Interval{-1, 1}, Interval::of(1e9)));
  EXPECT_TRUE(meet({1, 2}, {2, 3}));
  EXPECT_FALSE(meet({1, 2}, {2.001, 3}));
  EXPECT_TRUE(below({1, 2}, {2.001, 3}));
}

struct NumberCase {
  const char* text;
  double value, step;
  int significant;
  const char* unit;
};
class Numbers : public testing::TestWithParam<NumberCase> {};
TEST_P(Numbers, KeepTheirPrintedDigits) {
  const NumberCase& c = GetParam();
  const CellNumber cell = read(c.text);
  ASSERT_EQ(cell.reading, Reading::kNumber) << c.text;
  EXPECT_DOUBLE_EQ(cell.number.value, c.value) << c.text;
  EXPECT_DOUBLE_EQ(cell.number.step, c.step) << c.text;
  EXPECT_EQ(cell.number.significant, c.significant) << c.text;
  EXPECT_EQ(cell.unit, c.unit) << c.text;
}
INSTANTIATE_TEST_SUITE_P(
    Printed, Numbers,
    testing::Values(NumberCase{"71.65", 71.65, 0.01, 4, ""}, NumberCase{"1.710", 1.71, 0.001, 3, ""},
                    NumberCase{"150", 150, 1, 2, ""}, NumberCase{"0.0359", 0.0359, 0.0001, 3, ""},
                    NumberCase{"70,90 %", 70.9, 0.01, 3, "%"}, NumberCase{"1023 MB", 1023, 1, 4, "MB"},
                    NumberCase{"28mW", 28, 1, 2, "mW"}, NumberCase{"1,234.5", 1234.5, 0.1, 5, ""},
                    NumberCase{"1.234,5", 1234.5, 0.1, 5, ""}, NumberCase{"1,234,567", 1234567, 1, 7, ""},
                    NumberCase{"12 345.6", 12345.6, 0.1, 6, ""}, NumberCase{"12\u202f345", 12345, 1, 5, ""},
                    NumberCase{"1.2e3 W", 1200, 100, 2, "W"}, NumberCase{"\u22123.5", -3.5, 0.1, 2, ""},
                    NumberCase{"**71.6**", 71.6, 0.1, 3, ""}, NumberCase{"71.6\u00b9", 71.6, 0.1, 3, ""},
                    NumberCase{"71.6\u00b2", 71.6, 0.1, 3, ""}, NumberCase{"11000 (INT/2)", 11000, 1, 2, ""},
                    NumberCase{"0,123", 0.123, 0.001, 3, ""}, NumberCase{".5", 0.5, 0.1, 1, ""},
                    NumberCase{"3 GOPS/mm\u00b2", 3, 1, 1, "GOPS/mm2"}));

TEST(Printed, RoundingAllowsHalfAStep) {
  const Interval rounded = read("71.65").number.rounded();
  EXPECT_DOUBLE_EQ(rounded.lo, 71.645);
  EXPECT_DOUBLE_EQ(rounded.hi, 71.655);
  const Interval cut = read("71.65").number.cut();
  EXPECT_DOUBLE_EQ(cut.lo, 71.645);
  EXPECT_DOUBLE_EQ(cut.hi, 71.66);
  EXPECT_DOUBLE_EQ(read("-2.0").number.cut().lo, -2.1);
  // A whole number that ends in 0 may have been rounded to tens.
  EXPECT_DOUBLE_EQ(read("150").number.cut().hi, 155);
  EXPECT_DOUBLE_EQ(read("150.0").number.cut().hi, 150.1);
  // And a longer one further, as long as three digits are left.
  EXPECT_DOUBLE_EQ(read("10300").number.cut().hi, 10350);
  EXPECT_DOUBLE_EQ(read("10300").number.cut().lo, 10250);
  EXPECT_DOUBLE_EQ(read("1000").number.cut().hi, 1005);
  EXPECT_DOUBLE_EQ(read("10300").number.further().hi, 10350);
  EXPECT_DOUBLE_EQ(read("150").number.further().hi, 151);
  EXPECT_DOUBLE_EQ(read("12,345,000").number.cut().hi, 12345500);
}

TEST(Printed, AStatedSpreadWidens) {
  const CellNumber cell = read("12.3 \u00b1 0.4 ms");
  ASSERT_EQ(cell.reading, Reading::kNumber);
  EXPECT_EQ(cell.unit, "ms");
  EXPECT_DOUBLE_EQ(cell.number.rounded().lo, 11.85);
  EXPECT_DOUBLE_EQ(read("12.3 +/- 0.4").number.rounded().hi, 12.75);
}

TEST(Printed, AGroupOfThreeBehindACommaNeedsTheTable) {
  EXPECT_EQ(read("1,234").reading, Reading::kAmbiguous);
  EXPECT_DOUBLE_EQ(read("1,234", {true, false}).number.value, 1.234);
  EXPECT_DOUBLE_EQ(read("1,234", {false, true}).number.value, 1234);
  EXPECT_EQ(read("1,234", {true, true}).reading, Reading::kAmbiguous);
  // A point is a decimal point unless the table shows commas alone.
  EXPECT_DOUBLE_EQ(read("1.234").number.value, 1.234);
  EXPECT_DOUBLE_EQ(read("1.234", {true, false}).number.value, 1234);
  EXPECT_DOUBLE_EQ(read("1.234", {true, true}).number.value, 1.234);
}

TEST(Printed, ShowsWhatItsMarksMean) {
  EXPECT_TRUE(marks_of("70,90").comma);
  EXPECT_TRUE(marks_of("1,234.5").point);
  EXPECT_TRUE(marks_of("1,234,567").point);
  EXPECT_TRUE(marks_of("1.234.567").comma);
  EXPECT_FALSE(marks_of("1,234").comma || marks_of("1,234").point);
  EXPECT_FALSE(marks_of("ResNet50").comma || marks_of("ResNet50").point);
}

TEST(Printed, SaysWhatIsNoNumber) {
  for (const char* nothing : {"", " ", "-", "\u2013", "n/a", "N/A", "--"})
    EXPECT_EQ(read(nothing).reading, Reading::kNothing) << nothing;
  for (const char* inexact : {"~0", "< 5", ">3.2", "\u22486"})
    EXPECT_EQ(read(inexact).reading, Reading::kInexact) << inexact;
  for (const char* several : {"6.6 / 12.6", "1.2-3.4", "5 (a) 6"})
    EXPECT_EQ(read(several).reading, Reading::kSeveral) << several;
  for (const char* text : {"CPU only", "1.2.3", "1,23,4", "12,34.5.6", "x"})
    EXPECT_EQ(read(text).reading, Reading::kText) << text;
}

TEST(Units, TellOperationsFromOperationsASecond) {
  EXPECT_EQ(find_unit("GOPS")->dimension, Dimension::kOpRate);
  EXPECT_EQ(find_unit("GOps")->dimension, Dimension::kOperations);
  EXPECT_EQ(find_unit("GMAC")->scale, 2);
  EXPECT_EQ(find_unit("TOPS/W")->scale, 1e3);
  EXPECT_EQ(find_unit("inferences / s")->dimension, Dimension::kRate);
  EXPECT_EQ(find_unit("Wh")->scale, 3.6e6);
  EXPECT_EQ(find_unit("parsec"), nullptr);
}

TEST(Words, ReadLettersThatLookAlike) {
  EXPECT_EQ(plain("\u0422\u043e\u0440 1"), "Top 1");  // In Cyrillic letters, as some PDFs have it.
  EXPECT_EQ(plain("a<br/>b <b>c</b>"), "a b c");
  EXPECT_EQ(plain("a < b"), "a < b");
  EXPECT_EQ(plain("75<sup>1</sup>"), "75");
  EXPECT_EQ(plain("13.6 +-1.5 <sup>[1,2]</sup>"), "13.6 +-1.5");
  EXPECT_EQ(plain("mm<sup>2</sup>"), "mm2");
  EXPECT_EQ(plain("\x1b[31mred"), "?[31mred");
  EXPECT_EQ(in_quotes(std::string(39, 'a') + "\u00e4rger"), "'" + std::string(39, 'a') + "\u00e4...'");
  EXPECT_EQ(words_of("Top-1 [%]"), (std::vector<std::string>{"top", "1"}));
  EXPECT_EQ(words_of("mAP@.50:.95"), (std::vector<std::string>{"map", "50", "95"}));
}

}  // namespace
}  // namespace assay::audit

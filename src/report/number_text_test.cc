#include "report/number_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace assay::report {
namespace {

TEST(NumberText, UncertaintyChoosesTheDigits) {
  EXPECT_EQ(with_uncertainty(12.345, 0.4), "12.3 ±0.4");
  EXPECT_EQ(with_uncertainty(12.345, 0.14), "12.35 ±0.14");
  EXPECT_EQ(with_uncertainty(12.345, 0.04), "12.35 ±0.04");
  EXPECT_EQ(with_uncertainty(3651, 130), "3650 ±130");
  EXPECT_EQ(with_uncertainty(3651, 400), "3700 ±400");
  EXPECT_EQ(with_uncertainty(12345, 200), "12300 ±200");
  EXPECT_EQ(with_uncertainty(12345, 150), "12350 ±150");
  EXPECT_EQ(with_uncertainty(0.6, 7), "1 ±7");
  EXPECT_EQ(with_uncertainty(-0.001, 0.4), "0.0 ±0.4");
  EXPECT_EQ(with_uncertainty(-0.06, 0.03), "-0.06 ±0.03");
  EXPECT_EQ(with_uncertainty(1e-9, 2e-10), "0.0000000010 ±0.0000000002");
  EXPECT_EQ(with_uncertainty(123456789, 2'000'000), "123000000 ±2000000");
}

TEST(NumberText, UncertaintyCarriesIntoTheNextPlace) {
  EXPECT_EQ(with_uncertainty(12.345, 0.94), "12.3 ±0.9");
  EXPECT_EQ(with_uncertainty(12.345, 0.95), "12.3 ±1.0");
  EXPECT_EQ(with_uncertainty(12.345, 0.96), "12.3 ±1.0");
  EXPECT_EQ(with_uncertainty(12.345, 1.0), "12.3 ±1.0");
  EXPECT_EQ(with_uncertainty(12.345, 0.0951), "12.35 ±0.10");
  EXPECT_EQ(with_uncertainty(123.4, 9.7), "123 ±10");
  EXPECT_EQ(with_uncertainty(1234, 97), "1230 ±100");
  EXPECT_EQ(with_uncertainty(9.97, 0.3), "10.0 ±0.3");
  EXPECT_EQ(with_uncertainty(99.96, 0.4), "100.0 ±0.4");
}

TEST(NumberText, ATieOfTheUncertaintyGoesUp) {
  EXPECT_EQ(with_uncertainty(1, 0.25), "1.0 ±0.3");
  EXPECT_EQ(with_uncertainty(1, 0.35), "1.0 ±0.4");  // A little under that as a double.
  EXPECT_EQ(with_uncertainty(1, 0.125), "1.00 ±0.13");
  EXPECT_EQ(with_uncertainty(1000, 25), "1000 ±30");
  EXPECT_EQ(with_uncertainty(1, 0.195), "1.0 ±0.2");
  EXPECT_EQ(with_uncertainty(1, 0.194), "1.00 ±0.19");
}

TEST(NumberText, WithoutAnUncertaintyThatTellsSomething) {
  EXPECT_EQ(with_uncertainty(12.345, 0), "12.35");
  EXPECT_EQ(with_uncertainty(12.345, 1e-300), "12.35");
  EXPECT_EQ(with_uncertainty(12.345, NAN), "12.35");
  EXPECT_EQ(with_uncertainty(12.345, INFINITY), "12.35");
  EXPECT_EQ(with_uncertainty(NAN, 1), "not finite");
  EXPECT_EQ(with_uncertainty(0, 0), "0");
  EXPECT_EQ(with_uncertainty(0, 0.02), "0.00 ±0.02");
}

TEST(NumberText, Figures) {
  using record::Figure;
  EXPECT_EQ(figure_text(Figure::of(2e-6, "%", -3e-6, 7e-6)), "0.000 ±0.001");
  EXPECT_EQ(figure_text(Figure::of(2e-6, "W", -3e-6, 7e-6)), "0.000002 ±0.000005");
  EXPECT_EQ(figure_text(Figure::of(10, "ms", 9.8, 10.4)), "10.0 ±0.4");  // The larger side.
  EXPECT_EQ(figure_text(Figure::of(10, "ms")), "10");
  EXPECT_EQ(figure_text(Figure::unmeasured("ms", "no")), "");
}

struct Printed {
  double value = 0, uncertainty = 0;
  std::size_t decimals = 0, uncertainty_decimals = 0;
  std::string digits;  ///< Significant ones of the uncertainty.
};
Printed parsed(const std::string& text) {
  const std::string mark = " ±";
  const std::size_t at = text.find(mark);
  const std::string left = text.substr(0, at), right = text.substr(at + mark.size());
  const auto decimals = [](const std::string& number) {
    const std::size_t point = number.find('.');
    return point == std::string::npos ? 0 : number.size() - point - 1;
  };
  Printed p{std::stod(left), std::stod(right), decimals(left), decimals(right), {}};
  for (const char c : right)
    if (c != '.' && (c != '0' || !p.digits.empty())) p.digits += c;
  // Zeros that only give a large number its size.
  while (p.uncertainty_decimals == 0 && p.digits.size() > 2 && p.digits.back() == '0') p.digits.pop_back();
  if (p.uncertainty_decimals == 0 && p.digits.size() == 2 && p.digits[1] == '0' && p.digits[0] != '1')
    p.digits.pop_back();
  return p;
}

TEST(NumberText, PropertiesOfWhatIsPrinted) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> exponent(-6, 7), mantissa(1, 10), relative(-6, 1.5);
  for (int i = 0; i < 20000; ++i) {
    const double value = (i % 2 ? 1 : -1) * mantissa(random) * std::pow(10, exponent(random));
    const double uncertainty = std::abs(value) * std::pow(10, relative(random));
    const std::string text = with_uncertainty(value, uncertainty);
    const Printed p = parsed(text);
    EXPECT_LE(std::abs(p.value - value), p.uncertainty) << text;
    // Both to the same place, the value rounded to it.
    EXPECT_EQ(p.decimals, p.uncertainty_decimals) << text;
    ASSERT_FALSE(p.digits.empty()) << text;
    EXPECT_TRUE(p.digits.size() == 1 || (p.digits.size() == 2 && p.digits[0] == '1'))
        << text << " of " << uncertainty;
    const double unit = p.uncertainty / std::stod(p.digits);
    EXPECT_LE(std::abs(p.value - value), 0.5001 * unit) << text << " of " << value;
    EXPECT_LE(std::abs(p.uncertainty - uncertainty), 0.5001 * unit) << text << " of " << uncertainty;
    // What is printed prints as itself.
    EXPECT_EQ(with_uncertainty(p.value, p.uncertainty), text);
    EXPECT_EQ(text.find('e'), std::string::npos);
  }
}

TEST(NumberText, SignificantDigits) {
  EXPECT_EQ(significant(0), "0");
  EXPECT_EQ(significant(100), "100");
  EXPECT_EQ(significant(123456), "123500");
  EXPECT_EQ(significant(2.5), "2.5");
  EXPECT_EQ(significant(-0.00012346), "-0.0001235");
  EXPECT_EQ(significant(9.99999), "10");
  EXPECT_EQ(significant(99999.6), "100000");
  EXPECT_EQ(significant(0.00099999), "0.001");
  std::mt19937_64 random(8);
  std::uniform_real_distribution<double> exponent(-9, 12), mantissa(-10, 10);
  for (int i = 0; i < 20000; ++i) {
    const double value = mantissa(random) * std::pow(10, exponent(random));
    const std::string text = significant(value, 3);
    EXPECT_LE(std::abs(std::stod(text) - value), 0.00501 * std::abs(value)) << text << " of " << value;
    EXPECT_EQ(significant(std::stod(text), 3), text);
  }
}

TEST(NumberText, WidthsOfUtf8) {
  EXPECT_EQ(display_width("±0.4"), 4u);
  EXPECT_EQ(display_width("シミ"), 4u);
  EXPECT_EQ(display_width("한국어 中文"), 11u);
  EXPECT_EQ(display_width("e\xCC\x81"), 1u);                  // e and a combining acute.
  EXPECT_EQ(display_width("a\xE2\x80\x8D\xEF\xB8\x8F"), 1u);  // Joiner and variation selector.
  EXPECT_EQ(display_width("\xff\xc3"), 2u);       // Not UTF-8: a column each, and no read past the end.
  EXPECT_EQ(display_width("\xc3(\xe3\x82"), 4u);  // Nor does a broken character take the next along.
}

TEST(NumberText, NamesAreCutToColumns) {
  EXPECT_EQ(truncated("abcdef", 4), "abc…");
  EXPECT_EQ(truncated("abcdef", 4, "..."), "a...");
  EXPECT_EQ(truncated("シミュ", 4), "シ…");
  EXPECT_EQ(truncated("abc", 0), "");
  EXPECT_EQ(shortened("openvino-cpu-fp32-one-thread", 24), "openvino-cpu…-one-thread");
  EXPECT_EQ(shortened("openvino-cpu-fp32-one-thread", 24, "..."), "openvino-cp...one-thread");
  EXPECT_EQ(shortened("シミュレータ", 7), "シ…タ");
  EXPECT_EQ(shortened("abc", 3), "abc");
  const std::string name = "ab シミュ e\xCC\x81 \xff long name with all sorts";
  for (std::size_t width = 0; width < 40; ++width)
    for (const char* mark : {"…", "..."}) {
      EXPECT_LE(display_width(truncated(name, width, mark)), width);
      EXPECT_LE(display_width(shortened(name, width, mark)), width);
    }
}

TEST(NumberText, AsciiHasALikenessOfWhatThisProgramPrints) {
  EXPECT_EQ(to_ascii("12.3 ±0.4"), "12.3 +- 0.4");
  EXPECT_EQ(to_ascii("±: the scatter"), "+-: the scatter");
  EXPECT_EQ(to_ascii("a…b ─ 5 µs 60 °C ≥ 3×4"), "a...b - 5 us 60 degC >= 3x4");
  EXPECT_EQ(to_ascii("シミe\xCC\x81\xff"), "??e?");
  EXPECT_EQ(to_ascii("plain"), "plain");
}

}  // namespace
}  // namespace assay::report

// Outputs compared byte for byte with files beside this one. ASSAY_UPDATE_GOLDEN=1 writes them anew: look at
// the difference before committing it. results-1.0.json is never changed again once 1.0 is out.
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/file.h"
#include "report/number_text.h"
#include "report/report.h"
#include "sample_results.h"
#include "store/results_json.h"

namespace assay {
namespace {

void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = ASSAY_SOURCE_DIR "/tests/golden/" + name;
  if (std::getenv("ASSAY_UPDATE_GOLDEN")) {
    ASSERT_TRUE(write_file(path, text));
    return;
  }
  auto golden = read_file(path);
  ASSERT_TRUE(golden) << golden.error().message;
  EXPECT_EQ(text, *golden) << path;
}

std::string rendered(const record::Results& results, report::Format format, report::Style style = {}) {
  return report::render(results, format, style).value();
}

TEST(Golden, Table) { expect_golden("quick-120.txt", rendered(quick_results(), report::Format::kTable)); }
TEST(Golden, TableOf80Columns) {
  expect_golden("quick-80.txt", rendered(quick_results(), report::Format::kTable, {false, 80}));
}
TEST(Golden, TableInColour) {
  expect_golden("quick-colour.txt", rendered(quick_results(), report::Format::kTable, {true, 120}));
}
TEST(Golden, TableOfSeveralMachines) {
  expect_golden("mixed-120.txt", rendered(mixed_results(), report::Format::kTable));
}
TEST(Golden, Markdown) { expect_golden("quick.md", rendered(quick_results(), report::Format::kMarkdown)); }
TEST(Golden, Csv) { expect_golden("quick.csv", rendered(quick_results(), report::Format::kCsv)); }
TEST(Golden, Json) { expect_golden("results-1.0.json", rendered(quick_results(), report::Format::kJson)); }

TEST(Table, FitsItsWidth) {
  for (const int width : {80, 100, 120})
    for (const auto& results : {quick_results(), mixed_results()}) {
      const std::string text = rendered(results, report::Format::kTable, {false, width});
      for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        EXPECT_LE(report::display_width(text.substr(at, end - at)), static_cast<std::size_t>(width))
            << text.substr(at, end - at);
        at = end + 1;
      }
    }
}

TEST(Table, ColourChangesNothingButColour) {
  std::string coloured = rendered(quick_results(), report::Format::kTable, {true, 120});
  for (std::size_t at; (at = coloured.find('\x1b')) != std::string::npos;)
    coloured.erase(at, coloured.find('m', at) - at + 1);
  EXPECT_EQ(coloured, rendered(quick_results(), report::Format::kTable, {false, 120}));
}

TEST(Table, NoControlCharactersOfAVendorsLogReachTheTerminal) {
  for (const auto format : {report::Format::kTable, report::Format::kMarkdown})
    EXPECT_EQ(rendered(quick_results(), format).find('\x1b'), std::string::npos);
}

TEST(Report, AnInvalidNumberIsNeverPlain) {
  // The crashed row's p99.
  EXPECT_NE(rendered(quick_results(), report::Format::kTable).find("!16.02!["), std::string::npos);
  EXPECT_NE(rendered(quick_results(), report::Format::kMarkdown).find("~~16.02~~ invalid"),
            std::string::npos);
  EXPECT_NE(rendered(quick_results(), report::Format::kCsv).find(",!16.02!,,,invalid"), std::string::npos);
}

TEST(Report, ResultsWithoutRowsOrNames) {
  for (const auto format :
       {report::Format::kTable, report::Format::kMarkdown, report::Format::kCsv, report::Format::kJson}) {
    EXPECT_TRUE(report::render({}, format));
    record::Results one;
    one.rows.resize(1);
    EXPECT_TRUE(report::render(one, format));
  }
}

TEST(Report, Formats) {
  EXPECT_EQ(report::parse_format("markdown").value(), report::Format::kMarkdown);
  const auto wrong = report::parse_format("tabel");
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("did you mean 'table'?"), std::string::npos);
}

TEST(NumberText, UncertaintyChoosesTheDigits) {
  using report::with_uncertainty;
  EXPECT_EQ(with_uncertainty(12.345, 0.4), "12.3 ±0.4");
  EXPECT_EQ(with_uncertainty(12.345, 0.14), "12.35 ±0.14");
  EXPECT_EQ(with_uncertainty(12.345, 0.96), "12.3 ±1.0");
  EXPECT_EQ(with_uncertainty(12.345, 0.04), "12.35 ±0.04");
  EXPECT_EQ(with_uncertainty(3651, 130), "3650 ±130");
  EXPECT_EQ(with_uncertainty(3651, 400), "3700 ±400");
  EXPECT_EQ(with_uncertainty(0.6, 7), "1 ±7");
  EXPECT_EQ(with_uncertainty(-0.001, 0.4), "0.0 ±0.4");
  EXPECT_EQ(with_uncertainty(12.345, 0), "12.35");
  EXPECT_EQ(report::figure_text(record::Figure::of(2e-6, "%", -3e-6, 7e-6)), "0.000 ±0.001");
  EXPECT_EQ(report::figure_text(record::Figure::of(2e-6, "W", -3e-6, 7e-6)), "0.000002 ±0.000005");
  EXPECT_EQ(with_uncertainty(1e-9, 2e-10), "0.0000000010 ±0.0000000002");
}

TEST(NumberText, SignificantDigits) {
  using report::significant;
  EXPECT_EQ(significant(0), "0");
  EXPECT_EQ(significant(100), "100");
  EXPECT_EQ(significant(123456), "123500");
  EXPECT_EQ(significant(2.5), "2.5");
  EXPECT_EQ(significant(-0.00012346), "-0.0001235");
  EXPECT_EQ(significant(9.99999), "10");
}

TEST(NumberText, WidthsOfUtf8) {
  EXPECT_EQ(report::display_width("±0.4"), 4u);
  EXPECT_EQ(report::display_width("シミ"), 4u);
  EXPECT_EQ(report::display_width("e\xCC\x81"), 1u);  // e and a combining acute.
  EXPECT_EQ(report::display_width("\xff\xc3"), 2u);   // Not UTF-8: a column each, and no read past the end.
  EXPECT_EQ(report::truncated("abcdef", 4), "abc…");
  EXPECT_EQ(report::truncated("シミュ", 4), "シ…");
}

}  // namespace
}  // namespace assay

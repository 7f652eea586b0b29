// What holds of every table, whatever is in it and however wide the terminal is.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "report/number_text.h"
#include "report/report.h"
#include "sample_results.h"

namespace assay {
namespace {

std::string table(const record::Results& results, report::Style style = {}) {
  return report::render(results, report::Format::kTable, style).value();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

std::vector<record::Results> samples() {
  return {quick_results(), mixed_results(), metered_results(), rails_results(), target_results()};
}

/// Names that differ at their ends only, and one word without end.
record::Results long_names() {
  record::Results r = mixed_results();
  const std::string stem =
      "openvino-cpu-int8-with-a-name-that-somebody-found-good-until-it-stood-in-a-table-";
  for (std::size_t i = 0; i < r.rows.size(); ++i) {
    r.rows[i].key.id = stem + std::to_string(i);
    r.rows[i].key.backend = "openvino";
    r.rows[i].key.precision = "int8";
    r.rows[i].key.batch = 1;
    r.rows[i].key.device = "one";
    r.rows[i].key.accelerator = "An accelerator whose vendor likes words";
  }
  r.rows[0].findings.push_back(
      {"pinned-version", record::Severity::kWarn, "found /opt/" + std::string(300, 'x') + "/lib.so", {}});
  return r;
}

record::Results many_rows() {
  record::Results r = quick_results();
  const record::Row row = r.rows[3];
  r.rows.assign(500, row);
  for (std::size_t i = 0; i < r.rows.size(); ++i) {
    r.rows[i].key.id = "row-" + std::to_string(i);
    if (i % 5 == 0) r.rows[i].findings.push_back({"drift", record::Severity::kWarn, "it drifted", {}});
  }
  return r;
}

TEST(Table, FitsItsWidth) {
  auto all = samples();
  all.push_back(long_names());
  for (const int width : {60, 80, 81, 100, 120, 132, 200})
    for (const bool ascii : {false, true})
      for (const auto& results : all)
        for (const std::string& line : lines_of(table(results, {false, width, ascii})))
          EXPECT_LE(report::display_width(line), static_cast<std::size_t>(width))
              << results.name << ": " << line;
}

TEST(Table, ColourChangesNothingButColour) {
  for (const auto& results : samples())
    for (const int width : {50, 80, 120}) {
      std::string coloured = table(results, {true, width});
      EXPECT_NE(coloured.find('\x1b'), std::string::npos);
      for (std::size_t at; (at = coloured.find('\x1b')) != std::string::npos;)
        coloured.erase(at, coloured.find('m', at) - at + 1);
      EXPECT_EQ(coloured, table(results, {false, width}));
    }
}

TEST(Table, AsciiIsAscii) {
  auto all = samples();
  all.push_back(long_names());
  for (const auto& results : all)
    for (const int width : {50, 80, 120})
      for (const char c : table(results, {false, width, true}))
        EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~'));
  EXPECT_NE(table(quick_results(), {false, 120, true}).find("76.3 +- 1.2"), std::string::npos);
}

TEST(Table, NoControlCharactersOfAVendorsLogReachTheTerminal) {
  for (const auto format : {report::Format::kTable, report::Format::kMarkdown})
    EXPECT_EQ(report::render(quick_results(), format).value().find('\x1b'), std::string::npos);
}

TEST(Table, ANarrowTerminalGetsALineForEachFigure) {
  const std::string text = table(quick_results(), {false, 50});
  EXPECT_NE(text.find("openvino/int8, CPU: WARN degraded\n  Throughput (FPS)  385 ±5[1]\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("  p99 (ms)          !16.02![4]\n"), std::string::npos) << text;
}

TEST(Table, AWideTerminalHasRoomForOneLineARow) {
  const std::string text = table(metered_results(), {false, 160});
  EXPECT_NE(text.find("openvino/int8   385 ±5[2]  2.95 ±0.06[2,3]"), std::string::npos) << text;
  for (const std::string& line : lines_of(text))  // Prose stays readable.
    if (line.starts_with("[")) {
      EXPECT_LE(report::display_width(line), 120u) << line;
    }
}

TEST(Table, NamesThatAreCutStandInFullBelow) {
  const auto results = long_names();
  const std::string text = table(results, {false, 80});
  std::string flat;
  for (const std::string& line : lines_of(text))
    flat += one_line(
        line.substr(line.find_first_not_of(' ') == std::string::npos ? 0 : line.find_first_not_of(' ')));
  for (const auto& row : results.rows) EXPECT_NE(flat.find(row.key.id), std::string::npos) << row.key.id;
}

TEST(Table, NoRowsAreSaidToBeNone) {
  record::Results none = quick_results();
  none.rows.clear();
  const std::string text = table(none, {false, 80});
  EXPECT_NE(text.find("No rows: nothing was measured."), std::string::npos);
  EXPECT_EQ(text.find("Throughput"), std::string::npos);
}

TEST(Table, FiveHundredRowsStayATable) {
  const std::string text = table(many_rows(), {false, 120});
  const auto lines = lines_of(text);
  int rows = 0;
  for (const std::string& line : lines) rows += line.starts_with("CPU ");
  EXPECT_EQ(rows, 500);
  EXPECT_LT(lines.size(), 540u);
  EXPECT_NE(text.find("(all rows)"), std::string::npos);
  EXPECT_NE(text.find("and 92 more)"), std::string::npos) << text.substr(text.size() - 2000);
  EXPECT_NE(text.find("and 124742 more pairs"), std::string::npos) << text.substr(text.size() - 2000);
}

TEST(Table, APlatformStandsOnceOverItsRows) {
  const std::string text = table(mixed_results(), {false, 120});
  const auto count = [&](const std::string& word) {
    int found = 0;
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("Platform: NVIDIA Jetson Orin NX 8GB with a name that does not end"), 1);
  EXPECT_EQ(count("Platform: AMD EPYC 9B45"), 2);  // Its rows are not all in one place.
}

TEST(Style, FollowsTheLocaleAndTheTerminal) {
  for (const char* name : {"C.UTF-8", "de_DE.utf8", "en_US.UTF-8@euro", "UTF-8"})
    EXPECT_TRUE(report::is_utf8_locale(name)) << name;
  for (const char* name : {"", "C", "POSIX", "de_DE", "de_DE.ISO-8859-1", "ja_JP.eucJP", "C@utf8"})
    EXPECT_FALSE(report::is_utf8_locale(name)) << name;

  ASSERT_EQ(::setenv("LANG", "en_US.UTF-8", 1), 0);
  ::unsetenv("LC_CTYPE");
  ::setenv("LC_ALL", "C", 1);
  EXPECT_TRUE(report::terminal_style(-1).ascii);
  ::setenv("LC_ALL", "", 1);  // As if it were not set.
  EXPECT_FALSE(report::terminal_style(-1).ascii);
  ::setenv("LC_CTYPE", "C", 1);
  EXPECT_TRUE(report::terminal_style(-1).ascii);
  const report::Style file = report::terminal_style(-1);
  EXPECT_FALSE(file.colour);
  EXPECT_EQ(file.width, 120);
}

}  // namespace
}  // namespace assay

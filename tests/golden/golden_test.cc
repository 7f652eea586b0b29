// Reports of results. results-1.N.json are never changed again once 1.N is out.
#include <gtest/gtest.h>

#include "golden.h"
#include "report/html.h"
#include "report/number_text.h"
#include "report/page_run.h"
#include "report/report.h"
#include "sample_results.h"
#include "store/results_json.h"

namespace assay {
namespace {

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
TEST(Golden, Json) { expect_golden("results-1.2.json", rendered(quick_results(), report::Format::kJson)); }

/// Every format of one campaign.
void expect_golden_formats(const std::string& name, const record::Results& results) {
  expect_golden(name + "-120.txt", rendered(results, report::Format::kTable));
  expect_golden(name + "-80.txt", rendered(results, report::Format::kTable, {false, 80}));
  expect_golden(name + ".md", rendered(results, report::Format::kMarkdown));
  expect_golden(name + ".csv", rendered(results, report::Format::kCsv));
}
TEST(Golden, ASimulatedMeterAtTheInput) {
  expect_golden_formats("meter", metered_results());
  expect_golden("results-1.2-meter.json", rendered(metered_results(), report::Format::kJson));
}
TEST(Golden, Targets) { expect_golden_formats("target", target_results()); }
TEST(Golden, RailsOnly) {
  expect_golden_formats("rails", rails_results());
  expect_golden("results-1.2-rails.json", rendered(rails_results(), report::Format::kJson));
}

/// The page's body: tables, evidence and places for plots. Its data are numbers and the results' own JSON.
TEST(Golden, Page) {
  report::PageDirectory directory;
  directory.name = "runs/metered";
  directory.results = metered_results();
  directory.rows.resize(directory.results.rows.size());
  record::TimedRun run;
  run.repeat = 1;
  run.warmup_ns = {9'000'000};
  run.latency_ns = {8'000'000, 8'500'000};
  run.window_begin_ns = 1'000'000'000;
  run.window_end_ns = 1'016'600'000;
  run.warmup_end = "cap";
  run.foreign_cpu_share = 0.012;
  run.disturbances = {"other programs used 31 % of the processor"};
  directory.rows[0].runs = {report::page_run(run).value()};
  directory.rows[0].confusion = {{90, 5, 5}, {0, 0, 0}, {1, 2, 97}};
  directory.rows[1].absent = {"repeat 1: latencies.csv: line 3: expected the end of the line"};
  directory.results.rows[0].per_class_iou = {88.2, -1, 91.25};
  directory.classes = {{"road", {128, 64, 128}}, {"train", {0, 80, 100}}, {"car", {0, 0, 142}}};
  const report::PagePicture picture{"image/png", "iVBORw0KGgo=", "what is to be seen", 384, 192};
  directory.samples = {{"city/frame_000019", picture, picture, {{0, picture, ""}, {1, picture, ""}}}};
  directory.sample_notes = {"Of 200 validation images the first 1, scaled down."};
  directory.files = {"Every run is as it was sealed (SHA256SUMS in its folder)."};
  directory.superseded = {{"timed.openvino-cpu-fp32.r2", "killed by SIGSEGV (signal 11)"}};
  directory.commands = {{"Measure the same again:", "assay run runs/metered/spec.yaml --out NEW"}};
  expect_golden("page.html", report::page_body({{directory}}));
}

TEST(Report, AnInvalidNumberIsNeverPlain) {
  // The crashed row's p99.
  EXPECT_NE(rendered(quick_results(), report::Format::kTable).find("!16.02!["), std::string::npos);
  EXPECT_NE(rendered(quick_results(), report::Format::kMarkdown).find("~~16.02~~ invalid"),
            std::string::npos);
  EXPECT_NE(rendered(quick_results(), report::Format::kCsv).find(",!16.02!,,,invalid"), std::string::npos);
}

/// How often `word` stands in `text`.
int count(const std::string& text, const std::string& word) {
  int found = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
  return found;
}

TEST(Report, SimulatedPowerIsMarkedInEveryFormat) {
  const auto results = metered_results();
  const auto text = [&](report::Format format) { return rendered(results, format); };
  // Each row's own mark, and that of its source in the list.
  EXPECT_EQ(count(text(report::Format::kTable), "simulated power"), 2);
  EXPECT_EQ(count(text(report::Format::kTable), "primary, simulated"), 2);
  EXPECT_EQ(count(text(report::Format::kCsv), "wt300e.power,dc_input,true"), 2);
  EXPECT_EQ(count(text(report::Format::kJson), "\"simulated\": true"), 2);
  const std::string markdown = text(report::Format::kMarkdown);
  for (std::size_t at = 0; at < markdown.size();) {
    const std::size_t end = markdown.find('\n', at);
    const std::string line = markdown.substr(at, end - at);
    const bool of_power =
        line.find("openvino/") != std::string::npos && line.find("ina3221") == std::string::npos;
    if (line.starts_with("|") && of_power) {
      EXPECT_NE(line.find("simulated"), std::string::npos) << line;
    }
    at = end + 1;
  }
}

TEST(Report, APowerThatIsNotOfTheInputCarriesItsBoundary) {
  EXPECT_NE(rendered(rails_results(), report::Format::kTable).find("7.5 ±0.3 (rail)["), std::string::npos);
  EXPECT_NE(rendered(rails_results(), report::Format::kMarkdown).find("7.5 ±0.3 (rail)"), std::string::npos);
  EXPECT_NE(rendered(rails_results(), report::Format::kCsv).find(",rail,false,"), std::string::npos);
  // Results that do not tell where a power comes from are no reason to trust it.
  auto untold = metered_results();
  for (auto& row : untold.rows) row.power_sources.clear();
  EXPECT_NE(rendered(untold, report::Format::kTable).find("±0.04 (unknown)"), std::string::npos);
}

TEST(Report, AnInvalidPowerIsInvalidWhereverItStands) {
  const auto results = metered_results();
  ASSERT_EQ(results.rows[1].figures.power.status, record::FigureStatus::kInvalid);
  EXPECT_EQ(count(rendered(results, report::Format::kTable), "!9.6!"), 2);
  const std::string markdown = rendered(results, report::Format::kMarkdown);
  EXPECT_EQ(count(markdown, " 9.6 "), 0);
  EXPECT_GE(count(markdown, "~~9.6~~ invalid"), 3);
}

TEST(Report, AnInvalidIdlePowerIsNeverPlain) {
  auto results = metered_results();
  EXPECT_EQ(count(rendered(results, report::Format::kTable), "!4.01 / 4.05!"), 0);
  EXPECT_EQ(count(rendered(results, report::Format::kMarkdown), "| 4.01 / 4.05 |"), 1);
  auto row_void = results;
  results.rows[0].power_sources[0].idle_status = record::FigureStatus::kInvalid;
  row_void.rows[0].findings.push_back({"run-failed", record::Severity::kInvalid, "no timed run", {}});
  for (const auto& spoiled : {results, row_void}) {
    EXPECT_EQ(count(rendered(spoiled, report::Format::kTable), "!4.01 / 4.05!"), 1);
    EXPECT_EQ(count(rendered(spoiled, report::Format::kMarkdown), "~~4.01 / 4.05~~ invalid"), 1);
  }
}

TEST(Report, WithoutAPowerSourceNothingIsSaidOfPowerButWhy) {
  const std::string text = rendered(quick_results(), report::Format::kTable);
  EXPECT_EQ(text.find("Power source"), std::string::npos);
  EXPECT_EQ(rendered(quick_results(), report::Format::kMarkdown).find("### Power"), std::string::npos);
  // Neither true nor false: nobody measured.
  EXPECT_EQ(rendered(quick_results(), report::Format::kCsv).find(",true"), std::string::npos);
  EXPECT_NE(rendered(quick_results(), report::Format::kCsv).find("power-unmeasured,,,,"), std::string::npos);
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

}  // namespace
}  // namespace assay

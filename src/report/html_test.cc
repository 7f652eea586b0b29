#include "report/html.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/html_check.h"
#include "report/html_text.h"
#include "report/page_data.h"
#include "report/page_run.h"
#include "report/test_blobs.h"

namespace assay::report {
namespace {

using record::Figure;
using record::FigureStatus;
using record::Severity;

constexpr std::string_view kTemplate =
    "<!doctype html><html lang=\"en\"><head><title><!--assay:title--></title></head><body>"
    "<!--assay:body--><script type=\"application/json\" id=\"assay-data\"><!--assay:data--></script>"
    "</body></html>";

record::Row row_of(const std::string& id) {
  record::Row row;
  row.key = {id, "a board", "openvino", "CPU", "net", "int8"};
  row.repeats = 3;
  row.iterations = 1000;
  for (const record::MetricInfo& metric : record::metrics())
    row.figures.*metric.member = Figure::unmeasured(std::string(metric.unit), "nobody measured it");
  row.figures.latency_mean = Figure::of(12.34, "ms", 12.0, 12.7);
  row.figures.latency_p99 = Figure::of(15.5, "ms");
  row.figures.throughput = Figure::of(81.04, "FPS", 79, 83);
  return row;
}

Page page_of(std::vector<record::Row> rows) {
  PageDirectory directory;
  directory.name = "runs/small";
  directory.results.name = "small";
  directory.results.complete = true;
  directory.results.class_names = {"road", "car"};
  directory.rows.resize(rows.size());
  directory.results.rows = std::move(rows);
  return {{std::move(directory)}};
}

/// A page with something in every place, `text` wherever a text can come from outside.
Page page_full_of(const std::string& text) {
  record::Row row = row_of(text);
  row.key = {text, text, text, text, text, text, 1, text};
  row.executed_precision = row.stack = row.calibration_relation = text;
  row.findings = {{text, Severity::kWarn, text, {text}}, {"run-failed", Severity::kInvalid, text, {}}};
  row.verdict = "INVALID";
  row.figures.latency_mean.reasons = {text};
  row.figures.power.reasons = {text};
  row.figures.throughput.status = FigureStatus::kInvalid;
  row.digests = row.versions = row.target = {{text, text}};
  row.libraries = {text};
  row.layers = {{text, text, text, 1000, 2, text}};
  row.per_class_iou = {50, -1};
  row.diagnostics.process_mean_ms = {12, 13};
  row.diagnostics.pooled_ms = {{text, 12}};
  row.diagnostics.warmup_mean_ms = {{text, 12}};
  record::PowerSource source;
  source.channel = source.description = source.boundary = text;
  source.simulated = source.primary = true;
  source.windows.resize(2);
  source.windows[0].problem = text;
  row.power_sources = {source};

  Page page = page_of({row});
  PageDirectory& directory = page.directories[0];
  directory.name = text;
  record::Results& results = directory.results;
  results.name = results.description = results.assay_version = results.started_utc = text;
  results.finished_utc = results.spec_digest = text;
  results.protocol = {{text, text}, {"model", text}};
  results.environment = {text, text, text, text, 2, 1'000'000'000, {{text, text}}, text};
  results.peaks = {{text, text, 100, text}};
  results.class_names = {text, text};
  results.findings = {{text, Severity::kWarn, text, {text}}};
  PageRow& shown = directory.rows[0];
  record::TimedRun run;
  run.repeat = 1;
  run.latency_ns = {1'000'000};
  run.window_end_ns = 1'000'000;
  run.warmup_end = text;
  run.disturbances = {text};
  run.failure.reason = text;
  record::Source sensor;
  sensor.id = sensor.description = text;
  record::Series series;
  series.channel.id = series.channel.unit = series.channel.quantity = series.channel.source = text;
  series.readings = {{1, 2, 3}};
  run.observation.sources = {sensor};
  run.observation.series = {series};
  shown.runs = {page_run(run).value()};
  shown.confusion = {{1, 2}, {3, 4}};
  shown.absent = {text};
  directory.classes = {{text, {128, 64, 128}}};
  const PagePicture picture{"image/png", "iVBORw0KGgo=", text, 2, 1};
  directory.samples = {{text, picture, picture, {{0, picture, ""}}}};
  directory.sample_notes = directory.files = {text};
  directory.superseded = {{text, text}};
  directory.commands = {{text, text}};
  return page;
}

std::size_t count(const std::string& text, const std::string& word) {
  std::size_t found = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
  return found;
}

TEST(PageBody, HoldsTogetherWhateverItIsFilledWith) {
  for (const char* text :
       {"plain", "", "</script><script>alert(1)</script>", "\" onload=\"alert(1)", "' style='x", "<!--",
        "-->", "]]>", "<!--assay:data-->", "&lt;script&gt;", "\xff\xfe<b>", "a\nb\x1b[31m", "</td></table>",
        "javascript:alert(1)", "https://example.org/x.js"}) {
    const Page page = page_full_of(text);
    EXPECT_EQ(faults_of(page_body(page)), std::vector<std::string>{}) << text;
    const auto html = render_html(page, kTemplate);
    ASSERT_TRUE(html) << text << ": " << html.error().message;
    EXPECT_EQ(count(*html, "<script"), 1U) << text << ": the template's own";
    EXPECT_EQ(count(*html, "</script"), 1U) << text;
    const std::size_t begin = html->find("id=\"assay-data\">") + 16;
    const std::string data = html->substr(begin, html->rfind("</script>") - begin);
    const auto json = nlohmann::json::parse(data, nullptr, false);
    ASSERT_FALSE(json.is_discarded()) << text;
    EXPECT_EQ(data.find('<'), std::string::npos) << text;
    // What is no UTF-8 cannot come back as it was.
    if (std::string_view(text).find('\xff') == std::string_view::npos) {
      EXPECT_EQ(json["directories"][0]["rows"][0]["id"], text);
    }
  }
}

TEST(PageBody, StandsInTheOrderThatAReaderHears) {
  const std::string body = page_body(page_full_of("x"));
  // Headings never skip a level.
  int level = 0;
  for (std::size_t at = body.find("<h"); at != std::string::npos; at = body.find("<h", at + 1)) {
    const char digit = body[at + 2];
    if (digit < '1' || digit > '6') continue;
    EXPECT_LE(digit - '0', level + 1) << body.substr(at, 80);
    level = digit - '0';
  }
  EXPECT_EQ(count(body, "<h1"), 1U);
  EXPECT_EQ(count(body, "<main"), 1U);
  EXPECT_EQ(count(body, "<caption>"), count(body, "<table"));
  EXPECT_EQ(count(body, "<th "), count(body, "<th scope=") + count(body, "<th  scope="));
  EXPECT_EQ(count(body, "<img "), count(body, " alt=\""));
  EXPECT_LT(body.find("class=\"skip\""), body.find("<h1"));
}

TEST(PageBody, AnInvalidNumberIsNeverPlain) {
  record::Row row = row_of("a");
  for (const record::MetricInfo& metric : record::metrics()) {
    row.figures.*metric.member = Figure::of(987.6, std::string(metric.unit), 900, 1000);
    (row.figures.*metric.member).status = FigureStatus::kInvalid;
  }
  row.verdict = "INVALID";
  const std::string body = page_body(page_of({row}));
  EXPECT_GE(count(body, "987.6"), record::metrics().size());
  // Struck and said; or, where a plot is told in words, said.
  EXPECT_EQ(count(body, "987.6"), count(body, "<s>987.6</s> <span class=\"mark\">invalid</span>") +
                                      count(body, "987.6 ms (invalid)"));
  EXPECT_EQ(count(body, "900 to 1000"), 0U) << "its interval has nothing to say";
}

TEST(PageBody, SimulatedIsSaidWhereverTheRowIs) {
  record::Row row = row_of("replayed");
  row.simulated = true;
  Page page = page_of({row_of("measured"), row});
  page.directories[0].classes = {{"road", {1, 2, 3}}};
  const PagePicture picture{"image/png", "AAAA", "words", 2, 1};
  page.directories[0].samples = {{"image", picture, picture, {{0, picture, ""}, {1, picture, ""}}}};
  const std::string body = page_body(page);
  EXPECT_EQ(count(body, "<p class=\"banner simulated\">"), 1U);
  EXPECT_EQ(count(body, "<tr class=\"result simulated\">"), 1U);
  EXPECT_EQ(count(body, "<section class=\"row simulated\""), 1U);
  EXPECT_EQ(count(body, "<span class=\"tag simulated\">simulated</span>"), 2U) << "table and heading";
  EXPECT_EQ(count(body, "(simulated)</figcaption>"), 1U) << "its prediction";
  const std::size_t section = body.find("<section class=\"row simulated\"");
  const std::string rest = body.substr(section, body.find("</section>", section) - section);
  EXPECT_EQ(count(rest, "class=\"plot\""), count(rest, "SIMULATED."));
}

TEST(PageBody, EveryPlotOfTheContractHasItsPlace) {
  const std::string body = page_body(page_of({row_of("a"), row_of("b")}));
  for (const char* kind : {"latency-time", "latency-histogram", "latency-ecdf", "sensors-time", "layers",
                           "class-iou", "confusion"})
    EXPECT_EQ(count(body, "<figure class=\"plot\" data-plot=\"" + std::string(kind) +
                              "\" data-directory=\"0\" data-row="),
              2U)
        << kind;
  for (const char* kind : {"gops-power", "latency-energy", "efficiency", "accuracy-efficiency", "roofline"})
    EXPECT_EQ(count(body, "<figure class=\"plot\" data-plot=\"" + std::string(kind) + "\"><figcaption>"), 1U)
        << kind;
}

TEST(PageBody, EveryFigureIsDefinedOnce) {
  const std::string body = page_body(page_of({row_of("a")}));
  for (const record::MetricInfo& metric : record::metrics())
    EXPECT_EQ(count(body, "<dt id=\"figure-" + std::string(metric.name) + "\">"), 1U) << metric.name;
}

TEST(PageBody, VerdictsUnfoldIntoRuleEvidenceAndFigures) {
  record::Row row = row_of("a");
  row.findings = {{"warm-up", Severity::kWarn, "it was not steady", {"latency_mean", "latency_p99"}}};
  row.verdict = "WARN";
  const std::string body = page_body(page_of({row}));
  const std::size_t details = body.find("<tr class=\"evidence\">");
  ASSERT_NE(details, std::string::npos);
  const std::string told = body.substr(details, body.find("</tr>", details) - details);
  for (const char* part : {"<details>", "<summary>WARN: 1 finding", "WARN warm-up", "it was not steady",
                           "at least 100 warm-up inferences", "latency_mean, latency_p99"})
    EXPECT_NE(told.find(part), std::string::npos) << part << "\n" << told;
}

TEST(PageBody, OfNoDirectoriesAndOfNoRows) {
  EXPECT_EQ(faults_of(page_body({})), std::vector<std::string>{});
  const std::string body = page_body(page_of({}));
  EXPECT_EQ(faults_of(body), std::vector<std::string>{});
  EXPECT_NE(body.find("There is no row"), std::string::npos);
}

TEST(PageBody, FiveHundredRowsStayAPage) {
  std::vector<record::Row> rows;
  for (int i = 0; i < 500; ++i) {
    rows.push_back(row_of("row-" + std::to_string(i)));
    rows.back().findings = {{"warm-up", Severity::kWarn, "row " + std::to_string(i) + " was not steady", {}}};
  }
  const Page page = page_of(std::move(rows));
  const std::string html = render_html(page, kTemplate).value();
  EXPECT_EQ(faults_of(page_body(page)), std::vector<std::string>{});
  EXPECT_LT(html.size(), 20'000'000U);
}

TEST(PageData, IsWhatTheResultsAndTheRunsSay) {
  const auto json = nlohmann::json::parse(page_data(page_full_of("text")).value());
  EXPECT_EQ(json["format"], 1);
  EXPECT_TRUE(json["published"].empty());
  const auto& directory = json["directories"][0];
  EXPECT_EQ(directory["results"]["schema"], "assay-results");
  EXPECT_EQ(directory["results"]["rows"][0]["latency_mean"]["value"], 12.34);
  const auto& run = directory["rows"][0]["runs"][0];
  EXPECT_EQ(run["repeat"], 1);
  EXPECT_EQ(run["windows"][0]["name"], "timed");
  EXPECT_EQ(run["readings"][0]["kind"], "other");
  const auto& blob = run["timed"]["latency_ms"];
  EXPECT_EQ(unpacked<float>({blob["dtype"], blob["length"], blob["deflate"]}), std::vector<float>{1.0F});
  EXPECT_EQ(directory["rows"][0]["confusion"]["counts"][1][0], 3);
  Page without = page_full_of("text");
  without.directories[0].rows[0].confusion.clear();
  EXPECT_TRUE(
      nlohmann::json::parse(page_data(without).value())["directories"][0]["rows"][0]["confusion"].is_null());
}

TEST(RenderHtml, ATemplateThatIsNoneIsRefused) {
  EXPECT_FALSE(render_html({}, "<html></html>"));
  EXPECT_FALSE(render_html({}, std::string(kTemplate) + "<!--assay:body-->"));
  const auto html = render_html(page_of({}), kTemplate);
  ASSERT_TRUE(html);
  EXPECT_NE(html->find("<title>small - assay</title>"), std::string::npos);
  EXPECT_EQ(html->find("<!--assay"), std::string::npos);
}

}  // namespace
}  // namespace assay::report

// Comparisons as people and programs see them.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <random>

#include "golden.h"
#include "report/comparison.h"
#include "report/comparison_html.h"
#include "report/comparison_published.h"
#include "report/comparison_text.h"
#include "report/html_check.h"
#include "report/number_text.h"
#include "sample_results.h"

namespace assay {
namespace {

using report::ComparisonFormat;
using report::ComparisonReport;

void scale(record::Figure& figure, double k) {
  for (std::optional<double>* value : {&figure.value, &figure.lo, &figure.hi})
    if (*value) **value *= k;
}

/// Measured again a day later on another kernel: the second row's tail 30 % longer, the first one's mean as
/// it was, a row more and a row less.
record::Results changed() {
  record::Results r = quick_results();
  r.started_utc = "2026-11-22T09:00:00.000Z";
  r.environment.kernel = "6.2.0";
  for (record::Row& row : r.rows) {
    for (double& ms : row.diagnostics.process_mean_ms) ms *= 1.001;
    row.versions["runtime"] = "2026.5.0 | <b>beta</b>";
  }
  scale(r.rows[1].figures.latency_p99, 1.3);
  r.rows[1].digests["artifact"] = "7777";
  r.rows[3].key.backend = "tensorrt";
  r.rows[3].key.id = "tensorrt-gpu-int8";
  return r;
}

ComparisonReport report_of(record::Results a, std::vector<record::Results> others,
                           const std::vector<std::string>& conditions = {}) {
  ComparisonReport report;
  report.sides.push_back({"runs/before", std::move(a)});
  for (record::Results& other : others) report.sides.push_back({"runs/after", std::move(other)});
  for (const std::string& text : conditions)
    report.conditions.push_back({metric::parse_condition(text).value()});
  const auto matched = report::match_sides(report);
  EXPECT_TRUE(matched) << matched.error().message;
  report.forced = !report::refusals(report).empty();
  auto pairs = report::matched_rows(report);
  for (metric::ComparedRows& rows : pairs) {
    rows.one_machine = true;
    rows.counts_a = {rows.a->repeats, 200};
    rows.counts_b = {rows.b->repeats, 200};
  }
  report::compare_sides(report, pairs, false);
  return report;
}

std::string rendered(const ComparisonReport& report, ComparisonFormat format, report::Style style = {},
                     bool all = false) {
  return report::render_comparison(report, format, style, all).value();
}

TEST(GoldenComparison, Table) {
  const auto report = report_of(quick_results(), {changed()});
  expect_golden("compare-120.txt", rendered(report, ComparisonFormat::kTable));
  expect_golden("compare-80.txt", rendered(report, ComparisonFormat::kTable, {false, 80}));
  expect_golden("compare-all-80.txt", rendered(report, ComparisonFormat::kTable, {false, 80}, true));
  expect_golden("compare-colour.txt", rendered(report, ComparisonFormat::kTable, {true, 80}));
}

TEST(GoldenComparison, MarkdownWithConditions) {
  const auto report =
      report_of(quick_results(), {changed()}, {"p99 > +5%", "fps < -3%", "mean > 0%", "power > +5%"});
  expect_golden("compare.md", rendered(report, ComparisonFormat::kMarkdown));
}

TEST(GoldenComparison, PowerOfOneMeterAndForcedPastItsBoundary) {
  record::Results after = metered_results();
  after.started_utc = "2026-11-22T09:00:00.000Z";
  for (double& ms : after.rows[0].diagnostics.process_mean_ms) ms *= 0.999;
  for (record::PowerWindow& window : after.rows[0].power_sources[0].windows) window.mean_w *= 1.2;
  auto& f = after.rows[0].figures;
  for (record::Figure* figure : {&f.power, &f.energy_per_inference}) scale(*figure, 1.2);
  scale(f.efficiency, 1 / 1.2);
  record::Results rails = after;
  rails.protocol["timed"] = ">= 100 inferences";
  for (record::Row& row : rails.rows) row.power_sources[0].boundary = "rail";
  const auto report = report_of(metered_results(), {after, rails});
  expect_golden("compare-power-80.txt", rendered(report, ComparisonFormat::kTable, {false, 80}));
  expect_golden("compare-power.md", rendered(report, ComparisonFormat::kMarkdown));
}

TEST(GoldenComparison, TheSameRuns) {
  const std::string text = rendered(report_of(quick_results(), {quick_results()}), ComparisonFormat::kTable);
  EXPECT_NE(text.find("A and B are the same runs"), std::string::npos) << text;
}

TEST(GoldenComparison, Page) {
  const auto report =
      report_of(quick_results(), {changed(), quick_results()}, {"p99 > +5%", "fps < -3%", "mean > 0%"});
  const std::string body = report::comparison_body(report);
  expect_golden("compare.html", body);
  EXPECT_EQ(report::faults_of(body), std::vector<std::string>{});
  EXPECT_EQ(body.find("<b>beta"), std::string::npos);
  const auto page = report::render_comparison_html(
      report, "<title><!--assay:title--></title><!--assay:body--><i><!--assay:data--></i>");
  ASSERT_TRUE(page);
  EXPECT_TRUE(
      page->starts_with("<title>quickstart against quickstart against quickstart - assay compare</title>"));
  EXPECT_TRUE(page->ends_with(R"(<i>{"format":1,"directories":[],"published":[]}</i>)"));
}

audit::PublishedSource a_source() {
  audit::PublishedSource source;
  source.id = "paper-2021";
  source.title = "A paper <of> edge devices";
  source.year = "2021";
  for (int i = 1; i <= 2; ++i) {
    audit::PublishedRow row;
    row.source = source.id;
    row.table = "3";
    row.id = source.id + ":3:" + std::to_string(i);
    row.year = source.year;
    row.device = "Jetson | AGX";
    row.model = "ResNet50";
    row.precision = "FP16";
    row.boundary = "card";
    row.batch = i;
    row.values = {{"latency_mean", {"7.5 ms", 7.5, 7.45, 7.55, "ms"}},
                  {"throughput", {"133/s", 133, 132.5, 133.5, "/s"}},
                  {"power", {"15 W", 15, 14.5, 15.5, "W"}},
                  {"top1", {"76.1 %", 76.1, 76.05, 76.15, "%"}}};
    source.rows.push_back(row);
  }
  return source;
}

TEST(GoldenComparison, BesideAPublishedRow) {
  report::PublishedComparison comparison{"runs/metered", metered_results(), 0, a_source(), {}};
  comparison.published = report::chosen_published(comparison.source, "3:2").value();
  ASSERT_EQ(comparison.published.size(), 1u);
  const auto text = [&](ComparisonFormat format, report::Style style = {}) {
    return report::render_published(comparison, format, style).value();
  };
  expect_golden("published-80.txt", text(ComparisonFormat::kTable, {false, 80}));
  expect_golden("published.md", text(ComparisonFormat::kMarkdown));
  expect_golden("published.json", text(ComparisonFormat::kJson));
  EXPECT_FALSE(report::render_published(comparison, ComparisonFormat::kHtml));
  // An invalid number stays one beside whatever number.
  comparison.row = 1;
  EXPECT_NE(text(ComparisonFormat::kTable).find("!9.6!"), std::string::npos);
  EXPECT_NE(text(ComparisonFormat::kMarkdown).find("~~9.6~~ invalid"), std::string::npos);
}

TEST(Published, RowsByTheirTableAndNumber) {
  const auto source = a_source();
  EXPECT_EQ(report::chosen_published(source, "").value().size(), 2u);
  EXPECT_EQ(report::chosen_published(source, "3").value().size(), 2u);
  EXPECT_EQ(report::chosen_published(source, "3:1").value()[0].batch, 1);
  for (const char* wrong : {"4", "3:3", "3:", "3:11", ":"}) {
    const auto none = report::chosen_published(source, wrong);
    ASSERT_FALSE(none) << wrong;
    EXPECT_NE(none.error().message.find("has the tables 3"), std::string::npos);
  }
  auto large = source;
  for (int i = 0; i < 100; ++i) large.rows.push_back(source.rows[0]);
  const auto many = report::chosen_published(large, "");
  ASSERT_FALSE(many);
  EXPECT_NE(many.error().message.find("names 102 rows"), std::string::npos);
}

TEST(Comparison, NotesOfASideStandInEveryFormatUnlessItIsIntact) {
  auto report = report_of(quick_results(), {changed()});
  report.sides[1].notes = {"edited by hand: results.json was <changed>"};
  for (const bool intact : {false, true}) {
    report.sides[1].intact = intact;
    for (const auto format : {ComparisonFormat::kTable, ComparisonFormat::kMarkdown})
      EXPECT_EQ(rendered(report, format).find("B: edited by hand") == std::string::npos, intact);
    EXPECT_EQ(report::comparison_body(report).find("B: edited by hand") == std::string::npos, intact);
    EXPECT_NE(rendered(report, ComparisonFormat::kJson).find("edited by hand"), std::string::npos);
  }
}

TEST(Comparison, ARowThatIsGoneFailsEveryCondition) {
  record::Results less = changed();
  less.rows.erase(less.rows.begin());
  const auto report = report_of(quick_results(), {less}, {"mean > +900%"});
  ASSERT_FALSE(report.against[0].matching.only_a.empty());
  EXPECT_TRUE(report.fails());
  const auto& answers = report.conditions[0].answers;
  const auto gone =
      std::ranges::find_if(answers, [](const report::ConditionAnswer& told) { return !told.b.has_value(); });
  ASSERT_NE(gone, answers.end());
  EXPECT_TRUE(gone->fails);
  for (const auto format : {ComparisonFormat::kTable, ComparisonFormat::kMarkdown, ComparisonFormat::kJson}) {
    const std::string text = rendered(report, format, {false, 400});
    EXPECT_NE(text.find("the row has no like in B"), std::string::npos) << text;
  }
  EXPECT_FALSE(report_of(quick_results(), {less}).fails());
}

/// The numbers of "0.5 [0.4, 0.6]".
std::array<double, 3> numbers(const std::string& text) {
  std::array<double, 3> out{};
  EXPECT_EQ(std::sscanf(text.c_str(), "%lf [%lf, %lf]", &out[0], &out[1], &out[2]), 3) << text;
  return out;
}

// Whoever reads the interval alone comes to the same verdict.
TEST(Comparison, ThePrintedIntervalNeverContradictsTheVerdict) {
  std::mt19937_64 random(11);
  const auto uniform = [&] { return static_cast<double>(random() >> 11) / 9007199254740992.0; };
  for (const char* name : {"latency_mean", "miou"}) {
    const auto& metric =
        *std::ranges::find(record::metrics(), std::string_view(name), &record::MetricInfo::name);
    metric::FigureComparison compared;
    compared.metric = &metric;
    compared.rule = &metric::rule_of(metric);
    const double same = compared.rule->points ? 0 : 1;
    for (int i = 0; i < 20'000; ++i) {
      // Ends at all distances from 1 (0), on either side, down to what doubles can tell.
      const auto off = [&] { return (uniform() < 0.5 ? -1 : 1) * std::pow(10, -15 * uniform()) * 0.9; };
      double lo = same + off(), hi = same + off();
      if (lo > hi) std::swap(lo, hi);
      if (i % 10 == 0) lo = std::min(same, hi);
      compared.change = record::Figure::of((lo + hi) / 2, "1", lo, hi);
      const auto [value, printed_lo, printed_hi] = numbers(report::change_text(compared));
      EXPECT_EQ(printed_lo > same, lo > same) << report::change_text(compared);
      EXPECT_EQ(printed_hi < same, hi < same) << report::change_text(compared);
    }
  }
}

TEST(Comparison, FitsItsWidth) {
  for (const auto& report :
       {report_of(quick_results(), {changed()}, {"p99 > +5%"}),
        report_of(metered_results(), {metered_results()}), report_of(mixed_results(), {mixed_results()})})
    for (const int width : {80, 100, 120})
      for (const bool all : {false, true}) {
        const std::string text = rendered(report, ComparisonFormat::kTable, {false, width}, all);
        for (std::size_t at = 0; at < text.size();) {
          const std::size_t end = text.find('\n', at);
          EXPECT_LE(report::display_width(text.substr(at, end - at)), static_cast<std::size_t>(width))
              << text.substr(at, end - at);
          at = end + 1;
        }
      }
}

TEST(Comparison, ColourChangesNothingButColour) {
  const auto report = report_of(quick_results(), {changed()}, {"p99 > +5%"});
  std::string coloured = rendered(report, ComparisonFormat::kTable, {true, 80});
  for (std::size_t at; (at = coloured.find('\x1b')) != std::string::npos;)
    coloured.erase(at, coloured.find('m', at) - at + 1);
  EXPECT_EQ(coloured, rendered(report, ComparisonFormat::kTable, {false, 80}));
}

TEST(Comparison, NoMarkupOfAVersionStringReachesThePullRequest) {
  const auto report = report_of(quick_results(), {changed()});
  EXPECT_EQ(rendered(report, ComparisonFormat::kMarkdown).find("<b>"), std::string::npos);
  for (const auto format : {ComparisonFormat::kTable, ComparisonFormat::kMarkdown})
    EXPECT_EQ(rendered(report, format).find('\x1b'), std::string::npos);
}

TEST(Comparison, AnInvalidNumberIsNeverPlain) {
  const auto report = report_of(quick_results(), {changed()});
  EXPECT_NE(rendered(report, ComparisonFormat::kTable).find("!16.02!"), std::string::npos);
  EXPECT_NE(rendered(report, ComparisonFormat::kMarkdown).find("~~16.02~~ invalid"), std::string::npos);
}

TEST(Comparison, RefusalsAreToldOnceForAllRowsAndByTheirSide) {
  record::Results other = changed();
  for (record::Row& row : other.rows) row.digests["dataset"] = "8888";
  ComparisonReport report;
  report.sides = {{"a", quick_results()}, {"b", changed()}, {"c", other}};
  ASSERT_TRUE(report::match_sides(report));
  EXPECT_EQ(report::refusals(report),
            "a (A) against c (C):\n  data set: 4444 in A, 8888 in C (openvino-cpu-fp32, openvino-cpu-int8, "
            "onnxruntime-cpu-fp32)\n");
}

TEST(Comparison, WhatHasNoLikeIsToldByItsSide) {
  record::Results other = changed();
  for (record::Row& row : other.rows) row.key.model = "another";
  ComparisonReport report;
  report.sides = {{"a", quick_results()}, {"b", changed()}, {"c", other}};
  auto matched = report::match_sides(report);
  ASSERT_FALSE(matched);
  EXPECT_TRUE(matched.error().message.starts_with("a (A) against c (C): no row of A has its like in C"))
      << matched.error().message;
  report = {};
  report.sides = {{"a", quick_results()}, {"b", changed()}, {"c", other, false, {}, "nothing"}};
  matched = report::match_sides(report);
  ASSERT_FALSE(matched);
  EXPECT_TRUE(matched.error().message.starts_with("a (A) against c (C): C has no row 'nothing'"))
      << matched.error().message;
}

TEST(Comparison, Formats) {
  EXPECT_EQ(report::parse_comparison_format("markdown").value(), ComparisonFormat::kMarkdown);
  const auto wrong = report::parse_comparison_format("jsno");
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("did you mean 'json'?"), std::string::npos);
}

}  // namespace
}  // namespace assay

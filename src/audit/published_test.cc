#include "audit/published.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "audit/read.h"
#include "base/file.h"

namespace assay::audit {
namespace {

const std::filesystem::path kFolder = ASSAY_SOURCE_DIR "/published";

/// Source, table, row, rule and the number that does not fit, of every finding of this severity.
std::multiset<std::string> found(const std::string& source, Severity severity) {
  const auto text = read_file(kFolder / (source + ".csv"));
  EXPECT_TRUE(text.has_value());
  const auto document = read_tables(*text, source + ".csv");
  EXPECT_TRUE(document.has_value());
  std::multiset<std::string> lines;
  for (const Finding& finding : audit(*document)) {
    if (finding.severity != severity) continue;
    const Table& table = document->tables[finding.table];
    std::string line = source + "\t" + table.id + "\t";
    line += finding.entry ? std::to_string(*finding.entry + 1) : "-";
    line += "\t" + finding.rule;
    line += "\t" + finding.cells.at(0).text;
    lines.insert(line);
  }
  return lines;
}

std::multiset<std::string> golden(const std::string& source, const std::string& severity) {
  std::ifstream file(ASSAY_SOURCE_DIR "/tests/golden/audit-" + severity + ".tsv");
  EXPECT_TRUE(file.good());
  std::multiset<std::string> lines;
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(source + "\t")) lines.insert(line);
  return lines;
}

/// The lists were made by hand and by an independent calculation (tests/audit/oracle.py): every true
/// contradiction, and nothing else.
TEST(Published, ContradictionsAreAllThatThereAre) {
  for (const char* source : {"vedliot-d3.3", "edge-thesis-2023", "hailo-whitepaper-2021"})
    EXPECT_EQ(found(source, Severity::kContradiction), golden(source, "contradictions")) << source;
}

TEST(Published, SuspicionsAreThoseThatWereLookedAt) {
  for (const char* source : {"vedliot-d3.3", "edge-thesis-2023", "hailo-whitepaper-2021"})
    EXPECT_EQ(found(source, Severity::kSuspicion), golden(source, "suspicions")) << source;
}

TEST(Published, EverySourceHasItsOriginAndRowsWithConditions) {
  const auto sources = published_sources(kFolder);
  ASSERT_TRUE(sources.has_value()) << sources.error().message;
  ASSERT_EQ(sources->size(), 3u);
  std::set<std::string> ids;
  for (const PublishedSource& source : *sources) {
    EXPECT_FALSE(source.title.empty());
    EXPECT_FALSE(source.kind.empty());
    EXPECT_EQ(source.year.size(), 4u);
    for (const PublishedRow& row : source.rows) {
      EXPECT_TRUE(ids.insert(row.id).second) << row.id;
      EXPECT_FALSE(row.table.empty() || row.section.empty()) << row.id;
      EXPECT_FALSE(row.values.empty()) << row.id;
      EXPECT_FALSE(row.device.empty() && row.values.contains("power")) << row.id;
      for (const auto& [id, value] : row.values) {
        EXPECT_TRUE(quantity_by_id(id).has_value()) << id;
        EXPECT_LE(value.lo, value.value) << row.id << " " << id;
        EXPECT_GE(value.hi, value.value) << row.id << " " << id;
      }
    }
  }
}

TEST(Published, D33HasAll116TablesAndTheSurvey) {
  const auto rows = published_rows(kFolder, "vedliot-d3.3");
  ASSERT_TRUE(rows.has_value()) << rows.error().message;
  std::set<std::string> tables;
  for (const PublishedRow& row : *rows) tables.insert(row.table);
  for (int table = 1; table <= 116; ++table) EXPECT_TRUE(tables.contains(std::to_string(table))) << table;
  EXPECT_EQ(tables.size(), 117u);
}

TEST(Published, ARowIsFoundByItsIdWithUnitsAndFlag) {
  const auto row = published_row(kFolder, "vedliot-d3.3:58:5");
  ASSERT_TRUE(row.has_value()) << row.error().message;
  EXPECT_EQ(row->device, "Jetson Xavier NX");
  EXPECT_EQ(row->runtime, "TensorRT 7.1.3");
  EXPECT_EQ(row->model, "ResNet50");
  EXPECT_EQ(row->precision, "FP32");
  EXPECT_EQ(row->batch, 1);
  EXPECT_EQ(row->section, "3.4.11.3");
  EXPECT_EQ(row->boundary, "module (tegrastats)");
  EXPECT_EQ(row->year, "2023");
  EXPECT_EQ(row->values.at("throughput").text, "71.65 Inferences/s");
  EXPECT_DOUBLE_EQ(row->values.at("throughput").lo, 71.645);
  EXPECT_EQ(row->values.at("latency_mean").unit, "ms");
  EXPECT_TRUE(row->flagged());
  const auto clean = published_row(kFolder, "vedliot-d3.3:3:1");
  ASSERT_TRUE(clean.has_value());
  EXPECT_FALSE(clean->flagged());
  EXPECT_DOUBLE_EQ(clean->values.at("memory").value, 1.023);  // Stated in MB, in a column of GB.
}

TEST(Published, WhatTheTextContradictsFlagsEveryRowThatItIsSaidOf) {
  const auto rows = published_rows(kFolder, "vedliot-d3.3");
  ASSERT_TRUE(rows.has_value());
  for (const char* id :
       {"vedliot-d3.3:3.2:7", "vedliot-d3.3:88:1", "vedliot-d3.3:90:1", "vedliot-d3.3:94:1"}) {
    const auto row = std::ranges::find(*rows, id, &PublishedRow::id);
    ASSERT_NE(row, rows->end()) << id;
    EXPECT_TRUE(row->flagged()) << id;
    EXPECT_TRUE(std::ranges::any_of(row->findings, [](const Finding& f) { return f.rule == "text"; })) << id;
  }
}

TEST(Published, RefusesWhatIsNotThere) {
  const auto source = published_rows(kFolder, "vedliot");
  ASSERT_FALSE(source.has_value());
  EXPECT_EQ(source.error().code, Code::kInvalidInput);
  EXPECT_NE(source.error().message.find("edge-thesis-2023"), std::string::npos);
  const auto row = published_row(kFolder, "vedliot-d3.3:58:99");
  ASSERT_FALSE(row.has_value());
  EXPECT_NE(row.error().message.find("source:table:row"), std::string::npos);
  EXPECT_EQ(published_sources(kFolder / "nowhere").error().code, Code::kNotFound);
  EXPECT_EQ(parse_published("Model,FPS\nA,1\n", "x.csv").error().code, Code::kInvalidInput);
}

TEST(Published, TheListCountsFlaggedRows) {
  const auto sources = published_sources(kFolder);
  ASSERT_TRUE(sources.has_value());
  const std::string list = published_list(*sources);
  for (const PublishedSource& source : *sources) EXPECT_NE(list.find(source.title), std::string::npos);
  EXPECT_NE(list.find("1 of them with a contradiction"), std::string::npos);  // The thesis.
}

}  // namespace
}  // namespace assay::audit

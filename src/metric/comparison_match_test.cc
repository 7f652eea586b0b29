#include "metric/comparison_match.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "metric/test_rows.h"

namespace assay::metric {
namespace {

using record::Results;
using record::Row;

Results results_of(std::vector<Row> rows) {
  Results results;
  results.name = "quick";
  results.complete = true;
  results.started_utc = "2026-01-01T00:00:00.000Z";
  results.protocol = {{"timed", ">= 1000 inferences"}, {"repeats", "3"}, {"scenario", "single_stream"}};
  results.environment.hostname = "host";
  for (Row& row : rows)
    if (row.diagnostics.process_mean_ms.empty()) set_latency(row, {10, 10.1, 9.9});
  results.rows = std::move(rows);
  return results;
}

Row row_of(const std::string& id, const std::string& backend, const std::string& precision) {
  Row row = test_row(id);
  row.key.backend = backend;
  row.key.precision = precision;
  return row;
}

Results quick() {
  return results_of({row_of("ov-fp32", "openvino", "fp32"), row_of("ov-int8", "openvino", "int8"),
                     row_of("ort-int8", "onnxruntime", "int8")});
}

/// The same campaign, made again.
Results again() {
  Results results = quick();
  results.started_utc = "2026-01-02T00:00:00.000Z";
  for (Row& row : results.rows) set_latency(row, {10.05, 10.15, 9.95});
  return results;
}

using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;
Pairs pairs_of(const Matching& matching) {
  Pairs pairs;
  for (const RowPair& pair : matching.pairs) pairs.emplace_back(pair.a, pair.b);
  return pairs;
}

std::vector<std::string> refusing(const std::vector<Difference>& differences) {
  std::vector<std::string> what;
  for (const Difference& difference : differences)
    if (difference.refuses) what.push_back(difference.what);
  return what;
}

TEST(MatchRows, ByWhatTheyAreWhateverTheirOrder) {
  Results b = again();
  std::ranges::reverse(b.rows);
  const auto found = match_rows(quick(), b);
  ASSERT_TRUE(found);
  EXPECT_EQ(pairs_of(*found), (Pairs{{0, 2}, {1, 1}, {2, 0}}));
  EXPECT_FALSE(found->refused());
  EXPECT_FALSE(found->same_runs());
}

TEST(MatchRows, AcrossIdsAndThenAcrossDevices) {
  Results b = again();
  b.rows[0].key.id = "renamed";
  b.rows[1].key.device = "another board";
  const auto found = match_rows(quick(), b);
  ASSERT_TRUE(found);
  EXPECT_EQ(pairs_of(*found), (Pairs{{0, 0}, {1, 1}, {2, 2}}));
}

TEST(MatchRows, WithoutExactlyOneLikeARowStaysAlone) {
  Results b = again();
  b.rows[0] = row_of("new", "tensorrt", "int8");
  b.rows.push_back(b.rows[1]);  // A twin, told apart by its id alone.
  b.rows.back().key.id = "ov-int8-one-thread";
  const auto found = match_rows(quick(), b);
  ASSERT_TRUE(found);
  EXPECT_EQ(pairs_of(*found), (Pairs{{1, 1}, {2, 2}}));
  EXPECT_EQ(found->only_a, std::vector<std::size_t>{0});
  EXPECT_EQ(found->only_b, (std::vector<std::size_t>{0, 3}));
  b.rows[1].key.id = "neither";
  const auto ambiguous = match_rows(quick(), b);
  ASSERT_TRUE(ambiguous);
  EXPECT_EQ(pairs_of(*ambiguous), (Pairs{{2, 2}}));
}

TEST(MatchRows, NamedRowsAreAPairWhateverTheyAre) {
  const auto found = match_rows(quick(), quick(), "ov-fp32", "ort-int8");
  ASSERT_TRUE(found);
  EXPECT_EQ(pairs_of(*found), (Pairs{{0, 2}}));
  EXPECT_TRUE(found->only_a.empty() && found->only_b.empty());
  EXPECT_FALSE(found->refused());  // What they are is the point of the comparison.
  const auto like = match_rows(quick(), again(), "ov-int8");
  ASSERT_TRUE(like);
  EXPECT_EQ(pairs_of(*like), (Pairs{{1, 1}}));
}

TEST(MatchRows, WhatIsNotThereIsNamed) {
  const auto wrong = match_rows(quick(), again(), "ov-int4");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Code::kInvalidInput);
  EXPECT_NE(wrong.error().message.find("expected ov-fp32, ov-int8 or ort-int8"), std::string::npos);
  const auto none = match_rows(quick(), results_of({row_of("x", "snpe", "int8")}));
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message.find("B has x"), std::string::npos);
  EXPECT_FALSE(match_rows(results_of({}), results_of({})));
}

TEST(MatchRows, FiveHundredRows) {
  std::vector<Row> rows;
  for (int i = 0; i < 500; ++i) rows.push_back(row_of("row" + std::to_string(i), "openvino", "int8"));
  const auto found = match_rows(results_of(rows), results_of(rows));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->pairs.size(), 500u);
}

TEST(SameRuns, AreFoundOutWhereverTheyLie) {
  const auto copy = match_rows(quick(), quick());
  ASSERT_TRUE(copy);
  EXPECT_TRUE(copy->same_runs());
  Results b = quick();
  b.rows[0].diagnostics.process_mean_ms[0] += 1e-9;
  const auto edited = match_rows(quick(), b);
  ASSERT_TRUE(edited);
  EXPECT_FALSE(edited->same_runs());
  EXPECT_TRUE(edited->pairs[1].same_runs);
  // Rows that measured nothing are not the same measurement.
  Results empty = quick();
  for (Row& row : empty.rows) row.diagnostics.process_mean_ms.clear();
  EXPECT_FALSE(match_rows(empty, empty)->same_runs());
}

struct Refusal {
  const char* what;
  void (*change)(Results&);
};

TEST(Refusals, EachIsNamed) {
  for (const Refusal& refusal : {
           Refusal{"protocol: timed", [](Results& r) { r.protocol["timed"] = ">= 100 inferences"; }},
           Refusal{"protocol: scenario", [](Results& r) { r.protocol["scenario"] = "server"; }},
           Refusal{"protocol: unheard of", [](Results& r) { r.protocol["unheard of"] = "1"; }},
           Refusal{"schema of results.json", [](Results& r) { r.schema_major = 2; }},
       }) {
    Results b = again();
    refusal.change(b);
    const auto found = match_rows(quick(), b);
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->refused());
    EXPECT_EQ(refusing(found->differences), std::vector<std::string>{refusal.what});
  }
}

TEST(Refusals, OfARow) {
  const auto power = [](const char* boundary, bool simulated) {
    record::PowerSource source;
    source.primary = true;
    source.boundary = boundary;
    source.simulated = simulated;
    return std::vector{source};
  };
  struct OfRow {
    const char* what;
    std::function<void(Row&)> change;
  };
  for (const OfRow& refusal : {
           OfRow{"source model", [](Row& row) { row.digests["model"] = "m1"; }},
           OfRow{"data set", [](Row& row) { row.digests["dataset"] = "d1"; }},
           OfRow{"batch", [](Row& row) { row.key.batch = 8; }},
           OfRow{"scenario", [](Row& row) { row.key.scenario = "offline"; }},
           OfRow{"what was run", [](Row& row) { row.simulated = true; }},
           OfRow{"power boundary", [&](Row& row) { row.power_sources = power("rail", false); }},
           OfRow{"power", [&](Row& row) { row.power_sources = power("dc_input", true); }},
       }) {
    Results a = quick(), b = again();
    a.rows.resize(1), b.rows.resize(1);
    a.rows[0].power_sources = b.rows[0].power_sources = power("dc_input", false);
    refusal.change(b.rows[0]);
    const auto found = match_rows(a, b, "ov-fp32", "ov-fp32");
    ASSERT_TRUE(found);
    EXPECT_EQ(refusing(found->pairs[0].differences), std::vector<std::string>{refusal.what});
  }
}

TEST(Refusals, AllAtOnce) {
  Results b = again();
  b.protocol["timed"] = "other";
  for (Row& row : b.rows) row.digests["model"] = "m1", row.digests["dataset"] = "d1";
  const auto found = match_rows(quick(), b);
  ASSERT_TRUE(found);
  EXPECT_EQ(refusing(found->differences).size(), 1u);
  for (const RowPair& pair : found->pairs) EXPECT_EQ(refusing(pair.differences).size(), 2u);
}

TEST(Refusals, AModelOrDataThatIsNotToldMayBeAny) {
  Results a = quick(), b = again();
  for (Results* side : {&a, &b})
    for (Row& row : side->rows) row.digests.clear();
  const auto found = match_rows(a, b);
  ASSERT_TRUE(found);
  EXPECT_EQ(refusing(found->pairs[0].differences), std::vector<std::string>{"source model"});
  b.protocol["data"] = "cityscapes";
  EXPECT_EQ(refusing(match_rows(a, b)->pairs[0].differences).size(), 2u);
}

TEST(Differences, OfMachineAndSoftwareAreListedAndRefuseNothing) {
  Results b = again();
  b.environment.kernel = "6.2";
  b.environment.facts["governor"] = "performance";
  b.protocol["repeats"] = "5";
  b.rows[0].versions["runtime"] = "2026.4";
  b.rows[0].digests["artifact"] = "other";
  b.rows[0].key.device = "another board";
  const auto found = match_rows(quick(), b);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->refused());
  std::vector<std::string> what;
  for (const Difference& difference : found->differences) what.push_back(difference.what);
  EXPECT_EQ(what, (std::vector<std::string>{"protocol: repeats", "kernel", "machine: governor"}));
  what.clear();
  for (const Difference& difference : found->pairs[0].differences) what.push_back(difference.what);
  EXPECT_EQ(what, (std::vector<std::string>{"device", "digest of artifact", "version of runtime"}));
}

}  // namespace
}  // namespace assay::metric

#include "store/results_json.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "base/file.h"

namespace assay::store {
namespace {

using nlohmann::json;

const std::string kGolden = ASSAY_SOURCE_DIR "/tests/golden/results-1.3.json";
const std::string kOldest = ASSAY_SOURCE_DIR "/tests/golden/results-1.0.json";
const std::string kOlder = ASSAY_SOURCE_DIR "/tests/golden/results-1.1-meter.json";
const std::string kOld = ASSAY_SOURCE_DIR "/tests/golden/results-1.2-meter.json";
const std::string kMetered = ASSAY_SOURCE_DIR "/tests/golden/results-1.3-meter.json";
const std::string kSchema = ASSAY_SOURCE_DIR "/src/store/results-1.3.schema.json";

/// The subset of JSON Schema that the schema uses; "" when `value` is valid, else what is wrong where.
std::string check(const json& value, const json& schema, const json& root, const std::string& path) {
  if (schema.contains("$ref")) {
    const std::string name = schema["$ref"].get<std::string>().substr(std::string("#/$defs/").size());
    return check(value, root.at("$defs").at(name), root, path);
  }
  if (schema.contains("const") && value != schema["const"]) return path + ": is not the constant";
  if (schema.contains("enum") && std::ranges::find(schema["enum"], value) == schema["enum"].end())
    return path + ": is none of the words: " + value.dump();
  const auto is = [&](const std::string& type) {
    return type == "object"    ? value.is_object()
           : type == "array"   ? value.is_array()
           : type == "string"  ? value.is_string()
           : type == "boolean" ? value.is_boolean()
           : type == "integer" ? value.is_number_integer()
           : type == "number"  ? value.is_number()
                               : type == "null" && value.is_null();
  };
  if (schema.contains("type")) {
    bool good = false;
    const json types = schema["type"].is_array() ? schema["type"] : json::array({schema["type"]});
    for (const json& type : types) good = good || is(type);
    if (!good) return path + ": is a " + value.type_name() + ", expected " + schema["type"].dump();
  }
  for (const json& key : schema.value("required", json::array()))
    if (!value.contains(key)) return path + ": lacks " + key.get<std::string>();
  if (value.is_object())
    for (const auto& [key, item] : value.items()) {
      const json* rule = schema.contains("properties") && schema["properties"].contains(key)
                             ? &schema["properties"][key]
                         : schema.contains("additionalProperties") ? &schema["additionalProperties"]
                                                                   : nullptr;
      if (!rule) return path + ": the schema does not know " + key;
      if (const std::string wrong = check(item, *rule, root, path + "." + key); !wrong.empty()) return wrong;
    }
  if (value.is_array() && schema.contains("items"))
    for (std::size_t i = 0; i < value.size(); ++i)
      if (const std::string wrong =
              check(value[i], schema["items"], root, path + "[" + std::to_string(i) + "]");
          !wrong.empty())
        return wrong;
  return "";
}

json schema() { return json::parse(read_file(kSchema).value()); }
json parsed(const std::string& path) { return json::parse(read_file(path).value()); }
json golden() { return parsed(kGolden); }

TEST(ResultsJson, GoldenOfVersion1ReadsForEver) {
  auto results = read_results(kOldest);
  ASSERT_TRUE(results) << results.error().message;
  EXPECT_EQ(results->name, "quickstart");
  ASSERT_EQ(results->rows.size(), 4u);
  const record::Row& row = results->rows[1];
  EXPECT_EQ(row.key.backend, "openvino");
  EXPECT_EQ(row.key.precision, "int8");
  EXPECT_EQ(row.figures.throughput.unit, "FPS");
  EXPECT_NEAR(row.figures.throughput.value.value(), 385.3, 0.1);
  EXPECT_FALSE(row.figures.power.value);
  EXPECT_EQ(row.figures.power.status, record::FigureStatus::kUnmeasured);
  EXPECT_EQ(row.per_class_iou.at(1), -1);
  EXPECT_FALSE(row.findings.empty());
  EXPECT_EQ(results->schema_minor, 0);
  EXPECT_TRUE(row.power_sources.empty());
  EXPECT_FALSE(row.figures.power_peak.value);
  EXPECT_EQ(row.figures.power_peak.unit, "W");
  EXPECT_EQ(check(parsed(kOldest), schema(), schema(), "results"), "");
}

TEST(ResultsJson, WhatIsReadWritesTheSameAndFollowsTheSchema) {
  for (const std::string& path : {kGolden, kMetered}) {
    const auto results = read_results(path);
    ASSERT_TRUE(results);
    const json written = json::parse(results_to_json(*results).value());
    EXPECT_EQ(written, parsed(path));
    EXPECT_EQ(written["schema_version"], "1.3");
    EXPECT_EQ(check(written, schema(), schema(), "results"), "");
  }
}

TEST(ResultsJson, OlderResultsAreWrittenAsTheNewestAndLoseNothing) {
  for (const std::string& path : {kOldest, kOlder, kOld}) {
    const json old = parsed(path);
    json written = json::parse(results_to_json(read_results(path).value()).value());
    EXPECT_EQ(written["schema_version"], "1.3");
    EXPECT_EQ(check(written, schema(), schema(), "results"), "");
    for (std::size_t i = 0; i < old["rows"].size(); ++i) {
      // Of idle windows these tell nothing, which is no windows.
      for (json& source : written["rows"][i]["power_sources"])
        for (const char* added : {"idle_windows", "loaded_idle_windows"}) {
          EXPECT_EQ(source.at(added), json::array());
          source.erase(added);
        }
      for (const auto& [key, value] : old["rows"][i].items())
        EXPECT_EQ(written["rows"][i][key], value) << key;
    }
  }
  const json older = json::parse(results_to_json(read_results(kOlder).value()).value());
  EXPECT_EQ(older["rows"][0]["stack"], "");
  EXPECT_EQ(older["rows"][0]["device_time"]["value"], nullptr);
  EXPECT_EQ(older["rows"][0]["device_time"]["status"], "unmeasured");
  const json oldest = json::parse(results_to_json(read_results(kOldest).value()).value());
  EXPECT_EQ(oldest["rows"][0]["power_sources"], json::array());
  EXPECT_EQ(oldest["rows"][0]["power_peak"]["value"], nullptr);
}

TEST(ResultsJson, PowerSourcesComeBackAndWhatIsAbsentStaysAbsent) {
  const auto results = read_results(kMetered);
  ASSERT_TRUE(results) << results.error().message;
  const record::PowerSource& meter = results->rows[0].power_sources.at(0);
  EXPECT_EQ(meter.channel, "wt300e.power");
  EXPECT_EQ(meter.boundary, "dc_input");
  EXPECT_TRUE(meter.primary);
  EXPECT_TRUE(meter.simulated);
  EXPECT_NEAR(meter.mean.value.value(), 8.142, 1e-12);
  EXPECT_NEAR(meter.mean.hi.value(), 8.182, 1e-12);
  EXPECT_EQ(meter.idle_before_w, 4.01);
  EXPECT_EQ(meter.idle_after_w, 4.05);
  const record::PowerWindow& window = meter.windows.at(2);
  EXPECT_EQ(window.repeat, 3);
  EXPECT_EQ(window.samples, 133);
  EXPECT_DOUBLE_EQ(window.mean_w, 8.152);
  EXPECT_DOUBLE_EQ(window.u_range_w, 0.017);
  EXPECT_DOUBLE_EQ(window.longest_gap_ms, 104);
  EXPECT_TRUE(window.peak_w);
  EXPECT_FALSE(window.loaded_idle_w);
  const record::PowerSource& board = results->rows[0].power_sources.at(1);
  EXPECT_FALSE(board.primary);
  EXPECT_EQ(board.idle_before_w, 3.6);
  EXPECT_FALSE(board.idle_after_w);
  EXPECT_EQ(meter.idle_status, record::FigureStatus::kOk);
  EXPECT_EQ(board.idle_status, record::FigureStatus::kInvalid);
  EXPECT_EQ(board.contains.size(), 2u);
  ASSERT_EQ(meter.idle.size(), 2u);
  EXPECT_EQ(meter.idle[1].mean_w, 4.05);
  EXPECT_EQ(meter.idle[1].u_gain_w, 0.0047);
  EXPECT_EQ(board.idle.at(1).problem, "no reading in the window");
  EXPECT_TRUE(meter.loaded_idle.empty());
  record::Results waited = *results;
  waited.rows[0].power_sources[0].loaded_idle = {meter.windows[0]};
  waited = results_from_json(results_to_json(waited).value()).value();
  ASSERT_EQ(waited.rows[0].power_sources[0].loaded_idle.size(), 1u);
  EXPECT_EQ(waited.rows[0].power_sources[0].loaded_idle[0].mean_w, meter.windows[0].mean_w);

  // A window without a value has none in the file, where a 0 would be a measurement.
  const json lost = parsed(kMetered)["rows"][1]["power_sources"][0]["windows"][1];
  EXPECT_EQ(lost["problem"], "no reading in the window");
  for (const char* key :
       {"mean_w", "window_energy_j", "peak_w", "u_gain_w", "u_range_w", "u_other_w", "coverage", "samples",
        "breaks", "repeated", "window_ms", "longest_gap_ms", "interval_ms"})
    EXPECT_EQ(lost[key], nullptr) << key;
  EXPECT_EQ(results->rows[1].power_sources.at(0).windows.at(1).problem, "no reading in the window");

  json spoiled = parsed(kMetered);
  spoiled["rows"][0]["power_sources"][0]["windows"][0]["mean_w"] = nullptr;
  const auto refused = results_from_json(spoiled.dump());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("rows[0].power_sources[0].windows[0].mean_w"), std::string::npos)
      << refused.error().message;
}

TEST(ResultsJson, SchemaKnowsEveryFigure) {
  const json row = schema()["$defs"]["row"]["properties"];
  for (const record::MetricInfo& metric : record::metrics())
    EXPECT_TRUE(row.contains(std::string(metric.name))) << metric.name;
}

TEST(ResultsJson, SchemaCheckerCanFail) {
  json spoiled = golden();
  spoiled["rows"][0]["throughput"]["status"] = "fine";
  EXPECT_NE(check(spoiled, schema(), schema(), "r"), "");
  spoiled = golden();
  spoiled["rows"][0].erase("verdict");
  EXPECT_NE(check(spoiled, schema(), schema(), "r"), "");
  spoiled = golden();
  spoiled["rows"][0]["batch"] = 1.5;
  EXPECT_NE(check(spoiled, schema(), schema(), "r"), "");
}

TEST(ResultsJson, Versions) {
  const auto with_version = [](const std::string& version) {
    json document = golden();
    document["schema_version"] = version;
    document["added_by_a_newer_minor"] = {1, 2};
    document["rows"][0]["joules"] = 3;
    return results_from_json(document.dump());
  };
  EXPECT_TRUE(with_version("1.0"));
  auto newer_minor = with_version("1.7");
  ASSERT_TRUE(newer_minor) << newer_minor.error().message;
  EXPECT_EQ(newer_minor->schema_minor, 7);
  auto newer_major = with_version("2.0");
  ASSERT_FALSE(newer_major);
  EXPECT_EQ(newer_major.error().code, Code::kConflict);
  EXPECT_NE(newer_major.error().message.find("2.0"), std::string::npos);
  for (const char* bad : {"", "1", "one", "1.x", "-1.0", "0.9", "1.0.0"})
    EXPECT_FALSE(with_version(bad)) << bad;
}

TEST(ResultsJson, AFigureAddedLaterIsUnmeasuredInOlderFiles) {
  json older = golden();
  older["rows"][0].erase("pixel_accuracy");
  const auto results = results_from_json(older.dump());
  ASSERT_TRUE(results) << results.error().message;
  EXPECT_FALSE(results->rows[0].figures.pixel_accuracy.value);
  EXPECT_EQ(results->rows[0].figures.pixel_accuracy.unit, "%");
}

TEST(ResultsJson, NonFiniteNumbersAreNeverWritten) {
  record::Results results = read_results(kGolden).value();
  results.rows[0].figures.gops.hi = std::numeric_limits<double>::infinity();
  const auto text = results_to_json(results);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, Code::kInternal);
  EXPECT_NE(text.error().message.find("rows[0].gops.hi"), std::string::npos) << text.error().message;
  EXPECT_FALSE(results_from_json(
      R"({"schema": "assay-results", "schema_version": "1.0", "rows": [{"batch": 1e999}]})"));
}

TEST(ResultsJson, DamageIsToldWithItsPlace) {
  json spoiled = golden();
  spoiled["rows"][2]["latency_mean"]["status"] = "great";
  const auto wrong = results_from_json(spoiled.dump());
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Code::kCorrupt);
  EXPECT_NE(wrong.error().message.find("rows[2].latency_mean.status: unknown word 'great'"),
            std::string::npos)
      << wrong.error().message;
  const std::string text = golden().dump();
  for (std::size_t size = 0; size < text.size(); size += 97)
    EXPECT_FALSE(results_from_json(text.substr(0, size)));
  EXPECT_FALSE(results_from_json("null"));
  EXPECT_FALSE(results_from_json(std::string(100'000, '[')));
  EXPECT_EQ(read_results("/no/such/results.json").error().code, Code::kNotFound);
}

TEST(ResultsJson, TextThatIsNotUtf8IsMended) {
  record::Results results = read_results(kGolden).value();
  results.rows[0].findings = {{"run-failed", record::Severity::kInvalid, "log: \xff\xfe", {}}};
  const auto text = results_to_json(results);
  ASSERT_TRUE(text);
  EXPECT_TRUE(results_from_json(*text));
}

}  // namespace
}  // namespace assay::store

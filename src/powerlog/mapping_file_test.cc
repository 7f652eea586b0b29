#include "powerlog/mapping_file.h"

#include <gtest/gtest.h>

#include "powerlog/test_logs.h"

namespace assay::powerlog {
namespace {

std::string refusal(std::string_view yaml) {
  const auto file = parse_mapping(yaml, "lab.yaml");
  if (file) return "";
  EXPECT_EQ(file.error().code, Code::kInvalidInput);
  return file.error().message;
}

TEST(MappingFile, WattsOfAColumn) {
  const MappingFile file = value_of(parse_mapping(R"(
id: total
time: {column: 'Zeit', unit: '%d.%m.%Y %H:%M:%S', zone: UTC+02:00}
power: {column: 3, unit: mW}
position: end
interval: 100 ms
separator: tab
decimal_comma: true
boundary: dc_input
accuracy: {of_reading: 0.001, of_range: 0.002, range: 60 W, source: WT310E manual}
)",
                                                  "lab.yaml"));
  EXPECT_EQ(file.mapping.id, "total");
  EXPECT_EQ(file.mapping.time.field.name, "Zeit");
  EXPECT_EQ(file.mapping.time.zone, Zone{7200});
  EXPECT_EQ(file.mapping.power->field.number, 3);
  EXPECT_EQ(file.mapping.power->unit, "mW");
  EXPECT_EQ(file.mapping.position, Position::kEnd);
  EXPECT_EQ(file.mapping.interval_ns, 100'000'000);
  EXPECT_EQ(file.mapping.separator, '\t');
  EXPECT_TRUE(file.mapping.decimal_comma);
  EXPECT_EQ(file.boundary, record::Boundary::kDcInput);
  EXPECT_EQ(file.accuracy, (record::Accuracy{0.001, 0.002, 60, "WT310E manual"}));
}

TEST(MappingFile, ShuntClampAndSupply) {
  const Mapping shunt = value_of(parse_mapping(R"(
time: {column: t, unit: s}
voltage: {column: u, unit: V}
shunt: {column: drop, unit: mV, ohms: 0.01, tolerance: 0.01}
position: instant
)",
                                               "a"))
                            .mapping;
  EXPECT_DOUBLE_EQ(shunt.shunt->ohms, 0.01);
  EXPECT_DOUBLE_EQ(power_formula(shunt)->scale, 0.1);
  const Mapping clamp = value_of(parse_mapping(R"(
time: {column: t, unit: s}
supply_volts: 12
supply_tolerance: 0.005
clamp: {column: "2", unit: V, volts_per_ampere: 0.1, tolerance: 0.02}
position: middle
)",
                                               "a"))
                            .mapping;
  EXPECT_EQ(clamp.clamp->output.field.name, "2") << "in quotes it is a name";
  EXPECT_DOUBLE_EQ(power_formula(clamp)->scale, 120);
}

TEST(MappingFile, JsonPointers) {
  const Mapping mapping =
      value_of(parse_mapping("power: {column: /outlets/3/watts, unit: W}\nposition: end\n", "a")).mapping;
  EXPECT_EQ(mapping.power->field.name, "/outlets/3/watts");
  EXPECT_FALSE(mapping.time.field.given());
}

TEST(MappingFile, EveryProblemHasItsPlaceAndTheNearestKey) {
  const std::string all = refusal(R"(
time: {column: t, unit: sec}
powr: {column: w, unit: W}
power: {colum: w, unit: kW}
position: ende
boundary: dc
interval: 100
shunt: 3
)");
  for (const char* part :
       {"lab.yaml:3:1: unknown key 'powr': did you mean 'power'?",
        "power: unknown key 'colum': did you mean 'column'?", "power.unit: expected W, mW or uW, found 'kW'",
        "position: expected start, middle, end or instant, found 'ende'", "boundary: expected dc_input",
        "interval: expected a duration with its unit", "shunt: expected a map", "time.unit: "})
    EXPECT_TRUE(mentions(all, part)) << part << "\nin\n" << all;
}

TEST(MappingFile, WhatDoesNotFitTogetherIsSaid) {
  EXPECT_TRUE(mentions(refusal("time: {column: t, unit: s}\nposition: end\n"), "one of power, current"));
  EXPECT_TRUE(mentions(refusal("power: {column: w, unit: W}\n"), "position"));
  EXPECT_TRUE(mentions(refusal("power: {column: 0, unit: W}\nposition: end\n"), "counted from 1"));
  EXPECT_TRUE(mentions(refusal("time: {column: t, unit: iso8601, zone: Europe/Berlin}\n"
                               "power: {column: w, unit: W}\nposition: end\n"),
                       "time.zone"));
  EXPECT_TRUE(mentions(refusal("power: {column: w, unit: W}\nposition: end\naccuracy: {of_range: 0.1}\n"),
                       "accuracy.range"));
  EXPECT_TRUE(mentions(refusal(""), "none"));
  EXPECT_TRUE(mentions(refusal("- a\n"), "expected a map"));
  EXPECT_TRUE(mentions(refusal("a: [\n"), "not well-formed"));
  EXPECT_EQ(load_mapping("/nowhere/lab.yaml").error().code, Code::kNotFound);
}

}  // namespace
}  // namespace assay::powerlog

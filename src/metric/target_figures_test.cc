#include "metric/target_figures.h"

#include <gtest/gtest.h>

#include <cmath>

#include "metric/figures.h"

namespace assay::metric {
namespace {

using record::FigureStatus;

constexpr std::int64_t kOneSecond = 1'000'000'000;

record::Series series(const char* id, const char* quantity, const char* unit, double value) {
  record::Series s;
  s.channel.id = s.channel.source = id;
  s.channel.quantity = quantity;
  s.channel.unit = unit;
  s.channel.kind = record::ReadingKind::kMean;
  if (s.channel.quantity == "power") s.channel.boundary = record::Boundary::kDcInput;
  s.channel.update_ns = kOneSecond / 10;
  for (std::int64_t i = 0; i <= 200; ++i)
    s.readings.push_back({(i - 1) * kOneSecond / 10, i * kOneSecond / 10, value});
  return s;
}

/// 100 inferences/s of 20e9 operations on 1024 x 512 pixels: 2000 GOPS at 10 W, and a target that says it
/// all.
record::RowEvidence evidence() {
  record::RowEvidence e;
  e.key = {"tensorrt-gpu-int8", "local", "tensorrt", "GPU", "net", "int8", 1, "single_stream"};
  for (int repeat = 1; repeat <= 3; ++repeat) {
    record::TimedRun run;
    run.repeat = repeat;
    run.latency_ns.assign(1000, 10'000'000);
    run.window_begin_ns = 5 * kOneSecond;
    run.window_end_ns = 15 * kOneSecond;
    run.session.backend = "tensorrt";
    run.session.executed_precision = "int8";
    run.observation.sources.resize(2);
    run.observation.sources[0].id = "wt300e";
    run.observation.sources[1].id = "thermal.tboard";
    run.observation.series = {series("wt300e", "power", "W", 10),
                              series("thermal.tboard", "temperature", "degC", 50)};
    e.timed.push_back(run);
  }
  e.operations = 20e9;
  e.image_width = 1024;
  e.image_height = 512;
  record::TargetFacts& target = e.target.emplace();
  target.id = "board";
  target.unit = "GPU";
  target.temperature_limit_c = record::Cited{99, "Design Guide, 5.1"};
  target.die_area_mm2 = record::Cited{350, "Hot Chips (2018)"};
  target.price = record::Cited{400, "Price list, p. 3"};
  target.price_currency = "USD";
  target.price_date = "2023-10";
  target.price_of = "module";
  return e;
}

bool names(const record::Figure& figure, const std::string& words) {
  for (const std::string& reason : figure.reasons)
    if (reason.find(words) != std::string::npos) return true;
  return false;
}

// The white paper's two examples: a camera of 2 megapixels at 30 FPS needs 9 TOPS; 3 cameras of 300 k pixels,
// each image through 3 networks, 12 TOPS; both with 150 k operations per pixel.
TEST(RequiredCapacity, OfTheWhitePapersExamples) {
  EXPECT_DOUBLE_EQ(required_capacity(30, 2e6, 150e3), 9e12);
  EXPECT_NEAR(required_capacity(30, 300e3, 150e3, 3, 3), 12e12, 0.2e12);
}

TEST(RequiredThermalResistance, IsTheRangeOverThePower) {
  EXPECT_DOUBLE_EQ(required_thermal_resistance(99, 60, 15), 2.6);
}

TEST(TargetFigures, AreFormedFromMeasuredAndCatalogued) {
  const record::Row row = derive_row(evidence());
  const auto& f = row.figures;
  EXPECT_NEAR(f.gops.value.value(), 2000, 1e-9);
  EXPECT_NEAR(f.area_efficiency.value.value(), 2000.0 / 350, 1e-9);
  EXPECT_TRUE(names(f.area_efficiency, "350 mm2, the whole die: Hot Chips (2018)"));
  EXPECT_NEAR(f.cost_efficiency.value.value(), 5, 1e-9);
  EXPECT_TRUE(names(f.cost_efficiency, "400 USD of 2023-10 for module: Price list, p. 3"));
  EXPECT_NEAR(f.thermal_resistance.value.value(), 4.9, 1e-9);
  EXPECT_TRUE(names(f.thermal_resistance, "highest reading of thermal.tboard"));
  EXPECT_NEAR(f.capacity.value.value(), 2000e9, 1);
  EXPECT_TRUE(names(f.capacity, "100 FPS x 1024 x 512 x 38147 operations per pixel"));
  EXPECT_EQ(f.capacity.unit, "op/s");
  EXPECT_EQ(row.target.at("die_area"), "350 mm2: Hot Chips (2018)");
}

TEST(TargetFigures, ABatchIsSeveralImages) {
  record::RowEvidence e = evidence();
  e.key.batch = 4;
  e.operations = 80e9;
  const record::Row row = derive_row(e);
  EXPECT_TRUE(names(row.figures.capacity, "400 FPS x 1024 x 512 x 38147"));
  EXPECT_NEAR(row.figures.capacity.value.value(), *row.figures.gops.value * 1e9, 1);
}

TEST(TargetFigures, AHotterCaseAndAHigherPowerLeaveLess) {
  record::RowEvidence e = evidence();
  e.case_temperature_c = 80;
  EXPECT_NEAR(derive_row(e).figures.thermal_resistance.value.value(), 1.9, 1e-9);
  e.case_temperature_c = 99;
  EXPECT_TRUE(names(derive_row(e).figures.thermal_resistance, "as hot as the junction may be"));
}

TEST(TargetFigures, TheIntervalOfTheResistanceIsThePowersTurnedAround) {
  record::RowEvidence e = evidence();
  e.timed[1].observation.series[0] = series("wt300e", "power", "W", 11);
  const auto& f = derive_row(e).figures;
  ASSERT_TRUE(f.power.lo && f.thermal_resistance.lo);
  EXPECT_NEAR(*f.thermal_resistance.lo, 49 / *f.power.hi, 1e-9);
  EXPECT_NEAR(*f.thermal_resistance.hi, 49 / *f.power.lo, 1e-9);
}

struct Missing {
  const char* name;
  void (*take)(record::RowEvidence&);
  record::Figure record::RowFigures::*figure;
  const char* words;
};

TEST(TargetFigures, WhatNobodyTellsIsUnmeasuredAndSaysWhy) {
  using F = record::RowFigures;
  const Missing cases[] = {
      {"no target", [](auto& e) { e.target.reset(); }, &F::area_efficiency, "names no target"},
      {"no target", [](auto& e) { e.target.reset(); }, &F::cost_efficiency, "names no target"},
      {"no target", [](auto& e) { e.target.reset(); }, &F::thermal_resistance, "names no target"},
      {"no area", [](auto& e) { e.target->die_area_mm2.reset(); }, &F::area_efficiency,
       "target board tells the area"},
      {"no price", [](auto& e) { e.target->price.reset(); }, &F::cost_efficiency,
       "target board tells a price"},
      {"euro", [](auto& e) { e.target->price_currency = "EUR"; }, &F::cost_efficiency, "400 EUR of 2023-10"},
      {"no limit", [](auto& e) { e.target->temperature_limit_c.reset(); }, &F::thermal_resistance,
       "junction"},
      {"no case",
       [](auto& e) {
         for (auto& r : e.timed) r.observation.series.pop_back();
       },
       &F::thermal_resistance, "conditions.case_temperature"},
      {"no power",
       [](auto& e) {
         for (auto& r : e.timed) r.observation.series.erase(r.observation.series.begin());
       },
       &F::thermal_resistance, "no power source"},
      {"no operations", [](auto& e) { e.operations.reset(); }, &F::capacity, "operations are unknown"},
      {"no operations", [](auto& e) { e.operations.reset(); }, &F::area_efficiency, "operations are unknown"},
      {"no size", [](auto& e) { e.image_width = 0; }, &F::capacity, "size of the model's image"},
      {"no run", [](auto& e) { e.timed.clear(); }, &F::capacity, "no timed run"},
      {"no run", [](auto& e) { e.timed.clear(); }, &F::cost_efficiency, "no timed run"},
  };
  for (const Missing& one : cases) {
    record::RowEvidence e = evidence();
    one.take(e);
    const record::Row row = derive_row(e);
    const record::Figure& figure = row.figures.*one.figure;
    EXPECT_FALSE(figure.value) << one.name;
    EXPECT_EQ(figure.status, FigureStatus::kUnmeasured) << one.name;
    EXPECT_TRUE(names(figure, one.words))
        << one.name << ": " << (figure.reasons.empty() ? "" : figure.reasons[0]);
  }
}

TEST(TargetFigures, OfASimulatorAreNoDevices) {
  record::RowEvidence e = evidence();
  e.key.backend = "qnn";
  for (auto& run : e.timed) run.session.simulated = true;
  const auto& f = derive_row(e).figures;
  EXPECT_FALSE(f.area_efficiency.value || f.cost_efficiency.value || f.capacity.value);
}

}  // namespace
}  // namespace assay::metric

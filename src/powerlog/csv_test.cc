#include <gtest/gtest.h>

#include <functional>

#include "base/splitmix64.h"
#include "powerlog/test_logs.h"

namespace assay::powerlog {
namespace {

TEST(Csv, WattsBySeconds) {
  const ImportedLog log =
      value_of(import_text("t,w\n0.0,1.5\n0.1,2.5\n0.2,3.5\n", csv_options(watts_by_seconds())));
  EXPECT_EQ(log.format, "csv");
  EXPECT_EQ(log.clock, LogClock::kRelative);
  const record::Series& power = series_of(log, "csv.power");
  EXPECT_EQ(power.readings,
            (std::vector<record::Reading>{
                {0, 0, 1.5}, {100'000'000, 100'000'000, 2.5}, {200'000'000, 200'000'000, 3.5}}));
  EXPECT_EQ(power.channel.update_ns, 100'000'000);
  EXPECT_EQ(power.channel.kind, record::ReadingKind::kMean);
  EXPECT_EQ(power.channel.boundary, record::Boundary::kDcInput);
  EXPECT_FALSE(power.channel.accuracy);
  EXPECT_TRUE(power.rejected.empty());
  EXPECT_EQ(log.span, (TimeSpan{0, 200'000'000}));
}

TEST(Csv, AReadingStandsAtTheEndOfItsInterval) {
  const std::string text = "t,w\n0,1\n2,1\n4,1\n";
  const std::vector<std::pair<Position, std::int64_t>> cases = {{Position::kStart, 2'000'000'000},
                                                                {Position::kMiddle, 1'000'000'000},
                                                                {Position::kEnd, 0},
                                                                {Position::kInstant, 0}};
  for (const auto& [position, shift] : cases) {
    Mapping mapping = watts_by_seconds();
    mapping.position = position;
    const ImportedLog log = value_of(import_text(text, csv_options(mapping)));
    const record::Series& power = series_of(log, "csv.power");
    ASSERT_EQ(power.readings.size(), 3U);
    EXPECT_EQ(power.readings[0].end_ns, shift) << to_string(position);
    EXPECT_EQ(power.channel.kind,
              position == Position::kInstant ? record::ReadingKind::kInstant : record::ReadingKind::kMean);
  }
}

TEST(Csv, AStampOfWholeSecondsIsAnywhereInItsSecond) {
  std::string whole = "t,w\n", fine = "t,w\n";
  for (int i = 0; i < 12; ++i) {
    whole += std::to_string(i) + ",1\n";
    fine += std::to_string(i) + (i == 11 ? ".25,1\n" : ",1\n");
  }
  const ImportedLog coarse = value_of(import_text(whole, csv_options(watts_by_seconds())));
  const record::Series& power = series_of(coarse, "csv.power");
  for (std::size_t i = 0; i < power.readings.size(); ++i) {
    EXPECT_EQ(power.readings[i].begin_ns, static_cast<std::int64_t>(i) * 1'000'000'000);
    EXPECT_EQ(power.readings[i].end_ns, static_cast<std::int64_t>(i + 1) * 1'000'000'000);
  }
  EXPECT_EQ(power.channel.facts.count("stamps"), 1U);
  EXPECT_EQ(power.channel.update_ns, 1'000'000'000);
  const ImportedLog exact = value_of(import_text(fine, csv_options(watts_by_seconds())));
  for (const record::Reading& reading : series_of(exact, "csv.power").readings)
    EXPECT_EQ(reading.begin_ns, reading.end_ns) << "one stamp shows that they are not cut";
}

TEST(Csv, AnIntervalThatNothingTellsLeavesNoReading) {
  Mapping mapping = watts_by_seconds();
  mapping.position = Position::kStart;
  const auto log = import_text("t,w\n0,1\n", csv_options(mapping));
  ASSERT_FALSE(log);
  EXPECT_TRUE(mentions(log.error().message, "unknown interval")) << log.error().message;
  mapping.interval_ns = 500'000'000;
  EXPECT_EQ(
      series_of(value_of(import_text("t,w\n0,1\n", csv_options(mapping))), "csv.power").readings[0].end_ns,
      500'000'000);
}

TEST(Csv, ADeclaredIntervalHasToFitTheReadings) {
  Mapping mapping = watts_by_seconds();
  mapping.interval_ns = 1'000'000'000;
  const auto log = import_text("t,w\n0,1\n0.1,1\n0.2,1\n", csv_options(mapping));
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, Code::kInvalidInput);
  EXPECT_TRUE(mentions(log.error().message, "0.100000 s")) << log.error().message;
}

TEST(Csv, VoltsTimesAmperesInTheirUnits) {
  Mapping mapping = watts_by_seconds();
  mapping.power.reset();
  mapping.voltage = ScaledField{{"", 3}, "mV"};
  mapping.current = ScaledField{{"", 2}, "mA"};
  mapping.time = {{"", 1}, "us", {}};
  const ImportedLog log =
      value_of(import_text("time [us],I,U\n0,1500,12000\n1000,2000,11000\n", csv_options(mapping)));
  const record::Series& power = series_of(log, "csv.power");
  ASSERT_EQ(power.readings.size(), 2U);
  EXPECT_DOUBLE_EQ(power.readings[0].value, 18);
  EXPECT_DOUBLE_EQ(power.readings[1].value, 22);
  EXPECT_EQ(power.readings[1].end_ns, 1'000'000);
  EXPECT_TRUE(power.rejected.empty()) << "the header is no noise";
}

TEST(Csv, AScopesExportWithAShunt) {
  Mapping mapping;
  mapping.time = {{"t / ms"}, "ms", {}};
  mapping.voltage = ScaledField{{"U supply (V)"}, "V"};
  mapping.shunt = ShuntMapping{{{"U shunt (mV)"}, "mV"}, 0.01, 0.01};
  mapping.position = Position::kInstant;
  mapping.decimal_comma = true;
  const ImportedLog log = value_of(import_log(fixture("scope.csv"), csv_options(mapping)));
  const record::Series& power = series_of(log, "csv.power");
  ASSERT_EQ(power.readings.size(), 3U);
  EXPECT_DOUBLE_EQ(power.readings[0].value, 12.00 * 0.150);
  EXPECT_DOUBLE_EQ(power.readings[2].value, 11.98 * 0.170);
  EXPECT_EQ(power.readings[2].end_ns, 2'000'000);
  EXPECT_EQ(rejected(power, "empty field"), 1);
  ASSERT_TRUE(power.channel.accuracy);
  EXPECT_DOUBLE_EQ(power.channel.accuracy->of_reading, 0.01);
}

TEST(Csv, AClampOnAKnownSupply) {
  Mapping mapping = watts_by_seconds();
  mapping.power.reset();
  mapping.clamp = ClampMapping{{{"w"}, "mV"}, 0.1, 0.03};
  mapping.supply_volts = 5;
  mapping.supply_tolerance = 0.04;
  const ImportedLog log = value_of(import_text("t,w\n0,100\n1,150\n", csv_options(mapping)));
  const record::Series& power = series_of(log, "csv.power");
  EXPECT_DOUBLE_EQ(power.readings[0].value, 5);
  EXPECT_DOUBLE_EQ(power.readings[1].value, 7.5);
  EXPECT_DOUBLE_EQ(power.channel.accuracy->of_reading, 0.05);
}

TEST(Csv, StampsWithPatternsAndZones) {
  Mapping mapping = watts_by_seconds();
  mapping.time.unit = "%m-%d-%Y %H:%M:%S.%f";
  const std::string text = "t,w\n11-07-2020 17:54:47.071,1\n11-07-2020 17:54:48.071,2\n";
  const auto silent = import_text(text, csv_options(mapping));
  ASSERT_FALSE(silent);
  EXPECT_TRUE(mentions(silent.error().message, "zone")) << silent.error().message;
  mapping.time.zone = Zone{3600};
  const ImportedLog log = value_of(import_text(text, csv_options(mapping)));
  EXPECT_EQ(log.clock, LogClock::kUtc);
  EXPECT_EQ(log.span.begin_ns, parse_iso8601("2020-11-07T16:54:47.071Z")->ns);

  mapping.time.unit = "iso8601";
  mapping.time.zone.reset();
  const auto iso = [&](const char* first, const char* second) {
    return import_text(std::string("t,w\n") + first + ",1\n" + second + ",2\n", csv_options(mapping));
  };
  EXPECT_FALSE(iso("2020-11-07T17:54:47", "2020-11-07T17:54:48"));
  const ImportedLog mixed = value_of(iso("2020-11-07T17:54:47Z", "2020-11-07T17:54:48"));
  EXPECT_EQ(mixed.readings, 1);
  EXPECT_EQ(rejected(series_of(mixed, "csv.power"), "unreadable time"), 1);

  mapping.time.unit = "epoch_ms";
  EXPECT_EQ(value_of(iso("1604767887071", "1604767888071")).span.begin_ns, 1'604'767'887'071'000'000);
}

TEST(Csv, RowsThatAreOddAreCounted) {
  const ImportedLog log =
      value_of(import_text("# made by hand\n"
                           "t,w\n"
                           "0,1\n"
                           "1,nan\n"
                           "2,9.91E+37\n"
                           "3,\n"
                           "4,OFF\n"
                           "5,abc\n"
                           "x,1\n"
                           "7,1,2\n"
                           "noise\n"
                           "\n"
                           "\"8\",\"2\"\n"
                           "9,\"2\n"
                           "8,2\n"
                           "8,3\n"
                           "2,1\n"
                           "10,3\n"
                           "11,4",
                           csv_options(watts_by_seconds())));
  const record::Series& power = series_of(log, "csv.power");
  EXPECT_EQ(values_of(power), (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(power.rejected, (std::map<std::string, std::int64_t>{{"cut-short last line", 1},
                                                                 {"duplicate", 1},
                                                                 {"empty field", 1},
                                                                 {"no data", 2},
                                                                 {"noise line", 2},
                                                                 {"not a number", 1},
                                                                 {"out of order", 1},
                                                                 {"same time, other value", 1},
                                                                 {"sensor off", 1},
                                                                 {"unreadable time", 1},
                                                                 {"wrong number of columns", 1}}));
  EXPECT_EQ(log.source.facts.at("first wrong number of columns"), "line 10");
  EXPECT_EQ(log.source.facts.at("first no data"), "line 4");
}

TEST(Csv, AHeaderWithACommaAtItsEnd) {
  for (const char* text : {"t,w,\n0,1,\n1,2,\n", "t,w,\n0,1\n1,2\n", "t,w\n0,1,\n1,2,\n",
                           "t;w\r\n0;1\r\n1;2\r\n", "t\tw\n0\t1\n1\t2\n", "\xef\xbb\xbft,w\n0,1\n1,2\n"})
    EXPECT_EQ(values_of(series_of(value_of(import_text(text, csv_options(watts_by_seconds()))), "csv.power")),
              (std::vector<double>{1, 2}))
        << text;
}

TEST(Csv, PlainRowsAndQuotedOnesAreReadAlike) {
  // A quoted field takes the general way, so the same rows with and without quotes compare the two.
  SplitMix64 random(21);
  for (const char* tail : {"", ",", ",note", ",\"a,b\""}) {
    std::string plain = "t,i,u" + std::string(*tail == ',' && tail[1] != 0 ? ",note" : tail) + "\n",
                quoted = plain;
    for (int i = 0; i < 500; ++i) {
      const auto number = [&] {
        std::string text = std::to_string(random.below(100000));
        if (random.below(3) == 0) text.insert(random.below(text.size()) + 1, ".");
        return (random.below(9) == 0    ? "-"
                : random.below(9) == 0  ? "+"
                : random.below(20) == 0 ? "x"
                                        : "") +
               text;
      };
      const std::string t = std::to_string(i) + "." + std::to_string(random.below(1000)), current = number(),
                        voltage = number();
      plain += t + "," + current + "," + voltage + tail + "\n";
      quoted += "\"" + t + "\"," + current + ",\"" + voltage + "\"" + tail + "\n";
    }
    Mapping mapping = watts_by_seconds();
    mapping.power.reset();
    mapping.voltage = ScaledField{{"u"}, "mV"};
    mapping.current = ScaledField{{"i"}, "mA"};
    const ImportedLog one = value_of(import_text(plain, csv_options(mapping)));
    const ImportedLog other = value_of(import_text(quoted, csv_options(mapping)));
    EXPECT_GT(one.readings, 300);
    EXPECT_EQ(series_of(one, "csv.power").readings, series_of(other, "csv.power").readings) << tail;
    EXPECT_EQ(series_of(one, "csv.power").rejected, series_of(other, "csv.power").rejected) << tail;
  }
}

TEST(Csv, ColumnsThatAreNotThere) {
  Mapping mapping = watts_by_seconds();
  const auto error = [&](const std::string& text) {
    const auto log = import_text(text, csv_options(mapping));
    EXPECT_FALSE(log);
    return log ? std::string() : log.error().message;
  };
  mapping.power->field.name = "Wats";
  EXPECT_TRUE(mentions(error("t,Watts,Volts\n0,1,2\n"), "did you mean 'Watts'?"));
  mapping.power->field.name = "w";
  EXPECT_TRUE(mentions(error("t,w,w\n0,1,2\n"), "two columns are named 'w'"));
  mapping.power->field = {"", 7};
  EXPECT_TRUE(mentions(error("t,w\n0,1\n"), "there is no column 7"));
  mapping.time.field = {"", 1};
  EXPECT_TRUE(mentions(error("t,w\n0,1\n"), "no line in the first kilobytes has a time in column 1"));
}

TEST(Mapping, SaysWhatIsWrong) {
  const auto message = [](const std::function<void(Mapping&)>& spoil) {
    Mapping mapping = watts_by_seconds();
    spoil(mapping);
    const auto log = import_text("t,w\n0,1\n1,1\n", csv_options(mapping));
    EXPECT_FALSE(log);
    EXPECT_TRUE(log || log.error().code == Code::kInvalidInput);
    return log ? std::string() : log.error().message;
  };
  EXPECT_TRUE(mentions(message([](Mapping& m) { m.power.reset(); }), "0 were found"));
  EXPECT_TRUE(mentions(message([](Mapping& m) { m.current = m.power; }), "2 were found"));
  EXPECT_TRUE(mentions(message([](Mapping& m) { m.position.reset(); }), "position"));
  EXPECT_TRUE(mentions(message([](Mapping& m) { m.power->unit = "kW"; }), "W, mW or uW"));
  EXPECT_TRUE(mentions(message([](Mapping& m) { m.power->field = {}; }), "none was found"));
  EXPECT_TRUE(mentions(message([](Mapping& m) { m.power->field = {"w", 2}; }), "'w' and 2"));
  EXPECT_TRUE(mentions(message([](Mapping& m) { m.voltage = ScaledField{{"t"}, "V"}; }), "voltage"));
  EXPECT_TRUE(mentions(message([](Mapping& m) { m.time.unit = "minutes"; }), "'minutes' was found"));
  EXPECT_TRUE(mentions(message([](Mapping& m) { m.time.field = {}; }), "time"));
  EXPECT_TRUE(mentions(message([](Mapping& m) { m.interval_ns = 0; }), "interval"));
  const auto shunt = [&](double ohms, std::optional<double> tolerance, std::optional<double> supply) {
    return message([&](Mapping& m) {
      m.power.reset();
      m.shunt = ShuntMapping{{{"w"}, "mV"}, ohms, tolerance};
      m.supply_volts = supply;
      m.supply_tolerance = 0.01;
    });
  };
  EXPECT_TRUE(mentions(shunt(0, 0.01, 12), "shunt.ohms"));
  EXPECT_TRUE(mentions(shunt(-1, 0.01, 12), "shunt.ohms"));
  EXPECT_TRUE(mentions(shunt(0.01, {}, 12), "shunt.tolerance"));
  EXPECT_TRUE(mentions(shunt(0.01, 1.0, 12), "shunt.tolerance"));
  EXPECT_TRUE(mentions(shunt(0.01, 0.01, {}), "neither was found"));
  EXPECT_TRUE(mentions(shunt(0.01, 0.01, -12), "supply_volts"));
}

TEST(Mapping, TolerancesCombineWithTheMetersAccuracy) {
  PowerFormula formula;
  formula.tolerance = 0.03;
  formula.basis = "volts x shunt";
  record::Accuracy meter;
  meter.of_reading = 0.04;
  meter.of_range = 0.002;
  meter.range = 20;
  meter.source = "manual";
  const auto both = combined_accuracy(formula, meter).value();
  EXPECT_DOUBLE_EQ(both.of_reading, 0.05);
  EXPECT_EQ(both.of_range, 0.002);
  EXPECT_EQ(both.range, 20);
  EXPECT_EQ(both.source, "manual; volts x shunt");
  formula.tolerance = 0;
  EXPECT_EQ(combined_accuracy(formula, meter), meter);
  EXPECT_FALSE(combined_accuracy(formula, {}));
}

TEST(Monsoon, TimesAreSecondsInSpiteOfTheName) {
  const ImportedLog log = value_of(import_log(fixture("monsoon.csv"), {}));
  EXPECT_EQ(log.format, "monsoon");
  const record::Series& power = series_of(log, "monsoon.power");
  ASSERT_EQ(power.readings.size(), 5U);
  EXPECT_EQ(power.readings[0].end_ns, 200'000);
  EXPECT_DOUBLE_EQ(power.readings[0].value, 0.41231 * 4.2010);
  EXPECT_EQ(power.channel.update_ns, 200'000);
  EXPECT_EQ(power.channel.boundary, record::Boundary::kDcInput);
  EXPECT_EQ(power.channel.kind, record::ReadingKind::kInstant);
  EXPECT_TRUE(power.rejected.empty());
}

TEST(Monsoon, TimesThatMayBeMillisecondsAreRefused) {
  const auto log =
      import_text("Time(ms),Main(mA),Main Voltage(V),\n0.2,412,4.2,\n0.4,412,4.2,\n0.6,412,4.2,\n", {});
  ASSERT_FALSE(log);
  EXPECT_TRUE(mentions(log.error().message, "mapping")) << log.error().message;
}

TEST(Jtop, EveryRailTheTotalAndTemperatures) {
  ImportOptions options;
  const auto silent = import_log(fixture("jtop.csv"), options);
  ASSERT_FALSE(silent);
  EXPECT_TRUE(mentions(silent.error().message, "zone")) << silent.error().message;
  options.log.zone = Zone{};
  const ImportedLog log = value_of(import_log(fixture("jtop.csv"), options));
  EXPECT_EQ(log.format, "jtop");
  const record::Series& total = series_of(log, "jtop.total.power");
  EXPECT_EQ(values_of(total), (std::vector<double>{5.765, 5.9, 5.91}));
  EXPECT_EQ(total.readings[1].end_ns, parse_iso8601("2023-05-01T10:00:01.001234Z")->ns);
  EXPECT_EQ(total.channel.contains,
            (std::vector<std::string>{"jtop.VDD_CPU_GPU_CV.power", "jtop.VDD_SOC.power"}));
  EXPECT_EQ(values_of(series_of(log, "jtop.VDD_SOC.power")),
            (std::vector<double>{1497 * 1e-3, 1.5, 1501 * 1e-3}));
  EXPECT_EQ(values_of(series_of(log, "jtop.CPU1.utilisation")), (std::vector<double>{12, 14, 13}));
  EXPECT_EQ(rejected(series_of(log, "jtop.CPU2.utilisation"), "sensor off"), 3);
  EXPECT_EQ(rejected(series_of(log, "jtop.GPU.temperature"), "empty field"), 1);
  EXPECT_EQ(values_of(series_of(log, "jtop.CPU.temperature")), (std::vector<double>{45.5, 45.6, 45.7}));
  EXPECT_EQ(find_series(log, "jtop.pwmfan0.temperature"), nullptr);
}

TEST(Jtop, Version3) {
  ImportOptions options;
  options.log.zone = Zone{};
  const ImportedLog log = value_of(import_log(fixture("jtop-3.csv"), options));
  EXPECT_EQ(values_of(series_of(log, "jtop.total.power")), (std::vector<double>{2.345, 2.350}));
}

}  // namespace
}  // namespace assay::powerlog

// From a log on disk to the table's figures: clocks, energies and refusals, over campaigns whose truth is
// known.
#include <gtest/gtest.h>

#include <cmath>

#include "campaign_scene.h"
#include "powerlog/mapping_file.h"
#include "store/power_import.h"
#include "timeline/clock_map.h"

namespace assay::test {
namespace {

using campaign::ClockSource;
using campaign::ImportedPower;
using campaign::ImportRequest;

Meter analyzer() {
  Meter meter;
  meter.kind = record::ReadingKind::kMean;
  meter.interval = 0.1;
  meter.noise = 0.02;
  return meter;
}

ImportRequest ptdaemon_request(const fs::path& log) {
  ImportRequest request;
  request.log = log;
  request.options.log.zone = powerlog::Zone{0};
  request.options.log.boundary = record::Boundary::kDcInput;
  request.options.log.accuracy = record::Accuracy{0.001, 0.001, 30, "manual"};
  return request;
}

ImportRequest shunt_request(const fs::path& log) {
  const auto file = powerlog::parse_mapping(R"(
time: {column: t, unit: s}
voltage: {column: u, unit: V}
shunt: {column: drop, unit: mV, ohms: 0.01, tolerance: 0.01}
position: instant
boundary: dc_input
)",
                                            "shunt.yaml");
  ImportRequest request;
  request.log = log;
  request.options.log.mapping = file->mapping;
  request.options.log.boundary = file->boundary;
  request.mapping = file->text;
  return request;
}

/// Volts and the drop over 10 milliohm, on a clock of the logger's own.
std::string shunt_log(const std::vector<record::Reading>& readings, const LoggerClock& clock) {
  std::string text = "# recorder\nt,u,drop\n";
  for (const record::Reading& reading : readings) {
    char line[80];
    std::snprintf(line, sizeof line, "%.6f,12.5,%.6f\n",
                  static_cast<double>(clock.theirs_ns(reading.end_ns)) * 1e-9,
                  reading.value / 12.5 * 0.01 * 1e3);
    text += line;
  }
  return text;
}

Result<ImportedPower> import(Scene& scene, const ImportRequest& request) {
  return campaign::import_power(scene.experiment, *scene.directory, request);
}

std::string refusal(Scene& scene, const ImportRequest& request, Code code = Code::kInvalidInput) {
  const auto imported = import(scene, request);
  if (imported) return "";
  EXPECT_EQ(imported.error().code, code) << imported.error().message;
  return imported.error().message;
}

bool mentions(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

const record::PowerSource& primary(const record::Results& results) {
  for (const auto& source : results.rows.at(0).power_sources)
    if (source.primary) return source;
  ADD_FAILURE() << "no power source";
  static const record::PowerSource kNone;
  return kNone;
}

/// U of one window, k = 2.
double expanded(const record::PowerWindow& window) {
  return 2 * std::hypot(window.u_gain_w + window.u_range_w, window.u_other_w);
}

bool has_finding(const record::Results& results, const std::string& rule) {
  return std::ranges::any_of(results.rows.at(0).findings,
                             [&](const auto& finding) { return finding.rule == rule; });
}

TEST(PowerImport, APtDaemonLogWhoseClockIsOffAndDriftsGivesTheTruth) {
  int clocks_within = 0, powers_within = 0, powers = 0;
  constexpr int kScenes = 10;
  for (int seed = 1; seed <= kScenes; ++seed) {
    Scene scene({static_cast<std::uint64_t>(seed), 5000.0 + seed});
    const double ahead = 17.3 - 6 * seed, drift = 30e-6 * (seed % 2 ? 1 : -1), begin = 5000;
    const auto log = scene.write("ptd.txt", ptdaemon_log(scene.observe(analyzer()), ahead, drift, begin));
    const auto imported = import(scene, ptdaemon_request(log));
    ASSERT_TRUE(imported) << imported.error().message;
    EXPECT_EQ(imported->id, "power.ptdaemon-log");
    const record::ClockMap clock = imported->import.parts.at(0).observation.sources.at(0).clock;
    EXPECT_EQ(clock.method, "load pattern");
    EXPECT_LT(clock.error_ns, 60'000'000) << "no better than the interval would be lazy";
    const double middle = static_cast<double>(scene.windows[0].end_ns) * 1e-9;
    const std::int64_t theirs = to_ns(middle + ahead + drift * (middle - begin)) + kUtcOffsetNs;
    clocks_within += std::abs(timeline::to_ours(clock, theirs) - to_ns(middle)) <= clock.error_ns;

    const auto results = scene.derive();
    ASSERT_TRUE(results) << results.error().message;
    const record::PowerSource& source = primary(*results);
    EXPECT_EQ(source.channel, "ptdaemon-log.power");
    ASSERT_EQ(source.windows.size(), 2u);
    for (std::size_t i = 0; i < 2; ++i) {
      const record::PowerWindow& window = source.windows[i];
      ASSERT_EQ(window.problem, "");
      EXPECT_GT(window.coverage, 0.999);
      EXPECT_LT(expanded(window), 0.03 * window.mean_w);
      powers_within += std::abs(window.mean_w - scene.true_w(scene.windows[i])) <= expanded(window);
      ++powers;
    }
    const auto& figures = results->rows[0].figures;
    EXPECT_NEAR(*figures.power.value, (source.windows[0].mean_w + source.windows[1].mean_w) / 2, 1e-9);
    EXPECT_NEAR(*figures.efficiency.value, 200 / (source.windows[0].mean_w + source.windows[1].mean_w), 1e-9);
    EXPECT_NEAR(*figures.power_idle.value, kIdleW, 0.02);
    EXPECT_NEAR(*figures.power_net.value, *figures.power.value - kIdleW, 0.02);
    EXPECT_FALSE(has_finding(*results, "power-boundary")) << "a meter at the DC input stands unmarked";
    EXPECT_FALSE(has_finding(*results, "power-simulated"));
    EXPECT_FALSE(has_finding(*results, "power-window"));
    EXPECT_FALSE(has_finding(*results, "power-clock"));
  }
  EXPECT_GE(clocks_within, kScenes - 1);
  EXPECT_GE(powers_within, powers - 1);
}

TEST(PowerImport, AFastTableOnAClockOfItsOwnGivesTheTruth) {
  int clocks_within = 0, powers_within = 0;
  constexpr int kScenes = 5;
  for (int seed = 1; seed <= kScenes; ++seed) {
    Scene scene({static_cast<std::uint64_t>(seed)});
    Meter adc;
    adc.kind = record::ReadingKind::kInstant;
    adc.interval = 0.002;
    adc.noise = 0.1;
    const LoggerClock logger{4900 - 3.25 * seed, -40e-6, 0};
    const auto log = scene.write("adc.csv", shunt_log(scene.observe(adc), logger));
    const auto imported = import(scene, shunt_request(log));
    ASSERT_TRUE(imported) << imported.error().message;
    EXPECT_EQ(imported->import.facts.log_clock, "relative");
    const record::ClockMap clock = imported->import.parts.at(0).observation.sources.at(0).clock;
    EXPECT_LT(clock.error_ns, 5'000'000) << "found again at the full rate, not by bins";
    EXPECT_NEAR(clock.drift, -40e-6, 60e-6);
    const std::int64_t middle = scene.windows[0].end_ns;
    clocks_within += std::abs(timeline::to_ours(clock, logger.theirs_ns(middle)) - middle) <= clock.error_ns;
    const auto results = scene.derive();
    ASSERT_TRUE(results);
    const record::PowerSource& source = primary(*results);
    for (std::size_t i = 0; i < 2; ++i) {
      ASSERT_EQ(source.windows[i].problem, "");
      EXPECT_TRUE(source.windows[i].accuracy_known) << "the shunt's tolerance";
      powers_within +=
          std::abs(source.windows[i].mean_w - scene.true_w(scene.windows[i])) <= expanded(source.windows[i]);
    }
  }
  EXPECT_EQ(clocks_within, kScenes);
  EXPECT_EQ(powers_within, 2 * kScenes);
}

TEST(PowerImport, ALogOfAnotherRunIsRefusedAndNothingIsKept) {
  Scene scene({1}), other({2});
  const auto log = scene.write("other.txt", ptdaemon_log(other.observe(analyzer()), 1, 0, 5000));
  EXPECT_TRUE(mentions(refusal(scene, ptdaemon_request(log)), "does not match the load pattern"));
  EXPECT_TRUE(store::power_imports(*scene.directory).empty());
  const auto results = scene.derive();
  ASSERT_TRUE(results);
  EXPECT_FALSE(results->rows[0].figures.power.value);
  EXPECT_TRUE(has_finding(*results, "power-unmeasured"));
}

TEST(PowerImport, MeasuredFilesStayAsTheyAreAndDerivingAgainIsTheSame) {
  Scene scene({3});
  const fs::path run = scene.directory->run_folder("timed.a.r1") / "run.json";
  const std::string before = read_file(run).value();
  const auto log = scene.write("ptd.txt", ptdaemon_log(scene.observe(analyzer()), 2, 0, 5000));
  ASSERT_TRUE(import(scene, ptdaemon_request(log)));
  EXPECT_EQ(read_file(run).value(), before);
  const auto first = scene.derive(), again = scene.derive();
  ASSERT_TRUE(first && again);
  EXPECT_EQ(first->rows[0].figures.power.value, again->rows[0].figures.power.value);
  EXPECT_EQ(first->finished_utc, again->finished_utc);
}

TEST(PowerImport, TheSameLogTwiceAndATakenName) {
  Scene scene({4});
  const auto text = ptdaemon_log(scene.observe(analyzer()), 2, 0, 5000);
  auto request = ptdaemon_request(scene.write("ptd.txt", text));
  ASSERT_TRUE(import(scene, request));
  EXPECT_TRUE(mentions(refusal(scene, request, Code::kConflict), "was imported before"));
  request.name = "again";
  EXPECT_TRUE(mentions(refusal(scene, request, Code::kConflict), "--replace"));
  auto longer = ptdaemon_request(scene.write("longer.txt", text + "power failed\n"));
  EXPECT_TRUE(mentions(refusal(scene, longer, Code::kConflict), "--as"));
  longer.replace = true;
  const auto replaced = import(scene, longer);
  ASSERT_TRUE(replaced) << replaced.error().message;
  EXPECT_EQ(replaced->set_aside, std::vector<std::string>{"power.ptdaemon-log"});
  EXPECT_TRUE(fs::exists(scene.directory->path() / "superseded" / "power.ptdaemon-log.1" / "import.json"));
  longer.name = "no good";
  EXPECT_TRUE(mentions(refusal(scene, longer), "'_' and '-'"));
  const auto results = scene.derive();
  ASSERT_TRUE(results);
  EXPECT_EQ(results->rows[0].power_sources.size(), 1u) << "what was set aside does not count";
  EXPECT_FALSE(has_finding(*results, "run-again"));
}

TEST(PowerImport, ADeclaredClockAndAWrongZone) {
  Scene scene({5});
  auto request =
      ptdaemon_request(scene.write("ptd.txt", ptdaemon_log(scene.observe(analyzer()), 0.020, 0, 5000)));
  request.clock.source = ClockSource::kUtc;
  EXPECT_TRUE(mentions(refusal(scene, request), "--clock-error"));
  request.clock.error = std::chrono::milliseconds(50);
  request.options.log.zone = powerlog::Zone{7200};
  const std::string wrong = refusal(scene, request);
  EXPECT_TRUE(mentions(wrong, "UTC") && mentions(wrong, "would cover it")) << wrong;
  request.clock = {};
  EXPECT_TRUE(mentions(refusal(scene, request), "would cover it"))
      << "the pattern is not looked for hours away";
  request.options.log.zone = powerlog::Zone{0};
  request.clock = {ClockSource::kUtc, {}, std::chrono::milliseconds(50)};
  const auto imported = import(scene, request);
  ASSERT_TRUE(imported) << imported.error().message;
  const auto& clock = imported->import.parts[0].observation.sources[0].clock;
  EXPECT_EQ(clock.method, "declared");
  EXPECT_EQ(clock.error_ns, 50'000'000);
  EXPECT_EQ(clock.offset_ns, -kUtcOffsetNs);
  const auto results = scene.derive();
  ASSERT_TRUE(results);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& window = primary(*results).windows[i];
    EXPECT_LE(std::abs(window.mean_w - scene.true_w(scene.windows[i])), expanded(window));
  }
  request.clock.error = std::chrono::seconds(1);  // 5 % of a window.
  request.replace = true;
  ASSERT_TRUE(import(scene, request));
  EXPECT_TRUE(has_finding(*scene.derive(), "power-clock"));
  request.clock = {ClockSource::kSame, std::chrono::seconds(1), {}};
  EXPECT_TRUE(mentions(refusal(scene, request), "--clock utc"));
  Meter adc = analyzer();
  auto relative = shunt_request(scene.write("adc.csv", shunt_log(scene.observe(adc), {4900, 0, 0})));
  relative.clock.source = ClockSource::kSame;
  EXPECT_TRUE(mentions(refusal(scene, relative), "a zero of its own"));
}

TEST(PowerImport, ALogThatEndsEarlyLeavesAWindowWithoutPowerAndNoZero) {
  Scene scene({6});
  auto readings = scene.observe(analyzer());
  const std::int64_t end =
      scene.windows[1].begin_ns + 5'000'000'000;  // A quarter of the second window is there.
  std::erase_if(readings, [&](const auto& reading) { return reading.end_ns > end; });
  std::string text = ptdaemon_log(readings, 2, 0, 5000);
  text.resize(text.size() - 20);  // And its last line is cut short.
  const auto imported = import(scene, ptdaemon_request(scene.write("cut.txt", text)));
  ASSERT_TRUE(imported) << imported.error().message;
  const auto& source = imported->import.parts[0].observation.sources[0];
  EXPECT_EQ(source.clock.drift, 0) << "one pattern does not tell it";
  const auto results = scene.derive();
  ASSERT_TRUE(results);
  EXPECT_NEAR(primary(*results).windows[1].coverage, 0.25, 0.02);
  EXPECT_TRUE(has_finding(*results, "power-window")) << "75 % of it are missing";
  EXPECT_EQ(results->rows[0].verdict, "INVALID");

  // Nothing of the second window.
  std::erase_if(readings, [&](const auto& reading) { return reading.end_ns > end - 7'000'000'000; });
  auto request = ptdaemon_request(scene.write("shorter.txt", ptdaemon_log(readings, 2, 0, 5000)));
  request.replace = true;
  ASSERT_TRUE(import(scene, request));
  const auto shorter = scene.derive();
  ASSERT_TRUE(shorter);
  EXPECT_EQ(primary(*shorter).windows[0].problem, "");
  EXPECT_NE(primary(*shorter).windows[1].problem, "");
  EXPECT_TRUE(has_finding(*shorter, "power-unmeasured"));
  EXPECT_NEAR(*shorter->rows[0].figures.power.value, primary(*shorter).windows[0].mean_w, 1e-12)
      << "the mean is of what there is, and the finding says so";
}

TEST(PowerImport, AnotherBootIsNotLaidUnderTheSameClock) {
  SceneSetup setup{7};
  setup.second_boot = true;
  Scene scene(setup);
  const auto imported = import(
      scene, ptdaemon_request(scene.write("ptd.txt", ptdaemon_log(scene.observe(analyzer()), 2, 0, 5000))));
  ASSERT_TRUE(imported) << imported.error().message;
  ASSERT_EQ(imported->import.parts.size(), 2u);
  EXPECT_EQ(imported->import.parts[0].observation.sources[0].failure, "");
  EXPECT_TRUE(
      mentions(imported->import.parts[1].observation.sources[0].failure, "no load pattern was driven"));
  const auto results = scene.derive();
  ASSERT_TRUE(results);
  EXPECT_EQ(primary(*results).windows[0].problem, "");
  EXPECT_NE(primary(*results).windows[1].problem, "");
  EXPECT_TRUE(has_finding(*results, "power-unmeasured"));
}

TEST(PowerImport, ARunThatWasMadeAfterItHasNoPowerOfIt) {
  Scene scene({8});
  const auto log = scene.write("ptd.txt", ptdaemon_log(scene.observe(analyzer()), 2, 0, 5000));
  ASSERT_TRUE(import(scene, ptdaemon_request(log)));
  auto run = store::load_timed_run(scene.directory->run_folder("timed.a.r2")).value();
  run.boot_id = "later";
  ASSERT_TRUE(scene.directory->supersede("timed.a.r2", "for the test"));
  ASSERT_TRUE(scene.directory->add_run("timed.a.r2",
                                       [&](const fs::path& f) { return store::save_timed_run(f, run); }));
  const auto results = scene.derive();
  ASSERT_TRUE(results);
  EXPECT_NE(primary(*results).windows[1].problem, "");
}

TEST(PowerImport, SimulatedIsMarked) {
  Scene scene({9});
  const auto text = ptdaemon_log(scene.observe(analyzer()), 2, 0, 5000);
  auto request = ptdaemon_request(scene.write("ptd.txt", text));
  request.simulated = true;
  ASSERT_TRUE(import(scene, request));
  EXPECT_TRUE(primary(*scene.derive()).simulated);
  EXPECT_TRUE(has_finding(*scene.derive(), "power-simulated"));
  // What names itself so in its identity needs nobody to say it.
  request = ptdaemon_request(scene.write("sim.txt",
                                         "Time,07-25-2026 09:00:00.000,NOTICE,Analyzer identity response of "
                                         "32 bytes: YokogawaWT310E-SIMULATED\n" +
                                             text));
  request.replace = true;
  ASSERT_TRUE(import(scene, request));
  EXPECT_TRUE(primary(*scene.derive()).simulated);
}

TEST(PowerImport, LiveNamesAndOtherBoundaries) {
  Scene scene({10});
  auto request =
      ptdaemon_request(scene.write("ptd.txt", ptdaemon_log(scene.observe(analyzer()), 2, 0, 5000)));
  request.options.log.boundary = record::Boundary::kAcInput;
  request.name = "wall";
  ASSERT_TRUE(import(scene, request));
  const auto results = scene.derive();
  EXPECT_EQ(primary(*results).channel, "wall.power");
  EXPECT_EQ(primary(*results).boundary, "ac_input");
  EXPECT_TRUE(has_finding(*results, "power-boundary"));

  auto run = store::load_timed_run(scene.directory->run_folder("timed.a.r1")).value();
  record::Source live;
  live.id = "ptdaemon";
  run.observation.sources = {live};
  ASSERT_TRUE(scene.directory->supersede("timed.a.r1", "for the test"));
  ASSERT_TRUE(scene.directory->add_run("timed.a.r1",
                                       [&](const fs::path& f) { return store::save_timed_run(f, run); }));
  request.name = "ptdaemon";
  EXPECT_TRUE(mentions(refusal(scene, request, Code::kConflict), "observed live"));
}

TEST(PowerImport, BadLogsAreRefusedWithTheReason) {
  Scene scene({11});
  const auto readings = scene.observe(analyzer());
  const std::string text = ptdaemon_log(readings, 2, 0, 5000);
  EXPECT_EQ(import(scene, ptdaemon_request("/nowhere/log")).error().code, Code::kNotFound);
  refusal(scene, ptdaemon_request(scene.write("empty.txt", "")), Code::kCorrupt);
  refusal(scene, ptdaemon_request(scene.write("zip.txt", "PK\x03\x04junk\n")), Code::kCorrupt);
  refusal(scene, ptdaemon_request(scene.folder->path()));
  auto no_zone = ptdaemon_request(scene.write("ptd.txt", text));
  no_zone.options.log.zone.reset();
  EXPECT_TRUE(mentions(refusal(scene, no_zone), "no zone"));
  // Two logs in one.
  std::string interleaved;
  const std::string late = ptdaemon_log(readings, 9, 0, 5000);
  for (std::size_t a = 0, b = 0; a < text.size() && b < late.size();) {
    const auto take = [](const std::string& from, std::size_t& at) {
      const auto end = from.find('\n', at) + 1;
      return from.substr(std::exchange(at, end), end - at);
    };
    interleaved += take(text, a);
    interleaved += take(late, b);
  }
  EXPECT_TRUE(mentions(refusal(scene, ptdaemon_request(scene.write("two.txt", interleaved)), Code::kCorrupt),
                       "several logs in one"));
  // A few lines that come twice, late or as noise are counted.
  std::string odd = text;
  const auto second = odd.find('\n') + 1, third = odd.find('\n', second) + 1;
  odd.insert(third, odd.substr(second, third - second) + odd.substr(0, second) + "power glitch\n");
  const auto imported = import(scene, ptdaemon_request(scene.write("odd.txt", odd)));
  ASSERT_TRUE(imported) << imported.error().message;
  const auto& rejected = imported->import.parts[0].observation.series[0].rejected;
  EXPECT_EQ(rejected.at("duplicate"), 1);
  EXPECT_EQ(rejected.at("out of order"), 1);
  EXPECT_EQ(rejected.at("noise line"), 1);
  EXPECT_EQ(imported->import.facts.bad_lines, 1);
}

TEST(PowerImport, WithoutAPatternTheClockHasToBeSaidAndWithoutARunThereIsNothing) {
  Scene scene({12});
  const auto log = scene.write("ptd.txt", ptdaemon_log(scene.observe(analyzer()), 0, 0, 5000));
  scene.experiment.power.load_pattern = false;
  EXPECT_TRUE(mentions(refusal(scene, ptdaemon_request(log)), "--clock same"));
  auto same = ptdaemon_request(log);
  same.clock.source = ClockSource::kSame;
  const auto imported = import(scene, same);
  ASSERT_TRUE(imported) << imported.error().message;
  EXPECT_EQ(imported->import.parts[0].observation.sources[0].clock.method, "same clock");
  ASSERT_TRUE(scene.directory->supersede("timed.a.r1", "x"));
  ASSERT_TRUE(scene.directory->supersede("timed.a.r2", "x"));
  EXPECT_TRUE(mentions(refusal(scene, same, Code::kNotFound), "no timed run has completed"));
}

TEST(PowerImport, AClockThatWasSetDuringARunWidensTheBound) {
  Scene scene({13});
  auto run = store::load_timed_run(scene.directory->run_folder("timed.a.r1")).value();
  run.clock_step_ns = 400'000'000;
  ASSERT_TRUE(scene.directory->supersede("timed.a.r1", "for the test"));
  ASSERT_TRUE(scene.directory->add_run("timed.a.r1",
                                       [&](const fs::path& f) { return store::save_timed_run(f, run); }));
  auto request =
      ptdaemon_request(scene.write("ptd.txt", ptdaemon_log(scene.observe(analyzer()), 0, 0, 5000)));
  request.clock.source = ClockSource::kSame;
  const auto imported = import(scene, request);
  ASSERT_TRUE(imported) << imported.error().message;
  EXPECT_NEAR(static_cast<double>(imported->import.parts[0].observation.sources[0].clock.error_ns), 200e6,
              1e3);
}

}  // namespace
}  // namespace assay::test

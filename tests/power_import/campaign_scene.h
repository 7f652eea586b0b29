// A campaign as it would be on disk, over a load whose energy is known, and logs of meters that looked at it.
#pragma once

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "campaign/derive.h"
#include "campaign/import_power.h"
#include "campaign/plan.h"
#include "store/records.h"
#include "timeline/test_curves.h"

namespace assay::test {

namespace fs = std::filesystem;
using timeline::testing::Curve;
using timeline::testing::Draw;
using timeline::testing::Meter;
using timeline::testing::to_ns;

constexpr double kIdleW = 4, kPatternW = 9;
constexpr std::int64_t kUtcOffsetNs = 1'785'000'000'000'000'000;  // UTC less CLOCK_MONOTONIC; July 2026.

struct SceneSetup {
  std::uint64_t seed = 1;
  double begin_s = 5000;
  double chip_s = 0.2;
  bool second_boot = false;  ///< The last timed run is of another boot, and no pattern was driven in it.
};

/// Plan: pattern, idle, two timed runs, idle, pattern. Each run's load is its own.
class Scene {
 public:
  explicit Scene(const SceneSetup& setup) : setup_(setup), draw_(setup.seed) {
    spec::RowSpec row;
    row.id = row.backend = "a";
    experiment.rows = {row};
    experiment.protocol.repeats = 2;
    experiment.protocol.pipeline_iterations = 0;
    experiment.seed = setup.seed;
    experiment.power.load_pattern = true;
    experiment.accuracy.enabled = false;
    load.start_at(setup.begin_s - 20);
    load.hold(setup.begin_s, kIdleW);
    folder.emplace(TemporaryDirectory::create("assay-power-scene").value());
    directory.emplace(store::RunDirectory::create(folder->path() / "run", "", {}).value());
    pattern("pattern.before", timeline::Sequence::kBefore);
    rest(1);
    idle("idle.before", 10);
    timed(1, "one");
    timed(2, setup.second_boot ? "two" : "one");
    idle("idle.after", 10);
    rest(1);
    pattern("pattern.after", timeline::Sequence::kAfter);
    load.hold(load.end() + 15, kIdleW);
  }

  /// What the meter saw from the beginning to the end, in s of our clock.
  std::vector<record::Reading> observe(const Meter& meter) {
    return timeline::testing::observe(load, meter, setup_.begin_s - 15, load.end() - 3, draw_);
  }

  fs::path write(const std::string& name, const std::string& text) const {
    std::ofstream(folder->path() / name) << text;
    return folder->path() / name;
  }

  Result<record::Results> derive() const {
    return campaign::derive_results(experiment, campaign::Assets{}, *directory);
  }

  double true_w(const timeline::Window& window) const {
    return load.mean(static_cast<double>(window.begin_ns) * 1e-9, static_cast<double>(window.end_ns) * 1e-9);
  }

  spec::Experiment experiment;
  Curve load;
  std::vector<timeline::Window> windows;  ///< Of the timed runs.
  std::optional<TemporaryDirectory> folder;
  std::optional<store::RunDirectory> directory;

 private:
  void rest(double s) { load.hold(load.end() + s, kIdleW); }

  template <typename Run>
  void add(const std::string& id, Result<void> (*save)(const fs::path&, const Run&), const Run& run) {
    const auto added = directory->add_run(id, [&](const fs::path& folder) { return save(folder, run); });
    if (!added) std::fprintf(stderr, "%s: %s\n", id.c_str(), added.error().message.c_str());
  }

  void pattern(const std::string& id, timeline::Sequence sequence) {
    const auto chips =
        timeline::load_pattern(6, sequence, setup_.seed, std::chrono::nanoseconds(to_ns(setup_.chip_s)))
            .value();
    const auto driven = timeline::schedule(chips, to_ns(load.end()));
    record::PatternRun run;
    run.boot_id = "one";
    run.window_begin_ns = driven.window.begin_ns;
    run.window_end_ns = driven.window.end_ns;
    bool on = false;
    for (const auto& edge : driven.edges) {
      const double at =
          static_cast<double>(edge.at_ns) * 1e-9 + draw_.uniform(0, 0.002);  // It wakes up late.
      load.hold(at, on ? kPatternW : kIdleW);
      on = edge.on;
      run.edges_ns.push_back(to_ns(at));
    }
    load.hold(static_cast<double>(driven.window.end_ns) * 1e-9, on ? kPatternW : kIdleW);
    add(id, store::save_pattern_run, run);
  }

  void idle(const std::string& id, double s) {
    record::IdleRun run;
    run.boot_id = "one";
    run.begin_ns = to_ns(load.end());
    rest(s);
    run.end_ns = to_ns(load.end());
    add(id, store::save_idle_run, run);
  }

  /// Warm-up, then 20 s of inferences of 10 ms, then rest.
  void timed(int repeat, const std::string& boot) {
    rest(2);
    load.hold(load.end() + 2, 10);
    record::TimedRun run;
    run.repeat = repeat;
    run.boot_id = boot;
    run.window_begin_ns = to_ns(load.end());
    const double end = load.end() + 20;
    while (load.end() < end - 2) {
      const double watts = draw_.uniform(8, 14);
      load.add(load.end(), load.end() + draw_.uniform(0.3, 2), watts, watts + draw_.uniform(-1, 1));
    }
    load.hold(end, 11);
    run.window_end_ns = to_ns(load.end());
    run.latency_ns.assign(2000, 10'000'000);
    run.warmup_ns.assign(200, 10'000'000);
    run.begin_utc_ns = run.window_begin_ns + kUtcOffsetNs;
    windows.push_back({run.window_begin_ns, run.window_end_ns});
    add("timed.a.r" + std::to_string(repeat), store::save_timed_run, run);
    rest(3);
  }

  SceneSetup setup_;
  Draw draw_;
};

/// The clock of a logger: ours = theirs + offset + drift x (theirs - begin), times in s.
struct LoggerClock {
  double offset_s = 0, drift = 0, begin_s = 0;
  std::int64_t theirs_ns(std::int64_t ours_ns) const {
    const auto since = static_cast<double>(ours_ns - to_ns(offset_s) - to_ns(begin_s));
    return to_ns(begin_s) + std::llround(since / (1 + drift));
  }
};

/// As PTDaemon writes; `utc_ns` is the time that its host's clock showed.
inline std::string ptdaemon_line(std::int64_t utc_ns, double watts) {
  using namespace std::chrono;
  const sys_time<nanoseconds> time{nanoseconds(utc_ns)};
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{floor<milliseconds>(time - day)};
  char text[200];
  std::snprintf(text, sizeof text,
                "Time,%02u-%02u-%04d %02d:%02d:%02d.%03d,Watts,%f,Volts,%f,Amps,%f,PF,%f,Mark,notset\n",
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(date.year()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count()), watts, 12.0, watts / 12, 1.0);
  return text;
}

/// A PTDaemon log of readings whose host's clock is ahead of UTC, and drifts.
inline std::string ptdaemon_log(const std::vector<record::Reading>& readings, double ahead_s, double drift,
                                double begin_s) {
  std::string text;
  for (const record::Reading& reading : readings) {
    const double since = static_cast<double>(reading.end_ns) * 1e-9 - begin_s;
    const std::int64_t utc_ns = reading.end_ns + kUtcOffsetNs + to_ns(ahead_s + drift * since);
    text += ptdaemon_line(utc_ns, reading.value);
  }
  return text;
}

}  // namespace assay::test

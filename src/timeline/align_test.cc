#include "timeline/align.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "timeline/clock_map.h"
#include "timeline/test_curves.h"

namespace assay::timeline {
namespace {

using record::ReadingKind;
using record::Series;
using testing::Curve;
using testing::Draw;
using testing::kKinds;
using testing::Meter;
using testing::to_ns;

struct Scene {
  std::vector<DrivenPattern> patterns;
  Series log;
  double offset = 0, drift = 0;  ///< ours = theirs + offset + drift x theirs.
  double first = 0, last = 0;    ///< Middles of the patterns, s on our clock.
};

struct SceneSetup {
  ReadingKind kind = ReadingKind::kMean;
  int order = 6;
  double chip = 0.2, interval = 0.05;
  double idle_w = 3, step_w = 5, noise_w = 0.1;
  double between_s = 30;
  double offset = 1234.5, drift = 0;
  double dropped = 0, lost_runs = 0, jitter = 0;
  double quantum_w = 0, stamp = 0;  ///< What power and time are rounded to, W and s.
  bool with_pattern = true;         ///< The log shows it.
};

/// A pattern, a run of random steps, another pattern; and a log of it all.
Scene scene_of(const SceneSetup& setup, Draw& draw) {
  Scene scene;
  scene.offset = setup.offset;
  scene.drift = setup.drift;
  const auto chip = std::chrono::nanoseconds(to_ns(setup.chip));
  const auto seed = static_cast<std::uint64_t>(draw.uniform(0, 1e9));
  const auto before = load_pattern(setup.order, Sequence::kBefore, seed, chip).value();
  const auto after = load_pattern(setup.order, Sequence::kAfter, seed, chip).value();
  const double start = 100, length = seconds(before.length());
  scene.patterns = {schedule(before, to_ns(start)), schedule(after, to_ns(start + length + setup.between_s))};
  for (auto& pattern : scene.patterns)
    for (auto& edge : pattern.edges)
      edge.at_ns += to_ns(setup.chip * draw.uniform(0, 0.02));  // It wakes up late.
  scene.first = start + length / 2;
  scene.last = start + length * 1.5 + setup.between_s;

  Curve load;
  load.start_at(start - 20);
  const auto drive = [&](const DrivenPattern& pattern) {
    load.hold(static_cast<double>(pattern.window.begin_ns) * 1e-9, setup.idle_w);
    bool on = false;
    for (const auto& edge : pattern.edges) {
      load.hold(static_cast<double>(edge.at_ns) * 1e-9 + 1e-12, setup.idle_w + (on ? setup.step_w : 0));
      on = edge.on;
    }
    load.hold(static_cast<double>(pattern.window.end_ns) * 1e-9, setup.idle_w + (on ? setup.step_w : 0));
  };
  if (setup.with_pattern) drive(scene.patterns[0]);
  const double run_begin = start + length + 1, run_end = start + length + setup.between_s - 3;
  if (setup.with_pattern) load.hold(run_begin, setup.idle_w);
  while (load.end() < run_end)
    load.hold(load.end() + draw.uniform(0.05, 2), setup.idle_w + setup.step_w * draw.uniform(0, 1.3));
  if (setup.with_pattern) drive(scene.patterns[1]);
  load.hold(start + 2 * length + setup.between_s + 20, setup.idle_w);

  Meter meter;
  meter.kind = setup.kind;
  meter.interval = setup.interval;
  meter.noise = setup.noise_w;
  meter.dropped = setup.dropped;
  meter.lost_runs = setup.lost_runs;
  meter.jitter = setup.jitter;
  meter.quantum = setup.quantum_w * (setup.kind == ReadingKind::kCounter ? setup.interval : 1);
  scene.log = testing::series_of(setup.kind, observe(load, meter, start - 15, load.end() - 3, draw));
  if (setup.kind == ReadingKind::kMean) scene.log.channel.update_ns = to_ns(setup.interval);
  for (auto& reading : scene.log.readings) {
    double theirs = (static_cast<double>(reading.begin_ns) * 1e-9 - scene.offset) / (1 + scene.drift);
    if (setup.stamp > 0) theirs = std::round(theirs / setup.stamp) * setup.stamp;
    reading.begin_ns = reading.end_ns = to_ns(theirs);
  }
  return scene;
}

/// How far the map is off at a time on our clock, s.
double error_at(const Scene& scene, const record::ClockMap& map, double ours) {
  const auto theirs = to_ns((ours - scene.offset) / (1 + scene.drift));
  return static_cast<double>(to_ours(map, theirs)) * 1e-9 - ours;
}

std::string refusal(const Series& log, std::span<const DrivenPattern> patterns,
                    const OffsetRange& range = {}) {
  const auto map = align_by_pattern(log, patterns, range);
  return map ? "" : map.error().message;
}

TEST(Align, FindsOffsetAndDrift) {
  Draw draw(1);
  for (const auto kind : kKinds) {
    SceneSetup setup;
    setup.kind = kind;
    setup.drift = 80e-6;
    setup.between_s = 300;
    const auto scene = scene_of(setup, draw);
    const auto map = align_by_pattern(scene.log, scene.patterns);
    ASSERT_TRUE(map) << map.error().message;
    EXPECT_NEAR(map->drift, 80e-6, 30e-6);
    EXPECT_EQ(map->method, "load pattern");
    for (const double ours : {scene.first, (scene.first + scene.last) / 2, scene.last})
      EXPECT_LE(std::abs(error_at(scene, *map, ours)), setup.interval / 2) << to_string(kind);
  }
}

// The goal: half an update interval in 95 % of the cases, and the truth within the bound in 95 %.
TEST(Align, IsRightAsOftenAsItSays) {
  constexpr int kScenes = 1000;
  Draw draw(2);
  int found = 0, near = 0, bounded = 0;
  for (int i = 0; i < kScenes; ++i) {
    SceneSetup setup;
    setup.kind = kKinds[i % 3];
    setup.order = draw.chance(0.5) ? 6 : 7;
    setup.chip = draw.uniform(0.1, 0.4);
    setup.interval = setup.chip / draw.log_uniform(2, 20);
    setup.idle_w = draw.uniform(1, 6);
    setup.step_w = draw.log_uniform(0.5, 10);
    setup.noise_w = setup.step_w * draw.log_uniform(0.003, 0.3);
    setup.between_s = draw.uniform(10, 60);
    setup.offset = draw.uniform(-1e6, 1e6);
    setup.drift = draw.uniform(-9e-5, 9e-5);
    setup.jitter = draw.log_uniform(0.001, 0.1);
    setup.dropped = draw.chance(0.5) ? draw.uniform(0, 0.05) : 0;
    setup.lost_runs = draw.chance(0.3) ? draw.log_uniform(1e-4, 3e-3) : 0;
    setup.quantum_w = draw.chance(0.5) ? setup.step_w * draw.log_uniform(1e-4, 0.05) : 0;
    setup.stamp = draw.chance(0.5) ? 0.001 : 0;
    const auto scene = scene_of(setup, draw);
    const auto map = align_by_pattern(scene.log, scene.patterns);
    if (!map) continue;
    ++found;
    double worst = 0;
    for (const double ours : {scene.first, (scene.first + scene.last) / 2, scene.last})
      worst = std::max(worst, std::abs(error_at(scene, *map, ours)));
    near += worst <= setup.interval / 2 ? 1 : 0;
    bounded += worst <= static_cast<double>(map->error_ns) * 1e-9 ? 1 : 0;
  }
  std::printf(
      "%d scenes: %d aligned, offset within half an interval in %.1f %%, within the bound in %.1f %%\n",
      kScenes, found, 100. * near / kScenes, 100. * bounded / found);
  EXPECT_GE(near, 0.95 * kScenes);
  EXPECT_GE(bounded, 0.95 * found);
  RecordProperty("found", found);
  RecordProperty("near", near);
  RecordProperty("bounded", bounded);
}

TEST(Align, OnePatternLeavesTheDriftOpen) {
  Draw draw(4);
  const auto scene = scene_of({}, draw);
  const auto both = align_by_pattern(scene.log, scene.patterns).value();
  const auto one = align_by_pattern(scene.log, std::span(scene.patterns).first(1)).value();
  EXPECT_EQ(one.drift, 0);
  EXPECT_GT(one.error_ns, both.error_ns + to_ns(30 * 0.9e-4));
}

TEST(Align, RefusesALogWithoutThePattern) {
  Draw draw(5);
  SceneSetup setup;
  setup.between_s = 60;
  setup.with_pattern = false;
  const auto scene = scene_of(setup, draw);
  EXPECT_NE(refusal(scene.log, scene.patterns).find("correlation"), std::string::npos);
}

TEST(Align, RefusesAStepThatDrownsInNoise) {
  Draw draw(6);
  SceneSetup setup;
  setup.step_w = 0.2;
  setup.noise_w = 1;
  const auto scene = scene_of(setup, draw);
  EXPECT_NE(refusal(scene.log, scene.patterns).find("too small"), std::string::npos);
}

TEST(Align, RefusesALevelLog) {
  Draw draw(7);
  SceneSetup setup;
  setup.step_w = 0;
  setup.noise_w = 0;
  const auto scene = scene_of(setup, draw);
  EXPECT_FALSE(refusal(scene.log, scene.patterns).empty());
}

TEST(Align, RefusesALogThatEndsBeforeThePattern) {
  Draw draw(8);
  auto scene = scene_of({}, draw);
  auto cut = scene.log;
  cut.readings.resize(cut.readings.size() / 2);  // The second pattern is gone.
  EXPECT_NE(refusal(cut, scene.patterns), "");
  cut.readings.resize(100);
  EXPECT_NE(refusal(cut, scene.patterns).find("the log"), std::string::npos);
}

TEST(Align, RefusesTwoPlacesAlike) {
  Draw draw(9);
  auto scene = scene_of({}, draw);
  // The log twice, one after the other.
  auto twice = scene.log;
  const auto shift = twice.readings.back().end_ns - twice.readings.front().begin_ns + to_ns(0.05);
  for (auto reading : scene.log.readings) {
    reading.begin_ns += shift;
    reading.end_ns += shift;
    twice.readings.push_back(reading);
  }
  EXPECT_NE(refusal(twice, scene.patterns).find("alike"), std::string::npos);
  // Unless the offset is known well enough to tell them apart.
  const OffsetRange near{to_ns(scene.offset - 10), to_ns(scene.offset + 10)};
  EXPECT_EQ(refusal(twice, scene.patterns, near), "");
}

TEST(Align, RefusesALogUnderTheWrongZone) {
  Draw draw(10);
  const auto scene = scene_of({}, draw);
  const OffsetRange an_hour_off{to_ns(scene.offset + 3590), to_ns(scene.offset + 3610)};
  EXPECT_NE(refusal(scene.log, scene.patterns, an_hour_off).find("zone"), std::string::npos);
}

TEST(Align, RefusesChipsThatTheLogCannotShow) {
  Draw draw(11);
  SceneSetup setup;
  setup.interval = 0.5;
  const auto scene = scene_of(setup, draw);
  EXPECT_NE(refusal(scene.log, scene.patterns).find("chip"), std::string::npos);
}

TEST(Align, RefusesPatternsThatCannotBe) {
  Draw draw(12);
  const auto scene = scene_of({}, draw);
  EXPECT_FALSE(align_by_pattern(scene.log, {}));
  auto patterns = scene.patterns;
  patterns[0].edges[3].on = !patterns[0].edges[3].on;
  EXPECT_NE(refusal(scene.log, patterns).find("in turns"), std::string::npos);
  patterns = scene.patterns;
  std::swap(patterns[0].edges[2].at_ns, patterns[0].edges[4].at_ns);
  EXPECT_NE(refusal(scene.log, patterns).find("order"), std::string::npos);
  patterns = scene.patterns;
  patterns[0].edges.resize(2);
  EXPECT_NE(refusal(scene.log, patterns).find("edges"), std::string::npos);
  patterns = {scene.patterns[1], scene.patterns[0]};
  EXPECT_NE(refusal(scene.log, patterns).find("order"), std::string::npos);
  Series unordered = scene.log;
  std::swap(unordered.readings[0], unordered.readings[9]);
  EXPECT_NE(refusal(unordered, scene.patterns).find("order"), std::string::npos);
  unordered.readings.clear();
  EXPECT_NE(refusal(unordered, scene.patterns), "");
}

}  // namespace
}  // namespace assay::timeline

#include "metric/probe_effect.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace assay::metric {
namespace {

constexpr std::int64_t kMs = 1'000'000;

struct Loop {
  std::vector<std::int64_t> latency_ns;
  std::vector<ProbeBlock> blocks;
};

/// Blocks of a second after a first half second; inferences of 10 ms with noise, `effect` longer while
/// sampled, and a drift of 1 % a block.
Loop loop(int blocks, double effect, double noise, unsigned seed) {
  Loop made;
  for (int i = 0; i < blocks; ++i)
    made.blocks.push_back({(500 + 1000 * i) * kMs, (1500 + 1000 * i) * kMs, probe_block_samples(i)});
  std::mt19937_64 random(seed);
  std::normal_distribution<double> gauss;
  for (std::int64_t now = 0; now < made.blocks.back().end_ns + kMs;) {
    const std::int64_t index = (now / kMs - 500) / 1000;
    const bool sampled = now >= 500 * kMs && probe_block_samples(static_cast<int>(index));
    const double drift = 1 + 0.01 * static_cast<double>(now) / 1e9;
    const double latency = 10 * kMs * drift * (1 + noise * gauss(random)) * (sampled ? 1 + effect : 1);
    made.latency_ns.push_back(static_cast<std::int64_t>(latency));
    now += made.latency_ns.back();
  }
  return made;
}

TEST(ProbeEffect, FindsTheEffectUnderADrift) {
  const Loop made = loop(40, 0.01, 0.002, 1);
  const auto found = probe_effect(made.latency_ns, 0, made.blocks);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->pairs, 20);
  EXPECT_NEAR(*found->difference.value, 1.0, 0.1);
  EXPECT_GT(*found->difference.lo, 0.0);
  EXPECT_EQ(found->difference.unit, "%");
  EXPECT_GT(*found->on.value, *found->off.value);
}

TEST(ProbeEffect, IntervalCoversWhatIsThere) {
  int covered = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    const Loop made = loop(20, 0.003, 0.05, seed);
    const auto found = probe_effect(made.latency_ns, 0, made.blocks);
    ASSERT_TRUE(found);
    covered += *found->difference.lo <= 0.3 && 0.3 <= *found->difference.hi;
  }
  EXPECT_GE(covered, 368);  // 92 % of 400: 95 % less 2.7 standard deviations.
}

TEST(ProbeEffect, InferencesAcrossASwitchCountNowhere) {
  // 300 ms each: of a block of a second two or three lie in it whole.
  const std::vector<std::int64_t> latency(100, 300 * kMs);
  std::vector<ProbeBlock> blocks;
  for (int i = 0; i < 8; ++i)
    blocks.push_back({1000 * i * kMs, 1000 * (i + 1) * kMs, probe_block_samples(i)});
  const auto found = probe_effect(latency, 0, blocks);
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().message.find("take longer blocks"), std::string::npos);
}

TEST(ProbeEffect, NothingMeasuredIsAnError) {
  EXPECT_FALSE(probe_effect({}, 0, {}));
  const std::vector<std::int64_t> latency(1000, kMs);
  EXPECT_FALSE(probe_effect(latency, 0, std::vector<ProbeBlock>{{0, 100 * kMs, true}}));
}

}  // namespace
}  // namespace assay::metric

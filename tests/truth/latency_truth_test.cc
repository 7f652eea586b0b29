// Whether the intervals and bounds of a row's latency hold what they say: simulated campaigns of known truth
// through the function that every campaign's figures come from.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "metric/figures.h"
#include "timeline/test_curves.h"

namespace assay {
namespace {

using timeline::testing::Draw;

constexpr double kLevelNs = 10e6;

/// Latencies of one process: its own level, and about it an autoregressive series of this standard deviation.
std::vector<std::int64_t> latencies(int count, double level_ns, double rho, double sigma_ns, Draw& draw) {
  std::vector<std::int64_t> out;
  double x = draw.normal();
  for (int i = 0; i < count; ++i) {
    out.push_back(std::llround(level_ns + sigma_ns * x));
    x = rho * x + std::sqrt(1 - rho * rho) * draw.normal();
  }
  return out;
}

record::RowEvidence campaign(int processes, int count, double between_ns, double rho, double sigma_ns,
                             Draw& draw) {
  record::RowEvidence evidence;
  evidence.key.batch = 1;
  for (int repeat = 1; repeat <= processes; ++repeat) {
    record::TimedRun& run = evidence.timed.emplace_back();
    run.repeat = repeat;
    run.latency_ns = latencies(count, kLevelNs + between_ns * draw.normal(), rho, sigma_ns, draw);
  }
  return evidence;
}

double percent(int part, int whole) { return 100.0 * part / whole; }

// Within a process neighbours are alike, and processes differ from each other: only the processes' means are
// independent, and the interval goes by them.
TEST(LatencyTruth, TheIntervalOfTheMeanHoldsTheTruth) {
  constexpr int kCampaigns = 1000;
  Draw draw(20261121);
  int mean = 0, throughput = 0;
  for (int i = 0; i < kCampaigns; ++i) {
    const double sigma = kLevelNs * draw.log_uniform(0.003, 0.1);
    const auto row =
        metric::derive_row(campaign(draw.chance(0.5) ? 3 : 5, 200 + static_cast<int>(draw.uniform(0, 600)),
                                    sigma * draw.log_uniform(0.01, 3), draw.uniform(0.3, 0.98), sigma, draw));
    const auto& f = row.figures;
    ASSERT_TRUE(f.latency_mean.lo && f.latency_mean.hi && f.throughput.lo && f.throughput.hi);
    mean += *f.latency_mean.lo <= kLevelNs * 1e-6 && kLevelNs * 1e-6 <= *f.latency_mean.hi ? 1 : 0;
    throughput += *f.throughput.lo <= 1e9 / kLevelNs && 1e9 / kLevelNs <= *f.throughput.hi ? 1 : 0;
  }
  std::printf(
      "%d campaigns: truth within the 95 %% interval of the mean latency in %.1f %%, of FPS in %.1f %%\n",
      kCampaigns, percent(mean, kCampaigns), percent(throughput, kCampaigns));
  for (const int covered : {mean, throughput}) {
    EXPECT_GE(covered, 0.92 * kCampaigns);
    EXPECT_LE(covered, 0.98 * kCampaigns);
  }
}

/// A standard normal's percentiles, for x = level + sigma z.
constexpr std::pair<const char*, double> kPercentiles[] = {
    {"p50", 0.0}, {"p90", 1.2815515655446004}, {"p95", 1.6448536269514722}, {"p99", 2.3263478740408408}};

/// How often the bound that a row tells is at least the true percentile, and of how many rows.
struct Bounds {
  int held = 0, told = 0;
};
std::vector<Bounds> bounds(int campaigns, int processes, int count, double rho, Draw& draw) {
  constexpr double kSigmaNs = 0.02 * kLevelNs;
  std::vector<Bounds> out(std::size(kPercentiles));
  for (int i = 0; i < campaigns; ++i) {
    const auto row = metric::derive_row(campaign(processes, count, 0, rho, kSigmaNs, draw));
    for (std::size_t p = 0; p < out.size(); ++p) {
      const auto bound = row.diagnostics.bound_ms.find(kPercentiles[p].first);
      if (bound == row.diagnostics.bound_ms.end()) continue;
      ++out[p].told;
      out[p].held += bound->second >= (kLevelNs + kSigmaNs * kPercentiles[p].second) * 1e-6 ? 1 : 0;
    }
  }
  return out;
}

void say(const char* what, const std::vector<Bounds>& bounds) {
  for (std::size_t p = 0; p < bounds.size(); ++p)
    if (bounds[p].told > 0)
      std::printf("%s: the 99 %% bound of %s held in %.1f %% of %d\n", what, kPercentiles[p].first,
                  percent(bounds[p].held, bounds[p].told), bounds[p].told);
}

TEST(LatencyTruth, BoundsOfPercentilesHoldForIndependentSamples) {
  Draw draw(7);
  for (const auto& [campaigns, count] : {std::pair(1000, 200), std::pair(400, 600)}) {  // p99 needs 459.
    const auto found = bounds(campaigns, 1, count, 0, draw);
    say("independent", found);
    for (const Bounds& b : found) {
      if (b.told < 0.9 * campaigns) continue;
      EXPECT_GE(b.held, 0.98 * b.told);  // Under 99 % by what chance may do.
      if (campaigns == 1000) {
        EXPECT_LT(b.held, b.told) << "no bound that is always right";
      }
    }
    EXPECT_GE(found[count > 459 ? 3 : 2].told, 0.9 * campaigns);
  }
}

// Counted as independent, p90's 99 % bound would hold in some 77 %.
TEST(LatencyTruth, BoundsOfPercentilesHoldForDependentSamples) {
  constexpr int kCampaigns = 1000;
  Draw draw(8);
  for (const int processes : {1, 5}) {
    const auto found = bounds(processes == 1 ? kCampaigns : kCampaigns / 3, processes, 1000, 0.9, draw);
    say(processes == 1 ? "autocorrelation 0.9, one process" : "autocorrelation 0.9, five processes", found);
    EXPECT_GE(found[1].told, 0.8 * found[0].told) << "p90";
    for (const Bounds& b : found)
      if (b.told > 0) {
        EXPECT_GE(b.held, 0.97 * b.told);
      }
  }
}

}  // namespace
}  // namespace assay

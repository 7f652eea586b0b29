#include "sampling/sampler.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/clock.h"

namespace assay::sampling {
namespace {

using namespace std::chrono_literals;

/// Counts up; fails and falls silent when told to.
class Counter : public Probe {
 public:
  explicit Counter(std::chrono::nanoseconds period) : period_(period) {
    channels_.resize(2);
    channels_[0].id = "count";
    channels_[1].id = "sometimes";
  }
  std::span<const record::Channel> channels() const override { return channels_; }
  std::chrono::nanoseconds period() const override { return period_; }
  Result<bool> read(Acquisition& out) override {
    if (period_.count() == 0) std::this_thread::sleep_for(5ms);
    const int n = ++reads;
    if (broken) return fail(Code::kUnavailable, "cable pulled");
    out.values[0] = n;
    if (n % 2 == 0)
      out.values[1] = n;
    else
      ++without_;
    if (slow) std::this_thread::sleep_for(30ms);
    return true;
  }
  std::map<std::string, std::int64_t> rejected(std::size_t channel) const override {
    if (channel == 0 || without_ == 0) return {};
    return {{"odd", without_}};
  }
  record::Source finish() override {
    record::Source source;
    source.id = "counter";
    source.description = "a test";
    return source;
  }

  std::atomic<int> reads = 0;
  std::atomic<bool> broken = false, slow = false;

 private:
  std::int64_t without_ = 0;
  std::chrono::nanoseconds period_;
  std::vector<record::Channel> channels_;
};

struct Bench {
  explicit Bench(std::vector<std::chrono::nanoseconds> periods) {
    std::vector<std::unique_ptr<Probe>> probes;
    for (const auto period : periods) {
      auto counter = std::make_unique<Counter>(period);
      counters.push_back(counter.get());
      probes.push_back(std::move(counter));
    }
    sampler = std::make_unique<Sampler>(std::move(probes));
  }
  void wait_for(int index, int reads) {
    const int wanted = counters[index]->reads + reads;
    while (counters[index]->reads < wanted) std::this_thread::sleep_for(1ms);
  }
  std::vector<Counter*> counters;
  std::unique_ptr<Sampler> sampler;
};

void expect_in_order(const record::Observation& observation) {
  for (const record::Series& series : observation.series)
    for (std::size_t i = 0; i < series.readings.size(); ++i) {
      EXPECT_LE(series.readings[i].begin_ns, series.readings[i].end_ns);
      EXPECT_GE(series.readings[i].begin_ns, observation.begin_ns);
      EXPECT_LE(series.readings[i].end_ns, observation.end_ns);
      if (i > 0) {
        EXPECT_GE(series.readings[i].begin_ns, series.readings[i - 1].end_ns);
      }
    }
}

TEST(Sampler, KeepsEveryReadingOfPeriodicAndWaitingProbes) {
  Bench bench({2ms, 7ms, 0ms});
  bench.sampler->start();
  for (int i = 0; i < 3; ++i) bench.wait_for(i, 10);
  const record::Observation observation = bench.sampler->stop();
  ASSERT_EQ(observation.sources.size(), 3u);
  ASSERT_EQ(observation.series.size(), 6u);
  expect_in_order(observation);
  std::int64_t reads = 0, readings = 0, without = 0;
  for (const auto& source : observation.sources) {
    reads += source.reads;
    EXPECT_EQ(source.failed_reads, 0);
    EXPECT_GE(source.read_ns_total, source.read_ns_longest);
    EXPECT_TRUE(source.failure.empty());
  }
  for (const auto& series : observation.series) {
    readings += static_cast<std::int64_t>(series.readings.size());
    for (const auto& [reason, count] : series.rejected) without += count;
    EXPECT_TRUE(series.gaps.empty());
  }
  EXPECT_EQ(readings + without, 2 * reads) << "each read gives each channel a reading or a count";
  EXPECT_GT(observation.cpu_ns, 0);
}

TEST(Sampler, AStartForgetsWhatWasReadBefore) {
  Bench bench({1ms});
  bench.sampler->start();
  bench.wait_for(0, 5);
  const auto first = bench.sampler->stop();
  bench.sampler->start();
  bench.wait_for(0, 5);
  const auto second = bench.sampler->stop();
  ASSERT_FALSE(second.series[0].readings.empty());
  EXPECT_GT(second.series[0].readings.front().value, first.series[0].readings.back().value);
  EXPECT_GE(second.series[0].readings.front().begin_ns, second.begin_ns);
}

TEST(Sampler, AFailingSourceLeavesAGapWithItsReasonAndComesBack) {
  Bench bench({1ms, 1ms});
  bench.sampler->start();
  bench.wait_for(0, 5);
  bench.counters[0]->broken = true;
  bench.wait_for(0, 3);
  bench.counters[0]->broken = false;
  bench.wait_for(0, 5);
  bench.counters[1]->broken = true;
  bench.wait_for(1, 2);
  const auto observation = bench.sampler->stop();
  const auto& back = observation.series[0];
  ASSERT_EQ(back.gaps.size(), 1u);
  EXPECT_EQ(back.gaps[0].reason, "cable pulled");
  EXPECT_LT(back.gaps[0].begin_ns, back.gaps[0].end_ns);
  for (const auto& reading : back.readings)
    EXPECT_TRUE(reading.end_ns <= back.gaps[0].begin_ns || reading.begin_ns >= back.gaps[0].end_ns);
  EXPECT_TRUE(observation.sources[0].failure.empty());
  EXPECT_GE(observation.sources[0].failed_reads, 3);
  // The other one never came back.
  ASSERT_EQ(observation.series[2].gaps.size(), 1u);
  EXPECT_EQ(observation.series[2].gaps[0].end_ns, observation.end_ns);
  EXPECT_EQ(observation.sources[1].failure, "cable pulled");
}

TEST(Sampler, ASlowSourceSkipsTicksAndSaysSo) {
  Bench bench({1ms});
  bench.counters[0]->slow = true;
  bench.sampler->start();
  bench.wait_for(0, 3);
  const auto observation = bench.sampler->stop();
  expect_in_order(observation);
  EXPECT_GE(observation.late_ticks, 28) << "each read of 30 ms covers some thirty ticks";
}

TEST(Sampler, NothingToReadIsNoProblem) {
  Sampler sampler({});
  EXPECT_TRUE(sampler.empty());
  sampler.start();
  EXPECT_TRUE(sampler.stop().series.empty());
}

}  // namespace
}  // namespace assay::sampling

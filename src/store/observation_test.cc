#include "store/observation.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/file.h"

namespace assay::store {
namespace {

namespace fs = std::filesystem;

record::Observation observation() {
  record::Source source;
  source.id = "wt300e";
  source.description = "YOKOGAWA WT310E";
  source.simulated = true;
  source.clock = {1, -2, 1e-6, 3, "bracketed"};
  source.facts = {{"rate", "100 ms"}};
  source.reads = 7;
  source.failed_reads = 1;
  source.read_ns_total = 70;
  source.read_ns_longest = 20;
  source.failure = "silence";
  record::Series power;
  power.channel = {"wt300e.power",
                   "wt300e",
                   "power",
                   "W",
                   record::ReadingKind::kMean,
                   record::Boundary::kDcInput,
                   100'000'000,
                   std::nullopt,
                   30.0,
                   record::Accuracy{0.001, 0.002, 30, "manual"},
                   {"a.b"},
                   {{"filter", "off"}}};
  power.readings = {{1, 2, 0.1}, {std::numeric_limits<std::int64_t>::max(), -5, 1e-300}, {3, 4, -7}};
  power.gaps = {{5, 6, "connection lost"}};
  power.rejected = {{"overload", 2}};
  record::Series energy;
  energy.channel = {"rapl.energy",
                    "rapl",
                    "energy",
                    "J",
                    record::ReadingKind::kCounter,
                    record::Boundary::kPackage,
                    0,
                    262143.999938,
                    std::nullopt,
                    std::nullopt,
                    {},
                    {}};
  return {{source}, {power, energy}, 11, 12, 13, 14, {"rapl: package-0: permission denied"}};
}

TEST(Observation, ComesBackEqual) {
  const auto dir = TemporaryDirectory::create("assay-observation").value();
  const auto written = observation();
  ASSERT_TRUE(save_observation(dir.path(), written));
  const auto read = load_observation(dir.path());
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->sources.size(), 1u);
  EXPECT_EQ(read->sources[0].clock, written.sources[0].clock);
  EXPECT_EQ(read->sources[0].facts, written.sources[0].facts);
  EXPECT_TRUE(read->sources[0].simulated);
  EXPECT_EQ(read->sources[0].failure, "silence");
  EXPECT_EQ(read->sources[0].reads, 7);
  EXPECT_EQ(read->sources[0].failed_reads, 1);
  EXPECT_EQ(read->sources[0].read_ns_total, 70);
  EXPECT_EQ(read->sources[0].read_ns_longest, 20);
  EXPECT_EQ(read->begin_ns, 11);
  EXPECT_EQ(read->end_ns, 12);
  EXPECT_EQ(read->cpu_ns, 13);
  EXPECT_EQ(read->late_ticks, 14);
  ASSERT_EQ(read->series.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(read->series[i].channel, written.series[i].channel);
    EXPECT_EQ(read->series[i].readings, written.series[i].readings);
    EXPECT_EQ(read->series[i].gaps, written.series[i].gaps);
    EXPECT_EQ(read->series[i].rejected, written.series[i].rejected);
  }
}

TEST(Observation, NoneIsNoneAndDamageIsSaidWithItsLine) {
  const auto dir = TemporaryDirectory::create("assay-observation").value();
  const auto none = load_observation(dir.path());
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->series.empty());

  ASSERT_TRUE(save_observation(dir.path(), observation()));
  const std::string good = read_file(dir.path() / "readings.csv").value();
  for (const std::string& bad : {good.substr(0, good.size() - 1), good + "2,1,2,3\n", good + "0,1,2,nan\n",
                                 good + "0,1,2,inf\n", good + "0,1,,3\n", std::string("time,power\n")}) {
    ASSERT_TRUE(write_file(dir.path() / "readings.csv", bad));
    const auto read = load_observation(dir.path());
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().code, Code::kCorrupt);
    EXPECT_NE(read.error().message.find("line "), std::string::npos) << read.error().message;
  }
  ASSERT_TRUE(write_file(dir.path() / "readings.csv", good));
  std::string json = read_file(dir.path() / "observation.json").value();
  json.replace(json.find("\"mean\""), 6, "\"maen\"");
  ASSERT_TRUE(write_file(dir.path() / "observation.json", json));
  EXPECT_EQ(load_observation(dir.path()).error().code, Code::kCorrupt);
}

}  // namespace
}  // namespace assay::store

// What holds for logs of any format: size, order, odd files.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/splitmix64.h"
#include "powerlog/test_logs.h"

namespace assay::powerlog {
namespace {

/// A table of one channel with everything in it that can be odd, and the same table's good rows.
std::string odd_log(SplitMix64& random, int rows) {
  std::string text = "t,w\n";
  std::int64_t ms = 0;
  for (int i = 0; i < rows; ++i) {
    ms += 1 + static_cast<std::int64_t>(random.below(3));
    const std::string row = std::to_string(ms) + "," + std::to_string(random.below(1000)) + "." +
                            std::to_string(random.below(100));
    switch (random.below(60)) {
      case 0:
        text += "noise\n";
        break;
      case 1:
        text += std::string(random.below(400), 'x') + "\n";
        break;
      case 2:
        text += row + "\n" + row + "\n";
        break;
      case 3:
        text += "\n\n";
        break;
      case 4:
        text += row + "\r\n";
        break;
      case 5:
        text += std::string(random.below(3), '\0') + "\n";
        break;
      default:
        text += row + "\n";
    }
  }
  if (random.below(2) == 0) text += std::to_string(ms + 1) + ",1";
  return text;
}

TEST(Import, BlocksAndThreadsChangeNothing) {
  SplitMix64 random(11);
  Mapping mapping = watts_by_seconds();
  mapping.time.unit = "ms";
  for (int trial = 0; trial < 40; ++trial) {
    const std::string text = odd_log(random, 300);
    ImportOptions options = csv_options(mapping);
    options.tuning.longest_line = 200;
    options.tuning.threads = 1;
    const ImportedLog expected = value_of(import_text(text, options));
    for (const std::int64_t block : {1, 7, 64, 1000, 100000}) {
      options.tuning.block_bytes = block;
      options.tuning.threads = 1 + static_cast<int>(random.below(4));
      const ImportedLog log = value_of(import_text(text, options));
      ASSERT_EQ(log.series.size(), 1U);
      EXPECT_EQ(log.series[0].channel, expected.series[0].channel) << block;
      EXPECT_EQ(log.series[0].readings, expected.series[0].readings) << block;
      EXPECT_EQ(log.series[0].rejected, expected.series[0].rejected) << block;
      EXPECT_EQ(log.source.facts, expected.source.facts) << block;
      EXPECT_EQ(log.source.reads, expected.source.reads) << block;
    }
  }
}

TEST(Import, TegrastatsSecondsDoNotDependOnBlocks) {
  ImportOptions options;
  options.log.zone = Zone{};
  const ImportedLog expected = value_of(import_log(fixture("tegrastats-orin-nx.txt"), options));
  options.tuning.block_bytes = 100;
  options.tuning.threads = 3;
  const ImportedLog log = value_of(import_log(fixture("tegrastats-orin-nx.txt"), options));
  ASSERT_EQ(log.series.size(), expected.series.size());
  for (std::size_t i = 0; i < log.series.size(); ++i)
    EXPECT_EQ(log.series[i].readings, expected.series[i].readings);
}

TEST(Import, ALineWithoutAnEndIsPassedOver) {
  const std::string text =
      "t,w\n0,1\n" + std::string(5'000'000, '7') + "\n1,2\n2,3\n" + std::string(3'000'000, '7');
  const ImportedLog log = value_of(import_text(text, csv_options(watts_by_seconds())));
  EXPECT_EQ(values_of(series_of(log, "csv.power")), (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(rejected(series_of(log, "csv.power"), "line too long"), 2);
}

TEST(Import, FilesThatAreNoLogs) {
  const auto message = [](const std::string& text) {
    const auto log = import_text(text, {});
    EXPECT_FALSE(log);
    return log ? std::string() : log.error().message;
  };
  EXPECT_TRUE(mentions(message(""), "empty"));
  EXPECT_TRUE(mentions(message("\x1f\x8b\x08 and so on\n"), "gzip"));
  EXPECT_TRUE(mentions(message("PK\x03\x04 sheet\n"), "spreadsheet"));
  EXPECT_TRUE(mentions(message(std::string("\xff\xfe") + "t"), "UTF-16"));
  EXPECT_TRUE(mentions(message(std::string(5000, '\0') + "\n"), "binary"));
  EXPECT_TRUE(mentions(message(std::string(100, 'x')), "no whole line"));
  EXPECT_TRUE(mentions(message(std::string(200'000, 'x')), "no whole line in its first kilobytes"));
  EXPECT_TRUE(mentions(message("time;watts\n1;2\n"), "ptdaemon, tegrastats, monsoon, jtop"));
  EXPECT_TRUE(mentions(message("time;watts\n1;2\n"), "time;watts"));
}

TEST(Import, PathsThatAreNoFiles) {
  const auto folder = TemporaryDirectory::create("assay-powerlog");
  ASSERT_TRUE(folder);
  EXPECT_EQ(import_log(folder->path() / "none", {}).error().code, Code::kNotFound);
  EXPECT_EQ(import_log(folder->path(), {}).error().code, Code::kInvalidInput);
  const auto fifo = folder->path() / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(import_log(fifo, {}).error().code, Code::kInvalidInput);
}

TEST(Import, ALogWithoutReadingsSaysWhatItHad) {
  const auto log = import_text("t,w\nnoise\n1,x\n", csv_options(watts_by_seconds()));
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, Code::kCorrupt);
  EXPECT_TRUE(mentions(log.error().message, "1 noise line")) << log.error().message;
  EXPECT_TRUE(mentions(log.error().message, "1 not a number")) << log.error().message;
}

TEST(Import, ALogThatGoesBackIsRefused) {
  std::string text = "t,w\n";
  for (int i = 0; i < 1000; ++i) text += std::to_string(i) + ",1\n";
  for (int i = 0; i < 200; ++i) text += std::to_string(i) + ",2\n";
  const auto log = import_text(text, csv_options(watts_by_seconds()));
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, Code::kCorrupt);
  EXPECT_TRUE(mentions(log.error().message, "200 out of order")) << log.error().message;
  // A hiccup is counted.
  text.resize(text.find("\n50,2\n") + 1);
  EXPECT_EQ(rejected(series_of(value_of(import_text(text, csv_options(watts_by_seconds()))), "csv.power"),
                     "out of order"),
            50);
}

TEST(Import, OnlyWhatIsAskedForIsKept) {
  std::string text = "t,w\n";
  for (int i = 0; i < 1000; ++i) text += std::to_string(i) + "," + std::to_string(i) + "\n";
  ImportOptions options = csv_options(watts_by_seconds());
  options.keep = TimeSpan{100'000'000'000, 110'000'000'000};
  const ImportedLog log = value_of(import_text(text, options));
  EXPECT_EQ(series_of(log, "csv.power").readings.size(), 11U);
  EXPECT_EQ(log.outside, 989);
  EXPECT_EQ(log.readings, 1000);
  EXPECT_EQ(log.span.end_ns, 1000'000'000'000) << "stamps of whole seconds";
}

TEST(Import, AFormatCanBeSaid) {
  ImportOptions options;
  options.format = "ptdeamon";
  const auto log = import_log(fixture("ptdaemon.txt"), options);
  ASSERT_FALSE(log);
  EXPECT_TRUE(mentions(log.error().message, "did you mean 'ptdaemon'?")) << log.error().message;
  options.format = "csv";
  EXPECT_TRUE(mentions(import_log(fixture("ptdaemon.txt"), options).error().message, "mapping"));
  options = csv_options(watts_by_seconds());
  options.format = "jtop";
  EXPECT_TRUE(mentions(import_log(fixture("jtop.csv"), options).error().message,
                       "a mapping goes with the formats csv and json"));
}

TEST(Import, EveryFixtureIsRecognisedByItsContentAlone) {
  const std::vector<std::pair<std::string, std::string>> files = {{"ptdaemon.txt", "ptdaemon"},
                                                                  {"ptdaemon-channels.txt", "ptdaemon"},
                                                                  {"ptdaemon-console.txt", "ptdaemon"},
                                                                  {"tegrastats-old.txt", "tegrastats"},
                                                                  {"tegrastats-orin-nx.txt", "tegrastats"},
                                                                  {"tegrastats-agx-orin.txt", "tegrastats"},
                                                                  {"monsoon.csv", "monsoon"},
                                                                  {"jtop.csv", "jtop"},
                                                                  {"jtop-3.csv", "jtop"}};
  for (const auto& [file, name] : files) {
    const std::string text = value_of(read_file(fixture(file)));
    int recognised = 0;
    for (const Format* format : formats()) recognised += format->recognise(text) ? 1 : 0;
    EXPECT_EQ(recognised, 1) << file;
    ASSERT_NE(recognise_format(text), nullptr) << file;
    EXPECT_EQ(recognise_format(text)->name, name) << file;
  }
}

/// Stops after some readings.
class Picky : public Sink {
 public:
  Result<void> on_channel(std::size_t, const record::Channel& description) override {
    EXPECT_GT(description.update_ns, 0);
    announced_ = true;
    return {};
  }
  Result<void> on_readings(std::size_t, std::span<const record::Reading> readings) override {
    EXPECT_TRUE(announced_);
    had_ += static_cast<std::int64_t>(readings.size());
    if (had_ > 1000) return fail(Code::kInterrupted, "enough");
    return {};
  }

 private:
  bool announced_ = false;
  std::int64_t had_ = 0;
};

TEST(Import, ASinkMayEndIt) {
  std::string text = "t,w\n";
  for (int i = 0; i < 20000; ++i) text += std::to_string(i) + ",1\n";
  ImportOptions options = csv_options(watts_by_seconds());
  options.tuning.block_bytes = 1000;
  options.tuning.threads = 4;
  Picky sink;
  const auto log = stream_text(text, options, sink);
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().message, "enough");
}

TEST(Import, ProgressReachesTheEnd) {
  std::string text = "t,w\n";
  for (int i = 0; i < 2000; ++i) text += std::to_string(i) + ",1\n";
  ImportOptions options = csv_options(watts_by_seconds());
  options.tuning.block_bytes = 1000;
  std::int64_t last = 0;
  options.progress = [&](std::int64_t done, std::int64_t total) {
    EXPECT_GT(done, last);
    EXPECT_EQ(total, static_cast<std::int64_t>(text.size()));
    last = done;
  };
  EXPECT_TRUE(import_text(text, options));
  EXPECT_EQ(last, static_cast<std::int64_t>(text.size()));
}

}  // namespace
}  // namespace assay::powerlog

// Tables that are made up: consistent ones give no contradiction, however they are rounded and laid out; of
// one wrong cell every contradiction is told.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "audit/audit.h"
#include "audit/describe.h"
#include "audit/read.h"
#include "base/splitmix64.h"

namespace assay::audit {
namespace {

Document must_read_table(const std::string& text, const std::string& name = "t.csv") {
  auto document = read_tables(text, name);
  EXPECT_TRUE(document.has_value()) << (document ? "" : document.error().message) << "\n" << text;
  return document ? *document : Document{};
}

struct Column {
  const char* heading;
  Quantity quantity;
  double value = 0;
  int digits = 4;
};

class RandomTable {
 public:
  /// `keep_whole`: whole numbers are printed to their last digit, as many tables do; else they are rounded
  /// like the others, "15700" for 15748.
  explicit RandomTable(std::uint64_t seed, bool keep_whole = false)
      : keep_whole_(keep_whole), random_(seed) {}

  /// Rows whose numbers satisfy every relation, each rounded to random digits. `corrupt`: multiplies one of
  /// them.
  std::string make(int rows, int corrupt_row = -1, int corrupt_column = -1, double by = 1) {
    std::string text = "Model,Batch";
    for (const Column& column : columns()) text += "," + std::string(column.heading);
    text += "\n";
    for (int row = 0; row < rows; ++row) {
      auto cells = columns();
      const int batch = std::array{1, 4, 8}[below(3)];
      const double time = log_between(0.5, 500), operations = log_between(0.05, 80),
                   power = log_between(1, 90);
      const double rate = batch * 1000 / time, gops = rate * operations, peak = gops * log_between(1.2, 100);
      const double top5 = between(60, 99), map50 = between(40, 80);
      const std::array values = {time,
                                 rate,
                                 operations,
                                 gops,
                                 peak,
                                 100 * gops / peak,
                                 power,
                                 power * between(0.1, 0.9),
                                 power * time / batch,
                                 gops / power,
                                 rate / power,
                                 top5 * between(0.5, 0.95),
                                 top5,
                                 map50,
                                 map50 * between(0.4, 0.9)};
      text += "net" + std::to_string(row) + "," + std::to_string(batch);
      for (std::size_t c = 0; c < cells.size(); ++c) {
        const bool corrupted = row == corrupt_row && static_cast<int>(c) == corrupt_column;
        text += "," + rounded(values[c] * (corrupted ? by : 1), 3 + static_cast<int>(below(4)));
      }
      text += "\n";
    }
    return text;
  }

  static std::vector<Column> columns() {
    using Q = Quantity;
    return {{"Inference time [ms]", Q::kInferenceTime},
            {"Inferences/s", Q::kRate},
            {"Operations [GOp]", Q::kOperations},
            {"GOPS", Q::kGops},
            {"Peak [GOPS]", Q::kPeak},
            {"Performance ratio [%]", Q::kRatio},
            {"Power [W]", Q::kPower},
            {"Idle power [W]", Q::kIdlePower},
            {"Energy [mJ]", Q::kEnergy},
            {"GOPS/W", Q::kGopsPerWatt},
            {"FPS/W", Q::kRatePerWatt},
            {"Top-1 [%]", Q::kTop1},
            {"Top-5 [%]", Q::kTop5},
            {"mAP(.50) [%]", Q::kMap50},
            {"mAP(.50:.95) [%]", Q::kMap5095}};
  }

  std::uint64_t below(std::uint64_t n) { return random_.next() % n; }

  double log_between(double lo, double hi) { return lo * std::pow(hi / lo, unit()); }
  double between(double lo, double hi) { return lo + unit() * (hi - lo); }
  /// To so many significant digits, as a table prints it.
  std::string rounded(double value, int digits) const {
    const int places = digits - 1 - static_cast<int>(std::floor(std::log10(value)));
    if (places < 0 && !keep_whole_) {
      const double step = std::pow(10.0, -places);
      value = std::round(value / step) * step;
    }
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", std::max(0, places), value);
    return text.data();
  }

 private:
  double unit() { return static_cast<double>(random_.next() >> 11) * 0x1p-53; }
  bool keep_whole_;
  SplitMix64 random_;
};

std::size_t contradictions_in(const std::vector<Finding>& findings) {
  return count_of(findings, Severity::kContradiction);
}

TEST(Property, ConsistentTablesRoundedToAnyDigitsHaveNoFindings) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const std::string text = RandomTable(seed, true).make(6);
    const Document document = must_read_table(text);
    const auto findings = audit(document);
    ASSERT_TRUE(findings.empty()) << "seed " << seed << "\n" << text << audit_text(document, findings, 200);
    ASSERT_GE(relations_checked(document), 6u * 8u);
  }
}

TEST(Property, ConsistentTablesWhoseWholeNumbersAreRoundedAreNoContradiction) {
  std::size_t rounded_further = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const std::string text = RandomTable(seed).make(6);
    const Document document = must_read_table(text);
    for (const Finding& finding : audit(document)) {
      ASSERT_EQ(finding.rule, "digits") << seed << "\n" << text << finding.evidence;
      ++rounded_further;
    }
  }
  EXPECT_GT(rounded_further, 100u);  // Else nothing was rounded.
}

/// A consistent table of one batch, laid out in one of the ways in which people say the batch, or do not;
/// beside what is checked with columns that are near it and not of the relation, and with a row of means.
std::string dressed(std::uint64_t seed, int dress) {
  RandomTable random(seed);
  const std::uint64_t batch = std::array<std::uint64_t, 4>{1, 8, 32, 100}[random.below(4)];
  const std::string size = std::to_string(batch);
  std::vector<std::vector<std::string>> rows = {
      {"Device", "Inference time [ms]", "Time per image [ms]", "Latency p99 [ms]", "Max inference time [ms]",
       "FPS", "Peak FPS", "Mean FPS", "Power [W]", "Power above idle [W]", "GPU power [W]",
       "Energy per image [mJ]", "Energy per 1000 images [J]", "Total energy [kJ]", "FPS/W"}};
  std::vector<double> sums(rows[0].size());
  constexpr int kRows = 5;
  for (int row = 0; row < kRows; ++row) {
    const double size_of_batch = static_cast<double>(batch);
    const double time = random.log_between(0.05, 500), rate = size_of_batch * 1000 / time;
    const double power = random.log_between(1, 90), energy = power * time / size_of_batch;
    const std::array values = {time,
                               time / size_of_batch,
                               time * random.between(1.02, 3),
                               time * random.between(3, 5),
                               rate,
                               rate * random.between(1.1, 2),
                               rate * random.between(1, 1.2),
                               power,
                               power * random.between(0.2, 0.9),
                               power * random.between(0.2, 0.9),
                               energy,
                               energy,
                               random.log_between(0.1, 100),
                               rate / power};
    rows.push_back({"board" + std::to_string(row)});
    for (std::size_t i = 0; i < values.size(); ++i) {
      rows.back().push_back(random.rounded(values[i], 3 + static_cast<int>(random.below(3))));
      sums[i] += values[i];
    }
  }
  rows.push_back({"Average"});
  for (std::size_t i = 0; i + 1 < rows[0].size(); ++i)
    rows.back().push_back(random.rounded(sums[i] / kRows, 5));
  if (dress == 1)
    for (std::size_t r = 0; r < rows.size(); ++r) rows[r].push_back(r == 0 ? "Batch" : size);
  if (dress == 4) rows[0][0] = "Device (batch " + size + ")";
  if (dress == 5) {  // Metrics in rows, batches in the corner's row.
    std::vector<std::vector<std::string>> turned(rows[0].size(), std::vector<std::string>(rows.size() - 1));
    for (std::size_t r = 0; r + 1 < rows.size(); ++r)
      for (std::size_t c = 0; c < rows[r].size(); ++c) turned[c][r] = c == 0 && r > 0 ? size : rows[r][c];
    turned[0][0] = "Batch";
    rows = std::move(turned);
  }
  std::string text;
  if (dress == 2) text = "Table 4: results, batch size " + size + "\n\n";
  if (dress == 3) text = "### Batch " + size + "\n\nAll boards.\n\n";
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (const std::string& cell : rows[r]) text += "| " + cell + " ";
    text += "|\n";
    for (std::size_t c = 0; r == 0 && c < rows[0].size(); ++c) text += "|---";
    if (r == 0) text += "|\n";
  }
  return text;
}

TEST(Property, ConsistentTablesInAnyDressAreNoContradiction) {
  for (int dress = 0; dress < 6; ++dress)  // 0: the batch is stated nowhere.
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
      const std::string text = dressed(seed, dress);
      const Document document = must_read_table(text, "t.md");
      const auto findings = audit(document);
      ASSERT_EQ(contradictions_in(findings), 0u) << "dress " << dress << ", seed " << seed << "\n"
                                                 << text << audit_text(document, findings, 200);
      // Where the batch can be read, nothing is odd but digits.
      if (dress > 0) {
        ASSERT_TRUE(std::ranges::all_of(findings, [](const Finding& f) { return f.rule == "digits"; }))
            << "dress " << dress << ", seed " << seed << "\n"
            << text << audit_text(document, findings, 200);
        ASSERT_GE(relations_checked(document), 5u * 3u) << text;
      }
    }
}

TEST(Property, OneCorruptedCellIsFoundInItsRow) {
  constexpr int kCorruptible = 11;  // Those that a product relation holds; the rest are only ordered.
  int named = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    RandomTable table(seed);
    const int row = static_cast<int>(table.below(6)), column = static_cast<int>(table.below(kCorruptible));
    const double by = table.below(2) == 0 ? 1.3 : 0.7;
    const Column corrupted = RandomTable::columns()[static_cast<std::size_t>(column)];
    const std::string text =
        RandomTable(seed).make(6, row, column, corrupted.quantity == Quantity::kIdlePower ? 20 : by);
    const Document document = must_read_table(text);
    bool found = false;
    for (const Finding& finding : audit(document)) {
      // By chance the power above idle explains it.
      found = found || finding.evidence.find("above idle") != std::string::npos;
      if (finding.severity != Severity::kContradiction) continue;
      ASSERT_EQ(finding.entry, static_cast<std::size_t>(row)) << seed << finding.evidence;
      // Every contradiction concerns that cell: the others are consistent.
      bool concerned = false;
      for (const CellRef& cell : finding.cells) concerned = concerned || cell.quantity == corrupted.quantity;
      ASSERT_TRUE(concerned) << seed << " " << corrupted.heading << ": " << finding.evidence;
      found = true;
      if (!finding.suspect) continue;
      ASSERT_EQ(*finding.suspect, corrupted.heading) << seed << " " << finding.evidence;
      ++named;
    }
    ASSERT_TRUE(found) << "seed " << seed << ", " << corrupted.heading << " of row " << row << "\n" << text;
  }
  EXPECT_GT(named, 500);
}

TEST(Property, AWholeMultipleIsNoExcuseBesideAStatedBatch) {
  constexpr std::pair<int, const char*> kCorrupted[] = {{1, "inference-rate"}, {8, "energy"}};
  for (const auto& [column, rule] : kCorrupted)
    for (std::uint64_t seed = 0; seed < 300; ++seed)
      for (const double by : {2.0, 3.0, 5.0}) {
        const std::string text = RandomTable(seed).make(3, 1, column, by);
        const auto findings = audit(must_read_table(text));
        const auto found = std::ranges::find(findings, rule, &Finding::rule);
        ASSERT_NE(found, findings.end()) << rule << " " << seed << " x " << by << "\n" << text;
        EXPECT_EQ(found->severity, Severity::kContradiction)
            << seed << " x " << by << ": " << found->evidence;
      }
}

}  // namespace
}  // namespace assay::audit

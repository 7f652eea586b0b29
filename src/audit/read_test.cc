#include "audit/read.h"

#include <gtest/gtest.h>

#include "audit/describe.h"
#include "audit/grid.h"
#include "audit/heading.h"
#include "audit/stated_batch.h"
#include "audit/words.h"

namespace assay::audit {
namespace {

Document must_read_as(std::string_view text, const std::string& name) {
  auto document = read_tables(text, name);
  EXPECT_TRUE(document.has_value()) << (document ? "" : document.error().message);
  return document ? *document : Document{};
}

std::string error_of(std::string_view text, const std::string& name = "t.csv") {
  const auto document = read_tables(text, name);
  EXPECT_FALSE(document.has_value());
  if (document) return "";
  EXPECT_EQ(document.error().code, Code::kInvalidInput);
  return document.error().message;
}

double value(const Entry& entry, Quantity quantity) {
  const Cell* cell = entry.find(quantity);
  EXPECT_NE(cell, nullptr) << info_of(quantity).id;
  return cell ? cell->value() : 0;
}

bool has_note(const Document& document, const std::string& words) {
  for (const Table& table : document.tables)
    for (const std::string& note : table.notes)
      if (note.find(words) != std::string::npos) return true;
  for (const std::string& note : document.notes)
    if (note.find(words) != std::string::npos) return true;
  return false;
}

struct HeadingCase {
  const char* text;
  const char* id;  ///< Of the quantity, or "" where nothing is to be understood.
  double scale;    ///< Of the unit; 0: none.
};
class Headings : public testing::TestWithParam<HeadingCase> {};
TEST_P(Headings, AreKnownByNameAndUnit) {
  const Heading heading = read_heading(plain(GetParam().text));
  EXPECT_EQ(heading.quantity ? info_of(*heading.quantity).id : "", GetParam().id) << GetParam().text;
  if (heading.quantity) {
    EXPECT_EQ(heading.unit ? heading.unit->scale : 0, GetParam().scale) << GetParam().text;
  }
}
INSTANTIATE_TEST_SUITE_P(
    Read, Headings,
    testing::Values(
        HeadingCase{"Inference time [ms]", "latency_mean", 1},
        HeadingCase{"Inference Time [s]", "latency_mean", 1e3},
        HeadingCase{"Avg. Inference Time (ms)", "latency_mean", 1},
        HeadingCase{"Avg. Preprocess Time (ms)", "preprocess_mean", 1},
        HeadingCase{"Avg. FPS", "throughput_mean", 1}, HeadingCase{"FPS (measured)", "throughput", 1},
        HeadingCase{"Mean throughput [images/s]", "throughput_mean", 1},
        HeadingCase{"Achieved performance [Inferences/s]", "throughput", 1},
        HeadingCase{"Achieved performance [GOPS]", "gops", 1},
        HeadingCase{"Achieved performance [TOPS]", "gops", 1e3}, HeadingCase{"Performance [TOPS]", "", 0},
        HeadingCase{"TOPS", "", 0}, HeadingCase{"Peak performance [Gops/s]", "peak", 1},
        HeadingCase{"Peak performance [ops/s]", "peak", 1e-9}, HeadingCase{"Peak perf. [TOPS]", "peak", 1e3},
        HeadingCase{"Performance Ratio", "performance_ratio", 0},
        HeadingCase{"Memory Utilization [GB]", "memory", 1}, HeadingCase{"Power [W]", "power", 1},
        HeadingCase{"Idle Power [W]", "power_idle", 1}, HeadingCase{"power_w", "power", 1},
        HeadingCase{"latency_p99_ms", "latency_p99", 1},
        HeadingCase{"99th Percentile Latency (ms)", "latency_p99", 1},
        HeadingCase{"Energy / Inference [mJ]", "energy_per_inference", 1},
        HeadingCase{"Energy [J]", "energy_per_inference", 1e3}, HeadingCase{"GOPS / W", "gops_per_watt", 1},
        HeadingCase{"[GOPS/W]", "gops_per_watt", 1}, HeadingCase{"GOPS/Watt", "gops_per_watt", 1},
        HeadingCase{"Efficiency (FPS/W)", "efficiency", 1}, HeadingCase{"Inferences / W", "efficiency", 1},
        HeadingCase{"Energy efficiency [TOPS/W]", "gops_per_watt", 1e3}, HeadingCase{"Batchsize", "batch", 0},
        HeadingCase{"Number of threads", "threads", 0}, HeadingCase{"Top-1 [%]", "top1", 1},
        HeadingCase{"Top 5", "top5", 0}, HeadingCase{"mAP (.50)", "map50", 0},
        HeadingCase{"mAP@0.5", "map50", 0}, HeadingCase{"mAP (.50:.95)", "map50_95", 0},
        HeadingCase{"mAP@.50", "map50", 0}, HeadingCase{"Post-Quantization mIoU (%)", "miou", 1},
        HeadingCase{"Throughput (FPS)", "throughput", 1},
        HeadingCase{"Inferences per second", "throughput", 1}, HeadingCase{"Throughput", "throughput", 0},
        HeadingCase{"GFLOPs (ops)", "operations", 1}, HeadingCase{"GMAC", "operations", 2},
        HeadingCase{"fps_per_w", "efficiency", 1},
        HeadingCase{"efficiency_gops_per_watt", "gops_per_watt", 1},
        HeadingCase{"energy_per_inference_mj", "energy_per_inference", 1},
        HeadingCase{"Frames per second", "throughput", 1}, HeadingCase{"FLOPs (G)", "operations", 1},
        HeadingCase{"MACs (M)", "operations", 2e-3},
        HeadingCase{"Energy per inference [mJ]", "energy_per_inference", 1},
        HeadingCase{"EDP [mJ*ms]", "edp", 1e-6}, HeadingCase{"Compile time [ms]", "", 0},
        HeadingCase{"TDP [W]", "", 0}, HeadingCase{"GPU Speed Up (Times)", "", 0},
        HeadingCase{"Params (M)", "", 0}, HeadingCase{"Memory bandwidth [MB/s]", "", 0},
        HeadingCase{"Model S", "", 0}, HeadingCase{"Idle power, unconfigured [W]", "", 0},
        HeadingCase{"Time [ms]", "latency_mean", 1}, HeadingCase{"time_ms", "latency_mean", 1},
        HeadingCase{"Time per inference [ms]", "time_per_input", 1},
        HeadingCase{"Inference time per image [ms]", "time_per_input", 1},
        HeadingCase{"Latency per frame [ms]", "time_per_input", 1},
        HeadingCase{"Inference time per batch [ms]", "latency_mean", 1},
        HeadingCase{"Mean time [ms]", "latency_mean", 1}, HeadingCase{"Time [s]", "", 0},
        HeadingCase{"End-to-end latency [ms]", "end_to_end_mean", 1},
        HeadingCase{"latency_mean [ms]", "latency_mean", 1}, HeadingCase{"latency_mean_lo", "", 0},
        HeadingCase{"throughput_status", "", 0}, HeadingCase{"power_idle [W]", "power_idle", 1},
        HeadingCase{"Inference time CI 95% [ms]", "", 0}, HeadingCase{"Throughput 95% [FPS]", "", 0},
        HeadingCase{"FPS \u03c3", "", 0}, HeadingCase{"FPS (gr\u00f6\u00dfte)", "", 0},
        HeadingCase{"\u0394mAP", "", 0}, HeadingCase{"FPS \u2191", "throughput", 1},
        HeadingCase{"Median latency [ms]", "latency_p50", 1}, HeadingCase{"Median FPS", "", 0},
        HeadingCase{"Max inference time [ms]", "", 0}, HeadingCase{"Peak FPS", "", 0},
        HeadingCase{"Camera FPS", "", 0}, HeadingCase{"Relative FPS", "", 0},
        HeadingCase{"Energy per 1000 images [J]", "", 0}, HeadingCase{"Energy per day [Wh]", "", 0},
        HeadingCase{"Energy, total [J]", "", 0},
        HeadingCase{"Energy per image [mJ]", "energy_per_inference", 1},
        HeadingCase{"Energy per inference, idle subtracted [mJ]", "", 0},
        HeadingCase{"Power above idle [W]", "power_net", 1}, HeadingCase{"Net power [W]", "power_net", 1},
        HeadingCase{"Power mode [W]", "", 0}, HeadingCase{"GPU power [W]", "", 0},
        HeadingCase{"GPU FPS/W", "", 0}, HeadingCase{"Board [W]", "power", 1},
        HeadingCase{"Power consumption (W)", "power", 1},
        HeadingCase{"GPU inference time [ms]", "latency_mean", 1},
        HeadingCase{"Relative accuracy [%]", "", 0}, HeadingCase{"Top-1 accuracy [%]", "top1", 1},
        HeadingCase{"AP50 bicycle [%]", "", 0}, HeadingCase{"mAP50-95", "map50_95", 0},
        HeadingCase{"GFLOPS", "", 0}, HeadingCase{"Achieved performance [GFLOPS]", "gops", 1},
        HeadingCase{"INT8 GOPS", "gops", 1}, HeadingCase{"Peak FP32 [GFLOPS]", "peak", 1},
        HeadingCase{"MACs [G]", "operations", 2}, HeadingCase{"capacity [op/s]", "", 0},
        HeadingCase{"Network (batch 128)", "", 0}, HeadingCase{"FPS batch 8", "", 0},
        HeadingCase{"GPU time [ms]", "", 0}, HeadingCase{"Total time [s]", "", 0},
        HeadingCase{"Idle time [s]", "", 0}, HeadingCase{"Wall time [s]", "", 0},
        HeadingCase{"Training energy [J]", "", 0}, HeadingCase{"Total energy [J]", "", 0},
        HeadingCase{"Total power [W]", "power", 1}, HeadingCase{"Top-1 error [%]", "", 0},
        HeadingCase{"Accuracy loss [%]", "", 0}, HeadingCase{"Top-1 drop [%]", "", 0},
        HeadingCase{"Delta mAP", "", 0}, HeadingCase{"Accuracy change [%]", "", 0},
        HeadingCase{"Power [mW]", "power", 1e-3}, HeadingCase{"Power [MW]", "", 0},
        HeadingCase{"Energy [MJ]", "", 0}, HeadingCase{"Energy [MWh]", "", 0},
        HeadingCase{"Memory [MB]", "memory", 1e-3}, HeadingCase{"", "", 0}));

TEST(Read, ABatchInWords) {
  const auto size = [](const char* text) {
    const auto stated = batch_stated(text);
    return !stated ? "none" : stated->size ? std::to_string(static_cast<int>(*stated->size)) : "several";
  };
  for (const char* text :
       {"ResNet50, batch size 64", "Batch 64", "batch=64", "(batch-size of 64)", "BS64", "batchsize: 64"})
    EXPECT_EQ(size(text), "64") << text;
  for (const char* text : {"batch 1, 8 and 64", "batch sizes 1/8", "batch 1 to 8", "batch 1 and batch 8",
                           "batch 1,024", "latency at batch 1 vs throughput at batch 8"})
    EXPECT_EQ(size(text), "several") << text;
  for (const char* text : {"batch inference", "batches of 8", "64", "", "the abs 5"})
    EXPECT_EQ(size(text), "none") << text;
  EXPECT_EQ(batch_stated("Network (batch 128)")->rest, "Network");
}

TEST(Read, CsvOfEverySeparatorAndMark) {
  for (const char* text : {"Model,FPS,Power [W]\nA,10.5,2.5\n", "Model;FPS;Power [W]\r\nA;10,5;2,5\r\n",
                           "\xef\xbb\xbfModel\tFPS\tPower [W]\nA\t10.5\t2.5"}) {
    const Document document = must_read_as(text, "t.csv");
    ASSERT_EQ(document.tables.size(), 1u);
    ASSERT_EQ(document.tables[0].entries.size(), 1u);
    EXPECT_DOUBLE_EQ(value(document.tables[0].entries[0], Quantity::kRate), 10.5);
    EXPECT_DOUBLE_EQ(value(document.tables[0].entries[0], Quantity::kPower), 2.5);
    EXPECT_EQ(document.tables[0].entries[0].label(Label::kModel), "A");
  }
}

TEST(Read, QuotedFieldsHoldSeparatorsQuotesAndLineEnds) {
  const auto grids = read_csv("\"a,b\",\"c \"\"d\"\"\"\n\"line\nend\",2\n");
  ASSERT_TRUE(grids.has_value());
  ASSERT_EQ(grids->size(), 1u);
  EXPECT_EQ((*grids)[0].rows[0].cells, (std::vector<std::string>{"a,b", "c \"d\""}));
  EXPECT_EQ((*grids)[0].rows[1].cells, (std::vector<std::string>{"line\nend", "2"}));
}

TEST(Read, ATableOfRowsIsReadWithItsMergedCells) {
  const Document document = must_read_as(R"(
## Results

Table 58: ResNet50 (Xavier NX)

| Performance | INT8 | | FP32 | |
| --- | --- | --- | --- | --- |
| Batchsize | 1 | 8 | 1 | 8 |
| Inference Time [ms] | 3.106 | 12.236 | 13.282 | 97.185 |
| Achieved performance [Inferences/s] | 320.62 | 653.81 | 71.65 | 82.32 |
| Peak performance [GOPS] | 13516 | | 3379 (INT8 / 4) | |
| Performance Ratio | 18.46 % | 37.63 % | 16.50 % | 18.95 % |
| Cost Metrics | | | | |
| Memory Utilization [GB] | 2.21 | 2.19 | 2,57 | 2.19 |
)",
                                         "t.md");
  ASSERT_EQ(document.tables.size(), 1u);
  const Table& table = document.tables[0];
  EXPECT_EQ(table.id, "58");
  EXPECT_EQ(table.title, "ResNet50 (Xavier NX)");
  ASSERT_EQ(table.entries.size(), 4u);
  EXPECT_EQ(table.entries[1].label(Label::kPrecision), "INT8");
  EXPECT_EQ(table.entries[3].label(Label::kPrecision), "FP32");
  EXPECT_EQ(value(table.entries[3], Quantity::kBatch), 8);
  EXPECT_EQ(value(table.entries[3], Quantity::kPeak), 3379);
  EXPECT_EQ(value(table.entries[2], Quantity::kInferenceTime), 13.282);
  EXPECT_EQ(table.entries[2].find(Quantity::kInferenceTime)->line, 9);
  EXPECT_EQ(table.entries[2].find(Quantity::kInferenceTime)->column, 4);
  EXPECT_DOUBLE_EQ(value(table.entries[2], Quantity::kMemory), 2.57);
  EXPECT_TRUE(has_note(document, "2 empty cells are read as merged"));
}

TEST(Read, APeakIsNotCarriedIntoAnotherPrecision) {
  const Document document = must_read_as(
      "| | INT8 | FP16 |\n|---|---|---|\n| GOPS | 10 | 5 |\n| Peak performance [GOPS] | 100 | |\n", "t.md");
  EXPECT_EQ(document.tables[0].entries[1].find(Quantity::kPeak), nullptr);
}

TEST(Read, AnEmptyCellOfAMeasurementIsAbsent) {
  const Document document = must_read_as("Model,FPS,Power [W]\nA,10,2\nB,,3\n", "t.csv");
  EXPECT_EQ(document.tables[0].entries[1].find(Quantity::kRate), nullptr);
}

TEST(Read, MergedFirstColumnsAreReadAgain) {
  const Document document = must_read_as("Device,Provider,FPS\nNano,CPU,1\n,GPU,2\n", "t.csv");
  EXPECT_EQ(document.tables[0].entries[1].label(Label::kDevice), "Nano");
  EXPECT_TRUE(has_note(document, "merged"));
}

TEST(Read, CellsMayCarryAnotherUnitOfTheSameKind) {
  const Document document =
      must_read_as("Memory [GB],Inference time [ms]\n1023 MB,2\n1.18 GB,0.004 s\n3 W,5\n", "t.csv");
  EXPECT_DOUBLE_EQ(value(document.tables[0].entries[0], Quantity::kMemory), 1.023);
  EXPECT_DOUBLE_EQ(value(document.tables[0].entries[1], Quantity::kInferenceTime), 4);
  EXPECT_EQ(document.tables[0].entries[2].find(Quantity::kMemory), nullptr);
  EXPECT_TRUE(has_note(document, "has a unit that does not fit"));
}

TEST(Read, SaysWhatItCannotTell) {
  const Document document = must_read_as(
      "Model;Inference time;FPS;Batch;Power [W];Mean power [W];Memory "
      "[GB];Color\nA;35;1,234;0;2;3;4;red\n",
      "t.csv");
  EXPECT_TRUE(has_note(document, "'Inference time' states no unit"));
  EXPECT_TRUE(has_note(document, "decimal comma or a comma between thousands"));
  EXPECT_TRUE(has_note(document, "'0' of 'Batch' is no whole number"));
  EXPECT_TRUE(has_note(document, "both taken for power"));
  EXPECT_TRUE(has_note(document, "not understood, and not checked: 'Color'"));
}

TEST(Read, FractionsAreRecognised) {
  const Document document = must_read_as("Model,Top-1,Top-5\nA,0.71,0.89\nB,0.69,0.88\n", "t.csv");
  EXPECT_DOUBLE_EQ(value(document.tables[0].entries[0], Quantity::kTop1), 71);
  EXPECT_TRUE(has_note(document, "fractions"));
}

TEST(Read, AColumnOfTablesPartsTheRows) {
  const Document document = must_read_as(
      "# title: T\n# Table 2: peak performance 5 TOPS\nTable,Model,FPS\n1,A,10\n2,A,20\n1,B,30\n", "t.csv");
  ASSERT_EQ(document.tables.size(), 2u);
  EXPECT_EQ(document.tables[0].entries.size(), 2u);
  EXPECT_EQ(document.about.at("title"), "T");
  ASSERT_EQ(document.passages.size(), 1u);
  EXPECT_EQ(document.passages[0].tables, std::vector<std::size_t>{1});
  EXPECT_EQ(document.passages[0].text, "peak performance 5 TOPS");
}

TEST(Read, ProseBelongsToAllTablesUnderItsHeading) {
  const Document document = must_read_as(
      "# One\n\n| FPS |\n|---|\n| 1 |\n\nbetween\n\n| FPS |\n|---|\n| 2 |\n\n# Two\n\nbefore three\n\n"
      "| FPS |\n|---|\n| 3 |\n\nlast\n",
      "t.md");
  ASSERT_EQ(document.tables.size(), 3u);
  EXPECT_EQ(document.tables[2].title, "Two");
  const auto tables_of = [&](const std::string& text) {
    for (const Passage& passage : document.passages)
      if (passage.text == text) return passage.tables;
    return std::vector<std::size_t>{};
  };
  EXPECT_EQ(tables_of("between"), (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(tables_of("before three"), (std::vector<std::size_t>{2}));
  EXPECT_EQ(tables_of("last"), (std::vector<std::size_t>{2}));
}

TEST(Read, TheModelMayStandInTheCaptionOrInTheHeader) {
  const std::string models =
      "| Model | Operations / Inference |\n|---|---|\n| ResNet-50 | 7.78 GOps (3.89 billion) |\n\n";
  const Document caption = must_read_as(
      models + "Table 3: ResNet50 on a board\n\n| Performance | FP16 |\n|---|---|\n| GOPS | 10 |\n", "t.md");
  EXPECT_EQ(caption.tables[1].entries[0].label(Label::kModel), "ResNet-50");
  const Document header =
      must_read_as(models + "| Performance | ResNet50 |\n|---|---|\n| GOPS | 10 |\n", "t.md");
  EXPECT_EQ(header.tables[1].entries[0].label(Label::kModel), "ResNet50");
}

TEST(Read, RefusesWhatIsNoTable) {
  EXPECT_NE(error_of("").find("empty file"), std::string::npos);
  EXPECT_NE(error_of(" \n\n").find("empty file"), std::string::npos);
  EXPECT_NE(error_of("just words\nand more words\n").find("found none"), std::string::npos);
  EXPECT_NE(error_of("words\n", "t.md").find("found none"), std::string::npos);
  EXPECT_NE(error_of("a\tb\n1\t2\n3\t4\n", "t.md").find("text taken from a PDF"), std::string::npos);
  EXPECT_NE(error_of("FPS,Power [W]\n").find("a header and no rows"), std::string::npos);
  EXPECT_NE(error_of(std::string("a,b\n1,\0\n", 8)).find("line 2: expected text"), std::string::npos);
  EXPECT_NE(error_of("a,b\n\xff\xfe,2\n").find("line 2"), std::string::npos);
  EXPECT_NE(error_of("\xff\xfe"
                     "a")
                .find("UTF-16"),
            std::string::npos);
  std::string long_table = "Model,FPS\n";
  for (int i = 0; i < 6000; ++i) long_table += "A,1\n";
  EXPECT_NE(error_of(long_table).find("at most 5000 rows, found 6001"), std::string::npos);
  EXPECT_NE(error_of("a,b\n\"x,2\n").find("line 2: a quote begins here"), std::string::npos);
}

TEST(Read, RaggedRowsAreNamedByLine) {
  EXPECT_NE(error_of("Model,FPS\nA,1\nB,2,3\n").find("line 3: expected 2 cells"), std::string::npos);
  EXPECT_NE(error_of("Model,FPS\nA\n").find("line 2: expected 2 cells"), std::string::npos);
  EXPECT_NE(error_of("| Model | FPS |\n|---|---|\n| A | 1 | 2 |\n", "t.md").find("line 3: expected 2 cells"),
            std::string::npos);
}

TEST(Read, ATableWithoutAKnownColumnSaysWhichThereAre) {
  const std::string message = error_of("Name,Colour\nA,red\n");
  EXPECT_NE(message.find("'Colour'"), std::string::npos);
  EXPECT_NE(message.find("Inference time [ms]"), std::string::npos);
}

TEST(Read, AnEmptyTemplateHasNoNumbers) {
  const std::string message =
      error_of("| Platform | Throughput (FPS) | Average Power (W) |\n|:--|:--|:--|\n| A | | |\n", "t.md");
  EXPECT_NE(message.find("no number can be read in the columns that are understood: 'Throughput (FPS)'"),
            std::string::npos);
}

}  // namespace
}  // namespace assay::audit

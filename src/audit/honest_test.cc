// Tables that a reader of the audit made up: honest ones that it once took for contradictions, or read as
// something else. A false alarm is the worst that an audit can give.
#include <gtest/gtest.h>

#include "audit/audit.h"
#include "audit/describe.h"
#include "audit/read.h"

namespace assay::audit {
namespace {

struct HonestCase {
  const char* what;
  const char* file;
  const char* text;
  const char* found;
};
class Honest : public testing::TestWithParam<HonestCase> {};

TEST_P(Honest, TablesRaiseNoFalseAlarm) {
  const auto document = read_tables(GetParam().text, GetParam().file);
  ASSERT_TRUE(document.has_value()) << document.error().message;
  std::string found;
  for (const Finding& finding : audit(*document))
    found += finding.rule + " " + std::string(to_string(finding.severity)) + "\n";
  EXPECT_EQ(found, GetParam().found) << GetParam().what << "\n"
                                     << audit_text(*document, audit(*document), 100);
}

INSTANTIATE_TEST_SUITE_P(
    Audit, Honest,
    testing::Values(
        HonestCase{"power above idle is net power, and its energy is stated", "t.csv",
                   "Inference time [ms],Power [W],Power above idle [W],Energy [mJ]\n"
                   "10.00,10.00,6.00,60.00\n",
                   ""},
        HonestCase{"the AP of one class", "t.csv",
                   "Model,mAP(.50:.95) [%],AP50 bicycle [%]\n"
                   "Yolo,45.0,38.0\n",
                   ""},
        HonestCase{"a mean of rates", "t.csv",
                   "Mean inference time [ms],Mean FPS\n"
                   "10.00,104.2\n",
                   ""},
        HonestCase{"a row of averages", "t.csv",
                   "Model,Inference time [ms],FPS\n"
                   "A,10.0,100.0\n"
                   "B,20.0,50.0\n"
                   "Average,15.0,75.0\n",
                   ""},
        HonestCase{"decimal commas", "t.csv",
                   "Inference time [s],Batch,FPS\n"
                   "\"0,00968\",1,\"103,3\"\n",
                   ""},
        HonestCase{"a batch that cannot be told", "t.csv",
                   "Batch,Inference time [ms],FPS\n"
                   "\"1,024\",1024,1000\n",
                   ""},
        HonestCase{"a confidence interval", "t.csv",
                   "Model,Inference time [ms],Inference time CI 95% [ms],FPS\n"
                   "A,10.0,0.3,100.0\n",
                   ""},
        HonestCase{"energy of a thousand images", "t.csv",
                   "Inference time [ms],Power [W],Energy per 1000 images [J]\n"
                   "3.106,11.86,36.84\n",
                   ""},
        HonestCase{"a bound of a rate", "t.csv",
                   "Model,Throughput 95% [FPS],Inference time [ms]\n"
                   "A,90.0,10.0\n",
                   ""},
        HonestCase{"energy of an epoch", "t.csv",
                   "Inference time [ms],Power [W],Energy per epoch [kJ]\n"
                   "3.106,11.86,184.2\n",
                   ""},
        HonestCase{"footnotes", "t.csv",
                   "Inference time [ms],FPS\n"
                   "10.0 (1),100.0\n"
                   "10.0*,100.0 a\n",
                   ""},
        HonestCase{"a row of ratios", "t.csv",
                   "Model,Precision,Inference time [ms],FPS\n"
                   "A,FP32,10.0,100.0\n"
                   "A,INT8,5.0,200.0\n"
                   "A,INT8 / FP32,0.50,2.00\n",
                   ""},
        HonestCase{"rows of means", "t.csv",
                   "Model,Inference time [ms],FPS\n"
                   "A,10.0,100.0\n"
                   "B,20.0,50.0\n"
                   "Geomean,14.14,70.71\n"
                   "Median,15.0,75.0\n",
                   ""},
        HonestCase{"a model's size called GFLOPS", "t.csv",
                   "Model,Device,GFLOPS,FPS\n"
                   "YOLOv5s,A,16.5,100.0\n"
                   "YOLOv5s,B,16.5,100.1\n"
                   "YOLOv5s,C,16.5,210.0\n",
                   ""},
        HonestCase{"GOPS beside postprocessing", "t.csv",
                   "Model,Operations [GOp],Postprocess [ms],Inference time [ms],Batch,GOPS\n"
                   "A,7.78,5.0,10.0,1,518.7\n",
                   ""},
        HonestCase{"FPS of something else", "t.csv",
                   "Model,Error rate,Inference time [ms],FPS with error correction\n"
                   "A,2,10.0,50.0\n",
                   ""},
        HonestCase{"energy with idle subtracted", "t.csv",
                   "Inference time [ms],Power [W],\"Energy per inference, idle subtracted [mJ]\"\n"
                   "10.00,10.00,60.00\n",
                   ""},
        HonestCase{"instances beside threads", "t.csv",
                   "Threads,Instances,Inference time [ms],FPS\n"
                   "1,4,10.0,400.0\n",
                   ""},
        HonestCase{"energy of a day", "t.csv",
                   "Inference time [ms],Power [W],Energy per day [Wh]\n"
                   "10.00,10.00,240.0\n",
                   ""},
        HonestCase{"a time per image below its batch's", "t.csv",
                   "Batch,Inference time [ms],Latency per image [ms]\n"
                   "8,12.24,1.530\n",
                   ""},
        HonestCase{"qualified FPS, lost power", "t.csv",
                   "Model,FPS (lossless),Inference time [ms],Power loss [W]\n"
                   "A,100.0,10.0,3\n",
                   ""},
        HonestCase{"a greatest time", "t.csv",
                   "Max inference time [ms],FPS\n"
                   "12.0,100.0\n",
                   ""},
        HonestCase{"rows of extremes", "t.csv",
                   "Statistic,Latency [ms],Power [W],Energy [mJ]\n"
                   "min,9.0,10.0,95.0\n"
                   "max,12.0,12.0,130.0\n",
                   ""},
        HonestCase{"an average in a merged row", "t.csv",
                   "Device,Precision,Inference time [ms],FPS\n"
                   "Nano,FP32,10.0,100.0\n"
                   ",INT8,5.0,200.0\n"
                   ",Average,7.5,150.0\n",
                   ""},
        HonestCase{"a power supply", "t.csv",
                   "Model,Power [W],Power supply [V],Energy [mJ],Inference time [ms]\n"
                   "A,10.0,12,100.0,10.0\n",
                   ""},
        HonestCase{"energy of the stated net power", "t.csv",
                   "Inference time [ms],Power [W],Net power [W],Energy [mJ]\n"
                   "10.00,10.00,6.00,60.00\n",
                   ""},
        HonestCase{"the peak of another precision", "t.csv",
                   "Precision,GOPS,Peak FP32 [GFLOPS]\n"
                   "INT8,5000,3379\n"
                   "FP32,1500,3379\n",
                   ""},
        HonestCase{"a greatest rate", "t.csv",
                   "Inference time [ms],Peak FPS\n"
                   "10.0,120.0\n",
                   ""},
        HonestCase{"energy of a hundred images", "t.csv",
                   "Batch,Inference time [ms],Power [W],Energy per 100 images [J]\n"
                   "1,10.00,10.00,10.00\n",
                   ""},
        HonestCase{"times per image", "t.csv",
                   "Model,Batch,Time per image [ms],FPS\n"
                   "ResNet50,1,2.000,500.0\n"
                   "ResNet50,8,1.530,653.6\n",
                   ""},
        HonestCase{"times and energies per image", "t.csv",
                   "Model,Batch,Inference time per image [ms],FPS,Power [W],Energy per image [mJ]\n"
                   "ResNet50,8,1.530,653.6,10.00,15.30\n",
                   ""},
        HonestCase{"a pipelined device", "t.csv",
                   "Model,Batch,Latency [ms],FPS\n"
                   "ResNet50,1,2.40,1331\n",
                   "inference-rate suspicion\n"},
        HonestCase{"a pipeline with both times", "t.csv",
                   "Batch,Inference time [ms],Latency [ms],FPS\n"
                   "1,10.0,25.0,99.0\n",
                   "digits suspicion\n"},
        HonestCase{"a power mode with a unit", "t.csv",
                   "Power mode [W],FPS,FPS/W\n"
                   "15,100.0,12.5\n",
                   ""},
        HonestCase{"the source of the power", "t.csv",
                   "Inference time [ms],Power [W],Power source,Energy [mJ]\n"
                   "10.00,10.00,INA3221,60.00\n",
                   "energy suspicion\n"},
        HonestCase{"relative rates", "t.csv",
                   "Inference time [ms],Relative FPS\n"
                   "10.0,1.00\n"
                   "5.0,2.00\n",
                   ""},
        HonestCase{"everything to three digits", "t.csv",
                   "Model,Inference time [ms],FPS,Power [W],FPS/W\n"
                   "A,0.847,1180,11.9,99.2\n"
                   "B,0.0635,15700,11.9,1320\n",
                   "digits suspicion\n"},
        HonestCase{"a standard deviation in Greek", "t.csv",
                   "Model,FPS,FPS σ\n"
                   "A,10.0,0.3\n",
                   ""},
        HonestCase{"energy of the whole way", "t.csv",
                   "Preprocess [ms],Inference time [ms],Power [W],Energy [mJ],FPS\n"
                   "5.0,10.0,10.0,150.0,66.7\n",
                   ""},
        HonestCase{"a row of deviations", "t.csv",
                   "Model,Inference time [ms],FPS\n"
                   "A,10.0,100.0\n"
                   "std,0.3,3.0\n",
                   ""},
        HonestCase{"a column of deviations", "t.csv",
                   "Model,Inference time mean [ms],Inference time stdev [ms],FPS\n"
                   "A,10.0,0.3,150.0\n",
                   "inference-rate suspicion\n"},
        HonestCase{"a camera's rate", "t.csv",
                   "Inference time [ms],Camera FPS\n"
                   "10.0,30.0\n",
                   ""},
        HonestCase{"latency per frame", "t.csv",
                   "Batch,Latency per frame [ms],Throughput [FPS]\n"
                   "8,1.53,653.6\n",
                   ""},
        HonestCase{"a whole number of three digits", "t.csv",
                   "Inference time [ms],FPS\n"
                   "0.0968,10300\n",
                   "digits suspicion\n"},
        HonestCase{"the time of a whole run", "t.csv",
                   "Model,Images,Time [s],FPS\n"
                   "A,5000,50.0,100.0\n"
                   "B,1000,10.0,100.0\n",
                   ""},
        HonestCase{"a total", "t.csv",
                   "Model,Inference time [ms],Power [W],\"Energy, total [J]\"\n"
                   "A,10.00,10.00,5000\n",
                   ""},
        HonestCase{"a total time", "t.csv",
                   "Model,Total inference time [s],FPS\n"
                   "A,500.0,100.0\n",
                   ""},
        HonestCase{"0 for what was not run", "t.csv",
                   "Inference time [ms],FPS\n"
                   "10.0,0\n",
                   ""},
        HonestCase{"-1 for what was not run", "t.csv",
                   "Inference time [ms],FPS\n"
                   "-1,-1\n"
                   "10.0,100.0\n",
                   ""},
        HonestCase{"net power alone, where no batch is stated", "t.csv",
                   "Net power [W],Inference time [ms],Energy [mJ]\n"
                   "6.00,10.00,100.0\n",
                   "energy suspicion\n"},
        HonestCase{"idle and net power that cannot be", "t.csv",
                   "Idle power [W],Power above idle [W],Power [W]\n"
                   "12.0,6.0,10.0\n",
                   "idle-power contradiction\nnet-power contradiction\n"},
        HonestCase{"a column of ratios", "t.md",
                   "| Metric | FP32 | INT8 | Speed-up |\n"
                   "|---|---|---|---|\n"
                   "| Inference time [ms] | 10.0 | 5.0 | 2.00 |\n"
                   "| FPS | 100.0 | 200.0 | 2.00 |\n",
                   ""},
        HonestCase{
            "a stage that is not understood", "t.csv",
            "Batch,Inference time [ms],NMS [ms],FPS,Power [W],Energy [mJ]\n1,10.0,2.0,83.3,10.00,120.0\n",
            "inference-rate suspicion\n"},
        HonestCase{"the peak of a device called its performance", "t.csv",
                   "Device,Performance [TOPS],Model,FPS,Operations [GOp]\nA,21,R50,400,7.78\n", ""},
        HonestCase{"a ratio of two rows", "t.csv",
                   "Model,Inference time [ms],FPS\nA,10.0,100\nB,5.00,200\nB/A,0.50,2.0\n", ""},
        HonestCase{"several precisions side by side", "t.csv",
                   "Model,Power [W],FP32 FPS,INT8 FPS,FP32 latency [ms],INT8 latency "
                   "[ms]\nA,10,100,200,10.0,5.0\n",
                   ""},
        HonestCase{"a caption with a full stop", "t.md",
                   "**Table 3.** ResNet50 on Orin (batch = 16)\n\n| Model | Inference time (ms) | FPS |\n"
                   "|---|---|---|\n| A | 40 | 403 |\n",
                   ""},
        HonestCase{"batches in the names of columns", "t.md",
                   "| Metric | INT8, batch 1 | INT8, batch 8 |\n|---|---|---|\n| Inference time [ms] | 10.0 "
                   "| 40.0 |\n"
                   "| FPS | 100 | 200 |\n| Energy [mJ] | 100 | 50.0 |\n| Power [W] | 10.0 | 10.0 |\n",
                   ""},
        HonestCase{"power over its peak, though both are short", "t.csv",
                   "Max power [W],Power [W],Peak power [W]\n5,10,8\n", "idle-power contradiction\n"},
        HonestCase{"idle power over power, in other units", "t.csv",
                   "Inference time [s],FPS,Idle power [mW],Power [W]\n0.013,75,12000,10\n",
                   "idle-power contradiction\n"},
        HonestCase{"GOPS of three digits at the peak", "t.csv", "GOPS,Peak [GOPS]\n10300,10260\n", ""},
        HonestCase{"the batch in the caption", "t.md",
                   "Table 1: ResNet50, batch size 64\n"
                   "\n"
                   "| Device | Inference time [ms] | FPS |\n"
                   "|---|---|---|\n"
                   "| A | 97.2 | 658 |\n"
                   "| B | 49 | 1306 |\n",
                   ""},
        HonestCase{"the batch in a heading", "t.md",
                   "### Batch 32\n"
                   "\n"
                   "| Device | Inference time [ms] | Power [W] | Energy [mJ] | FPS |\n"
                   "|---|---|---|---|---|\n"
                   "| A | 49 | 10.2 | 15.6 | 653 |\n",
                   ""},
        HonestCase{"more numbers behind the batch of the caption", "t.md",
                   "Table 2: YoloV4, batch 64, 3 streams\n"
                   "\n"
                   "| Device | Inference time [ms] | FPS |\n"
                   "|---|---|---|\n"
                   "| A | 1943 | 32.94 |\n"
                   "| B | 971.6 | 65.9 |\n",
                   ""},
        HonestCase{"the batch in the corner", "t.md",
                   "| Batch | 1 | 8 | 64 |\n"
                   "|---|---|---|---|\n"
                   "| Inference time [ms] | 3.106 | 12.24 | 97.2 |\n"
                   "| Inferences/s | 321.96 | 653.8 | 658 |\n",
                   ""},
        HonestCase{"times per image, the batch in the corner", "t.md",
                   "| Batch | 1 | 8 |\n"
                   "|---|---|---|\n"
                   "| Inference time per image [ms] | 3.106 | 1.530 |\n"
                   "| Inferences/s | 321.96 | 653.6 |\n",
                   ""},
        HonestCase{"a power mode in prose", "t.md",
                   "In the 15 W power mode it achieves 322 FPS.\n"
                   "\n"
                   "| Model | FPS | Power [W] |\n"
                   "|---|---|---|\n"
                   "| A | 321.96 | 11.86 |\n",
                   ""},
        HonestCase{"the peak of another device in prose", "t.md",
                   "Unlike the AGX Orin with its peak of 275 TOPS, the Nano is a small board.\n"
                   "\n"
                   "| Device | Peak [TOPS] | GOPS |\n"
                   "|---|---|---|\n"
                   "| Jetson Nano | 0.472 | 200 |\n",
                   "text suspicion\n"},
        HonestCase{"a row of sums", "t.md",
                   "| Model | Latency [ms] | Throughput [FPS] |\n"
                   "|---|---|---|\n"
                   "| A | 10.0 | 100.0 |\n"
                   "| B | 20.0 | 50.0 |\n"
                   "| Sum | 30.0 | 150.0 |\n",
                   ""},
        HonestCase{"footnotes in HTML", "t.md",
                   "| Model | Inference time [ms] | FPS |\n"
                   "|---|---|---|\n"
                   "| A | 13.3 | 75<sup>1</sup> |\n"
                   "| B | 10.0 | 100 |\n",
                   ""},
        HonestCase{"a footnote at a time", "t.md",
                   "| Model | Inference time [ms] | Power [W] | Energy [mJ] |\n"
                   "|---|---|---|---|\n"
                   "| A | 10.0<sup>2</sup> | 10.00 | 100.0 |\n",
                   ""},
        HonestCase{"a footnote at a rate", "t.md",
                   "| Model | Batch | Inference time [ms] | FPS |\n"
                   "|---|---|---|---|\n"
                   "| A | 1 | 13.3 | 75<sup>1</sup> |\n",
                   ""},
        HonestCase{"the batch in a column of names", "t.md",
                   "| Network (batch 128) | Inference time [ms] | FPS |\n"
                   "|---|---|---|\n"
                   "| ResNet50 | 195 | 656 |\n",
                   ""},
        HonestCase{"the rate of another device in prose", "t.md",
                   "It achieves 100 FPS in FP32; the Xavier in INT8 reaches 500 FPS.\n"
                   "\n"
                   "| Device | Precision | FPS |\n"
                   "|---|---|---|\n"
                   "| Nano | FP32 | 100.0 |\n"
                   "| Nano | INT8 | 210.0 |\n",
                   "text suspicion\n"},
        HonestCase{"a wider format of another device in prose", "t.md",
                   "The peak of 22 TOPS for INT16 is that of the Xavier.\n"
                   "\n"
                   "| Device | Precision | Peak [TOPS] |\n"
                   "|---|---|---|\n"
                   "| Nano | INT8 | 10 |\n",
                   ""},
        HonestCase{"a report of assay in Markdown", "t.md",
                   "| Platform | Accelerator | Backend/precision | Throughput (FPS) | p99 (ms) | Power (W) | "
                   "FPS/W | mIoU (%) | drop (points) | Verdict |\n"
                   "| :---- | :---- | :---- | ----: | ----: | ----: | ----: | ----: | ----: | :---- |\n"
                   "| AMD EPYC | CPU | openvino/fp32 | 87 ±8 | 13.6 ±1.5 <sup>[1,2]</sup> | unmeasured | "
                   "unmeasured | 77.7 ±0.6 | 0 | WARN |\n"
                   "| AMD EPYC | CPU | openvino/int8 | 270 ±40 <sup>[3]</sup> | 4.8 ±0.7 <sup>[3-5]</sup> | "
                   "unmeasured | unmeasured | 77.6 ±0.6 | 0.17 ±0.08 | WARN |\n"
                   "| AMD EPYC | CPU | onnxruntime/fp32 | 94 ±3 | 12.8 ±1.3 <sup>[6]</sup> | unmeasured | "
                   "unmeasured | 77.7 ±0.6 | 0 | WARN |\n"
                   "| AMD EPYC | CPU | onnxruntime/int8 | 82 ±2 <sup>[7]</sup> | 15 ±2 <sup>[7-9]</sup> | "
                   "unmeasured | unmeasured | 77.7 ±0.6 | 0.03 ±0.03 | WARN |\n",
                   ""}));

/// Everything that is told of a table: findings and notes.
std::string told(std::string_view text, const char* file = "t.csv") {
  const auto document = read_tables(text, file);
  return document ? audit_text(*document, audit(*document), 1000) : document.error().message;
}

TEST(Honest, WhatIsNotUnderstoodIsTold) {
  for (const char* heading :
       {"Max inference time [ms]", "Camera FPS", "Energy per day [Wh]", "Power mode [W]"})
    EXPECT_NE(told(std::string(heading) + ",Power [W]\n10.0,20.0\n")
                  .find("not understood, and not checked: '" + std::string(heading) + "'"),
              std::string::npos)
        << heading;
  EXPECT_NE(
      told("Model,Inference time batch 1 [ms],FPS batch 8\nA,3.106,653.81\n").find("no column with numbers"),
      std::string::npos);
  EXPECT_NE(
      told("Model,FPS\nA,1\nAverage,1\n").find("left out, for it sums up or compares others: 'Average'"),
      std::string::npos);
  EXPECT_NE(told("Model,FPS\nA,0\nB,5\n").find("'0' of 'FPS' is not positive: not checked"),
            std::string::npos);
}

TEST(Honest, WhereTheBatchIsFromIsTold) {
  EXPECT_NE(told("Table 1: ResNet50, batch 8\n\n| FPS |\n|---|\n| 1 |\n", "t.md")
                .find("the batch is taken from its title: 8"),
            std::string::npos);
  const std::string later = told(
      "## Batch 8\n\n| FPS |\n|---|\n| 1 |\n\nthen\n\n| FPS |\n|---|\n| 2 |\n\n## Others\n\n| FPS "
      "|\n|---|\n| 3 |\n",
      "t.md");
  EXPECT_NE(later.find("the batch is taken from the heading in line 1: 8"), std::string::npos) << later;
  EXPECT_EQ(later.find("table at line 15: the batch"), std::string::npos) << later;
}

TEST(Honest, NothingThatATerminalObeysIsTold) {
  const std::string text = told("FPS,\x1b[31mCol\n100.0,\x1b[2Jred\n");
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("'?[31mCol'"), std::string::npos);
}

TEST(Honest, WhatIsNoUtf8IsRefused) {
  EXPECT_NE(
      told("FPS,Col\xed\xa0\x80our\n100.0,red\n").find("line 1: expected text in UTF-8, found byte 237"),
      std::string::npos);
  EXPECT_NE(told("Model,FPS\nA\xf5\x80\x80\x80,10\n").find("line 2: expected text in UTF-8, found byte 245"),
            std::string::npos);
}

TEST(Honest, NearlyNothingIsNotAHundredPercentLess) {
  EXPECT_NE(told("Batch,Inference time [ms],FPS\n1,10.00,0.4000\n").find(": 99.6 % less"), std::string::npos);
  EXPECT_NE(told("Batch,Inference time [ms],FPS\n1,10.00,0.04000\n").find(": 0.0004 times as much"),
            std::string::npos);
}

TEST(Honest, AssaysOwnCsvIsRead) {
  const auto document = read_tables(
      "model,precision,batch,power_source,latency_mean "
      "[ms],latency_mean_lo,latency_mean_hi,latency_mean_status,"
      "throughput [FPS],throughput_lo,throughput_hi,power [W],power_lo,power_hi,power_status\n"
      "A,fp32,1,INA3221,10.0000,9,11,ok,100.000,90,110,5.00,4,6,ok\n",
      "t.csv");
  ASSERT_TRUE(document.has_value());
  const Entry& entry = document->tables.at(0).entries.at(0);
  for (const Quantity quantity :
       {Quantity::kInferenceTime, Quantity::kRate, Quantity::kPower, Quantity::kBatch})
    EXPECT_NE(entry.find(quantity), nullptr) << info_of(quantity).id;
  EXPECT_EQ(relations_checked(*document), 1u);
}

}  // namespace
}  // namespace assay::audit

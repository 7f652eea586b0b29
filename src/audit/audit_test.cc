#include "audit/audit.h"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <set>
#include <sstream>

#include "audit/describe.h"
#include "audit/read.h"

namespace assay::audit {
namespace {

Document must_read(std::string_view text, const std::string& name = "t.csv") {
  auto document = read_tables(text, name);
  EXPECT_TRUE(document.has_value()) << (document ? "" : document.error().message) << "\n" << text;
  return document ? *document : Document{};
}

std::vector<Finding> findings_of(std::string_view text, const std::string& name = "t.csv") {
  return audit(must_read(text, name));
}

/// "rule severity" of every finding, one a line.
std::string rules_of(std::string_view text, const std::string& name = "t.csv") {
  std::string rules;
  for (const Finding& finding : findings_of(text, name))
    rules += finding.rule + " " + std::string(to_string(finding.severity)) + "\n";
  return rules;
}

struct RuleCase {
  const char* what;
  const char* text;
  const char* found;
};
class Rules : public testing::TestWithParam<RuleCase> {};
TEST_P(Rules, FindWhatIsWrongAndNothingElse) {
  EXPECT_EQ(rules_of(GetParam().text), GetParam().found) << GetParam().what;
}
INSTANTIATE_TEST_SUITE_P(
    Audit, Rules,
    testing::Values(
        RuleCase{"a rate that the time gives", "Batch,Inference time [ms],Inferences/s\n8,12.236,653.81\n",
                 ""},
        RuleCase{"a rate that it does not give", "Batch,Inference time [ms],Inferences/s\n1,13.282,71.65\n",
                 "inference-rate contradiction\n"},
        RuleCase{"few digits allow much", "Batch,Inference time [ms],Inferences/s\n1,1.0,990.1\n", ""},
        RuleCase{"digits cut off", "Inference time [ms],Inferences/s\n49.7111,20.11\n", "digits suspicion\n"},
        RuleCase{"a thousand off", "Inference time [s],Inferences/s\n41.07,24.35\n", "units contradiction\n"},
        RuleCase{"a batch that is not stated", "Inference time [ms],Inferences/s\n12.236,653.81\n",
                 "inference-rate suspicion\n"},
        RuleCase{"latency alone, throughput of many", "Latency [ms],Throughput [FPS]\n10.0,730\n",
                 "inference-rate suspicion\n"},
        RuleCase{"the rate of the whole way",
                 "Inference time [ms],Latency [ms],Inferences/s\n30.64,48.82,20.48\n", ""},
        RuleCase{"a rate between the two",
                 "Inference time [ms],Latency [ms],Inferences/s\n30.64,48.82,25.0\n", ""},
        RuleCase{"faster than the inference",
                 "Batch,Inference time [ms],Latency [ms],Inferences/s\n1,30.64,48.82,35.0\n",
                 "inference-rate contradiction\n"},
        RuleCase{"gaps", "Inference time [ms],Latency [ms],Inferences/s\n118.11,141.21,7.06\n",
                 "inference-rate suspicion\n"},
        RuleCase{"several threads under way",
                 "Threads,Inference time [ms],Latency [ms],Inferences/s\n9,31.96,50.99,93.37\n", ""},
        RuleCase{"more under way than can be",
                 "Threads,Inference time [ms],Latency [ms],Inferences/s\n4,31.96,50.99,93.37\n",
                 "inference-rate contradiction\n"},
        RuleCase{"instances, each with a batch",
                 "Batch,Instances,Inference time [ms],Inferences/s\n1,3,1.908,1056\n", ""},
        RuleCase{"operations", "Operations [GOp],Inferences/s,GOPS\n7.78,48.88,380.25\n", ""},
        RuleCase{"a digit exchanged", "Operations [GOp],Inferences/s,GOPS\n7.78,330.8,1574.0\n",
                 "gops contradiction\n"},
        RuleCase{"GOPS that the rounded rate hides, and the time does not",
                 "Batch,Inference time [ms],Operations [GOp],Inferences/s,GOPS\n8,269.1,7.78,29.7,230.8\n",
                 "gops contradiction\n"},
        RuleCase{"GOPS by the time alone",
                 "Batch,Inference time [ms],Operations [GOp],GOPS\n8,269.1,7.78,250.8\n",
                 "gops contradiction\n"},
        RuleCase{"GOPS where no batch is stated",
                 "Inference time [ms],Operations [GOp],GOPS\n269.1,7.78,231.3\n", ""},
        RuleCase{"GOPS of the rate, beside a time that contradicts it: told once",
                 "Batch,Inference time [ms],Operations [GOp],Inferences/s,GOPS\n1,13.282,7.78,71.65,557.4\n",
                 "inference-rate contradiction\n"},
        RuleCase{"energy that the rounded rate hides",
                 "Inference time [ms],Inferences/s,Power [W],Energy [mJ]\n33.814,29.57,29.121,984.82\n",
                 "energy contradiction\n"},
        RuleCase{"operations in multiply-accumulates", "MACs [GMAC],Inferences/s,GOPS\n3.89,48.88,380.25\n",
                 ""},
        RuleCase{"multiply-accumulates that are called operations", "FLOPs (G),FPS,GOPS\n3.89,48.88,380.25\n",
                 "gops suspicion\n"},
        RuleCase{"other operations than most",
                 "Model,Inferences/s,GOPS\nA,10.00,77.8\nA,20.00,155.6\nA,30.00,250\n",
                 "implied-operations contradiction\n"},
        RuleCase{"two that differ", "Model,Inferences/s,GOPS\nA,10.00,77.8\nA,20.00,250.6\n",
                 "implied-operations suspicion\n"},
        RuleCase{"a ratio", "GOPS,Peak [GOPS],Performance ratio [%]\n380.25,1331.2,28.56\n", ""},
        RuleCase{"a wrong ratio", "GOPS,Peak [GOPS],Performance ratio [%]\n13432.32,137500,10.23\n",
                 "performance-ratio contradiction\n"},
        RuleCase{"a ratio of other units", "GOPS,Peak [ops/s],Performance ratio [%]\n189.43,4000,4.74\n",
                 "units contradiction\n"},
        RuleCase{"above the peak", "GOPS,Peak [GOPS]\n1200,1000\n", "above-peak contradiction\n"},
        RuleCase{"over 100 %", "FPS,Performance ratio [%]\n10,101.2\n", "above-peak contradiction\n"},
        RuleCase{"energy of one input",
                 "Batch,Inference time [ms],Power [W],Energy [mJ]\n8,111.790,60.240,841.78\n", ""},
        RuleCase{"energy of a request",
                 "Batch,Inference time [ms],Power [W],Energy [mJ]\n8,111.790,60.240,6734.2\n", ""},
        RuleCase{"energy by the rate", "Inferences/s,Power [W],Energy [mJ]\n1056,34.70,32.86\n", ""},
        RuleCase{"joules that are millijoules",
                 "Inference time [ms],Power [W],Energy [J]\n21.2383,4.68,99.4\n", "units contradiction\n"},
        RuleCase{"energy above idle",
                 "Inference time [ms],Power [W],Idle power [W],Energy [mJ]\n20.00,10.00,4.00,120.0\n",
                 "energy suspicion\n"},
        RuleCase{"GOPS/W above idle", "GOPS,Power [W],Idle power [W],GOPS/W\n600.0,10.00,4.00,100.0\n",
                 "gops-per-watt suspicion\n"},
        RuleCase{"energy of a whole run", "Inference time [ms],Power [W],Energy [J]\n20.000,10.000,50.000\n",
                 "energy suspicion\n"},
        RuleCase{"energy off by so much that a batch may be hidden, whole number or not",
                 "Model,Precision,Inference time [ms],Power [W],Energy [mJ]\nA,FP32,100,10,2050\n",
                 "energy suspicion\n"},
        RuleCase{"energy off by less than any batch",
                 "Model,Precision,Inference time [ms],Power [W],Energy [mJ]\nA,FP32,100.0,10.00,1250\n",
                 "energy contradiction\n"},
        RuleCase{"energy of two, where the batch is one",
                 "Batch,Inference time [ms],Power [W],Energy [mJ]\n1,100.00,10.000,2000.0\n",
                 "energy contradiction\n"},
        RuleCase{"a wrong energy", "Inference time [ms],Power [W],Energy [mJ]\n2.154,45.877,98.78\n",
                 "energy contradiction\n"},
        RuleCase{"tens", "Inference time [ms],Power [W],Energy [mJ]\n14.9318,10.2936,150\n",
                 "digits suspicion\n"},
        RuleCase{"GOPS/W", "GOPS,Power [W],GOPS/W\n31.72,4.2247,7.52\n", "gops-per-watt contradiction\n"},
        RuleCase{"a claim of GOPS/W",
                 "Device,Peak [GOPS],Power [W],Efficiency [TOPS/W]\nA,1600,8,1.6\nB,460,1,0.460\n",
                 "gops-per-watt contradiction\n"},
        RuleCase{"FPS/W", "FPS,Power [W],FPS/W\n1223,3.03,403.1\n358,11.5,33.2\n",
                 "rate-per-watt contradiction\n"},
        RuleCase{"EDP",
                 "Energy [mJ],Inference time [ms],EDP [J s]\n100.0,20.0,0.002000\n100.0,20.0,0.002500\n",
                 "edp contradiction\n"},
        RuleCase{"idle over load", "Power [W],Idle power [W]\n3.91,4.20\n", "idle-power contradiction\n"},
        RuleCase{"average over peak power", "Power [W],Peak power [W]\n5.0,4.2\n",
                 "idle-power contradiction\n"},
        RuleCase{"net power", "Power [W],Idle power [W],Net power [W]\n10.0,4.0,6.0\n12.0,4.0,7.0\n",
                 "net-power contradiction\n"},
        RuleCase{"percentiles", "p50 [ms],p99 [ms],max [ms],Latency max [ms]\n5.0,4.8,1,9.0\n",
                 "percentiles contradiction\n"},
        RuleCase{"a mean below the least", "Inference time [ms],Min latency [ms]\n5.0,5.2\n",
                 "percentiles contradiction\n"},
        RuleCase{"a mean over p99 is possible", "Inference time [ms],p99 [ms]\n5.2,5.0\n", ""},
        RuleCase{"inference over the whole way", "Inference time [ms],Latency [ms]\n5.2,5.0\n",
                 "percentiles contradiction\n"},
        RuleCase{"a mean of rates over the rate of the mean",
                 "Preprocess [ms],Inference time [ms],Postprocess [ms],FPS\n4.386,10.883,0.372,69.463\n", ""},
        RuleCase{"stages that do not fit",
                 "Preprocess [ms],Inference time [ms],Postprocess [ms],FPS\n7.913,32.321,0.552,14.208\n",
                 "stages contradiction\n"},
        RuleCase{"mAP", "Precision,mAP(.50) [%],mAP(.50:.95) [%]\nINT8,48.1,73.8\nFP16,72.4,47.2\n",
                 "map-order contradiction\n"},
        RuleCase{"top-1", "Top-1 [%],Top-5 [%]\n71.05,89.82\n89.8,71.0\n", "top-order contradiction\n"},
        RuleCase{"no share", "Top-1 [%],Top-5 [%]\n71.05,189.82\n", "share contradiction\n"},
        RuleCase{"better by quantization",
                 "Model,Precision,Top-1 [%]\nA,FP32,71.05\nA,INT8,71.9\nB,FP32,70.1\nB,INT8,70.3\n",
                 "accuracy-gain suspicion\n"},
        RuleCase{"better by quantization than any other",
                 "Device,Model,Precision,Top-1 "
                 "[%]\nX,A,FP32,71.05\nY,A,FP32,71.07\nZ,A,INT8,74.73\nZ,B,INT8,74.73\n",
                 "accuracy-gain suspicion\n"},
        RuleCase{"worse than the best of another device",
                 "Device,Model,Precision,Top-1 [%]\nX,A,FP32,71.05\nY,A,FP32,75.07\nZ,A,INT8,74.73\n", ""},
        RuleCase{"a copy explains no other",
                 "Device,Runtime,Model,Precision,Top-1 [%],Top-5 [%]\nX,TensorRT,A,INT8,29.59,54.22\n"
                 "Y,TVM,A,INT8,29.59,54.22\nX,TVM,A,INT8,29.59,54.22\n",
                 "copied suspicion\ncopied suspicion\n"},
        RuleCase{"errors are the better the smaller", "Top-1 error [%],Top-5 error [%],FPS\n28.9,10.1,5\n",
                 ""},
        RuleCase{"a loss below 0", "Accuracy loss [%],FPS\n-0.3,5\n", ""},
        RuleCase{"the time of a whole run", "Total time [s],FPS\n60,100\n", ""},
        RuleCase{"the time of training", "Training time [s],FPS\n60,100\n", ""},
        RuleCase{"mega is not read as milli", "Power [MW],Energy [MJ],Inference time [ms]\n10,500,20\n", ""},
        RuleCase{"a copied power", "Model,Batch,Power [W],FPS\nA,8,15.449,10.1\nB,8,15.449,73.35\n",
                 "copied suspicion\n"},
        RuleCase{"three digits alone are chance",
                 "Model,Batch,Power [W],FPS\nA,8,15.4,10.1\nB,8,15.4,73.35\n", ""},
        RuleCase{"two readings of three digits are not",
                 "Model,Batch,Inference time [ms],Power [W],GOPS\nA,1,0.503,1.81,10\nA,8,0.503,1.81,20\n",
                 "copied suspicion\n"},
        RuleCase{"accuracies of another runtime",
                 "Runtime,Model,Precision,Top-1 [%],Top-5 [%]\nTensorRT 8.4,A,INT8,29.59,54.22\nTensorRT "
                 "7,A,INT8,29.59,54.22\nApache TVM,A,INT8,29.59,54.22\n",
                 "copied suspicion\n"},
        RuleCase{"float accuracies may agree",
                 "Runtime,Model,Precision,Top-1 [%],Top-5 [%]\nTensorRT,A,FP32,71.05,89.82\nApache "
                 "TVM,A,FP32,71.05,89.82\n",
                 ""},
        RuleCase{"a batch that takes less time", "Batch,Inference time [ms]\n1,5.00\n8,4.00\n",
                 "batch-order suspicion\n"},
        RuleCase{"a batch that loses",
                 "Batch,Inference time [ms],Inferences/s\n1,10.000,100.0\n8,100.00,80.0\n",
                 "batch-order suspicion\n"},
        RuleCase{"a batch that loses little",
                 "Batch,Inference time [ms],Inferences/s\n1,97.144,10.29\n8,792.084,10.10\n", ""}));

TEST(Audit, TextIsHeldAgainstTheTable) {
  const auto found = [](const std::string& prose) {
    return rules_of(
        prose +
            "\n\nTable 7: results\n\n"
            "| Device | Model | Precision | FPS | Peak [GOPS] | GOPS/W |\n|---|---|---|---|---|---|\n"
            "| Nano | ResNet50 | FP32 | 71.65 | 5000 | 36.25 |\n| Nano | ResNet50 | INT8 | 320.62 | 20000 | "
            "210.3 |\n"
            "| Nano | YoloV4 | INT8 | 60.63 | 20000 | 242.1 |\n",
        "t.md");
  };
  EXPECT_EQ(found("It achieves 71.6 FPS."), "");
  EXPECT_EQ(found("It achieves 71.7 FPS."), "");
  EXPECT_EQ(found("YoloV4 achieves 61 FPS in INT8."), "");
  EXPECT_EQ(found("YoloV4 achieves 66 FPS in INT8."), "text contradiction\n");
  EXPECT_EQ(found("YoloV4 achieves 66 FPS in INT8 on the TX2."), "text suspicion\n");
  EXPECT_EQ(found("It achieves 75.3 FPS."), "text suspicion\n");
  EXPECT_EQ(found("The theoretical peak is 20 TOPS for INT8 and 5 TFLOPS for FP32."), "");
  EXPECT_EQ(found("The theoretical peak is 22 TOPS for INT8, and 5 TFLOPS for FP32."),
            "text suspicion\n");  // It may be of another device.
  EXPECT_EQ(found("The theoretical peak of the Nano is 22 TOPS for INT8."), "text contradiction\n");
  EXPECT_EQ(found("Unlike the Nano the Orin has a peak of 22 TOPS for INT8."), "text suspicion\n");
  EXPECT_EQ(found("Tables 7: the theoretical peak is 22 TOPS for INT8."), "text contradiction\n");
  EXPECT_EQ(found("In the 75 W power mode it reaches 321 FPS."), "");
  EXPECT_EQ(found("It reaches up to 242 GOPS/W."), "");
  EXPECT_EQ(found("It reaches up to 2420 GOPS/W."), "text suspicion\n");
  // Of a wider format no more is possible.
  EXPECT_EQ(found("The theoretical peak of the Nano is 22 TOPS for INT16."),
            "text suspicion\ntext suspicion\n");
  EXPECT_EQ(found("The theoretical peak of the Nano is 10 TOPS for INT16."), "");
  EXPECT_EQ(found("The theoretical peak of the Xavier is 22 TOPS for INT16."), "");
  // Hedged, cited, of something else, or no claim at all.
  EXPECT_EQ(found("It achieves about 75 FPS."), "");
  EXPECT_EQ(found("Smith et al. achieve 120 FPS."), "");
  EXPECT_EQ(found("Others reached 120 FPS [12]."), "");
  EXPECT_EQ(found("Cameras deliver 25 images."), "");
  EXPECT_EQ(found("A camera has 30 FPS."), "");
  EXPECT_EQ(found("Compared to 120 FPS it is little."), "");
}

TEST(Audit, OneWrongCellThatExplainsAllIsNamed) {
  // The time is wrong: rate and energy say 20.000 ms.
  const auto findings = findings_of(
      "Batch,Inference time [ms],Inferences/s,Power [W],Energy [mJ],GOPS,Operations "
      "[GOp]\n1,25.000,50.000,10.000,200.00,389.00,7.7800\n");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].rule, "inference-rate");
  EXPECT_EQ(findings[0].suspect, "Inference time [ms]");
  EXPECT_EQ(findings[0].evidence,
            "inferences/s = batch / inference time = 1000 x 1 / 25.000 = 40 /s (rounding allows 39.9992 to "
            "40.0008); the table "
            "says 50.000 Inferences/s (49.9995 to 50.0005): 25 % more");
}

TEST(Audit, AUnitInMegaIsSaidToBeUnread) {
  for (const char* heading : {"Power [MW]", "Power (MW)", "Power MW", "power_MW"}) {
    const Document document = must_read("FPS," + std::string(heading) + "\n5,10\n");
    EXPECT_EQ(document.tables.at(0).entries.at(0).find(Quantity::kPower), nullptr) << heading;
    ASSERT_EQ(document.tables[0].notes.size(), 1u) << heading;
    EXPECT_NE(document.tables[0].notes[0].find(heading), std::string::npos);
  }
  const Document document = must_read("Power [W],FPS\n10 MW,5\n");
  EXPECT_EQ(document.tables.at(0).entries.at(0).find(Quantity::kPower), nullptr);
  ASSERT_EQ(document.tables[0].notes.size(), 1u);
}

TEST(Audit, TwoCellsThatMayBothBeWrongNameNone) {
  const auto findings = findings_of("Inference time [ms],Inferences/s\n13.282,71.65\n");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].suspect, std::nullopt);
}

// --- The table of rules
// -------------------------------------------------------------------------------------------

TEST(RuleTable, IdsAreUniqueAndDocumented) {
  std::ifstream file(ASSAY_SOURCE_DIR "/docs/audit.md");
  std::stringstream text;
  text << file.rdbuf();
  std::set<std::string_view> ids;
  for (const Rule& rule : rules()) {
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
    const std::string row = "| `" + std::string(rule.id) + "` | " + std::string(rule.relation) + " | " +
                            std::string(rule.source) + " |";
    EXPECT_NE(text.str().find(row), std::string::npos) << "docs/audit.md should have the line\n" << row;
  }
}

TEST(Describe, EveryFormatHasEveryFinding) {
  const Document document = must_read("Model,Inference time [ms],Inferences/s\nA|B,13.282,71.65\n");
  const auto findings = audit(document);
  for (const std::string& text : {audit_text(document, findings, 80), audit_markdown(document, findings),
                                  audit_json(document, findings)}) {
    EXPECT_NE(text.find("inference-rate"), std::string::npos);
    EXPECT_NE(text.find("13.282"), std::string::npos);
  }
  EXPECT_NE(audit_markdown(document, findings).find("A\\|B"), std::string::npos);
  std::istringstream lines(audit_text(document, findings, 80));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
}

}  // namespace
}  // namespace assay::audit

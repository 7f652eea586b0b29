#include "campaign/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <sstream>

#include "base/file.h"
#include "campaign/schedule_text.h"
#include "spec/parse.h"
#include "vendor/flags.h"

namespace assay::campaign {
namespace {

using namespace std::chrono_literals;

spec::Experiment guide() {
  const auto loaded = spec::load_experiment(ASSAY_SOURCE_DIR "/protocols/guide.yaml");
  EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().message);
  return loaded ? *loaded : spec::Experiment();
}

/// Every command of the schedule, in words.
std::string commands_of(const Schedule& schedule) {
  std::string text;
  for (const HostSchedule& host : schedule.hosts)
    for (const ScheduledStep& step : host.steps)
      for (const vendor::Command& command : step.by_hand)
        text += host.device + " " + step.step.id + ": " + to_shell(command) + "\n";
  return text;
}

TEST(Schedule, TheGuideByHost) {
  const Schedule schedule = make_schedule(guide(), "protocols/guide.yaml");
  ASSERT_EQ(schedule.hosts.size(), 3u);
  EXPECT_EQ(schedule.hosts[0].device, "orin-nx");
  EXPECT_EQ(schedule.hosts[1].rows,
            (std::vector<std::string>{"qcs6490-snpe-dsp-int8", "qcs6490-qnn-htp-int8"}));
  EXPECT_EQ(schedule.hosts[2].command, "assay run protocols/guide.yaml --device radxa-x4");
  for (const HostSchedule& host : schedule.hosts) {
    std::set<std::string> ids;
    for (const ScheduledStep& step : host.steps) {
      EXPECT_TRUE(ids.insert(step.step.id).second) << step.step.id;
      EXPECT_FALSE(step.what.empty() || step.files.empty()) << step.step.id;
      EXPECT_FALSE(step.time.at_most && *step.time.at_most < step.time.at_least) << step.step.id;
      EXPECT_TRUE(
          std::ranges::any_of(time_rules(), [&](const TimeRule& rule) { return rule.name == step.rule; }));
      if (!step.row.empty() && step.row != "reference") {
        EXPECT_NE(std::ranges::find(host.rows, step.row), host.rows.end()) << step.row;
      }
    }
    // The reference is made on each machine, since none of the rows is one.
    EXPECT_TRUE(ids.contains("accuracy.reference")) << host.device;
  }
}

TEST(Schedule, CommandsOfTheGuideAreTheVendorsOwn) {
  const std::string text = commands_of(make_schedule(guide(), "protocols/guide.yaml"));
  for (const char* command :
       {"orin-nx artifact.orin-nx-tensorrt-dla0-int8: /usr/src/tensorrt/bin/trtexec "
        "--onnx=ddrnet23-slim.onnx "
        "--saveEngine=orin-nx-tensorrt-dla0-int8.engine --int8 --calib=orin-nx-tensorrt-dla0-int8.cache "
        "--useDLACore=0 --allowGPUFallback --profilingVerbosity=detailed --buildOnly\n",
        "orin-nx timed.orin-nx-tensorrt-gpu-int8.r1: /usr/src/tensorrt/bin/trtexec "
        "--loadEngine=orin-nx-tensorrt-gpu-int8.engine --iterations=1000 --duration=0 --warmUp=10000 "
        "--exposeDMA "
        "--exportTimes=orin-nx-tensorrt-gpu-int8-times.json\n",
        "qcs6490 artifact.qcs6490-snpe-dsp-int8: snpe-dlc-quantize --input_dlc "
        "qcs6490-snpe-dsp-int8-float.dlc "
        "--input_list input_list.txt --output_dlc qcs6490-snpe-dsp-int8.dlc --bias_bitwidth 8\n",
        "qcs6490 artifact.qcs6490-qnn-htp-int8: qairt-quantizer ",
        "radxa-x4 timed.radxa-x4-openvino-gpu-int8.r1: benchmark_app -m radxa-x4-openvino-gpu-int8.xml -d "
        "GPU -hint "
        "latency -api sync -niter 1000 -infer_precision f32 -ip f32\n",
        // From FP16 the weights of the INT8 model would be rounded twice.
        "radxa-x4-openvino-gpu-int8-float.xml --compress_to_fp16=False\n"})
    EXPECT_NE(text.find(command), std::string::npos) << command << "\nin\n" << text;
  // Only where a row asks for it.
  EXPECT_EQ(text.find("qcs6490-snpe-dsp-int8: snpe-dlc-graph-prepare"), std::string::npos) << text;
}

/// The only row of a spec with the guide's row `index`, changed, and the commands of its plan.
class OneRow {
 public:
  explicit OneRow(std::size_t index) : x_(guide()) { x_.rows = {x_.rows.at(index)}; }
  spec::RowSpec& row() { return x_.rows[0]; }
  const ScheduledStep& artifact() {
    schedule_ = make_schedule(x_, "x.yaml");
    return *std::ranges::find(schedule_.hosts[0].steps, StepKind::kArtifact,
                              [](const ScheduledStep& step) { return step.step.kind; });
  }
  std::string commands() {
    artifact();
    return commands_of(schedule_);
  }

 private:
  spec::Experiment x_;
  Schedule schedule_;
};

TEST(Schedule, ADlcIsMadeWhereQualcommsToolsRun) {
  OneRow snpe(2), other(4);
  EXPECT_NE(snpe.artifact().elsewhere.find("x86-64 Linux host"), std::string::npos);
  EXPECT_NE(snpe.artifact().elsewhere.find(
                "assay run x.yaml --device qcs6490 --row qcs6490-snpe-dsp-int8 --prepare-only."),
            std::string::npos)
      << snpe.artifact().elsewhere;
  EXPECT_NE(snpe.artifact().elsewhere.find("`artifact: model.dlc`"), std::string::npos);
  EXPECT_TRUE(other.artifact().elsewhere.empty());
  snpe.row().artifact = "model.dlc";
  EXPECT_TRUE(snpe.artifact().elsewhere.empty());
}

TEST(Schedule, WhatWasSaidBesideTheSpecIsSaidAgain) {
  spec::Experiment x = guide();
  x.rows = {x.rows[2]};
  const Schedule schedule = make_schedule(x, "x.yaml", {"/data/my cities", 2, true});
  const std::string run = "assay run x.yaml --device qcs6490 --data-root '/data/my cities' --repeats 2";
  EXPECT_EQ(schedule.hosts[0].command, run + " --row qcs6490-snpe-dsp-int8");
  const auto step = std::ranges::find(schedule.hosts[0].steps, StepKind::kArtifact,
                                      [](const ScheduledStep& one) { return one.step.kind; });
  EXPECT_NE(step->elsewhere.find(run + " --row qcs6490-snpe-dsp-int8 --prepare-only"), std::string::npos)
      << step->elsewhere;
}

TEST(Schedule, CommandsForSnpeFollowTheRowsToolchain) {
  OneRow snpe(2);
  // What documents do not show for a version is told instead of being given.
  EXPECT_NE(snpe.artifact().note.find("per channel"), std::string::npos) << snpe.artifact().note;
  EXPECT_EQ(snpe.commands().find("per_channel"), std::string::npos);
  snpe.row().pins = {{"runtime", "2.35"}};
  EXPECT_NE(snpe.commands().find("--act_bitwidth 8 --bias_bitwidth 8 --use_per_channel_quantization\n"),
            std::string::npos)
      << snpe.commands();
  EXPECT_EQ(snpe.artifact().note.find("per channel"), std::string::npos) << snpe.artifact().note;
  snpe.row().toolchain_options = {{"per-channel", "false"}, {"htp-archs", "v73"}, {"bias-bitwidth", "32"}};
  const std::string text = snpe.commands();
  EXPECT_NE(text.find("--act_bitwidth 8 --bias_bitwidth 32\n"), std::string::npos) << text;
  EXPECT_NE(text.find("--output_dlc qcs6490-snpe-dsp-int8.dlc --htp_archs v73 --optimization_level 2\n"),
            std::string::npos)
      << text;
  snpe.row().toolchain_options = {{"names", "new"}, {"io-layout", "nchw"}, {"htp-socs", "qcs6490"}};
  EXPECT_NE(snpe.commands().find("qairt-quantizer"), std::string::npos);
  EXPECT_NE(snpe.commands().find("--htp_socs qcs6490"), std::string::npos);
}

TEST(Schedule, TheQnnRowsCommandsAreNotTakenForItsOwn) {
  OneRow qnn(3);
  EXPECT_NE(qnn.artifact().note.find("Neither their accuracy nor their time is the row's"),
            std::string::npos);
}

TEST(Schedule, TensorRtInt8FollowsItsToolchain) {
  OneRow gpu(0);
  gpu.row().toolchain = "tensorrt";  // The source has Q/DQ already.
  EXPECT_NE(gpu.commands().find("--onnx=ddrnet23-slim.onnx"), std::string::npos) << gpu.commands();
  EXPECT_EQ(gpu.commands().find("--calib"), std::string::npos) << gpu.commands();
  gpu.row().toolchain = "tensorrt-qdq";
  EXPECT_NE(gpu.commands().find("-qdq.onnx"), std::string::npos);
  EXPECT_NE(gpu.artifact().note.find("toolchain tensorrt-qdq makes"), std::string::npos);
  gpu.row().toolchain.clear();
  gpu.row().pins = {{"runtime", "11.4.1"}};
  EXPECT_NE(gpu.artifact().note.find("is refused there"), std::string::npos) << gpu.artifact().note;
  gpu.row().pins = {{"runtime", "10.3"}};
  gpu.row().toolchain_options = {{"io-formats", "fp16"},
                                 {"optimization-level", "4"},
                                 {"version-compatible", "on"},
                                 {"dla-local-dram", "512"},
                                 {"dla-global-dram", "1024"}};
  EXPECT_NE(gpu.commands().find("--memPoolSize=dlaLocalDRAM:512,dlaGlobalDRAM:1024 "
                                "--builderOptimizationLevel=4 --versionCompatible"),
            std::string::npos)
      << gpu.commands();
  EXPECT_NE(gpu.artifact().note.find("io-formats: fp16 is not in the command"), std::string::npos);
  gpu.row().pins = {{"runtime", "8.5.2"}};
  EXPECT_EQ(gpu.commands().find("--builderOptimizationLevel"), std::string::npos);
  EXPECT_NE(gpu.artifact().by_hand.at(0).note.find("come with TensorRT 8.6"), std::string::npos);
  gpu.row().accelerator = "DLA:0";
  EXPECT_NE(gpu.artifact().note.find("DLA0 or DLA1"), std::string::npos) << gpu.artifact().note;
}

// The whole plan as it is printed: tests/golden/plan-guide.txt. Written anew where ASSAY_UPDATE_GOLDEN is
// set.
TEST(Schedule, TheGuideAsItIsPrinted) {
  const spec::Experiment x = guide();
  // Where the spec stands is the machine's affair.
  spec::Experiment elsewhere = x;
  elsewhere.data.root = "CITYSCAPES";
  const std::string text = schedule_text(elsewhere, make_schedule(elsewhere, "protocols/guide.yaml"));
  const std::string golden = ASSAY_SOURCE_DIR "/tests/golden/plan-guide.txt";
  if (std::getenv("ASSAY_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(write_file(golden, text));
  }
  const auto wanted = read_file(golden);
  ASSERT_TRUE(wanted) << wanted.error().message;
  EXPECT_EQ(text, *wanted);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
}

TEST(Schedule, TimesAreBoundsThatFollowFromTheSpec) {
  const spec::Experiment x = guide();
  const Schedule schedule = make_schedule(x, "guide.yaml");
  std::chrono::nanoseconds sum{0};
  for (const ScheduledStep& step : schedule.hosts[0].steps) {
    sum += step.time.at_least;
    if (step.step.kind == StepKind::kIdle) {
      EXPECT_EQ(step.time.at_least, 30s);
      EXPECT_EQ(*step.time.at_most, 60s);
    }
    // 10 s of warm-up, and 32 updates of the meter at 100 ms.
    if (step.step.kind == StepKind::kTimed) {
      EXPECT_EQ(step.time.at_least, 13200ms);
    }
  }
  EXPECT_EQ(schedule.hosts[0].at_least, sum);
  EXPECT_EQ(sum, 2 * 30s + 10 * 13200ms);
  spec::Experiment longer = x;
  longer.protocol.timed_duration = 60s;
  longer.protocol.rest = 5s;
  longer.power.loaded_idle = 5s;
  const Schedule for_longer = make_schedule(longer, "x");
  for (const ScheduledStep& step : for_longer.hosts[0].steps)
    if (step.step.kind == StepKind::kTimed) {
      EXPECT_EQ(step.time.at_least, 80s);
    }
  spec::Experiment unmetered = x;
  unmetered.power.meters.clear();
  const Schedule without_meter = make_schedule(unmetered, "x");
  for (const ScheduledStep& step : without_meter.hosts[0].steps)
    if (step.step.kind == StepKind::kIdle) {
      EXPECT_EQ(step.time.at_least, 0s);
    }
}

// Each version that a spec may pin: commands that the table takes, or the reason why there are none.
TEST(Schedule, CommandsAreValidForWhateverVersionIsPinned) {
  int commands = 0, refusals = 0;
  for (const char* backend : {"tensorrt", "snpe", "qnn", "openvino"})
    for (const char* accelerator : {"CPU", "GPU", "DLA0", "DSP"})
      for (const char* precision : {"fp32", "fp16", "int8"})
        for (const char* version :
             {"", "8.5.2", "8.6.1", "10.3.0", "10.7+", "10.9", "11.2", "11.4.1", "2.10+", "2.35.0", "2.51",
              "2023.3+", "2024.6", "2026.4.1", "9.9", "soon"}) {
          spec::Experiment x = guide();
          spec::RowSpec row = x.rows[0];
          row.backend = backend;
          row.accelerator = accelerator;
          row.precision = precision;
          row.toolchain_options.clear();
          row.pins.clear();
          if (*version != '\0') row.pins["runtime"] = version;
          x.rows = {row};
          const Schedule schedule = make_schedule(x, "x.yaml");
          bool any = false, told = false;
          for (const ScheduledStep& step : schedule.hosts[0].steps) {
            told |= step.note.starts_with("no command of the vendor's: row ");
            for (const vendor::Command& command : step.by_hand) {
              any = true;
              ++commands;
              const auto checked = vendor::check_flags(command.tool, command.version, command.argv);
              EXPECT_TRUE(checked) << to_shell(command) << ": " << (checked ? "" : checked.error().message);
            }
          }
          EXPECT_NE(any, told) << backend << " " << accelerator << " " << precision << " " << version;
          refusals += told;
        }
  EXPECT_GT(commands, 200);
  EXPECT_GT(refusals, 50);
}

TEST(Schedule, ABackendWithoutAVendorsToolSaysSo) {
  spec::Experiment x = guide();
  x.rows = {x.rows[0]};
  x.rows[0].device = "local";
  x.rows[0].backend = "onnxruntime";
  const Schedule schedule = make_schedule(x, "x.yaml");
  EXPECT_EQ(schedule.hosts[0].command, "assay run x.yaml");
  EXPECT_TRUE(commands_of(schedule).empty());
  const auto artifact = std::ranges::find(schedule.hosts[0].steps, StepKind::kArtifact,
                                          [](const ScheduledStep& step) { return step.step.kind; });
  EXPECT_NE(artifact->note.find("onnxruntime"), std::string::npos);
}

}  // namespace
}  // namespace assay::campaign

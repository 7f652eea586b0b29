#include "vendor/qualcomm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "vendor/test_commands.h"

namespace assay::vendor {
namespace {

// The same words as tools/toolchains/convert_snpe.py gives.
TEST(Qualcomm, OptionsAreSpeltAsTheToolchainDoes) {
  DlcQuantization old{"2.35", DlcTools::kSnpe, "m.dlc", "q.dlc", "l.txt", true};
  old.act_bitwidth = 16;
  old.bias_bitwidth = 32;
  old.activation_calibration = "enhanced";
  old.weight_schema = "symmetric";
  old.cle = true;
  EXPECT_EQ(to_shell(good(quantize_dlc(old))),
            "snpe-dlc-quantize --input_dlc m.dlc --input_list l.txt --output_dlc q.dlc --act_bitwidth 16 "
            "--bias_bitwidth 32 --act_quantizer enhanced --param_quantizer symmetric "
            "--use_per_channel_quantization --algorithms cle");
  DlcQuantization recent{"2.35", DlcTools::kQairt, "m.dlc", "q.dlc", "l.txt", true};
  recent.target_backend = "GPU";
  recent.activation_calibration = "mse";
  EXPECT_EQ(to_shell(good(quantize_dlc(recent))),
            "qairt-quantizer --input_dlc m.dlc --input_list l.txt --output_dlc q.dlc --act_bitwidth 8 "
            "--bias_bitwidth 8 --target_backend GPU --act_quantizer_calibration mse "
            "--use_per_channel_quantization");
  DlcConversion conversion{"2.35", DlcTools::kSnpe, "m.onnx", "m.dlc", "image"};
  conversion.channels_first = true;
  EXPECT_TRUE(has(good(convert_to_dlc(conversion)), "--preserve_io"));
  conversion.tools = DlcTools::kQairt;
  EXPECT_FALSE(has(good(convert_to_dlc(conversion)), "--desired_input_layout"));
}

TEST(Qualcomm, EveryCommandIsValidForItsVersion) {
  for (const char* version : {"2.10.0", "2.14.2", "2.19.0.240124", "2.35.0", "2.39.0", "2.51"}) {
    const bool known = compare_versions(version, "2.35") >= 0;
    for (const DlcTools tools : {DlcTools::kSnpe, DlcTools::kQairt})
      for (const char* input : {"", "image"}) {
        const auto command = convert_to_dlc({version, tools, "m.onnx", "m.dlc", input});
        EXPECT_EQ(command.has_value(), tools == DlcTools::kSnpe || known) << version;
        if (command) good(command);
      }
    for (const DlcTools tools : {DlcTools::kSnpe, DlcTools::kQairt})
      for (const bool per_channel : {false, true}) {
        const auto command = quantize_dlc({version, tools, "m.dlc", "q.dlc", "list.txt", per_channel});
        EXPECT_EQ(command.has_value(), known || (tools == DlcTools::kSnpe && !per_channel)) << version;
        if (command) good(command);
      }
    good(prepare_dlc_graph({version, "q.dlc", "p.dlc", "qcs6490"}));
    EXPECT_FALSE(prepare_dlc_graph({version, "q.dlc", "p.dlc", "", ""}));
    EXPECT_FALSE(prepare_dlc_graph({version, "q.dlc", "p.dlc", "qcs6490", "v68"}));
    for (const char* calibration : {"min-max", "enhanced", "mse"})
      for (int bits = 0; bits < 8; ++bits) {
        DlcQuantization quantization{version, bits & 1 ? DlcTools::kQairt : DlcTools::kSnpe, "m", "q", "l"};
        quantization.activation_calibration = calibration;
        quantization.bias_bitwidth = 32;
        quantization.cle = bits & 2;
        if (bits & 4) quantization.weight_schema = "symmetric";
        const auto command = quantize_dlc(quantization);
        // The calibrations of the one family are none of the other's.
        const bool expected =
            bits & 1 ? known && std::string(calibration) != "enhanced" : std::string(calibration) != "mse";
        EXPECT_EQ(command.has_value(), expected) << version << " " << calibration << " " << bits << ": "
                                                 << (command ? to_shell(*command) : command.error().message);
        if (!command) continue;
        good(command);
        EXPECT_EQ(has(*command, "--use_symmetric_quantize_weights"), (bits & 4) && !(bits & 1) && !known);
      }
    for (const char* runtime : {"dsp", "gpu", "cpu"})
      for (int bits = 0; bits < 8; ++bits) {
        DlcRun run;
        run.version = version;
        run.dlc = "p.dlc";
        run.runtime = runtime;
        run.input_list = "list.txt";
        run.cpu_fallback = bits & 1;
        run.unsigned_pd = bits & 2;
        if (bits & 4) run.library_path = "/opt/qairt/lib";
        good(net_run(run));
        const Command fast = good(throughput_net_run(run));
        EXPECT_EQ(fast.note.find("unsignedPD:ON") != std::string::npos,
                  run.unsigned_pd && run.runtime == "dsp" && !known)
            << version << ": " << fast.note;
        run.runtime_order = runtime_order_of("HTP,GPU,CPU");
        for (const Command& command : {good(net_run(run)), good(throughput_net_run(run))}) {
          const auto at = std::ranges::find(command.argv, "--runtime_order");
          ASSERT_NE(at, command.argv.end());
          EXPECT_EQ(*(at + 1), "dsp,gpu,cpu");
          // The tools refuse them beside an order.
          for (const char* other : {"--use_dsp", "--use_gpu", "--use_cpu", "--enable_cpu_fallback"})
            EXPECT_FALSE(has(command, other)) << other;
        }
      }
  }
  DlcRun run;
  run.version = "2.10";
  run.runtime = "npu";
  EXPECT_FALSE(net_run(run));
  run.runtime_order = "dsp,npu";
  EXPECT_FALSE(net_run(run));
  EXPECT_EQ(runtime_order_of("DSP"), "");
}

}  // namespace
}  // namespace assay::vendor

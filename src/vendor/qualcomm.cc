#include "vendor/qualcomm.h"

#include "vendor/flags.h"

namespace assay::vendor {
namespace {

/// The first version of which the Tools page is known.
constexpr std::string_view kFullTable = "2.35";

Result<Command> checked(Command command) {
  ASSAY_OK(check_flags(command.tool, command.version, command.argv));
  return command;
}

Result<void> choose_runtime(const DlcRun& run, bool throughput, Command& command) {
  if (run.runtime == "dsp" || run.runtime == "gpu")
    command.argv.push_back("--use_" + run.runtime);
  else if (run.runtime != "cpu")
    return fail(Code::kInvalidInput,
                command.tool + ": runtime dsp, gpu or cpu was expected, '" + run.runtime + "' was found");
  else if (throughput)
    command.argv.emplace_back("--use_cpu");
  if (run.cpu_fallback) command.argv.emplace_back("--enable_cpu_fallback");
  if (run.unsigned_pd && run.runtime == "dsp" &&
      (!throughput || compare_versions(run.version, kFullTable) >= 0))
    command.argv.insert(command.argv.end(), {"--platform_options", "unsignedPD:ON"});
  if (!run.library_path.empty()) {
    command.environment["LD_LIBRARY_PATH"] = run.library_path.string();
    if (run.runtime == "dsp") command.environment["ADSP_LIBRARY_PATH"] = run.library_path.string();
  }
  return {};
}

}  // namespace

Result<Command> convert_to_dlc(const DlcConversion& conversion) {
  const bool qairt = conversion.tools == DlcTools::kQairt;
  Command command;
  command.tool = qairt ? "qairt-converter" : "snpe-onnx-to-dlc";
  command.version = conversion.version;
  command.argv = {"--input_network", conversion.onnx.string(), "--output_path", conversion.dlc.string()};
  if (qairt && !conversion.input_name.empty())
    command.argv.insert(command.argv.end(), {"--source_model_input_layout", conversion.input_name, "NCHW",
                                             "--desired_input_layout", conversion.input_name, "NHWC"});
  command.note = qairt && conversion.input_name.empty()
                     ? "qairt-converter keeps the input's layout (NCHW); the raw files must be in it."
                     : "The DLC's input is NHWC: the raw files must be too.";
  return checked(std::move(command));
}

Result<Command> quantize_dlc(const DlcQuantization& quantization) {
  Command command;
  command.tool = quantization.tools == DlcTools::kQairt ? "qairt-quantizer" : "snpe-dlc-quantize";
  command.version = quantization.version;
  command.argv = {"--input_dlc",  quantization.dlc.string(),
                  "--input_list", quantization.input_list.string(),
                  "--output_dlc", quantization.quantized.string()};
  // Both tools' defaults; said where the flags are known.
  if (compare_versions(quantization.version, kFullTable) >= 0)
    command.argv.insert(command.argv.end(), {"--weights_bitwidth", "8", "--act_bitwidth", "8"});
  if (quantization.per_channel) command.argv.emplace_back("--use_per_channel_quantization");
  return checked(std::move(command));
}

Result<Command> prepare_dlc_graph(const DlcPreparation& preparation) {
  Command command;
  command.tool = "snpe-dlc-graph-prepare";
  command.version = preparation.version;
  command.argv = {"--input_dlc", preparation.dlc.string(), "--output_dlc", preparation.prepared.string(),
                  "--htp_socs",  preparation.soc};
  return checked(std::move(command));
}

Result<Command> net_run(const DlcRun& run) {
  Command command;
  command.tool = "snpe-net-run";
  command.version = run.version;
  command.argv = {"--container",    run.dlc.string(),        "--input_list",      run.input_list.string(),
                  "--perf_profile", run.performance_profile, "--profiling_level", "basic"};
  ASSAY_OK(choose_runtime(run, false, command));
  if (!run.output.empty()) command.argv.insert(command.argv.end(), {"--output_dir", run.output.string()});
  command.note =
      "Its times are in SNPEDiag_0.log of the output folder: snpe-diagview --input_log prints them.";
  return checked(std::move(command));
}

Result<Command> throughput_net_run(const DlcRun& run) {
  Command command;
  command.tool = "snpe-throughput-net-run";
  command.version = run.version;
  command.argv = {"--container",    run.dlc.string(),        "--duration",       std::to_string(run.seconds),
                  "--perf_profile", run.performance_profile, "--userbuffer_auto"};
  ASSAY_OK(choose_runtime(run, true, command));
  command.note = "It reports inferences a second, no single latencies.";
  return checked(std::move(command));
}

}  // namespace assay::vendor

#include "vendor/qualcomm.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"
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
  const std::vector<std::string> order =
      run.runtime_order.empty() ? std::vector{run.runtime} : split(run.runtime_order, ',');
  for (const std::string& runtime : order)
    if (runtime != "dsp" && runtime != "gpu" && runtime != "cpu")
      return fail(Code::kInvalidInput,
                  command.tool + ": runtime dsp, gpu or cpu was expected, '" + runtime + "' was found");
  const bool dsp = std::ranges::find(order, "dsp") != order.end();
  if (!run.runtime_order.empty())
    command.argv.insert(command.argv.end(), {"--runtime_order", run.runtime_order});
  else if (run.runtime != "cpu" || throughput)
    command.argv.push_back("--use_" + run.runtime);
  if (run.runtime_order.empty() && run.cpu_fallback) command.argv.emplace_back("--enable_cpu_fallback");
  if (run.unsigned_pd && dsp) {
    if (!throughput || compare_versions(run.version, kFullTable) >= 0)
      command.argv.insert(command.argv.end(), {"--platform_options", "unsignedPD:ON"});
    else
      command.note =
          "It is not told to take an unsigned protection domain (unsignedPD:ON): that this tool has "
          "--platform_options is known of 2.35 and later only. Where the DSP refuses it, snpe-net-run is "
          "told.";
  }
  if (!run.library_path.empty()) {
    command.environment["LD_LIBRARY_PATH"] = run.library_path.string();
    if (dsp) command.environment["ADSP_LIBRARY_PATH"] = run.library_path.string();
  }
  return {};
}

/// The first spelling of an option that this version's table has; the last where it has none, so that the
/// refusal names it.
std::vector<std::string> first_of(const Command& command, std::vector<std::vector<std::string>> spellings) {
  for (const auto& words : spellings)
    if (check_flags(command.tool, command.version, words)) return words;
  return spellings.back();
}

/// Which the two families of tools have in common, and which not. Errors: kInvalidInput (an option that the
/// tool has no word for).
Result<void> add_quantizer_options(const DlcQuantization& quantization, Command& command) {
  const bool qairt = quantization.tools == DlcTools::kQairt;
  const auto add = [&](const std::vector<std::string>& words) {
    command.argv.insert(command.argv.end(), words.begin(), words.end());
  };
  const bool symmetric = quantization.activation_schema == "symmetric";
  const bool symmetric_weights = quantization.weight_schema == "symmetric";
  const std::string& calibration = quantization.activation_calibration;
  if (qairt) {
    if (calibration == "enhanced")
      return fail(Code::kInvalidInput, "qairt-quantizer has no calibration 'enhanced'");
    if (calibration != "min-max") add({"--act_quantizer_calibration", calibration});
    if (symmetric) add({"--act_quantizer_schema", "symmetric"});
    if (symmetric_weights) add({"--param_quantizer_schema", "symmetric"});
    if (quantization.per_channel) add({"--use_per_channel_quantization"});
    if (quantization.cle) add({"--apply_algorithms", "cle"});
    return {};
  }
  if (calibration != "min-max" && calibration != "enhanced")
    return fail(Code::kInvalidInput, "snpe-dlc-quantize has no calibration '" + calibration + "'");
  if (calibration == "enhanced") {
    if (symmetric)
      return fail(Code::kInvalidInput, "snpe-dlc-quantize takes one --act_quantizer: enhanced or symmetric");
    add(first_of(command, {{"--act_quantizer", "enhanced"}, {"--use_enhanced_quantizer"}}));
  }
  if (symmetric) add({"--act_quantizer", "symmetric"});
  if (symmetric_weights)
    add(first_of(command, {{"--param_quantizer", "symmetric"}, {"--use_symmetric_quantize_weights"}}));
  if (quantization.per_channel)
    add(first_of(command, {{"--use_per_channel_quantization"}, {"--axis_quant"}}));
  if (quantization.cle) add(first_of(command, {{"--algorithms", "cle"}, {"--optimizations", "cle"}}));
  return {};
}

}  // namespace

std::string performance_profile_of(std::string name) {
  std::ranges::replace(name, '-', '_');
  return name;
}

std::string runtime_order_of(std::string order) {
  if (order.find(',') == std::string::npos) return "";
  std::ranges::transform(order, order.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  // The row's other name of the DSP.
  for (std::size_t at = 0; (at = order.find("htp", at)) != std::string::npos;) order.replace(at, 3, "dsp");
  return order;
}

Result<Command> convert_to_dlc(const DlcConversion& conversion) {
  const bool qairt = conversion.tools == DlcTools::kQairt;
  Command command;
  command.tool = qairt ? "qairt-converter" : "snpe-onnx-to-dlc";
  command.version = conversion.version;
  command.argv = {"--input_network", conversion.onnx.string(), "--output_path", conversion.dlc.string()};
  const auto add = [&](const std::vector<std::string>& words) {
    command.argv.insert(command.argv.end(), words.begin(), words.end());
  };
  if (!qairt && conversion.channels_first) add({"--preserve_io", "layout"});
  const bool turned = qairt && !conversion.channels_first;
  if (const std::string& name = conversion.input_name; turned && !name.empty())
    add({"--source_model_input_layout", name, "NCHW", "--desired_input_layout", name, "NHWC"});
  if (const std::string& name = conversion.output_name; turned && !name.empty())
    add({"--source_model_output_layout", name, "NCHW", "--desired_output_layout", name, "NHWC"});
  if (!conversion.target_backend.empty()) add({"--target_backend", conversion.target_backend});
  if (conversion.float_bitwidth != 32) add({"--float_bitwidth", std::to_string(conversion.float_bitwidth)});
  command.note = conversion.channels_first ? "The DLC's input stays NCHW: the raw files must be too."
                 : qairt && conversion.input_name.empty()
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
  // Both tools' default is 8; said where the flag is known.
  if (quantization.act_bitwidth != 8 || compare_versions(quantization.version, kFullTable) >= 0)
    command.argv.insert(command.argv.end(), {"--act_bitwidth", std::to_string(quantization.act_bitwidth)});
  command.argv.insert(command.argv.end(), {"--bias_bitwidth", std::to_string(quantization.bias_bitwidth)});
  if (!quantization.target_backend.empty())
    command.argv.insert(command.argv.end(), {"--target_backend", quantization.target_backend});
  ASSAY_OK(add_quantizer_options(quantization, command));
  return checked(std::move(command));
}

Result<Command> prepare_dlc_graph(const DlcPreparation& preparation) {
  Command command;
  command.tool = "snpe-dlc-graph-prepare";
  command.version = preparation.version;
  if (preparation.socs.empty() == preparation.archs.empty())
    return fail(Code::kInvalidInput, "snpe-dlc-graph-prepare wants either SoCs or architectures");
  const bool by_soc = !preparation.socs.empty();
  command.argv = {"--input_dlc",
                  preparation.dlc.string(),
                  "--output_dlc",
                  preparation.prepared.string(),
                  by_soc ? "--htp_socs" : "--htp_archs",
                  by_soc ? preparation.socs : preparation.archs};
  // 2 is the tool's default.
  if (preparation.optimization_level != 2 || compare_versions(preparation.version, kFullTable) >= 0)
    command.argv.insert(command.argv.end(),
                        {"--optimization_level", std::to_string(preparation.optimization_level)});
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
  if (!run.input_raw.empty())
    command.argv.insert(command.argv.end(), {"--input_raw", run.input_raw.string()});
  command.note = "It reports inferences a second, no single latencies." +
                 (command.note.empty() ? "" : " " + command.note);
  return checked(std::move(command));
}

}  // namespace assay::vendor

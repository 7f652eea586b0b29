// Command lines of Qualcomm's Neural Processing SDK (SNPE) and AI Runtime (QAIRT): conversion, quantization,
// graph preparation, running. Pure; every command passes check_flags() for its version.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/status.h"
#include "vendor/command.h"

namespace assay::vendor {

/// Which of the two families of names: snpe-onnx-to-dlc and snpe-dlc-quantize, or qairt-converter and
/// qairt-quantizer (known from 2.35).
enum class DlcTools { kSnpe, kQairt };

struct DlcConversion {
  std::string version;  ///< Of the SDK: "2.35.0"
  DlcTools tools = DlcTools::kSnpe;
  std::filesystem::path onnx, dlc;
  std::string
      input_name;  ///< The model's only input; given, qairt-converter turns it to NHWC as the old one does.
  std::string output_name = {};     ///< The same of its output.
  bool channels_first = false;      ///< The DLC keeps the model's NCHW instead.
  std::string target_backend = {};  ///< qairt-converter only: "HTP", "GPU"; empty: its default.
  int float_bitwidth = 32;          ///< Or 16.
};

/// ONNX to a float DLC. Errors: kInvalidInput.
Result<Command> convert_to_dlc(const DlcConversion& conversion);

struct DlcQuantization {
  std::string version;
  DlcTools tools = DlcTools::kSnpe;
  std::filesystem::path dlc, quantized;
  std::filesystem::path input_list;  ///< One raw float32 file a line, in the DLC's layout.
  bool per_channel = false;          ///< Of convolutions' weights; known from 2.35.
  int act_bitwidth = 8, bias_bitwidth = 8;
  std::string target_backend = {};                 ///< qairt-quantizer only; empty: its default.
  std::string activation_calibration = "min-max";  ///< "enhanced" (old tools); "sqnr", "mse" ... (new).
  std::string activation_schema = "asymmetric", weight_schema = "asymmetric";
  bool cle = false;  ///< Cross-layer equalization.
};

/// As tools/toolchains/convert_snpe.py spells the same options. Errors: kInvalidInput.
Result<Command> quantize_dlc(const DlcQuantization& quantization);

struct DlcPreparation {
  std::string version;
  std::filesystem::path dlc, prepared;
  std::string socs = {}, archs = {};  ///< "qcs6490" or "v68": one of both.
  int optimization_level = 2;         ///< Said where the flag is known.
};

/// The HTP graph made beforehand, so that the board need not. Errors: kInvalidInput.
Result<Command> prepare_dlc_graph(const DlcPreparation& preparation);

struct DlcRun {
  std::string version;
  std::filesystem::path dlc;
  std::string runtime = "dsp";  ///< "dsp", "gpu", "cpu".
  /// "dsp,gpu,cpu": where layers may go, the first before the others; then `runtime` and `cpu_fallback` are
  /// not said, which the tools refuse beside it. Empty: `runtime` alone.
  std::string runtime_order = {};
  std::string performance_profile = "burst";
  bool cpu_fallback = false;
  bool unsigned_pd = true;  ///< The DSP's unsigned protection domain, for programs without a signature.
  std::filesystem::path input_list;  ///< net_run: what to infer.
  std::filesystem::path input_raw;   ///< throughput: one input, in the DLC's layout; empty: the tool's own.
  std::filesystem::path output;      ///< net_run: folder of the outputs and the diagnostic log.
  std::filesystem::path
      library_path;  ///< Folder of the runtime's libraries and of the DSP's; empty: as they are found.
  std::int64_t seconds = 30;  ///< throughput: how long.
};

/// "high-performance", as rows spell a profile -> "high_performance", as the tools do.
std::string performance_profile_of(std::string name);

/// "DSP,GPU,CPU", as rows and their properties spell an order -> "dsp,gpu,cpu"; "" where it names one runtime
/// only, which is no order.
std::string runtime_order_of(std::string order);

/// snpe-net-run: every input once, with layer times for snpe-diagview. Errors: kInvalidInput.
Result<Command> net_run(const DlcRun& run);

/// snpe-throughput-net-run: one instance as fast as it goes. Errors: kInvalidInput.
Result<Command> throughput_net_run(const DlcRun& run);

}  // namespace assay::vendor

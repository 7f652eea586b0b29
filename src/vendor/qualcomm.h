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
};

/// ONNX to a float DLC whose input is NHWC. Errors: kInvalidInput.
Result<Command> convert_to_dlc(const DlcConversion& conversion);

struct DlcQuantization {
  std::string version;
  DlcTools tools = DlcTools::kSnpe;
  std::filesystem::path dlc, quantized;
  std::filesystem::path input_list;  ///< One raw float32 NHWC file a line.
  bool per_channel = false;          ///< Of convolutions' weights; known from 2.35.
};

/// 8-bit weights and activations. Errors: kInvalidInput.
Result<Command> quantize_dlc(const DlcQuantization& quantization);

struct DlcPreparation {
  std::string version;
  std::filesystem::path dlc, prepared;
  std::string soc = "qcs6490";
};

/// The HTP graph made beforehand, so that the board need not. Errors: kInvalidInput.
Result<Command> prepare_dlc_graph(const DlcPreparation& preparation);

struct DlcRun {
  std::string version;
  std::filesystem::path dlc;
  std::string runtime = "dsp";  ///< "dsp", "gpu", "cpu".
  std::string performance_profile = "burst";
  bool cpu_fallback = false;
  bool unsigned_pd = true;  ///< The DSP's unsigned protection domain, for programs without a signature.
  std::filesystem::path input_list;  ///< net_run: what to infer.
  std::filesystem::path output;      ///< net_run: folder of the outputs and the diagnostic log.
  std::filesystem::path
      library_path;  ///< Folder of the runtime's libraries and of the DSP's; empty: as they are found.
  std::int64_t seconds = 30;  ///< throughput: how long.
};

/// snpe-net-run: every input once, with layer times for snpe-diagview. Errors: kInvalidInput.
Result<Command> net_run(const DlcRun& run);

/// snpe-throughput-net-run: one instance as fast as it goes. Errors: kInvalidInput.
Result<Command> throughput_net_run(const DlcRun& run);

}  // namespace assay::vendor

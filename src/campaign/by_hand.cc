#include "campaign/by_hand.h"

#include <charconv>
#include <optional>

#include "vendor/flags.h"
#include "vendor/openvino.h"
#include "vendor/qualcomm.h"
#include "vendor/trtexec.h"

namespace assay::campaign {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000, kSecond = 1'000'000'000;

/// The version that the commands are made for: "2.10+" is made for 2.10.
void choose_version(const spec::RowSpec& row, const vendor::Tool& tool, ByHand& by_hand) {
  const auto pin = row.pins.find("runtime");
  by_hand.pinned = pin != row.pins.end();
  by_hand.version = by_hand.pinned ? pin->second : std::string(tool.releases.back().version);
  const std::size_t digit = by_hand.version.find_first_of("0123456789");
  if (digit != std::string::npos) by_hand.version.erase(0, digit);
  if (by_hand.version.ends_with('+')) by_hand.version.pop_back();
}

std::string model_file(const spec::Model& model) {
  return model.path.empty() ? model.builtin + ".onnx" : model.path.filename().string();
}

std::string option_of(const std::map<std::string, std::string>& options, const std::string& name) {
  const auto option = options.find(name);
  return option == options.end() ? "" : option->second;
}

/// As plugins read "on" and "off".
bool is_on(const std::map<std::string, std::string>& options, const std::string& name) {
  const std::string value = option_of(options, name);
  return value == "on" || value == "true" || value == "yes" || value == "1";
}

/// A number, or nothing where there is none.
std::optional<double> number_of(const std::map<std::string, std::string>& options, const std::string& name) {
  const std::string value = option_of(options, name);
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (value.empty() || error != std::errc() || end != value.data() + value.size()) return std::nullopt;
  return number;
}

/// Both kinds of options: which of them a plugin takes is its own affair.
std::map<std::string, std::string> all_options(const spec::RowSpec& row) {
  auto options = row.toolchain_options;
  options.insert(row.options.begin(), row.options.end());
  return options;
}

Result<ByHand> tensorrt(const spec::Experiment& experiment, const spec::RowSpec& row) {
  ByHand by_hand;
  choose_version(row, vendor::kTrtexec, by_hand);
  const bool typed_by_model = vendor::compare_versions(by_hand.version, "11.0") >= 0;
  const std::string program = row.pins.contains("l4t") ? std::string(vendor::kJetsonTrtexec) : "trtexec";
  const auto options = all_options(row);
  vendor::EngineBuild build;
  build.version = by_hand.version;
  build.program = program;
  // Explicit quantization comes with the model; in TensorRT 11 it is the only one.
  const bool source_quantized = row.toolchain == "tensorrt";
  const bool made_qdq =
      row.precision == "int8" && !source_quantized && (typed_by_model || row.toolchain == "tensorrt-qdq");
  build.quantized = row.precision == "int8" && (source_quantized || made_qdq);
  build.onnx = made_qdq ? row.id + "-qdq.onnx" : model_file(experiment.model);
  build.engine = row.id + ".engine";
  build.precision = row.precision;
  if (row.precision == "int8" && !build.quantized) build.calibration_cache = row.id + ".cache";
  ASSAY_TRY(build.dla_core, vendor::dla_core_of(row.accelerator));
  build.gpu_fallback = build.dla_core && is_on(options, "gpu-fallback");
  build.sparsity = is_on(options, "sparsity");
  build.tf32 = is_on(options, "tf32");
  build.version_compatible = is_on(options, "version-compatible");
  if (const auto level = number_of(options, "optimization-level"))
    build.optimization_level = static_cast<int>(*level);
  build.fp16_too = option_of(options, "int8-fallback") == "fp16";
  build.workspace_mib = number_of(options, "workspace");
  if (const auto kib = number_of(options, "dla-sram")) build.dla_sram_mib = *kib / 1024;
  build.dla_local_dram_mib = number_of(options, "dla-local-dram");
  build.dla_global_dram_mib = number_of(options, "dla-global-dram");
  ASSAY_TRY(vendor::Command made, vendor::build_engine(build));
  by_hand.prepare = {std::move(made)};
  vendor::EngineRun run;
  run.version = by_hand.version;
  run.program = program;
  run.engine = build.engine;
  run.dla_core = build.dla_core;
  run.iterations = experiment.protocol.timed_iterations;
  run.warmup_ms = experiment.protocol.warmup_duration.count() / kMillisecond;
  run.spin_wait = is_on(options, "spin-wait");
  run.cuda_graph = is_on(options, "cuda-graph");
  run.times = row.id + "-times.json";
  ASSAY_TRY(vendor::Command ran, vendor::run_engine(run));
  by_hand.run = {std::move(ran)};
  if (!build.calibration_cache.empty())
    by_hand.note =
        "assay's plugin streams the calibration tensors and writes the cache; trtexec can only read one.";
  if (const std::string formats = option_of(options, "io-formats"); !formats.empty() && formats != "source")
    by_hand.note += (by_hand.note.empty() ? "" : " ") + std::string("The row's io-formats: ") + formats +
                    " is not in the command, which leaves inputs and outputs as the model has them.";
  if (made_qdq) {
    by_hand.note += (by_hand.note.empty() ? "" : " ") + build.onnx.string() +
                    " is the model with Q/DQ nodes that assay's toolchain tensorrt-qdq makes "
                    "(tools/toolchains/quantize_tensorrt.py): no tool of NVIDIA's does it here.";
    if (row.toolchain != "tensorrt-qdq")
      by_hand.note +=
          " The row asks for calibration, which TensorRT 11 has no more, and is refused there: give it "
          "toolchain: tensorrt-qdq.";
  }
  return by_hand;
}

vendor::DlcRun dlc_run(const spec::Experiment& experiment, const spec::RowSpec& row,
                       const std::string& version) {
  const auto options = all_options(row);
  vendor::DlcRun run;
  run.version = version;
  run.dlc = row.id + ".dlc";
  run.runtime =
      row.accelerator == "GPU" || row.accelerator == "CPU" ? row.accelerator == "GPU" ? "gpu" : "cpu" : "dsp";
  for (const char* name : {"performance-profile", "htp_performance_mode"})
    if (const std::string profile = option_of(options, name); !profile.empty())
      run.performance_profile = vendor::performance_profile_of(profile);
  run.unsigned_pd = option_of(options, "unsigned-pd") != "off";
  run.runtime_order = vendor::runtime_order_of(option_of(options, "runtime-order"));
  // A row of SNPE falls back where its order says, and nowhere else.
  run.cpu_fallback = row.backend != "snpe" && row.fallback == "allow";
  run.input_list = "input_list.txt";
  run.output = row.id + "-output";
  run.seconds = std::max<std::int64_t>(30, experiment.protocol.timed_duration.count() / kSecond);
  return run;
}

/// A row's option of the toolchains "snpe" and "snpe-float", or its default (src/prepare/snpe.cc).
std::string dlc_option(const spec::RowSpec& row, const std::string& name, const char* otherwise) {
  const std::string value = option_of(row.toolchain_options, name);
  return value.empty() ? otherwise : value;
}

int bits_of(const spec::RowSpec& row, const std::string& name, int otherwise) {
  return static_cast<int>(number_of(row.toolchain_options, name).value_or(otherwise));
}

/// The quantizer's command as tools/toolchains/convert_snpe.py gives it, without what the version's documents
/// do not show; the note says so.
Result<vendor::Command> quantizing(vendor::DlcQuantization quantization, const spec::RowSpec& row,
                                   ByHand& by_hand) {
  quantization.per_channel = dlc_option(row, "per-channel", "true") == "true";
  quantization.act_bitwidth = bits_of(row, "act-bitwidth", 8);
  quantization.bias_bitwidth = bits_of(row, "bias-bitwidth", 8);
  quantization.activation_calibration = dlc_option(row, "activation-calibration", "min-max");
  quantization.activation_schema = dlc_option(row, "activation-schema", "asymmetric");
  quantization.weight_schema = dlc_option(row, "weight-schema", "asymmetric");
  quantization.cle = dlc_option(row, "cle", "false") == "true";
  Result<vendor::Command> whole = vendor::quantize_dlc(quantization);
  if (whole || !quantization.per_channel) return whole;
  quantization.per_channel = false;
  Result<vendor::Command> plain = vendor::quantize_dlc(quantization);
  if (!plain) return whole;
  by_hand.note +=
      " assay's toolchain asks the quantizer for its flags and quantizes weights per channel "
      "(--use_per_channel_quantization or --axis_quant) and says --act_bitwidth: public documents show "
      "none of these for " +
      quantization.version +
      ", so that the command has not got them. toolchain_options per-channel: false makes a DLC as the "
      "command does.";
  return plain;
}

/// Both stacks of Qualcomm open what these tools make.
Result<ByHand> qualcomm(const spec::Experiment& experiment, const spec::RowSpec& row,
                        vendor::DlcTools tools) {
  ByHand by_hand;
  const bool qairt = tools == vendor::DlcTools::kQairt;
  choose_version(row, qairt ? vendor::kQairtConverter : vendor::kSnpeNetRun, by_hand);
  // The QNN row's runtime is ONNX Runtime's provider, which has versions of its own.
  const bool by_provider = row.backend == "qnn";
  if (by_provider) {
    by_hand.pinned = false;
    by_hand.version = vendor::kQairtConverter.releases.back().version;
  }
  const bool int8 = row.precision == "int8";
  const std::string target = option_of(row.toolchain_options, "target-backend");
  vendor::DlcPreparation preparation;
  preparation.version = by_hand.version;
  preparation.prepared = row.id + ".dlc";
  preparation.socs = option_of(row.toolchain_options, "htp-socs");
  preparation.archs = option_of(row.toolchain_options, "htp-archs");
  preparation.optimization_level = bits_of(row, "optimization-level", 2);
  if (const std::string arch = option_of(row.toolchain_options, "htp_arch"); by_provider && !arch.empty())
    preparation.archs = "v" + arch;
  const bool prepares = !preparation.socs.empty() || !preparation.archs.empty();
  const char* steps = int8 && prepares ? "Conversion, quantization and graph preparation run"
                      : int8           ? "Conversion and quantization run"
                      : prepares       ? "Conversion and graph preparation run"
                                       : "Conversion runs";
  by_hand.note =
      std::string(steps) +
      " on an x86-64 Linux host with the SDK; the DLC and the inputs are then copied to the board.";

  vendor::DlcConversion conversion;
  conversion.version = by_hand.version;
  conversion.tools = tools;
  conversion.onnx = model_file(experiment.model);
  conversion.dlc = row.id + (int8 || prepares ? "-float.dlc" : ".dlc");
  conversion.input_name = experiment.model.io.input_name;
  conversion.output_name = experiment.model.io.output_name;
  conversion.channels_first = dlc_option(row, "io-layout", "nhwc") == "nchw";
  conversion.target_backend = target == "default" ? "" : target;
  conversion.float_bitwidth = bits_of(row, "float-bitwidth", 32);
  ASSAY_TRY(vendor::Command convert, vendor::convert_to_dlc(conversion));
  by_hand.prepare.push_back(std::move(convert));
  if (qairt && !by_provider && !conversion.channels_first && conversion.input_name.empty())
    by_hand.note +=
        " assay's toolchain reads the tensors' names in the model and gives qairt-converter "
        "--desired_input_layout NAME NHWC and the like; this spec does not name them.";
  preparation.dlc = conversion.dlc;
  if (int8) {
    vendor::DlcQuantization quantization;
    quantization.version = by_hand.version;
    quantization.tools = tools;
    quantization.dlc = conversion.dlc;
    quantization.quantized = row.id + (prepares ? "-int8.dlc" : ".dlc");
    quantization.input_list = "input_list.txt";
    quantization.target_backend = conversion.target_backend;
    ASSAY_TRY(vendor::Command quantize, quantizing(quantization, row, by_hand));
    by_hand.prepare.push_back(std::move(quantize));
    preparation.dlc = quantization.quantized;
  }
  if (prepares) {
    ASSAY_TRY(vendor::Command prepare, vendor::prepare_dlc_graph(preparation));
    by_hand.prepare.push_back(std::move(prepare));
  }
  const vendor::DlcRun run = dlc_run(experiment, row, by_hand.version);
  ASSAY_TRY(vendor::Command once, vendor::net_run(run));
  ASSAY_TRY(vendor::Command fast, vendor::throughput_net_run(run));
  by_hand.run = {std::move(once), std::move(fast)};
  if (by_provider)
    by_hand.note +=
        std::string(" The row itself goes another way, through ONNX Runtime's QNN provider") +
        (int8 ? " from a QDQ model that ONNX Runtime's quantizer makes by QNN's rules: these commands "
                "quantize anew with Qualcomm's own tools, to other scales. Neither their accuracy nor their "
                "time is the row's."
              : ": these commands make another file with Qualcomm's own tools.");
  return by_hand;
}

Result<ByHand> openvino(const spec::Experiment& experiment, const spec::RowSpec& row) {
  ByHand by_hand;
  choose_version(row, vendor::kBenchmarkApp, by_hand);
  const bool int8 = row.precision == "int8";
  vendor::Conversion conversion;
  conversion.version = by_hand.version;
  conversion.onnx = model_file(experiment.model);
  conversion.output = row.id + (int8 ? "-float.xml" : ".xml");
  // INT8 is made of the FP32 model: from FP16 its weights would be rounded twice.
  conversion.compress_to_fp16 = row.precision == "fp16";
  ASSAY_TRY(vendor::Command convert, vendor::convert_to_ir(conversion));
  by_hand.prepare = {std::move(convert)};
  if (int8)
    by_hand.note =
        "The IR is quantized by NNCF from Python (nncf.quantize), to " + row.id + ".xml: there is no tool.";
  vendor::LatencyBenchmark run;
  run.version = by_hand.version;
  run.model = row.id + ".xml";
  run.device = row.accelerator;
  run.iterations = experiment.protocol.timed_iterations;
  // What an INT8 model leaves unquantized is computed in FP32 unless the row says otherwise; NPUs have none.
  std::string computed = row.precision;
  if (int8) computed = option_of(row.options, "inference_precision");
  if (computed.empty()) computed = row.accelerator.starts_with("NPU") ? "fp16" : "fp32";
  run.inference_precision = computed == "fp32"   ? "f32"
                            : computed == "fp16" ? "f16"
                            : computed == "bf16" ? "bf16"
                                                 : "";
  if (const auto threads = number_of(row.options, "threads"); threads && row.accelerator == "CPU")
    run.threads = static_cast<int>(*threads);
  ASSAY_TRY(vendor::Command ran, vendor::latency_benchmark(run));
  by_hand.run = {std::move(ran)};
  return by_hand;
}

}  // namespace

Result<ByHand> commands_by_hand(const spec::Experiment& experiment, const spec::RowSpec& row) {
  const auto made = [&]() -> Result<ByHand> {
    if (row.backend == "tensorrt") return tensorrt(experiment, row);
    if (row.backend == "snpe")
      return qualcomm(experiment, row,
                      option_of(row.toolchain_options, "names") == "new" ? vendor::DlcTools::kQairt
                                                                         : vendor::DlcTools::kSnpe);
    if (row.backend == "qnn") return qualcomm(experiment, row, vendor::DlcTools::kQairt);
    if (row.backend == "openvino") return openvino(experiment, row);
    ByHand none;
    none.note = "no tool of a vendor's does what backend " + row.backend + " does";
    return none;
  }();
  if (!made) return fail(made.error().with_context("row " + row.id));
  return made;
}

}  // namespace assay::campaign

#include "campaign/by_hand.h"

#include <algorithm>
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

/// "DLA0" -> 0; nothing: not a DLA.
std::optional<int> dla_core(const std::string& accelerator) {
  if (!accelerator.starts_with("DLA")) return std::nullopt;
  const std::size_t digit = accelerator.find_first_of("0123456789");
  return digit == std::string::npos ? 0 : accelerator[digit] - '0';
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
  build.quantized = row.precision == "int8" && (typed_by_model || row.toolchain.ends_with("qdq"));
  build.onnx = build.quantized ? row.id + "-qdq.onnx" : model_file(experiment.model);
  build.engine = row.id + ".engine";
  build.precision = row.precision;
  if (row.precision == "int8" && !build.quantized) build.calibration_cache = row.id + ".cache";
  build.dla_core = dla_core(row.accelerator);
  build.gpu_fallback = build.dla_core && is_on(options, "gpu-fallback");
  build.sparsity = is_on(options, "sparsity");
  build.fp16_too = option_of(options, "int8-fallback") == "fp16";
  build.workspace_mib = number_of(options, "workspace");
  if (const auto kib = number_of(options, "dla-sram")) build.dla_sram_mib = *kib / 1024;
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
    if (std::string profile = option_of(options, name); !profile.empty()) {
      std::ranges::replace(profile, '-', '_');  // As the tools spell it.
      run.performance_profile = profile;
    }
  run.cpu_fallback = row.fallback == "allow";
  run.input_list = "input_list.txt";
  run.output = row.id + "-output";
  run.seconds = std::max<std::int64_t>(30, experiment.protocol.timed_duration.count() / kSecond);
  return run;
}

/// Both stacks of Qualcomm open what these tools make.
Result<ByHand> qualcomm(const spec::Experiment& experiment, const spec::RowSpec& row,
                        vendor::DlcTools tools) {
  ByHand by_hand;
  choose_version(row, tools == vendor::DlcTools::kQairt ? vendor::kQairtConverter : vendor::kSnpeNetRun,
                 by_hand);
  // The QNN row's runtime is ONNX Runtime's provider, which has versions of its own.
  const bool by_provider = row.backend == "qnn";
  if (by_provider) {
    by_hand.pinned = false;
    by_hand.version = vendor::kQairtConverter.releases.back().version;
  }
  const bool int8 = row.precision == "int8";
  const std::string converted = row.id + (int8 ? "-float.dlc" : ".dlc");
  ASSAY_TRY(
      vendor::Command convert,
      vendor::convert_to_dlc({by_hand.version, tools, model_file(experiment.model), converted,
                              tools == vendor::DlcTools::kQairt ? experiment.model.io.input_name : ""}));
  by_hand.prepare.push_back(std::move(convert));
  if (int8) {
    const std::string quantized = row.id + "-int8.dlc";
    ASSAY_TRY(vendor::Command quantize,
              vendor::quantize_dlc({by_hand.version, tools, converted, quantized, "input_list.txt", false}));
    ASSAY_TRY(vendor::Command prepare,
              vendor::prepare_dlc_graph({by_hand.version, quantized, row.id + ".dlc", "qcs6490"}));
    by_hand.prepare.push_back(std::move(quantize));
    by_hand.prepare.push_back(std::move(prepare));
  }
  const vendor::DlcRun run = dlc_run(experiment, row, by_hand.version);
  ASSAY_TRY(vendor::Command once, vendor::net_run(run));
  ASSAY_TRY(vendor::Command fast, vendor::throughput_net_run(run));
  by_hand.run = {std::move(once), std::move(fast)};
  by_hand.note =
      "Conversion, quantization and graph preparation run on an x86-64 Linux host with the SDK; the DLC and "
      "the inputs are then copied to the board.";
  if (by_provider)
    by_hand.note +=
        " The row itself goes through ONNX Runtime's QNN provider from a QDQ model: these commands make the "
        "same quantization with Qualcomm's own tools, not the same file.";
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
  conversion.compress_to_fp16 = row.precision == "fp16" || (int8 && row.accelerator != "CPU");
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
  run.inference_precision = row.precision == "fp32"   ? "f32"
                            : row.precision == "fp16" ? "f16"
                            : row.precision == "bf16" ? "bf16"
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

#include "qnn/settings.h"

#include <algorithm>

#include "support/vendor_plugin.h"

namespace assay::qnn {

using plugin::Failure;
using plugin::Options;

namespace {

struct Soc {
  int model;
  int htp_arch;
  const char* name;
};

// Numbers and architectures: pytorch/executorch, backends/qualcomm/serialization/qc_schema.py (v1.0), and
// LiteRT, litert/vendors/qualcomm/core/schema/soc_table.cc. 35: Qualcomm's number for the SM7325, the die of
// a QCS6490. The first of an architecture is its default.
constexpr Soc kSocs[] = {
    {35, 68, "QCS6490"}, {30, 68, "SM8350"}, {39, 68, "SA8295"}, {36, 69, "SM8450"},
    {42, 69, "SM8475"},  {43, 73, "SM8550"}, {52, 73, "SA8255"}, {77, 73, "QCS9100"},
    {57, 75, "SM8650"},  {69, 79, "SM8750"}, {87, 81, "SM8850"},
};

const Soc* soc_of_model(int model) {
  const auto* found = std::find_if(std::begin(kSocs), std::end(kSocs),
                                   [model](const Soc& soc) { return soc.model == model; });
  return found == std::end(kSocs) ? nullptr : found;
}

const Soc* soc_of_arch(int arch) {
  const auto* found = std::find_if(std::begin(kSocs), std::end(kSocs),
                                   [arch](const Soc& soc) { return soc.htp_arch == arch; });
  return found == std::end(kSocs) ? nullptr : found;
}

std::string known_socs() {
  std::vector<std::string> names;
  for (const Soc& soc : kSocs)
    names.push_back(std::to_string(soc.model) + " (" + soc.name + ", V" + std::to_string(soc.htp_arch) + ")");
  return plugin::join(names);
}

// The provider reads the architecture from soc_model when it has one, so both are always given, and agree.
Target target_of(std::optional<int> arch, std::optional<int> model) {
  if (!model) {
    const Soc* soc = soc_of_arch(arch.value_or(68));
    return {soc->htp_arch, soc->model};
  }
  const Soc* soc = soc_of_model(*model);
  if (soc == nullptr) {
    // A device tells for itself when a number is wrong; the simulator computes as some other SoC would.
    if (kSimulated || !arch)
      throw Failure(ASSAY_ERROR_INVALID, "option 'soc_model': " + std::to_string(*model) +
                                             " is not known here; known are " + known_socs());
    return {*arch, *model};
  }
  if (arch && *arch != soc->htp_arch)
    throw Failure(ASSAY_ERROR_INVALID, "options 'htp_arch' and 'soc_model' disagree: " +
                                           std::to_string(*model) + " is a " + soc->name + ", which is V" +
                                           std::to_string(soc->htp_arch) + ", not V" + std::to_string(*arch));
  return {soc->htp_arch, *model};
}

}  // namespace

std::string describe(const Target& target) {
  std::string text = target.htp_arch > 0 ? "V" + std::to_string(target.htp_arch) : "architecture not told";
  if (target.soc_model <= 0) return text;
  text += ", soc_model " + std::to_string(target.soc_model);
  const Soc* soc = soc_of_model(target.soc_model);
  return soc == nullptr ? text : text + " (" + soc->name + ")";
}

// Names and values: onnxruntime-qnn 2.7.0, docs/execution_providers/QNN-ExecutionProvider.md.
Settings Settings::read(const assay_name_value* values, uint32_t count) {
  const Options options(values, count,
                        {"htp_arch", "soc_model", "htp_performance_mode", "rpc_control_latency",
                         "qnn_context_priority", "htp_graph_finalization_optimization_mode", "vtcm_mb",
                         "enable_htp_fp16_precision", "offload_graph_io_quantization", "cpu_fallback"});
  Settings settings;
  std::optional<int> arch;
  if (const auto text = options.text("htp_arch")) {
    static const std::vector<std::string> kArchs{"68", "69", "73", "75", "79", "81"};
    arch = std::stoi(kArchs[*options.choice("htp_arch", kArchs)]);
  }
  const auto model = options.integer("soc_model", 1, 100000);
  settings.target_given = arch || model;
  settings.target = target_of(arch, model);
  settings.cpu_fallback = options.boolean("cpu_fallback").value_or(false);

  const auto tell = [&settings](const char* name, std::string value) {
    settings.provider.emplace_back(name, std::move(value));
  };
  const auto choice = [&](const char* name, const std::vector<std::string>& choices, size_t fallback) {
    tell(name, choices[options.choice(name, choices).value_or(fallback)]);
  };
  const auto number = [&](const char* name, int low, int high) {
    tell(name, std::to_string(options.integer(name, low, high).value_or(0)));
  };
  tell("htp_arch", std::to_string(settings.target.htp_arch));
  tell("soc_model", std::to_string(settings.target.soc_model));
  choice("htp_performance_mode",
         {"default", "burst", "balanced", "high_performance", "sustained_high_performance",
          "high_power_saver", "low_balanced", "low_power_saver", "power_saver", "extreme_power_saver"},
         0);
  number("rpc_control_latency", 0, 1000000);
  choice("qnn_context_priority", {"low", "normal", "normal_high", "high"}, 1);
  choice("htp_graph_finalization_optimization_mode", {"0", "1", "2", "3"}, 0);
  number("vtcm_mb", 0, 64);
  tell("enable_htp_fp16_precision", options.boolean("enable_htp_fp16_precision").value_or(true) ? "1" : "0");
  // The provider's own default leaves quantizing the inputs and dequantizing the outputs to the CPU where the
  // graph is split there; here all of it belongs to the HTP unless the spec says otherwise.
  tell("offload_graph_io_quantization",
       options.boolean("offload_graph_io_quantization").value_or(false) ? "1" : "0");
  for (const auto& [name, value] : settings.provider)
    if (options.text(name)) settings.given.insert(name);
  return settings;
}

std::string Settings::value(const std::string& name) const {
  for (const auto& [key, value] : provider)
    if (key == name) return value;
  return "";
}

void Settings::set(const std::string& name, const std::string& value) {
  for (auto& [key, current] : provider)
    if (key == name) current = value;
}

const std::vector<std::string>& compile_options() {
  static const std::vector<std::string> kNames{"htp_graph_finalization_optimization_mode", "vtcm_mb",
                                               "enable_htp_fp16_precision", "offload_graph_io_quantization"};
  return kNames;
}

}  // namespace assay::qnn

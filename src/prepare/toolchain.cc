#include "prepare/toolchain.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace assay::prepare {
namespace {

constexpr std::array kToolchains = {&kNncf, &kOpenVinoFp16, &kOnnxRuntimeQuantizer, &kQnn,         &kQnnFloat,
                                    &kSnpe, &kSnpeFloat,    &kTensorRtEntropy,      &kTensorRtQdq, &kTensorRt,
                                    &kNone};

bool serves(const std::vector<std::string_view>& list, std::string_view word) {
  return list.empty() || std::find(list.begin(), list.end(), word) != list.end();
}

bool serves(const Toolchain& toolchain, const spec::RowSpec& row) {
  return serves(toolchain.backends, row.backend) && serves(toolchain.precisions, row.precision);
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates) {
  const std::string near = nearest_word(word, candidates);
  return near.empty() ? "" : "; did you mean '" + near + "'?";
}

}  // namespace

std::span<const Toolchain* const> toolchains() { return kToolchains; }

Result<const Toolchain*> choose_toolchain(const spec::RowSpec& row, const model::ModelFacts& source) {
  if (row.toolchain.empty()) {
    // A toolchain that quantizes is nobody's default for a model that already is, and none is for a plugin of
    // the user's.
    const auto fits = [&](const Toolchain& toolchain) {
      return row.plugin.empty() && !(source.quantized && toolchain.calibrates) && serves(toolchain, row);
    };
    const auto found = std::find_if(kToolchains.begin(), kToolchains.end(), [&](const Toolchain* toolchain) {
      return toolchain == &kNone || fits(*toolchain);
    });
    ASSAY_OK(check_options(**found, row.toolchain_options));
    return *found;
  }
  std::vector<std::string_view> names;
  for (const Toolchain* toolchain : kToolchains) names.push_back(toolchain->name);
  const auto found = std::find(names.begin(), names.end(), row.toolchain);
  if (found == names.end())
    return fail(Code::kInvalidInput, "row " + row.id + ": no toolchain is named '" + row.toolchain +
                                         "': " + join_or(names) + " was expected" +
                                         did_you_mean(row.toolchain, names));
  const Toolchain& chosen = *kToolchains[static_cast<std::size_t>(found - names.begin())];
  if (!serves(chosen, row))
    return fail(Code::kInvalidInput, "row " + row.id + ": toolchain " + row.toolchain + " makes " +
                                         join_or(chosen.precisions) + " for " + join_or(chosen.backends) +
                                         ", not " + row.precision + " for " + row.backend);
  ASSAY_OK(check_options(chosen, row.toolchain_options));
  return &chosen;
}

Result<void> check_limits(const Toolchain& toolchain, const model::ModelFacts& source) {
  const std::string name(toolchain.name);
  const auto opset = source.opsets.find("ai.onnx");
  if (opset != source.opsets.end() &&
      (opset->second < toolchain.min_opset || opset->second > toolchain.max_opset))
    return fail(Code::kInvalidInput,
                "toolchain " + name + " takes opset " + std::to_string(toolchain.min_opset) + " to " +
                    std::to_string(toolchain.max_opset) + ", the model has opset " +
                    std::to_string(opset->second) + ": convert it with onnx.version_converter");
  if (toolchain.as_it_is()) return {};
  if (toolchain.calibrates && source.quantized)
    return fail(Code::kInvalidInput,
                "toolchain " + name +
                    " quantizes a floating-point model, and this one is quantized already: use "
                    "toolchain none");
  if (toolchain.calibrates && source.inputs.size() != 1)  // The calibration tensors are of one.
    return fail(Code::kInvalidInput, "toolchain " + name + " takes a model with one input, this one has " +
                                         std::to_string(source.inputs.size()));
  for (const model::TensorFacts& input : source.inputs)
    if (!serves(toolchain.input_types, input.dtype))
      return fail(Code::kInvalidInput, "toolchain " + name + " takes an input of type " +
                                           join_or(toolchain.input_types) + ", input " + input.name + " is " +
                                           input.dtype);
  return {};
}

Result<void> check_options(const Toolchain& toolchain, const std::map<std::string, std::string>& options) {
  std::vector<ToolchainOption> known = toolchain.options;
  known.insert(known.end(), toolchain.build_options.begin(), toolchain.build_options.end());
  std::vector<std::string_view> names;
  for (const ToolchainOption& option : known) names.push_back(option.name);
  for (const auto& [name, value] : options) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
      return fail(Code::kInvalidInput,
                  "toolchain " + std::string(toolchain.name) + " has no option '" + name +
                      "': " + (names.empty() ? "it has none" : join_or(names) + " was expected") +
                      did_you_mean(name, names));
    const auto& values = known[static_cast<std::size_t>(found - names.begin())].values;
    if (!serves(values, value))
      return fail(Code::kInvalidInput, "option " + name + " of toolchain " + std::string(toolchain.name) +
                                           ": " + join_or(values) + " was expected, '" + value +
                                           "' was found");
  }
  return {};
}

}  // namespace assay::prepare

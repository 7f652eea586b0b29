#include "engine/worker/abi_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "backend/abi_array.h"

namespace assay::engine {
namespace {

using backend::element;
using backend::text_or_empty;
using nlohmann::json;

json name_values(const assay_name_value* list, std::uint32_t count) {
  json object = json::object();
  for (std::uint32_t i = 0; i < count; ++i)
    object[text_or_empty(list[i].name)] = text_or_empty(list[i].value);
  return object;
}

/// Row-major without gaps. The stride of a dimension of 1 says nothing; nor do any of an unknown type.
bool is_dense(const assay_tensor& tensor) {
  auto expected = static_cast<std::int64_t>(assay_dtype_size(tensor.dtype));
  for (std::uint32_t d = tensor.rank; expected > 0 && d-- > 0;) {
    if (tensor.dims[d] > 1 && tensor.strides[d] != expected) return false;
    if (__builtin_mul_overflow(expected, tensor.dims[d], &expected)) return false;
  }
  return true;
}

json tensors_json(const assay_tensor* tensors, std::uint32_t count, std::string& problem) {
  json list = json::array();
  for (std::uint32_t i = 0; i < count; ++i) {
    const assay_tensor& tensor = element(tensors, i);
    const std::string name = text_or_empty(tensor.name);
    if (tensor.struct_size < sizeof(assay_tensor) || tensor.rank > ASSAY_MAX_RANK) {
      problem = "the plugin broke the ABI: a tensor of struct_size " + std::to_string(tensor.struct_size) +
                " and rank " + std::to_string(tensor.rank);
      return list;
    }
    json dims = json::array();
    for (std::uint32_t d = 0; d < tensor.rank; ++d) {
      if (tensor.dims[d] <= 0)
        problem = "dimension " + std::to_string(d) + " of tensor \"" + name + "\" is " +
                  std::to_string(tensor.dims[d]) + " after open(): give its shape";
      dims.push_back(tensor.dims[d]);
    }
    if (problem.empty() && !is_dense(tensor)) {
      std::string strides;
      for (std::uint32_t d = 0; d < tensor.rank; ++d) strides += " " + std::to_string(tensor.strides[d]);
      problem = "tensor \"" + name + "\" has strides of" + strides +
                " bytes: assay reads and writes dense row-major tensors only; let the plugin copy";
    }
    list.push_back({{"name", name},
                    {"dtype", assay_dtype_name(tensor.dtype)},
                    {"dims", dims},
                    {"byte_size", tensor.byte_size}});
  }
  return list;
}

const char* determinism_name(assay_determinism determinism) {
  switch (determinism) {
    case ASSAY_DETERMINISTIC:
      return "deterministic";
    case ASSAY_NONDETERMINISTIC:
      return "nondeterministic";
    default:
      return "unknown";
  }
}

const char* placement_name(assay_placement placement) {
  switch (placement) {
    case ASSAY_PLACED_CLAIMED:
      return "claimed";
    case ASSAY_PLACED_ELSEWHERE:
      return "elsewhere";
    default:
      return "unknown";
  }
}

std::string stack_of(const assay_description& description) {
  return ASSAY_HAS(&description, stack) ? text_or_empty(description.stack) : "";
}

}  // namespace

json description_json(const assay_description& description) {
  json accelerators = json::array(), formats = json::array();
  for (std::uint32_t i = 0; i < description.accelerator_count; ++i) {
    const assay_accelerator& accelerator = element(description.accelerators, i);
    accelerators.push_back({{"name", text_or_empty(accelerator.name)},
                            {"full_name", text_or_empty(accelerator.full_name)},
                            {"available", accelerator.available != 0},
                            {"reason", text_or_empty(accelerator.reason)}});
  }
  for (std::uint32_t i = 0; i < description.artifact_format_count; ++i)
    formats.push_back(text_or_empty(description.artifact_formats[i]));
  return {{"type", "description"},
          {"name", text_or_empty(description.name)},
          {"plugin_version", text_or_empty(description.plugin_version)},
          {"runtime_version", text_or_empty(description.runtime_version)},
          {"runtime_problem", text_or_empty(description.runtime_problem)},
          {"simulated", description.simulated != 0},
          {"stack", stack_of(description)},
          {"accelerators", accelerators},
          {"versions", name_values(description.versions, description.version_count)},
          {"artifact_formats", formats}};
}

json session_json(const assay_description& description, const assay_session_info& info,
                  const std::string& accelerator, std::string& problem) {
  std::string full_name;
  for (std::uint32_t i = 0; i < description.accelerator_count; ++i) {
    const assay_accelerator& candidate = element(description.accelerators, i);
    if (accelerator == text_or_empty(candidate.name)) full_name = text_or_empty(candidate.full_name);
  }
  if (ASSAY_HAS(&info, accelerator_name) && *text_or_empty(info.accelerator_name) != '\0')
    full_name = info.accelerator_name;
  return {{"backend", text_or_empty(description.name)},
          {"plugin_version", text_or_empty(description.plugin_version)},
          {"runtime_version", text_or_empty(description.runtime_version)},
          {"versions", name_values(description.versions, description.version_count)},
          {"properties", name_values(info.properties, info.property_count)},
          {"accelerator", accelerator},
          {"accelerator_name", full_name},
          {"executed_precision", text_or_empty(info.executed_precision)},
          {"determinism", determinism_name(info.determinism)},
          {"simulated", description.simulated != 0},
          {"stack", stack_of(description)},
          {"max_in_flight", info.max_in_flight},
          {"inputs", tensors_json(info.inputs, info.input_count, problem)},
          {"outputs", tensors_json(info.outputs, info.output_count, problem)}};
}

json layers_json(const assay_profile& profile) {
  json list = json::array();
  for (std::uint32_t i = 0; i < profile.layer_count; ++i) {
    const assay_layer& layer = element(profile.layers, i);
    list.push_back({{"name", text_or_empty(layer.name)},
                    {"type", text_or_empty(layer.type)},
                    {"exec_type", text_or_empty(layer.exec_type)},
                    {"time_ns", layer.time_ns},
                    {"operations", std::isfinite(layer.operations) ? layer.operations : -1.0},
                    {"placement", placement_name(layer.placement)}});
  }
  return list;
}

}  // namespace assay::engine

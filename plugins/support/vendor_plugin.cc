#include "support/vendor_plugin.h"

#include <sched.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>

namespace assay::plugin {

std::string join(const std::vector<std::string>& parts, const char* separator) {
  std::string joined;
  for (const std::string& part : parts) joined += (joined.empty() ? "" : separator) + part;
  return joined;
}

Options::Options(const assay_name_value* values, uint32_t count, std::vector<std::string> known) {
  for (uint32_t i = 0; i < count; ++i) {
    const assay_name_value& value = values[i];
    if (std::find(known.begin(), known.end(), value.name) == known.end())
      throw Failure(ASSAY_ERROR_INVALID,
                    std::string("unknown option '") + value.name + "'; this backend has: " + join(known));
    if (text(value.name))
      throw Failure(ASSAY_ERROR_INVALID, std::string("option '") + value.name + "' is given twice");
    values_.push_back(value);
  }
}

std::optional<std::string> Options::text(std::string_view name) const {
  for (const assay_name_value& value : values_)
    if (name == value.name) return value.value;
  return std::nullopt;
}

std::optional<int> Options::integer(std::string_view name, int low, int high) const {
  const auto value = text(name);
  if (!value) return std::nullopt;
  int number = 0;
  const char* end = value->data() + value->size();
  const auto [stop, problem] = std::from_chars(value->data(), end, number);
  if (problem != std::errc() || stop != end || number < low || number > high)
    throw Failure(ASSAY_ERROR_INVALID, "option '" + std::string(name) + "': an integer from " +
                                           std::to_string(low) + " to " + std::to_string(high) +
                                           " was expected, found '" + *value + "'");
  return number;
}

std::optional<bool> Options::boolean(std::string_view name) const {
  const auto index = choice(name, {"0", "false", "off", "1", "true", "on"});
  if (!index) return std::nullopt;
  return *index >= 3;
}

std::optional<size_t> Options::choice(std::string_view name, const std::vector<std::string>& choices) const {
  const auto value = text(name);
  if (!value) return std::nullopt;
  const auto found = std::find(choices.begin(), choices.end(), *value);
  if (found == choices.end())
    throw Failure(ASSAY_ERROR_INVALID, "option '" + std::string(name) + "': one of " + join(choices) +
                                           " was expected, found '" + *value + "'");
  return static_cast<size_t>(found - choices.begin());
}

void require_known_precision(const std::string& precision) {
  static const std::vector<std::string> kKnown{"fp32", "fp16", "bf16", "int8"};
  if (std::find(kKnown.begin(), kKnown.end(), precision) == kKnown.end())
    throw Failure(ASSAY_ERROR_INVALID,
                  "precision: one of " + join(kKnown) + " was expected, found '" + precision + "'");
}

void require_model_file(const char* path) {
  if (path == nullptr || *path == '\0') throw Failure(ASSAY_ERROR_INVALID, "no model file was named");
  struct stat status {};
  if (::stat(path, &status) != 0)
    throw Failure(ASSAY_ERROR_NOT_FOUND, std::string(path) + ": " + std::strerror(errno));
  if (!S_ISREG(status.st_mode))
    throw Failure(ASSAY_ERROR_INVALID, std::string(path) + ": not a regular file");
  if (status.st_size == 0) throw Failure(ASSAY_ERROR_INVALID, std::string(path) + ": the file is empty");
}

int affinity_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("model name", 0) != 0) continue;
    const size_t colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "";
}

namespace {

std::string describe_shape(const DeclaredShape& input) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < input.dims.size(); ++i) {
    const bool named = i < input.symbols.size() && !input.symbols[i].empty();
    parts.push_back(input.dims[i] >= 0 ? std::to_string(input.dims[i]) : named ? input.symbols[i] : "?");
  }
  return "[" + join(parts, ",") + "]";
}

}  // namespace

std::vector<std::vector<int64_t>> resolve_shapes(const std::vector<DeclaredShape>& inputs,
                                                 const assay_open_options& options) {
  std::vector<std::vector<int64_t>> resolved;
  for (const DeclaredShape& input : inputs) resolved.push_back(input.dims);

  for (uint32_t i = 0; i < options.shape_count; ++i) {
    const assay_shape& shape = element(options.shapes, i);
    const auto input = std::find_if(inputs.begin(), inputs.end(), [&](const DeclaredShape& declared) {
      return declared.name == shape.tensor;
    });
    if (input == inputs.end()) {
      std::vector<std::string> names;
      for (const DeclaredShape& declared : inputs) names.push_back(declared.name);
      throw Failure(ASSAY_ERROR_INVALID, std::string("a shape is given for '") + shape.tensor +
                                             "', which is no input of the model; its inputs: " + join(names));
    }
    const std::string declared = "input '" + input->name + "' has shape " + describe_shape(*input);
    if (shape.rank != input->dims.size())
      throw Failure(ASSAY_ERROR_INVALID, declared + ", the shape that was given has " +
                                             std::to_string(shape.rank) + " dimensions");
    for (uint32_t d = 0; d < shape.rank; ++d) {
      if (shape.dims[d] < 1 || (input->dims[d] >= 0 && input->dims[d] != shape.dims[d]))
        throw Failure(ASSAY_ERROR_INVALID, declared + ", which cannot be " + std::to_string(shape.dims[d]) +
                                               " in dimension " + std::to_string(d) + " as the spec asks");
      resolved[static_cast<size_t>(input - inputs.begin())][d] = shape.dims[d];
    }
  }

  for (size_t i = 0; i < inputs.size(); ++i) {
    for (size_t d = 0; d < resolved[i].size(); ++d) {
      if (resolved[i][d] > 0) continue;
      const bool named = d < inputs[i].symbols.size() && !inputs[i].symbols[d].empty();
      throw Failure(
          ASSAY_ERROR_INVALID,
          "input '" + inputs[i].name + "' has shape " + describe_shape(inputs[i]) + ": dimension " +
              std::to_string(d) + (named ? " ('" + inputs[i].symbols[d] + "')" : "") +
              (resolved[i][d] == 0 ? " is empty"
                                   : " is dynamic and no size is given; give the input's shape in the spec"));
    }
  }
  return resolved;
}

void TensorList::add(const std::string& name, assay_dtype dtype, const std::vector<int64_t>& dims) {
  if (assay_dtype_size(dtype) == 0)
    throw Failure(ASSAY_ERROR_UNSUPPORTED, "tensor '" + name + "' has an element type that cannot be bound");
  if (dims.size() > ASSAY_MAX_RANK)
    throw Failure(ASSAY_ERROR_UNSUPPORTED, "tensor '" + name + "' has " + std::to_string(dims.size()) +
                                               " dimensions; at most " + std::to_string(ASSAY_MAX_RANK) +
                                               " can be bound");
  tensors_.push_back(abi_tensor(specs_.emplace_back(TensorSpec{name, dtype, dims})));
}

void PairList::add(std::string name, std::string value) {
  const char* stored_name = texts_.emplace_back(std::move(name)).c_str();
  const char* stored_value = texts_.emplace_back(std::move(value)).c_str();
  pairs_.push_back({stored_name, stored_value});
}

assay_session_info make_session_info(const std::string& executed_precision, const TensorList& inputs,
                                     const TensorList& outputs, const PairList& properties,
                                     const std::string& accelerator_name) {
  assay_session_info info{};
  info.struct_size = sizeof(info);
  info.executed_precision = executed_precision.c_str();
  info.determinism = ASSAY_DETERMINISM_UNKNOWN;
  info.max_in_flight = 1;
  info.input_count = inputs.size();
  info.inputs = inputs.data();
  info.output_count = outputs.size();
  info.outputs = outputs.data();
  info.property_count = properties.size();
  info.properties = properties.data();
  info.accelerator_name = accelerator_name.empty() ? nullptr : accelerator_name.c_str();
  return info;
}

void LayerList::add(std::string name, std::string type, std::string exec_type, int64_t time_ns,
                    assay_placement placement, double operations) {
  assay_layer layer{};
  layer.struct_size = sizeof(layer);
  layer.name = texts_.emplace_back(std::move(name)).c_str();
  layer.type = texts_.emplace_back(std::move(type)).c_str();
  layer.exec_type = texts_.emplace_back(std::move(exec_type)).c_str();
  layer.time_ns = time_ns;
  layer.operations = operations;
  layer.placement = placement;
  layers_.push_back(layer);
}

const assay_profile* LayerList::profile() {
  profile_ = {sizeof(assay_profile), static_cast<uint32_t>(layers_.size()), layers_.data()};
  return &profile_;
}

void PrecisionCount::add(const std::string& precision, double weight) {
  for (auto& [name, count] : counts_) {
    if (name != precision) continue;
    count += weight;
    return;
  }
  counts_.emplace_back(precision, weight);
}

std::string PrecisionCount::name() const {
  auto sorted = counts_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<std::string> names;
  for (const auto& [name, count] : sorted) names.push_back(name);
  return names.empty() ? "unknown" : join(names, "+");
}

void require_slot(uint32_t slot, uint32_t slot_count) {
  if (slot >= slot_count)
    throw Failure(ASSAY_ERROR_INVALID, "bind: slot " + std::to_string(slot) + ", but open() was told of " +
                                           std::to_string(slot_count) + " slots");
}

void require_buffers(const TensorList& tensors, const assay_buffer* buffers, uint32_t count,
                     const char* what) {
  if (count != tensors.size())
    throw Failure(ASSAY_ERROR_INVALID, "bind: " + std::to_string(tensors.size()) + " " + what +
                                           " buffers were expected, found " + std::to_string(count));
  for (uint32_t i = 0; i < count; ++i) {
    const assay_buffer& buffer = element(buffers, i);
    require_struct(&buffer, "bind: buffer");
    if (buffer.data == nullptr || buffer.size < tensors[i].byte_size)
      throw Failure(ASSAY_ERROR_INVALID,
                    std::string("bind: ") + what + " '" + tensors[i].name + "' needs " +
                        std::to_string(tensors[i].byte_size) + " bytes, found " +
                        (buffer.data == nullptr ? "no memory" : std::to_string(buffer.size)));
  }
}

}  // namespace assay::plugin

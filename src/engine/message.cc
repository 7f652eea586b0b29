#include "engine/message.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "assay/backend_abi.h"
#include "engine/worker/protocol.h"

namespace assay::engine {
namespace {

using nlohmann::json;

/// Reads the fields of one object; remembers the first that is absent or of another type instead of throwing.
class Fields {
 public:
  explicit Fields(const json& object) : object_(object) {
    if (!object.is_object()) problem_ = "expected an object";
  }
  const std::string& problem() const { return problem_; }
  void refuse(const std::string& problem) {
    if (problem_.empty()) problem_ = problem;
  }

  std::string text(const char* key) {
    const json* value = find(key, &json::is_string, "text");
    return value ? value->get<std::string>() : "";
  }
  bool flag(const char* key) {
    const json* value = find(key, &json::is_boolean, "true or false");
    return value && value->get<bool>();
  }
  double number(const char* key) {
    const json* value = find(key, &json::is_number, "a number");
    return value ? value->get<double>() : 0;
  }
  std::int64_t integer(const char* key, std::int64_t lowest = 0,
                       std::int64_t highest = std::numeric_limits<std::int64_t>::max()) {
    const json* value = find(key, &json::is_number_integer, "an integer");
    if (!value) return 0;
    std::int64_t number = 0;
    if (to_integer(*value, number) && number >= lowest && number <= highest) return number;
    refuse(std::string(key) + " is out of range");
    return 0;
  }
  bool has(const char* key) const { return object_.is_object() && object_.contains(key); }
  std::vector<std::string> texts(const char* key) {
    std::vector<std::string> list;
    for (const json& item : array(key)) {
      if (item.is_string())
        list.push_back(item.get<std::string>());
      else
        refuse(std::string(key) + " holds something other than texts");
    }
    return list;
  }
  std::vector<std::int64_t> integers(const char* key) {
    std::vector<std::int64_t> list;
    for (const json& item : array(key)) {
      std::int64_t number = 0;
      if (item.is_number_integer() && to_integer(item, number))
        list.push_back(number);
      else
        refuse(std::string(key) + " holds something other than integers");
    }
    return list;
  }
  std::map<std::string, std::string> map(const char* key) {
    std::map<std::string, std::string> map;
    if (const json* value = find(key, &json::is_object, "an object")) {
      for (const auto& [name, item] : value->items()) {
        if (item.is_string())
          map[name] = item.get<std::string>();
        else
          refuse(std::string(key) + " holds something other than texts");
      }
    }
    return map;
  }
  const json& array(const char* key) {
    static const json empty = json::array();
    const json* value = find(key, &json::is_array, "an array");
    return value ? *value : empty;
  }

 private:
  const json* find(const char* key, bool (json::*is)() const noexcept, const char* type) {
    if (!object_.is_object()) return nullptr;
    const auto at = object_.find(key);
    if (at != object_.end() && ((*at).*is)()) return &*at;
    refuse(std::string(key) + " is " + (at == object_.end() ? "absent" : std::string("not ") + type));
    return nullptr;
  }
  static bool to_integer(const json& value, std::int64_t& number) {
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > kMost) return false;
    number = value.get<std::int64_t>();
    return true;
  }

  const json& object_;
  std::string problem_;
};

/// Dense tensors of known types are as long as their dimensions say: everything that reads them relies on it.
bool is_consistent(const record::TensorInfo& tensor) {
  auto bytes = static_cast<std::int64_t>(assay_dtype_size(assay_dtype_named(tensor.dtype.c_str())));
  for (const std::int64_t dim : tensor.dims) {
    if (dim < 1 || bytes > (std::int64_t{1} << 40) / dim) return false;
    bytes *= dim;
  }
  return bytes == 0 || static_cast<std::uint64_t>(bytes) == tensor.byte_size;
}

std::vector<record::TensorInfo> tensors(Fields& fields, const char* key) {
  std::vector<record::TensorInfo> list;
  for (const json& item : fields.array(key)) {
    Fields tensor(item);
    // 2^40 bytes: larger than any buffer, and small enough that sums of many do not overflow.
    list.push_back({tensor.text("name"), tensor.text("dtype"), tensor.integers("dims"),
                    static_cast<std::uint64_t>(tensor.integer("byte_size", 1, std::int64_t{1} << 40))});
    if (!is_consistent(list.back())) tensor.refuse("dims, dtype and byte_size contradict each other");
    if (!tensor.problem().empty()) fields.refuse(std::string(key) + ": " + tensor.problem());
  }
  if (list.empty() || list.size() > 1024) fields.refuse(std::string(key) + ": expected 1 to 1024 tensors");
  return list;
}

Message ready(Fields& fields) {
  record::SessionInfo info;
  info.backend = fields.text("backend");
  info.plugin_version = fields.text("plugin_version");
  info.runtime_version = fields.text("runtime_version");
  info.versions = fields.map("versions");
  info.properties = fields.map("properties");
  info.accelerator = fields.text("accelerator");
  info.accelerator_name = fields.text("accelerator_name");
  info.executed_precision = fields.text("executed_precision");
  info.determinism = fields.text("determinism");
  info.simulated = fields.flag("simulated");
  info.stack = fields.text("stack");
  info.max_in_flight = static_cast<std::uint32_t>(fields.integer("max_in_flight", 1, 1 << 20));
  info.inputs = tensors(fields, "inputs");
  info.outputs = tensors(fields, "outputs");
  info.compile_ns = fields.integer("compile_ns");
  return Ready{std::move(info)};
}

Message description(Fields& fields) {
  PluginDescription plugin;
  plugin.name = fields.text("name");
  plugin.plugin_version = fields.text("plugin_version");
  plugin.runtime_version = fields.text("runtime_version");
  plugin.runtime_problem = fields.text("runtime_problem");
  plugin.simulated = fields.flag("simulated");
  for (const json& item : fields.array("accelerators")) {
    Fields accelerator(item);
    plugin.accelerators.push_back({accelerator.text("name"), accelerator.text("full_name"),
                                   accelerator.flag("available"), accelerator.text("reason")});
    if (!accelerator.problem().empty()) fields.refuse("accelerators: " + accelerator.problem());
  }
  plugin.versions = fields.map("versions");
  plugin.artifact_formats = fields.texts("artifact_formats");
  plugin.stack = fields.text("stack");
  return plugin;
}

Message timed(Fields& fields) {
  TimedSummary summary;
  summary.count = fields.integer("count");
  summary.window_begin_ns = fields.integer("window_begin_ns");
  summary.window_end_ns = fields.integer("window_end_ns", summary.window_begin_ns);
  summary.begin_utc_ns = fields.integer("begin_utc_ns");
  summary.clock_step_ns = fields.integer("clock_step_ns", std::numeric_limits<std::int64_t>::min());
  summary.capped = fields.flag("capped");
  summary.warmup_end = fields.text("warmup_end");
  summary.foreign_cpu_share = fields.number("foreign_cpu_share");
  summary.involuntary_switches = fields.integer("involuntary_switches");
  summary.peak_rss_bytes = fields.integer("peak_rss_bytes");
  if (fields.has("device_memory_problem"))
    summary.device_memory_problem = fields.text("device_memory_problem");
  if (fields.has("device_memory_bytes")) summary.device_memory_bytes = fields.integer("device_memory_bytes");
  summary.device_time_ns = fields.integers("device_time_ns");
  summary.transfer_in_ns = fields.integers("transfer_in_ns");
  summary.transfer_out_ns = fields.integers("transfer_out_ns");
  return summary;
}

Message layers(Fields& fields) {
  Layers message;
  for (const json& item : fields.array("layers")) {
    Fields layer(item);
    message.layers.push_back({layer.text("name"), layer.text("type"), layer.text("exec_type"),
                              layer.integer("time_ns", -1), layer.number("operations"),
                              layer.text("placement")});
    const std::string& placement = message.layers.back().placement;
    if (placement != "claimed" && placement != "elsewhere" && placement != "unknown")
      layer.refuse("placement is none of claimed, elsewhere, unknown");
    if (!layer.problem().empty()) fields.refuse("layers: " + layer.problem());
  }
  return message;
}

constexpr std::int64_t kMostSlots = 1 << 20;

Message by_type(const std::string& type, Fields& fields) {
  if (type == "ready") return ready(fields);
  if (type == "bound") return Bound{};
  if (type == "first")
    return First{static_cast<int>(fields.integer("slot", 0, kMostSlots)), fields.integer("ns"),
                 fields.texts("libraries")};
  if (type == "done")
    return Done{static_cast<int>(fields.integer("slot", 0, kMostSlots)), fields.integer("ns")};
  if (type == "touched") return Touched{};
  if (type == "timed") return timed(fields);
  if (type == "profile") return layers(fields);
  if (type == "error")
    return WorkerError{fields.text("stage"), fields.text("code"),
                       fields.integer("vendor_code", std::numeric_limits<std::int64_t>::min()),
                       fields.text("text")};
  if (type == "description") return description(fields);
  if (type == "built") return Built{};
  if (type == "bye") return Bye{};
  fields.refuse("no message has the type \"" + type.substr(0, 40) + "\"");
  return Bye{};
}

std::string line(const json& command) {
  // Paths and options of the user's need not be UTF-8; the worker then says that the file does not exist.
  return command.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace

Result<Message> parse_worker_message(std::string_view text) {
  if (text.size() > kMaxLine)
    return fail(Code::kCorrupt, "a message of " + std::to_string(text.size()) + " bytes, over the limit of " +
                                    std::to_string(kMaxLine));
  const json object = json::parse(text.begin(), text.end(), nullptr, false);
  if (object.is_discarded()) return fail(Code::kCorrupt, "not JSON");
  Fields fields(object);
  const std::string type = fields.text("type");
  if (!fields.problem().empty()) return fail(Code::kCorrupt, fields.problem());
  Message message = by_type(type, fields);
  if (!fields.problem().empty())
    return fail(Code::kCorrupt, "message \"" + type.substr(0, 40) + "\": " + fields.problem());
  return message;
}

std::string describe_command(const std::filesystem::path& plugin) {
  return line({{"cmd", "describe"}, {"plugin", plugin.string()}});
}

std::string prepare_command(const BuildRequest& request) {
  json options = json::array();
  for (const auto& [name, value] : request.worker.options) options.push_back({name, value});
  json command = {{"cmd", "prepare"},
                  {"plugin", request.worker.plugin.string()},
                  {"source", request.source.string()},
                  {"source_digest", request.source_digest},
                  {"destination", request.destination.string()},
                  {"cache", request.cache.string()},
                  {"accelerator", request.worker.accelerator},
                  {"precision", request.worker.precision},
                  {"options", options}};
  if (const auto& tensors = request.calibration) {
    json files = json::array();
    for (const std::filesystem::path& file : tensors->files) files.push_back(file.string());
    command["calibration"] = {{"input", tensors->input},   {"digest", tensors->digest},
                              {"layout", tensors->layout}, {"dtype", tensors->dtype},
                              {"dims", tensors->dims},     {"files", files}};
  }
  return line(command);
}

std::string open_command(const WorkerSpec& spec, int slots, bool profiling) {
  json options = json::array(), shapes = json::array();  // Arrays of pairs keep their order.
  for (const auto& [name, value] : spec.options) options.push_back({name, value});
  for (const auto& [name, dims] : spec.shapes) shapes.push_back(json::array({name, dims}));
  return line({{"cmd", "open"},
               {"plugin", spec.plugin.string()},
               {"artifact", spec.artifact.string()},
               {"accelerator", spec.accelerator},
               {"precision", spec.precision},
               {"profiling", profiling},
               {"slots", slots},
               {"options", options},
               {"shapes", shapes}});
}

std::string bind_command(const std::vector<std::uint32_t>& input_of_slot, bool sealed) {
  return line({{"cmd", "bind"}, {"input_of_slot", input_of_slot}, {"sealed", sealed}});
}

std::string slot_command(std::string_view command, int slot) {
  return line({{"cmd", command}, {"slot", slot}});
}

std::string touch_command(const std::vector<std::uint32_t>& slots, std::int64_t warmup_capacity,
                          std::int64_t timed_capacity) {
  return line({{"cmd", "touch"},
               {"slots", slots},
               {"warmup_capacity", warmup_capacity},
               {"timed_capacity", timed_capacity}});
}

std::string timed_command(const TimedCommand& command) {
  return line({{"cmd", "timed"},
               {"rotation", command.rotation},
               {"samples", command.samples},
               {"warmup",
                {{"iterations", command.warmup_iterations},
                 {"duration_ns", command.warmup_duration_ns},
                 {"cap_ns", command.warmup_cap_ns}}},
               {"iterations", command.iterations},
               {"duration_ns", command.duration_ns}});
}

std::string plain_command(std::string_view command) { return line({{"cmd", command}}); }

}  // namespace assay::engine

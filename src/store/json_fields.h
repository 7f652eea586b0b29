// One description of each record's fields serves writing and reading: a visitor is called with every (key,
// member). Private to store/'s .cc files, because of what the JSON library costs to compile.
#pragma once

#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/status.h"
#include "record/figure.h"
#include "record/finding.h"
#include "record/run.h"

namespace assay::store {

using Json = nlohmann::ordered_json;  ///< Keeps our order of keys: the files are read by people too.

/// Thrown by the visitors, caught by every public function of store/.
struct FieldError : std::runtime_error {
  FieldError(Code why, const std::string& path, const std::string& what)
      : std::runtime_error(path + ": " + what), code(why) {}
  Code code;
};

template <typename X, typename T>
concept Is = std::same_as<std::remove_cvref_t<X>, T>;

class Writer;
class Reader;

/// Writes members into a JSON object.
class Writer {
 public:
  explicit Writer(std::string path = "") : path_(std::move(path)) {}

  template <typename T>
  void operator()(const char* key, const T& value) {
    json_[key] = to_json(value, path_ + (path_.empty() ? "" : ".") + key);
  }
  template <typename T>
  void added(const char* key, const T& value) {
    (*this)(key, value);
  }
  Json take() { return std::move(json_); }

  template <typename T>
  static Json to_json(const T& value, const std::string& path);

 private:
  Json json_ = Json::object();
  std::string path_;
};

/// Reads members from a JSON object. Absent keys are errors, save for optionals; unknown keys are ignored,
/// since a newer minor version may have added them.
class Reader {
 public:
  Reader(const Json& json, std::string path) : json_(json), path_(std::move(path)) {
    if (!json.is_object()) throw FieldError(Code::kCorrupt, path_, "expected an object");
  }

  std::string path_of(const char* key) const { return path_ + (path_.empty() ? "" : ".") + key; }

  template <typename T>
  void operator()(const char* key, T& value) const {
    const std::string path = path_of(key);
    const auto found = json_.find(key);
    if (found != json_.end())
      from_json(*found, value, path);
    else if constexpr (requires { value.has_value(); })
      value.reset();
    else
      throw FieldError(Code::kCorrupt, path, "is missing");
  }

  /// A member that a later version added: what older files do not have stays as it is.
  template <typename T>
  void added(const char* key, T& value) const {
    if (json_.contains(key)) (*this)(key, value);
  }

  template <typename T>
  static void from_json(const Json& json, T& value, const std::string& path);

 private:
  const Json& json_;
  std::string path_;
};

// ---- fields of the records
// -------------------------------------------------------------------------------------

template <typename V>
void fields(V& v, Is<record::TensorInfo> auto& x) {
  v("name", x.name), v("dtype", x.dtype), v("dims", x.dims), v("byte_size", x.byte_size);
}

template <typename V>
void fields(V& v, Is<record::SessionInfo> auto& x) {
  v("backend", x.backend), v("plugin_version", x.plugin_version), v("runtime_version", x.runtime_version);
  v("versions", x.versions), v("properties", x.properties), v("accelerator", x.accelerator);
  v("accelerator_name", x.accelerator_name), v("executed_precision", x.executed_precision);
  v("determinism", x.determinism), v("simulated", x.simulated), v("max_in_flight", x.max_in_flight);
  v("inputs", x.inputs), v("outputs", x.outputs), v("compile_ns", x.compile_ns);
  v("first_inference_ns", x.first_inference_ns), v("libraries", x.libraries);
  v.added("stack", x.stack);
}

template <typename V>
void fields(V& v, Is<record::Binding> auto& x) {
  v("artifact_digest", x.artifact_digest), v("options_digest", x.options_digest);
  v("environment_digest", x.environment_digest), v("plugin_digest", x.plugin_digest);
}

template <typename V>
void fields(V& v, Is<record::Failure> auto& x) {
  v("reason", x.reason), v("kind", x.kind), v("signal", x.signal);
}

template <typename V>
void fields(V& v, Is<record::OutputSample> auto& x) {
  v("iteration", x.iteration), v("input", x.input), v("written", x.written),
      v("bitwise_equal", x.bitwise_equal);
  v("argmax_agreement", x.argmax_agreement), v("max_abs_difference", x.max_abs_difference);
  v("finite", x.finite);
}

template <typename V>
void fields(V& v, Is<record::LayerRecord> auto& x) {
  v("name", x.name), v("type", x.type), v("exec_type", x.exec_type), v("time_ns", x.time_ns);
  v("operations", x.operations), v("placement", x.placement);
}

template <typename V>
void fields(V& v, Is<record::Environment> auto& x) {
  v("hostname", x.hostname), v("os", x.os), v("kernel", x.kernel), v("cpu_model", x.cpu_model),
      v("cpus", x.cpus);
  v("memory_bytes", x.memory_bytes), v("facts", x.facts), v("digest", x.digest);
}

template <typename V>
void fields(V& v, Is<record::Peak> auto& x) {
  v("precision", x.precision), v("accelerator", x.accelerator), v("gops", x.gops), v("source", x.source);
  v("bandwidth_gb_per_s", x.bandwidth_gb_per_s), v("bandwidth_source", x.bandwidth_source);
}

// ---- values
// ----------------------------------------------------------------------------------------------------

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};
template <typename T>
struct IsMap : std::false_type {};
template <typename T>
struct IsMap<std::map<std::string, T>> : std::true_type {};

template <typename T>
Json Writer::to_json(const T& value, const std::string& path) {
  if constexpr (std::is_same_v<T, double>) {
    if (!std::isfinite(value))
      throw FieldError(Code::kInternal, path, "a number that is not finite is never written");
    return value;
  } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
    return value;
  } else if constexpr (IsOptional<T>::value) {
    return value ? to_json(*value, path) : Json(nullptr);
  } else if constexpr (IsVector<T>::value) {
    Json list = Json::array();
    for (std::size_t i = 0; i < value.size(); ++i)
      list.push_back(to_json(value[i], path + "[" + std::to_string(i) + "]"));
    return list;
  } else if constexpr (IsMap<T>::value) {
    Json object = Json::object();
    for (const auto& [key, item] : value) object[key] = to_json(item, path + "." + key);
    return object;
  } else {
    Writer writer(path);
    fields(writer, value);
    return writer.take();
  }
}

template <typename T>
void Reader::from_json(const Json& json, T& value, const std::string& path) {
  const auto expect = [&](bool good, const char* what) {
    if (!good)
      throw FieldError(Code::kCorrupt, path, std::string("expected ") + what + ", found " + json.type_name());
  };
  if constexpr (std::is_same_v<T, bool>) {
    expect(json.is_boolean(), "true or false");
    value = json.get<bool>();
  } else if constexpr (std::is_integral_v<T>) {
    expect(json.is_number_integer(), "a whole number");
    const bool fits = json.is_number_unsigned() ? std::in_range<T>(json.get<std::uint64_t>())
                                                : std::in_range<T>(json.get<std::int64_t>());
    if (!fits) throw FieldError(Code::kCorrupt, path, "the number is out of range");
    value = json.get<T>();
  } else if constexpr (std::is_same_v<T, double>) {
    expect(json.is_number() && std::isfinite(json.get<double>()), "a finite number");
    value = json.get<double>();
  } else if constexpr (std::is_same_v<T, std::string>) {
    expect(json.is_string(), "a text");
    value = json.get<std::string>();
  } else if constexpr (IsOptional<T>::value) {
    value.reset();
    if (!json.is_null()) from_json(json, value.emplace(), path);
  } else if constexpr (IsVector<T>::value) {
    expect(json.is_array(), "a list");
    value.clear();
    value.reserve(json.size());
    for (std::size_t i = 0; i < json.size(); ++i)
      from_json(json[i], value.emplace_back(), path + "[" + std::to_string(i) + "]");
  } else if constexpr (IsMap<T>::value) {
    expect(json.is_object(), "an object");
    value.clear();
    for (const auto& [key, item] : json.items()) from_json(item, value[key], path + "." + key);
  } else {
    const Reader reader(json, path);
    fields(reader, value);
  }
}

/// Strings that are not UTF-8 (a vendor's log) are written with U+FFFD in the place of what is wrong.
inline std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// JSON text of a record, or the error of the first field that cannot be written.
template <typename T>
Result<std::string> write_json(const T& value) {
  try {
    return dump(Writer::to_json(value, ""));
  } catch (const FieldError& error) {
    return fail(error.code, error.what());
  } catch (const std::exception& error) {
    return fail(Code::kInternal, error.what());
  }
}

/// Reads a record from JSON text. Errors: kCorrupt with the key path, or the place of the syntax error.
template <typename T>
Result<T> read_json(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    T value{};
    Reader::from_json(json, value, "");
    return value;
  } catch (const FieldError& error) {
    return fail(error.code, error.what());
  } catch (const nlohmann::json::exception& error) {
    return fail(Code::kCorrupt, std::string("not JSON: ") + error.what());
  } catch (const std::exception& error) {
    return fail(Code::kCorrupt, error.what());
  }
}

}  // namespace assay::store

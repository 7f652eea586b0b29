#include "vendor/onnxruntime_loop_output.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace assay::vendor {
namespace {

using Json = nlohmann::json;

/// Absent where it is no positive finite number.
std::optional<double> positive(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number()) return std::nullopt;
  const double value = found->get<double>();
  return std::isfinite(value) && value > 0 ? std::optional(value) : std::nullopt;
}

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

}  // namespace

Result<ToolReport> parse_onnxruntime_loop(std::string_view output) {
  const std::string_view whole_text = trim(output);
  const auto line = whole_text.substr(whole_text.find_last_of('\n') + 1);
  const Json json = Json::parse(line, nullptr, false);
  const auto unreadable = [&] {
    return fail(
        Code::kWorkerFailed,
        "the ONNX Runtime loop printed no result that can be read; its last lines:" + last_lines(output));
  };
  if (!json.is_object()) return unreadable();
  ToolReport report;
  report.median_ms = positive(json, "median_ms");
  report.mean_ms = positive(json, "mean_ms");
  report.min_ms = positive(json, "min_ms");
  report.max_ms = positive(json, "max_ms");
  report.loop_ms = positive(json, "loop_ms");
  report.first_ms = positive(json, "first_ms");
  const auto count = json.find("inferences");
  if (count != json.end() && count->is_number_integer()) report.inferences = count->get<std::int64_t>();
  if (!report.median_ms || !report.mean_ms || !report.min_ms || !report.max_ms || report.inferences < 1 ||
      *report.min_ms > *report.median_ms || *report.median_ms > *report.max_ms)
    return unreadable();
  if (const auto version = json.find("version"); version != json.end()) report.version = text_of(*version);
  if (const auto settings = json.find("settings"); settings != json.end() && settings->is_object())
    for (const auto& [name, value] : settings->items()) report.settings[name] = text_of(value);
  return report;
}

}  // namespace assay::vendor

#include "vendor/benchmark_app_output.h"

#include <array>
#include <utility>

#include "vendor/tool_text.h"

namespace assay::vendor {
namespace {

constexpr std::string_view kSetting = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
constexpr std::string_view kIdentifier = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_abcdefghijklmnopqrstuvwxyz";

/// "[ INFO ]    Median:        2.63 ms" without its mark.
std::optional<std::string_view> message_of(std::string_view line) {
  constexpr std::string_view kMark = "[ INFO ]";
  if (!line.starts_with(kMark)) return std::nullopt;
  line.remove_prefix(kMark.size());
  return line;
}

struct Latency {
  double ms = 0, resolution_ms = 0;
};

/// "2.63 ms", "871.20 us".
std::optional<Latency> latency(std::string_view text) {
  text = trim(text);
  const bool micro = text.ends_with(" us");
  if (!micro && !text.ends_with(" ms")) return std::nullopt;
  const double to_ms = micro ? 1e-3 : 1;
  const auto number = duration(trim(text.substr(0, text.size() - 3)), to_ms);
  if (!number) return std::nullopt;
  return Latency{number->value, last_digit(*number, to_ms)};
}

/// As the C++ interface writes it what Python writes its own way: True, ExecutionMode.PERFORMANCE, <Type:
/// 'float32'>.
std::string cpp_text(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kNames{
      {{"True", "YES"},
       {"False", "NO"},
       {"<Type: 'float32'>", "f32"},
       {"<Type: 'float16'>", "f16"},
       {"<Type: 'bfloat16'>", "bf16"},
       {"<Type: 'int8_t'>", "i8"},
       {"<Type: 'uint8_t'>", "u8"},
       {"<Type: 'dynamic'>", "dynamic"}}};
  for (const auto& [python, cpp] : kNames)
    if (text == python) return std::string(cpp);
  // An enumerator: "SchedulingCoreType.ANY_CORE".
  const auto dot = text.find('.');
  if (dot != text.npos && dot > 0 && text.find_first_not_of(kIdentifier) == dot &&
      text.find_first_not_of(kIdentifier, dot + 1) == text.npos && (text[0] < '0' || text[0] > '9'))
    return std::string(text.substr(dot + 1));
  return std::string(text);
}

/// "   NUM_STREAMS: 1": settings stand two blanks behind the mark's own.
void read_setting(std::string_view message, ToolReport& report) {
  const auto colon = message.find(": ");
  if (!message.starts_with("   ") || message.starts_with("    ") || colon == message.npos) return;
  const std::string_view name = message.substr(3, colon - 3);
  if (name.empty() || name.find_first_not_of(kSetting) != name.npos) return;
  report.settings.emplace(name, cpp_text(trim(message.substr(colon + 2))));
}

/// "     image (node: image) : u8 / [N,C,H,W] / [1,3,256,512]", first as the model has it and then as the
/// tool feeds it, which is not always the same type. The last one counts.
void read_input(std::string_view text, ToolReport& report) {
  const auto colon = text.find(" : ");
  const auto node = text.find(" (node: ");
  if (colon == text.npos || node == text.npos || node > colon) return;
  const std::string_view type = text.substr(colon + 3, text.find(" / ", colon) - colon - 3);
  report.settings.insert_or_assign("input " + std::string(text.substr(0, node)), std::string(type));
}

}  // namespace

Result<ToolReport> parse_benchmark_app(std::string_view output) {
  ToolReport report;
  bool bad = false, in_inputs = false;
  std::optional<double> duration_ms;
  const auto read = [&](std::string_view message, std::string_view label, std::optional<double>& field) {
    const std::string_view text = trim(message);
    if (!text.starts_with(label)) return false;
    const auto value = latency(text.substr(label.size()));
    if (!value)
      bad = true;
    else
      field = value->ms, report.resolution_ms = value->resolution_ms;
    return true;
  };
  for_each_line(output, [&](std::string_view line) {
    if (line.starts_with("[ WARNING ]")) report.warnings.emplace_back(trim(line.substr(11)));
    if (line.find("(Start inference synchronously") != line.npos) report.settings["API"] = "sync";
    if (line.find("(Start inference asynchronously") != line.npos) report.settings["API"] = "async";
    const auto message = message_of(line);
    if (!message) return;
    const std::string_view text = trim(*message);
    if (text.starts_with("Model ") && text.ends_with("puts:")) in_inputs = text == "Model inputs:";
    if (in_inputs) read_input(text, report);
    if (report.version.empty() && text.starts_with("Build ."))
      report.version = text.substr(text.find_last_of(' ') + 1);
    if (const auto first = between(text, "First inference took ", " ms")) {
      if (const auto value = duration(*first, 1)) report.first_ms = value->value;
    } else if (text.starts_with("Count:")) {
      const auto count = between(text, "Count:", " iterations");
      const auto value = count ? whole(trim(*count)) : std::nullopt;
      if (value) report.inferences = *value;
      bad = bad || !value;
    } else if (text.starts_with("Duration:")) {
      const auto value = latency(text.substr(9));
      if (value) duration_ms = value->ms;
      bad = bad || !value;
    } else if (!read(*message, "Median:", report.median_ms) && !read(*message, "Average:", report.mean_ms) &&
               !read(*message, "Min:", report.min_ms) && !read(*message, "Max:", report.max_ms)) {
      read_setting(*message, report);
    }
  });
  if (bad || !report.median_ms || !(*report.median_ms > 0) || report.inferences == 0)
    return fail(Code::kWorkerFailed,
                "benchmark_app printed no median latency and count that can be read; its last lines:" +
                    last_lines(output));
  if (duration_ms) report.loop_ms = *duration_ms / static_cast<double>(report.inferences);
  return report;
}

}  // namespace assay::vendor

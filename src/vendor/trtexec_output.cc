#include "vendor/trtexec_output.h"

#include "vendor/tool_text.h"

namespace assay::vendor {
namespace {

/// "v8502" is 8.5.2, "v100900" is 10.9.0: since 10 each part has two digits.
std::string version_of(std::string_view digits) {
  const auto number = whole(digits);
  if (!number || (digits.size() != 4 && digits.size() != 6)) return "";
  const std::int64_t minor_unit = 100, major_unit = digits.size() == 4 ? 1000 : 10000;
  const std::int64_t major = *number / major_unit, rest = *number % major_unit;
  return std::to_string(major) + "." + std::to_string(rest / minor_unit) + "." +
         std::to_string(rest % minor_unit);
}

/// "min = 10.642 ms, max = 10.9861 ms, mean = ..., median = 10.7972 ms, percentile(90%) = 10.9329 ms"
struct Summary {
  std::optional<Decimal> min, max, mean, median;
};

Summary summary_of(std::string_view text) {
  const auto field = [&](std::string_view name) -> std::optional<Decimal> {
    const auto number = between(text, name, " ms");
    return number ? duration(*number, 1) : std::nullopt;
  };
  return {field("min = "), field("max = "), field("mean = "), field("median = ")};
}

}  // namespace

Result<ToolReport> parse_trtexec(std::string_view output) {
  ToolReport report;
  bool failed = false, in_options = false;
  for_each_line(output, [&](std::string_view line) {
    if (line.starts_with("&&&& ")) {
      if (const auto digits = between(line, "[TensorRT v", "]")) report.version = version_of(*digits);
      failed = failed || line.starts_with("&&&& FAILED");
      return;
    }
    if (const auto warning = between(line, "] [W] ", "")) report.warnings.emplace_back(trim(*warning));
    const auto message = between(line, "[I] ", "");
    if (!message) return;
    if (message->starts_with("=== ")) in_options = *message == "=== Inference Options ===";
    const auto colon = message->find(": ");
    if (colon == std::string_view::npos) return;
    const std::string_view name = message->substr(0, colon), value = message->substr(colon + 2);
    if (in_options) {
      report.settings.emplace(name, trim(value));
    } else if (name == "Latency") {
      const Summary found = summary_of(value);
      if (found.median) report.median_ms = found.median->value;
      if (found.mean) report.mean_ms = found.mean->value;
      if (found.min) report.min_ms = found.min->value;
      if (found.max) report.max_ms = found.max->value;
    } else if (name == "GPU Compute Time" || name == "H2D Latency" || name == "D2H Latency") {
      const Summary found = summary_of(value);
      auto& field = name[0] == 'G'   ? report.device_ms
                    : name[0] == 'H' ? report.to_device_ms
                                     : report.from_device_ms;
      if (found.median) field = found.median->value;
    } else if (name == "Throughput") {
      const auto qps = value.ends_with(" qps") ? decimal(value.substr(0, value.size() - 4)) : std::nullopt;
      if (qps && qps->value > 0) report.loop_ms = 1000 / qps->value;
    }
    if (const auto queries = between(*message, "Timing trace has ", " queries"))
      report.inferences = whole(*queries).value_or(0);
  });
  if (failed || report.version.empty() || !report.median_ms || !(*report.median_ms > 0))
    return fail(Code::kWorkerFailed, std::string(failed ? "trtexec failed"
                                                        : "trtexec printed no banner and "
                                                          "summary that can be read") +
                                         "; its last lines:" + last_lines(output));
  return report;
}

int trtexec_major(const ToolReport& report) {
  return static_cast<int>(whole(report.version.substr(0, report.version.find('.'))).value_or(0));
}

std::string_view trtexec_defaults(int major) {
  if (major >= 8 && major <= 10) return "transfers on, spin-wait off, CUDA graph off";
  if (major == 11) return "transfers off, spin-wait on, CUDA graph on";
  return "";
}

}  // namespace assay::vendor

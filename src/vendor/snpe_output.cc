#include "vendor/snpe_output.h"

#include "vendor/tool_text.h"

namespace assay::vendor {
namespace {

constexpr double kMicrosecond = 1e-3;  // ms

tl::unexpected<Status> unreadable(const char* what, std::string_view output) {
  return fail(Code::kWorkerFailed, std::string(what) + "; its last lines:" + last_lines(output));
}

/// "26458 us"
std::optional<double> microseconds(std::string_view text) {
  text = trim(text);
  if (!text.ends_with(" us")) return std::nullopt;
  const auto number = duration(text.substr(0, text.size() - 3), kMicrosecond);
  return number ? std::optional(number->value) : std::nullopt;
}

}  // namespace

Result<ToolReport> parse_snpe_throughput(std::string_view output) {
  ToolReport report;
  int instances = 0;
  bool total = false;
  for_each_line(output, [&](std::string_view line) {
    if (line.starts_with("Total throughput: ")) {
      const auto rate = between(line, "Total throughput: ", " infs/sec");
      const auto number = rate ? decimal(*rate) : std::nullopt;
      total = number && number->value > 0;
      return;
    }
    if (!line.starts_with("[Thread ") && !line.starts_with("[Instance ")) return;
    const auto images = between(line, "Number of images processed: ", " - ");
    const auto real = between(line, "Real time: ", " microseconds");
    const auto runtime = between(line, " - ", "]");
    const std::int64_t count = images ? whole(*images).value_or(0) : 0;
    const auto time = real ? duration(*real, kMicrosecond) : std::nullopt;
    if (count == 0 || !time) return;
    ++instances;
    report.inferences = count;
    report.mean_ms = report.loop_ms = time->value / static_cast<double>(count);
    if (runtime) report.settings["runtime"] = *runtime;
    if (const auto batch = between(line, "Batch : ", "")) report.settings["batch"] = trim(*batch);
  });
  if (instances > 1)
    return unreadable("snpe-throughput-net-run ran several instances at once, whose throughput is no latency",
                      output);
  if (!total || instances == 0 || !(*report.mean_ms > 0))
    return unreadable("snpe-throughput-net-run printed no throughput that can be read", output);
  return report;
}

Result<ToolReport> parse_snpe_diagview(std::string_view output) {
  ToolReport report;
  std::map<std::string, int, std::less<>> layers;
  for_each_line(output, [&](std::string_view line) {
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos) return;
    const std::string_view name = line.substr(0, colon), value = line.substr(colon + 2);
    if (name == "Software library version") report.version = trim(value);
    if (name == "Total Inference Time") report.mean_ms = microseconds(value);
    if (name == "Accelerator Time") {
      const auto time = microseconds(value);
      if (time && *time > 0) report.device_ms = time;
    }
    const auto at = value.find(" : ");
    if (whole(name) && at != std::string_view::npos) ++layers[std::string(trim(value.substr(at + 3)))];
  });
  if (!report.mean_ms || !(*report.mean_ms > 0))
    return unreadable("snpe-diagview printed no inference time that can be read", output);
  for (const auto& [processor, count] : layers)
    report.settings["layers on " + processor] = std::to_string(count);
  return report;
}

}  // namespace assay::vendor

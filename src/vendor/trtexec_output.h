// What NVIDIA's trtexec prints, TensorRT 8.2 to 11.
#pragma once

#include <string_view>

#include "base/status.h"
#include "vendor/tool_report.h"

namespace assay::vendor {

/// median_ms is that of "Latency", which trtexec defines as H2D + GPU Compute + D2H of a query; device_ms,
/// to_device_ms and from_device_ms are the medians of "GPU Compute Time", "H2D Latency" and "D2H Latency".
/// Settings are the lines of "Inference Options" in trtexec's words ("CUDA Graph": "Disabled"): where
/// transfers are off "Latency" has none in it, and majors differ in what they do by default. Errors:
/// kWorkerFailed (FAILED, no banner, no performance summary; with the last lines).
Result<ToolReport> parse_trtexec(std::string_view output);

/// The major of "8.5.2"; 0 where there is none.
int trtexec_major(const ToolReport& report);

/// What that major does by default that changes its figures, in words. "" for majors that are not known.
std::string_view trtexec_defaults(int major);

}  // namespace assay::vendor

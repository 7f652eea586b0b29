// What OpenVINO's benchmark_app prints, the Python one of the wheel and the C++ one of the samples.
#pragma once

#include <string_view>

#include "base/status.h"
#include "vendor/tool_report.h"

namespace assay::vendor {

/// Source: the tool of OpenVINO 2026.4 (openvino.tools.benchmark), whose console has two decimals, of ms or,
/// where the average is under 1 ms, of us; its report files always have two decimals of ms, so the console is
/// read. Times are the request's own latency, measured inside the runtime: the tool's loop is not in them.
/// Errors: kWorkerFailed (no median, no count, not numbers; with the last lines).
Result<ToolReport> parse_benchmark_app(std::string_view output);

}  // namespace assay::vendor

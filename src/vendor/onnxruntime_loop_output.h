// What tools/witness/onnxruntime_loop.py prints: one line of JSON, the last.
#pragma once

#include <string_view>

#include "base/status.h"
#include "vendor/tool_report.h"

namespace assay::vendor {

/// Errors: kWorkerFailed (no such line, or figures that contradict one another; with the last lines).
Result<ToolReport> parse_onnxruntime_loop(std::string_view output);

}  // namespace assay::vendor

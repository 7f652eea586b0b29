// What Qualcomm's snpe-throughput-net-run prints, and snpe-diagview of the log of snpe-net-run.
#pragma once

#include <string_view>

#include "base/status.h"
#include "vendor/tool_report.h"

namespace assay::vendor {

/// mean_ms is the instance's real time / images, since the tool tells no median; settings have "runtime"
/// ("dsp_fixed8_tf"). Errors: kWorkerFailed (no total, no instance; several at once, whose throughput is no
/// latency).
Result<ToolReport> parse_snpe_throughput(std::string_view output);

/// mean_ms is "Total Inference Time", device_ms "Accelerator Time" where there is one; settings have the
/// number of layers for each processor ("layers on DSP"). Errors: kWorkerFailed.
Result<ToolReport> parse_snpe_diagview(std::string_view output);

}  // namespace assay::vendor

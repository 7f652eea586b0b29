// Any bytes as what a vendor's tool printed: finite positive times, or an error that is no bug of ours.
#include <cmath>
#include <cstdint>
#include <optional>

#include "property.h"
#include "vendor/benchmark_app_output.h"
#include "vendor/onnxruntime_loop_output.h"
#include "vendor/snpe_output.h"
#include "vendor/trtexec_output.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  using namespace assay::vendor;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto parse : {parse_benchmark_app, parse_trtexec, parse_snpe_throughput, parse_snpe_diagview,
                           parse_onnxruntime_loop}) {
    const Result<ToolReport> report = parse(text);
    if (!report) {
      require(report.error().code == Code::kWorkerFailed, "a bad output is no bug of ours",
              report.error().message);
      require(report.error().message.size() < 8192, "a message stays short");
      continue;
    }
    const std::optional<double>& compared = report->median_ms ? report->median_ms : report->mean_ms;
    require(compared && std::isfinite(*compared) && *compared > 0, "what is compared is a time");
    for (const auto& time :
         {report->median_ms, report->mean_ms, report->min_ms, report->max_ms, report->loop_ms,
          report->first_ms, report->device_ms, report->to_device_ms, report->from_device_ms})
      require(!time || (std::isfinite(*time) && *time >= 0), "times are finite");
    require(std::isfinite(report->resolution_ms) && report->resolution_ms >= 0, "a resolution is a time");
    (void)trtexec_defaults(trtexec_major(*report));
  }
  return 0;
}

#include "audit/quantity.h"

#include <algorithm>
#include <array>

#include "audit/words.h"
#include "base/text.h"

namespace assay::audit {
namespace {

using D = Dimension;
using Q = Quantity;

constexpr auto kQuantities = std::to_array<QuantityInfo>({
    {Q::kInferenceTime, "latency_mean", "inference time", D::kTime, true},
    {Q::kInputTime, "time_per_input", "time per input", D::kTime, false},
    {Q::kLatency, "end_to_end_mean", "latency", D::kTime, true},
    {Q::kLatencyMin, "latency_min", "least latency", D::kTime, true},
    {Q::kP50, "latency_p50", "p50 latency", D::kTime, true},
    {Q::kP90, "latency_p90", "p90 latency", D::kTime, true},
    {Q::kP95, "latency_p95", "p95 latency", D::kTime, true},
    {Q::kP99, "latency_p99", "p99 latency", D::kTime, true},
    {Q::kP999, "latency_p999", "p99.9 latency", D::kTime, true},
    {Q::kLatencyMax, "latency_max", "greatest latency", D::kTime, true},
    {Q::kPreprocess, "preprocess_mean", "preprocessing", D::kTime, false},
    {Q::kPostprocess, "postprocess_mean", "postprocessing", D::kTime, false},
    {Q::kRate, "throughput", "inferences/s", D::kRate, false},
    {Q::kMeanRate, "throughput_mean", "mean of rates", D::kRate, false},
    {Q::kGops, "gops", "GOPS", D::kOpRate, false},
    {Q::kPeak, "peak", "peak", D::kOpRate, false},
    {Q::kRatio, "performance_ratio", "performance ratio", D::kPercent, false},
    {Q::kPower, "power", "power", D::kPower, true},
    {Q::kIdlePower, "power_idle", "idle power", D::kPower, false},
    {Q::kNetPower, "power_net", "net power", D::kPower, false},
    {Q::kPeakPower, "power_peak", "peak power", D::kPower, false},
    {Q::kEnergy, "energy_per_inference", "energy per inference", D::kEnergy, false},
    {Q::kEdp, "edp", "energy-delay product", D::kEdp, false},
    {Q::kGopsPerWatt, "gops_per_watt", "GOPS/W", D::kOpEfficiency, false},
    {Q::kRatePerWatt, "efficiency", "FPS/W", D::kRateEfficiency, false},
    {Q::kOperations, "operations", "operations per inference", D::kOperations, false},
    {Q::kTop1, "top1", "top-1", D::kPercent, true},
    {Q::kTop5, "top5", "top-5", D::kPercent, true},
    {Q::kMap50, "map50", "mAP(.50)", D::kPercent, true},
    {Q::kMap5095, "map50_95", "mAP(.50:.95)", D::kPercent, true},
    {Q::kMiou, "miou", "mIoU", D::kPercent, true},
    {Q::kAccuracy, "accuracy", "accuracy", D::kPercent, true},
    {Q::kMemory, "memory", "memory", D::kBytes, false},
    {Q::kBatch, "batch", "batch", D::kCount, false},
    {Q::kThreads, "threads", "threads", D::kCount, false},
    {Q::kInstances, "instances", "instances", D::kCount, false},
});

constexpr auto kLabels = std::to_array<LabelInfo>({
    {Label::kTable, "table"},
    {Label::kSection, "section"},
    {Label::kDevice, "device"},
    {Label::kMode, "mode"},
    {Label::kAccelerator, "accelerator"},
    {Label::kRuntime, "runtime"},
    {Label::kModel, "model"},
    {Label::kPrecision, "precision"},
    {Label::kResolution, "resolution"},
    {Label::kBoundary, "boundary"},
    {Label::kRemark, "remark"},
});

}  // namespace

std::span<const QuantityInfo> quantities() { return kQuantities; }

const QuantityInfo& info_of(Quantity quantity) {
  return *std::ranges::find(kQuantities, quantity, &QuantityInfo::quantity);
}

std::optional<Quantity> quantity_by_id(std::string_view id) {
  const auto* found = std::ranges::find(kQuantities, id, &QuantityInfo::id);
  return found == kQuantities.end() ? std::nullopt : std::optional(found->quantity);
}

std::span<const LabelInfo> labels() { return kLabels; }

std::string_view label_id(Label label) { return std::ranges::find(kLabels, label, &LabelInfo::label)->id; }

std::optional<std::string> precision_in(std::string_view text) {
  static constexpr auto kNames =
      std::to_array<std::string_view>({"INT8", "UINT8", "INT4", "INT16", "FP32", "FP16", "BF16", "FP8", "FP4",
                                       "TF32", "FP64", "W8A8", "W4A16"});
  std::string name;
  for (const char c : lower(trim(text)))
    if (c != ' ' && c != '-') name += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  if (name == "FLOAT32" || name == "F32") name = "FP32";
  if (name == "FLOAT16" || name == "F16" || name == "HALF") name = "FP16";
  if (name == "I8") name = "INT8";
  const auto* found = std::ranges::find(kNames, name);
  return found == kNames.end() ? std::nullopt : std::optional(std::string(*found));
}

bool is_quantized(std::string_view precision) {
  const auto name = precision_in(precision);
  return name && (name->find("INT") != std::string::npos || name->starts_with('W') || *name == "FP8" ||
                  *name == "FP4");
}

}  // namespace assay::audit

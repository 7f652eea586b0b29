#include "metric/comparison_catalogue.h"

#include <cassert>

namespace assay::metric {

std::string_view to_string(Family family) {
  switch (family) {
    case Family::kSpeed:
      return "speed";
    case Family::kTail:
      return "tail";
    case Family::kPipeline:
      return "end to end";
    case Family::kStart:
      return "start";
    case Family::kEnergy:
      return "energy";
    case Family::kAccuracy:
      return "accuracy";
    case Family::kOther:
      return "other";
  }
  return "other";
}

std::span<const CompareRule> compare_rules() {
  using F = record::RowFigures;
  using enum Family;
  using enum Basis;
  static constexpr CompareRule kRules[] = {
      {&F::latency_mean, kSpeed, kProcesses, 1, nullptr, -1},
      {&F::throughput, kSpeed, kFollows, -1, &F::latency_mean, +1},
      {&F::throughput_window, kSpeed, kProcesses, 1, nullptr, +1},
      {&F::latency_p50, kSpeed, kProcesses, 1, nullptr, -1},
      {&F::device_time, kSpeed, kProcesses, 1, nullptr, -1},
      {&F::transfer_in, kSpeed, kProcesses, 1, nullptr, -1},
      {&F::transfer_out, kSpeed, kProcesses, 1, nullptr, -1},
      {&F::gops, kSpeed, kFollows, -1, &F::latency_mean, +1},
      {&F::performance_ratio, kSpeed, kFollows, -1, &F::latency_mean, +1},
      {&F::area_efficiency, kSpeed, kFollows, -1, &F::latency_mean, +1},
      {&F::cost_efficiency, kSpeed, kFollows, -1, &F::latency_mean, +1},
      {&F::capacity, kSpeed, kFollows, -1, &F::latency_mean, +1},
      {&F::latency_p99, kTail, kProcesses, 1, nullptr, -1},
      {&F::latency_p95, kTail, kProcesses, 1, nullptr, -1},
      {&F::latency_p90, kTail, kProcesses, 1, nullptr, -1},
      {&F::latency_p999, kTail, kProcesses, 1, nullptr, -1},
      {&F::end_to_end_mean, kPipeline, kLoops, 1, nullptr, -1},
      {&F::end_to_end_throughput, kPipeline, kLoops, 1, nullptr, +1},
      {&F::preprocess_mean, kPipeline, kLoops, 1, nullptr, -1},
      {&F::pipeline_inference_mean, kPipeline, kLoops, 1, nullptr, -1},
      {&F::postprocess_mean, kPipeline, kLoops, 1, nullptr, -1},
      {&F::compile_time, kStart, kProcesses, 1, nullptr, -1},
      {&F::first_inference, kStart, kProcesses, 1, nullptr, -1},
      {&F::energy_per_inference, kEnergy, kPower, 1, nullptr, -1},
      {&F::efficiency, kEnergy, kFollows, -1, &F::energy_per_inference, +1},
      {&F::gops_per_watt, kEnergy, kFollows, -1, &F::energy_per_inference, +1},
      {&F::power, kEnergy, kPower, 0, nullptr, -1},
      {&F::thermal_resistance, kEnergy, kFollows, -1, &F::power, +1},
      {&F::energy_delay_product, kEnergy, kPower, 2, nullptr, -1},
      {&F::window_energy_per_inference, kEnergy, kMetered, 1, nullptr, -1},
      {&F::power_net, kEnergy, kMetered, 1, nullptr, -1},
      {&F::net_efficiency, kEnergy, kMetered, 1, nullptr, +1},
      {&F::power_loaded_idle, kEnergy, kMetered, 1, nullptr, -1},
      // One mean of the windows before and after all runs.
      {&F::power_idle, kEnergy, kNone, 1, nullptr, -1},
      // The highest single reading: its interval has the meter in it, and nothing of how peaks scatter.
      {&F::power_peak, kEnergy, kNone, 1, nullptr, -1},
      {&F::miou, kAccuracy, kImages, 1, nullptr, +1, true},
      {&F::miou_drop, kAccuracy, kFollows, -1, &F::miou, -1, true},
      {&F::miou_fp32, kAccuracy, kNone, 1, nullptr, +1, true},
      {&F::pixel_accuracy, kAccuracy, kNone, 1, nullptr, +1, true},
      {&F::temperature, kOther, kNone, 1, nullptr, -1, true},
      {&F::peak_memory, kOther, kNone, 1, nullptr, -1},
      {&F::device_memory, kOther, kNone, 1, nullptr, -1},
      {&F::placement, kOther, kNone, 1, nullptr, +1, true},
      {&F::placement_operations, kOther, kNone, 1, nullptr, +1, true},
  };
  return kRules;
}

const CompareRule& rule_of(const record::MetricInfo& metric) {
  for (const CompareRule& rule : compare_rules())
    if (rule.member == metric.member) return rule;
  assert(false && "a figure of the catalogue without a rule");
  return compare_rules().front();
}

const record::MetricInfo& metric_of(const CompareRule& rule) {
  for (const record::MetricInfo& metric : record::metrics())
    if (metric.member == rule.member) return metric;
  assert(false && "a rule without a figure of the catalogue");
  return record::metrics().front();
}

}  // namespace assay::metric

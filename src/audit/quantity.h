// What a column of a results table may hold.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "audit/unit.h"

namespace assay::audit {

enum class Quantity {
  kInferenceTime,
  kInputTime,
  kLatency,
  kLatencyMin,
  kP50,
  kP90,
  kP95,
  kP99,
  kP999,
  kLatencyMax,
  kPreprocess,
  kPostprocess,
  kRate,
  kMeanRate,
  kGops,
  kPeak,
  kRatio,
  kPower,
  kIdlePower,
  kNetPower,
  kPeakPower,
  kEnergy,
  kEdp,
  kGopsPerWatt,
  kRatePerWatt,
  kOperations,
  kTop1,
  kTop5,
  kMap50,
  kMap5095,
  kMiou,
  kAccuracy,
  kMemory,
  kBatch,
  kThreads,
  kInstances,
};

struct QuantityInfo {
  Quantity quantity;
  std::string_view id;    ///< "power_idle": the catalogue's name where the figure is the same.
  std::string_view name;  ///< "idle power"
  Dimension dimension;
  bool own;  ///< Each configuration has its own, read from a clock, an instrument or a score: equal digits
             ///< are odd.
};
std::span<const QuantityInfo> quantities();
const QuantityInfo& info_of(Quantity quantity);
std::optional<Quantity> quantity_by_id(std::string_view id);

/// What a row is, rather than what was measured of it.
enum class Label {
  kTable,
  kSection,
  kDevice,
  kMode,
  kAccelerator,
  kRuntime,
  kModel,
  kPrecision,
  kResolution,
  kBoundary,
  kRemark
};
struct LabelInfo {
  Label label;
  std::string_view id;  ///< "device"
};
std::span<const LabelInfo> labels();
std::string_view label_id(Label label);

/// "INT8", "FP16": one of the precisions' names, in upper case; absent: no such name.
std::optional<std::string> precision_in(std::string_view text);

/// Whether a precision is one that a model is quantized to.
bool is_quantized(std::string_view precision);

}  // namespace assay::audit

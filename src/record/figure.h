// A figure: one number that carries its unit, its uncertainty, its status and the reasons for that status.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::record {

/// Ordered by severity: the status of several findings is their maximum, except that kUnmeasured has no
/// value.
enum class FigureStatus { kOk, kWarn, kInvalid, kUnmeasured };
std::string_view to_string(FigureStatus status);  ///< "ok", "warn", "invalid", "unmeasured"

struct Figure {
  std::optional<double> value;  ///< Absent is absent, never 0.
  std::string unit;
  std::optional<double> lo, hi;  ///< The 95 % interval, or another that the metrics catalogue names.
  FigureStatus status = FigureStatus::kUnmeasured;
  std::vector<std::string> reasons;  ///< Rule ids of findings ("throttled"), or why it is unmeasured.

  static Figure unmeasured(std::string unit, std::string reason) {
    return {std::nullopt, std::move(unit),           std::nullopt,
            std::nullopt, FigureStatus::kUnmeasured, {std::move(reason)}};
  }
  static Figure of(double value, std::string unit) {
    return {value, std::move(unit), std::nullopt, std::nullopt, FigureStatus::kOk, {}};
  }
  static Figure of(double value, std::string unit, double lo, double hi) {
    return {value, std::move(unit), lo, hi, FigureStatus::kOk, {}};
  }
};

}  // namespace assay::record

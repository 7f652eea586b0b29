// What the makers' manuals say of each model of the WT300E series, and of the WT300 before it: ranges and
// accuracy of DC measurement.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace assay::instrument {

/// Half widths of DC accuracy, 12 months, crest factor 3, 23 +- 5 degrees C, after zero calibration.
struct Wt300eAccuracy {
  double power_of_reading = 0, power_of_range = 0;
  double current_per_kelvin =
      0;  ///< A/K over 0.5 A ranges, when the temperature changes after zero calibration.
};

struct Wt300eModel {
  std::string_view name;                   ///< As *IDN? tells it.
  std::span<const double> current_ranges;  ///< A, crest factor 3, rising.
  /// Absent for the WT300 series: the manuals of the WT300E do not speak of it.
  std::optional<Wt300eAccuracy> accuracy;
};

/// nullptr for other models.
const Wt300eModel* find_model(std::string_view name);

/// Where the numbers are from: goes into record::Accuracy::source.
std::string_view accuracy_source();

/// V and A, rising; crest factors 6 and 6A halve the ranges of 3 (IM WT310E-01EN, 2-6 and 2-7).
std::vector<double> voltage_ranges(int crest_factor);
std::vector<double> current_ranges(const Wt300eModel& model, int crest_factor);

/// The smallest of `ranges` (rising) that is at least 1.1 x `maximum`; nullopt when none is.
std::optional<double> smallest_range(std::span<const double> ranges, double maximum);

}  // namespace assay::instrument

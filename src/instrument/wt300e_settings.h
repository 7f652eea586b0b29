// The settings of a WT300E, from what the user wrote.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "instrument/address.h"
#include "instrument/meter.h"

namespace assay::instrument {

struct Wt300eSettings {
  Address address;
  record::Boundary boundary = record::Boundary::kDcInput;
  std::chrono::nanoseconds update{};
  int element = 1;
  int crest_factor = 3;
  bool float_format = true;
  std::optional<double> voltage_range, current_range;  ///< V, A; absent: found by a ranging run.
  bool line_filter = false, frequency_filter = false;
  bool zero_calibration = false;  ///< Run the meter's zero-level compensation first.
  bool integrate = true;          ///< Let the meter integrate, too, as a cross-check.
  std::chrono::nanoseconds poll{}, timeout{}, give_up{};
  /// From the end of an update until the status register tells it: the maker does not say, so it is assumed.
  std::chrono::nanoseconds latency{};
};

/// "100MS" for 100 ms, as :RATE takes it; empty for an interval that the series does not have.
std::string_view rate_word(std::chrono::nanoseconds update);

/// Errors: kInvalidInput.
Result<Wt300eSettings> parse_wt300e_settings(const MeterSettings& settings);

}  // namespace assay::instrument

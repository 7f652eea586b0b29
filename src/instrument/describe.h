// Small things that every driver says the same way.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "record/reading.h"

namespace assay::instrument {

/// Nine digits at most, as facts and commands carry numbers: "0.1", "12.5".
std::string decimal(double value);

/// A channel of means over the update interval, "<source>.<quantity>"; no boundary, accuracy unknown.
record::Channel mean_channel(std::string_view source, std::string_view quantity, std::string_view unit,
                             std::int64_t update_ns);

}  // namespace assay::instrument

// Durations in messages, and arithmetic that several files of this folder need.
#pragma once

#include <cstdint>
#include <string>

#include "base/text.h"

namespace assay::timeline {

inline double square(double x) { return x * x; }

inline std::string seconds_text(double ns) { return number_text(ns * 1e-9) + " s"; }
inline std::string seconds_text(std::int64_t ns) { return seconds_text(static_cast<double>(ns)); }

}  // namespace assay::timeline

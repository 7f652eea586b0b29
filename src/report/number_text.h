// Numbers as people should read them: no more digits than the uncertainty supports.
#pragma once

#include <string>
#include <string_view>

#include "record/figure.h"

namespace assay::report {

/// "12.3 ±0.4": the uncertainty to one significant digit (two where the first is 1), the value to the same
/// place. An uncertainty of 0 or a value that is not finite is written without.
std::string with_uncertainty(double value, double uncertainty);

/// To `digits` significant digits, never in exponent notation, without trailing zeros after the point.
std::string significant(double value, int digits = 4);

/// Value and the larger side of its interval; "" without a value. Percentages go down to 0.001.
std::string figure_text(const record::Figure& figure);

/// Columns that a terminal gives a UTF-8 text: combining marks take none, East Asian wide characters two.
std::size_t display_width(std::string_view text);

/// Cut to `width` columns, with an ellipsis where something is lost.
std::string truncated(std::string_view text, std::size_t width);

/// Line breaks and control characters (a vendor's log may hold escape sequences) made harmless.
std::string one_line(std::string_view text);

}  // namespace assay::report

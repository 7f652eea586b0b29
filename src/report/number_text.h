// Numbers and names as people should read them: no more digits than the uncertainty supports, no more columns
// than there are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "record/figure.h"

namespace assay::report {

/// "12.3 ±0.4": the uncertainty to one significant digit (two where the first is 1), the value to the same
/// place [GUM 7.2.6]. A tie of the uncertainty goes up: it is never told smaller than it is for being
/// halfway. An uncertainty of 0, one under the 15 digits that a double has of the value, or a value that is
/// not finite is written without.
std::string with_uncertainty(double value, double uncertainty);

/// To `digits` significant digits, never in exponent notation, without trailing zeros after the point.
std::string significant(double value, int digits = 4);

/// Value and the larger side of its interval; "" without a value. Percentages go down to 0.001.
std::string figure_text(const record::Figure& figure);

/// Columns that a terminal gives a UTF-8 text: combining marks take none, East Asian wide characters two.
/// What is no UTF-8 takes one for each byte.
std::size_t display_width(std::string_view text);

/// The beginning that fits into `width` columns, with `mark` where something is lost.
std::string truncated(std::string_view text, std::size_t width, std::string_view mark = "…");

/// Beginning and end, with `mark` for what is lost between: of names that differ at their ends both are seen.
std::string shortened(std::string_view text, std::size_t width, std::string_view mark = "…");

/// For a terminal that shows nothing else: "12.3 +- 0.4" for "12.3 ±0.4", "-" for a line, "?" for what has no
/// likeness.
std::string to_ascii(std::string_view text);

/// What there is of the parts, with the separator between.
template <typename Range = std::vector<std::string>>
std::string joined(const Range& parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    if (!text.empty()) text += separator;
    text += part;
  }
  return text;
}

}  // namespace assay::report

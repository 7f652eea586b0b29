// One function for each format, each in its own file. Private to report/.
#pragma once

#include <string>

#include "report/report.h"

namespace assay::report {

std::string render_table(const record::Results& results, const Style& style);
std::string render_markdown(const record::Results& results);
/// One line for each row, every figure of the catalogue with value, lo, hi, status and reasons. An invalid
/// value stands between exclamation marks, so that no spreadsheet takes it for a number.
std::string render_csv(const record::Results& results);
Result<std::string> render_json(const record::Results& results);

}  // namespace assay::report

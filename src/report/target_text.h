// What a row's target says, and what the row achieved of it, in words. Private to report/.
#pragma once

#include <string>
#include <vector>

#include "report/summary.h"

namespace assay::report {

/// Figures that rest on the target catalogue, in the order of columns.
struct TargetFigure {
  std::string_view title;
  std::string_view unit;  ///< "" where the title says it.
  record::Figure record::RowFigures::*member;
  double scale = 1;  ///< To `unit` from the figure's own.
};
const std::vector<TargetFigure>& target_figures();

/// The row's figure of that column, in the column's unit.
Cell target_cell(const TargetFigure& column, const record::Row& row);

/// "jetson-orin-nx-8gb GPU, 15W"; "" for a row that names no target.
std::string target_name(const record::Row& row);

/// One line for each row that names a target.
std::vector<std::string> target_lines(const record::Results& results, const std::vector<std::string>& names);

}  // namespace assay::report

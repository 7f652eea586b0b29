#include "report/target_text.h"

#include "report/number_text.h"

namespace assay::report {
namespace {

std::string text_of(const TargetFigure& column, const record::Row& row) {
  const Cell cell = target_cell(column, row);
  std::string text = cell.text;
  if (cell.has_value && !column.unit.empty()) text += " " + std::string(column.unit);
  // Marked as in the tables, and in words: these lines have no notes.
  if (cell.has_value && cell.status == record::FigureStatus::kInvalid) text = "!" + text + "! (invalid)";
  if (cell.has_value && cell.status == record::FigureStatus::kWarn) text += " (warn)";
  return text;
}

std::string word(const record::Row& row, const char* key) {
  const auto found = row.target.find(key);
  return found == row.target.end() ? "" : found->second;
}

}  // namespace

const std::vector<TargetFigure>& target_figures() {
  using F = record::RowFigures;
  static const std::vector<TargetFigure> kAll{{"of peak", "%", &F::performance_ratio},
                                              {"GOPS/mm2", "", &F::area_efficiency},
                                              {"GOPS/$", "", &F::cost_efficiency},
                                              {"capacity", "Gop/s", &F::capacity, 1e-9},
                                              {"thermal resistance", "K/W", &F::thermal_resistance}};
  return kAll;
}

Cell target_cell(const TargetFigure& column, const record::Row& row) {
  record::Figure figure = row.figures.*column.member;
  for (std::optional<double>* value : {&figure.value, &figure.lo, &figure.hi})
    if (*value) **value *= column.scale;
  return figure_cell(figure, {}, false);
}

std::string target_name(const record::Row& row) {
  if (row.target.empty()) return "";
  const std::string mode = word(row, "power_mode");
  return word(row, "id") + " " + word(row, "unit") + (mode.empty() ? "" : ", " + mode);
}

std::vector<std::string> target_lines(const record::Results& results, const std::vector<std::string>& names) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < results.rows.size(); ++i) {
    const record::Row& row = results.rows[i];
    if (row.target.empty()) continue;
    std::string line = "Target of " + names[i] + ": " + target_name(row);
    const char* between = "; ";
    for (const TargetFigure& column : target_figures()) {
      line += between + std::string(column.title) + " " + text_of(column, row);
      between = ", ";
    }
    lines.push_back(one_line(line));
  }
  return lines;
}

}  // namespace assay::report

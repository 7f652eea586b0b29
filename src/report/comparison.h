// A comparison of measured rows -> text. One file per format.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "metric/comparison.h"
#include "metric/comparison_condition.h"
#include "metric/comparison_match.h"
#include "record/results.h"
#include "report/report.h"

namespace assay::report {

/// One side, as the user named it. The first of a report is the baseline.
struct ComparedSide {
  std::string name;
  record::Results results;
  bool intact = false;  ///< Everything is as it was sealed.
  /// How its files stand to their seals, and what could not be checked.
  std::vector<std::string> notes = {};
};

/// A side against the baseline. Its pairs are as many rows of the comparison, from `first_row` on.
struct Against {
  std::size_t side = 1;
  metric::Matching matching;
  std::size_t first_row = 0;
};

/// A condition and its answer for each row of the comparison.
struct Condition {
  metric::Condition condition;
  std::vector<metric::Answer> answers;
  std::vector<bool> fails;  ///< Beside the answers: whether that makes the command fail.
};

struct ComparisonReport {
  std::vector<ComparedSide> sides;
  std::vector<Against> against;
  metric::Comparison comparison;
  std::vector<Condition> conditions;
  bool forced = false;  ///< Differences that refuse were overruled.

  /// Whether a condition makes the command fail. A row of A without its like fails every one.
  bool fails() const;
};

/// "A", "B", ... of the sides in their order.
std::string side_letter(std::size_t side);

enum class ComparisonFormat { kTable, kMarkdown, kJson, kHtml };

/// "table", "md" (or "markdown"), "json", "html". Errors: kInvalidInput, naming the nearest.
Result<ComparisonFormat> parse_comparison_format(std::string_view text);

/// `all`: every figure, not only the main ones (Markdown folds the others away; JSON always has all). Errors:
/// kInternal (numbers that JSON cannot hold).
Result<std::string> render_comparison(const ComparisonReport& report, ComparisonFormat format,
                                      const Style& style = {}, bool all = false);

/// Why these results are not to be compared, every reason with both sides, a line each; "" where there is
/// none.
std::string refusals(const ComparedSide& a, const ComparedSide& b, const metric::Matching& matching);

}  // namespace assay::report

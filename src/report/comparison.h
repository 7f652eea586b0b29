// A comparison of measured rows -> text. One file per format.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
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
  std::optional<std::string> row = {};  ///< The one that was named; else all of them take part.
};

/// A side against the baseline. Its pairs are as many rows of the comparison, from `first_row` on.
struct Against {
  std::size_t side = 1;
  metric::Matching matching;
  std::size_t first_row = 0;
};

/// What a condition says of a row of A and its like.
struct ConditionAnswer {
  std::size_t side = 1;          ///< The like's.
  std::size_t a = 0;             ///< Place in the rows of A.
  std::optional<std::size_t> b;  ///< Place in the rows of `side`; absent: the row has no like there.
  metric::Answer answer;
  bool fails = false;  ///< It makes the command fail.
};

struct Condition {
  metric::Condition condition;
  std::vector<ConditionAnswer> answers = {};  ///< By side, and there pairs before rows without their like.
};

struct ComparisonReport {
  std::vector<ComparedSide> sides;
  std::vector<Against> against;
  metric::Comparison comparison;
  std::vector<Condition> conditions;
  bool forced = false;  ///< Differences that refuse were overruled.

  /// Whether a condition makes the command fail.
  bool fails() const;
};

/// Every side against the first, into `report.against`. Errors: those of metric::match_rows, with both names.
Result<void> match_sides(ComparisonReport& report);

/// Why the matched sides are not to be compared, every reason with both sides, a line each; "" where there is
/// none.
std::string refusals(const ComparisonReport& report);

/// All pairs, as `report.against` has them one after another, for compare_sides(). They point into the
/// report. What the results do not tell (accuracy by image, counts, one machine) is left to add.
std::vector<metric::ComparedRows> matched_rows(const ComparisonReport& report);

/// Compares `pairs`, those of matched_rows(), and answers the report's conditions: of every pair, and of
/// every row of A that has no like, which fails them all. `undecided_fails`: so does what is left open.
void compare_sides(ComparisonReport& report, std::span<const metric::ComparedRows> pairs,
                   bool undecided_fails);

/// "A", "B", ... of the sides in their order.
std::string side_letter(std::size_t side);

enum class ComparisonFormat { kTable, kMarkdown, kJson, kHtml };

/// "table", "md" (or "markdown"), "json", "html". Errors: kInvalidInput, naming the nearest.
Result<ComparisonFormat> parse_comparison_format(std::string_view text);

/// `all`: every figure, not only the main ones (Markdown folds the others away; JSON always has all). Errors:
/// kInternal (numbers that JSON cannot hold).
Result<std::string> render_comparison(const ComparisonReport& report, ComparisonFormat format,
                                      const Style& style = {}, bool all = false);

}  // namespace assay::report

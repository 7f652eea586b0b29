// From sides that were read to a comparison with its answers: what every format prints and the exit code
// tells.
#include "report/comparison.h"

#include <algorithm>

#include "base/text.h"
#include "report/comparison_text.h"
#include "report/number_text.h"

namespace assay::report {
namespace {

/// "runs/before (A) against runs/after (B)"
std::string sides_title(const ComparisonReport& report, std::size_t side) {
  return report.sides[0].name + " (" + side_letter(0) + ") against " + report.sides[side].name + " (" +
         side_letter(side) + ")";
}

/// A line for each reason, once for all rows that share it.
std::string refusals_of(const ComparisonReport& report, const Against& against) {
  std::vector<std::pair<std::string, std::vector<std::string>>> reasons;
  const auto add = [&](const metric::Difference& difference, const std::string& row) {
    if (!difference.refuses) return;
    const std::string text = difference_text(difference, side_letter(against.side));
    auto reason = std::ranges::find(reasons, text, [](const auto& entry) { return entry.first; });
    if (reason == reasons.end()) reason = reasons.insert(reasons.end(), {text, {}});
    if (!row.empty()) reason->second.push_back(row);
  };
  for (const metric::Difference& difference : against.matching.differences) add(difference, "");
  for (const metric::RowPair& pair : against.matching.pairs) {
    const std::string& a = report.sides[0].results.rows[pair.a].key.id;
    const std::string& b = report.sides[against.side].results.rows[pair.b].key.id;
    for (const metric::Difference& difference : pair.differences)
      add(difference, a == b ? a : a + " and " + b);
  }
  std::string text;
  for (const auto& [reason, rows] : reasons)
    text += "  " + reason + (rows.empty() ? "" : one_line(" (" + joined(rows, ", ") + ")")) + "\n";
  return text;
}

}  // namespace

bool ComparisonReport::fails() const {
  return std::ranges::any_of(conditions, [](const Condition& condition) {
    return std::ranges::any_of(condition.answers, &ConditionAnswer::fails);
  });
}

std::string side_letter(std::size_t side) {
  return side < 26 ? std::string(1, static_cast<char>('A' + side)) : "side " + std::to_string(side + 1);
}

Result<void> match_sides(ComparisonReport& report) {
  std::size_t first_row = 0;
  for (std::size_t side = 1; side < report.sides.size(); ++side) {
    const ComparedSide &a = report.sides[0], &b = report.sides[side];
    auto matching = metric::match_rows(a.results, b.results, a.row, b.row, side_letter(side));
    if (!matching) return fail(matching.error().with_context(sides_title(report, side)));
    report.against.push_back({side, std::move(*matching), first_row});
    first_row += report.against.back().matching.pairs.size();
  }
  return {};
}

std::string refusals(const ComparisonReport& report) {
  std::string text;
  for (const Against& against : report.against)
    if (against.matching.refused())
      text += sides_title(report, against.side) + ":\n" + refusals_of(report, against);
  return text;
}

std::vector<metric::ComparedRows> matched_rows(const ComparisonReport& report) {
  std::vector<metric::ComparedRows> all;
  for (const Against& against : report.against)
    for (const metric::RowPair& pair : against.matching.pairs) {
      metric::ComparedRows& rows = all.emplace_back();
      rows.a = &report.sides[0].results.rows[pair.a];
      rows.b = &report.sides[against.side].results.rows[pair.b];
      rows.same_runs = pair.same_runs;
      rows.side = side_letter(against.side);
    }
  return all;
}

void compare_sides(ComparisonReport& report, std::span<const metric::ComparedRows> pairs,
                   bool undecided_fails) {
  std::vector<const record::MetricInfo*> asked;
  for (const Condition& condition : report.conditions) asked.push_back(condition.condition.metric);
  report.comparison = metric::compare(pairs, asked);
  for (Condition& condition : report.conditions) {
    const auto add = [&](std::size_t side, std::size_t a, std::optional<std::size_t> b,
                         metric::Answer answer) {
      const bool fails = metric::fails(answer.holding, undecided_fails);
      condition.answers.push_back({side, a, b, std::move(answer), fails});
    };
    for (const Against& against : report.against) {
      const metric::Matching& matching = against.matching;
      for (std::size_t p = 0; p < matching.pairs.size(); ++p)
        add(against.side, matching.pairs[p].a, matching.pairs[p].b,
            metric::answer(condition.condition, report.comparison.rows[against.first_row + p]));
      for (const std::size_t a : matching.only_a)
        add(against.side, a, std::nullopt,
            metric::answer_unmatched(condition.condition, side_letter(against.side)));
    }
  }
}

}  // namespace assay::report

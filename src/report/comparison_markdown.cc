// For pull requests: what was decided stands open, everything else unfolds.
#include <algorithm>

#include "report/comparison_text.h"
#include "report/markdown_text.h"
#include "report/number_text.h"

namespace assay::report {
namespace {

using metric::FigureComparison;
using record::Figure;
using record::FigureStatus;

std::string number(const Figure& figure) {
  if (figure.status == FigureStatus::kInvalid)
    return figure.value ? "~~" + significant(*figure.value) + "~~ invalid" : "invalid";
  if (!figure.value) return "unmeasured";
  return figure_text(figure) + (figure.status == FigureStatus::kWarn ? " (warn)" : "");
}

std::string verdict(const FigureComparison& compared, const std::string& side) {
  const Judgement judged = judgement(compared, side);
  const bool decided = judged.ink == Ink::kGreen || judged.ink == Ink::kRed;
  return decided && compared.outcome != metric::Outcome::kNotCompared ? "**" + judged.words + "**"
                                                                      : judged.words;
}

std::string table(const std::vector<FigureComparison>& row, const ComparisonReport& report,
                  const std::string& side, bool all) {
  std::vector<std::vector<std::string>> lines{{"Figure", "A", side, side + " / A", "Verdict"}};
  if (all) lines[0].push_back("Why, how");
  for (const FigureComparison& compared : row) {
    if (!is_shown(compared) || (!all && !is_main(compared, report))) continue;
    std::string change = escaped(change_text(compared));
    if (compared.rule->points && !change.empty()) change += " " + compared.change.unit;
    lines.push_back({escaped(figure_title(*compared.metric)) + (compared.decision ? " \\*" : ""),
                     number(compared.a), number(compared.b), change, verdict(compared, side)});
    if (!all) continue;
    std::string why = compared.note;
    for (const std::string& reason : compared.change.reasons) why += (why.empty() ? "" : "; ") + reason;
    lines.back().push_back(escaped(one_line(why)));
  }
  return markdown_table(lines, 1);
}

std::string folded(const std::string& summary, const std::string& body) {
  return "\n<details><summary>" + summary + "</summary>\n\n" + body + "\n</details>\n";
}

std::string list(const std::vector<metric::Difference>& differences, const std::string& side) {
  std::string out;
  for (const metric::Difference& difference : differences)
    out += "- " + std::string(difference.refuses ? "**forced past** " : "") +
           escaped(difference_text(difference, side)) + "\n";
  return out;
}

}  // namespace

std::string render_comparison_markdown(const ComparisonReport& report) {
  std::string out = "## Comparison\n\n";
  for (std::size_t side = 0; side < report.sides.size(); ++side) {
    out += "- " + escaped(side_line(report, side)) + "\n";
    for (const std::string& note : side_notes(report, side)) out += "  - " + escaped(note) + "\n";
  }
  const auto conditions = condition_lines(report);
  if (!conditions.empty()) out += "\n";
  for (const Text& line : conditions)
    out += "- " +
           std::string(line.ink == Ink::kRed      ? "❌ "
                       : line.ink == Ink::kYellow ? "❔ "
                                                  : "✅ ") +
           escaped(line.words) + "\n";
  for (const Against& against : report.against) {
    const std::string side = side_letter(against.side);
    const auto& pairs = against.matching.pairs;
    if (against.matching.same_runs()) out += "\n**" + escaped(same_runs_line(side)) + "**\n";
    for (std::size_t p = 0; p < pairs.size() && !against.matching.same_runs(); ++p) {
      out += "\n### " + escaped(pair_title(report, against, p)) + "\n\n";
      if (pairs[p].same_runs) {
        out += "The same runs: nothing to compare.\n";
        continue;
      }
      const auto& row = report.comparison.rows[against.first_row + p];
      if (const std::string forced = forced_line(pairs[p].differences, side); !forced.empty())
        out += "**" + escaped(forced) + "**\n\n";
      out += table(row, report, side, false);
      std::string body = table(row, report, side, true);
      for (const std::string& line : {warnings_line(row, side), unmeasured_line(row, report, true)})
        if (!line.empty()) body += "\n" + escaped(line) + "\n";
      out += folded("All figures", body);
      if (!pairs[p].differences.empty()) out += folded("What differs", list(pairs[p].differences, side));
    }
    const std::string campaign = list(against.matching.differences, side);
    if (const std::string forced = forced_line(against.matching.differences, side); !forced.empty())
      out += "\n**" + escaped(forced) + "**\n";
    if (!campaign.empty()) out += folded("What differs between the campaigns", campaign);
    for (const std::string& line : unmatched_lines(report, against)) out += "\n" + escaped(line) + "\n";
  }
  const auto method = method_lines(report);
  if (!method.empty()) out += "\n";
  for (const std::string& line : method) out += escaped(line) + "  \n";
  return out;
}

}  // namespace assay::report

#include <algorithm>

#include "report/comparison_text.h"
#include "report/number_text.h"

namespace assay::report {
namespace {

using metric::FigureComparison;
using record::Figure;
using record::FigureStatus;

/// An invalid number is never a plain one; `with`: its uncertainty, where there is room.
Text number(const Figure& figure, bool with) {
  if (!figure.value) return {figure.status == FigureStatus::kInvalid ? "invalid" : "-", Ink::kDim, true};
  if (figure.status == FigureStatus::kInvalid)
    return {"!" + significant(*figure.value) + "!", Ink::kStruck, true};
  return {with ? figure_text(figure) : significant(*figure.value),
          figure.status == FigureStatus::kWarn ? Ink::kYellow : Ink::kPlain, true};
}

Grid grid_of(const std::vector<FigureComparison>& row, const ComparisonReport& report,
             const std::string& side, bool all, bool uncertainty, std::size_t longest_title) {
  Grid grid;
  const auto bold = [](const std::string& words, bool right = true) {
    return Text{words, Ink::kBold, right};
  };
  grid.add({bold("Figure", false), bold("A"), bold(side), bold("Change"), bold("Verdict", false)});
  grid.add_rule();
  for (const FigureComparison& compared : row) {
    if (!is_shown(compared) || (!all && !is_main(compared, report))) continue;
    const Judgement judged = judgement(compared);
    grid.add({{truncated(figure_title(*compared.metric), longest_title) + (compared.decision ? " *" : "")},
              number(compared.a, uncertainty),
              number(compared.b, uncertainty),
              {change_text(compared), Ink::kPlain, true},
              {judged.words, judged.ink}});
  }
  return grid;
}

/// As much as there is room for.
std::string figures(const std::vector<FigureComparison>& row, const ComparisonReport& report,
                    const std::string& side, const Style& style, bool all) {
  const auto width = static_cast<std::size_t>(std::max(style.width, 40));
  constexpr std::size_t kAnyTitle = 40;
  Grid grid = grid_of(row, report, side, all, true, kAnyTitle);
  for (const std::size_t title : {kAnyTitle, std::size_t{24}, std::size_t{18}, std::size_t{12}}) {
    if (grid.width() <= width) break;
    grid = grid_of(row, report, side, all, false, title);
  }
  return grid.print(style.colour);
}

/// Why a figure that both sides might have is not compared, and what an interval rests on.
std::vector<std::string> remarks(const std::vector<FigureComparison>& row, const ComparisonReport& report,
                                 bool all) {
  std::vector<std::pair<std::string, std::string>> groups;  // What is said, and of which figures.
  for (const FigureComparison& compared : row) {
    if (!is_shown(compared) || (!all && !is_main(compared, report))) continue;
    std::vector<std::string> said = compared.change.reasons;
    if (!compared.note.empty() && compared.rule->basis != metric::Basis::kFollows)
      said.push_back(compared.note);
    if (compared.rule->basis == metric::Basis::kFollows && !compared.change.lo && !compared.note.empty())
      said.push_back(compared.note);
    for (const std::string& text : said) {
      const std::string name(compared.metric->name);
      const auto group = std::ranges::find(groups, text, [](const auto& entry) { return entry.first; });
      if (group == groups.end())
        groups.emplace_back(text, name);
      else
        group->second += ", " + name;
    }
  }
  std::vector<std::string> lines;
  for (const auto& [text, names] : groups) lines.push_back(one_line(names + ": " + text));
  return lines;
}

}  // namespace

std::string render_comparison_table(const ComparisonReport& report, const Style& style, bool all) {
  const auto width = static_cast<std::size_t>(std::max(style.width, 40));
  std::string out;
  for (std::size_t side = 0; side < report.sides.size(); ++side)
    out += wrapped(side_line(report, side), width, 2);
  for (const Against& against : report.against) {
    const std::string side = side_letter(against.side);
    const auto& pairs = against.matching.pairs;
    // Ink goes around what is wrapped already, so that no sequence is counted as width.
    const auto warn = [&](const std::string& line, Ink ink) {
      std::string text = wrapped(line, width, 2);
      text.pop_back();
      out += inked({text, ink}, style.colour) + "\n";
    };
    const auto tell_differences = [&](const std::vector<metric::Difference>& differences) {
      if (const std::string line = forced_line(differences, side); !line.empty()) warn(line, Ink::kRed);
      if (const std::string line = differences_line(differences, side); !line.empty()) warn(line, Ink::kDim);
    };
    if (against.matching.same_runs())
      warn("A and " + side +
               " are the same runs: the same digests, and every process's mean is equal. There is "
               "nothing to compare.",
           Ink::kYellow);
    out += "\n";
    tell_differences(against.matching.differences);
    for (std::size_t p = 0; p < pairs.size(); ++p) {
      const auto& row = report.comparison.rows[against.first_row + p];
      out += "\n" + inked({pair_title(report, against, p), Ink::kBold}, style.colour) + "\n";
      tell_differences(pairs[p].differences);
      if (pairs[p].same_runs) {
        if (!against.matching.same_runs()) out += wrapped("The same runs: nothing to compare.", width, 2);
        continue;
      }
      out += figures(row, report, side, style, all);
      for (const std::string& line : remarks(row, report, all)) out += wrapped(line, width, 2);
      for (const std::string& line : {warnings_line(row, side), unmeasured_line(row)})
        if (!line.empty()) out += wrapped(line, width, 2);
    }
    for (const std::string& line : unmatched_lines(report, against)) out += "\n" + wrapped(line, width, 2);
  }
  const auto method = method_lines(report);
  if (!method.empty()) out += "\n";
  for (const std::string& line : method) out += wrapped(line, width, 2);
  const auto conditions = condition_lines(report);
  if (!conditions.empty()) out += "\n";
  for (const Text& line : conditions) {
    std::string text = wrapped(line.words, width, 2);
    text.pop_back();
    out += inked({text, line.ink}, style.colour) + "\n";
  }
  return out;
}

}  // namespace assay::report

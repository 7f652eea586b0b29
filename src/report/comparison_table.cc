#include <algorithm>

#include "report/comparison_text.h"
#include "report/number_text.h"

namespace assay::report {
namespace {

using metric::FigureComparison;
using record::Figure;
using record::FigureStatus;

/// One row of the comparison, and how much of it is shown.
struct Shown {
  const ComparisonReport& report;
  const std::vector<FigureComparison>& row;
  std::string side;  ///< "B"
  bool all = false;
  bool takes(const FigureComparison& compared) const {
    return is_shown(compared) && (all || is_main(compared, report));
  }
};

/// An invalid number is never a plain one; `uncertainty`: where there is room for it.
Text number(const Figure& figure, bool uncertainty) {
  if (!figure.value) return {figure.status == FigureStatus::kInvalid ? "invalid" : "-", Ink::kDim, true};
  if (figure.status == FigureStatus::kInvalid)
    return {"!" + significant(*figure.value) + "!", Ink::kStruck, true};
  return {uncertainty ? figure_text(figure) : significant(*figure.value),
          figure.status == FigureStatus::kWarn ? Ink::kYellow : Ink::kPlain, true};
}

Grid grid_of(const Shown& shown, bool uncertainty, std::size_t longest_title) {
  Grid grid;
  const auto bold = [](const std::string& words, bool right = true) {
    return Text{words, Ink::kBold, right};
  };
  grid.add({bold("Figure", false), bold("A"), bold(shown.side), bold(shown.side + " / A"),
            bold("Verdict", false)});
  grid.add_rule();
  for (const FigureComparison& compared : shown.row) {
    if (!shown.takes(compared)) continue;
    const Judgement judged = judgement(compared, shown.side);
    grid.add({{truncated(figure_title(*compared.metric), longest_title) + (compared.decision ? " *" : "")},
              number(compared.a, uncertainty),
              number(compared.b, uncertainty),
              {change_text(compared), Ink::kPlain, true},
              {judged.words, judged.ink}});
  }
  return grid;
}

/// As much as there is room for.
std::string figures(const Shown& shown, const Style& style) {
  constexpr std::size_t kAnyTitle = 40;
  const auto width = static_cast<std::size_t>(style.width);
  Grid grid = grid_of(shown, true, kAnyTitle);
  for (const std::size_t title : {kAnyTitle, std::size_t{24}, std::size_t{18}, std::size_t{12}}) {
    if (grid.width() <= width) break;
    grid = grid_of(shown, false, title);
  }
  return grid.print(style);
}

/// Why a figure is not compared, and what an interval rests on; once for all figures that it holds of.
std::vector<std::string> remarks(const Shown& shown) {
  std::vector<std::pair<std::string, std::string>> groups;  // What is said, and of which figures.
  for (const FigureComparison& compared : shown.row) {
    if (!shown.takes(compared)) continue;
    std::vector<std::string> said = compared.change.reasons;
    // That it follows from another one shows by itself.
    const bool plain = compared.rule->basis == metric::Basis::kFollows && compared.change.lo;
    if (!compared.note.empty() && !plain) said.push_back(compared.note);
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

/// Lines of prose in one ink, broken at the style's width.
class Prose {
 public:
  explicit Prose(const Style& style) : style_(style) {}
  std::string line(const std::string& words, Ink ink = Ink::kPlain) const {
    if (words.empty()) return "";
    std::string text = wrapped(words, static_cast<std::size_t>(style_.width), 2);
    text.pop_back();  // The end of the line is not drawn.
    return inked({text, ink}, style_) + "\n";
  }
  std::string differences(const std::vector<metric::Difference>& differences, const std::string& side) const {
    return line(forced_line(differences, side), Ink::kRed) +
           line(differences_line(differences, side), Ink::kDim);
  }

 private:
  const Style& style_;
};

std::string pair_text(const ComparisonReport& report, const Against& against, std::size_t pair,
                      const Style& style, bool all) {
  const Prose prose(style);
  const std::string side = side_letter(against.side);
  const metric::RowPair& rows = against.matching.pairs[pair];
  std::string out = "\n" + prose.line(pair_title(report, against, pair), Ink::kBold) +
                    prose.differences(rows.differences, side);
  if (rows.same_runs) return out + prose.line("The same runs: nothing to compare.", Ink::kYellow);
  const Shown shown{report, report.comparison.rows[against.first_row + pair], side, all};
  out += figures(shown, style);
  for (const std::string& line : remarks(shown)) out += prose.line(line);
  return out + prose.line(warnings_line(shown.row, side)) +
         prose.line(unmeasured_line(shown.row, report, all));
}

}  // namespace

std::string render_comparison_table(const ComparisonReport& report, const Style& given, bool all) {
  Style style = given;
  style.width = std::max(style.width, 40);
  const Prose prose(style);
  std::string out;
  for (std::size_t side = 0; side < report.sides.size(); ++side) {
    out += prose.line(side_line(report, side));
    for (const std::string& note : side_notes(report, side)) out += prose.line(note, Ink::kYellow);
  }
  for (const Against& against : report.against) {
    const std::string side = side_letter(against.side);
    if (const std::string differences = prose.differences(against.matching.differences, side);
        !differences.empty())
      out += "\n" + differences;
    if (against.matching.same_runs())
      out += "\n" + prose.line(same_runs_line(side), Ink::kYellow);
    else
      for (std::size_t pair = 0; pair < against.matching.pairs.size(); ++pair)
        out += pair_text(report, against, pair, style, all);
    for (const std::string& line : unmatched_lines(report, against)) out += "\n" + prose.line(line);
  }
  const auto method = method_lines(report);
  if (!method.empty()) out += "\n";
  for (const std::string& line : method) out += prose.line(line);
  const auto conditions = condition_lines(report);
  if (!conditions.empty()) out += "\n";
  for (const Text& line : conditions) out += prose.line(line.words, line.ink);
  return style.ascii ? to_ascii(out) : out;
}

}  // namespace assay::report

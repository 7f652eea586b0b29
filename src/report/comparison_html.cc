// A comparison as a static page: the same template as a report's, readable without its script.
#include "report/comparison_html.h"

#include "report/comparison_text.h"
#include "report/html.h"
#include "report/html_parts.h"
#include "report/number_text.h"

namespace assay::report {
namespace {

using metric::FigureComparison;
using record::Figure;
using record::FigureStatus;

void add_figure(HtmlWriter& html, const Figure& figure) {
  const auto cell = html.in("td", {{"class", "num " + std::string(status_class(figure.status))}});
  if (!figure.value)
    html.text(figure.status == FigureStatus::kInvalid ? "invalid" : "unmeasured");
  else if (figure.status == FigureStatus::kInvalid)
    add_number(html, significant(*figure.value), true);
  else
    html.text(figure_text(figure));
}

/// Colours say no more than the words do.
std::string_view judgement_class(const Judgement& judged) {
  switch (judged.ink) {
    case Ink::kGreen:
      return "ok";
    case Ink::kRed:
      return "invalid";
    case Ink::kYellow:
      return "warn";
    case Ink::kPlain:
    case Ink::kBold:
    case Ink::kStruck:
    case Ink::kDim:
      return "unmeasured";
  }
  return "unmeasured";
}

void add_table(HtmlWriter& html, const ComparisonReport& report, const Against& against, std::size_t pair,
               bool all) {
  const std::string side = side_letter(against.side);
  Table table(html, "comparison",
              (all ? "All figures of " : "Main figures of ") + pair_title(report, against, pair) +
                  ", with intervals that hold together");
  std::vector<std::string> titles{"Figure", "A", side, side + " / A", "Verdict"};
  if (all) titles.emplace_back("Why, how");
  table.head(titles, 1);
  const auto body = html.in("tbody");
  for (const FigureComparison& compared : report.comparison.rows[against.first_row + pair]) {
    if (!is_shown(compared) || (!all && !is_main(compared, report))) continue;
    const auto row = table.row();
    heading_cell(html, figure_title(*compared.metric) + (compared.decision ? " *" : ""));
    add_figure(html, compared.a);
    add_figure(html, compared.b);
    std::string change = change_text(compared);
    if (compared.rule->points && !change.empty()) change += " " + compared.change.unit;
    number_cell(html, change);
    const Judgement judged = judgement(compared, side);
    html.leaf("td", judged.words, {{"class", "num " + std::string(judgement_class(judged))}});
    if (!all) continue;
    std::string why = compared.note;
    for (const std::string& reason : compared.change.reasons) why += (why.empty() ? "" : "; ") + reason;
    text_cell(html, why);
  }
}

void add_differences(HtmlWriter& html, const std::vector<metric::Difference>& differences,
                     const std::string& side, const std::string& title) {
  if (const std::string forced = forced_line(differences, side); !forced.empty())
    html.leaf("p", forced, {{"class", "banner"}});
  if (differences.empty()) return;
  const auto details = html.in("details");
  html.leaf("summary", title);
  Table table(html, "differences", title);
  table.head({"What", "A", side}, 3);
  const auto body = html.in("tbody");
  for (const metric::Difference& difference : differences) {
    const auto row = table.row();
    heading_cell(html, difference.what + (difference.refuses ? " (forced past)" : ""));
    for (const std::string* told : {&difference.a, &difference.b})
      text_cell(html, told->empty() ? std::string_view("not told") : std::string_view(*told));
  }
}

void add_pair(HtmlWriter& html, const ComparisonReport& report, const Against& against, std::size_t pair) {
  const metric::RowPair& rows = against.matching.pairs[pair];
  const std::string side = side_letter(against.side);
  const std::string id = "pair-" + std::to_string(against.first_row + pair);
  const auto section = html.in("section", {{"aria-labelledby", id}});
  html.leaf("h2", pair_title(report, against, pair), {{"id", id}});
  if (rows.same_runs) {
    html.leaf("p", "The same runs: nothing to compare.");
    return;
  }
  add_table(html, report, against, pair, false);
  {
    const auto details = html.in("details");
    html.leaf("summary", "All figures");
    add_table(html, report, against, pair, true);
    const auto& row = report.comparison.rows[against.first_row + pair];
    for (const std::string& line : {warnings_line(row, side), unmeasured_line(row, report, true)})
      if (!line.empty()) html.leaf("p", line, {{"class", "remark"}});
  }
  add_differences(html, rows.differences, side, "What differs");
}

std::string title_of(const ComparisonReport& report) {
  std::string names;
  for (const ComparedSide& side : report.sides)
    names += (names.empty() ? "" : " against ") + side.results.name;
  return names + " - assay compare";
}

}  // namespace

std::string comparison_body(const ComparisonReport& report) {
  HtmlWriter html;
  html.leaf("a", "Skip to the comparison", {{"class", "skip"}, {"href", "#content"}});
  {
    const auto head = html.in("header", {{"class", "page-head"}});
    html.leaf("h1", title_of(report));
  }
  {
    const auto main = html.in("main", {{"id", "content"}});
    {
      const auto list = html.in("ul", {{"class", "head"}});
      for (std::size_t side = 0; side < report.sides.size(); ++side) {
        html.leaf("li", side_line(report, side));
        for (const std::string& note : side_notes(report, side)) html.leaf("li", note, {{"class", "warn"}});
      }
    }
    if (const auto conditions = condition_lines(report); !conditions.empty()) {
      html.leaf("h2", "Conditions");
      const auto list = html.in("ul");
      for (const Text& line : conditions)
        html.leaf("li", line.words,
                  {{"class", line.ink == Ink::kRed      ? "invalid"
                             : line.ink == Ink::kYellow ? "warn"
                                                        : "ok"}});
    }
    for (const Against& against : report.against) {
      const std::string side = side_letter(against.side);
      if (against.matching.same_runs()) html.leaf("p", same_runs_line(side), {{"class", "banner"}});
      for (std::size_t pair = 0; pair < against.matching.pairs.size(); ++pair)
        add_pair(html, report, against, pair);
      add_differences(html, against.matching.differences, side, "What differs between A and " + side);
      for (const std::string& line : unmatched_lines(report, against)) html.leaf("p", line);
    }
    for (const std::string& line : method_lines(report)) html.leaf("p", line, {{"class", "remark"}});
  }
  {
    const auto foot = html.in("footer");
    html.leaf("p",
              "Made by `assay compare`. The page holds all that it shows: it asks no network for anything.");
  }
  return html.take();
}

Result<std::string> render_comparison_html(const ComparisonReport& report, std::string_view page_template) {
  // Without plots the script has nothing to draw.
  return filled_template(page_template, title_of(report), comparison_body(report),
                         R"({"format":1,"directories":[],"published":[]})");
}

}  // namespace assay::report

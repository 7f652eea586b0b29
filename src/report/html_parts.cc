#include "report/html_parts.h"

#include <algorithm>

#include "verdict/verdict.h"

namespace assay::report {

using record::FigureStatus;
using record::Severity;

std::string directory_id(std::size_t directory) { return "d" + std::to_string(directory); }
std::string row_id(std::size_t directory, std::size_t row) {
  return directory_id(directory) + "-r" + std::to_string(row);
}
std::string note_id(std::size_t directory, int note) {
  return directory_id(directory) + "-note-" + std::to_string(note);
}
std::string definition_id(std::string_view metric) { return "figure-" + std::string(metric); }

std::string_view status_class(FigureStatus status) { return to_string(status); }

std::string_view severity_class(Severity severity) {
  switch (severity) {
    case Severity::kOk:
      return "ok";
    case Severity::kWarn:
      return "warn";
    case Severity::kInvalid:
      return "invalid";
    case Severity::kUnmeasured:
      return "unmeasured";
  }
  return "invalid";
}

std::string_view verdict_class(std::string_view verdict) {
  return verdict == "OK" ? "ok" : verdict == "WARN" ? "warn" : "invalid";
}

void add_plot(HtmlWriter& html, std::string_view kind, std::string_view words) {
  const auto figure = html.in("figure", {{"class", "plot"}, {"data-plot", std::string(kind)}});
  html.leaf("figcaption", words);
}

void add_row_plot(HtmlWriter& html, std::string_view kind, std::size_t directory, const std::string& row,
                  std::string_view words) {
  const auto figure = html.in("figure", {{"class", "plot"},
                                         {"data-plot", std::string(kind)},
                                         {"data-directory", std::to_string(directory)},
                                         {"data-row", row}});
  html.leaf("figcaption", words);
}

void add_verdict(HtmlWriter& html, const std::string& verdict) {
  html.leaf("span", verdict, {{"class", "verdict " + std::string(verdict_class(verdict))}});
}

void add_tag(HtmlWriter& html, const std::string& tag) {
  html.text(" ");
  html.leaf("span", tag, {{"class", tag.starts_with("simulated") ? "tag simulated" : "tag " + tag}});
}

void add_number(HtmlWriter& html, const std::string& text, bool invalid) {
  if (!invalid) {
    html.text(text);
    return;
  }
  html.leaf("s", text);
  html.text(" ");
  html.leaf("span", "invalid", {{"class", "mark"}});
}

void add_notes(HtmlWriter& html, const std::vector<int>& notes, std::size_t directory) {
  if (notes.empty()) return;
  const auto sup = html.in("sup", {{"class", "notes"}});
  const auto link = [&](int note) {
    html.leaf("a", std::to_string(note), {{"href", "#" + note_id(directory, note)}});
  };
  html.text("[");
  // "[1,3-5]", as note_marks() writes it.
  for (std::size_t i = 0; i < notes.size();) {
    std::size_t last = i;
    while (last + 1 < notes.size() && notes[last + 1] == notes[last] + 1) ++last;
    if (i > 0) html.text(",");
    link(notes[i]);
    if (last > i) html.text(last == i + 1 ? "," : "-");
    if (last > i) link(notes[last]);
    i = last + 1;
  }
  html.text("]");
}

void add_cell(HtmlWriter& html, const Cell& cell, std::size_t directory) {
  const auto td = html.in("td", {{"class", "num " + std::string(status_class(cell.status))}});
  add_number(html, cell.text, cell.has_value && cell.status == FigureStatus::kInvalid);
  if (!cell.boundary.empty()) html.text(" " + cell.boundary);
  add_notes(html, cell.notes, directory);
}

Table::Table(HtmlWriter& html, std::string_view kind, const std::string& caption)
    : html_(html),
      scroll_(html.in("div",
                      {{"class", "scroll"}, {"role", "region"}, {"tabindex", "0"}, {"aria-label", caption}})),
      table_(html.in("table", {{"class", std::string(kind)}})) {
  html.leaf("caption", caption);
}

void Table::head(const std::vector<std::string>& columns, std::size_t first, std::size_t count) {
  const auto head = html_.in("thead");
  const auto line = html_.in("tr");
  for (std::size_t c = 0; c < columns.size(); ++c)
    html_.leaf("th", columns[c],
               {{"scope", "col"}, {"class", c >= first && c - first < count ? "num" : "text"}});
}

HtmlWriter::Element Table::row(Attributes attributes) { return html_.in("tr", attributes); }

void text_cell(HtmlWriter& html, std::string_view text) { html.leaf("td", text); }
void heading_cell(HtmlWriter& html, std::string_view text) { html.leaf("th", text, {{"scope", "row"}}); }
void number_cell(HtmlWriter& html, std::string_view text) { html.leaf("td", text, {{"class", "num"}}); }

void add_pairs(HtmlWriter& html, std::string_view kind, const std::string& caption,
               const std::vector<std::pair<std::string, std::string>>& pairs) {
  if (pairs.empty()) return;
  Table table(html, kind, caption);
  const auto body = html.in("tbody");
  for (const auto& [name, text] : pairs) {
    const auto row = table.row();
    heading_cell(html, name);
    text_cell(html, text);
  }
}

std::string rule_words(std::string_view rule) {
  if (rule == "edited")
    return "the files are those that the campaign wrote, and the results follow from them";
  const auto rules = verdict::rules();
  const auto found = std::ranges::find(rules, rule, &verdict::Rule::id);
  return found == rules.end() ? "" : std::string(found->words);
}

void add_findings(HtmlWriter& html, const std::vector<record::Finding>& findings) {
  const auto list = html.in("dl", {{"class", "findings"}});
  for (const record::Finding& finding : findings) {
    html.leaf("dt", std::string(to_string(finding.severity)) + " " + finding.rule,
              {{"class", std::string(severity_class(finding.severity))}});
    const auto body = html.in("dd");
    html.leaf("p", finding.evidence, {{"class", "evidence"}});
    if (const std::string words = rule_words(finding.rule); !words.empty())
      html.leaf("p", "The rule: " + words + ".", {{"class", "rule"}});
    std::string concerned;
    for (const std::string& figure : finding.figures) concerned += (concerned.empty() ? "" : ", ") + figure;
    html.leaf("p", "Concerns: " + (concerned.empty() ? "the whole row" : concerned) + ".",
              {{"class", "concerns"}});
  }
}

std::string row_name(const PageDirectory& directory, const Summary& summary, std::size_t row) {
  const bool one_accelerator = std::ranges::all_of(summary.rows, [&](const SummaryRow& other) {
    return other.platform == summary.rows.front().platform &&
           other.accelerator == summary.rows.front().accelerator;
  });
  const SummaryRow& shown = summary.rows[row];
  // Several machines or units: the configuration alone does not say which.
  return one_accelerator ? shown.configuration
                         : shown.configuration + ", " + directory.results.rows[row].key.accelerator + " of " +
                               shown.platform;
}

}  // namespace assay::report

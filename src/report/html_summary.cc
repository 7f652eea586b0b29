// The summary of a run directory: the same cells, words and marks as the console's table.
#include <algorithm>

#include "report/html_parts.h"
#include "report/power_text.h"

namespace assay::report {
namespace {

using record::Severity;

void add_banners(HtmlWriter& html, const record::Results& results) {
  std::size_t simulated = 0, power = 0, edited = 0;
  for (const record::Row& row : results.rows) {
    simulated += row.simulated;
    power += power_simulated(row).value_or(false);
    edited += std::ranges::any_of(row.findings, [](const auto& f) { return f.rule == "edited"; });
  }
  const auto banner = [&](const char* kind, const std::string& words) {
    html.leaf("p", words, {{"class", std::string("banner ") + kind}});
  };
  const std::string all = " of " + std::to_string(results.rows.size()) + " rows";
  if (simulated > 0)
    banner("simulated", "SIMULATED: the times of " + std::to_string(simulated) + all +
                            " come from a replay or a simulator; they are no device's.");
  if (power > 0)
    banner("simulated", "SIMULATED POWER: the power of " + std::to_string(power) + all +
                            " comes from a simulated instrument.");
  if (edited > 0)
    banner("edited", "EDITED: files of " + std::to_string(edited) + all +
                         " are not what the campaign wrote, or results do not follow from them. The rows say "
                         "which.");
  if (!results.complete)
    banner("incomplete", "INCOMPLETE: not all planned runs have been made; `assay run --resume` goes on.");
}

std::string why(const record::Row& row) {
  std::size_t said = 0;
  for (const record::Finding& finding : row.findings) said += finding.severity != Severity::kOk;
  return row.verdict + ": " + std::to_string(said) + (said == 1 ? " finding" : " findings") +
         " with evidence";
}

/// One machine's name stands once, above the table.
bool one_platform(const Summary& summary) {
  return std::ranges::all_of(
      summary.rows, [&](const SummaryRow& row) { return row.platform == summary.rows.front().platform; });
}

void add_table(HtmlWriter& html, const PageDirectory& directory, const Summary& summary, std::size_t index) {
  const record::Results& results = directory.results;
  Table table(html, "summary",
              "Results of " + results.name + ": figures with their 95 % intervals, and verdicts");
  std::vector<std::string> titles{"Accelerator", "Backend/precision"};
  if (!one_platform(summary)) titles.insert(titles.begin(), "Platform");
  const std::size_t texts = titles.size();
  for (const Column& column : columns())
    titles.push_back(std::string(column.title) + (column.unit.empty() ? "" : " ") + std::string(column.unit));
  if (summary.has_temperature) titles.emplace_back("Hottest (degC)");
  titles.emplace_back("Verdict");
  const std::string width = std::to_string(titles.size());
  table.head(titles, texts);
  const auto body = html.in("tbody");
  for (std::size_t r = 0; r < summary.rows.size(); ++r) {
    const SummaryRow& row = summary.rows[r];
    const bool simulated = results.rows[r].simulated;
    {
      const auto line = table.row({{"class", simulated ? "result simulated" : "result"}});
      if (!one_platform(summary)) text_cell(html, row.platform);
      text_cell(html, row.accelerator);
      {
        const auto name = html.in("th", {{"scope", "row"}});
        html.leaf("a", row.configuration, {{"href", "#" + row_id(index, r)}});
        for (const std::string& tag : row.tags) add_tag(html, tag);
      }
      for (const Cell& cell : row.cells) add_cell(html, cell, index);
      if (summary.has_temperature) add_cell(html, row.temperature, index);
      const auto verdict = html.in("td", {{"class", "verdict-cell"}});
      add_verdict(html, row.verdict);
      add_notes(html, row.verdict_notes, index);
    }
    if (results.rows[r].findings.empty()) continue;
    const auto line = table.row({{"class", "evidence"}});
    const auto cell = html.in("td", {{"colspan", width}});
    const auto details = html.in("details");
    html.leaf("summary", why(results.rows[r]));
    add_findings(html, results.rows[r].findings);
  }
}

void add_note_list(HtmlWriter& html, const Summary& summary, std::size_t index) {
  if (summary.notes.empty()) return;
  const auto list = html.in("ol", {{"class", "notes"}});
  for (std::size_t i = 0; i < summary.notes.size(); ++i) {
    const Note& note = summary.notes[i];
    std::string rows;
    for (const std::string& row : note.rows) rows += (rows.empty() ? "" : ", ") + row;
    html.leaf(
        "li",
        std::string(to_string(note.severity)) + " " + note.rule + ": " + note.evidence + " (" + rows + ")",
        {{"id", note_id(index, static_cast<int>(i) + 1)},
         {"class", std::string(severity_class(note.severity))}});
  }
}

void add_power(HtmlWriter& html, const Summary& summary, std::size_t index) {
  if (summary.power.empty()) return;
  html.leaf("h3", "Power sources");
  {
    Table table(html, "power", "Every source that watched power, and what it includes");
    table.head({"Backend/precision", "Source", "Instrument", "Boundary", "Role", "Mean (W)",
                "Idle before / after (W)", "Samples", "Interval"},
               5);
    const auto body = html.in("tbody");
    for (const PowerLine& line : summary.power) {
      const auto row = table.row();
      heading_cell(html, line.name);
      text_cell(html, line.source);
      text_cell(html, line.description);
      text_cell(html, line.boundary);
      {
        const auto tags = html.in("td");
        for (const std::string& tag : line.tags) add_tag(html, tag);
      }
      add_cell(html, line.mean, index);
      add_cell(html, line.idle, index);
      number_cell(html, line.samples);
      number_cell(html, line.interval);
    }
  }
  for (const std::string& remark : summary.power_remarks) html.leaf("p", remark, {{"class", "remark"}});
}

}  // namespace

void add_summary(HtmlWriter& html, const PageDirectory& directory, std::size_t index) {
  const record::Results& results = directory.results;
  const Summary summary = summarise(results);
  const std::string id = directory_id(index);
  const auto section =
      html.in("section", {{"class", "directory"}, {"id", id}, {"aria-labelledby", id + "-title"}});
  html.leaf("h2", "Results of " + results.name, {{"id", id + "-title"}});
  if (!results.description.empty()) html.leaf("p", results.description);
  {
    const auto list = html.in("ul", {{"class", "head"}});
    for (const std::string& line : summary.head) html.leaf("li", line);
    if (!summary.rows.empty() && one_platform(summary))
      html.leaf("li", "Platform: " + summary.rows.front().platform);
    html.leaf("li", "Directory: " + directory.name);
  }
  add_banners(html, results);
  if (summary.rows.empty())
    html.leaf("p", "There is no row: nothing was planned, or no row was left of what was.");
  else
    add_table(html, directory, summary, index);
  add_note_list(html, summary, index);
  add_power(html, summary, index);
  for (const auto* lines : {&summary.target, &summary.tail})
    for (const std::string& line : *lines) html.leaf("p", line, {{"class", "remark"}});
}

}  // namespace assay::report

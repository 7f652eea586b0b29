#include "report/formats.h"
#include "report/summary.h"

namespace assay::report {
namespace {

/// Names and evidence are text, whatever they hold.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\`*_|<>[]~#").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string marks(const std::vector<int>& notes) {
  const std::string text = note_marks(notes);
  return text.empty() ? "" : " <sup>" + text + "</sup>";
}

std::string cell_text(const Cell& cell) {
  const bool struck = cell.has_value && cell.status == record::FigureStatus::kInvalid;
  return (struck ? "~~" + cell.text + "~~ invalid" : cell.text) + marks(cell.notes);
}

}  // namespace

std::string render_markdown(const record::Results& results) {
  const Summary summary = summarise(results);
  std::string out = "## " + escaped(results.name) + "\n\n";
  for (const std::string& line : summary.head) out += "- " + escaped(line) + "\n";
  out += "\n| Platform | Accelerator | Backend/precision |";
  std::string rule = "| :---- | :---- | :---- |";
  for (const Column& column : columns()) {
    out +=
        " " + std::string(column.title) + (column.unit.empty() ? "" : " ") + std::string(column.unit) + " |";
    rule += " ----: |";
  }
  out += " Verdict |\n" + rule + " :---- |\n";
  for (const SummaryRow& row : summary.rows) {
    out += "| " + escaped(row.platform) + " | " + escaped(row.accelerator) + " | " +
           escaped(row.configuration) + " |";
    for (const Cell& cell : row.cells) out += " " + cell_text(cell) + " |";
    out += " " + row.verdict + marks(row.verdict_notes);
    for (const std::string& tag : row.tags) out += " **" + tag + "**";
    out += " |\n";
  }
  if (!summary.notes.empty()) out += "\n";
  for (std::size_t i = 0; i < summary.notes.size(); ++i) {
    const Note& note = summary.notes[i];
    std::string rows;
    for (const std::string& row : note.rows) rows += (rows.empty() ? "" : ", ") + row;
    // A paragraph of its own each: a list would be renumbered by some renderers.
    out += "\\[" + std::to_string(i + 1) + "\\] " + std::string(to_string(note.severity)) + " " +
           escaped(note.rule) + ": " + escaped(note.evidence) + " (" + escaped(rows) + ")  \n";
  }
  if (!summary.tail.empty()) out += "\n";
  for (const std::string& line : summary.tail) out += escaped(line) + "  \n";
  return out;
}

}  // namespace assay::report

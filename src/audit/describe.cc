#include "audit/describe.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace assay::audit {
namespace {

std::string counted(std::size_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string summary_of(const Document& document, std::span<const Finding> findings) {
  std::size_t entries = 0;
  for (const Table& table : document.tables) entries += table.entries.size();
  return document.name + ": " + counted(document.tables.size(), "table", "tables") + ", " +
         counted(entries, "row", "rows") + ", " +
         counted(relations_checked(document), "relation", "relations") + " checked: " +
         counted(count_of(findings, Severity::kContradiction), "contradiction", "contradictions") + ", " +
         counted(count_of(findings, Severity::kSuspicion), "suspicion", "suspicions");
}

std::string entry_name(const Document& document, const Finding& finding) {
  if (!finding.entry) return "";
  const Entry& entry = document.tables[finding.table].entries[*finding.entry];
  return name_of(entry);
}

/// "line 12", "line 12, column 3"
std::string place_of(const Document& document, const Finding& finding) {
  const Table& table = document.tables[finding.table];
  if (!finding.entry) return "line " + std::to_string(table.line);
  const Entry& entry = table.entries[*finding.entry];
  return "line " + std::to_string(entry.line) +
         (entry.column > 0 ? ", column " + std::to_string(entry.column) : "");
}

/// Appends `words`, broken at blanks, every line indented.
void wrap(std::string& out, std::string_view words, std::size_t indent, std::size_t width) {
  std::string line(indent, ' ');
  bool empty = true;
  for (const std::string& word : split(words, ' ')) {
    if (!empty && line.size() + 1 + word.size() > width) {
      out += line + "\n";
      line.assign(indent, ' ');
      empty = true;
    }
    line += (empty ? "" : " ") + word;
    empty = false;
  }
  out += line + "\n";
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '\\' || c == '*' || c == '_' || c == '<' || c == '`') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

}  // namespace

std::size_t count_of(std::span<const Finding> findings, Severity severity) {
  return static_cast<std::size_t>(std::ranges::count(findings, severity, &Finding::severity));
}

std::string audit_text(const Document& document, std::span<const Finding> findings, std::size_t width) {
  std::string out;
  wrap(out, summary_of(document, findings), 0, width);
  const Table* table = nullptr;
  std::string entry;
  for (const Finding& finding : findings) {
    const Table& here = document.tables[finding.table];
    if (&here != table) {
      out += "\n";
      wrap(out, "Table " + here.id + (here.title.empty() ? "" : ": " + here.title), 0, width);
      table = &here;
      entry.clear();
    }
    const std::string name =
        place_of(document, finding) + (finding.entry ? ": " + entry_name(document, finding) : "");
    if (name != entry) wrap(out, name, 2, width);
    entry = name;
    wrap(out, std::string(to_string(finding.severity)) + " [" + finding.rule + "]", 4, width);
    wrap(out, finding.evidence, 6, width);
    if (finding.suspect) wrap(out, "one wrong cell would explain all of it: " + *finding.suspect, 6, width);
  }
  std::string notes;
  for (const std::string& note : document.notes) wrap(notes, note, 2, width);
  for (const Table& each : document.tables)
    for (const std::string& note : each.notes) wrap(notes, "table " + each.id + ": " + note, 2, width);
  if (!notes.empty()) out += "\nHow it was read, and what was not checked:\n" + notes;
  return out;
}

std::string audit_markdown(const Document& document, std::span<const Finding> findings) {
  std::string out =
      "## Audit of " + escaped(document.name) + "\n\n" + escaped(summary_of(document, findings)) + ".\n";
  if (findings.empty()) return out;
  out += "\n| table | row | | rule | evidence |\n| --- | --- | --- | --- | --- |\n";
  for (const Finding& finding : findings)
    out += "| " + escaped(document.tables[finding.table].id) + " | " +
           escaped(entry_name(document, finding)) + " | " + std::string(to_string(finding.severity)) + " | " +
           finding.rule + " | " + escaped(finding.evidence) +
           (finding.suspect ? "; one wrong cell would explain all of it: " + escaped(*finding.suspect) : "") +
           " |\n";
  return out;
}

std::string audit_json(const Document& document, std::span<const Finding> findings) {
  using nlohmann::ordered_json;
  ordered_json json;
  json["document"] = document.name;
  json["relations_checked"] = relations_checked(document);
  json["contradictions"] = count_of(findings, Severity::kContradiction);
  json["suspicions"] = count_of(findings, Severity::kSuspicion);
  json["tables"] = ordered_json::array();
  for (const Table& table : document.tables)
    json["tables"].push_back({{"id", table.id},
                              {"title", table.title},
                              {"line", table.line},
                              {"rows", table.entries.size()},
                              {"notes", table.notes}});
  json["notes"] = document.notes;
  json["findings"] = ordered_json::array();
  for (const Finding& finding : findings) {
    ordered_json cells = ordered_json::array();
    for (const CellRef& cell : finding.cells)
      cells.push_back({{"quantity", info_of(cell.quantity).id},
                       {"heading", cell.heading},
                       {"text", cell.text},
                       {"line", cell.line},
                       {"column", cell.column}});
    ordered_json item = {{"rule", finding.rule},
                         {"severity", to_string(finding.severity)},
                         {"table", document.tables[finding.table].id},
                         {"row", entry_name(document, finding)},
                         {"cells", std::move(cells)},
                         {"evidence", finding.evidence}};
    if (finding.suspect) item["suspect"] = *finding.suspect;
    json["findings"].push_back(std::move(item));
  }
  // A cut name may end within a character.
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace assay::audit

#include "audit/read.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>

#include "audit/fields.h"
#include "audit/grid.h"
#include "audit/heading.h"
#include "audit/words.h"
#include "base/text.h"
#include "base/utf8.h"

namespace assay::audit {
namespace {

constexpr std::size_t kMostRows = 5000;
constexpr std::string_view kAbout[] = {"title", "authors",    "publisher", "year",
                                       "kind",  "identifier", "remark"};

/// "Table 58: ResNet50", "Tables 3, 5 and 7: peak of ...": the numbers, and what follows the colon.
struct Captioned {
  std::vector<std::string> ids;
  std::string rest;
};
std::optional<Captioned> captioned(std::string_view text) {
  const std::string line = plain(text);
  const bool several = line.starts_with("Tables ") || line.starts_with("tables ");
  if (!several && !line.starts_with("Table ") && !line.starts_with("TABLE ")) return std::nullopt;
  auto colon = line.find(':', several ? 7 : 6);
  if (colon == std::string::npos && !several) {  // "Table 3. Results"
    const auto stop = line.find(". ");
    if (stop < line.find(' ', 6)) colon = stop;
  }
  const std::string numbers =
      line.substr(several ? 7 : 6, colon == std::string::npos ? colon : colon - (several ? 7 : 6));
  Captioned found;
  found.rest = colon == std::string::npos ? "" : std::string(trim(std::string_view(line).substr(colon + 1)));
  std::string id;
  for (const char c : numbers + ",") {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-') {
      id += c;
      continue;
    }
    if (!id.empty() && id != "and") found.ids.push_back(id);
    id.clear();
    // "Table 4.1 and 4.2 show ..." is a sentence, not a caption: there is no colon, and words follow.
    if (!several && colon == std::string::npos) break;
  }
  while (!found.ids.empty() && found.ids.back().ends_with('.')) found.ids.back().pop_back();
  if (found.ids.empty() || !std::isalnum(static_cast<unsigned char>(found.ids[0].back())))
    return std::nullopt;
  if (!several && found.ids.size() > 1) return std::nullopt;
  return found;
}

/// Takes the number and title from the nearest caption before the grid, else right behind it.
void take_caption(const Grid& grid, Table& table) {
  const auto take = [&](const TextLine& line) {
    const auto caption = captioned(line.text);
    if (!caption || caption->ids.size() != 1) return false;
    table.id = caption->ids[0];
    table.title = caption->rest;
    return true;
  };
  for (const TextLine& line : grid.before)
    if (line.heading && table.title.empty()) table.title = plain(line.text);
  if (!grid.before.empty() && take(grid.before.back())) return;
  if (!grid.after.empty() && take(grid.after.front())) return;
  table.id = "at line " + std::to_string(table.line);
}

/// A batch that words beside tables state.
struct Beside {
  StatedBatch stated;
  std::string from;
  int line = 0;
};

/// The batch that the caption states, else the last heading above that states one; headings hold for all
/// tables up to the next ones.
void take_batch(const Grid& grid, Table& table, std::optional<Beside>& of_section) {
  if (std::ranges::any_of(grid.before, &TextLine::heading)) of_section.reset();
  for (const TextLine& line : grid.before)
    if (const auto stated = line.heading ? batch_stated(plain(line.text)) : std::nullopt)
      of_section = Beside{*stated, "the heading in line " + std::to_string(line.line), line.line};
  if (const auto stated = batch_stated(table.title))
    state_batch(table, *stated, "its title", table.line);
  else if (of_section)
    state_batch(table, of_section->stated, of_section->from, of_section->line);
}

/// Parts the entries by their label "table", in the order in which tables begin.
std::vector<Table> parted(Table whole, std::vector<std::string>& notes) {
  const bool has_column =
      std::ranges::any_of(whole.entries, [](const Entry& e) { return e.labels.contains(Label::kTable); });
  if (!has_column) return {std::move(whole)};
  notes.insert(notes.end(), whole.notes.begin(), whole.notes.end());
  std::vector<Table> tables;
  for (Entry& entry : whole.entries) {
    const std::string id = entry.label(Label::kTable);
    auto table = std::ranges::find(tables, id, &Table::id);
    if (table == tables.end()) {
      Table part;
      part.id = id;
      part.line = entry.line;
      tables.push_back(std::move(part));
      table = tables.end() - 1;
    }
    table->entries.push_back(std::move(entry));
  }
  return tables;
}

/// Which tables a line of prose belongs to: those that it names, else those that it stands with.
void add_passage(Document& document, const TextLine& line, std::vector<std::size_t> with) {
  Passage passage{line.line, plain(line.text), std::move(with), false};
  if (const auto named = captioned(line.text)) {
    std::vector<std::size_t> tables;
    for (const std::string& id : named->ids) {
      const auto table = std::ranges::find(document.tables, id, &Table::id);
      if (table != document.tables.end())
        tables.push_back(static_cast<std::size_t>(table - document.tables.begin()));
    }
    if (!tables.empty()) passage = {line.line, named->rest, std::move(tables), true};
  }
  if (!passage.text.empty() && !passage.tables.empty()) document.passages.push_back(std::move(passage));
}

/// "title: ..." in the remarks at the top of a CSV file.
bool take_about(Document& document, std::string_view line) {
  const auto colon = line.find(": ");
  if (colon == std::string_view::npos) return false;
  const std::string_view key = line.substr(0, colon);
  if (std::ranges::find(kAbout, key) == std::end(kAbout)) return false;
  document.about.emplace(key, one_line(trim(line.substr(colon + 2))));
  return true;
}

/// Prose belongs to all tables under the same heading.
void add_passages(Document& document, const std::vector<Grid>& grids,
                  const std::vector<std::vector<std::size_t>>& tables) {
  struct Placed {
    TextLine line;
    int section;
  };
  std::vector<Placed> lines;
  std::vector<std::vector<std::size_t>> of_section(1);
  for (std::size_t g = 0; g <= grids.size(); ++g) {
    for (const TextLine& line : g < grids.size() ? grids[g].before : grids.back().after) {
      if (line.heading) of_section.emplace_back();
      if (!take_about(document, line.text)) lines.push_back({line, static_cast<int>(of_section.size()) - 1});
    }
    if (g < grids.size())
      of_section.back().insert(of_section.back().end(), tables[g].begin(), tables[g].end());
  }
  for (const Placed& placed : lines)
    add_passage(document, placed.line, of_section[static_cast<std::size_t>(placed.section)]);
}

/// Models whose operations the file states somewhere: bare name, and as written.
std::map<std::string, std::string> models_with_operations(const Document& document) {
  std::map<std::string, std::string> models;
  for (const Table& table : document.tables)
    for (const Entry& entry : table.entries)
      if (const std::string model = entry.label(Label::kModel);
          entry.find(Quantity::kOperations) && !model.empty())
        models.emplace(bare_name(model), model);
  return models;
}

/// A model named by a column without a heading, or by the caption alone.
void find_models(Document& document) {
  const std::map<std::string, std::string> models = models_with_operations(document);
  for (Table& table : document.tables) {
    std::vector<std::string> in_title;
    for (const auto& [bare, model] : models)
      if (bare_name(table.title).find(bare) != std::string::npos) in_title.push_back(model);
    bool taken = false;
    for (Entry& entry : table.entries) {
      if (entry.labels.contains(Label::kModel)) continue;
      for (const std::string& other : entry.others)
        if (models.contains(bare_name(other))) entry.labels.emplace(Label::kModel, other);
      if (entry.labels.contains(Label::kModel) || in_title.size() != 1) continue;
      entry.labels.emplace(Label::kModel, in_title[0]);
      taken = true;
    }
    if (taken) table.notes.push_back("the model is taken from the caption: " + in_title[0]);
  }
}

std::string column_names(const std::vector<Grid>& grids) {
  std::string names;
  for (const Grid& grid : grids)
    for (const std::string& cell : grid.rows[0].cells)
      if (constexpr std::size_t kEnough = 300; !cell.empty() && names.size() < kEnough)
        names += (names.empty() ? "" : ", ") + in_quotes(plain(cell));
  return names;
}

std::string no_table(std::string_view text, bool markdown) {
  const auto tabs = std::ranges::count(text, '\t');
  std::string message =
      markdown ? "expected a Markdown table (a header, a line of | and -, rows), found none"
               : "expected a table in CSV (a header and rows, separated by commas, semicolons or "
                 "tabs), found none";
  constexpr int kManyTabs = 3;
  if (markdown && tabs >= kManyTabs)
    message +=
        ": there are lines with tabs, as text taken from a PDF has them, where cells are split and merged "
        "at random; make a CSV file of the tables";
  return message;
}

}  // namespace

Result<Document> read_tables(std::string_view text, const std::filesystem::path& name) {
  Document document;
  document.name = one_line(name.filename().string());
  const auto in_file = [&](const Status& status) { return fail(status.with_context(document.name)); };
  const auto wrong = [&](const std::string& what) {
    return fail(Code::kInvalidInput, document.name + ": " + what);
  };
  if (trim(text).empty()) return wrong("expected a table, found an empty file");
  const std::string ending = lower(name.extension().string());
  const bool markdown = ending == ".md" || ending == ".markdown" ||
                        (ending != ".csv" && ending != ".tsv" && looks_like_markdown(text));
  const auto grids = markdown ? read_markdown(text) : read_csv(text);
  if (!grids) return in_file(grids.error());
  if (grids->empty()) return wrong(no_table(text, markdown));
  if (std::ranges::all_of(*grids, [](const Grid& grid) { return grid.rows.size() < 2; }))
    return wrong("line " + std::to_string(grids->front().rows[0].line) +
                 ": the table has a header and no rows");
  std::size_t rows = 0;
  for (const Grid& grid : *grids) rows += grid.rows.size();
  if (rows > kMostRows)
    return wrong("expected a table of results, of at most " + std::to_string(kMostRows) + " rows, found " +
                 std::to_string(rows) + ": rows are held against one another, so part it");
  std::vector<std::vector<std::size_t>> tables_of_grid;
  std::optional<Beside> batch_of_section;
  for (const Grid& grid : *grids) {
    Table whole = read_grid(grid);
    take_caption(grid, whole);
    take_batch(grid, whole, batch_of_section);
    std::vector<std::size_t>& numbers = tables_of_grid.emplace_back();
    for (Table& table : parted(std::move(whole), document.notes)) {
      numbers.push_back(document.tables.size());
      document.tables.push_back(std::move(table));
    }
  }
  if (std::ranges::all_of(document.tables,
                          [](const Table& table) { return table.entries.empty() && table.left_out == 0; })) {
    std::string empty;
    for (const Table& table : document.tables)
      for (const std::string& column : table.understood)
        empty += (empty.empty() ? "'" : ", '") + column + "'";
    if (!empty.empty()) return wrong("no number can be read in the columns that are understood: " + empty);
    return wrong("no column with numbers is understood. Found " + column_names(*grids) +
                 ". Understood are names like " + understood_names());
  }
  find_models(document);
  add_passages(document, *grids, tables_of_grid);
  return document;
}

}  // namespace assay::audit

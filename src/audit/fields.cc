#include "audit/fields.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "audit/words.h"
#include "base/text.h"

namespace assay::audit {
namespace {

/// A column, or a row where metrics stand in rows: one thing of all entries.
struct Field {
  std::string name;
  Heading heading;
  bool leading = false;  ///< Names the entries: what merged cells leave empty there is meant again.
  std::vector<std::string> cells;
  std::vector<std::pair<int, int>> places;  ///< Line and column of each.
};

std::string shown(std::string_view text) {
  constexpr std::size_t kEnough = 40;
  return "'" + std::string(text.substr(0, kEnough)) + (text.size() > kEnough ? "...'" : "'");
}

int quantities_in(const std::vector<std::string>& names) {
  return static_cast<int>(std::ranges::count_if(
      names, [](const std::string& name) { return read_heading(plain(name)).quantity.has_value(); }));
}

/// Whether metrics stand in rows.
bool is_transposed(const Grid& grid) {
  std::vector<std::string> first;
  for (const GridRow& row : grid.rows) first.push_back(row.cells[0]);
  // The corner is in both; of a table of columns it is a heading, of a table of rows a word like
  // "Performance".
  return quantities_in(first) > quantities_in(grid.rows[0].cells);
}

std::vector<Field> fields_of(const Grid& grid, bool transposed) {
  std::vector<Field> fields;
  const std::size_t columns = grid.rows[0].cells.size();
  if (!transposed) {
    for (std::size_t c = 0; c < columns; ++c) {
      Field field{plain(grid.rows[0].cells[c]), {}, c == 0, {}, {}};
      field.heading = read_heading(field.name);
      for (std::size_t r = 1; r < grid.rows.size(); ++r) {
        field.cells.push_back(plain(grid.rows[r].cells[c]));
        field.places.emplace_back(grid.rows[r].line, static_cast<int>(c) + 1);
      }
      fields.push_back(std::move(field));
    }
    return fields;
  }
  for (std::size_t r = 0; r < grid.rows.size(); ++r) {
    const GridRow& row = grid.rows[r];
    Field field{plain(row.cells[0]), {}, r == 0, {}, {}};
    // The header of such a table names columns; its corner is no metric.
    if (r > 0) field.heading = read_heading(field.name);
    for (std::size_t c = 1; c < columns; ++c) {
      field.cells.push_back(plain(row.cells[c]));
      field.places.emplace_back(row.line, static_cast<int>(c) + 1);
    }
    field.leading = field.leading || field.heading.label.has_value();
    fields.push_back(std::move(field));
  }
  return fields;
}

/// A field without a known name whose cells are all precisions is one of precisions.
void recognise_precisions(Field& field) {
  if (field.heading.quantity || field.heading.label) return;
  bool any = false;
  for (const std::string& cell : field.cells) {
    if (cell.empty()) continue;
    if (!precision_in(cell)) return;
    any = true;
  }
  if (any) field.heading.label = Label::kPrecision;
}

/// Empty cells of a leading field mean what stands before them: that is how merged cells arrive.
void inherit(Field& field, std::vector<std::string>& notes) {
  if (!field.leading || field.heading.quantity || field.heading.label == Label::kRemark) return;
  int inherited = 0;
  for (std::size_t i = 1; i < field.cells.size(); ++i) {
    if (!field.cells[i].empty() || field.cells[i - 1].empty()) continue;
    field.cells[i] = field.cells[i - 1];
    ++inherited;
  }
  if (inherited > 0)
    notes.push_back(shown(field.name) + ": " + std::to_string(inherited) +
                    " empty cells are read as merged with the one before them");
}

/// A peak merged over the columns of one precision stands in the first of them only.
void inherit_peaks(std::vector<Field>& fields, std::vector<std::string>& notes) {
  const auto precision =
      std::ranges::find_if(fields, [](const Field& f) { return f.heading.label == Label::kPrecision; });
  const auto peak =
      std::ranges::find_if(fields, [](const Field& f) { return f.heading.quantity == Quantity::kPeak; });
  if (precision == fields.end() || peak == fields.end()) return;
  int inherited = 0;
  for (std::size_t i = 1; i < peak->cells.size(); ++i) {
    if (!peak->cells[i].empty() || peak->cells[i - 1].empty()) continue;
    if (precision->cells[i] != precision->cells[i - 1]) continue;
    peak->cells[i] = peak->cells[i - 1];
    ++inherited;
  }
  if (inherited > 0)
    notes.push_back(shown(peak->name) + ": " + std::to_string(inherited) +
                    " empty cells are read as merged with the one before them, of the same precision");
}

/// The scale of a number, by the unit in its cell, else of its field; absent: none is stated, or another
/// dimension's.
std::optional<const Unit*> unit_of(const CellNumber& read, const Heading& heading) {
  static constexpr Unit kPlain{"", Dimension::kCount, 1};
  const Dimension wanted = info_of(*heading.quantity).dimension;
  const Unit* unit = read.unit.empty() ? heading.unit : find_unit(read.unit);
  if (!read.unit.empty() && !unit) return std::nullopt;
  if (!unit)
    return wanted == Dimension::kCount || wanted == Dimension::kPercent ? std::optional(&kPlain)
                                                                        : std::nullopt;
  const bool amount = wanted == Dimension::kOperations && unit->dimension == Dimension::kOpRate;
  if (unit->dimension != wanted && !amount) return std::nullopt;
  return unit;
}

/// Reads the numbers of a field into the entries.
void read_numbers(const Field& field, Marks marks, std::vector<Entry>& entries,
                  std::vector<std::string>& notes) {
  const Quantity quantity = *field.heading.quantity;
  const Dimension dimension = info_of(quantity).dimension;
  bool without_unit = false;
  double greatest = 0;
  bool percent_stated = false;
  for (std::size_t i = 0; i < field.cells.size(); ++i) {
    const CellNumber read = read_cell(field.cells[i], marks);
    const auto [line, column] = field.places[i];
    const auto note = [&](const std::string& what) {
      notes.push_back("line " + std::to_string(line) + ": " + shown(field.cells[i]) + " of " +
                      shown(field.name) + " " + what + ": not checked");
    };
    if (read.reading == Reading::kNothing) continue;
    if (read.reading == Reading::kInexact) note("is not an exact number");
    if (read.reading == Reading::kAmbiguous)
      note("may have a decimal comma or a comma between thousands, and nothing in the table tells which");
    if (read.reading == Reading::kSeveral) note("is more than one number");
    if (read.reading == Reading::kText) note("is no number");
    if (read.reading != Reading::kNumber) continue;
    const auto unit = unit_of(read, field.heading);
    if (!unit) {
      if (read.unit.empty())
        without_unit = true;
      else
        note("has a unit that does not fit");
      continue;
    }
    const double value = read.number.value * (*unit)->scale;
    if (dimension == Dimension::kCount && (value < 1 || value != std::floor(value))) {
      note("is no whole number from 1 on");
      continue;
    }
    percent_stated = percent_stated || (*unit)->dimension == Dimension::kPercent;
    greatest = std::max(greatest, value);
    const std::string& name = read.unit.empty() ? field.heading.unit_text : read.unit;
    Printed number = read.number;
    // A batch of 8 is 8, not 7.5 to 8.5.
    if (dimension == Dimension::kCount)
      number = {number.value, 0, false, number.significant, {}, number.text};
    entries[i].cells.insert_or_assign(quantity, Cell{number, (*unit)->scale, name, field.name, line, column});
  }
  if (without_unit)
    notes.push_back(shown(field.name) + " states no unit, neither in its name nor in its cells: not checked");
  // Shares written as fractions: "Top-1: 0.712".
  if (dimension == Dimension::kPercent && !percent_stated && greatest > 0 && greatest <= 1) {
    constexpr double kPercentOfOne = 100;
    for (Entry& entry : entries)
      if (const auto cell = entry.cells.find(quantity); cell != entry.cells.end())
        cell->second.scale = kPercentOfOne;
    notes.push_back(shown(field.name) + " states no unit and is nowhere over 1: read as fractions");
  }
}

}  // namespace

std::string bare_name(std::string_view name) {
  std::string bare;
  for (const std::string& word : words_of(name)) bare += word;
  return bare;
}

std::string name_of(const Entry& entry) {
  std::string name;
  const auto add = [&](const std::string& part) {
    if (!part.empty()) name += (name.empty() ? "" : ", ") + part;
  };
  for (const Label label :
       {Label::kDevice, Label::kMode, Label::kAccelerator, Label::kRuntime, Label::kModel, Label::kPrecision})
    add(entry.label(label));
  if (name.empty())
    for (const std::string& other : entry.others) add(other);
  for (const auto& [quantity, word] :
       {std::pair(Quantity::kBatch, "batch "), std::pair(Quantity::kThreads, "threads ")})
    if (const Cell* cell = entry.find(quantity)) add(word + cell->number.text);
  return name;
}

Table read_grid(const Grid& grid) {
  Table table;
  table.line = grid.rows[0].line;
  const bool transposed = is_transposed(grid);
  std::vector<Field> fields = fields_of(grid, transposed);
  const std::size_t count = fields[0].cells.size();
  Marks marks;
  for (Field& field : fields) {
    recognise_precisions(field);
    inherit(field, table.notes);
    if (field.heading.quantity)
      for (const std::string& cell : field.cells) marks |= marks_of(cell);
  }
  if (transposed) inherit_peaks(fields, table.notes);
  std::vector<Entry> entries(count);
  for (std::size_t i = 0; i < count; ++i) {
    entries[i].line = transposed ? table.line : fields[0].places[i].first;
    entries[i].column = transposed ? fields[0].places[i].second : 0;
  }
  std::map<Quantity, std::string> seen;
  std::string unknown;
  for (const Field& field : fields) {
    if (field.heading.quantity) {
      table.understood.push_back(field.name);
      // Two columns of one kind (say of CPU and GPU): which belongs to the others of the row is not told.
      const auto [earlier, first] = seen.emplace(*field.heading.quantity, field.name);
      if (first) {
        read_numbers(field, marks, entries, table.notes);
      } else {
        table.notes.push_back(shown(earlier->second) + " and " + shown(field.name) + " are both taken for " +
                              std::string(info_of(*field.heading.quantity).name) + ": neither is checked");
        for (Entry& entry : entries) entry.cells.erase(*field.heading.quantity);
      }
      continue;
    }
    if (!field.heading.label && !field.leading && !field.name.empty())
      unknown += (unknown.empty() ? "" : ", ") + shown(field.name);
    for (std::size_t i = 0; i < count; ++i) {
      if (field.cells[i].empty()) continue;
      if (field.heading.label)
        entries[i].labels.emplace(*field.heading.label, field.cells[i]);
      else
        entries[i].others.push_back(field.cells[i]);
    }
  }
  if (!unknown.empty()) table.notes.push_back("not understood, and not checked: " + unknown);
  for (Entry& entry : entries)
    if (!entry.cells.empty()) table.entries.push_back(std::move(entry));
  return table;
}

}  // namespace assay::audit

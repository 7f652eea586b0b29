#include "audit/fields.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include "audit/heading.h"
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
  std::optional<StatedBatch> batch;         ///< That its name states: "Network (batch 128)".
};

/// Of which neither words nor numbers say what was measured.
bool is_remark(const Field& field) {
  const auto label = field.heading.label;
  return label == Label::kRemark || label == Label::kTable || label == Label::kSection ||
         label == Label::kBoundary;
}

void read_name(Field& field) {
  field.batch = batch_stated(field.name);
  field.heading = read_heading(field.batch ? field.batch->rest : field.name);
  // "Inference time batch 1 [ms]" and "FPS batch 8" are of two measurements.
  if (field.batch && !field.heading.label) field.heading.quantity.reset();
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

bool counts(const Field& field) {
  return field.heading.quantity && info_of(*field.heading.quantity).dimension == Dimension::kCount;
}

std::vector<Field> fields_of(const Grid& grid, bool transposed) {
  std::vector<Field> fields;
  const std::size_t columns = grid.rows[0].cells.size();
  if (!transposed) {
    for (std::size_t c = 0; c < columns; ++c) {
      Field field{plain(grid.rows[0].cells[c]), {}, c == 0, {}, {}, {}};
      read_name(field);
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
    Field field{plain(row.cells[0]), {}, r == 0, {}, {}, {}};
    read_name(field);
    // The header of such a table names columns, or counts them ("Batch"); "Performance" in its corner is no
    // metric.
    if (r == 0 && !counts(field)) field.heading.quantity.reset();
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
  if (!field.leading || (field.heading.quantity && !counts(field)) || field.heading.label == Label::kRemark)
    return;
  int inherited = 0;
  for (std::size_t i = 1; i < field.cells.size(); ++i) {
    if (!field.cells[i].empty() || field.cells[i - 1].empty()) continue;
    field.cells[i] = field.cells[i - 1];
    ++inherited;
  }
  if (inherited > 0)
    notes.push_back(in_quotes(field.name) + ": " + std::to_string(inherited) +
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
    notes.push_back(in_quotes(peak->name) + ": " + std::to_string(inherited) +
                    " empty cells are read as merged with the one before them, of the same precision");
}

/// Metrics of several precisions in columns beside one another do not belong together: "GOPS" of any row,
/// "Peak FP32 [GFLOPS]". Those that name one are not understood then.
void part_precisions(std::vector<Field>& fields) {
  std::set<std::string> named;
  for (const Field& field : fields)
    if (field.heading.quantity && !counts(field) && field.heading.quantity != Quantity::kOperations)
      named.insert(field.heading.precision);
  if (named.size() < 2) return;
  for (Field& field : fields)
    if (!field.heading.precision.empty()) field.heading.quantity.reset();
}

bool any_number(const Field& field, Marks marks) {
  return std::ranges::any_of(field.cells, [&](const std::string& cell) {
    return read_cell(cell, marks).reading == Reading::kNumber;
  });
}

/// Whether a row's or column's name says that it sums up or compares others: "Average", "Speed-up", "max",
/// "INT8 / FP32".
bool is_summary(const std::string& name, const Field& field) {
  constexpr std::string_view kSummaries[] = {
      "average", "avg",       "mean",       "median",      "geomean",   "std",      "stdev",
      "stddev",  "deviation", "sum",        "total",       "overall",   "speedup",  "ratio",
      "gain",    "delta",     "difference", "improvement", "reduction", "variance", "sigma"};
  constexpr std::string_view kExtremes[] = {"min", "max", "minimum", "maximum", "best", "worst"};
  const auto is_in = [](const auto& list) {
    return [&list](const std::string& word) { return std::ranges::find(list, word) != std::end(list); };
  };
  std::vector<std::string> words = words_of(name);
  if (words.empty()) return false;
  if (is_in(kSummaries)(words.front()) || is_in(kSummaries)(words.back()) || has_phrase(words, "speed up") ||
      std::ranges::all_of(words, is_in(kExtremes)))
    return true;
  const auto is_row = [&](const std::string& side) {
    return std::ranges::find(field.cells, side) != field.cells.end();
  };
  for (const std::string_view between : {" / ", " vs ", " vs. ", "/"}) {
    const auto at = name.find(between);
    if (at == std::string::npos) continue;
    const std::string left = name.substr(0, at), right = name.substr(at + between.size());
    // "FP16/INT8" may be a network of both.
    const bool precisions = between != "/" && precision_in(left) && precision_in(right);
    if (precisions || (is_row(left) && is_row(right))) return true;
  }
  return false;
}

/// Gives an entry the batch that words state, unless a column does.
void give_batch(Entry& entry, const StatedBatch& stated, const std::string& from, int line) {
  if (entry.cells.empty() || entry.find(Quantity::kBatch) || entry.count_unread) return;
  if (!stated.size) {
    entry.count_unread = true;
    return;
  }
  Printed number;
  number.value = *stated.size;
  number.step = 0;
  number.text = std::to_string(std::lround(*stated.size));
  entry.cells.emplace(Quantity::kBatch, Cell{number, 1, "", from, line, 0});
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
      notes.push_back("line " + std::to_string(line) + ": " + in_quotes(field.cells[i]) + " of " +
                      in_quotes(field.name) + " " + what + ": not checked");
    };
    if (read.reading == Reading::kNothing) continue;
    const bool count = dimension == Dimension::kCount;
    const bool other_unread = std::exchange(entries[i].count_unread, entries[i].count_unread || count);
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
    if (count && (value < 1 || value != std::floor(value))) {
      note("is no whole number from 1 on");
      continue;
    }
    // 0 and -1 mark what was not run.
    if (dimension != Dimension::kPercent && value <= 0) {
      note("is not positive");
      continue;
    }
    percent_stated = percent_stated || (*unit)->dimension == Dimension::kPercent;
    greatest = std::max(greatest, value);
    const std::string& name = read.unit.empty() ? field.heading.unit_text : read.unit;
    Printed number = read.number;
    // A batch of 8 is 8, not 7.5 to 8.5.
    if (count) number = {number.value, 0, 0, false, number.significant, {}, number.text};
    entries[i].count_unread = other_unread;
    entries[i].cells.insert_or_assign(quantity, Cell{number, (*unit)->scale, name, field.name, line, column});
  }
  if (without_unit)
    notes.push_back(in_quotes(field.name) +
                    " states no unit, neither in its name nor in its cells: not checked");
  // Shares written as fractions: "Top-1: 0.712".
  if (dimension == Dimension::kPercent && !percent_stated && greatest > 0 && greatest <= 1) {
    constexpr double kPercentOfOne = 100;
    for (Entry& entry : entries)
      if (const auto cell = entry.cells.find(quantity); cell != entry.cells.end())
        cell->second.scale = kPercentOfOne;
    notes.push_back(in_quotes(field.name) + " states no unit and is nowhere over 1: read as fractions");
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

void state_batch(Table& table, const StatedBatch& stated, const std::string& from, int line) {
  const bool known = std::ranges::any_of(
      table.entries, [](const Entry& entry) { return entry.find(Quantity::kBatch) || entry.count_unread; });
  if (known || table.entries.empty()) return;
  for (Entry& entry : table.entries) give_batch(entry, stated, from, line);
  table.notes.push_back(stated.size ? "the batch is taken from " + from + ": " +
                                          table.entries[0].find(Quantity::kBatch)->number.text
                                    : from + " names more than one batch: what rests on it is not checked");
}

Table read_grid(const Grid& grid) {
  Table table;
  table.line = grid.rows[0].line;
  const bool transposed = is_transposed(grid);
  std::vector<Field> fields = fields_of(grid, transposed);
  const std::size_t count = fields[0].cells.size();
  part_precisions(fields);
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
  std::vector<bool> summary(count);
  std::string unknown, summaries;
  for (const Field& field : fields) {
    if (!field.heading.quantity) {
      const bool names_rows = field.leading && !any_number(field, marks);
      if (!field.heading.label && !names_rows && !field.name.empty())
        unknown += (unknown.empty() ? "" : ", ") + in_quotes(field.name);
      const bool time = !field.heading.label && field.heading.unit &&
                        field.heading.unit->dimension == Dimension::kTime && any_number(field, marks);
      for (std::size_t i = 0; i < count; ++i) {
        const std::string& cell = field.cells[i];
        if (cell.empty()) continue;
        entries[i].other_times |= time;
        if (field.heading.label)
          entries[i].labels.emplace(*field.heading.label, cell);
        else
          entries[i].others.push_back(cell);
        const bool names = field.leading || (field.heading.label && !is_remark(field));
        if (!names || summary[i] || !is_summary(cell, field)) continue;
        summary[i] = true;
        summaries += (summaries.empty() ? "" : ", ") + in_quotes(cell);
      }
      continue;
    }
    const Quantity quantity = *field.heading.quantity;
    table.understood.push_back(field.name);
    // Without a number it silences no other: "Power source" is no second power.
    if (!any_number(field, marks)) {
      read_numbers(field, marks, entries, table.notes);
      continue;
    }
    // Two columns of one kind (say of CPU and GPU): which belongs to the others of the row is not told.
    const auto [earlier, first] = seen.emplace(quantity, field.name);
    if (first) {
      read_numbers(field, marks, entries, table.notes);
      continue;
    }
    table.notes.push_back(in_quotes(earlier->second) + " and " + in_quotes(field.name) +
                          " are both taken for " + std::string(info_of(quantity).name) +
                          ": neither is checked");
    for (Entry& entry : entries) {
      entry.cells.erase(quantity);
      entry.count_unread |= counts(field);
    }
  }
  // After the columns of batches, which say it better.
  for (const Field& field : fields) {
    if (field.heading.quantity || is_remark(field)) continue;
    for (std::size_t i = 0; i < count; ++i) {
      if (const auto stated = batch_stated(field.cells[i]))
        give_batch(entries[i], *stated, in_quotes(field.cells[i]), field.places[i].first);
      else if (field.batch && field.heading.label)
        give_batch(entries[i], *field.batch, in_quotes(field.name), table.line);
    }
  }
  if (!unknown.empty()) table.notes.push_back("not understood, and not checked: " + unknown);
  if (!summaries.empty()) table.notes.push_back("left out, for it sums up or compares others: " + summaries);
  for (std::size_t i = 0; i < count; ++i) {
    if (entries[i].cells.empty()) continue;
    if (summary[i])
      ++table.left_out;
    else
      table.entries.push_back(std::move(entries[i]));
  }
  return table;
}

}  // namespace assay::audit

// A results table as it is understood: entries (one for each configuration measured) with labels and numbers.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "audit/printed.h"
#include "audit/quantity.h"

namespace assay::audit {

/// A printed number with its unit and its place.
struct Cell {
  Printed number;
  double scale = 1;     ///< One printed unit in the quantity's base unit.
  std::string unit;     ///< As printed, or the base unit where the name implies it.
  std::string heading;  ///< Of its column or row: "Inference time [ms]".
  int line = 0;
  int column = 0;  ///< In its line, from 1.

  Interval rounded() const { return number.rounded() * Interval::of(scale); }
  Interval further() const { return number.further() * Interval::of(scale); }
  Interval cut() const { return number.cut() * Interval::of(scale); }
  double value() const { return number.value * scale; }
};

/// What was measured in one configuration: a row, or a column where metrics stand in rows.
struct Entry {
  int line = 0;
  int column = 0;  ///< 0: the entry is a row.
  std::map<Label, std::string> labels;
  std::map<Quantity, Cell> cells;
  std::vector<std::string> others;  ///< Words of columns that are not understood: they may tell rows apart.
  /// A batch, threads or instances are stated, and cannot be read: what rests on them is not to be checked.
  bool count_unread = false;
  /// The table has other times ("NMS [ms]"): a rate may be of a way that is longer than the inference.
  bool other_times = false;

  const Cell* find(Quantity quantity) const {
    const auto found = cells.find(quantity);
    return found == cells.end() ? nullptr : &found->second;
  }
  /// "" where it has none.
  std::string label(Label label) const {
    const auto found = labels.find(label);
    return found == labels.end() ? "" : found->second;
  }
  /// The number of a count (batch), or `otherwise`.
  double count(Quantity quantity, double otherwise) const {
    const Cell* cell = find(quantity);
    return cell ? cell->value() : otherwise;
  }
};

struct Table {
  std::string id;     ///< "58"; "at line 12" where the file gives it no number.
  std::string title;  ///< Its caption, without the number.
  int line = 0;
  std::vector<std::string> understood;  ///< Names of its columns of numbers that are known, empty or not.
  std::vector<Entry> entries;
  std::size_t left_out = 0;  ///< Rows or columns that sum up or compare others: averages, speed-ups.
  /// What was done to read it, and what could not be read or is not understood.
  std::vector<std::string> notes;
};

/// Prose that stands with tables.
struct Passage {
  int line = 0;
  std::string text;
  std::vector<std::size_t> tables;  ///< Of Document::tables.
  bool assigned = false;            ///< It names those tables itself: "Tables 3, 5: ...".
};

struct Document {
  std::string name;
  std::map<std::string, std::string> about;  ///< "title", "authors", "year", ...: from remarks of a CSV file.
  std::vector<Table> tables;
  std::vector<Passage> passages;
  /// The same of what is not one table's alone.
  std::vector<std::string> notes;
};

/// What tells the entry from others of its table: "ResNet50, FP32, batch 1".
std::string name_of(const Entry& entry);

/// Letters and digits alone, in lower case: names that are the same but for their writing.
std::string bare_name(std::string_view name);

}  // namespace assay::audit

// What every format shows: the guide's Table 3 as cells, with notes numbered. Private to report/.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "record/results.h"

namespace assay::report {

struct Column {
  std::string_view title;   ///< "Throughput"
  std::string_view unit;    ///< "(FPS)"
  std::string_view metric;  ///< Name in the catalogue.
  record::Figure record::RowFigures::*member;
};
/// The guide's columns of numbers: throughput, p99, power, efficiency, mIoU, and the drop beside it.
constexpr std::size_t kColumns = 6;
const std::array<Column, kColumns>& columns();

struct Cell {
  std::string text;  ///< "12.3 ±0.4"; "12.3" of an invalid figure; "unmeasured" or "invalid" without a value.
  std::string
      boundary;  ///< "(rail)" behind a figure of power that was not measured at the DC input, else "".
  record::FigureStatus status = record::FigureStatus::kUnmeasured;
  bool has_value = false;
  std::vector<int> notes;  ///< Numbers of notes, ascending.
};

struct SummaryRow {
  std::string platform, accelerator;
  std::string configuration;  ///< "openvino/int8", or the row's id where that is not unique.
  std::array<Cell, kColumns> cells;
  Cell temperature;  ///< Shown where there is room and any row has one.
  std::string verdict;
  std::vector<int> verdict_notes;  ///< Notes that no cell of this table carries.
  std::vector<std::string> tags;   ///< "degraded", "simulated", "simulated power"
};

struct Note {
  record::Severity severity;
  std::string rule, evidence;
  std::vector<std::string> rows;  ///< Configurations that it concerns.
};

/// One power source of one row: what the list below the table shows.
struct PowerLine {
  std::size_t row = 0;      ///< Index among the summary's rows.
  std::string name;         ///< The row's configuration, after its platform where there are several.
  std::string source;       ///< "wt300e.power"
  std::string description;  ///< "YOKOGAWA WT310E ... at vxi11://..."
  std::string boundary;     ///< "DC input", "rail"
  Cell mean;                ///< W over the timed windows; of the primary one, the cell in the column Power.
  Cell idle;                ///< "4.02 / 4.05": W before and after the runs; "" without.
  std::string samples;      ///< "101", "98-101": in a timed window; "" where none has a value.
  std::string interval;     ///< "every 100 ms"
  std::vector<std::string>
      tags;  ///< "primary", "simulated", "62 % covered" where that is not all of the window.
};

struct Summary {
  std::vector<std::string> head;  ///< Lines above: model and data, machine, protocol.
  std::vector<SummaryRow> rows;
  bool has_temperature = false;  ///< Of any row.
  std::vector<PowerLine> power;  ///< In the order of rows, the primary source first; empty: there was none.
  std::vector<std::string> power_remarks;  ///< What the intervals hold, and what is missing.
  std::vector<std::string> target;         ///< What rows achieved of their targets, a line each.
  std::vector<Note> notes;                 ///< Note 1 is notes[0].
  std::vector<std::string> tail;           ///< Lines below the notes: unmeasured, not distinguishable.
};

Summary summarise(const record::Results& results);

/// A figure as a cell. `invalidated`: what says "unmeasured" without a value says "invalid" then.
Cell figure_cell(const record::Figure& figure, std::vector<int> notes, bool invalidated);

/// Of `all` rows: "all rows" where there are several and it names each, at most some of the names, and how
/// many more.
std::string names_text(const std::vector<std::string>& names, std::size_t all);

/// "[1,3-5]"; "" for none.
std::string note_marks(const std::vector<int>& notes);

/// Rows whose throughputs cannot be told apart: the interval of their ratio (metric::ratio) covers 1, at a
/// confidence at which those of all pairs together hold with 95 %. Absent or invalid figures and figures
/// without an interval enter no pair.
std::vector<std::pair<std::size_t, std::size_t>> not_distinguishable(const record::Results& results);

}  // namespace assay::report

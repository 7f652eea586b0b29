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
  record::FigureStatus status = record::FigureStatus::kUnmeasured;
  bool has_value = false;
  std::vector<int> notes;  ///< Numbers of notes, ascending.
};

struct SummaryRow {
  std::string platform, accelerator;
  std::string configuration;  ///< "openvino/int8", or the row's id where that is not unique.
  std::array<Cell, kColumns> cells;
  std::string verdict;
  std::vector<int> verdict_notes;  ///< Notes that no cell of this table carries.
  std::vector<std::string> tags;   ///< "degraded", "simulated"
};

struct Note {
  record::Severity severity;
  std::string rule, evidence;
  std::vector<std::string> rows;  ///< Configurations that it concerns.
};

struct Summary {
  std::vector<std::string> head;  ///< Lines above: model and data, machine, protocol.
  std::vector<SummaryRow> rows;
  std::vector<Note> notes;        ///< Note 1 is notes[0].
  std::vector<std::string> tail;  ///< Lines below the notes: unmeasured, not distinguishable.
};

Summary summarise(const record::Results& results);

/// "[1,3-5]"; "" for none.
std::string note_marks(const std::vector<int>& notes);

/// Rows whose throughputs cannot be told apart: the 95 % interval of the ratio covers 1, by the delta method
/// from the two intervals, taken as independent: |a/b - 1| <= a/b sqrt((ua/a)^2 + (ub/b)^2). Absent or
/// invalid figures and figures without an interval enter no pair.
std::vector<std::pair<std::size_t, std::size_t>> not_distinguishable(const record::Results& results);

}  // namespace assay::report

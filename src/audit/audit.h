// Checks published tables against themselves: an explicit table of rules, one pure function each.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/table.h"

namespace assay::audit {

enum class Severity {
  kSuspicion,     ///< Odd, and yet possible.
  kContradiction  ///< Not all of the cells can be right, however they were rounded.
};
std::string_view to_string(Severity severity);  ///< "suspicion", "contradiction"

/// A cell that a finding rests on.
struct CellRef {
  Quantity quantity;
  std::string heading;  ///< "Inference time [ms]"
  std::string text;     ///< As printed, with its unit: "13.282 ms".
  int line = 0;
  int column = 0;
};

struct Finding {
  std::string rule;
  Severity severity = Severity::kContradiction;
  std::size_t table = 0;             ///< Of Document::tables.
  std::optional<std::size_t> entry;  ///< Of Table::entries; absent: the whole table.
  /// Table and entry of each that a finding without an entry concerns.
  std::vector<std::pair<std::size_t, std::size_t>> concerned = {};
  std::vector<CellRef> cells;
  std::string evidence;  ///< Both numbers, the arithmetic, and what rounding allows.
  /// The one cell that every broken relation of the entry has in common while the others hold among
  /// themselves: its heading. Absent: the relations do not tell.
  std::optional<std::string> suspect;
};

/// One rule. `check` appends what it finds in the document.
struct Rule {
  std::string_view id;        ///< "inference-rate": stable, appears in reports.
  std::string_view relation;  ///< What has to hold.
  std::string_view source;    ///< Where the definition is from.
  void (*check)(const Document&, std::vector<Finding>&);
};

/// The table, in the order in which findings of one entry are listed.
std::span<const Rule> rules();

/// All findings, by table, then by entry, then in the order of the rules.
std::vector<Finding> audit(const Document& document);

/// How many relations could be checked at all: a table without findings and without checks is not a clean
/// one.
std::size_t relations_checked(const Document& document);

}  // namespace assay::audit

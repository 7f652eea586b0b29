// What is known beforehand of the device that a row is meant for: an excerpt of the target catalogue, and the
// machine that it is held against. Plain data.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace assay::record {

/// A number from a document, with the document in words: "Title (date), table 3".
struct Cited {
  double value = 0;
  std::string source;
};

/// What the catalogue says of a row's target and of the unit that it claims.
struct TargetFacts {
  std::string id;          ///< "jetson-orin-nx-8gb"
  std::string name;        ///< "NVIDIA Jetson Orin NX 8GB"
  bool card = false;       ///< Sits in some machine, which does not tell of it: only the runtime does.
  std::string unit;        ///< "GPU", "DLA0": never the whole SoC.
  std::string power_mode;  ///< As the spec states it; "" where it does not.
  std::vector<std::string> power_mode_names;  ///< The same as other releases of its software name it.
  std::vector<std::string>
      known_power_modes;                     ///< Names and aliases of all; empty: it has none, or none known.
  std::optional<Cited> temperature_limit_c;  ///< Of the junction.
  std::optional<Cited> supply_limit_w;       ///< What the board's input may draw.
  std::optional<Cited> die_area_mm2;         ///< Of the whole die, not of the unit.
  std::optional<Cited> price;
  std::string price_absent;  ///< Why a price that the catalogue has is none to divide by; "": there is none.
  std::string price_currency;  ///< "USD"
  std::string price_date;      ///< "2023-10": when it was asked.
  std::string price_of;        ///< "module, without carrier board"
  /// Any of these in what the machine tells of itself says that it is this target; none: nothing tells.
  std::vector<std::string> recognised_by;
  /// Any of these in its board's own name says that it is this very board; none: recognised_by says it.
  std::vector<std::string> board_says;
  std::vector<std::string> sensors;  ///< Parts of the ids of channels that its readers should find.
};

/// What the machine told of itself when the campaign began: "board", "cpu", "compatible", "power_mode".
using MachineFacts = std::map<std::string, std::string>;

}  // namespace assay::record

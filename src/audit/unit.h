// Units as tables write them, and the base units in which relations are written.
#pragma once

#include <string_view>

namespace assay::audit {

/// Each has one base unit, in which relations are written.
enum class Dimension {
  kNone,
  kTime,            ///< ms
  kRate,            ///< 1/s
  kOpRate,          ///< GOPS
  kOperations,      ///< GOp; a multiply-accumulate is two
  kPower,           ///< W
  kEnergy,          ///< mJ
  kOpEfficiency,    ///< GOPS/W
  kRateEfficiency,  ///< 1/s/W
  kPercent,         ///< %
  kBytes,           ///< GB
  kEdp,             ///< J s
  kCount            ///< a plain number
};

struct Unit {
  std::string_view name;
  Dimension dimension = Dimension::kNone;
  double scale = 1;  ///< One of it in the base unit.
};

/// Whether it is watts, joules or watt-hours with a capital M: mega, or milli in capitals; which is not told.
bool is_mega(std::string_view text);

/// By name, whatever its case and blanks; "GOPs" with a small s are operations, "GOPS" operations a second.
/// None for what is_mega.
const Unit* find_unit(std::string_view text);
/// The base unit's name: "ms".
std::string_view base_unit(Dimension dimension);

}  // namespace assay::audit

// What this machine, or a tree of a board's files, tells now: for `assay doctor`.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sensor/discovery.h"

namespace assay::sensor {

struct InventoryEntry {
  record::Channel channel;
  std::optional<double> value;  ///< Now, in the channel's unit.
  std::string no_value;         ///< Why there is none: "gated", "first reading".
  std::int64_t read_ns = 0;     ///< What this acquisition of its sensor took, all channels together.
};

/// Each list is in the order of discovery.
struct Inventory {
  std::vector<InventoryEntry> rails;     ///< Power, energy, voltage, current.
  std::vector<InventoryEntry> zones;     ///< Temperatures.
  std::vector<InventoryEntry> clocks;    ///< Frequencies.
  std::vector<InventoryEntry> counters;  ///< Throttle events, times, levels and reasons.
  std::vector<InventoryEntry> load;      ///< Utilisation, memory, fans: everything else.
  std::map<std::string, std::string> facts;
  std::vector<Absence> absent;
};

/// Discovers, and reads each sensor once. Never fails: what cannot be read is in `absent` or has no value.
Inventory take_inventory(const Places& places);

/// One JSON object: {"rails": [...], "zones": [...], "clocks": [...], "counters": [...], "load": [...],
/// "facts": {...}, "absent": [...]}. An entry has id, source, quantity, unit, kind, boundary (where it is a
/// power), value (null with no_value beside it), limit, wraps_at, contains and facts (where there are any).
/// Times are left out: the same tree gives the same text.
std::string inventory_json(const Inventory& inventory);

}  // namespace assay::sensor

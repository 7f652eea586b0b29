#include "sensor/inventory.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/clock.h"

namespace assay::sensor {
namespace {

using Json = nlohmann::ordered_json;

std::vector<InventoryEntry>& list_of(Inventory& inventory, const std::string& quantity) {
  if (quantity == "power" || quantity == "energy" || quantity == "voltage" || quantity == "current")
    return inventory.rails;
  if (quantity == "temperature") return inventory.zones;
  if (quantity == "frequency") return inventory.clocks;
  if (quantity == "events" || quantity == "duration" || quantity == "reasons" || quantity == "level")
    return inventory.counters;
  return inventory.load;
}

Json to_json(const InventoryEntry& entry) {
  const record::Channel& channel = entry.channel;
  Json json = {{"id", channel.id},
               {"source", channel.source},
               {"quantity", channel.quantity},
               {"unit", channel.unit},
               {"kind", to_string(channel.kind)}};
  if (channel.boundary != record::Boundary::kNone) json["boundary"] = to_string(channel.boundary);
  json["value"] = entry.value ? Json(*entry.value) : Json();
  if (!entry.value) json["no_value"] = entry.no_value;
  if (channel.limit) json["limit"] = *channel.limit;
  if (channel.wraps_at) json["wraps_at"] = *channel.wraps_at;
  if (channel.update_ns > 0) json["update_ns"] = channel.update_ns;
  if (!channel.contains.empty()) json["contains"] = channel.contains;
  if (!channel.facts.empty()) json["facts"] = channel.facts;
  return json;
}

Json to_json(const std::vector<InventoryEntry>& entries) {
  Json json = Json::array();
  for (const InventoryEntry& entry : entries) json.push_back(to_json(entry));
  return json;
}

}  // namespace

Inventory take_inventory(const Places& places) {
  Found found = discover(places);
  Inventory inventory;
  inventory.facts = std::move(found.facts);
  inventory.absent = std::move(found.absent);
  for (const auto& sensor : found.sensors) {
    std::vector<std::optional<double>> values(sensor->channels().size());
    const std::int64_t begin = monotonic_ns();
    const auto read = sensor->read(values);
    const std::int64_t took = monotonic_ns() - begin;
    for (std::size_t i = 0; i < values.size(); ++i) {
      InventoryEntry entry;
      entry.channel = sensor->channels()[i];
      entry.value = values[i];
      entry.read_ns = took;
      const auto rejected = sensor->rejected(i);
      if (!entry.value) entry.no_value = rejected.empty() ? "no value" : rejected.begin()->first;
      list_of(inventory, entry.channel.quantity).push_back(std::move(entry));
    }
  }
  return inventory;
}

std::string inventory_json(const Inventory& inventory) {
  Json json = {{"rails", to_json(inventory.rails)},
               {"zones", to_json(inventory.zones)},
               {"clocks", to_json(inventory.clocks)},
               {"counters", to_json(inventory.counters)},
               {"load", to_json(inventory.load)}};
  json["facts"] = inventory.facts.empty() ? Json::object() : Json(inventory.facts);
  json["absent"] = Json::array();
  for (const Absence& absence : inventory.absent)
    json["absent"].push_back(Json{{"source", absence.source},
                                  {"what", absence.what},
                                  {"reason", absence.reason},
                                  {"remedy", absence.remedy}});
  // Labels come from files of any bytes: what is no UTF-8 is replaced, never thrown over.
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace assay::sensor

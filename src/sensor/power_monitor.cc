// Power monitors on I2C: INA3221 (three rails, on Jetson boards) and the one-rail INA2xx family. INA3221
// tells no power: it is voltage x current of the same acquisition.
#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "record/rail.h"
#include "sensor/hwmon_chip.h"
#include "sensor/sources.h"
#include "sensor/tree.h"
#include "sensor/value_file.h"

namespace assay::sensor {
namespace {

using record::Boundary;
using record::Channel;

struct Rail {
  std::string label;
  ValueFile volts;                 ///< mV
  ValueFile amperes;               ///< mA
  std::optional<ValueFile> watts;  ///< uW, where the chip multiplies itself.
};

/// Channels of rail i: 3 i power, 3 i + 1 voltage, 3 i + 2 current.
class RailSensor final : public Sensor {
 public:
  RailSensor(Description description, std::vector<Rail> rails)
      : Sensor(std::move(description)), rails_(std::move(rails)) {}

 private:
  void acquire(std::span<Value> values) override {
    for (std::size_t i = 0; i < rails_.size(); ++i) {
      const Rail& rail = rails_[i];
      Value volts = scaled(rail.volts, 1e-3);
      if (volts && *volts < 0) volts = tl::unexpected(NoValue::kOutOfRange);
      // A current may be negative: an offset at no load, or power that flows back. It is told as it is.
      const Value amperes = scaled(rail.amperes, 1e-3);
      values[3 * i + 1] = volts;
      values[3 * i + 2] = amperes;
      Value& watts = values[3 * i];
      if (rail.watts)
        watts = scaled(*rail.watts, 1e-6);
      else if (!volts)
        watts = volts;
      else if (!amperes)
        watts = amperes;
      else
        watts = *volts * *amperes;
    }
  }
  static Value scaled(const ValueFile& file, double scale) {
    const auto number = file.read();
    if (!number) return tl::unexpected(number.error());
    return static_cast<double>(*number) * scale;
  }
  std::vector<Rail> rails_;
};

/// The chip's conversion settings, as read back: they say how much a reading has been averaged.
std::map<std::string, std::string> settings_of(const HwmonChip& chip) {
  std::map<std::string, std::string> facts;
  for (const char* name : {"samples", "update_interval", "shunt_resistor"})
    if (std::string text = text_of(chip.folder / name); !text.empty()) facts[name] = std::move(text);
  return facts;
}

/// What is known of a chip before it becomes a sensor.
struct Chip {
  std::string name;
  Description description;
  std::vector<Rail> rails;
};

class ChipReader {
 public:
  ChipReader(const Places& places, Found& found, const HwmonChip& chip)
      : places_(places), found_(found), chip_(chip) {
    description_.source.id = chip.id;
    description_.source.description = chip.name + " power monitor " + chip.device;
    description_.source.facts = settings_of(chip);
    // Milliseconds; 0 or absent: shorter than that, or not told.
    const auto interval = number_of(chip.folder / "update_interval").value_or(0);
    update_ns_ = interval > 0 && interval < 3'600'000 ? interval * 1'000'000 : 0;
    description_.natural_period = std::chrono::nanoseconds(std::max<std::int64_t>(update_ns_, 1'000'000));
  }

  void add(const std::string& label, const std::string& bus, const std::string& current,
           const std::string& power) {
    auto volts = open(label, bus);
    auto amperes = open(label, current);
    if (!volts || !amperes) return;
    std::optional<ValueFile> watts;
    if (!power.empty() && is_there(chip_.folder / power)) watts = open(label, power);
    describe(label, bus, current, watts ? power : "");
    rails_.push_back({label, std::move(*volts), std::move(*amperes), std::move(watts)});
  }

  void finish(std::vector<Chip>& chips) {
    if (!rails_.empty()) chips.push_back({chip_.name, std::move(description_), std::move(rails_)});
  }

 private:
  std::optional<ValueFile> open(const std::string& label, const std::string& name) {
    auto file = ValueFile::open(chip_.folder / name);
    if (file) return std::move(*file);
    const std::string reason =
        file.error() == ENOENT ? "no such file" : std::string(to_string(no_value_of(file.error())));
    found_.absent.push_back({chip_.id, label + " (" + places_.in_tree(chip_.folder / name) + ")", reason,
                             "run assay as root, or let your user read the file"});
    return std::nullopt;
  }

  void describe(const std::string& label, const std::string& bus, const std::string& current,
                const std::string& power) {
    const std::string id = chip_.id + "." + safe_id(label);
    const auto channel = [&](const char* quantity, const char* unit, std::string file) {
      Channel c;
      c.id = id + "." + quantity;
      c.quantity = quantity;
      c.unit = unit;
      c.update_ns = update_ns_;
      c.facts = description_.source.facts;
      c.facts["label"] = label;
      c.facts["file"] = std::move(file);
      return c;
    };
    const auto path = [&](const std::string& name) { return places_.in_tree(chip_.folder / name); };
    Channel watts = channel("power", "W", power.empty() ? path(bus) + " x " + path(current) : path(power));
    watts.boundary = record::is_board_input(label) ? Boundary::kBoard : Boundary::kRail;
    description_.channels.push_back(std::move(watts));
    description_.channels.push_back(channel("voltage", "V", path(bus)));
    Channel amperes = channel("current", "A", path(current));
    const std::string stem = current.substr(0, current.find('_'));
    const auto limit = number_of(chip_.folder / (stem + "_crit"));
    if (limit && *limit > 0) amperes.limit = static_cast<double>(*limit) * 1e-3;
    const std::string shunt =
        "shunt" + stem.substr(4) + "_resistor";  // "curr1" -> "shunt1_resistor", micro-ohms.
    if (std::string text = text_of(chip_.folder / shunt); !text.empty())
      amperes.facts[shunt] = std::move(text);
    description_.channels.push_back(std::move(amperes));
  }

  const Places& places_;
  Found& found_;
  const HwmonChip& chip_;
  Description description_;
  std::int64_t update_ns_ = 0;
  std::vector<Rail> rails_;
};

void add_ina3221(const Places& places, Found& found, const HwmonChip& chip, std::vector<Chip>& chips) {
  ChipReader reader(places, found, chip);
  // in4 to in6 are the shunts' voltages, in7 and curr4 sums over channels that need not belong together.
  for (int n = 1; n <= 3; ++n) {
    const std::string index = std::to_string(n);
    if (!is_there(chip.folder / ("in" + index + "_input"))) continue;
    std::string label = text_of(chip.folder / ("in" + index + "_label"));
    if (label == "NC" || number_of(chip.folder / ("in" + index + "_enable")) == 0) continue;
    if (label.empty()) label = "in" + index;
    reader.add(label, "in" + index + "_input", "curr" + index + "_input", "");
  }
  reader.finish(chips);
}

void add_one_rail(const Places& places, Found& found, const HwmonChip& chip, std::vector<Chip>& chips) {
  ChipReader reader(places, found, chip);
  std::string label = text_of(chip.folder / "label");
  if (label.empty()) label = text_of(chip.folder / "device/of_node/label");
  if (label.empty()) label = chip.name;
  reader.add(label, "in1_input", "curr1_input", "power1_input");  // in0 is the shunt's voltage.
  reader.finish(chips);
}

/// Fills in Channel::contains, so that nobody adds a rail to what feeds it.
void relate(std::vector<Chip>& chips) {
  // (label, id) of the power channels of Jetson's own monitors.
  std::vector<std::pair<std::string, std::string>> rails;
  for (const Chip& chip : chips)
    if (chip.name == "ina3221")
      for (const Channel& channel : chip.description.channels)
        if (channel.quantity == "power") rails.emplace_back(channel.facts.at("label"), channel.id);
  for (Chip& chip : chips)
    for (Channel& channel : chip.description.channels)
      for (const auto& [label, id] : rails)
        if (channel.quantity == "power" && record::rail_contains(channel.facts.at("label"), label))
          channel.contains.push_back(id);
}

}  // namespace

void find_power_monitors(const Places& places, Found& found) {
  std::vector<Chip> chips;
  for (const HwmonChip& chip : hwmon_chips(places.root)) {
    if (chip.name == "ina3221") add_ina3221(places, found, chip, chips);
    if (is_one_rail_chip(chip.name)) add_one_rail(places, found, chip, chips);
  }
  relate(chips);
  for (Chip& chip : chips)
    found.sensors.push_back(std::make_unique<RailSensor>(std::move(chip.description), std::move(chip.rails)));
}

}  // namespace assay::sensor

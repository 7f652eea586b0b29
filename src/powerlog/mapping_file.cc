#include "powerlog/mapping_file.h"

#include <limits>

#include "base/file.h"
#include "yaml/document.h"

namespace assay::powerlog {
namespace {

using yaml::MapReader;
using yaml::Problems;

constexpr double kAny = 1e12;

/// `column: 3` is a number, `column: "3"` a name.
void read_column(MapReader& root, Field& field) {
  const YAML::Node node = root.node("column");
  if (!root.has("column"))
    return root.complain("column",
                         "expected a column's name or its number (from 1), or a JSON pointer; it is missing");
  if (!node.IsScalar() || node.Scalar().empty())
    return root.complain(
        "column",
        "expected a column's name or its number (from 1), or a JSON pointer, found " + yaml::describe(node));
  int number = 0;
  const bool quoted = node.Tag() == "!";
  if (quoted || !yaml::whole_number(node.Scalar(), number))
    field.name = node.Scalar();
  else if (number < 1)
    root.complain("column", "columns are counted from 1, found " + yaml::describe(node));
  else
    field.number = number;
}

/// A map with column and unit, and whatever else `more` reads.
template <typename More>
void read_value(MapReader root, ScaledField& value, std::initializer_list<std::string_view> units,
                More more) {
  read_column(root, value.field);
  root.choice("unit", value.unit, units);
  if (!root.has("unit"))
    root.complain("unit",
                  "expected the column's unit, such as " + std::string(*units.begin()) + "; it is missing");
  more(root);
  root.done();
}

void read_value(MapReader root, ScaledField& value, std::initializer_list<std::string_view> units) {
  read_value(root, value, units, [](MapReader&) {});
}

void read_tolerance(MapReader& root, std::string_view key, std::optional<double>& tolerance) {
  if (root.has(key)) root.number(key, tolerance.emplace(), 0, 1);
}

void read_time(MapReader root, TimeMapping& time) {
  read_column(root, time.field);
  root.text("unit", time.unit);
  if (!root.has("unit"))
    root.complain("unit",
                  "expected s, ms, us, ns, epoch, epoch_ms, epoch_us, epoch_ns, iso8601 or a pattern as "
                  "'%m-%d-%Y %H:%M:%S.%f'; it is missing");
  std::string zone;
  root.text("zone", zone);
  if (!zone.empty()) {
    if (auto read = parse_zone(zone))
      time.zone = *read;
    else
      root.complain("zone", read.error().message);
  }
  // A zone may also be said on the command line: here it only must not be missed.
  if (const auto rule = TimeRule::create(time, time.zone ? time.zone : Zone{});
      !rule && !time.unit.empty() && time.field.given())
    root.complain("unit", rule.error().message);
  root.done();
}

void read_accuracy(MapReader root, record::Accuracy& accuracy) {
  root.number("of_reading", accuracy.of_reading, 0, 1);
  root.number("of_range", accuracy.of_range, 0, 1);
  root.number("range", accuracy.range, 0, kAny, "W");
  root.text("source", accuracy.source);
  if (accuracy.of_range > 0 && accuracy.range <= 0)
    root.complain("range", "expected the range in W that of_range is a share of; it is missing");
  if (accuracy.source.empty())
    root.complain("source",
                  "expected where the accuracy is stated, such as the meter's manual; it is missing");
  root.done();
}

void read_separator(MapReader& root, char& separator) {
  std::string text;
  root.text("separator", text);
  if (text == "tab") text = "\t";
  if (text.size() == 1)
    separator = text[0];
  else if (root.has("separator"))
    root.complain("separator", "expected one character, or the word tab, found '" + text + "'");
}

void read_mapping(MapReader root, MappingFile& file) {
  if (!root.is_map()) return;
  Mapping& mapping = file.mapping;
  root.text("id", mapping.id);
  if (auto map = root.map("time")) read_time(*map, mapping.time);
  if (auto map = root.map("power")) read_value(*map, mapping.power.emplace(), {"W", "mW", "uW"});
  if (auto map = root.map("voltage")) read_value(*map, mapping.voltage.emplace(), {"V", "mV", "uV"});
  if (auto map = root.map("current")) read_value(*map, mapping.current.emplace(), {"A", "mA", "uA"});
  if (auto map = root.map("shunt")) {
    ShuntMapping& shunt = mapping.shunt.emplace();
    read_value(*map, shunt.drop, {"V", "mV", "uV"}, [&](MapReader& more) {
      more.number("ohms", shunt.ohms, 0, kAny, "ohm");
      read_tolerance(more, "tolerance", shunt.tolerance);
    });
  }
  if (auto map = root.map("clamp")) {
    ClampMapping& clamp = mapping.clamp.emplace();
    read_value(*map, clamp.output, {"V", "mV", "uV"}, [&](MapReader& more) {
      more.number("volts_per_ampere", clamp.volts_per_ampere, 0, kAny, "V/A");
      read_tolerance(more, "tolerance", clamp.tolerance);
    });
  }
  if (root.has("supply_volts")) root.number("supply_volts", mapping.supply_volts.emplace(), 0, kAny, "V");
  read_tolerance(root, "supply_tolerance", mapping.supply_tolerance);
  std::string position;
  root.choice("position", position, {"start", "middle", "end", "instant"});
  if (!position.empty()) mapping.position = *parse_position(position);
  if (root.has("interval")) {
    std::chrono::nanoseconds interval{0};
    root.duration("interval", interval, std::chrono::nanoseconds(1));
    if (interval.count() > 0) mapping.interval_ns = interval.count();
  }
  read_separator(root, mapping.separator);
  root.boolean("decimal_comma", mapping.decimal_comma);
  std::string boundary;
  root.choice("boundary", boundary, {"dc_input", "ac_input", "board", "rail", "package", "chip"});
  if (!boundary.empty()) file.boundary = *parse_boundary(boundary);
  if (auto map = root.map("accuracy")) read_accuracy(*map, file.accuracy.emplace());
  root.done();
}

}  // namespace

Result<MappingFile> parse_mapping(std::string_view yaml, const std::filesystem::path& source) {
  MappingFile file;
  file.text = yaml;
  const auto read = [&](const YAML::Node& document, Problems& problems) {
    read_mapping(MapReader(document, "", problems), file);
    // What does not fit together is told where everything could be read.
    if (!problems.empty()) return;
    if (const auto formula = power_formula(file.mapping); !formula)
      problems.add(document.Mark(), "", formula.error().message);
  };
  ASSAY_OK(yaml::read_yaml(yaml, source, "a mapping", read));
  return file;
}

Result<MappingFile> load_mapping(const std::filesystem::path& path) {
  ASSAY_TRY(const std::string text, read_file(path));
  return parse_mapping(text, path);
}

}  // namespace assay::powerlog

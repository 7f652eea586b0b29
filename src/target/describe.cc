#include "target/describe.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "target/catalogue.h"

namespace assay::target {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kWidth = 100;

/// The highest dense peak of a precision over all modes; "-": none is known.
std::string dense_peak(const Unit& unit, std::string_view precision) {
  double best = 0;
  for (const Peak& peak : unit.peaks)
    if (peak.precision == precision && peak.dense) best = std::max(best, *peak.dense);
  if (best == 0) return "-";
  char text[32];
  std::snprintf(text, sizeof text, best < 100 ? "%.1f" : "%.0f", best);
  return text;
}

using Line = std::array<std::string, 7>;

std::string print_table(const std::vector<Line>& lines) {
  std::array<std::size_t, 7> widths{};
  for (const Line& line : lines)
    for (std::size_t c = 0; c < line.size(); ++c) widths[c] = std::max(widths[c], line[c].size());
  std::string out;
  for (const Line& line : lines) {
    std::string text;
    for (std::size_t c = 0; c < line.size(); ++c) {
      const std::string blanks(widths[c] - line[c].size(), ' ');
      const bool right = c >= 2 && c <= 5;
      text += (c == 0 ? "" : "  ") + (right ? blanks + line[c] : line[c] + blanks);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  }
  return out;
}

std::string modes_of(const Target& target, std::size_t room) {
  std::string modes;
  for (const PowerMode& mode : target.power_modes) modes += (modes.empty() ? "" : " ") + mode.name;
  return modes.size() <= room ? modes : std::to_string(target.power_modes.size()) + " modes";
}

std::string cited(const Target& target, const Cite& cite) {
  return "  [" + in_words(target, cite) + "]" + (cite.note.empty() ? "" : " " + cite.note);
}

ordered_json cite_json(const Target& target, const Cite& cite, ordered_json value) {
  const Source& source = target.sources.at(cite.source);
  value["source"] = source.title;
  value["date"] = source.date;
  for (const auto& [key, text] :
       {std::pair{"where", &cite.where}, {"derived", &cite.derived}, {"note", &cite.note}})
    if (!text->empty()) value[key] = *text;
  return value;
}

ordered_json words_json(const Target& target, const Words& words) {
  return cite_json(target, words.cite, {{"text", words.text}});
}

ordered_json unit_json(const Target& target, const Unit& unit) {
  ordered_json out{{"name", unit.name}, {"kind", unit.kind}, {"accelerators", unit.accelerators}};
  out["description"] = words_json(target, unit.description);
  if (unit.formats) out["formats"] = words_json(target, *unit.formats);
  if (unit.on_chip_memory) out["on_chip_memory"] = words_json(target, *unit.on_chip_memory);
  out["peaks"] = ordered_json::array();
  for (const Peak& peak : unit.peaks) {
    ordered_json one{{"precision", peak.precision}};
    if (!peak.mode.empty()) one["power_mode"] = peak.mode;
    if (peak.dense) one["dense_gops"] = *peak.dense;
    if (peak.sparse) one["sparse_gops"] = *peak.sparse;
    out["peaks"].push_back(cite_json(target, peak.cite, std::move(one)));
  }
  return out;
}

ordered_json mode_json(const Target& target, const PowerMode& mode) {
  ordered_json out{{"name", mode.name}};
  if (!mode.aliases.empty()) out["aliases"] = mode.aliases;
  if (mode.budget_w) out["budget_w"] = *mode.budget_w;
  if (!mode.clock_mhz.empty()) out["clock_mhz"] = mode.clock_mhz;
  if (!mode.active.empty()) out["active"] = mode.active;
  if (!mode.command.empty()) out["command"] = mode.command;
  out["default"] = mode.is_default;
  return cite_json(target, mode.cite, std::move(out));
}

ordered_json target_json(const Target& t) {
  ordered_json out{{"id", t.id}, {"name", t.name}, {"vendor", t.vendor}, {"soc", t.soc}, {"kind", t.kind}};
  out["recognised_by"] = t.recognised_by;
  if (!t.board_says.empty()) out["board_says"] = t.board_says;
  out["units"] = ordered_json::array();
  for (const Unit& unit : t.units) out["units"].push_back(unit_json(t, unit));
  const auto words = [&](const char* key, const std::optional<Words>& value) {
    if (value) out[key] = words_json(t, *value);
  };
  const auto quantity = [&](const char* key, const std::optional<Quantity>& value) {
    if (value) out[key] = cite_json(t, value->cite, {{"value", value->value}, {"unit", value->unit}});
  };
  words("memory", t.memory);
  quantity("memory_size", t.memory_gb);
  quantity("memory_bandwidth", t.memory_gb_per_s);
  out["io"] = ordered_json::array();
  for (const Words& one : t.io) out["io"].push_back(words_json(t, one));
  quantity("tdp", t.tdp_w);
  out["power_modes"] = ordered_json::array();
  for (const PowerMode& mode : t.power_modes) out["power_modes"].push_back(mode_json(t, mode));
  quantity("temperature_limit", t.temperature_limit_c);
  words("supply", t.supply);
  quantity("supply_limit", t.supply_limit_w);
  words("cooling", t.cooling);
  quantity("die_area", t.die_area_mm2);
  words("technology", t.technology);
  words("integration", t.integration);
  words("availability", t.availability);
  out["prices"] = ordered_json::array();
  for (const Price& price : t.prices)
    out["prices"].push_back(cite_json(
        t, price.cite,
        {{"amount", price.amount}, {"currency", price.currency}, {"asked", price.date}, {"of", price.of}}));
  out["sensors"] = ordered_json::array();
  for (const SensorHint& hint : t.sensors)
    out["sensors"].push_back(cite_json(t, hint.cite, {{"channel", hint.channel}, {"tells", hint.tells}}));
  out["contradictions"] = ordered_json::array();
  for (const Contradiction& c : t.contradictions)
    out["contradictions"].push_back({{"about", c.about}, {"found", c.found}, {"chosen", c.chosen}});
  return out;
}

std::string unit_text(const Target& target, const Unit& unit) {
  std::string out = unit.name;
  std::string names;
  for (const std::string& name : unit.accelerators) names += (names.empty() ? " (accelerator " : ", ") + name;
  out += names + (names.empty() ? "" : ")") + ": " + unit.description.text +
         cited(target, unit.description.cite) + "\n";
  if (unit.formats) out += "  formats: " + unit.formats->text + cited(target, unit.formats->cite) + "\n";
  if (unit.on_chip_memory)
    out += "  on-chip memory: " + unit.on_chip_memory->text + cited(target, unit.on_chip_memory->cite) + "\n";
  for (const Peak& peak : unit.peaks) {
    out += "  peak " + peak.precision + (peak.mode.empty() ? "" : " in " + peak.mode) + ":";
    if (peak.dense) out += " " + number_text(*peak.dense) + " GOPS dense";
    if (peak.sparse)
      out += std::string(peak.dense ? "," : "") + " " + number_text(*peak.sparse) + " GOPS sparse";
    out += cited(target, peak.cite) + "\n";
  }
  if (unit.peaks.empty()) out += "  peak: none is known\n";
  return out;
}

std::string mode_text(const Target& target, const PowerMode& mode) {
  std::string out = "  " + mode.name + (mode.is_default ? " (default)" : "") + ":";
  if (mode.budget_w) out += " " + number_text(*mode.budget_w) + " W;";
  for (const auto& [unit, active] : mode.active) out += " " + unit + " " + active + ";";
  for (const auto& [unit, mhz] : mode.clock_mhz) out += " " + unit + " " + number_text(mhz) + " MHz;";
  if (!mode.command.empty()) out += " set by `" + mode.command + "`;";
  out.pop_back();
  return out + cited(target, mode.cite) + "\n";
}

}  // namespace

std::string targets_table(const std::vector<Target>& targets) {
  std::vector<Line> lines{{"target", "unit", "FP32", "FP16", "INT8", "GB/s", "power modes"}};
  std::size_t used = 0;
  for (const Target& target : targets)
    for (const Unit& unit : target.units) {
      const bool first = &unit == &target.units.front();
      lines.push_back({first ? target.id : "", unit.name, dense_peak(unit, "fp32"), dense_peak(unit, "fp16"),
                       dense_peak(unit, "int8"),
                       first && target.memory_gb_per_s ? number_text(target.memory_gb_per_s->value) : "",
                       ""});
    }
  for (std::size_t c = 0; c < 6; ++c) {
    std::size_t width = 0;
    for (const Line& line : lines) width = std::max(width, line[c].size());
    used += width + 2;
  }
  std::size_t at = 1;
  for (const Target& target : targets) {
    lines[at][6] = modes_of(target, used < kWidth ? kWidth - used : 0);
    at += target.units.size();
  }
  return print_table(lines) +
         "Peaks are dense, in 1e9 operations/s (1 multiply-accumulate = 2), in the highest power mode.\n"
         "-: no source gives one. `assay targets ID` prints a target with its sources.\n";
}

std::string target_text(const Target& t) {
  std::string out = t.id + ": " + t.name + " (" + t.kind + ", " + t.vendor + ", " + t.soc + ")\n";
  for (const Unit& unit : t.units) out += unit_text(t, unit);
  const auto words = [&](const char* key, const std::optional<Words>& value) {
    if (value) out += std::string(key) + ": " + value->text + cited(t, value->cite) + "\n";
  };
  const auto quantity = [&](const char* key, const std::optional<Quantity>& value) {
    if (value)
      out += std::string(key) + ": " + number_text(value->value) + " " + value->unit + cited(t, value->cite) +
             "\n";
  };
  words("memory", t.memory);
  quantity("memory size", t.memory_gb);
  quantity("memory bandwidth", t.memory_gb_per_s);
  for (const Words& one : t.io) out += "I/O: " + one.text + cited(t, one.cite) + "\n";
  quantity("TDP", t.tdp_w);
  if (!t.power_modes.empty()) out += "power modes:\n";
  for (const PowerMode& mode : t.power_modes) out += mode_text(t, mode);
  quantity("temperature limit", t.temperature_limit_c);
  words("supply", t.supply);
  quantity("supply limit", t.supply_limit_w);
  words("cooling", t.cooling);
  quantity("die area", t.die_area_mm2);
  words("technology", t.technology);
  words("integration", t.integration);
  words("availability", t.availability);
  for (const Price& price : t.prices)
    out += "price: " + number_text(price.amount) + " " + price.currency +
           (price.date == kUndated ? ", undated, " : " in " + price.date + ", ") + price.of +
           cited(t, price.cite) + "\n";
  for (const SensorHint& hint : t.sensors)
    out += "sensor: " + hint.channel + ", " + hint.tells + cited(t, hint.cite) + "\n";
  for (const Contradiction& c : t.contradictions)
    out += "sources disagree on " + c.about + ": " + c.found + ". Here: " + c.chosen + "\n";
  return out;
}

Result<std::string> targets_json(const std::vector<Target>& targets) {
  ordered_json out = ordered_json::array();
  for (const Target& target : targets) out.push_back(target_json(target));
  try {
    return out.dump(2) + "\n";
  } catch (const nlohmann::json::exception& error) {
    return fail(Code::kInternal, std::string("the catalogue is not writable as JSON: ") + error.what());
  }
}

}  // namespace assay::target

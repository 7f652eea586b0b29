#include "powerlog/format.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"

namespace assay::powerlog {
namespace {

// The order decides where two recognise a file: the more special one first.
constexpr std::array kFormats = {&kPtdaemon, &kTegrastats, &kMonsoon, &kJtop, &kCsv, &kJson};

struct QuantityUnit {
  std::string_view quantity, unit;
};
constexpr std::array<QuantityUnit, 7> kUnits = {{{"power", "W"},
                                                 {"voltage", "V"},
                                                 {"current", "A"},
                                                 {"temperature", "degC"},
                                                 {"frequency", "Hz"},
                                                 {"utilisation", "%"},
                                                 {"memory", "B"}}};

}  // namespace

std::string_view to_string(LogClock clock) { return clock == LogClock::kUtc ? "utc" : "relative"; }

std::span<const Format* const> formats() { return kFormats; }

Result<const Format*> format_named(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Format* format : kFormats) {
    if (format->name == name) return format;
    names.push_back(format->name);
  }
  const std::string near = nearest_word(name, names);
  return fail(Code::kInvalidInput, "log format '" + std::string(name) + "': " + join_or(names) +
                                       " was expected" +
                                       (near.empty() ? "" : "; did you mean '" + near + "'?"));
}

const Format* recognise_format(std::string_view head) {
  const auto found = std::find_if(kFormats.begin(), kFormats.end(),
                                  [&](const Format* format) { return format->recognise(head); });
  return found == kFormats.end() ? nullptr : *found;
}

bool take_line(std::string_view& text, std::string_view& line) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return false;
  line = text.substr(0, end);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  text.remove_prefix(end + 1);
  return true;
}

std::string_view take_word(std::string_view& text) {
  const auto begin = text.find_first_not_of(" \t");
  text.remove_prefix(begin == std::string_view::npos ? text.size() : begin);
  const auto word = text.substr(0, text.find_first_of(" \t"));
  text.remove_prefix(word.size());
  return word;
}

record::Channel channel_of_key(std::string_view key, Position position) {
  record::Channel channel;
  channel.quantity = key.substr(key.rfind('.') + 1);  // npos + 1 is 0: no dot, all of it.
  const auto found = std::find_if(kUnits.begin(), kUnits.end(), [&](const QuantityUnit& unit) {
    return unit.quantity == channel.quantity;
  });
  channel.unit = found == kUnits.end() ? "1" : found->unit;
  channel.kind = position == Position::kInstant ? record::ReadingKind::kInstant : record::ReadingKind::kMean;
  channel.facts["sample position"] = to_string(position);
  return channel;
}

std::string safe_name(std::string_view text) {
  std::string name(text);
  std::replace_if(
      name.begin(), name.end(),
      [](unsigned char c) { return !((c < 0x80 && std::isalnum(c)) || c == '_' || c == '-'); }, '_');
  return name;
}

}  // namespace assay::powerlog

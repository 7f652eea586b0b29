#include "yaml/reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "base/text.h"

namespace assay::yaml {
namespace {

constexpr std::string_view kDurationExpected =
    "expected a duration with its unit, such as 10 s, 500 ms or 2 min";
constexpr auto kLongestDuration = std::chrono::hours(24 * 30);

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kEnough = 60;
  if (text.size() <= kEnough) return "'" + std::string(text) + "'";
  return "'" + std::string(text.substr(0, kEnough)) + "...'";
}

template <typename Number>
bool whole_text(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool finite_number(std::string_view text, double& value) {
  return whole_text(text, value) && std::isfinite(value);
}

/// Splits "10 W" into 10 and "W".
bool number_and_unit(std::string_view text, double& value, std::string_view& unit) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !std::isfinite(value)) return false;
  unit = trim(text.substr(static_cast<std::size_t>(end - text.data())));
  return true;
}

struct DurationUnit {
  std::string_view name;
  double ns;
};
constexpr DurationUnit kDurationUnits[] = {{"ns", 1},  {"us", 1e3},   {"ms", 1e6},
                                           {"s", 1e9}, {"min", 60e9}, {"h", 3600e9}};

/// What a unit that is no duration measures, for messages.
std::string_view quantity_of(std::string_view unit) {
  struct Known {
    std::string_view unit, quantity;
  };
  static constexpr Known kKnown[] = {
      {"W", "a power"},        {"mW", "a power"},       {"kW", "a power"},
      {"J", "an energy"},      {"mJ", "an energy"},     {"Wh", "an energy"},
      {"V", "a voltage"},      {"mV", "a voltage"},     {"A", "a current"},
      {"mA", "a current"},     {"Hz", "a frequency"},   {"kHz", "a frequency"},
      {"MHz", "a frequency"},  {"GHz", "a frequency"},  {"C", "a temperature"},
      {"°C", "a temperature"}, {"K", "a temperature"},  {"B", "a memory size"},
      {"MB", "a memory size"}, {"GB", "a memory size"}, {"MiB", "a memory size"},
      {"FPS", "a rate"},       {"%", "a share"},        {"points", "a difference in percent"},
  };
  for (const Known& known : kKnown)
    if (known.unit == unit) return known.quantity;
  return "";
}

/// The unit meant by words that people write out.
std::string_view unit_meant(std::string_view unit) {
  struct Known {
    std::string_view written, meant;
  };
  static constexpr Known kKnown[] = {
      {"sec", "s"},          {"secs", "s"},          {"second", "s"}, {"seconds", "s"},  {"S", "s"},
      {"msec", "ms"},        {"m", "min"},           {"mins", "min"}, {"minute", "min"}, {"minutes", "min"},
      {"hour", "h"},         {"hours", "h"},         {"hr", "h"},     {"usec", "us"},    {"µs", "us"},
      {"millisecond", "ms"}, {"milliseconds", "ms"}, {"nsec", "ns"},  {"MS", "ms"},
  };
  for (const Known& known : kKnown)
    if (known.written == unit) return known.meant;
  return "";
}

}  // namespace

template <typename Integer>
bool whole_number(std::string_view text, Integer& value) {
  return whole_text(text, value);
}
template bool whole_number(std::string_view, int&);

Result<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  const std::string expected(kDurationExpected);
  double value = 0;
  std::string_view unit;
  if (!number_and_unit(trim(text), value, unit))
    return fail(Code::kInvalidInput, expected + ", found " + in_quotes(text));
  if (unit.empty())
    return fail(Code::kInvalidInput, expected + ", found " + in_quotes(text) + ", which has no unit: write " +
                                         std::string(trim(text)) + " s if seconds are meant");
  const auto* known = std::ranges::find(kDurationUnits, unit, &DurationUnit::name);
  if (known == std::end(kDurationUnits)) {
    std::string message = expected + ", found " + in_quotes(text);
    if (auto quantity = quantity_of(unit); !quantity.empty())
      message += ", which is " + std::string(quantity);
    else if (auto meant = unit_meant(unit); !meant.empty())
      message += ": did you mean '" + std::string(meant) + "'?";
    return fail(Code::kInvalidInput, message + " (units: ns, us, ms, s, min, h)");
  }
  if (value < 0) return fail(Code::kInvalidInput, "a duration cannot be negative, found " + in_quotes(text));
  const double ns = std::round(value * known->ns);
  if (ns > static_cast<double>(std::chrono::nanoseconds(kLongestDuration).count()))
    return fail(Code::kInvalidInput, "at most 30 days (720 h) are allowed, found " + in_quotes(text));
  return std::chrono::nanoseconds(static_cast<std::int64_t>(ns));
}

std::string describe(const YAML::Node& node) {
  if (!node.IsDefined() || node.IsNull()) return "nothing";
  if (node.IsMap()) return "a map";
  if (node.IsSequence()) return "a list of " + std::to_string(node.size());
  return in_quotes(node.Scalar());
}

void Problems::add(const YAML::Mark& mark, const std::string& path, const std::string& message) {
  std::string line = file_;
  if (!mark.is_null()) line += ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1);
  lines_.emplace(std::pair(mark.line, mark.column),
                 line + ": " + (path.empty() ? "" : path + ": ") + message);
}

YAML::Mark Problems::place_of(std::string path) const {
  for (;;) {
    if (auto found = marks_.find(path); found != marks_.end()) return found->second;
    const auto at = path.find_last_of(".[");
    if (at == std::string::npos) return YAML::Mark::null_mark();
    path.resize(at);
  }
}

Status Problems::status() const {
  constexpr std::size_t kShown = 20;
  std::string text;
  std::size_t shown = 0;
  for (const auto& [place, line] : lines_) {
    if (++shown > kShown) break;
    text += (text.empty() ? "" : "\n") + line;
  }
  if (lines_.size() > kShown)
    text += "\n... and " + std::to_string(lines_.size() - kShown) + " more problems";
  return {Code::kInvalidInput, text};
}

MapReader::MapReader(const YAML::Node& node, std::string path, Problems& problems)
    : path_(std::move(path)), problems_(&problems), mark_(node.Mark()), is_map_(node.IsMap()) {
  problems.remember(path_, mark_);
  if (!is_map_) {
    problems.add(mark_, path_, "expected a map (key: value), found " + describe(node));
    return;
  }
  for (const auto& entry : node) {
    if (!entry.first.IsScalar()) {
      problems.add(entry.first.Mark(), path_, "expected a word as key, found " + describe(entry.first));
      continue;
    }
    const std::string key = entry.first.Scalar();
    if (!entries_.emplace(key, entry.second).second)
      problems.add(entry.first.Mark(), path_of(key), "the key stands here twice: remove one");
    key_marks_.emplace(key, entry.first.Mark());
    problems.remember(path_of(key), entry.second.Mark().is_null() ? entry.first.Mark() : entry.second.Mark());
  }
}

std::string MapReader::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

YAML::Node MapReader::node(std::string_view key) {
  asked_.emplace(key);
  const auto found = entries_.find(std::string(key));
  return found == entries_.end() ? YAML::Node(YAML::NodeType::Undefined) : found->second;
}

void MapReader::complain(std::string_view key, const std::string& message) {
  const std::string path = path_of(key);
  problems_->add(problems_->place_of(path), path, message);
}

std::optional<std::string> MapReader::scalar(std::string_view key, std::string_view expected) {
  const YAML::Node value = node(key);
  if (!has(key)) return std::nullopt;
  if (value.IsScalar()) return value.Scalar();
  complain(key, std::string(expected) + ", found " + describe(value));
  return std::nullopt;
}

void MapReader::text(std::string_view key, std::string& out) {
  if (auto value = scalar(key, "expected a text")) out = *value;
}

void MapReader::boolean(std::string_view key, bool& out) {
  const auto value = scalar(key, "expected true or false");
  if (!value) return;
  if (*value == "true" || *value == "false")
    out = *value == "true";
  else
    complain(key, "expected true or false, found " + in_quotes(*value));
}

void MapReader::choice(std::string_view key, std::string& out,
                       std::initializer_list<std::string_view> allowed) {
  const std::string expected = "expected " + join_or({allowed.begin(), allowed.size()});
  const auto value = scalar(key, expected);
  if (!value) return;
  if (std::ranges::find(allowed, *value) != allowed.end()) {
    out = *value;
    return;
  }
  const std::string nearest = nearest_word(*value, {allowed.begin(), allowed.size()});
  complain(key, expected + ", found " + in_quotes(*value) +
                    (nearest.empty() || allowed.size() == 1 ? "" : ": did you mean '" + nearest + "'?"));
}

void MapReader::number(std::string_view key, double& out, double lo, double hi, std::string_view unit) {
  auto plain = [](double x) {
    char buffer[32];
    return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, x).ptr);
  };
  const std::string expected = "expected a number from " + plain(lo) + " to " + plain(hi) +
                               (unit.empty() ? "" : " (" + std::string(unit) + ")");
  const auto value = scalar(key, expected);
  if (!value) return;
  double read = 0;
  std::string_view found_unit;
  if (!number_and_unit(trim(*value), read, found_unit))
    complain(key, expected + ", found " + in_quotes(*value));
  else if (!found_unit.empty() && found_unit != unit)
    complain(key, expected + ", found " + in_quotes(*value) + ": write it " +
                      (unit.empty() ? "without a unit" : "in " + std::string(unit)));
  else if (read < lo || read > hi)
    complain(key, expected + ", found " + in_quotes(*value));
  else
    out = read;
}

void MapReader::duration(std::string_view key, std::chrono::nanoseconds& out,
                         std::chrono::nanoseconds least) {
  const auto value = scalar(key, kDurationExpected);
  if (!value) return;
  auto read = parse_duration(*value);
  if (!read)
    complain(key, read.error().message);
  else if (*read < least)
    complain(key, "expected a duration above zero, found " + in_quotes(*value));
  else
    out = *read;
}

void MapReader::size(std::string_view key, int& height, int& width) {
  constexpr int kMost = 16384;
  const std::string expected = "expected a size as HxW in pixels, such as 256x512 (height first)";
  const auto value = scalar(key, expected);
  if (!value) return;
  int rows = 0, columns = 0;
  if (!parse_height_width(*value, rows, columns))
    complain(key, expected + ", found " + in_quotes(*value));
  else if (rows > kMost || columns > kMost)
    complain(key, "expected at most 16384 pixels each way, found " + in_quotes(*value));
  else
    height = rows, width = columns;
}

void MapReader::path(std::string_view key, std::filesystem::path& out, const std::filesystem::path& base) {
  const auto value = scalar(key, "expected a path");
  if (!value) return;
  if (value->empty() || value->find('\0') != std::string::npos)
    complain(key, "expected a path, found " + in_quotes(*value));
  else
    out = (base / *value).lexically_normal();
}

void MapReader::strings(std::string_view key, std::vector<std::string>& out) {
  const YAML::Node value = node(key);
  if (!has(key)) return;
  bool good = value.IsSequence() && value.size() > 0;
  std::vector<std::string> read;
  if (good)
    for (const auto& item : value) {
      good = good && item.IsScalar();
      if (item.IsScalar()) read.push_back(item.Scalar());
    }
  if (good)
    out = std::move(read);
  else
    complain(key, "expected a list of words, such as [a, b], found " + describe(value));
}

void MapReader::string_map(std::string_view key, std::map<std::string, std::string>& out) {
  const YAML::Node value = node(key);
  if (!has(key)) return;
  if (!value.IsMap()) return complain(key, "expected a map (name: value), found " + describe(value));
  for (const auto& entry : value) {
    if (!entry.first.IsScalar() || !entry.second.IsScalar())
      complain(key, "expected name: value with plain values, found " + describe(entry.second) + " for " +
                        describe(entry.first));
    else if (!out.emplace(entry.first.Scalar(), entry.second.Scalar()).second)
      complain(key, "'" + entry.first.Scalar() + "' stands here twice: remove one");
  }
}

void MapReader::duration_map(std::string_view key, std::map<std::string, std::chrono::nanoseconds>& out,
                             std::chrono::nanoseconds least) {
  std::map<std::string, std::string> texts;
  string_map(key, texts);
  for (const auto& [name, text] : texts) {
    const auto read = parse_duration(text);
    if (!read)
      complain(key, name + ": " + read.error().message);
    else if (*read < least)
      complain(key, name + ": expected a duration above zero, found " + in_quotes(text));
    else
      out[name] = *read;
  }
}

void MapReader::triple(std::string_view key, std::array<double, 3>& out) {
  const YAML::Node value = node(key);
  if (!has(key)) return;
  std::array<double, 3> read{};
  bool good = value.IsSequence() && value.size() == read.size();
  for (std::size_t i = 0; good && i < read.size(); ++i) {
    const YAML::Node item = value[i];
    good = item.IsScalar() && finite_number(item.Scalar(), read[i]);
  }
  if (good)
    out = read;
  else
    complain(key,
             "expected three numbers, one for each channel in the model's order, found " + describe(value));
}

void MapReader::range(std::string_view key, double& lo, double& hi) {
  const std::string expected = "expected a range for pixel values 0 and 255, such as 0..1 or [0, 1]";
  const YAML::Node value = node(key);
  if (!has(key)) return;
  std::string text;
  if (value.IsScalar()) text = value.Scalar();
  if (value.IsSequence() && value.size() == 2 && value[0].IsScalar() && value[1].IsScalar())
    text = value[0].Scalar() + ".." + value[1].Scalar();
  double a = 0, b = 0;
  if (parse_range(text, a, b))
    lo = a, hi = b;
  else
    complain(key, expected + ", found " + describe(value));
}

template <typename Integer>
void MapReader::integer(std::string_view key, Integer& out, Integer least, Integer most) {
  const std::string expected =
      most == std::numeric_limits<Integer>::max()
          ? "expected a whole number of at least " + std::to_string(least)
          : "expected a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  const auto value = scalar(key, expected);
  if (!value) return;
  Integer read{};
  if (!whole_text(std::string_view(*value), read) || read < least || read > most)
    complain(key, expected + ", found " + in_quotes(*value));
  else
    out = read;
}
template void MapReader::integer(std::string_view, int&, int, int);
template void MapReader::integer(std::string_view, std::int64_t&, std::int64_t, std::int64_t);
template void MapReader::integer(std::string_view, std::uint64_t&, std::uint64_t, std::uint64_t);

void MapReader::integers(std::string_view key, std::vector<int>& out, int least, int most) {
  const YAML::Node value = node(key);
  if (!has(key)) return;
  bool good = value.IsSequence() && value.size() > 0;
  std::vector<int> read;
  if (good)
    for (const auto& item : value) {
      int number = 0;
      good = good && item.IsScalar() && whole_text(std::string_view(item.Scalar()), number) &&
             number >= least && number <= most;
      read.push_back(number);
    }
  if (good)
    out = std::move(read);
  else
    complain(key, "expected a list of whole numbers from " + std::to_string(least) + " to " +
                      std::to_string(most) + ", found " + describe(value));
}

std::optional<MapReader> MapReader::map(std::string_view key) {
  const YAML::Node value = node(key);
  if (!has(key)) return std::nullopt;
  return MapReader(value, path_of(key), *problems_);
}

void MapReader::done() {
  const std::vector<std::string_view> right(asked_.begin(), asked_.end());
  for (const auto& [key, mark] : key_marks_) {
    if (asked_.contains(key)) continue;
    const std::string nearest = nearest_word(key, right);
    problems_->add(mark, path_.empty() ? "" : path_,
                   "unknown key " + in_quotes(key) +
                       (nearest.empty() ? " (known here: " + join_or(right) + ")"
                                        : ": did you mean '" + nearest + "'?"));
  }
}

}  // namespace assay::yaml

#include "instrument/ptdaemon_reply.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace assay::instrument {
namespace {

std::string shown(std::string_view line) { return "'" + std::string(line.substr(0, 80)) + "'"; }

std::optional<double> number(std::string_view text) {
  text = trim(text);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// A measured quantity: the sentinels are negative, and so is nothing that a board draws.
std::optional<double> measured(std::string_view text) {
  const auto value = number(text);
  return value && *value >= 0 ? value : std::nullopt;
}

std::optional<int> digits(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/// "11-07-2020 17:49:06.145"
std::optional<std::int64_t> parse_stamp(std::string_view text) {
  constexpr std::string_view kShape = "00-00-0000 00:00:00";
  if (text.size() < kShape.size()) return std::nullopt;
  for (std::size_t i = 0; i < kShape.size(); ++i)
    if (kShape[i] != '0' && text[i] != kShape[i]) return std::nullopt;
  struct Field {
    std::size_t at, size;
  };
  constexpr std::array<Field, 6> kFields = {{{0, 2}, {3, 2}, {6, 4}, {11, 2}, {14, 2}, {17, 2}}};
  std::array<int, 6> values{};
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    const auto value = digits(text.substr(kFields[i].at, kFields[i].size));
    if (!value) return std::nullopt;
    values[i] = *value;
  }
  const auto [month, day, year, hour, minute, second] = values;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || year < 1970 || year > 2200 || hour > 23 || minute > 59 || second > 60)
    return std::nullopt;
  std::int64_t fraction_ns = 0;
  std::string_view rest = text.substr(kShape.size());
  if (!rest.empty()) {
    if (rest[0] != '.' || rest.size() < 2 || rest.size() > 10) return std::nullopt;
    std::int64_t unit = 100'000'000;
    for (const char c : rest.substr(1)) {
      if (c < '0' || c > '9') return std::nullopt;
      fraction_ns += (c - '0') * unit;
      unit /= 10;
    }
  }
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return ((days * 24 + hour) * 60 + minute) * 60'000'000'000 + second * std::int64_t{1'000'000'000} +
         fraction_ns;
}

}  // namespace

Result<PtdIdentity> parse_ptd_identity(std::string_view line) {
  const std::vector<std::string> fields = split(trim(line), ',');
  PtdIdentity identity;
  identity.driver = fields[0];
  // The device's own identity may have commas in it: the numbers are counted from "version=" backwards.
  std::size_t version = 0;
  for (std::size_t i = 1; i < fields.size() && version == 0; ++i)
    if (fields[i].rfind("version=", 0) == 0) version = i;
  constexpr std::size_t kNumbers =
      8;  // Interval, watts, volts, amps, power factor, energy, frequency, accepted.
  if (version < kNumbers + 1)
    return fail(Code::kNotFound, "a PTDaemon's identity was expected, found " + shown(line));
  for (std::size_t i = 1; i < version - kNumbers; ++i) identity.driver += "," + fields[i];
  const auto numbered = [&](std::size_t i) { return digits(fields[version - kNumbers + i]).value_or(0); };
  identity.interval_ms = numbered(0);
  identity.watts = numbered(1) != 0;
  identity.volts = numbered(2) != 0;
  identity.amperes = numbered(3) != 0;
  for (std::size_t i = version; i < fields.size(); ++i) {
    const auto equals = fields[i].find('=');
    if (equals == std::string::npos) continue;
    const std::string key = fields[i].substr(0, equals), value = fields[i].substr(equals + 1);
    if (key == "version") identity.version = value;
    if (key == "OS") identity.os = value;
    if (key == "mode") identity.mode = value;
  }
  return identity;
}

Result<PtdRanges> parse_ptd_ranges(std::string_view line) {
  const std::vector<std::string> fields = split(trim(line), ',');
  if (fields.size() < 5 || fields[0] != "Ranges")
    return fail(Code::kCorrupt, "'Ranges,A auto,A,V auto,V' was expected, found " + shown(line));
  const auto automatic = [&](std::size_t i) -> std::optional<bool> {
    const auto value = measured(fields[i]);
    return value ? std::optional(*value != 0) : std::nullopt;
  };
  PtdRanges ranges;
  ranges.current_auto = automatic(1);
  ranges.current = measured(fields[2]);
  ranges.voltage_auto = automatic(3);
  ranges.voltage = measured(fields[4]);
  return ranges;
}

bool same_ranges(const PtdRanges& a, const PtdRanges& b) {
  return a.current_auto == b.current_auto && a.voltage_auto == b.voltage_auto &&
         (a.current_auto == true || a.current == b.current) &&
         (a.voltage_auto == true || a.voltage == b.voltage);
}

std::optional<std::chrono::milliseconds> parse_ptd_interval(std::string_view line) {
  constexpr std::string_view kAt = "samples at ";
  const auto at = line.find(kAt);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = line.substr(at + kAt.size());
  const auto unit = rest.find("ms");
  if (unit == std::string_view::npos) return std::nullopt;
  const auto value = digits(rest.substr(0, unit));
  if (!value || *value == 0) return std::nullopt;
  return std::chrono::milliseconds(*value);
}

Result<int> parse_ptd_count(std::string_view line) {
  line = trim(line);
  constexpr std::string_view kLast = "Last ";
  if (line.substr(0, kLast.size()) == kLast) {
    const std::string_view rest = line.substr(kLast.size());
    const auto count = digits(rest.substr(0, rest.find(' ')));
    constexpr int kMost = 1'000'000;  // PTDaemon keeps 500,000.
    if (count && *count <= kMost) return *count;
  }
  if (line.rfind("No ", 0) == 0 || line.rfind("Insufficient", 0) == 0) return 0;
  return fail(Code::kCorrupt, "'Last N samples' was expected, found " + shown(line));
}

Result<PtdSample> parse_ptd_sample(std::string_view line) {
  const std::vector<std::string> fields = split(trim(line), ',');
  if (fields.size() < 4 || fields[0] != "Time")
    return fail(Code::kCorrupt, "'Time,stamp,Watts,...' was expected, found " + shown(line));
  const auto stamp = parse_stamp(fields[1]);
  if (!stamp)
    return fail(Code::kCorrupt, "a time as MM-DD-YYYY HH:MM:SS.mmm was expected, found " + shown(fields[1]));
  PtdSample sample;
  sample.stamp_ns = *stamp;
  for (std::size_t i = 2; i + 1 < fields.size(); i += 2) {
    const std::string& key = fields[i];
    if (key == "Mark") break;  // Then free text, then the channels one by one.
    if (key == "Watts") sample.watts = measured(fields[i + 1]);
    if (key == "Volts") sample.volts = measured(fields[i + 1]);
    if (key == "Amps") sample.amperes = measured(fields[i + 1]);
  }
  return sample;
}

}  // namespace assay::instrument

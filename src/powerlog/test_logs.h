// What the tests of this folder share.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "powerlog/import.h"

namespace assay::powerlog {

inline std::filesystem::path fixture(std::string_view name) {
  return std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/fixtures/powerlogs" / name;
}

/// The value of a Result, or a test that fails with its message.
template <typename T>
T value_of(Result<T> result) {
  if (!result) {
    ADD_FAILURE() << result.error().message;
    return T{};
  }
  return std::move(*result);
}

inline const record::Series* find_series(const ImportedLog& log, std::string_view id) {
  for (const record::Series& series : log.series)
    if (series.channel.id == id) return &series;
  return nullptr;
}

/// The series of that id; an empty one, and a test that fails, where there is none.
inline const record::Series& series_of(const ImportedLog& log, std::string_view id) {
  static const record::Series kNone{};
  const record::Series* series = find_series(log, id);
  if (series) return *series;
  std::string ids;
  for (const record::Series& other : log.series) ids += " " + other.channel.id;
  ADD_FAILURE() << "no series " << id << " in" << ids;
  return kNone;
}

inline std::vector<double> values_of(const record::Series& series) {
  std::vector<double> values;
  for (const record::Reading& reading : series.readings) values.push_back(reading.value);
  return values;
}

/// How often something was rejected for that reason; 0 where it is not named.
inline std::int64_t rejected(const record::Series& series, const std::string& why) {
  const auto found = series.rejected.find(why);
  return found == series.rejected.end() ? 0 : found->second;
}

inline bool mentions(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// A mapping for `t,w` in seconds and watts.
inline Mapping watts_by_seconds() {
  Mapping mapping;
  mapping.time = {{"t"}, "s", {}};
  mapping.power = ScaledField{{"w"}, "W"};
  mapping.position = Position::kEnd;
  return mapping;
}

inline ImportOptions csv_options(Mapping mapping) {
  ImportOptions options;
  options.log.mapping = std::move(mapping);
  options.log.boundary = record::Boundary::kDcInput;
  return options;
}

}  // namespace assay::powerlog

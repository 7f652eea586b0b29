// Any bytes as a time: a pattern and a stamp, a count, a zone.
#include <cstdint>
#include <string>

#include "powerlog/log_time.h"
#include "powerlog/number.h"
#include "property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto in_range = [](std::int64_t ns) {
    constexpr std::int64_t kDay = 86'400'000'000'000;
    require(ns >= -powerlog::kLatestTime - kDay && ns <= powerlog::kLatestTime + kDay, "times stay in range");
  };
  if (const auto stamp = powerlog::parse_iso8601(text); stamp) in_range(stamp->ns);
  for (const int digits : {0, 3, 6, 9})
    if (const auto count = powerlog::parse_time_count(text, digits); count) in_range(*count);
  if (const auto zone = powerlog::parse_zone(text); zone)
    require(powerlog::parse_zone(powerlog::to_string(*zone)).value() == *zone, "a zone reads back",
            std::string(text));
  const auto line = text.find('\n');
  if (line == std::string_view::npos) return 0;
  const auto pattern = powerlog::StampPattern::create(text.substr(0, line));
  if (!pattern) return 0;
  if (const auto stamp = pattern->parse(text.substr(line + 1)); stamp) in_range(stamp->ns);
  return 0;
}

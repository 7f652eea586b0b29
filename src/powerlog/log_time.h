// Times as logs write them: stamps by a pattern or ISO 8601, and the zone that a stamp without one is in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace assay::powerlog {

inline constexpr std::int64_t kSecondNs = 1'000'000'000;

/// A fixed offset: local time = UTC + offset. A name ("Europe/Berlin") is refused: on the night of a change
/// of clocks it stands for two offsets, and a power log of that hour would be cut at the wrong place without
/// a word.
struct Zone {
  std::int32_t offset_s = 0;
  bool operator==(const Zone&) const = default;
};

/// "UTC", "Z", "GMT", "+02:00", "-0530", "UTC+2". Errors: kInvalidInput.
Result<Zone> parse_zone(std::string_view text);
std::string to_string(Zone zone);  ///< "UTC", "UTC+02:00"

/// A moment, in nanoseconds since 1970-01-01T00:00; UTC only where `has_zone`, else the clock of a place
/// unsaid.
struct Stamp {
  std::int64_t ns = 0;
  bool has_zone = false;
};

/// "2026-07-25T09:08:28.123456789+02:00", 'T' or blank in the middle, fraction and zone optional. Absent:
/// anything else, a day that the calendar does not have, a leap second, a time before 1970 or after
/// kLatestTime (2096).
std::optional<Stamp> parse_iso8601(std::string_view text);

/// strptime's letters: %Y %y %m %b %d %H %I %p %M %S %f %z %%, other characters as they are. Beyond strptime,
/// %f takes one to nine digits. Immutable once made: any number of threads may use it.
class StampPattern {
 public:
  /// Errors: kInvalidInput (unknown letter; day or hour of the day not said).
  static Result<StampPattern> create(std::string_view pattern);

  /// Reads a stamp from the front of `text` and removes it. Absent, and `text` unchanged: no such stamp.
  std::optional<Stamp> take(std::string_view& text) const;
  /// The same of the whole text, blanks around it aside.
  std::optional<Stamp> parse(std::string_view text) const;
  bool has_zone() const;

 private:
  struct Item {
    char letter;  ///< Of a conversion; 0: a literal.
    char literal;
  };
  std::vector<Item> items_;
};

}  // namespace assay::powerlog

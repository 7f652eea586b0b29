// The formats of power logs: one table, one file each.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "powerlog/batch.h"
#include "powerlog/log_time.h"
#include "powerlog/mapping.h"
#include "record/reading.h"

namespace assay::powerlog {

/// What the clock of a log counts from.
enum class LogClock {
  kUtc,      ///< Nanoseconds since 1970-01-01T00:00Z, by the clock of the host that logged.
  kRelative  ///< Nanoseconds since a zero of its own: only the load pattern can place it.
};
std::string_view to_string(LogClock clock);  ///< "utc", "relative"

/// How the lines of a log carry time.
enum class Timing {
  kStamped,       ///< Each its own.
  kWholeSeconds,  ///< Cut to the second: several lines may share a stamp and lie evenly in that second.
  kCounted        ///< None: line n is n intervals after the first.
};

/// What holds for a whole log.
struct LogTraits {
  LogClock clock = LogClock::kUtc;
  Timing timing = Timing::kStamped;
  Position position = Position::kInstant;
  std::optional<std::int64_t> interval_ns;  ///< Declared; absent: found from the readings.
  std::int64_t first_byte = 0;              ///< Where the lines begin that are given to parse().
  std::int64_t first_line = 1;              ///< Its number in the file.
  std::vector<std::string> channels;        ///< That are known beforehand: 0, 1 ... of every batch.
};

/// Reads the lines of one log. Immutable once made: several threads call parse() at once.
class LineParser {
 public:
  virtual ~LineParser() = default;
  const LogTraits& traits() const { return traits_; }
  /// One line without its end. Adds samples to the batch, or counts why there is none.
  virtual void parse(std::string_view line, Batch& batch) const = 0;
  /// The channel that `key` (as parse() names it) means; `id` and `source` are put in by the caller.
  virtual record::Channel describe(std::string_view key) const = 0;
  /// Once all is read: what only the whole log tells (which channel contains which).
  virtual void finish(std::vector<record::Series>&) const {}

 protected:
  explicit LineParser(LogTraits traits) : traits_(std::move(traits)) {}
  LogTraits traits_;
};

/// What the user says about a log.
struct LogOptions {
  std::optional<Zone> zone;  ///< Of stamps that carry none. No default: a guess would shift the power.
  std::optional<std::int64_t>
      interval_ns;                   ///< Between samples (tegrastats --interval), or that one speaks of.
  std::optional<Position> position;  ///< Other than the format's usual one.
  std::optional<record::Boundary> boundary;  ///< What the meter was connected to.
  std::optional<record::Accuracy> accuracy;  ///< Of the meter's power.
  std::string mark;                          ///< PTDaemon: only readings with this mark; empty: all.
  std::optional<Mapping> mapping;            ///< Formats "csv" and "json".
};

struct Format {
  std::string_view name;         ///< "ptdaemon"
  std::string_view description;  ///< One line, for help.
  /// Whether the first kilobytes of a file look like this format, and like nothing else in the table.
  bool (*recognise)(std::string_view head);
  /// `head`: the beginning of the file, cut behind its last whole line. Errors: kInvalidInput (something has
  /// to be said that was not: zone, interval, boundary, mapping), kCorrupt (no header).
  Result<std::unique_ptr<LineParser>> (*open)(std::string_view head, const LogOptions& options);
};

extern const Format kPtdaemon;
extern const Format kTegrastats;
extern const Format kMonsoon;
extern const Format kJtop;
extern const Format kCsv;
extern const Format kJson;

/// All of them.
std::span<const Format* const> formats();
/// Errors: kInvalidInput with the nearest right name.
Result<const Format*> format_named(std::string_view name);
/// The one that recognises `head`; nullptr: none does.
const Format* recognise_format(std::string_view head);

/// The next line of `text`, without its end, which is removed from it. False at the end; a last line without
/// an end is none.
bool take_line(std::string_view& text, std::string_view& line);
/// The next word between blanks, removed from the front of `text`; empty at the end.
std::string_view take_word(std::string_view& text);

/// A key such as "VDD_IN.power" as a channel: the part behind the last dot is the quantity and gives the
/// unit.
record::Channel channel_of_key(std::string_view key, Position position);
/// With all but letters, digits, '_' and '-' as '_': safe in a file name.
std::string safe_name(std::string_view text);

}  // namespace assay::powerlog

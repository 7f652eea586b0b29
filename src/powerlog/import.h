// Power logs of other tools as readings of channels, in the log's own clock: a stream for logs of any size,
// or whole series. docs/importing_power_logs.md says what each format needs to be told.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "powerlog/assembler.h"
#include "powerlog/block_reader.h"
#include "powerlog/format.h"
#include "powerlog/overlap.h"
#include "record/reading.h"

namespace assay::powerlog {

struct ImportOptions {
  std::string format;  ///< Of the table in format.h; empty: by content, and "csv" where there is a mapping
                       ///< of columns, "json" where it is one of JSON pointers.
  std::string source;  ///< Id of the source; empty: the format's name.
  LogOptions log;      ///< What the user says about the log.
  std::optional<TimeSpan> run;  ///< The run's windows in UTC: a log in UTC that misses them is refused.
  std::optional<TimeSpan>
      keep;  ///< import_log(): readings that end outside of it (log's clock) are not kept.
  ReadTuning tuning;
  std::function<void(std::int64_t bytes_done, std::int64_t bytes_total)> progress;
};

/// A log, read. `series` are without readings when it was streamed.
struct ImportedLog {
  std::string format;
  /// `reads`: lines; `failed_reads`: lines that could not be used. Facts: format, clock ("utc", "relative"),
  /// bytes, zone, what the log says of itself, and of each kind of rejection the line where it was first.
  /// `clock` is as it was made: mapping the log's clock to CLOCK_MONOTONIC is the caller's.
  record::Source source;
  /// Its `rejected` counts unusable values of that channel, and unusable lines (of which each may have held
  /// one).
  std::vector<record::Series> series;
  LogClock clock = LogClock::kUtc;
  TimeSpan span;  ///< Of all readings, in the log's clock.
  std::int64_t readings = 0;
  std::int64_t outside = 0;  ///< Good readings that `keep` left out.
};

/// What a log is, by its beginning.
struct LogKind {
  std::string format;
  LogClock clock = LogClock::kUtc;
};
/// Errors: those of stream_log() that the beginning tells.
Result<LogKind> identify_log(const std::filesystem::path& path, const ImportOptions& options);

/// Reads a whole log in memory that does not depend on its size (about 2 MB a thread), and hands its readings
/// to `sink`, on this thread and in order. Lines are parsed by `tuning.threads` threads.
///
/// What is odd is counted, with the line where it was first, and never used: noise, sentinels, a last line
/// without its end. Readings that go back in time or repeat one are not sorted in: the first stands. Where
/// more than a tenth of a channel's readings are like that, the log is refused at its end.
///
/// Errors: kNotFound, kUnavailable (permission); kInvalidInput (not a regular file; not recognised; zone,
/// interval, boundary or mapping missing or wrong; it misses the run, with the zone that would fit); kCorrupt
/// (empty, binary, no reading, order); kResource; kInterrupted; and the sink's. After an error the sink has
/// had part of the log.
Result<ImportedLog> stream_log(const std::filesystem::path& path, const ImportOptions& options, Sink& sink);

/// The same of a text.
Result<ImportedLog> stream_text(std::string_view text, const ImportOptions& options, Sink& sink);

/// The same with the readings in memory, 24 bytes each: for a long log set `keep`.
Result<ImportedLog> import_log(const std::filesystem::path& path, const ImportOptions& options);
Result<ImportedLog> import_text(std::string_view text, const ImportOptions& options);

}  // namespace assay::powerlog

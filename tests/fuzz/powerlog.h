// What the targets of power logs share: any bytes give readings that can be used, or an error that is no bug
// of ours; and how the bytes are cut into blocks, and by how many threads they are read, makes no difference.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "powerlog/import.h"
#include "property.h"

namespace assay {

inline void require_usable(const powerlog::ImportedLog& log) {
  std::int64_t readings = 0;
  for (const record::Series& series : log.series) {
    std::int64_t last = 0;
    bool first = true;
    for (const record::Reading& reading : series.readings) {
      require(std::isfinite(reading.value), "a reading is finite", series.channel.id);
      require(reading.begin_ns <= reading.end_ns, "a reading begins before it ends", series.channel.id);
      require(first || reading.end_ns > last, "readings are in order", series.channel.id);
      require(log.span.begin_ns <= reading.begin_ns && reading.end_ns <= log.span.end_ns,
              "the span has all readings");
      last = reading.end_ns;
      first = false;
      ++readings;
    }
    for (const auto& [why, count] : series.rejected)
      require(count > 0 && why != "unknown", "rejections have names");
  }
  require(readings == log.readings && readings > 0, "readings are counted");
}

inline bool has_too_many_channels(const powerlog::ImportedLog& log) {
  return !log.series.empty() && log.series[0].rejected.contains("too many channels");
}

inline void fuzz_log(std::string_view text, powerlog::ImportOptions options) {
  options.tuning.threads = 1;
  options.tuning.longest_line = 4096;
  const auto log = powerlog::import_text(text, options);
  options.tuning.threads = 2;
  options.tuning.block_bytes = 997;
  const auto pieces = powerlog::import_text(text, options);
  require(log.has_value() == pieces.has_value(), "blocks change nothing");
  if (!log) {
    require(log.error().code == Code::kInvalidInput || log.error().code == Code::kCorrupt,
            "a bad log is no bug of ours", log.error().message);
    return;
  }
  require_usable(*log);
  require_usable(*pieces);
  if (has_too_many_channels(*log) || has_too_many_channels(*pieces))
    return;  // Which are kept depends on the blocks.
  require(log->series.size() == pieces->series.size(), "blocks change no channels");
  for (std::size_t i = 0; i < log->series.size(); ++i) {
    require(log->series[i].channel == pieces->series[i].channel, "blocks change no channel",
            log->series[i].channel.id);
    require(log->series[i].readings == pieces->series[i].readings, "blocks change no readings",
            log->series[i].channel.id);
    require(log->series[i].rejected == pieces->series[i].rejected, "blocks change no counts",
            log->series[i].channel.id);
  }
}

}  // namespace assay

// A power log of another tool that was laid over a campaign: what it was, and its readings on our clock.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "record/reading.h"

namespace assay::record {

/// What of a log belongs to one boot of the machine: CLOCK_MONOTONIC begins anew with each.
struct ImportedPart {
  std::string boot_id;
  /// One source, whose clock says how the log's times became ours, and whose failure says why nothing of the
  /// log could be laid over this boot (its series are without readings then).
  Observation observation;
};

/// What the log was.
struct ImportFacts {
  std::string name;  ///< Of its source: "ptdaemon-log". Its channels are "ptdaemon-log.power" ...
  std::string file;  ///< As the user named it.
  std::int64_t bytes = 0;
  std::string sha256;  ///< Of the log as it was read.
  std::string format;
  std::string imported_utc;
  std::map<std::string, std::string> said;  ///< What the user said about it: zone, boundary, clock ...
  std::string mapping;                      ///< The mapping file's text; empty: there was none.
  std::string log_clock;                    ///< "utc" or "relative"
  std::int64_t begin_ns = 0, end_ns = 0;    ///< Of all its readings, on the log's clock.
  std::int64_t lines = 0, bad_lines = 0;
  std::int64_t readings = 0;  ///< Good ones, of all channels.
  std::int64_t kept = 0;      ///< Of those, near enough to the runs.
};

struct PowerImport {
  ImportFacts facts;
  std::vector<ImportedPart> parts;
};

}  // namespace assay::record

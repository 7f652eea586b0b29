// Time series that sensors, instruments and logs give: what a channel is, its readings, and its gaps.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::record {

/// What one reading says about time, and so how it is integrated.
enum class ReadingKind {
  kInstant,  ///< The quantity at the moment of acquisition (INA3221): trapezoid.
  kMean,     ///< Its mean over the update interval that ends with the reading (power analyzer): overlap.
  kCounter   ///< A total that only grows, until it wraps (RAPL, NVML's energy): difference.
};
std::string_view to_string(ReadingKind kind);  ///< "instant", "mean", "counter"

/// What a power or energy includes. Figures of different boundaries are never ranked against each other.
enum class Boundary {
  kNone,     ///< Not a power (a temperature, a clock).
  kDcInput,  ///< An external meter at the board's DC input: the only one whose figures stand unmarked.
  kAcInput,  ///< An external meter at the wall: the supply's losses are in it.
  kBoard,    ///< The board's own measurement of its input (VDD_IN).
  kRail,     ///< One rail, or a sum of rails, of the board.
  kPackage,  ///< A chip with all that is in its package (RAPL package).
  kChip      ///< A part of a chip, or an add-in card's own sensor.
};
std::string_view to_string(Boundary boundary);  ///< "dc_input", "ac_input", "board", "rail", ...; kNone: ""

/// Half widths of a rectangular distribution, as manufacturers state accuracy.
struct Accuracy {
  double of_reading = 0;  ///< Relative: 0.001 is 0.1 % of reading.
  double of_range = 0;    ///< Relative to `range`.
  double range = 0;       ///< In the channel's unit; 0 where none is.
  std::string source;     ///< "WT300E user's manual, 12 months", "the spec's words"
  bool operator==(const Accuracy&) const = default;
};

struct Channel {
  std::string id;        ///< "ina3221-0040.VDD_IN.power": unique in a run, safe in a file name.
  std::string source;    ///< Id of its source: "wt300e", "ina3221-0040", "rapl".
  std::string quantity;  ///< "power", "energy", "voltage", "current", "temperature", "frequency",
                         ///< "utilisation", "load", "events", "duration", "level", "reasons",
                         ///< "memory", "speed"
  std::string unit;      ///< "W", "J", "V", "A", "degC", "Hz", "%", "1", "s", "B", "rpm"
  ReadingKind kind = ReadingKind::kInstant;
  Boundary boundary = Boundary::kNone;
  std::int64_t update_ns = 0;        ///< The source renews its value this often; 0: unknown, or at each read.
  std::optional<double> wraps_at;    ///< kCounter: the value after which it starts from 0 again.
  std::optional<double> limit;       ///< A trip point or maximum that the source itself tells.
  std::optional<Accuracy> accuracy;  ///< Absent: unknown, which the uncertainty has to say.
  std::vector<std::string> contains;  ///< Ids of channels whose power this one includes (VDD_IN its rails).
  std::map<std::string, std::string> facts;  ///< Settings read back: conversion time, averaging, filter ...
  bool operator==(const Channel&) const = default;
};

/// CLOCK_MONOTONIC of this host, nanoseconds. `begin` and `end` bracket the acquisition; a meter's reading
/// has its update edge in between. A reading that was imported has been mapped to this clock (ClockMap).
struct Reading {
  std::int64_t begin_ns = 0, end_ns = 0;
  double value = 0;  ///< Finite. What is not a number is no reading, but is counted in Series::rejected.
  bool operator==(const Reading&) const = default;
};

/// A time in which the source gave nothing.
struct Gap {
  std::int64_t begin_ns = 0, end_ns = 0;
  std::string reason;  ///< "connection lost: ..."
  bool operator==(const Gap&) const = default;
};

struct Series {
  Channel channel;
  std::vector<Reading> readings;  ///< In order of time.
  std::vector<Gap> gaps;
  std::map<std::string, std::int64_t> rejected;  ///< Reason -> how many: "overload", "no data", "noise line".
};

/// How a foreign clock maps to ours: ours = theirs + offset + drift x (theirs - origin).
struct ClockMap {
  std::int64_t origin_ns = 0;  ///< Of their clock.
  std::int64_t offset_ns = 0;
  double drift = 0;           ///< Relative: 1e-6 is 1 ppm.
  std::int64_t error_ns = 0;  ///< 95 % bound on a mapped time, within the span that it was found on.
  std::string method;         ///< "same clock", "bracketed", "load pattern", "declared"
  bool operator==(const ClockMap&) const = default;
};

/// One sensor, instrument or log, and how it did.
struct Source {
  std::string id;           ///< "wt300e"
  std::string description;  ///< "YOKOGAWA WT310E C3XX12345V F2.03 at vxi11://..."
  bool simulated = false;   ///< A simulator or a replayed log of one: everything from it is marked.
  ClockMap clock;
  std::map<std::string, std::string> facts;  ///< Identity and settings as read back.
  std::int64_t reads = 0, failed_reads = 0;
  std::int64_t read_ns_total = 0, read_ns_longest = 0;  ///< What acquiring cost.
  std::string failure;                                  ///< Why it ended early; empty: it did not.
};

/// Everything that was observed beside a run, and what observing cost.
struct Observation {
  std::vector<Source> sources;
  std::vector<Series> series;
  std::int64_t begin_ns = 0, end_ns = 0;
  std::int64_t cpu_ns = 0;      ///< CPU time of the sampler's threads.
  std::int64_t late_ticks = 0;  ///< Readings that were due while the one before was still going on: skipped.
  /// Sources that are there but may not be read, and what to do: "rapl: package-0: permission denied; ...".
  std::vector<std::string> refused;
};

}  // namespace assay::record

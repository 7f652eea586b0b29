// What readings say about power over time: each kind of reading becomes stretches of known power, and what no
// reading speaks of stays without one.
#pragma once

#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <string>

#include "base/status.h"
#include "record/reading.h"

namespace assay::timeline {

/// Power over begin < t <= end: constant (a mean, a counter's difference) or linear (between two
/// instantaneous readings).
struct Piece {
  std::int64_t begin_ns = 0, end_ns = 0;
  double from_w = 0, to_w = 0;

  double mean_w() const { return (from_w + to_w) / 2; }
  double watts_at(std::int64_t at_ns) const {
    if (from_w == to_w) return from_w;
    return from_w +
           (to_w - from_w) * static_cast<double>(at_ns - begin_ns) / static_cast<double>(end_ns - begin_ns);
  }
};

/// The moment of a reading: the middle of its bracket. Where in the bracket the acquisition (or the meter's
/// update edge) lay is not known; half the bracket goes into the uncertainty of the clock.
inline std::int64_t moment_ns(const record::Reading& reading) {
  return std::midpoint(reading.begin_ns, reading.end_ns);
}

/// Two instantaneous readings further apart than this many intervals say nothing about the time between.
inline constexpr double kLongestGapIntervals = 2.5;

/// The time from one reading to the next, as it should be: the channel's update interval, or the median
/// spacing of `readings` (thousands do; the first 10,000 are looked at) where that is not known, or is longer
/// and the channel no mean: a sampler may read a fast source slowly. 0: not to be found out.
std::int64_t expected_interval_ns(const record::Channel& channel, std::span<const record::Reading> readings);

/// Turns readings, pushed in order, into pieces. O(1) memory.
/// - kMean: a reading at t stands for (t - interval, t], from the reading before where that is 0 to 1.5
///   intervals earlier: a meter has no dead time, but its readings' time stamps jitter. Longer: a hole.
/// - kInstant: linear between neighbours up to kLongestGapIntervals apart.
/// - kCounter: the difference, one wrap added where it falls and `wraps_at` is known. A difference that is
///   negative still, or over `plausible_w` for its time, or a time long enough to wrap unseen at that power,
///   gives no piece and counts as a break.
/// A reading of the same time as the one before is a repetition, and so is one of the same value within the
/// source's update interval (half of it for means, each of which is an update): it tells nothing new, is
/// counted, and is not used. Not thread-safe.
class PieceMaker {
 public:
  /// Errors: kInvalidInput (not a power in W or an energy counter in J; no interval).
  static Result<PieceMaker> make(const record::Channel& channel, std::int64_t interval_ns,
                                 double plausible_w);

  struct Taken {
    bool fresh = false;  ///< The reading tells something: it is neither a repetition nor nonsense.
    std::optional<Piece> piece;
  };
  Taken push(const record::Reading& reading);

  /// Nothing is known between the last reading and the next. Counters need no notice: theirs is a total.
  void interrupt() { interrupted_ = true; }

  /// The first reading that broke the contract (order of time, finite, begin <= end); all after it are
  /// ignored.
  const std::optional<Status>& failure() const { return failure_; }
  std::int64_t repeated() const { return repeated_; }
  std::int64_t breaks() const { return breaks_; }  ///< Counters: differences that cannot be, values too.

 private:
  PieceMaker() = default;
  bool acceptable(const record::Reading& reading);
  std::optional<Piece> join(std::int64_t at_ns, double value);
  std::optional<Piece> difference(std::int64_t at_ns, double value);

  std::string id_;
  record::ReadingKind kind_ = record::ReadingKind::kInstant;
  std::int64_t interval_ns_ = 0, repeats_within_ns_ = 0;
  std::optional<double> wraps_at_;
  double plausible_w_ = 0;

  bool started_ = false, interrupted_ = false;
  std::int64_t last_ns_ = 0;
  double last_value_ = 0;
  std::int64_t repeated_ = 0, breaks_ = 0;
  std::optional<Status> failure_;
};

}  // namespace assay::timeline

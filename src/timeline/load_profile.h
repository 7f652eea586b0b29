// A power log and a driven load, each as sums over time, so that they can be compared under any offset.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/status.h"
#include "record/reading.h"
#include "timeline/pattern.h"

namespace assay::timeline {

/// Sums over what a log covers, up to a time: covered ns, power x ns, power^2 x ns.
struct Sums {
  double covered = 0, power = 0, squares = 0;
  friend Sums operator+(Sums a, Sums b) {
    return {a.covered + b.covered, a.power + b.power, a.squares + b.squares};
  }
  friend Sums operator-(Sums a, Sums b) {
    return {a.covered - b.covered, a.power - b.power, a.squares - b.squares};
  }
  friend Sums operator*(double k, Sums a) { return {k * a.covered, k * a.power, k * a.squares}; }
};

/// What one reading says of the load: its mean power over begin..end, or its power at begin = end.
struct Span {
  std::int64_t begin_ns = 0, end_ns = 0;
  double watts = 0;
};

/// A log on its own clock.
struct LogProfile {
  struct Knot {
    std::int64_t at_ns = 0;
    Sums until;
  };
  std::vector<Knot> knots;  ///< In order of time; linear in between.
  std::vector<Span> spans;
  std::int64_t interval_ns = 0;
  double half_bracket_ns = 0;  ///< Mean over the readings.

  std::int64_t begin_ns() const { return knots.front().at_ns; }
  std::int64_t end_ns() const { return knots.back().at_ns; }
  /// `hint`: where the search begins; moves forward only, so times of one hint are asked in order.
  Sums sums_until(std::int64_t at_ns, std::size_t& hint) const;
};

/// Errors: kInvalidInput (no power; fewer than two pieces of it), those of PieceMaker.
Result<LogProfile> profile_of(const record::Series& log);

/// The load on our clock, as a function of time.
class LoadProfile {
 public:
  /// Errors: kInvalidInput (edges not in order, not alternating, or outside of the window; fewer than four).
  static Result<LoadProfile> make(const DrivenPattern& pattern);

  const Window& window() const { return driven_.window; }
  const std::vector<LoadEdge>& edges() const { return driven_.edges; }
  std::int64_t shortest_ns() const { return shortest_ns_; }  ///< Between two edges: a chip.

  /// Share of begin..end in which the load was on, 0..1; begin = end: whether it was on. `hint` as above, by
  /// begin.
  double on_share(std::int64_t begin_ns, std::int64_t end_ns, std::size_t& hint) const;

 private:
  explicit LoadProfile(DrivenPattern driven) : driven_(std::move(driven)) {}
  DrivenPattern driven_;
  std::int64_t shortest_ns_ = 0;
};

}  // namespace assay::timeline

// Mean power and energy over a window of one series, with what is uncertain about them. Pure arithmetic; the
// derivations are in docs/power.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/status.h"
#include "base/units.h"
#include "record/reading.h"
#include "timeline/piece.h"
#include "timeline/scatter.h"
#include "timeline/uncertain.h"
#include "timeline/window.h"

namespace assay::timeline {

/// The rules of validity, with kLongestGapIntervals. They are judged elsewhere; the facts are in WindowPower.
inline constexpr std::int64_t kFewestSamples = 30;
inline constexpr double kLeastCoverage = 0.9;

/// Highest power that a counter's difference may mean, unless the caller knows better: a whole accelerated
/// host draws less.
inline constexpr double kPlausibleWatts = 2000;

/// Standard uncertainties (k = 1) of a mean power, in W.
struct PowerUncertainty {
  bool accuracy_known = false;  ///< The channel states its accuracy. If not, gain and range are not in here.
  double gain_w = 0;   ///< Accuracy, the part "of reading": half width / sqrt 3. Common to all of one meter.
  double range_w = 0;  ///< Accuracy, the part "of range". A meter states the sum of both half widths.
  double clock_w = 0;  ///< The window's edges on the source's clock, by the power's difference there.
  double sampling_w = 0;  ///< What happened between the samples, and their noise.
  double edges_w = 0;     ///< The intervals that the window's edges cut: what lay to which side is not known.
  double gaps_w = 0;      ///< That uncovered time may have drawn another power than the covered.

  double combined_w() const;                              ///< In quadrature (GUM).
  double expanded_w() const { return 2 * combined_w(); }  ///< U, k = 2.
};

struct WindowPower {
  Window window;
  Watts mean;                  ///< Over the covered time.
  Joules covered_energy;       ///< Of the covered time alone: nothing is filled.
  double coverage = 0;         ///< Covered share of the window, 0..1.
  std::int64_t samples = 0;    ///< Readings in the window: of means and counters, those whose middle is.
  Nanoseconds longest_gap{0};  ///< Longest time within the window without a reading.
  Nanoseconds interval{0};     ///< From one reading to the next, as expected.
  std::optional<Watts> peak;   ///< Highest of the samples: of counters, mean over one interval.
  std::int64_t repeated = 0;   ///< Readings of the whole series that told nothing new.
  std::int64_t breaks = 0;     ///< Counter differences and values of the whole series that cannot be.
  PowerUncertainty u;

  /// Scaled: as if the uncovered time had drawn the mean. Equals covered_energy at a coverage of 1.
  Joules window_energy() const { return mean * window.length(); }
};

/// Mean power as a value with its uncertainty, for what is derived from it.
Uncertain mean_power(const WindowPower& power);     ///< W
Uncertain window_energy(const WindowPower& power);  ///< J, scaled to the window.

/// The incremental form: readings in, in order, one window, O(1) memory (about 2 KB). Not thread-safe.
class Integrator {
 public:
  struct Setup {
    Window window;
    std::int64_t interval_ns = 0;     ///< expected_interval_ns().
    std::int64_t clock_error_ns = 0;  ///< 95 % bound: ClockMap::error_ns of the source.
    double plausible_w = kPlausibleWatts;
  };
  /// Errors: kInvalidInput (window without length, channel that is no power or energy counter, no interval).
  static Result<Integrator> make(const record::Channel& channel, const Setup& setup);

  /// Some nanoseconds. What is wrong with a reading is told by finish().
  void push(const record::Reading& reading);
  /// The source gave nothing between the last reading and the next (record::Gap).
  void interrupt() { pieces_.interrupt(); }

  /// Errors: kNotFound (no reading covers any of the window), kInvalidInput (readings not in order of time),
  /// kCorrupt (a reading that is no number or no time, or beyond all powers).
  Result<WindowPower> finish() const;

 private:
  /// Energy of one stretch, of what is covered of it.
  struct Slice {
    Window window;
    double joules = 0;
    std::int64_t covered_ns = 0;
    void add(const Piece& piece);
    std::optional<double> mean_w() const;
  };
  /// An interval that an edge of the window cuts.
  struct Cut {
    double seconds = 0, inside = 0;  ///< Its length, and the share of it that is in the window.
    double watts = 0;
    std::optional<double> before, after;  ///< Power of its neighbours; of a linear piece, at its ends.
    double swing_w() const;
    double highest_w() const;
    double misplaced_j(bool linear) const;
  };

  Integrator(PieceMaker pieces, const record::Channel& channel, const Setup& setup);
  void take_piece(const Piece& piece);
  void take_sample(double watts);
  double age_s() const;
  double half_bracket_s() const;
  double shift_s() const;
  double shift_change_w(double mean_w) const;
  double sampling_j(double mean_w) const;
  double edges_j() const;

  PieceMaker pieces_;
  std::string id_;
  record::ReadingKind kind_;
  std::optional<record::Accuracy> accuracy_;
  std::int64_t update_ns_;
  Setup setup_;

  Slice main_;
  std::array<Slice, 4> sides_;  ///< Before and after the begin, before and after the end.
  std::array<std::optional<Cut>, 2> cuts_;
  std::optional<double> last_w_;  ///< Of the piece before.
  Scatter scatter_;

  std::int64_t covered_until_ns_, seen_until_ns_;
  std::int64_t longest_gap_ns_ = 0;
  double holes_squared_ = 0;                     ///< s^2
  double weight2_ = 0, weight3_ = 0;             ///< Sums of the pieces' lengths in s, squared and cubed.
  double first_rise_js_ = 0, last_rise_js_ = 0;  ///< Length x change of the first and the last piece, W s.
  std::optional<double> reference_w_;            ///< Against cancellation in the two sums that follow.
  double sum_ = 0, sum_squares_ = 0;             ///< Of power less the reference, weighted by time.
  std::optional<double> peak_w_;
  std::int64_t stamps_ = 0;  ///< Readings in the window, repetitions too.
  double half_brackets_s_ = 0;
};

/// Integrates a series: its readings and, between them, its gaps. O(readings). Errors: those of Integrator.
Result<WindowPower> integrate(const record::Series& series, const Window& window,
                              std::int64_t clock_error_ns = 0, double plausible_w = kPlausibleWatts);

/// Through how many rounds of its phases instants taken every `interval` pass within the window, of a load
/// that repeats every `period`: |interval / period - nearest whole number| x window / interval. Under about
/// three, and without jitter, they show some phases of an inference and not its mean, and nothing in them
/// tells. Absent where the load is slow enough to be followed (period at least two intervals). All over 0.
std::optional<double> rounds_of_phases(Nanoseconds interval, Nanoseconds period, Nanoseconds window);

}  // namespace assay::timeline

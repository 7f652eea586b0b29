// A value with its standard uncertainty, and the arithmetic of derived figures. Pure functions.
#pragma once

#include <cstdint>

namespace assay::timeline {

/// In the unit of its figure. The parts are standard uncertainties (k = 1) and combine differently:
/// - independent: clock, sampling, gaps, repeatability; in quadrature, always. Of it, `u_scatter` differs by
///   chance from one window to the next, so that repeats show it and their mean has less of it; the rest (a
///   clock that is off, edges that are cut in the same way) may be the same in all of them.
/// - gain: the meter's error of reading, as a signed sensitivity to that one error. It is the same for all
///   values that one meter measured, so it adds with its sign and cancels in their ratio.
/// - range: the meter's error of range. It may differ from reading to reading, so it cancels nowhere.
/// A meter states its accuracy as the sum of the half widths of gain and range, so these two add.
struct Uncertain {
  double value = 0;
  double u_independent = 0;
  double u_gain = 0;
  double u_range = 0;
  bool accuracy_known = true;  ///< False: a meter in it states no accuracy, and only the rest is in here.
  double u_scatter = 0;        ///< Part of u_independent, 0..u_independent.

  double combined() const;
  double u_lasting() const;                           ///< What of u_independent is not scatter.
  double expanded() const { return 2 * combined(); }  ///< U, k = 2.
};

// Of values from one meter, or of values without a meter in them (gain and range 0).
Uncertain sum(const Uncertain& a, const Uncertain& b);
Uncertain difference(const Uncertain& a, const Uncertain& b);
Uncertain product(const Uncertain& a, const Uncertain& b);
Uncertain quotient(const Uncertain& a, const Uncertain& b);  ///< b.value is not 0.
Uncertain scaled(const Uncertain& a, double factor);         ///< By an exact number.

/// The same value, its meter's errors now independent of all others: before values of two meters are
/// combined.
Uncertain of_another_meter(const Uncertain& a);

// Derived figures. Time is the mean inference time in s and throughput in inferences/s, both without a meter;
// powers are of one meter.
Uncertain net_power(const Uncertain& average_w, const Uncertain& idle_w);             ///< W
Uncertain energy_per_inference(const Uncertain& average_w, const Uncertain& time_s);  ///< J
Uncertain window_energy_per_count(const Uncertain& window_j, std::int64_t count);     ///< J; count >= 1.
/// FPS/W. Net: of net_power(). The power is not 0.
Uncertain efficiency(const Uncertain& throughput, const Uncertain& power_w);
Uncertain gops_per_watt(const Uncertain& gops, const Uncertain& average_w);
/// Energy per inference x inference time, J s: the time is in it twice.
Uncertain energy_delay_product(const Uncertain& average_w, const Uncertain& time_s);
/// How many times a is b. Of two rows on one meter: its gain error cancels.
Uncertain ratio_of_rows(const Uncertain& a, const Uncertain& b);

}  // namespace assay::timeline

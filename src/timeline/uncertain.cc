#include "timeline/uncertain.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace assay::timeline {

double Uncertain::combined() const { return std::hypot(u_independent, std::abs(u_gain) + u_range); }

double Uncertain::u_lasting() const {
  return std::sqrt(std::max(0.0, u_independent * u_independent - u_scatter * u_scatter));
}

Uncertain sum(const Uncertain& a, const Uncertain& b) {
  return {a.value + b.value,
          std::hypot(a.u_independent, b.u_independent),
          a.u_gain + b.u_gain,
          std::hypot(a.u_range, b.u_range),
          a.accuracy_known && b.accuracy_known,
          std::hypot(a.u_scatter, b.u_scatter)};
}

Uncertain difference(const Uncertain& a, const Uncertain& b) { return sum(a, scaled(b, -1)); }

Uncertain product(const Uncertain& a, const Uncertain& b) {
  return {a.value * b.value,
          std::hypot(b.value * a.u_independent, a.value * b.u_independent),
          b.value * a.u_gain + a.value * b.u_gain,
          std::hypot(b.value * a.u_range, a.value * b.u_range),
          a.accuracy_known && b.accuracy_known,
          std::hypot(b.value * a.u_scatter, a.value * b.u_scatter)};
}

Uncertain quotient(const Uncertain& a, const Uncertain& b) {
  assert(b.value != 0);
  const double value = a.value / b.value;
  return {value,
          std::hypot(a.u_independent, value * b.u_independent) / std::abs(b.value),
          (a.u_gain - value * b.u_gain) / b.value,
          std::hypot(a.u_range, value * b.u_range) / std::abs(b.value),
          a.accuracy_known && b.accuracy_known,
          std::hypot(a.u_scatter, value * b.u_scatter) / std::abs(b.value)};
}

Uncertain scaled(const Uncertain& a, double factor) {
  return {a.value * factor,  a.u_independent * std::abs(factor),
          a.u_gain * factor, a.u_range * std::abs(factor),
          a.accuracy_known,  a.u_scatter * std::abs(factor)};
}

Uncertain of_another_meter(const Uncertain& a) {
  return {a.value, a.combined(), 0, 0, a.accuracy_known, a.u_scatter};
}

Uncertain net_power(const Uncertain& average_w, const Uncertain& idle_w) {
  return difference(average_w, idle_w);
}

Uncertain energy_per_inference(const Uncertain& average_w, const Uncertain& time_s) {
  return product(average_w, time_s);
}

Uncertain window_energy_per_count(const Uncertain& window_j, std::int64_t count) {
  assert(count >= 1);
  return scaled(window_j, 1 / static_cast<double>(count));
}

Uncertain efficiency(const Uncertain& throughput, const Uncertain& power_w) {
  return quotient(throughput, power_w);
}

Uncertain gops_per_watt(const Uncertain& gops, const Uncertain& average_w) {
  return quotient(gops, average_w);
}

Uncertain energy_delay_product(const Uncertain& average_w, const Uncertain& time_s) {
  // As one function of the time: as a product of two products its errors would count as independent.
  const Uncertain squared{time_s.value * time_s.value,
                          2 * std::abs(time_s.value) * time_s.u_independent,
                          2 * time_s.value * time_s.u_gain,
                          2 * std::abs(time_s.value) * time_s.u_range,
                          time_s.accuracy_known,
                          2 * std::abs(time_s.value) * time_s.u_scatter};
  return product(average_w, squared);
}

Uncertain ratio_of_rows(const Uncertain& a, const Uncertain& b) { return quotient(a, b); }

}  // namespace assay::timeline

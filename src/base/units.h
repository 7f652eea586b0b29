// Strong types for physical quantities. Raw numbers appear only at the edges, where the name carries the unit
// (`power_mw`). Time is std::chrono::nanoseconds.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace assay {

template <typename Tag>
struct Quantity {
  double value = 0;  ///< In the SI unit that the type is named after.
  constexpr auto operator<=>(const Quantity&) const = default;
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return {a.value + b.value}; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return {a.value - b.value}; }
  friend constexpr Quantity operator*(Quantity a, double k) { return {a.value * k}; }
  friend constexpr Quantity operator*(double k, Quantity a) { return {k * a.value}; }
  friend constexpr Quantity operator/(Quantity a, double k) { return {a.value / k}; }
  friend constexpr double operator/(Quantity a, Quantity b) { return a.value / b.value; }
};

using Watts = Quantity<struct WattTag>;
using Joules = Quantity<struct JouleTag>;
using Volts = Quantity<struct VoltTag>;
using Amperes = Quantity<struct AmpereTag>;
using Celsius = Quantity<struct CelsiusTag>;
using Hertz = Quantity<struct HertzTag>;

using Nanoseconds = std::chrono::duration<std::int64_t, std::nano>;

constexpr double seconds(Nanoseconds t) { return static_cast<double>(t.count()) * 1e-9; }
constexpr Joules operator*(Watts p, Nanoseconds t) { return {p.value * seconds(t)}; }
constexpr Watts operator/(Joules e, Nanoseconds t) { return {e.value / seconds(t)}; }
constexpr Watts operator*(Volts u, Amperes i) { return {u.value * i.value}; }

}  // namespace assay

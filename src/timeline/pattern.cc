#include "timeline/pattern.h"

#include <bit>
#include <chrono>
#include <string>

#include "base/splitmix64.h"

namespace assay::timeline {
namespace {

struct Polynomials {
  int order;
  std::uint32_t before, after;  // Bit i is the coefficient of x^i.
};
constexpr Polynomials kPolynomials[] = {{5, 045, 075},   {6, 0103, 0147},   {7, 0211, 0217},
                                        {8, 0435, 0453}, {9, 01021, 01131}, {10, 02011, 02415}};

}  // namespace

Result<LoadPattern> load_pattern(int order, Sequence sequence, std::uint64_t seed, Nanoseconds chip) {
  if (chip <= Nanoseconds(0) || chip > std::chrono::hours(1))
    return fail(Code::kInvalidInput, "a load pattern's chip of " + std::to_string(chip.count()) +
                                         " ns: it has to be over 0 and at most an hour");
  for (const auto& known : kPolynomials) {
    if (known.order != order) continue;
    const std::uint32_t length = (1U << order) - 1;
    const std::uint32_t taps = (sequence == Sequence::kBefore ? known.before : known.after) & length;
    auto state = static_cast<std::uint32_t>(1 + SplitMix64(seed).below(length));
    LoadPattern pattern{{}, chip};
    for (std::uint32_t k = 0; k < length; ++k) {
      pattern.chips.push_back((state & 1) != 0);
      const auto next = static_cast<std::uint32_t>(std::popcount(state & taps) & 1);
      state = (state >> 1) | (next << (order - 1));
    }
    return pattern;
  }
  return fail(Code::kInvalidInput,
              "a load pattern of order " + std::to_string(order) + ": orders are 5 to 10 (31 to 1023 chips)");
}

DrivenPattern schedule(const LoadPattern& pattern, std::int64_t begin_ns) {
  DrivenPattern driven{{begin_ns, begin_ns + pattern.length().count()}, {}};
  bool on = false;
  for (std::size_t i = 0; i < pattern.chips.size(); ++i) {
    if (pattern.chips[i] == on) continue;
    on = !on;
    driven.edges.push_back({begin_ns + pattern.chip.count() * static_cast<std::int64_t>(i), on});
  }
  return driven;
}

}  // namespace assay::timeline

// Several channels taken together: rails to a sum, voltage and current to a power, board against rails. Pure.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "record/reading.h"
#include "timeline/uncertain.h"

namespace assay::timeline {

/// A channel and its power over one and the same window.
struct RailPower {
  const record::Channel* channel = nullptr;
  Uncertain power_w;
};

/// Whether the power of `inner` is within that of `outer`, directly or through another of `all`.
bool contains(const record::Channel& outer, const record::Channel& inner,
              std::span<const record::Channel* const> all);

/// The rails' power together. Gain errors of rails of one source add, as those of one meter; sources are
/// independent of each other. `all`: every channel that is known, so that containment through one that is not
/// summed is seen. Errors: kInvalidInput (none; no power; one twice; one contains another).
Result<Uncertain> sum_of_rails(std::span<const RailPower> rails, std::span<const record::Channel* const> all);

/// Power from voltage (V) and current (A), reading by reading: each pair is the nearest in time, within half
/// of the readings' interval, and lasts as long as both. The means of an interval give the power but for what
/// both fluctuate together within it, which a fact of the channel says. Relative accuracies, those of range
/// by the mean reading, combine in quadrature, as of separate measurements. What has no partner is counted in
/// `rejected`. Errors: kInvalidInput (units, kinds that differ, counters, out of order), kNotFound (no
/// pairs).
Result<record::Series> power_of(const record::Series& voltage, const record::Series& current,
                                const std::string& id);

/// Whether a board's input and the sum of its rails can be true together.
struct Reconciliation {
  Uncertain excess_w;    ///< Rails less board. Over 0: more than goes in.
  double share = 0;      ///< Rails / board.
  bool possible = true;  ///< The excess is not over its U.
};
/// The board's power is not 0. `one_meter`: both come from one, so that its gain error cancels.
Reconciliation reconcile(const Uncertain& board_w, const Uncertain& rails_w, bool one_meter);

}  // namespace assay::timeline

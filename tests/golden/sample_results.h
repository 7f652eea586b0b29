// Results with something of everything, built by hand: what the golden files of every format were made from.
#pragma once

#include "record/results.h"

namespace assay {

/// The four rows of a quick run on one machine: one clean, one degraded, one crashed, one with warnings.
record::Results quick_results();

/// Two machines, a simulated row, a batch, names that need care, and a campaign that is not complete.
record::Results mixed_results();

/// Two rows beside a simulated meter at the DC input and the board's own rails: one in order; the other lost
/// a repeat's readings, was not watched well enough, and has no idle power.
record::Results metered_results();

/// Two rows on a board that only tells its rails, of unknown accuracy, and more of them than a table lists;
/// one was killed before it had any.
record::Results rails_results();

/// The quick run's rows on a device of the target catalogue: one that has all it says, one on another
/// machine.
record::Results target_results();

}  // namespace assay

// Results with something of everything, built by hand: what the golden files of every format were made from.
#pragma once

#include "record/results.h"

namespace assay {

/// The four rows of a quick run on one machine: one clean, one degraded, one crashed, one with warnings.
record::Results quick_results();

/// Two machines, a simulated row, a batch, names that need care, and a campaign that is not complete.
record::Results mixed_results();

}  // namespace assay

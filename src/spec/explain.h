// Experiment -> YAML with every default and matrix written out: what a run directory keeps.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "spec/experiment.h"

namespace assay::spec {

/// parse_experiment(explain(x)) == x for every x that validates.
std::string explain(const Experiment& experiment);

/// SHA-256 of the resolved experiment: equal exactly when explain() is. Comments, order of keys and shorthand
/// in the user's file do not enter.
std::string spec_digest(const Experiment& experiment);

/// The protocol's settings in words for the head of a report: {"repeats": "3", "warm-up": "100 inferences and
/// 10 s"...}.
std::map<std::string, std::string> protocol_in_words(const Experiment& experiment);

/// "10 s", "500 ms", "2 min": the largest unit that writes it whole.
std::string duration_text(std::chrono::nanoseconds duration);

}  // namespace assay::spec

// What one key of a spec cannot tell alone: contradictions, missing partners, counts larger than the data.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "spec/experiment.h"

namespace assay::spec {

struct Problem {
  std::string path;     ///< Key path as in the file: "data.calibration.count", "rows[2].id".
  std::string message;  ///< What was expected, what was found, what to do.
};

/// Pure; empty when the experiment can be run as far as the spec alone tells.
std::vector<Problem> find_problems(const Experiment& experiment);

/// Whether each peak's device is a device or a target of the rows. Of a whole spec only, before its rows are
/// cut down to one machine's: the others' peaks stay in it. Errors: kInvalidInput with the nearest name.
Result<void> check_peak_devices(const Experiment& experiment);

/// find_problems() as one error (kInvalidInput), for experiments that were changed after parsing
/// (command-line overrides).
Result<void> validate(const Experiment& experiment);

}  // namespace assay::spec

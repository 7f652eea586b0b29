// What a vendor's own tools would do in a row's place, as command lines: for the plan, and for whoever wants
// to see the same thing done without assay.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "spec/experiment.h"
#include "vendor/command.h"

namespace assay::campaign {

struct ByHand {
  std::string version;                   ///< Of the vendor's runtime that the commands are for.
  bool pinned = false;                   ///< By the spec; else the newest that the table of flags knows.
  std::vector<vendor::Command> prepare;  ///< In order; empty: the tools take the model as it is.
  std::vector<vendor::Command> run;
  std::string note;  ///< Where the commands do not do all of it, or there are none.
};

/// The commands for a row, valid for the version that its `pins` name. File names are those of the model and
/// of the row's id, in the current folder. Errors: kInvalidInput (a version that the table of flags does not
/// know, or one that cannot do what the row wants; the message says what instead).
Result<ByHand> commands_by_hand(const spec::Experiment& experiment, const spec::RowSpec& row);

}  // namespace assay::campaign

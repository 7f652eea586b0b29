// YAML -> Target, strictly: what is unknown, unsourced or miscalculated is refused with its place.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/status.h"
#include "target/target.h"

namespace assay::target {

/// `source` names the file in messages; its stem has to be the target's id. Errors: kInvalidInput, one line
/// for each problem: an unknown key with the nearest right one, a value without a source, a source or a mode
/// that is not declared, arithmetic that gives another number, dense over sparse.
Result<Target> parse_target(std::string_view text, const std::filesystem::path& source);

/// Of "8 SM x 0.765 GHz x 4096 op/clock" the product of the numbers that its factors begin with. Errors:
/// kInvalidInput for a factor that begins with none.
Result<double> product(std::string_view derived);

}  // namespace assay::target

// Which power rail feeds which, by the names that NVIDIA gives the rails of Jetson boards, in their device
// trees and in tegrastats alike.
#pragma once

#include <string_view>

namespace assay::record {

/// The board's (or module's) input: every other rail hangs behind it.
bool is_board_input(std::string_view rail);

/// Whether the power of `part` is in that of `whole` already, so that nobody adds the two. A rail does not
/// contain itself.
bool rail_contains(std::string_view whole, std::string_view part);

}  // namespace assay::record

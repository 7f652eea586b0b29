// What a vendor's own timing tool said of one run, whichever tool it was. Plain data; see the parsers beside
// it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::vendor {

/// All times in ms, absent where the tool does not tell them: never derived from one another, save where a
/// field says so.
struct ToolReport {
  std::string version;  ///< The runtime's, as the tool names it; "": not told.
  std::optional<double> median_ms, mean_ms, min_ms, max_ms;
  std::optional<double> loop_ms;   ///< Wall clock of the timed loop / inferences in it.
  std::optional<double> first_ms;  ///< The first inference, which is the tool's warm-up or part of it.
  /// Of an accelerator with clocks of its own: medians, or means where the tool tells no median.
  std::optional<double> device_ms, to_device_ms, from_device_ms;
  double resolution_ms = 0;  ///< Unit of the last printed digit of the latency. 0: finer than it matters.
  std::int64_t inferences = 0;
  std::map<std::string, std::string> settings;  ///< In effect, in the runtime's own names.
  std::vector<std::string> warnings;            ///< The tool's own.
};

/// The last `lines` lines of what a tool printed, each behind "  | ", for messages.
std::string last_lines(std::string_view text, std::size_t lines = 8);

}  // namespace assay::vendor

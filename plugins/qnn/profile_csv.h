// The CSV that the provider writes of QNN's profiling events (profiling_level detailed or optrace).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace assay::qnn {

struct ProfiledNode {
  std::string name;    ///< "stem.0", or "Input", "Output" for the graph's own transfers.
  double cycles = 0;   ///< Of the accelerator, mean of this node's own rows.
  std::string source;  ///< ONNX operators that it came from, ';' between them; "" where not told.
};

/// Means over all executions but the first, which pays for what follows; over the only one when there is no
/// other. A model that the provider cut into several graphs has one execution of each in every inference.
struct HtpProfile {
  int executions = 0;          ///< Of a graph, the first included.
  double accelerator_us = -1;  ///< Time of the accelerator for one inference, all its graphs; -1: not told.
  double accelerator_cycles = -1;   ///< The same in its cycles.
  std::vector<ProfiledNode> nodes;  ///< In order of execution.
};

/// `graphs`: into how many the model was cut; each executes once in every inference, always in the same
/// order, and names its own transfers alike ("Input OpId_2"). An execution's rows stand before the one that
/// ends it. Rows that are of something else (loading, finalizing) are passed over. A last row without its
/// line's end is not used: the provider appends while it runs. Throws Failure (VENDOR) when the header is
/// another, a number is none, or no inference is told.
HtpProfile parse_profile_csv(std::string_view text, size_t graphs = 1);

}  // namespace assay::qnn

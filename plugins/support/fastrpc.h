// Whether this machine lets its user reach a Hexagon DSP.
#pragma once

#include <filesystem>
#include <string>

namespace assay::plugin {

struct Dsp {
  std::string device;  ///< "/dev/fastrpc-cdsp"; "" where none can be used.
  std::string reason;  ///< Why not; "" when it can.
};

/// Looks under `root` for the FastRPC device of the compute DSP: fastrpc-cdsp of mainline kernels (Qualcomm
/// Linux, Ubuntu, Debian), adsprpc-smd of Qualcomm's own. One that exists and cannot be opened for reading
/// and writing is told with the system's words.
Dsp find_dsp(const std::filesystem::path& root = "/");

}  // namespace assay::plugin

// What SNPE's profile tells of each layer, read by SNPE's own program from the log that only it can read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace assay::snpe {

struct DiagLayer {
  std::string name;
  std::string runtime;        // "DSP", "GPU", "CPU", as SNPE names them.
  std::int64_t time_ns = -1;  // -1: told in cycles, whose rate nobody tells, or not at all.
  std::int64_t cycles = -1;
};

/// The layers in what snpe-diagview prints: lines "3: name : 23 us : CPU" (QAIRT 2.37) or "3: 23 us : CPU"
/// (SNPE 2.9) below "Per-Layer Execution Times:" or "Layer Times:". Another heading
/// ends them; lines that do not begin with a number and a colon are passed over. Throws Failure (VENDOR) for
/// a layer's line that cannot be read.
std::vector<DiagLayer> parse_diagview(const std::string& text);

/// Where snpe-diagview lies: `wanted`, else bin/ of the SDK beside `library` or of SNPE_ROOT, QNN_SDK_ROOT,
/// QAIRT_SDK_ROOT for this machine, else PATH. "" where it lies nowhere.
std::string find_diagview(const std::string& wanted, const std::string& library);

/// Runs `program --input_log LOG` for at most a minute. Throws Failure with its own words when it fails.
std::string run_diagview(const std::string& program, const std::string& log, const std::string& folder);

}  // namespace assay::snpe

// `assay report DIR --format perfetto`: bytes for a viewer, not text for a reader.
#pragma once

#include <string>

#include "base/status.h"

namespace assay::cli {

/// Writes to the file `output`, or to stdout where it is "" and stdout is no terminal. Exit code, or an
/// error.
Result<int> report_trace(const std::string& directory, const std::string& output);

}  // namespace assay::cli

// Raw outputs of the accuracy pass that the timed loop's samples are compared with, on disk:
// DIR/<group>.<tensor>.raw.
#pragma once

#include <filesystem>
#include <vector>

#include "base/status.h"
#include "engine/worker_spec.h"

namespace assay::campaign {

/// [group][tensor]. Errors: write_file's (kResource: disk full).
Result<void> save_outputs(const std::filesystem::path& folder, const std::vector<engine::TensorSet>& outputs);

/// What save_outputs wrote; empty where nothing was. Errors: read_file's.
Result<std::vector<engine::TensorSet>> load_outputs(const std::filesystem::path& folder);

}  // namespace assay::campaign

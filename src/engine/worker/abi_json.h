// What a plugin tells through the ABI, as the JSON of a message. C++17.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "assay/backend_abi.h"

namespace assay::engine {

nlohmann::json description_json(const assay_description& description);

/// Also names the accelerator by the description's words. `problem` is set, and the result of no use, where
/// the plugin broke the ABI's rules (short structs, ranks over ASSAY_MAX_RANK, unknown dimensions), or has
/// tensors that are not dense.
nlohmann::json session_json(const assay_description& description, const assay_session_info& info,
                            const std::string& accelerator, std::string& problem);

nlohmann::json layers_json(const assay_profile& profile);

}  // namespace assay::engine

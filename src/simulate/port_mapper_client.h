// Entries in a port mapper (rpcbind) that runs on this machine already.
#pragma once

#include <cstdint>

#include "base/status.h"

namespace assay::simulate {

/// Enters a program's TCP port, in place of an older entry. The mapper believes only privileged ports: needs
/// root. Errors: kUnavailable.
Result<void> enter_port(std::uint32_t program, std::uint32_t version, int port);

void remove_port(std::uint32_t program, std::uint32_t version);

}  // namespace assay::simulate

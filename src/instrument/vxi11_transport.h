// VXI-11 (VXIbus TCP/IP instrument protocol, revision 1.0): the core channel, without locks and service
// requests.
#pragma once

#include <memory>

#include "instrument/transport.h"

namespace assay::instrument {

/// Asks the port mapper unless the address has a port, then opens a link to the named instrument. Errors: as
/// connect(); kNotFound when the host has no instrument of that name.
Result<std::unique_ptr<Transport>> connect_vxi11(const Address& address, std::int64_t deadline_ns);

}  // namespace assay::instrument

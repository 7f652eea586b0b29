// USB test and measurement class through the kernel's character device: a write is a message, a read a reply.
#pragma once

#include <memory>

#include "instrument/transport.h"

namespace assay::instrument {

/// Opens the device file. Errors: kNotFound (no such file), kUnavailable (permission, busy).
Result<std::unique_ptr<Transport>> open_usbtmc(const Address& address, std::int64_t deadline_ns);

}  // namespace assay::instrument

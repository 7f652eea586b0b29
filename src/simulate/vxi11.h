// The instrument's side of VXI-11 and of the port mapper by which its clients find it.
#pragma once

#include <memory>

#include "simulate/device.h"
#include "simulate/faults.h"
#include "simulate/onc_rpc.h"

namespace assay::simulate {

constexpr std::uint32_t kVxi11Core = 0x0607AF, kVxi11Version = 1;

/// The core channel of one instrument, "inst0", for one connection. `device` and `faults` outlive it.
Program vxi11_core(Device& device, const Faults& faults);

/// A port mapper (RFC 1833, version 2) that knows one program, on one TCP port.
Program port_mapper(std::uint32_t program, std::uint32_t version, int port);

}  // namespace assay::simulate

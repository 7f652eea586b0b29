#include "instrument/transport.h"

#include "instrument/tcp_transport.h"
#include "instrument/usbtmc_transport.h"
#include "instrument/vxi11_transport.h"

namespace assay::instrument {

Result<std::string> Transport::query(std::string_view message, std::int64_t deadline_ns) {
  ASSAY_OK(write(message, deadline_ns));
  return read(deadline_ns);
}

Result<std::unique_ptr<Transport>> connect(const Address& address, std::int64_t deadline_ns) {
  switch (address.wire) {
    case Address::Wire::kVxi11:
      return connect_vxi11(address, deadline_ns);
    case Address::Wire::kTcp:
      return connect_tcp(address, deadline_ns);
    case Address::Wire::kUsbTmc:
      return open_usbtmc(address, deadline_ns);
  }
  return fail(Code::kInternal, "unknown wire");
}

}  // namespace assay::instrument

// Where a meter is: one text, three kinds of wire.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace assay::instrument {

struct Address {
  enum class Wire {
    kVxi11,   ///< vxi11://HOST[:PORT][/DEVICE]: DEVICE is inst0 unless said; PORT of the core channel, else
              ///< the port mapper of the host is asked for it.
    kTcp,     ///< tcp://HOST:PORT: messages end with a newline.
    kUsbTmc,  ///< usbtmc:///dev/usbtmc0: the kernel's USB test and measurement class device.
  };
  Wire wire = Wire::kTcp;
  std::string host;    ///< Name or IPv4 address.
  int port = 0;        ///< 0: ask the port mapper (kVxi11 only).
  std::string device;  ///< kVxi11: name of the instrument; kUsbTmc: path of the character device.
  bool operator==(const Address&) const = default;
};

/// Errors: kInvalidInput, saying which forms there are.
Result<Address> parse_address(std::string_view text);

}  // namespace assay::instrument

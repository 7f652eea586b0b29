// One connection to a simulated instrument: bytes in, bytes out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace assay::simulate {

class Session {
 public:
  virtual ~Session() = default;
  /// Takes what has arrived; the bytes to send.
  virtual std::string receive(std::string_view bytes, std::int64_t now_ns) = 0;
  /// Bytes to send without being asked (a late answer).
  virtual std::string tick(std::int64_t now_ns) = 0;
  /// The other end speaks nonsense: close the connection.
  virtual bool broken() const { return false; }
};

}  // namespace assay::simulate

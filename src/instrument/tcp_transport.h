// Messages over a plain TCP stream: each ends with a newline, blocks of binary data excepted.
#pragma once

#include <memory>

#include "instrument/socket.h"
#include "instrument/transport.h"

namespace assay::instrument {

class TcpTransport final : public Transport {
 public:
  /// `line_end` follows each message that is sent; replies may end in "\n" or "\r\n" in any case.
  TcpTransport(Socket socket, std::string_view line_end) : socket_(std::move(socket)), line_end_(line_end) {}
  Result<void> write(std::string_view message, std::int64_t deadline_ns) override;
  Result<std::string> read(std::int64_t deadline_ns) override;

 private:
  Socket socket_;
  std::string line_end_;
  std::string buffer_;  ///< Received, not yet asked for.
};

Result<std::unique_ptr<Transport>> connect_tcp(const Address& address, std::int64_t deadline_ns,
                                               std::string_view line_end = "\n");

}  // namespace assay::instrument

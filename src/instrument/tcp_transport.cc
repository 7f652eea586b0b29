#include "instrument/tcp_transport.h"

#include "instrument/scpi.h"

namespace assay::instrument {
namespace {

constexpr std::size_t kReceiveChunk = 4096;

}  // namespace

Result<void> TcpTransport::write(std::string_view message, std::int64_t deadline_ns) {
  return socket_.send(std::string(message) + line_end_, deadline_ns);
}

Result<std::string> TcpTransport::read(std::int64_t deadline_ns) {
  for (;;) {
    if (auto message = take_message(buffer_)) return std::move(*message);
    if (buffer_.size() > kLongestReply)
      return fail(Code::kCorrupt, socket_.peer() + ": a reply without an end: is this port the meter's?");
    ASSAY_TRY(const std::string bytes, socket_.receive(kReceiveChunk, deadline_ns));
    buffer_ += bytes;
  }
}

Result<std::unique_ptr<Transport>> connect_tcp(const Address& address, std::int64_t deadline_ns,
                                               std::string_view line_end) {
  ASSAY_TRY(Socket socket, Socket::connect(address.host, address.port, deadline_ns));
  return std::make_unique<TcpTransport>(std::move(socket), line_end);
}

}  // namespace assay::instrument

#include "instrument/ptdaemon_line.h"

#include "base/clock.h"
#include "instrument/tcp_transport.h"

namespace assay::instrument {

Result<PtdLine> PtdLine::connect(const Address& address, std::chrono::nanoseconds timeout) {
  ASSAY_TRY(auto transport, connect_tcp(address, monotonic_ns() + timeout.count(), "\r\n"));
  PtdLine line(std::move(transport), timeout.count());
  ASSAY_TRY(const std::string hello, line.ask("Hello"));
  if (hello.rfind("Hello, PTDaemon here", 0) != 0)
    return fail(Code::kNotFound, "'Hello, PTDaemon here!' was expected, found '" + hello.substr(0, 60) + "'");
  return line;
}

Result<std::string> PtdLine::ask(std::string_view command) {
  ASSAY_OK(send(command));
  const auto answer = transport_->read(monotonic_ns() + timeout_ns_);
  if (!answer) return fail(answer.error().with_context(command));
  return *answer;
}

Result<void> PtdLine::send(std::string_view command) {
  return transport_->write(command, monotonic_ns() + timeout_ns_);
}

Result<std::string> PtdLine::demand(std::string_view command, std::string_view expected) {
  ASSAY_TRY(std::string answer, ask(command));
  if (answer.rfind(expected, 0) == 0) return answer;
  return fail(Code::kUnavailable, "PTDaemon does not take '" + std::string(command) + "': it answers '" +
                                      answer.substr(0, 80) + "'");
}

}  // namespace assay::instrument

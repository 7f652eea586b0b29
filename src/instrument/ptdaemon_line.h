// The connection to a PTDaemon: one line out, one line in.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "instrument/transport.h"

namespace assay::instrument {

class PtdLine {
 public:
  /// Greets. Every answer may take `timeout`. Errors: kNotFound (answers, but not as PTDaemon does),
  /// kUnavailable, kTimeout.
  static Result<PtdLine> connect(const Address& address, std::chrono::nanoseconds timeout);

  Result<std::string> ask(std::string_view command);
  Result<void> send(std::string_view command);
  Result<std::string> read(std::int64_t deadline_ns) { return transport_->read(deadline_ns); }

  /// Asks for something that answers `expected...` when it was done. Errors: kUnavailable (another answer).
  Result<std::string> demand(std::string_view command, std::string_view expected);

 private:
  PtdLine(std::unique_ptr<Transport> transport, std::int64_t timeout_ns)
      : transport_(std::move(transport)), timeout_ns_(timeout_ns) {}
  std::unique_ptr<Transport> transport_;
  std::int64_t timeout_ns_;
};

}  // namespace assay::instrument

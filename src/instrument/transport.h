// The wire to a meter: whole messages out, whole replies in, each with a deadline.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "instrument/address.h"

namespace assay::instrument {

/// Deadlines are CLOCK_MONOTONIC nanoseconds. After kUnavailable the connection is gone: connect again. After
/// kTimeout a late reply may still arrive, so whoever has sent a query should connect again, too.
class Transport {
 public:
  virtual ~Transport() = default;

  /// Sends one message; its end is marked the way the wire does it.
  virtual Result<void> write(std::string_view message, std::int64_t deadline_ns) = 0;

  /// One whole reply without its final newline; may hold any bytes (binary blocks).
  virtual Result<std::string> read(std::int64_t deadline_ns) = 0;

  Result<std::string> query(std::string_view message, std::int64_t deadline_ns);
};

/// Errors: kUnavailable (refused, unreachable, no permission), kNotFound (unknown host, no such device file
/// or instrument name), kTimeout, kCorrupt (the other end does not speak the wire's protocol). Looking up a
/// host's name is the C library's business and may outlast the deadline: an address does not.
Result<std::unique_ptr<Transport>> connect(const Address& address, std::int64_t deadline_ns);

/// Replies longer than this are taken for garbage.
constexpr std::size_t kLongestReply = 1 << 20;

}  // namespace assay::instrument

// A TCP connection whose every operation has a deadline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"

namespace assay::instrument {

/// Whole milliseconds until `deadline_ns`, rounded up, at least 0 and at most an hour: for poll(2).
int milliseconds_until(std::int64_t deadline_ns);

/// Errors: kTimeout when it has passed. For loops whose peer can have them go on without ever waiting; not
/// before the first look at what came, which may have come in time.
Result<void> check_deadline(std::int64_t deadline_ns, const std::string& peer);

class Socket {
 public:
  /// Errors: kNotFound (unknown host), kUnavailable (refused, unreachable), kTimeout.
  static Result<Socket> connect(const std::string& host, int port, std::int64_t deadline_ns);
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)), peer_(std::move(other.peer_)) {}
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();

  /// All of it. Errors: kUnavailable (closed by the other end), kTimeout.
  Result<void> send(std::string_view bytes, std::int64_t deadline_ns);

  /// At least one byte and at most `most`. Errors as send().
  Result<std::string> receive(std::size_t most, std::int64_t deadline_ns);

  const std::string& peer() const { return peer_; }  ///< "10.0.0.7:10001"

 private:
  Socket(int fd, std::string peer) : fd_(fd), peer_(std::move(peer)) {}
  int fd_ = -1;
  std::string peer_;
};

}  // namespace assay::instrument

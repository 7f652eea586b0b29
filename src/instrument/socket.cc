#include "instrument/socket.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/clock.h"

namespace assay::instrument {
namespace {

/// Waits until the descriptor is ready for `events`. Errors: kTimeout.
Result<void> wait_for(int fd, short events, const std::string& peer, std::int64_t deadline_ns) {
  for (;;) {
    pollfd item{fd, events, 0};
    const int ready = ::poll(&item, 1, milliseconds_until(deadline_ns));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR)
      return fail(Code::kUnavailable, peer + ": poll: " + std::strerror(errno));
    ASSAY_OK(check_deadline(deadline_ns, peer));
  }
}

/// Begins and awaits one connection; the descriptor is closed on failure.
Result<int> connect_one(const addrinfo& target, const std::string& peer, std::int64_t deadline_ns) {
  const int fd = ::socket(target.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return fail(Code::kResource, std::string("socket: ") + std::strerror(errno));
  const auto give_up = [&](Status status) {
    ::close(fd);
    return fail(std::move(status));
  };
  if (::connect(fd, target.ai_addr, target.ai_addrlen) != 0) {
    if (errno != EINPROGRESS) return give_up({Code::kUnavailable, peer + ": " + std::strerror(errno)});
    if (const auto ready = wait_for(fd, POLLOUT, peer, deadline_ns); !ready) return give_up(ready.error());
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return give_up({Code::kUnavailable, peer + ": " + std::strerror(error)});
  }
  // Queries are small and each waits for its reply: held back, they would cost 40 ms apiece.
  const int yes = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return fd;
}

}  // namespace

int milliseconds_until(std::int64_t deadline_ns) {
  constexpr std::int64_t kHour = 3'600'000'000'000;
  const std::int64_t left = std::clamp<std::int64_t>(deadline_ns - monotonic_ns(), 0, kHour);
  return static_cast<int>((left + 999'999) / 1'000'000);
}

Result<void> check_deadline(std::int64_t deadline_ns, const std::string& peer) {
  if (monotonic_ns() >= deadline_ns) return fail(Code::kTimeout, peer + ": no answer in time");
  return {};
}

Result<Socket> Socket::connect(const std::string& host, int port, std::int64_t deadline_ns) {
  const std::string peer = host + ":" + std::to_string(port);
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); error != 0)
    return fail(Code::kNotFound, host + ": unknown host: " + ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  Status last{Code::kNotFound, host + ": has no address"};
  for (const addrinfo* target = found; target; target = target->ai_next) {
    const auto fd = connect_one(*target, peer, deadline_ns);
    if (fd) return Socket(*fd, peer);
    last = fd.error();
  }
  return fail(last);
}

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(peer_, other.peer_);
  return *this;
}

Socket::~Socket() {
  if (fd_ >= 0) ::close(fd_);
}

Result<void> Socket::send(std::string_view bytes, std::int64_t deadline_ns) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      if (!bytes.empty()) ASSAY_OK(check_deadline(deadline_ns, peer_));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      ASSAY_OK(wait_for(fd_, POLLOUT, peer_, deadline_ns));
    } else if (errno != EINTR) {
      return fail(Code::kUnavailable, peer_ + ": connection lost: " + std::strerror(errno));
    }
  }
  return {};
}

Result<std::string> Socket::receive(std::size_t most, std::int64_t deadline_ns) {
  std::string bytes(most, '\0');
  for (;;) {
    const ssize_t got = ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (got > 0) {
      bytes.resize(static_cast<std::size_t>(got));
      return bytes;
    }
    if (got == 0) return fail(Code::kUnavailable, peer_ + ": connection lost: closed by the other end");
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      ASSAY_OK(wait_for(fd_, POLLIN, peer_, deadline_ns));
    } else if (errno != EINTR) {
      return fail(Code::kUnavailable, peer_ + ": connection lost: " + std::strerror(errno));
    }
  }
}

}  // namespace assay::instrument

#include "simulate/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/clock.h"

namespace assay::simulate {
namespace {

constexpr int kLongestWaitMs = 20;

Result<Descriptor> bind_loopback(int type, int port) {
  Descriptor socket(::socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.get() < 0) return fail(Code::kResource, std::string("socket: ") + std::strerror(errno));
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return fail(Code::kUnavailable,
                "port " + std::to_string(port) + " of 127.0.0.1: " + std::strerror(errno));
  return socket;
}

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Server::Server(std::unique_ptr<Device> device, Faults faults, std::int64_t start_ns)
    : device_(std::move(device)), faults_(std::move(faults)), start_ns_(start_ns) {}

Result<int> Server::listen(int port, MakeSession make_session, bool instrument) {
  ASSAY_TRY(Descriptor socket, bind_loopback(SOCK_STREAM, port));
  if (::listen(socket.get(), 16) != 0)
    return fail(Code::kUnavailable,
                "port " + std::to_string(port) + " of 127.0.0.1: " + std::strerror(errno));
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  listeners_.push_back({std::move(socket), std::move(make_session), nullptr, instrument});
  return ntohs(address.sin_port);
}

Result<void> Server::listen_datagrams(int port, Datagram answer) {
  ASSAY_TRY(Descriptor socket, bind_loopback(SOCK_DGRAM, port));
  listeners_.push_back({std::move(socket), nullptr, std::move(answer), false});
  return {};
}

std::int64_t Server::now() const { return monotonic_ns() - start_ns_; }

int Server::milliseconds_to_next() const {
  constexpr std::int64_t kLongestNs = std::int64_t{1'000'000} * kLongestWaitMs;
  // A device to which nothing happens says "never", to which nothing can be added.
  const std::int64_t left = std::clamp<std::int64_t>(device_->next_event_ns() - now(), 0, kLongestNs);
  return static_cast<int>((left + 999'999) / 1'000'000);
}

void Server::accept(Listener& listener, std::int64_t now_ns) {
  Descriptor socket(::accept4(listener.socket.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (socket.get() < 0) return;
  if (listener.instrument && faults_.active(Fault::Kind::kDrop, now_ns)) return;
  const int yes = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  connections_.push_back({std::move(socket), listener.make_session(), "", listener.instrument, false});
}

void Server::answer_datagram(Listener& listener, std::int64_t now_ns) {
  char bytes[2048];
  sockaddr_in from{};
  socklen_t size = sizeof from;
  const ssize_t got =
      ::recvfrom(listener.socket.get(), bytes, sizeof bytes, 0, reinterpret_cast<sockaddr*>(&from), &size);
  if (got <= 0) return;
  const std::string answer = listener.datagram({bytes, static_cast<std::size_t>(got)}, now_ns);
  if (!answer.empty())
    (void)::sendto(listener.socket.get(), answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from),
                   size);
}

void Server::receive(Connection& connection, std::int64_t now_ns) {
  char bytes[16384];
  const ssize_t got = ::recv(connection.socket.get(), bytes, sizeof bytes, 0);
  if (got > 0) {
    connection.out += connection.session->receive({bytes, static_cast<std::size_t>(got)}, now_ns);
    connection.closed = connection.session->broken();
  } else if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
    connection.closed = true;
  }
}

void Server::flush(Connection& connection) {
  while (!connection.out.empty()) {
    const ssize_t sent =
        ::send(connection.socket.get(), connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      connection.out.erase(0, static_cast<std::size_t>(sent));
    } else {
      if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) connection.closed = true;
      return;
    }
  }
}

void Server::run(const std::function<bool()>& stop) {
  while (!stop()) {
    std::vector<pollfd> items;
    for (const Listener& listener : listeners_) items.push_back({listener.socket.get(), POLLIN, 0});
    for (const Connection& connection : connections_)
      items.push_back({connection.socket.get(),
                       static_cast<short>(connection.out.empty() ? POLLIN : POLLIN | POLLOUT), 0});
    ::poll(items.data(), items.size(), milliseconds_to_next());
    const std::int64_t time = now();
    device_->advance(time);
    const bool cut = faults_.active(Fault::Kind::kDrop, time);
    // Only these were polled; what accept() adds comes behind them.
    const std::size_t polled = connections_.size();
    for (std::size_t i = 0; i < polled; ++i) {
      Connection& connection = connections_[i];
      const pollfd& item = items[listeners_.size() + i];
      if (item.revents & (POLLIN | POLLHUP | POLLERR)) receive(connection, time);
      connection.out += connection.session->tick(time);
      flush(connection);
      if (cut && connection.instrument) connection.closed = true;
    }
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
      if (!(items[i].revents & POLLIN)) continue;
      if (listeners_[i].datagram)
        answer_datagram(listeners_[i], time);
      else
        accept(listeners_[i], time);
    }
    std::erase_if(connections_, [](const Connection& connection) { return connection.closed; });
  }
}

}  // namespace assay::simulate

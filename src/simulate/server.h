// The one thread of a simulator: sockets on loopback, a device that lives on, sessions.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "simulate/device.h"
#include "simulate/faults.h"
#include "simulate/session.h"

namespace assay::simulate {

/// A socket that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int get() const { return fd_; }

 private:
  int fd_;
};

class Server {
 public:
  using MakeSession = std::function<std::unique_ptr<Session>()>;
  using Datagram = std::function<std::string(std::string_view message, std::int64_t now_ns)>;

  /// `start_ns`: CLOCK_MONOTONIC that is the device's time 0.
  Server(std::unique_ptr<Device> device, Faults faults, std::int64_t start_ns);

  /// Listens on 127.0.0.1; port 0: any. The port. `instrument`: cut while the fault "drop" is on. Errors:
  /// kUnavailable (in use, not permitted).
  Result<int> listen(int port, MakeSession make_session, bool instrument);

  /// Answers datagrams on 127.0.0.1. Errors as listen().
  Result<void> listen_datagrams(int port, Datagram answer);

  /// Serves until `stop` says so; asks it at least every 20 ms.
  void run(const std::function<bool()>& stop);

  Device& device() { return *device_; }
  const Faults& faults() const { return faults_; }

 private:
  struct Listener {
    Descriptor socket;
    MakeSession make_session;
    Datagram datagram;
    bool instrument = false;
  };
  struct Connection {
    Descriptor socket;
    std::unique_ptr<Session> session;
    std::string out;
    bool instrument = false, closed = false;
  };

  std::int64_t now() const;
  int milliseconds_to_next() const;
  void accept(Listener& listener, std::int64_t now_ns);
  void answer_datagram(Listener& listener, std::int64_t now_ns);
  void receive(Connection& connection, std::int64_t now_ns);
  void flush(Connection& connection);

  std::unique_ptr<Device> device_;
  Faults faults_;
  std::int64_t start_ns_;
  std::vector<Listener> listeners_;
  std::vector<Connection> connections_;
};

}  // namespace assay::simulate

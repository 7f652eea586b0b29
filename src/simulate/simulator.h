// A simulated instrument on loopback: for rehearsals and tests. It tells everybody that it is one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "simulate/faults.h"
#include "simulate/server.h"

namespace assay::simulate {

struct SimulatorOptions {
  std::string instrument = "wt300e";  ///< "wt300e" or "ptdaemon"
  int port = 0;                       ///< Of plain TCP; 0: any.
  bool vxi11 = false;                 ///< Also over VXI-11 (wt300e only).
  std::string load = "const:10";      ///< As make_load() takes it.
  std::optional<std::pair<double, double>>
      follow_cpu;      ///< Watts at rest and with all CPUs busy: replaces `load`.
  std::string faults;  ///< As parse_faults() takes it.
  double volts = 0;    ///< Of the supply; 0: 12 V DC, 230 V for ptdaemon.
  double noise = 0;    ///< Standard deviation of a reading, relative.
  std::int64_t clock_offset_ns =
      0;             ///< ptdaemon: of its clock. wt300e: of its updates' phase (it tells no time).
  double drift = 0;  ///< Of its clock, relative.
  std::uint64_t seed = 1;
};

class Simulator {
 public:
  /// Listens; serves from run() on. Errors: kInvalidInput, kNotFound (load file), kUnavailable (port).
  static Result<Simulator> start(const SimulatorOptions& options);
  Simulator(Simulator&&) noexcept = default;
  Simulator& operator=(Simulator&&) = delete;
  ~Simulator();

  int port() const { return port_; }
  int vxi11_port() const { return vxi11_port_; }  ///< Of the core channel; 0 without VXI-11.
  bool port_mapped() const { return mapping_ != Mapping::kNone; }

  /// How to reach it, one line each; and why other clients cannot find it over VXI-11, if they cannot.
  std::vector<std::string> addresses() const;

  /// Adds faults as parse_faults() takes them, their times counted from now. Safe from any thread, while
  /// run() runs as well. Errors: kInvalidInput.
  Result<void> inject(std::string_view faults);

  /// Serves until `stop` says so; asked at least every 20 ms, on this thread.
  void run(const std::function<bool()>& stop) { server_->run(stop); }

 private:
  enum class Mapping { kNone, kOwn, kRegistered };
  Simulator() = default;
  Result<void> serve_vxi11();

  std::unique_ptr<Server> server_;
  Faults faults_;  ///< Shared with the server and the device.
  std::int64_t start_ns_ = 0;
  int port_ = 0, vxi11_port_ = 0;
  Mapping mapping_ = Mapping::kNone;
  std::string mapping_problem_;
};

}  // namespace assay::simulate

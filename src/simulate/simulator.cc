#include "simulate/simulator.h"

#include "base/clock.h"
#include "simulate/line_session.h"
#include "simulate/port_mapper_client.h"
#include "simulate/ptdaemon_device.h"
#include "simulate/vxi11.h"
#include "simulate/wt300e_device.h"

namespace assay::simulate {
namespace {

constexpr int kPortMapperPort = 111;

Result<std::shared_ptr<Load>> open_load(const SimulatorOptions& options, std::int64_t start_ns) {
  if (options.follow_cpu) {
    const auto [idle, full] = *options.follow_cpu;
    return std::make_shared<CpuLoad>(idle, full, [start_ns] { return monotonic_ns() - start_ns; });
  }
  ASSAY_TRY(std::unique_ptr<Load> load, make_load(options.load));
  return std::shared_ptr<Load>(std::move(load));
}

std::unique_ptr<Device> make_wt300e(const SimulatorOptions& options, std::shared_ptr<Load> load,
                                    const Faults& faults) {
  Wt300eOptions device;
  if (options.volts > 0) device.volts = options.volts;
  device.noise = options.noise;
  device.drift = options.drift;
  // It tells no time: what an offset of its clock changes is when its updates end.
  constexpr std::int64_t kShortest = 100'000'000;
  device.phase_ns = (options.clock_offset_ns % kShortest + kShortest) % kShortest;
  device.seed = options.seed;
  return std::make_unique<Wt300eDevice>(device, std::move(load), faults);
}

std::unique_ptr<Device> make_ptdaemon(const SimulatorOptions& options, std::shared_ptr<Load> load,
                                      const Faults& faults) {
  PtDaemonOptions device;
  if (options.volts > 0) device.volts = options.volts;
  device.noise = options.noise;
  device.drift = options.drift;
  device.clock_start_ns = wall_anchor().utc_ns + options.clock_offset_ns;
  device.seed = options.seed;
  return std::make_unique<PtDaemonDevice>(device, std::move(load), faults);
}

}  // namespace

Result<Simulator> Simulator::start(const SimulatorOptions& options) {
  const bool wt300e = options.instrument == "wt300e";
  if (!wt300e && options.instrument != "ptdaemon")
    return fail(Code::kInvalidInput, "simulator '" + options.instrument + "': expected wt300e or ptdaemon");
  if (!wt300e && options.vxi11) return fail(Code::kInvalidInput, "a PTDaemon does not speak VXI-11");
  ASSAY_TRY(const Faults faults, parse_faults(options.faults));
  const std::int64_t start_ns = monotonic_ns();
  ASSAY_TRY(std::shared_ptr<Load> load, open_load(options, start_ns));
  Simulator simulator;
  simulator.faults_ = faults;
  simulator.start_ns_ = start_ns;
  simulator.server_ = std::make_unique<Server>(
      (wt300e ? make_wt300e : make_ptdaemon)(options, std::move(load), faults), faults, start_ns);
  Server* server = simulator.server_.get();
  ASSAY_TRY(simulator.port_,
            server->listen(
                options.port, [server] { return std::make_unique<LineSession>(server->device()); }, true));
  if (options.vxi11) ASSAY_OK(simulator.serve_vxi11());
  return simulator;
}

Result<void> Simulator::inject(std::string_view faults) {
  ASSAY_TRY(const Faults more, parse_faults(faults));
  faults_.add(more, monotonic_ns() - start_ns_);
  return {};
}

Result<void> Simulator::serve_vxi11() {
  Server* server = server_.get();
  ASSAY_TRY(
      vxi11_port_,
      server->listen(
          0,
          [server] { return std::make_unique<RpcSession>(vxi11_core(server->device(), server->faults())); },
          true));
  // Where nobody maps ports, we do; where somebody does, we have ourselves entered. Failing is no error: who
  // is told the port of the core channel needs no map.
  const Program mapper = port_mapper(kVxi11Core, kVxi11Version, vxi11_port_);
  const auto datagrams =
      server->listen_datagrams(kPortMapperPort, [mapper](std::string_view message, std::int64_t now_ns) {
        return answer_call(mapper, message, now_ns);
      });
  const auto stream = server->listen(
      kPortMapperPort, [mapper] { return std::make_unique<RpcSession>(mapper); }, false);
  if (stream && datagrams) {
    mapping_ = Mapping::kOwn;
  } else if (const auto entered = enter_port(kVxi11Core, kVxi11Version, vxi11_port_)) {
    mapping_ = Mapping::kRegistered;
  } else {
    mapping_problem_ = (stream ? datagrams.error() : stream.error()).message + "; " + entered.error().message;
  }
  return {};
}

Simulator::~Simulator() {
  if (server_ && mapping_ == Mapping::kRegistered) remove_port(kVxi11Core, kVxi11Version);
}

std::vector<std::string> Simulator::addresses() const {
  std::vector<std::string> lines{"tcp://127.0.0.1:" + std::to_string(port_)};
  if (vxi11_port_ == 0) return lines;
  if (port_mapped()) {
    lines.emplace_back("vxi11://127.0.0.1/inst0");
  } else {
    lines.push_back("vxi11://127.0.0.1:" + std::to_string(vxi11_port_) + "/inst0");
    lines.push_back(
        "other VXI-11 clients cannot find it, for want of a port mapper (root, or a running rpcbind): " +
        mapping_problem_);
  }
  return lines;
}

}  // namespace assay::simulate

#include <cstdio>

#include "base/clock.h"
#include "base/exit_code.h"
#include "base/output.h"
#include "base/subprocess.h"
#include "cli/command.h"
#include "simulate/simulator.h"

namespace assay::cli {
namespace {

struct Options {
  simulate::SimulatorOptions simulator;
  std::vector<double> follow_cpu;
  double clock_offset_s = 0, drift_ppm = 0, duration_s = 0;
};

Result<int> serve(const Options& options) {
  simulate::SimulatorOptions wanted = options.simulator;
  if (!options.follow_cpu.empty())
    wanted.follow_cpu = std::pair(options.follow_cpu[0], options.follow_cpu[1]);
  wanted.clock_offset_ns = static_cast<std::int64_t>(options.clock_offset_s * 1e9);
  wanted.drift = options.drift_ppm * 1e-6;
  ASSAY_TRY(auto simulator, simulate::Simulator::start(wanted));
  std::printf("simulating a %s; everything measured with it is marked as simulated\n",
              wanted.instrument.c_str());
  for (const std::string& line : simulator.addresses()) std::printf("  %s\n", line.c_str());
  ASSAY_OK(flush_stdout());  // It serves nobody where nobody can learn its port.
  const std::int64_t end = monotonic_ns() + static_cast<std::int64_t>(options.duration_s * 1e9);
  simulator.run([&] { return interrupted() || (options.duration_s > 0 && monotonic_ns() >= end); });
  return kExitOk;
}

}  // namespace

CLI::App* declare_simulate(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("simulate", "Play a power meter on loopback: for rehearsals and tests");
  simulate::SimulatorOptions& simulator = options->simulator;
  command->add_option("instrument", simulator.instrument, "wt300e or ptdaemon")
      ->required()
      ->check(CLI::IsMember({"wt300e", "ptdaemon"}));
  command->add_option("--port", simulator.port, "TCP port on 127.0.0.1; 0: any free one")
      ->capture_default_str()
      ->check(CLI::Range(0, 65535));
  command->add_flag("--vxi11", simulator.vxi11, "Also speak VXI-11 (wt300e)");
  auto* load =
      command
          ->add_option("--load", simulator.load,
                       "const:WATTS, steps:WATTS@TIME,... (repeated), or a CSV file of seconds,watts")
          ->capture_default_str();
  command->add_option("--follow-cpu", options->follow_cpu, "IDLE,FULL watts: follow this machine's CPU load")
      ->expected(2)
      ->delimiter(',')
      ->excludes(load);
  command->add_option("--volts", simulator.volts, "Of the supply; default 12, ptdaemon 230");
  command->add_option("--noise", simulator.noise, "Standard deviation of a reading, relative: 0.01 is 1 %")
      ->check(CLI::Range(0.0, 1.0));
  command->add_option("--clock-offset", options->clock_offset_s, "Seconds that its clock is ahead");
  command->add_option("--drift", options->drift_ppm, "Of its clock, ppm")
      ->check(CLI::Range(-100000.0, 100000.0));
  command->add_option("--fault", simulator.faults,
                      "KIND@TIME[+LENGTH],...: drop, silence, garbage, nan, overrange, peak or freeze");
  command->add_option("--seed", simulator.seed, "Of the noise")->capture_default_str();
  command->add_option("--duration", options->duration_s, "Seconds until it ends; default: when interrupted");
  action = [options] { return serve(*options); };
  return command;
}

}  // namespace assay::cli

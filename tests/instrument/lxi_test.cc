// The simulated WT310E, driven by a client that is not ours: lxi (package lxi-tools, on liblxi), which finds
// it through the port mapper on port 111. Needs that program, and root or an rpcbind that takes our entry.
// Debian 12's liblxi is not linked with the library of its remote procedure calls, so that is loaded before
// it.
#include <gtest/gtest.h>

#include "base/subprocess.h"
#include "running_simulator.h"

namespace assay {
namespace {

std::vector<std::string> lxi(const std::vector<std::string>& arguments) {
  std::vector<std::string> lines;
  RunOptions run;
  run.argv = {"lxi"};
  run.argv.insert(run.argv.end(), arguments.begin(), arguments.end());
  run.extra_env = {{"LD_PRELOAD", "libtirpc.so.3"}};
  run.timeout = std::chrono::seconds(30);
  run.on_line = [&](std::string_view line) { lines.emplace_back(line); };
  const auto state = run_process(run);
  EXPECT_TRUE(state && state->ok()) << (state ? state->describe() : state.error().message);
  return lines;
}

TEST(Lxi, ReadsTheSimulatedMeterOverVxi11) {
  RunOptions probe;
  probe.argv = {"lxi", "--version"};
  if (!run_process(probe)) GTEST_SKIP() << "lxi is not installed (package lxi-tools)";
  simulate::SimulatorOptions options;
  options.load = "const:12";
  options.vxi11 = true;
  RunningSimulator running(options);
  if (!(*running).port_mapped()) GTEST_SKIP() << (*running).addresses().back();
  EXPECT_EQ(lxi({"scpi", "--address", "127.0.0.1", "*IDN?"}),
            (std::vector<std::string>{"YOKOGAWA,WT310E,SIMULATED,F1.00"}));
  EXPECT_EQ(lxi({"scpi", "--address", "127.0.0.1", ":COMM:HEAD OFF;:RATE?"}),
            (std::vector<std::string>{"250.00E-03"}));
  // Over plain TCP as well.
  EXPECT_EQ(
      lxi({"scpi", "--address", "127.0.0.1", "--raw", "--port", std::to_string((*running).port()), "*IDN?"}),
      (std::vector<std::string>{"YOKOGAWA,WT310E,SIMULATED,F1.00"}));
}

}  // namespace
}  // namespace assay

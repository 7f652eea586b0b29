// A simulator on a thread of its own, for the length of a test.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/clock.h"
#include "simulate/simulator.h"

namespace assay {

inline std::int64_t in_ms(std::int64_t milliseconds) { return monotonic_ns() + milliseconds * 1'000'000; }

class RunningSimulator {
 public:
  explicit RunningSimulator(const simulate::SimulatorOptions& options) {
    auto started = simulate::Simulator::start(options);
    if (!started) {
      ADD_FAILURE() << started.error().message;
      return;
    }
    simulator_ = std::make_unique<simulate::Simulator>(std::move(*started));
    thread_ = std::thread([this] { simulator_->run([this] { return stop_.load(); }); });
  }
  ~RunningSimulator() { stop(); }
  void stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    simulator_.reset();
  }
  /// Faults whose times count from now: those of a meter that is open have to begin once it is.
  void inject(const std::string& faults) {
    const auto injected = simulator_->inject(faults);
    EXPECT_TRUE(injected) << injected.error().message;
  }
  const simulate::Simulator& operator*() const { return *simulator_; }
  std::string tcp() const { return "tcp://127.0.0.1:" + std::to_string(simulator_->port()); }
  std::string vxi11() const {
    return "vxi11://127.0.0.1:" + std::to_string(simulator_->vxi11_port()) + "/inst0";
  }

 private:
  std::unique_ptr<simulate::Simulator> simulator_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace assay

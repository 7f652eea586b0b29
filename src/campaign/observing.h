// Meters and sensors of a campaign, from the first step that wants them to the end.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "campaign/context.h"
#include "campaign/simulated_meter.h"
#include "record/reading.h"
#include "sampling/probes.h"
#include "sampling/sampler.h"

namespace assay::campaign {

class Observing {
 public:
  explicit Observing(const Context& context) : context_(context) {}
  Observing(const Observing&) = delete;
  Observing& operator=(const Observing&) = delete;
  ~Observing() { close(); }

  /// Opens what the spec asks for, once. A meter of the spec that does not answer is an error.
  Result<void> open();
  /// Gives the meters back to those who stand before them. Says what did not go well. The destructor does it
  /// too.
  void close();

  bool has_power() const;
  /// Nothing at all to read.
  bool empty() const { return !sampler_ || sampler_->empty(); }
  /// Update interval of the source that the power figures will come from; 0: none.
  std::chrono::nanoseconds power_interval() const;

  /// Meters that choose their ranges by what they see watch `load`, and are fixed to those ranges after it.
  Result<void> fix_ranges(const std::function<Result<void>()>& load);
  /// Whether there are such meters, until that was done once.
  bool ranges_are_open() const;

  void start() { sampler_->start(); }
  record::Observation stop();

  struct Quiet {
    std::int64_t waited_ns = 0;
    std::vector<std::string> disturbances;  ///< Empty: quiet and cool.
  };
  /// Waits until nobody else uses the processor and every zone is near its temperature at the start, or for
  /// as long as the spec allows; 0: does not look, and says so. Errors: kInterrupted.
  Result<Quiet> wait_for_quiet(const std::string& what);

 private:
  Result<std::vector<std::string>> look();
  Result<void> keep_first_celsius();

  const Context& context_;
  std::vector<SimulatedMeter> simulators_;  ///< Outlive the meters that talk to them.
  std::unique_ptr<sampling::Sampler> sampler_;
  std::vector<instrument::Meter*> meters_;
  bool ranges_fixed_ = false;
  std::vector<std::string> refused_;
  std::map<std::string, double> first_celsius_;  ///< By channel.
};

}  // namespace assay::campaign

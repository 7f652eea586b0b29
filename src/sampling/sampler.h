// Reads sensors and meters while something else runs, and keeps every reading with the begin and end of its
// acquisition. In the supervisor's process: the worker's loop never shares a thread with it.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "record/reading.h"

namespace assay::sampling {

/// One acquisition of a probe: a value for each of its channels, or none where it had none.
struct Acquisition {
  /// CLOCK_MONOTONIC. The sampler sets them around the read; a probe that knows better overwrites them.
  std::int64_t begin_ns = 0, end_ns = 0;
  std::vector<std::optional<double>> values;
  std::optional<record::Gap> gap;  ///< A time in which the source gave nothing, told by the probe itself.
};

/// What the sampler reads: a sensor of the board, or a meter.
class Probe {
 public:
  virtual ~Probe() = default;
  virtual std::span<const record::Channel> channels() const = 0;
  /// How often to read; 0: read() itself waits for the next update, and gets a thread of its own.
  virtual std::chrono::nanoseconds period() const = 0;
  /// Fills `out` (values has its size already, all none). False: there was no update. Waits at most about a
  /// second. Errors: the source gives nothing now; the sampler notes a gap and goes on asking.
  virtual Result<bool> read(Acquisition& out) = 0;
  /// Reason -> how often the channel had no value, since the probe was made.
  virtual std::map<std::string, std::int64_t> rejected(std::size_t channel) const = 0;
  /// After the last read: identity, settings read back, clock. Called on the thread that stops the sampler.
  virtual record::Source finish() = 0;
};

class Sampler {
 public:
  explicit Sampler(std::vector<std::unique_ptr<Probe>> probes);
  ~Sampler();
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  /// Starts threads: one for all probes of a period, one for each probe that waits by itself. Readings of an
  /// earlier start are gone.
  void start();
  /// Ends them and gives what was read since start(). A gap that is still open ends now.
  record::Observation stop();

  bool empty() const { return probes_.empty(); }
  std::span<const std::unique_ptr<Probe>> probes() const { return probes_; }

 private:
  class Group;
  std::vector<std::unique_ptr<Probe>> probes_;
  std::vector<std::unique_ptr<Group>> groups_;
  std::int64_t begin_ns_ = 0;
};

}  // namespace assay::sampling

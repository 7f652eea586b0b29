// SPEC's PTDaemon played: its line protocol, with samples stamped by a clock of its own.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "simulate/device.h"
#include "simulate/faults.h"
#include "simulate/load.h"
#include "simulate/noise.h"

namespace assay::simulate {

struct PtDaemonOptions {
  double volts = 230;
  double noise = 0;                 ///< Standard deviation of a sample, relative.
  std::int64_t clock_start_ns = 0;  ///< What its clock shows at the start: nanoseconds since 1970, UTC.
  double drift = 0;                 ///< Of its clock, relative.
  std::uint64_t seed = 1;
};

class PtDaemonDevice final : public Device {
 public:
  PtDaemonDevice(const PtDaemonOptions& options, std::shared_ptr<Load> load, Faults faults);

  void advance(std::int64_t now_ns) override;
  std::int64_t next_event_ns() const override;
  std::optional<std::string> execute(std::string_view message, std::int64_t now_ns) override;
  std::optional<std::string> late_answer(std::int64_t now_ns) override;

 private:
  std::string run(const std::string& line, std::int64_t now_ns);
  std::string start(const std::string& data, std::int64_t now_ns);
  std::string unread_samples();
  std::string summary() const;
  void take_sample(std::int64_t time_ns);
  std::string stamp(std::int64_t time_ns) const;

  PtDaemonOptions options_;
  std::shared_ptr<Load> load_;
  Faults faults_;
  Noise noise_;
  std::string amperes_range_ = "Auto", volts_range_ = "Auto", mark_ = "notset";

  bool measuring_ = false;
  std::int64_t interval_ns_ = 1'000'000'000;
  std::int64_t last_ns_ = 0, next_ns_ = 0;
  std::deque<std::string> unread_;
  bool owes_samples_ = false;  ///< RL found nothing and waits for the next sample.
  std::int64_t samples_ = 0, errors_ = 0;
  double sum_ = 0, least_ = 0, most_ = 0;
};

}  // namespace assay::simulate

// A Yokogawa WT310E played: its settings, ranges, updates, status registers and integration. Written from the
// communication manual (IM WT310E-17EN), not from our client.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "simulate/command.h"
#include "simulate/device.h"
#include "simulate/faults.h"
#include "simulate/load.h"
#include "simulate/noise.h"

namespace assay::simulate {

struct Wt300eOptions {
  double volts = 12;          ///< At the board's input, without load.
  double ohms = 0.05;         ///< Of the cable: the voltage falls with the current.
  double noise = 0;           ///< Standard deviation of a reading, relative.
  double drift = 0;           ///< Of the meter's clock, relative: its 100 ms last 100 ms x (1 + drift).
  std::int64_t phase_ns = 0;  ///< The first update ends so long after the start, and an interval.
  std::uint64_t seed = 1;
};

class Wt300eDevice final : public Device {
 public:
  Wt300eDevice(const Wt300eOptions& options, std::shared_ptr<Load> load, Faults faults);

  void advance(std::int64_t now_ns) override;
  std::int64_t next_event_ns() const override;
  std::optional<std::string> execute(std::string_view message, std::int64_t now_ns) override;
  std::optional<std::string> late_answer(std::int64_t) override { return std::nullopt; }

 private:
  enum class Integration { kReset, kRunning, kStopped };
  struct Range {
    std::vector<double> steps;  ///< Rising.
    std::size_t index = 0;
    bool automatic = false;
    bool switching = false;  ///< No data in the update after a change of range.
    double value() const { return steps[index]; }
  };
  struct Values {
    double volts = 0, amperes = 0, watts = 0;
    bool none = true;                               ///< Nothing was measured.
    bool volts_over = false, amperes_over = false;  ///< Over 140 % of range.
    bool peak_over = false;
  };

  // wt300e_device.cc: time and measurement.
  std::int64_t interval_ns() const;  ///< Between updates, on the true clock.
  void update(std::int64_t edge_ns);
  void integrate_until(std::int64_t time_ns);
  void set_condition(unsigned bit, bool on);
  void adapt(Range& range, double size, bool current);

  // wt300e_commands.cc: messages.
  std::optional<std::string> run(const Command& command, std::int64_t now_ns);
  std::optional<std::string> run_common(const Command& command);
  std::optional<std::string> run_setting(const Command& command);
  std::optional<std::string> run_range(const Command& command);
  std::optional<std::string> run_numeric(const Command& command);
  std::optional<std::string> run_integration(const Command& command, std::int64_t now_ns);
  std::optional<std::string> run_status(const Command& command);
  std::optional<std::string> answer(std::string_view pattern, int number, const std::string& data) const;
  void error(int code, const std::string& text);
  void reset_settings();
  bool set(const std::string& name, const Command& command);
  double item_value(const std::string& item) const;
  std::string values_answer(const std::string& data) const;

  Wt300eOptions options_;
  std::shared_ptr<Load> load_;
  Faults faults_;
  Noise noise_;

  std::map<std::string, std::string> settings_;  ///< By pattern; as they are answered.
  Range voltage_, current_;
  std::array<std::string, 255> items_;
  std::array<std::string, 16> filters_;
  std::deque<std::string> errors_;

  std::int64_t last_edge_ns_ = 0;  ///< Start of the present interval.
  std::int64_t next_edge_ns_ = 0;
  unsigned condition_ = 0, events_ = 0;
  Values values_;

  Integration integration_ = Integration::kReset;
  std::int64_t integrated_from_ns_ = 0, integrated_to_ns_ = 0;
  double watt_seconds_ = 0;
};

}  // namespace assay::simulate

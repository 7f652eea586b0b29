// Sensors whose channels are files with one number each: most of /sys.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sensor/discovery.h"
#include "sensor/value_file.h"

namespace assay::sensor {

/// Looks at a value in the channel's unit: the reason why it is none, or nullopt when it is good.
using Check = std::optional<NoValue> (*)(double value);

/// Temperatures between -100 and 250 degC are good; -200 and below is how drivers say "switched off".
std::optional<NoValue> check_temperature(double celsius);
/// Where a gated unit may answer 0 as well (Jetson's GPU and CV zones).
std::optional<NoValue> check_gated_temperature(double celsius);
/// What cannot be negative: a clock, a speed, a share.
std::optional<NoValue> check_not_negative(double value);

/// Collects the files of one source; what is absent is left out, what is there but useless (denied, not a
/// number) is noted in `found.absent`, one entry for each reason.
class FileSensorBuilder {
 public:
  FileSensorBuilder(const Places& places, Found& found, record::Source source,
                    std::chrono::nanoseconds period)
      : places_(places), found_(found), source_(std::move(source)), period_(period) {}

  /// What to do about files that may not be read; by default: become root.
  FileSensorBuilder& remedy(std::string text);
  /// `value in the channel's unit = number in the file x scale`. A counter may be neither negative nor above
  /// its wrap. Returns whether the channel was added.
  bool add(const std::filesystem::path& file, record::Channel channel, double scale, Check check = nullptr,
           int base = 10);
  /// Puts the sensor into `found`, if it has a channel.
  void finish();

  struct Slot {
    ValueFile file;
    double scale;
    Check check;
    bool counter;
    double highest;  ///< Of a counter.
  };

 private:
  const Places& places_;
  Found& found_;
  record::Source source_;
  std::chrono::nanoseconds period_;
  std::string remedy_ = "run assay as root, or let your user read the file";
  std::vector<record::Channel> channels_;
  std::vector<Slot> slots_;
  std::map<std::string, std::string> problems_;  ///< Reason -> names of what has it.
};

}  // namespace assay::sensor

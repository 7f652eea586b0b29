// What is kept of a log while it is read: a thinned power to find its clock by, or the readings of the runs.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "powerlog/import.h"
#include "record/reading.h"

namespace assay::campaign {

/// The power whose boundary stands for most: an external meter before the board's own, then the largest.
/// Null: none has a reading.
const record::Series* leading_power(const std::vector<record::Series>& series);

/// Every power channel, those of many readings as means over bins: what a load pattern is looked for in. A
/// bin is a fraction of the pattern's chip, so memory follows the log's duration and not its rate.
class ThinnedPower : public powerlog::Sink {
 public:
  /// `keep`: only what ends in it, in the log's clock.
  ThinnedPower(std::int64_t bin_ns, const std::optional<powerlog::TimeSpan>& keep)
      : bin_ns_(bin_ns), keep_(keep) {}

  Result<void> on_channel(std::size_t channel, const record::Channel& description) override;
  /// Errors: kInvalidInput (longer than a pattern can be looked for in).
  Result<void> on_readings(std::size_t channel, std::span<const record::Reading> readings) override;

  std::vector<record::Series> take();
  bool thinned() const { return thinned_; }  ///< Any channel is not as it was logged.

 private:
  struct Thinned {
    record::Series series;
    bool wanted = false, binned = false;
    std::int64_t bin = 0, count = 0;
    double sum = 0;
  };
  void close_bin(Thinned& channel) const;

  std::int64_t bin_ns_;
  std::optional<powerlog::TimeSpan> keep_;
  std::vector<Thinned> channels_;
  bool thinned_ = false;
};

/// All channels, as far as they end in one of several spans of the log's clock, apart for each span.
class SpanReadings : public powerlog::Sink {
 public:
  explicit SpanReadings(std::vector<powerlog::TimeSpan> spans)
      : spans_(std::move(spans)), kept_(spans_.size()) {}

  Result<void> on_channel(std::size_t channel, const record::Channel& description) override;
  Result<void> on_readings(std::size_t channel, std::span<const record::Reading> readings) override;

  /// The readings of span `index`, into the series of the same log.
  void give(std::size_t index, std::vector<record::Series>& series);
  std::int64_t count() const { return count_; }

 private:
  std::vector<powerlog::TimeSpan> spans_;
  std::vector<std::vector<std::vector<record::Reading>>> kept_;  ///< By span and channel.
  std::int64_t count_ = 0;
};

}  // namespace assay::campaign

// From batches, in the order of the log, to readings of channels: placed in time, in order, each channel
// announced before its first reading.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "powerlog/batch.h"
#include "powerlog/format.h"
#include "powerlog/second_spreader.h"
#include "record/reading.h"

namespace assay::powerlog {

/// Receives a log as it is read, on the thread that imports it. An error ends the import.
class Sink {
 public:
  virtual ~Sink() = default;
  /// A channel, by a number that counts from 0, before its first reading.
  virtual Result<void> on_channel(std::size_t channel, const record::Channel& description) = 0;
  /// Some thousand readings of one channel, in order of time, in the log's own clock. Of a mean, the
  /// reading's time is the end of its interval, wherever the log had it.
  virtual Result<void> on_readings(std::size_t channel, std::span<const record::Reading> readings) = 0;
};

/// What is left over when all is read.
struct Assembled {
  std::vector<record::Series> series;  ///< Without readings.
  std::optional<std::int64_t> first_ns, last_ns;
  std::int64_t readings = 0, lines = 0, bad_lines = 0;
  std::map<std::string, std::string>
      facts;  ///< What the log says of itself; and of each rejection, where it began.
};

class Assembler {
 public:
  Assembler(const LineParser& parser, std::string source, Sink& sink);

  /// Errors: the sink's; kInvalidInput (the declared interval does not fit the readings).
  Result<void> add(const Batch& batch);
  /// After the last batch. Errors as add(); kCorrupt (more than a tenth of a channel's readings are out of
  /// order or repeated).
  Result<Assembled> finish();

 private:
  static constexpr std::size_t kNoChannel = ~std::size_t{0};
  struct Channel {
    record::Series series;
    bool announced = false;
    std::int64_t shift_ns = 0;       ///< From where the log has a reading to the end of its interval.
    std::int64_t resolution_ns = 0;  ///< So much later than its stamp a reading may be.
    std::int64_t last_ns = std::numeric_limits<std::int64_t>::min();
    double last_value = 0;
    std::int64_t accepted = 0;
    RejectCounts rejected{};
    std::vector<record::Reading> ready;
  };

  /// kNoChannel when there are too many.
  std::size_t channel_of(const std::string& key);
  void place(const Batch& batch, const std::vector<std::size_t>& channels);
  void accept(std::size_t channel, const record::Reading& reading);
  void count_rejected(const Batch& batch, const std::vector<std::size_t>& channels);
  Result<void> deliver(bool last);
  Result<void> announce(std::size_t index);
  Result<void> check_order(const Channel& channel) const;

  const LineParser& parser_;
  std::string source_;
  Sink& sink_;
  std::vector<Channel> channels_;
  std::map<std::string, std::size_t, std::less<>> index_of_;
  SecondSpreader spreader_;
  std::int64_t counted_rows_ = 0;
  RejectCounts rejected_lines_{}, first_line_{};
  Assembled result_;
};

}  // namespace assay::powerlog

// What a stretch of a log gave: samples, and a count of everything that gave none.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay::powerlog {

/// Why something of a log became no reading.
enum class Reject : std::uint8_t {
  // Whole lines: what they said is lost to every channel.
  kNoise,       ///< Not a line of this format.
  kGarbled,     ///< Begins as a reading and goes on as something else: two writers wrote at once.
  kTooLong,     ///< Longer than a line may be.
  kCutShort,    ///< The last line, without its end: its last number may lack digits.
  kMeterError,  ///< The logger says that the meter failed.
  kFieldCount,  ///< A row with another number of columns than the header.
  kBadTime,     ///< The time is unreadable, out of range, or has no zone where the others have.
  kOtherMark,   ///< Marked otherwise than was asked for.
  kTooManyChannels,
  // Values of one channel.
  kNotANumber,
  kEmpty,
  kNoData,     ///< NaN, infinity, overload.
  kSentinel,   ///< A number that the logger writes for "none" (PTDaemon: -1, -2).
  kSensorOff,  ///< A gated sensor (-256 degrees C, OFF).
  // Readings that cannot be placed in time.
  kOutOfOrder,  ///< Earlier than one before it.
  kDuplicate,   ///< Time and value of the one before it.
  kSameTime,    ///< The time of the one before it, another value: the first stays.
  kNoInterval,  ///< Stands at the start or middle of an interval whose length nothing tells.
  kEnd
};
inline constexpr std::size_t kRejects = static_cast<std::size_t>(Reject::kEnd);
/// The key in record::Series::rejected: "noise line", "garbled line", "cut-short last line" ...
std::string_view to_string(Reject why);
constexpr bool is_about_a_line(Reject why) { return why <= Reject::kTooManyChannels; }

using RejectCounts = std::array<std::int64_t, kRejects>;

struct Sample {
  std::int64_t time_ns = 0;  ///< As the log says; 0 where its lines carry none.
  double value = 0;          ///< Finite, in the channel's unit.
  std::uint32_t channel = 0;
  std::uint32_t line = 0;  ///< Of the batch: samples of one line share a moment.
};

/// Filled by one thread from consecutive lines. Kept and filled again, so that its memory is taken once.
class Batch {
 public:
  static constexpr std::uint32_t kNoChannel = ~std::uint32_t{0};
  static constexpr std::size_t kMostChannels = 512;  ///< A log of noise is no reason to run out of memory.
  static constexpr std::size_t kMostFacts = 32;

  /// Empties it. `channels` are there from the start, numbered from 0.
  void reset(std::span<const std::string> channels);
  void next_line() { ++lines_; }

  void add(std::uint32_t channel, std::int64_t time_ns, double value) {
    samples_.push_back({time_ns, value, channel, static_cast<std::uint32_t>(lines_)});
  }
  /// Number of the channel `key`, new or known; kNoChannel when there are too many. Cheap when channels come
  /// in the same order line by line.
  std::uint32_t channel(std::string_view key);
  void reject(Reject why);                         ///< The present line.
  void reject(std::uint32_t channel, Reject why);  ///< One value of it.
  /// Something that the log tells about itself: the first word on `key` stays.
  void note(std::string_view key, std::string_view value);
  /// Text that is no reading, in case it says that the log is a simulator's.
  void remark(std::string_view text);

  const std::vector<Sample>& samples() const { return samples_; }
  const std::vector<std::string>& channels() const { return channels_; }
  const RejectCounts& rejected_lines() const { return rejected_lines_; }
  const RejectCounts& rejected_values(std::size_t channel) const { return rejected_values_[channel]; }
  /// Line of the batch, from 1, where it was first; 0: nowhere.
  std::int64_t first_line(Reject why) const { return first_line_[static_cast<std::size_t>(why)]; }
  const std::map<std::string, std::string, std::less<>>& facts() const { return facts_; }
  std::int64_t lines() const { return lines_; }

 private:
  std::vector<Sample> samples_;
  std::vector<std::string> channels_;
  std::size_t expected_ = 0;  ///< Channel that most likely comes next.
  RejectCounts rejected_lines_{}, first_line_{};
  std::vector<RejectCounts> rejected_values_;
  std::map<std::string, std::string, std::less<>> facts_;
  std::int64_t lines_ = 0;
};

}  // namespace assay::powerlog

#include "powerlog/assembler.h"

#include <algorithm>
#include <utility>

#include "powerlog/log_time.h"
#include "powerlog/number.h"

namespace assay::powerlog {
namespace {

/// A channel is announced with this many readings, or at the end of the log: its interval is their median
/// distance, and so does not depend on where a batch ends.
constexpr std::size_t kEnoughForInterval = 1000;

/// Median distance of consecutive readings, the lower of two, since gaps only lengthen; 0 where nothing tells
/// it. Days are no update interval, but a broken clock.
std::int64_t median_spacing(std::span<const record::Reading> readings) {
  std::vector<std::int64_t> steps;
  for (std::size_t i = 1; i < std::min(readings.size(), kEnoughForInterval); ++i) {
    const std::int64_t step = readings[i].end_ns - readings[i - 1].end_ns;
    if (step <= kLongestInterval) steps.push_back(step);
  }
  if (steps.empty()) return 0;
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>((steps.size() - 1) / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle;
}

/// Whether the stamps were cut to whole seconds: so many cannot all fall on one by chance.
bool are_whole_seconds(std::span<const record::Reading> readings) {
  constexpr std::size_t kFewest = 10;
  return readings.size() >= kFewest &&
         std::all_of(readings.begin(), readings.end(),
                     [](const record::Reading& r) { return r.end_ns % kSecondNs == 0; });
}

std::int64_t sum_of_order_problems(const RejectCounts& rejected) {
  std::int64_t sum = 0;
  for (const auto why : {Reject::kOutOfOrder, Reject::kDuplicate, Reject::kSameTime})
    sum += rejected[static_cast<std::size_t>(why)];
  return sum;
}

std::string in_seconds(std::int64_t ns) { return std::to_string(static_cast<double>(ns) * 1e-9) + " s"; }

}  // namespace

Assembler::Assembler(const LineParser& parser, std::string source, Sink& sink)
    : parser_(parser), source_(std::move(source)), sink_(sink) {
  for (const std::string& key : parser.traits().channels) channel_of(key);
}

std::size_t Assembler::channel_of(const std::string& key) {
  const auto found = index_of_.find(key);
  if (found != index_of_.end()) return found->second;
  if (channels_.size() >= Batch::kMostChannels) return kNoChannel;
  Channel channel;
  channel.series.channel = parser_.describe(key);
  channel.series.channel.id = source_ + "." + key;
  channel.series.channel.source = source_;
  channels_.push_back(std::move(channel));
  index_of_.emplace(key, channels_.size() - 1);
  return channels_.size() - 1;
}

Result<void> Assembler::add(const Batch& batch) {
  std::vector<std::size_t> channels;
  for (const std::string& key : batch.channels()) channels.push_back(channel_of(key));
  place(batch, channels);
  count_rejected(batch, channels);
  for (const auto& [key, value] : batch.facts())
    if (result_.facts.size() < 2 * Batch::kMostFacts) result_.facts.emplace(key, value);
  result_.lines += batch.lines();
  return deliver(false);
}

void Assembler::place(const Batch& batch, const std::vector<std::size_t>& channels) {
  const LogTraits& traits = parser_.traits();
  const auto too_many = [&](const Sample& sample) {
    if (channels[sample.channel] != kNoChannel) return false;
    ++rejected_lines_[static_cast<std::size_t>(Reject::kTooManyChannels)];
    return true;
  };
  if (traits.timing == Timing::kStamped) {
    for (const Sample& sample : batch.samples())
      if (!too_many(sample)) accept(channels[sample.channel], {sample.time_ns, sample.time_ns, sample.value});
    return;
  }
  std::optional<std::uint32_t> line;
  for (const Sample& sample : batch.samples()) {
    const bool new_line = line != sample.line;
    line = sample.line;
    if (too_many(sample)) continue;
    if (traits.timing == Timing::kCounted) {
      if (new_line) ++counted_rows_;
      std::int64_t time_ns = 0;
      if (__builtin_mul_overflow(counted_rows_ - 1, *traits.interval_ns, &time_ns) || time_ns > kLatestTime) {
        ++channels_[channels[sample.channel]].rejected[static_cast<std::size_t>(Reject::kBadTime)];
        continue;
      }
      accept(channels[sample.channel], {time_ns, time_ns, sample.value});
    } else {
      spreader_.add(
          sample.time_ns, new_line, {channels[sample.channel], sample.value},
          [this](std::size_t channel, const record::Reading& reading) { accept(channel, reading); });
    }
  }
}

void Assembler::accept(std::size_t index, const record::Reading& reading) {
  Channel& channel = channels_[index];
  if (reading.end_ns <= channel.last_ns) {
    const bool same_time = reading.end_ns == channel.last_ns;
    const bool same = same_time && reading.value == channel.last_value;
    const Reject why = same ? Reject::kDuplicate : same_time ? Reject::kSameTime : Reject::kOutOfOrder;
    ++channel.rejected[static_cast<std::size_t>(why)];
    return;
  }
  channel.last_ns = reading.end_ns;
  channel.last_value = reading.value;
  channel.ready.push_back(reading);
}

void Assembler::count_rejected(const Batch& batch, const std::vector<std::size_t>& channels) {
  for (std::size_t why = 0; why < kRejects; ++why) {
    const std::int64_t first = batch.first_line(static_cast<Reject>(why));
    if (first_line_[why] == 0 && first > 0)
      first_line_[why] = parser_.traits().first_line - 1 + result_.lines + first;
    rejected_lines_[why] += batch.rejected_lines()[why];
    for (std::size_t i = 0; i < channels.size(); ++i)
      if (channels[i] != kNoChannel) channels_[channels[i]].rejected[why] += batch.rejected_values(i)[why];
  }
}

Result<void> Assembler::deliver(bool last) {
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    Channel& channel = channels_[i];
    if (channel.ready.empty()) continue;
    if (!channel.announced && (last || channel.ready.size() >= kEnoughForInterval)) ASSAY_OK(announce(i));
    if (!channel.announced) continue;
    for (record::Reading& reading : channel.ready) {
      reading.begin_ns += channel.shift_ns;
      reading.end_ns += channel.shift_ns + channel.resolution_ns;
    }
    if (!result_.first_ns || channel.ready.front().begin_ns < *result_.first_ns)
      result_.first_ns = channel.ready.front().begin_ns;
    if (!result_.last_ns || channel.ready.back().end_ns > *result_.last_ns)
      result_.last_ns = channel.ready.back().end_ns;
    channel.accepted += static_cast<std::int64_t>(channel.ready.size());
    result_.readings += static_cast<std::int64_t>(channel.ready.size());
    ASSAY_OK(sink_.on_readings(i, channel.ready));
    channel.ready.clear();
  }
  return {};
}

/// The update interval is needed before the first reading can be placed, and is found from the first of them.
Result<void> Assembler::announce(std::size_t index) {
  const LogTraits& traits = parser_.traits();
  Channel& channel = channels_[index];
  record::Channel& description = channel.series.channel;
  const bool mean = traits.position != Position::kInstant;
  const bool shifted = traits.position == Position::kStart || traits.position == Position::kMiddle;
  const std::int64_t spacing = median_spacing(channel.ready);
  description.update_ns = traits.interval_ns.value_or(spacing);
  if (shifted && description.update_ns == 0) return {};
  if (mean && traits.interval_ns && spacing > 0 && *traits.interval_ns > spacing + spacing / 2)
    return fail(Code::kInvalidInput, "an interval of " + in_seconds(*traits.interval_ns) +
                                         " was declared, and the readings of " + description.id + " lie " +
                                         in_seconds(spacing) +
                                         " apart: means of intervals do not overlap; declare theirs");
  description.facts["update interval"] = traits.interval_ns ? "declared" : "median of the first readings";
  if (traits.position == Position::kStart) channel.shift_ns = description.update_ns;
  if (traits.position == Position::kMiddle) channel.shift_ns = description.update_ns / 2;
  if (traits.timing == Timing::kStamped && are_whole_seconds(channel.ready)) {
    channel.resolution_ns = kSecondNs;
    description.facts["stamps"] = "whole seconds: a reading lies somewhere in the second after its stamp";
  }
  channel.announced = true;
  return sink_.on_channel(index, description);
}

/// A few readings out of order are a logger's hiccup. Many are two logs in one, a clock that was set back, or
/// stamps that are too coarse, and what is left of such a log means nothing.
Result<void> Assembler::check_order(const Channel& channel) const {
  constexpr std::int64_t kFew = 20;
  const std::int64_t bad = sum_of_order_problems(channel.rejected);
  const std::int64_t all = channel.accepted + bad;
  if (bad < kFew || bad * 10 <= all) return {};
  const auto count = [&](Reject why) {
    return std::to_string(channel.rejected[static_cast<std::size_t>(why)]) + " " +
           std::string(to_string(why));
  };
  return fail(Code::kCorrupt,
              "of " + std::to_string(all) + " readings of " + channel.series.channel.id + " " +
                  count(Reject::kOutOfOrder) + ", " + count(Reject::kDuplicate) + " and " +
                  count(Reject::kSameTime) +
                  " cannot be used: one log in order of time was expected, with stamps as fine as its "
                  "readings; is this several logs in one file, or was the clock set back?");
}

Result<Assembled> Assembler::finish() {
  spreader_.finish([this](std::size_t channel, const record::Reading& reading) { accept(channel, reading); });
  ASSAY_OK(deliver(true));
  for (std::size_t why = 0; why < kRejects; ++why) {
    const std::string name(to_string(static_cast<Reject>(why)));
    if (first_line_[why] > 0) result_.facts["first " + name] = "line " + std::to_string(first_line_[why]);
    result_.bad_lines += rejected_lines_[why];
  }
  for (Channel& channel : channels_) {
    if (!channel.announced)
      channel.rejected[static_cast<std::size_t>(Reject::kNoInterval)] +=
          static_cast<std::int64_t>(channel.ready.size());
    else
      ASSAY_OK(check_order(channel));
    // A line that could not be read may have held a reading of any channel, so each counts it.
    for (std::size_t why = 0; why < kRejects; ++why) {
      const std::int64_t count = channel.rejected[why] + rejected_lines_[why];
      if (count > 0) channel.series.rejected[std::string(to_string(static_cast<Reject>(why)))] = count;
    }
    result_.series.push_back(std::move(channel.series));
  }
  parser_.finish(result_.series);
  return std::move(result_);
}

}  // namespace assay::powerlog

#include "powerlog/batch.h"

#include <algorithm>

namespace assay::powerlog {

std::string_view to_string(Reject why) {
  switch (why) {
    case Reject::kNoise:
      return "noise line";
    case Reject::kGarbled:
      return "garbled line";
    case Reject::kTooLong:
      return "line too long";
    case Reject::kCutShort:
      return "cut-short last line";
    case Reject::kMeterError:
      return "meter error";
    case Reject::kFieldCount:
      return "wrong number of columns";
    case Reject::kBadTime:
      return "unreadable time";
    case Reject::kOtherMark:
      return "other mark";
    case Reject::kNotANumber:
      return "not a number";
    case Reject::kEmpty:
      return "empty field";
    case Reject::kNoData:
      return "no data";
    case Reject::kSentinel:
      return "sentinel";
    case Reject::kSensorOff:
      return "sensor off";
    case Reject::kTooManyChannels:
      return "too many channels";
    case Reject::kOutOfOrder:
      return "out of order";
    case Reject::kDuplicate:
      return "duplicate";
    case Reject::kSameTime:
      return "same time, other value";
    case Reject::kNoInterval:
      return "unknown interval";
    case Reject::kEnd:
      break;
  }
  return "unknown";
}

void Batch::reset(std::span<const std::string> channels) {
  samples_.clear();
  channels_.assign(channels.begin(), channels.end());
  expected_ = 0;
  rejected_lines_ = {};
  first_line_ = {};
  rejected_values_.assign(channels.size(), {});
  facts_.clear();
  lines_ = 0;
}

std::uint32_t Batch::channel(std::string_view key) {
  if (expected_ >= channels_.size()) expected_ = 0;
  std::size_t found = expected_;
  if (found >= channels_.size() || channels_[found] != key) {
    found = static_cast<std::size_t>(std::find(channels_.begin(), channels_.end(), key) - channels_.begin());
    if (found == channels_.size()) {
      if (found == kMostChannels) return kNoChannel;
      channels_.emplace_back(key);
      rejected_values_.emplace_back();
    }
  }
  expected_ = found + 1;
  return static_cast<std::uint32_t>(found);
}

void Batch::reject(Reject why) {
  const auto i = static_cast<std::size_t>(why);
  if (rejected_lines_[i]++ == 0) first_line_[i] = lines_;
}

void Batch::reject(std::uint32_t channel, Reject why) {
  const auto i = static_cast<std::size_t>(why);
  ++rejected_values_[channel][i];
  if (first_line_[i] == 0) first_line_[i] = lines_;
}

void Batch::note(std::string_view key, std::string_view value) {
  constexpr std::size_t kLongest = 200;
  if (facts_.size() >= kMostFacts || facts_.contains(key)) return;
  std::string printable(value.substr(0, kLongest));
  std::replace_if(
      printable.begin(), printable.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  facts_.emplace(key, std::move(printable));
}

void Batch::remark(std::string_view text) {
  constexpr std::string_view kWord = "simulat";
  const auto found = std::search(text.begin(), text.end(), kWord.begin(), kWord.end(),
                                 [](char a, char b) { return (a | 0x20) == b; });
  if (found != text.end()) note("simulated", text);
}

}  // namespace assay::powerlog

#include "timeline/piece.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "timeline/say.h"
#include "timeline/window.h"

namespace assay::timeline {

using record::Reading;
using record::ReadingKind;

std::int64_t expected_interval_ns(const record::Channel& channel, std::span<const Reading> readings) {
  constexpr std::size_t kEnough = 10'000;
  if (channel.kind == ReadingKind::kMean && channel.update_ns > 0) return channel.update_ns;
  std::vector<std::int64_t> spacing;
  for (std::size_t i = 1; i < std::min(readings.size(), kEnough); ++i) {
    const auto before = moment_ns(readings[i - 1]), at = moment_ns(readings[i]);
    if (is_sane(before) && is_sane(at) && at > before) spacing.push_back(at - before);
  }
  if (spacing.empty()) return std::max<std::int64_t>(channel.update_ns, 0);
  const auto middle = spacing.begin() + static_cast<std::ptrdiff_t>(spacing.size() / 2);
  std::nth_element(spacing.begin(), middle, spacing.end());
  return std::max(channel.update_ns, *middle);
}

Result<PieceMaker> PieceMaker::make(const record::Channel& channel, std::int64_t interval_ns,
                                    double plausible_w) {
  const bool counter = channel.kind == ReadingKind::kCounter;
  const char* unit = counter ? "J" : "W";
  if (channel.unit != unit)
    return fail(Code::kInvalidInput, "channel " + channel.id + " is in '" + channel.unit + "': a " +
                                         std::string(to_string(channel.kind)) + " series is integrated in " +
                                         unit + " only");
  if (interval_ns <= 0 || interval_ns > kFarthestNs)
    return fail(Code::kInvalidInput,
                "channel " + channel.id +
                    ": the interval between its readings is not known; state its update interval");
  if (!(plausible_w > 0))
    return fail(Code::kInvalidInput, "channel " + channel.id +
                                         ": the highest plausible power has to be over 0 W, not " +
                                         number_text(plausible_w));
  if (channel.wraps_at && !(*channel.wraps_at > 0))
    return fail(Code::kInvalidInput, "channel " + channel.id + ": a counter wraps at a value over 0, not " +
                                         number_text(*channel.wraps_at));
  PieceMaker maker;
  maker.id_ = channel.id;
  maker.kind_ = channel.kind;
  maker.interval_ns_ = interval_ns;
  const auto update_ns = std::max<std::int64_t>(channel.update_ns, 0);
  // Nine tenths, because a sampler whose period is the update interval itself jitters around it.
  maker.repeats_within_ns_ = channel.kind == ReadingKind::kMean ? update_ns / 2 : update_ns - update_ns / 10;
  maker.wraps_at_ = channel.wraps_at;
  maker.plausible_w_ = plausible_w;
  return maker;
}

bool PieceMaker::acceptable(const Reading& reading) {
  const auto refuse = [this](Code code, const std::string& what) {
    failure_ = Status{code, "channel " + id_ + ": " + what};
    return false;
  };
  if (reading.begin_ns > reading.end_ns || !is_sane(reading.begin_ns) || !is_sane(reading.end_ns))
    return refuse(Code::kCorrupt, "a reading that lasts from " + std::to_string(reading.begin_ns) + " to " +
                                      std::to_string(reading.end_ns) + " ns: no such time");
  if (!std::isfinite(reading.value))
    return refuse(Code::kCorrupt, "a reading that is not a number at " + seconds_text(moment_ns(reading)) +
                                      ": such are counted as rejected, not kept");
  if (started_ && moment_ns(reading) < last_ns_)
    return refuse(Code::kInvalidInput, "a reading at " + seconds_text(moment_ns(reading)) +
                                           " follows one at " + seconds_text(last_ns_) +
                                           ": readings have to be in order of time; sort the log");
  return true;
}

PieceMaker::Taken PieceMaker::push(const Reading& reading) {
  if (failure_ || !acceptable(reading)) return {};
  const auto at_ns = moment_ns(reading);
  const double value = reading.value;
  if (kind_ == ReadingKind::kCounter && (value < 0 || (wraps_at_ && value > *wraps_at_))) {
    ++breaks_;
    return {};
  }
  if (started_ && (at_ns == last_ns_ || (value == last_value_ && at_ns - last_ns_ < repeats_within_ns_))) {
    ++repeated_;
    return {};
  }
  Taken taken{true, join(at_ns, value)};
  started_ = true;
  interrupted_ = false;
  last_ns_ = at_ns;
  last_value_ = value;
  return taken;
}

std::optional<Piece> PieceMaker::join(std::int64_t at_ns, double value) {
  const auto spacing = static_cast<double>(at_ns - last_ns_), interval = static_cast<double>(interval_ns_);
  switch (kind_) {
    case ReadingKind::kMean: {
      std::int64_t begin = at_ns - interval_ns_;
      if (started_ && (last_ns_ > begin || (!interrupted_ && spacing <= 1.5 * interval))) begin = last_ns_;
      return Piece{begin, at_ns, value, value};
    }
    case ReadingKind::kInstant:
      if (!started_ || interrupted_ || spacing > kLongestGapIntervals * interval) return std::nullopt;
      return Piece{last_ns_, at_ns, last_value_, value};
    case ReadingKind::kCounter:
      return started_ ? difference(at_ns, value) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<Piece> PieceMaker::difference(std::int64_t at_ns, double value) {
  const double passed_s = static_cast<double>(at_ns - last_ns_) * 1e-9;
  double joules = value - last_value_;
  if (joules < 0 && wraps_at_) joules += *wraps_at_;
  // One interval more, because what the counter tells may be that much older at one reading than at the next.
  const double most_j = plausible_w_ * (passed_s + static_cast<double>(interval_ns_) * 1e-9);
  const bool may_have_wrapped_unseen = wraps_at_ && plausible_w_ * passed_s >= *wraps_at_;
  if (joules < 0 || joules > most_j || may_have_wrapped_unseen) {
    ++breaks_;
    return std::nullopt;
  }
  return Piece{last_ns_, at_ns, joules / passed_s, joules / passed_s};
}

}  // namespace assay::timeline

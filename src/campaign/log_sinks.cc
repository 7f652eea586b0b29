#include "campaign/log_sinks.h"

#include <algorithm>
#include <utility>

namespace assay::campaign {
namespace {

using record::Boundary;

/// 12 million bins of an eighth of a 0.2 s chip are 3.5 days: as far as the search itself goes.
constexpr std::size_t kMostThinned = 12'000'000;

double mean_of(const record::Series& series) {
  double sum = 0;
  for (const record::Reading& reading : series.readings) sum += reading.value;
  return sum / static_cast<double>(series.readings.size());
}

bool is_power(const record::Channel& channel) {
  return channel.quantity == "power" && channel.boundary != Boundary::kNone;
}

}  // namespace

const record::Series* leading_power(const std::vector<record::Series>& all) {
  const record::Series* best = nullptr;
  for (const record::Series& series : all) {
    if (!is_power(series.channel) || series.readings.empty()) continue;
    // The enumeration is in the order of what stands for most.
    const bool better =
        !best || series.channel.boundary < best->channel.boundary ||
        (series.channel.boundary == best->channel.boundary && mean_of(series) > mean_of(*best));
    if (better) best = &series;
  }
  return best;
}

Result<void> ThinnedPower::on_channel(std::size_t channel, const record::Channel& description) {
  if (channel >= channels_.size()) channels_.resize(channel + 1);
  Thinned& thinned = channels_[channel];
  thinned.wanted = is_power(description);
  thinned.binned = description.update_ns < bin_ns_;
  thinned.series.channel = description;
  if (!thinned.wanted || !thinned.binned) return {};
  thinned.series.channel.kind = record::ReadingKind::kMean;
  thinned.series.channel.update_ns = bin_ns_;
  thinned_ = true;
  return {};
}

Result<void> ThinnedPower::on_readings(std::size_t channel, std::span<const record::Reading> readings) {
  Thinned& thinned = channels_[channel];
  if (!thinned.wanted) return {};
  for (const record::Reading& reading : readings) {
    if (keep_ && (reading.end_ns < keep_->begin_ns || reading.end_ns > keep_->end_ns)) continue;
    if (!thinned.binned) {
      thinned.series.readings.push_back(reading);
      continue;
    }
    // Rounded down, for times before the log's zero too.
    const std::int64_t bin = reading.end_ns / bin_ns_ - (reading.end_ns % bin_ns_ < 0 ? 1 : 0);
    if (bin != thinned.bin) close_bin(thinned);
    thinned.bin = bin;
    thinned.sum += reading.value;
    ++thinned.count;
  }
  if (thinned.series.readings.size() > kMostThinned)
    return fail(
        Code::kInvalidInput,
        "the log is too long to look for the load pattern in all of it: cut the hours of the run out of it");
  return {};
}

void ThinnedPower::close_bin(Thinned& channel) const {
  if (channel.count == 0) return;
  const std::int64_t end_ns = (channel.bin + 1) * bin_ns_;
  channel.series.readings.push_back({end_ns, end_ns, channel.sum / static_cast<double>(channel.count)});
  channel.sum = 0;
  channel.count = 0;
}

std::vector<record::Series> ThinnedPower::take() {
  std::vector<record::Series> series;
  for (Thinned& channel : channels_) {
    close_bin(channel);
    series.push_back(std::move(channel.series));
  }
  return series;
}

Result<void> SpanReadings::on_channel(std::size_t channel, const record::Channel&) {
  for (auto& span : kept_)
    if (channel >= span.size()) span.resize(channel + 1);
  return {};
}

Result<void> SpanReadings::on_readings(std::size_t channel, std::span<const record::Reading> readings) {
  for (std::size_t i = 0; i < spans_.size(); ++i) {
    // In order of time, so that those of a span are together.
    const auto from = std::ranges::lower_bound(readings, spans_[i].begin_ns, {}, &record::Reading::end_ns);
    const auto to = std::ranges::upper_bound(readings, spans_[i].end_ns, {}, &record::Reading::end_ns);
    if (from >= to) continue;
    kept_[i][channel].insert(kept_[i][channel].end(), from, to);
    count_ += to - from;
  }
  return {};
}

void SpanReadings::give(std::size_t index, std::vector<record::Series>& series) {
  for (std::size_t i = 0; i < std::min(series.size(), kept_[index].size()); ++i)
    series[i].readings = std::move(kept_[index][i]);
}

}  // namespace assay::campaign

#include "simulate/ptdaemon_device.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "base/text.h"

namespace assay::simulate {
namespace {

constexpr std::string_view kPtdaemonIdentity =
    "YokogawaWT310E-SIMULATED,1000,1,1,1,1,0,0,0,version=1.11.1-00000000-20240910,OS=Linux,mode=power,1,1,1,"
    "0,0,"
    "no_cal_date,na";
constexpr std::size_t kMostUnread = 500'000;

/// "Auto" or a number, as RR tells it: whether automatic, and the range.
std::string range_fields(const std::string& range) { return range == "Auto" ? "1,-1.0" : "0," + range; }

}  // namespace

PtDaemonDevice::PtDaemonDevice(const PtDaemonOptions& options, std::shared_ptr<Load> load, Faults faults)
    : options_(options), load_(std::move(load)), faults_(std::move(faults)), noise_(options.seed) {}

std::int64_t PtDaemonDevice::next_event_ns() const {
  return measuring_ ? next_ns_ : std::numeric_limits<std::int64_t>::max();
}

void PtDaemonDevice::advance(std::int64_t now_ns) {
  while (next_event_ns() <= now_ns) {
    if (!faults_.active(Fault::Kind::kFreeze, next_ns_)) take_sample(next_ns_);
    last_ns_ = next_ns_;
    next_ns_ += static_cast<std::int64_t>(static_cast<double>(interval_ns_) * (1 + options_.drift));
  }
}

std::string PtDaemonDevice::stamp(std::int64_t time_ns) const {
  const std::int64_t theirs = options_.clock_start_ns +
                              static_cast<std::int64_t>(static_cast<double>(time_ns) * (1 + options_.drift));
  const std::chrono::sys_time<std::chrono::nanoseconds> time{std::chrono::nanoseconds(theirs)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::milliseconds>(time - day)};
  char text[64];
  std::snprintf(text, sizeof text, "%02u-%02u-%04d %02d:%02d:%02d.%03d", static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(date.year()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text;
}

void PtDaemonDevice::take_sample(std::int64_t time_ns) {
  double watts = load_->mean_watts(last_ns_, time_ns) * (1 + options_.noise * noise_.normal());
  double volts = options_.volts, amperes = watts / volts, factor = 1;
  ++samples_;
  if (faults_.active(Fault::Kind::kNan, time_ns) || faults_.active(Fault::Kind::kOverrange, time_ns)) {
    watts = volts = amperes = factor = -1;
    ++errors_;
  } else {
    const bool first = samples_ - errors_ == 1;
    least_ = first ? watts : std::min(least_, watts);
    most_ = first ? watts : std::max(most_, watts);
    sum_ += watts;
  }
  char text[160];
  std::snprintf(text, sizeof text, ",Watts,%f,Volts,%f,Amps,%f,PF,%f,Mark,", watts, volts, amperes, factor);
  if (unread_.size() == kMostUnread) unread_.pop_front();
  unread_.push_back("Time," + stamp(time_ns) + text + mark_);
}

std::optional<std::string> PtDaemonDevice::execute(std::string_view message, std::int64_t now_ns) {
  advance(now_ns);
  const std::string reply = run(std::string(trim(message)), now_ns);
  if (reply.empty() || faults_.active(Fault::Kind::kSilence, now_ns)) return std::nullopt;
  if (faults_.active(Fault::Kind::kGarbage, now_ns)) return "\x01\xfe;,,Last -5 samples\r\n";
  return reply;
}

std::optional<std::string> PtDaemonDevice::late_answer(std::int64_t now_ns) {
  if (!owes_samples_ || unread_.empty() || faults_.active(Fault::Kind::kSilence, now_ns)) return std::nullopt;
  owes_samples_ = false;
  return unread_samples();
}

std::string PtDaemonDevice::unread_samples() {
  std::string reply =
      "Last " + std::to_string(unread_.size()) + (unread_.size() == 1 ? " sample" : " samples") + "\r\n";
  for (const std::string& sample : unread_) reply += sample + "\r\n";
  unread_.clear();
  return reply;
}

std::string PtDaemonDevice::summary() const {
  const std::int64_t valid = samples_ - errors_;
  char text[200];
  std::snprintf(text, sizeof text, "Watts,%f,%f,%f,%lld,%lld,%lld\r\n",
                valid > 0 ? sum_ / static_cast<double>(valid) : -1.0, valid > 0 ? least_ : -1.0,
                valid > 0 ? most_ : -1.0, static_cast<long long>(samples_), static_cast<long long>(errors_),
                static_cast<long long>(valid));
  return text;
}

std::string PtDaemonDevice::start(const std::string& data, std::int64_t now_ns) {
  if (measuring_) return "Error: measurement already in progress\r\n";
  const std::vector<std::string> fields = split(data, ',');
  const int milliseconds = std::atoi(fields[0].c_str());
  if (milliseconds > 0) interval_ns_ = std::int64_t{1'000'000} * milliseconds;
  mark_ = fields.size() > 2 && !fields[2].empty() ? fields[2] : "notset";
  measuring_ = true;
  unread_.clear();
  samples_ = errors_ = 0;
  sum_ = 0;
  last_ns_ = now_ns;
  next_ns_ = now_ns + interval_ns_;
  return "Starting untimed measurement, maximum 500000 samples at " +
         std::to_string(interval_ns_ / 1'000'000) + "ms with 0 rampup samples\r\n";
}

std::string PtDaemonDevice::run(const std::string& line, std::int64_t now_ns) {
  const std::string word = line.substr(0, line.find(','));
  const std::string data = word.size() < line.size() ? line.substr(word.size() + 1) : "";
  if (word == "Hello") return "Hello, PTDaemon here!\r\n";
  if (word == "Identify") return std::string(kPtdaemonIdentity) + "\r\n";
  if (word == "RR")
    return "Ranges," + range_fields(amperes_range_) + "," + range_fields(volts_range_) + "\r\n";
  if (word == "SR" && data.size() > 2 && (data[0] == 'A' || data[0] == 'V') && data[1] == ',') {
    (data[0] == 'A' ? amperes_range_ : volts_range_) = data.substr(2);
    return std::string("Range ") + data[0] + " changed\r\n";
  }
  if (word == "Go") return start(data, now_ns);
  if (word == "Watts") return summary();
  if (word == "Uncertainty")
    return "Uncertainty,0.004300,0.004100,0.004500," + std::to_string(samples_) + ",0," +
           std::to_string(samples_ - errors_) + ",0\r\n";
  if (word == "RL") {
    if (!measuring_ && unread_.empty()) return "No unread samples\r\n";
    if (!unread_.empty()) return unread_samples();
    owes_samples_ = true;
    return "";
  }
  if (word == "Stop") {
    owes_samples_ = false;
    if (!std::exchange(measuring_, false)) return "Error: no measurement to stop\r\n";
    return "Stopping untimed measurement\r\n";
  }
  return "Unknown command: " + line.substr(0, 60) + "\r\n";
}

}  // namespace assay::simulate

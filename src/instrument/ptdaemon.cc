#include "instrument/ptdaemon.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "base/clock.h"
#include "instrument/describe.h"
#include "instrument/offset_bracket.h"
#include "instrument/options.h"
#include "instrument/outage.h"
#include "instrument/ptdaemon_line.h"
#include "instrument/ptdaemon_reply.h"

namespace assay::instrument {
namespace {

constexpr std::int64_t kStampResolutionNs = 1'000'000;
constexpr std::int64_t kBracketGoalNs = 30'000'000;  // Wider than that: the clock is bracketed anew.
constexpr std::int64_t kFirstLeadNs = 10'000'000;
constexpr std::int64_t kRetryNs = 10'000'000;  // After "no unread samples".
constexpr int kCalibrationSamples = 12;
constexpr std::string_view kSimulated = "SIMULATED";

struct PtdSettings {
  Address address;
  std::string address_text;
  record::Boundary boundary = record::Boundary::kDcInput;
  std::chrono::nanoseconds update{};
  std::optional<double> voltage_range, current_range;
  std::chrono::nanoseconds timeout{}, give_up{};
};

class PtDaemon final : public Meter {
 public:
  explicit PtDaemon(PtdSettings settings)
      : settings_(std::move(settings)), outage_(settings_.give_up.count()), offset_(kDriftBound) {
    source_.id = "ptdaemon";
    source_.clock.method = "bracketed";
  }
  PtDaemon(const PtDaemon&) = delete;
  PtDaemon& operator=(const PtDaemon&) = delete;
  ~PtDaemon() override { close(); }

  Result<record::Source> open() override;
  bool ranges_are_open() const override { return !ranges_fixed_; }
  Result<void> fix_ranges() override;
  const std::vector<record::Channel>& channels() const override { return channels_; }
  const record::Source& source() const override { return source_; }
  Result<std::optional<MeterUpdate>> next(std::int64_t deadline_ns) override;
  record::Source check() override;
  record::Source close() override;

 private:
  /// A request for samples whose reply has not come yet, or not whole: it may take a whole interval.
  struct Request {
    std::int64_t sent_ns = 0, answered_ns = 0;
    std::optional<int> lines_left;  ///< Absent: the first line has not come.
    int samples = 0;                ///< Taken from this reply.
  };

  Result<void> set_up();
  Result<void> start();
  Result<std::string> set_ranges(const std::string& current, const std::string& voltage);
  Result<bool> check_ranges();
  Result<void> restore_ranges();
  void make_channels();
  Result<void> fetch(std::int64_t deadline_ns);
  Result<void> take_first_line(const std::string& line);
  void take_sample(const PtdSample& sample);
  void plan_next_request();
  void tell_clock();
  void tell_counts();
  Result<void> reconnect();
  void lose(const Status& why);
  Result<void> finish();

  PtdSettings settings_;
  std::optional<PtdLine> line_;
  Outage outage_;
  PtdIdentity identity_;
  PtdRanges initial_, ranges_;  ///< As they were found; as they were set last.
  std::vector<record::Channel> channels_;
  record::Source source_;
  bool open_ = false, ranges_fixed_ = false;
  std::string current_wanted_, voltage_wanted_;  ///< As they were set last: "Auto" or a number.
  double most_volts_ = 0, most_amperes_ = 0;

  std::string samples_command_ = "RL";
  std::optional<Request> request_;
  std::int64_t previous_sent_ns_ = 0;  ///< Of the request before: what is new has come since.
  std::int64_t send_at_ns_ = 0;
  std::int64_t lead_ns_ = kFirstLeadNs;
  bool waited_ = false;  ///< The latest request was held back, to be sent just before a sample.
  OffsetBracket offset_;
  std::int64_t last_stamp_ns_ = 0, last_end_ns_ = 0;
  std::int64_t clock_steps_ = 0, bad_lines_ = 0, outages_ = 0, widest_bracket_ns_ = 0;
  std::deque<MeterUpdate> ready_;
};

Result<record::Source> PtDaemon::open() {
  if (open_) return fail(Code::kInternal, "the meter is open already");
  open_ = true;
  if (const auto ready = set_up(); !ready) {
    Status trouble = ready.error().with_context("PTDaemon at " + settings_.address_text);
    line_.reset();
    open_ = false;
    return fail(std::move(trouble));
  }
  return source_;
}

Result<void> PtDaemon::set_up() {
  auto line = PtdLine::connect(settings_.address, settings_.timeout);
  if (!line) return fail(line.error());
  line_.emplace(std::move(*line));
  ASSAY_TRY(const std::string identity, line_->ask("Identify"));
  ASSAY_TRY(identity_, parse_ptd_identity(identity));
  if (!identity_.watts)
    return fail(Code::kNotFound, "the daemon measures no power: it answers '" + identity + "'");
  source_.simulated = identity_.driver.find(kSimulated) != std::string::npos;
  source_.description =
      identity_.driver + ", PTDaemon " + identity_.version + " at " + settings_.address_text;
  source_.facts = {
      {"address", settings_.address_text}, {"identity", identity},   {"driver", identity_.driver},
      {"version", identity_.version},      {"mode", identity_.mode}, {"os", identity_.os}};
  ASSAY_TRY(const std::string ranges, line_->ask("RR"));
  ASSAY_TRY(initial_, parse_ptd_ranges(ranges));
  (void)line_->ask("Stop");  // Whatever an earlier client left running; "no measurement to stop" is fine.
  ASSAY_TRY(source_.facts["ranges"],
            set_ranges(settings_.current_range ? decimal(*settings_.current_range) : "Auto",
                       settings_.voltage_range ? decimal(*settings_.voltage_range) : "Auto"));
  ranges_fixed_ = settings_.current_range && settings_.voltage_range;
  ASSAY_OK(start());
  make_channels();
  // Some samples to find the clock by. They are no readings: nobody has asked for any yet.
  const std::int64_t deadline =
      monotonic_ns() + 2 * kCalibrationSamples * settings_.update.count() + settings_.timeout.count();
  for (int i = 0; i < kCalibrationSamples && monotonic_ns() < deadline;) {
    ASSAY_OK(fetch(deadline));
    i += static_cast<int>(ready_.size());
    ready_.clear();
    const auto bounds = offset_.at(monotonic_ns());
    if (bounds && bounds->width_ns() <= kBracketGoalNs) break;
  }
  if (!offset_.at(monotonic_ns())) return fail(Code::kTimeout, "the daemon gives no samples");
  widest_bracket_ns_ = 0;
  tell_clock();
  return {};
}

/// What the daemon tells of its ranges afterwards.
Result<std::string> PtDaemon::set_ranges(const std::string& current, const std::string& voltage) {
  ASSAY_OK(line_->demand("SR,A," + current, "Range A changed"));
  ASSAY_OK(line_->demand("SR,V," + voltage, "Range V changed"));
  ASSAY_TRY(std::string told, line_->ask("RR"));
  ASSAY_TRY(ranges_, parse_ptd_ranges(told));
  current_wanted_ = current;
  voltage_wanted_ = voltage;
  return told;
}

/// Asks what the ranges are now, and holds it against what the daemon told after they were set. False: they
/// are not those any more.
Result<bool> PtDaemon::check_ranges() {
  ASSAY_TRY(const std::string told, line_->ask("RR"));
  ASSAY_TRY(const PtdRanges now, parse_ptd_ranges(told));
  const bool same = same_ranges(now, ranges_);
  std::string& fact = source_.facts["range_check"];
  if (!same)
    fact = "changed: " + told;
  else if (!ranges_fixed_)
    fact = "auto range";
  else if (!now.current || !now.voltage)
    fact = "not told: the daemon does not know its ranges: " + told;
  else
    fact = "unchanged";
  return same;
}

/// A daemon or an analyzer that was off meanwhile has forgotten its ranges. While it measures it takes none,
/// so this comes before start().
Result<void> PtDaemon::restore_ranges() {
  ASSAY_TRY(const bool as_before, check_ranges());
  if (as_before) return {};
  source_.facts["set_up_again"] = "after an outage the daemon had lost its ranges";
  const PtdRanges before = ranges_;
  const std::string expected = source_.facts["ranges"];
  const auto set = set_ranges(current_wanted_, voltage_wanted_);
  const PtdRanges found = std::exchange(ranges_, before);
  if (!set) return fail(set.error());
  if (!same_ranges(found, before))
    return fail(Code::kUnavailable, "PTDaemon at " + settings_.address_text +
                                        ": the ranges cannot be set again: it answers '" + *set +
                                        "', expected '" + expected + "'");
  ASSAY_OK(check_ranges());
  return {};
}

Result<void> PtDaemon::start() {
  const auto wanted = std::chrono::duration_cast<std::chrono::milliseconds>(settings_.update);
  request_.reset();
  waited_ = false;
  last_stamp_ns_ = 0;
  previous_sent_ns_ = send_at_ns_ = last_end_ns_ = monotonic_ns();
  ASSAY_TRY(const std::string answer, line_->demand("Go," + std::to_string(wanted.count()) + ",0,assay",
                                                    "Starting untimed measurement"));
  source_.facts["started"] = answer;
  if (const auto told = parse_ptd_interval(answer)) settings_.update = *told;
  return {};
}

void PtDaemon::make_channels() {
  const auto add = [&](std::string_view quantity, std::string_view unit) {
    channels_.push_back(mean_channel("ptdaemon", quantity, unit, settings_.update.count()));
  };
  channels_.clear();
  add("power", "W");
  channels_[0].boundary = settings_.boundary;
  if (identity_.volts) add("voltage", "V");
  if (identity_.amperes) add("current", "A");
}

Result<void> PtDaemon::fix_ranges() {
  if (ranges_fixed_) return {};
  if (!line_) return fail(Code::kUnavailable, "PTDaemon: is not connected");
  if (most_volts_ <= 0 || most_amperes_ <= 0)
    return fail(Code::kUnavailable,
                "PTDaemon: the ranging run saw no voltage and current: give voltage_range "
                "and current_range");
  ASSAY_OK(finish());
  // The daemon chooses the range that holds what it is told.
  ASSAY_TRY(source_.facts["ranges"],
            set_ranges(decimal(settings_.current_range.value_or(1.1 * most_amperes_)),
                       decimal(settings_.voltage_range.value_or(1.1 * most_volts_))));
  ranges_fixed_ = true;
  ready_.clear();
  return start();
}

Result<std::optional<MeterUpdate>> PtDaemon::next(std::int64_t deadline_ns) {
  if (!open_) return fail(Code::kInternal, "the meter is not open");
  for (;;) {
    if (!ready_.empty()) {
      MeterUpdate update = std::move(ready_.front());
      ready_.pop_front();
      return update;
    }
    if (!line_) {
      auto gap = outage_.wait(deadline_ns, [this] { return reconnect(); });
      if (!gap)
        source_.failure = gap.error().message;
      else if (line_)
        source_.failure.clear();  // What came back has not failed.
      return gap;
    }
    if (const auto fetched = fetch(deadline_ns); !fetched) lose(fetched.error());
    if (ready_.empty() && line_ && monotonic_ns() >= deadline_ns) return std::nullopt;
  }
}

/// Goes on with the present request, or sends the next one when its time has come, until a reply is whole or
/// the deadline has passed. What came is in ready_.
Result<void> PtDaemon::fetch(std::int64_t deadline_ns) {
  if (!request_) {
    sleep_until(std::min(send_at_ns_, deadline_ns));
    if (monotonic_ns() < send_at_ns_) return {};
    request_ = Request{monotonic_ns(), 0, std::nullopt, 0};
    ASSAY_OK(line_->send(samples_command_));
  }
  while (!request_->lines_left || *request_->lines_left > 0) {
    const auto line = line_->read(deadline_ns);
    const std::int64_t now = monotonic_ns();
    if (!line) {
      // No sample for so long is silence; before that, the reply is waited for in the next call.
      const std::int64_t patience = 2 * settings_.update.count() + settings_.timeout.count();
      if (line.error().code == Code::kTimeout && now - request_->sent_ns < patience) return {};
      return fail(line.error());
    }
    if (!request_->lines_left) {
      request_->answered_ns = now;
      ASSAY_OK(take_first_line(*line));
      if (!request_) return {};
      continue;
    }
    --*request_->lines_left;
    const auto sample = parse_ptd_sample(*line);
    if (sample)
      take_sample(*sample);
    else
      ++bad_lines_;
  }
  ++source_.reads;
  tell_clock();
  const std::int64_t cost = monotonic_ns() - request_->answered_ns;  // Waiting for the sample is no cost.
  source_.read_ns_total += cost;
  source_.read_ns_longest = std::max(source_.read_ns_longest, cost);
  plan_next_request();
  return {};
}

Result<void> PtDaemon::take_first_line(const std::string& line) {
  if (line.rfind("Unknown command", 0) == 0 && samples_command_ == "RL") {
    samples_command_ = "DC-RL";  // So a daemon before a DC meter wants it.
    request_.reset();
    return {};
  }
  ASSAY_TRY(request_->lines_left, parse_ptd_count(line));
  return {};
}

void PtDaemon::take_sample(const PtdSample& sample) {
  if (sample.stamp_ns == last_stamp_ns_) return;  // Told again.
  last_stamp_ns_ = sample.stamp_ns;
  ++request_->samples;
  if (!offset_.observe(sample.stamp_ns, previous_sent_ns_ - kStampResolutionNs,
                       request_->answered_ns + kStampResolutionNs))
    ++clock_steps_;
  const OffsetBracket::Bounds bounds = *offset_.at(request_->answered_ns);
  MeterUpdate update;
  update.begin_ns = std::max(sample.stamp_ns + bounds.lo_ns, previous_sent_ns_);
  update.end_ns = std::max(update.begin_ns, std::min(sample.stamp_ns + bounds.hi_ns, request_->answered_ns));
  last_end_ns_ = update.end_ns;
  widest_bracket_ns_ = std::max(widest_bracket_ns_, update.end_ns - update.begin_ns);
  const auto add = [&](const std::optional<double>& value) {
    update.values.push_back(value ? MeterValue{value, ""} : MeterValue{std::nullopt, "no data"});
  };
  add(sample.watts);
  if (identity_.volts) add(sample.volts);
  if (identity_.amperes) add(sample.amperes);
  most_volts_ = std::max(most_volts_, sample.volts.value_or(0));
  most_amperes_ = std::max(most_amperes_, sample.amperes.value_or(0));
  ready_.push_back(std::move(update));
}

/// A request that finds nothing waits in the daemon for the next sample, so replies bound a sample's time
/// from above closely. A bound from below needs a request that is answered just before a sample: so one
/// sample is left unread, and asked for shortly before the one after it is due.
void PtDaemon::plan_next_request() {
  const Request done = *std::exchange(request_, std::nullopt);
  previous_sent_ns_ = done.sent_ns;
  send_at_ns_ = done.samples == 0 ? monotonic_ns() + kRetryNs : 0;
  if (std::exchange(waited_, false)) {
    if (done.samples > 1)
      lead_ns_ = std::min(2 * lead_ns_, settings_.update.count() / 2);  // It came too late.
    return;
  }
  const auto bounds = offset_.at(monotonic_ns());
  if (done.samples == 0 || !bounds || bounds->width_ns() <= kBracketGoalNs) return;
  send_at_ns_ = last_stamp_ns_ + bounds->hi_ns + 2 * settings_.update.count() - lead_ns_;
  waited_ = true;
}

void PtDaemon::tell_clock() {
  const std::int64_t now = monotonic_ns();
  if (const auto bounds = offset_.at(now)) {
    // ours = theirs + offset + drift x (theirs - origin); readings are mapped already, one by one.
    source_.clock.origin_ns = last_stamp_ns_;
    source_.clock.offset_ns = bounds->middle_ns();
    source_.clock.error_ns = std::max(bounds->width_ns(), widest_bracket_ns_) / 2;
  }
}

void PtDaemon::lose(const Status& why) {
  line_.reset();
  request_.reset();
  ++source_.failed_reads;
  ++outages_;
  outage_.begin(last_end_ns_, "connection lost: " + why.message);
}

Result<void> PtDaemon::reconnect() {
  auto line = PtdLine::connect(settings_.address, settings_.timeout);
  if (!line) return fail(line.error());
  ASSAY_TRY(const std::string told, line->ask("Identify"));
  ASSAY_TRY(const PtdIdentity identity, parse_ptd_identity(told));
  if (identity.driver != identity_.driver)
    return fail(Code::kConflict, "PTDaemon at " + settings_.address_text +
                                     ": another analyzer answers now: '" + told.substr(0, 80) +
                                     "', expected " + identity_.driver);
  (void)line->ask("Stop");
  line_.emplace(std::move(*line));
  const auto go_on = [this]() -> Result<void> {
    ASSAY_OK(restore_ranges());
    return start();
  };
  const auto started = go_on();
  if (!started) line_.reset();
  return started;
}

/// Ends the measurement, with what the daemon says of it as a whole.
Result<void> PtDaemon::finish() {
  const std::int64_t deadline = monotonic_ns() + 2 * settings_.update.count() + settings_.timeout.count();
  while (request_ && monotonic_ns() < deadline) ASSAY_OK(fetch(deadline));
  ASSAY_TRY(source_.facts["uncertainty"], line_->ask("Uncertainty"));
  ASSAY_TRY(source_.facts["watts"], line_->ask("Watts"));
  ASSAY_TRY(const std::string stopped, line_->ask("Stop"));
  return {};
}

void PtDaemon::tell_counts() {
  source_.facts["clock_steps"] = std::to_string(clock_steps_);
  source_.facts["lines_not_understood"] = std::to_string(bad_lines_);
  source_.facts["outages"] = std::to_string(outages_);
  source_.facts["widest_bracket_ms"] = decimal(static_cast<double>(widest_bracket_ns_) / 1e6);
}

record::Source PtDaemon::check() {
  // An answer to come stands before every other.
  const auto await_samples = [this]() -> Result<void> {
    const std::int64_t deadline = monotonic_ns() + 2 * settings_.update.count() + settings_.timeout.count();
    while (request_ && monotonic_ns() < deadline) ASSAY_OK(fetch(deadline));
    if (request_) return fail(Code::kTimeout, "the samples that were asked for do not come");
    return {};
  };
  std::string& fact = source_.facts["range_check"];
  fact = kRangesLost;
  if (line_) {
    const auto awaited = await_samples();
    const auto checked = awaited ? check_ranges() : fail(awaited.error());
    if (!checked) {
      fact = "not told: " + checked.error().message;
      // Answered, but with another line: the daemon tells its ranges only when it does not measure. close()
      // asks again.
      if (awaited && checked.error().code == Code::kCorrupt)
        source_.facts.erase("range_check");
      else
        lose(checked.error());
    }
  }
  tell_clock();
  tell_counts();
  return source_;
}

record::Source PtDaemon::close() {
  if (!open_) return source_;
  open_ = false;
  source_.facts["front_panel"] = "the daemon's";
  if (!line_) source_.facts["range_check"] = kRangesLost;
  if (line_) {
    if (const auto finished = finish(); !finished) {
      source_.facts["end"] = finished.error().message;
      source_.facts["range_check"] = "not told: " + finished.error().message;
    } else {
      if (const auto checked = check_ranges(); !checked)
        source_.facts["range_check"] = "not told: " + checked.error().message;
      // A range that was automatic has no number then, or one that means nothing.
      const auto as_before = [](std::optional<bool> automatic, std::optional<double> range) {
        return automatic.value_or(true) || !range ? std::string("Auto") : decimal(*range);
      };
      (void)set_ranges(as_before(initial_.current_auto, initial_.current),
                       as_before(initial_.voltage_auto, initial_.voltage));
    }
  }
  line_.reset();
  tell_clock();
  tell_counts();
  return source_;
}

}  // namespace

Result<std::unique_ptr<Meter>> make_ptdaemon(const MeterSettings& given) {
  PtdSettings settings;
  ASSAY_TRY(settings.address, parse_address(given.address));
  if (settings.address.wire != Address::Wire::kTcp)
    return fail(Code::kInvalidInput,
                "PTDaemon is reached as tcp://HOST:8888, not as '" + given.address + "'");
  settings.address_text = given.address;
  settings.boundary = given.boundary;
  settings.update = given.period;
  constexpr auto kLeast = std::chrono::milliseconds(1);
  if (given.period < kLeast || given.period % kLeast != std::chrono::nanoseconds(0))
    return fail(Code::kInvalidInput, "PTDaemon's sampling interval is a whole number of milliseconds");
  OptionReader options("ptdaemon", given.options);
  settings.voltage_range = options.number_or_none("voltage_range", 0.001, 2000);
  settings.current_range = options.number_or_none("current_range", 0.0001, 1000);
  settings.timeout = options.milliseconds("timeout_ms", 5000, 50, 60'000);
  settings.give_up = options.milliseconds("give_up_s", 60, 0, 86'400) * 1000;
  ASSAY_OK(options.finish());
  return std::make_unique<PtDaemon>(std::move(settings));
}

}  // namespace assay::instrument

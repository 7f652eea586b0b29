#include "instrument/wt300e.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/clock.h"
#include "instrument/describe.h"
#include "instrument/outage.h"
#include "instrument/wt300e_dialog.h"
#include "instrument/wt300e_model.h"

namespace assay::instrument {
namespace {

constexpr std::int64_t kEarlyNs = 5'000'000;  // Polling starts so long before an update can have ended.
constexpr std::string_view kSimulatedSerial = "SIMULATED";

/// Why a value may not be used although it is a number; empty: it may. A peak beyond the range was cut off.
/// The over-range bit alone says little: up to 130 % of a range is measured well, above 140 % no number is
/// told.
std::string flag_of(const Wt300eCondition& condition, std::size_t item) {
  const bool voltage = item != kItemCurrent, current = item != kItemVoltage;
  const bool cut = (voltage && condition.voltage_peak_over) || (current && condition.current_peak_over);
  return cut ? "peak over range" : "";
}

MeterValue judge(const ScpiNumber& number, const std::string& flag) {
  switch (number.kind) {
    case ScpiNumber::Kind::kNoData:
      return {std::nullopt, "no data"};
    case ScpiNumber::Kind::kOverload:
      return {std::nullopt, "overload"};
    case ScpiNumber::Kind::kGarbage:
      return {std::nullopt, "not a number"};
    case ScpiNumber::Kind::kValue:
      break;
  }
  if (!flag.empty()) return {std::nullopt, flag};
  return {number.value, ""};
}

class Wt300e final : public Meter {
 public:
  explicit Wt300e(const Wt300eSettings& settings, const std::string& address)
      : settings_(settings), address_(address), outage_(settings.give_up.count()) {
    for (const auto& [quantity, unit] :
         {std::pair{"power", "W"}, std::pair{"voltage", "V"}, std::pair{"current", "A"}})
      channels_.push_back(mean_channel("wt300e", quantity, unit, settings.update.count()));
    channels_[0].boundary = settings.boundary;
    source_.id = "wt300e";
    source_.clock.method = "same clock";
  }
  Wt300e(const Wt300e&) = delete;
  Wt300e& operator=(const Wt300e&) = delete;
  ~Wt300e() override { close(); }

  Result<record::Source> open() override;
  bool ranges_are_open() const override { return !ranges_.fixed(); }
  Result<void> fix_ranges() override;
  const std::vector<record::Channel>& channels() const override { return channels_; }
  const record::Source& source() const override { return source_; }
  Result<std::optional<MeterUpdate>> next(std::int64_t deadline_ns) override;
  record::Source check() override;
  record::Source close() override;

 private:
  Result<void> set_up();
  Result<void> begin_watching();
  Result<void> apply_ranges(std::optional<double> volts, std::optional<double> amperes);
  Result<std::optional<MeterUpdate>> poll();
  Result<std::optional<MeterUpdate>> read(const Wt300ePoll& poll, std::int64_t begin_ns, std::int64_t end_ns);
  void note_maxima(const MeterUpdate& update);
  void compare_integrals(const std::vector<ScpiNumber>& numbers, const MeterUpdate& update);
  Result<void> reconnect();
  void lose(const Status& why);
  Result<void> check_ranges();
  void tell_counts();

  Wt300eSettings settings_;
  std::string address_;
  std::optional<Wt300eDialog> dialog_;  ///< Absent while the connection is lost.
  Outage outage_;
  Wt300eIdentity identity_;
  const Wt300eModel* model_ = nullptr;
  std::vector<record::Channel> channels_;
  record::Source source_;
  Wt300eRanges ranges_;
  bool open_ = false;

  std::int64_t quiet_ns_ = 0;      ///< The latest poll before which every update has been seen was sent then.
  std::int64_t next_poll_ns_ = 0;  ///< Nothing can have happened before.
  std::int64_t last_edge_ns_ = 0;  ///< End of the latest update that was read, or the start of watching.
  std::int64_t widest_bracket_ns_ = 0;
  bool seen_ = false;  ///< A valid voltage and current.
  double most_volts_ = 0, most_amperes_ = 0;
  std::int64_t over_range_ = 0, peak_over_ = 0, late_ = 0, unseen_ = 0, outages_ = 0;

  /// The meter's watt hours at the end of an update.
  struct Integral {
    std::int64_t end_ns = 0;
    double watt_hours = 0;
  };
  bool integration_started_ = false;
  std::optional<Integral> integral_;
  double meter_wh_ = 0, readings_wh_ = 0, compared_s_ = 0;
};

Result<record::Source> Wt300e::open() {
  if (open_) return fail(Code::kInternal, "the meter is open already");
  open_ = true;
  if (const auto ready = set_up(); !ready) {
    Status trouble = ready.error().with_context("WT300E at " + address_);
    if (dialog_) (void)dialog_->release();
    dialog_.reset();
    open_ = false;
    return fail(std::move(trouble));
  }
  return source_;
}

Result<void> Wt300e::set_up() {
  auto dialog = Wt300eDialog::connect(settings_);
  if (!dialog) return fail(dialog.error());
  dialog_.emplace(std::move(*dialog));
  ASSAY_TRY(identity_, dialog_->identify());
  model_ = find_model(identity_.model);
  source_.simulated = identity_.serial == kSimulatedSerial;
  source_.description = identity_.vendor + " " + identity_.model + " " + identity_.serial + " " +
                        identity_.firmware + " at " + address_;
  source_.facts = {{"vendor", identity_.vendor}, {"model", identity_.model},
                   {"serial", identity_.serial}, {"firmware", identity_.firmware},
                   {"address", address_},        {"element", std::to_string(settings_.element)}};
  ASSAY_OK(dialog_->configure(source_.facts));
  source_.facts["zero_calibration"] = settings_.zero_calibration ? "done" : "not asked for";
  if (settings_.zero_calibration) ASSAY_OK(dialog_->zero_calibrate());
  ASSAY_OK(apply_ranges(settings_.voltage_range, settings_.current_range));
  source_.facts["assumed_latency_ms"] =
      decimal(std::chrono::duration<double, std::milli>(settings_.latency).count());
  source_.clock.error_ns = settings_.poll.count() / 2 + settings_.latency.count();
  return begin_watching();
}

Result<void> Wt300e::begin_watching() {
  const std::int64_t sent = monotonic_ns();
  ASSAY_OK(dialog_->watch_updates());
  // The register was cleared after that: what it tells from now on has ended later than `sent`.
  quiet_ns_ = next_poll_ns_ = last_edge_ns_ = sent;
  return {};
}

Result<void> Wt300e::apply_ranges(std::optional<double> volts, std::optional<double> amperes) {
  ASSAY_OK(dialog_->set_voltage_range(volts));
  ASSAY_OK(dialog_->set_current_range(amperes));
  ASSAY_TRY(ranges_, dialog_->ranges());
  const auto differs = [](double found, std::optional<double> wanted) {
    return wanted && std::fabs(found - *wanted) > 1e-3 * *wanted;
  };
  if (differs(ranges_.voltage, volts) || differs(ranges_.current, amperes) ||
      ranges_.voltage_auto == volts.has_value() || ranges_.current_auto == amperes.has_value())
    return fail(Code::kUnavailable, "the meter does not take the ranges " +
                                        (volts ? decimal(*volts) : "auto") + " V and " +
                                        (amperes ? decimal(*amperes) : "auto") + " A: it answers " +
                                        ranges_.describe() + " afterwards");
  source_.facts["ranges"] = ranges_.describe();
  if (!ranges_.fixed() || !model_ || !model_->accuracy) return {};
  const Wt300eAccuracy& accuracy = *model_->accuracy;
  record::Channel& power = channels_[0];
  const double doubled = settings_.crest_factor == 3 ? 1 : 2;  // IM WT310E-02EN 7.3.2, crest factor 6 or 6A.
  power.accuracy = record::Accuracy{accuracy.power_of_reading, accuracy.power_of_range * doubled,
                                    ranges_.voltage * ranges_.current, std::string(accuracy_source())};
  const bool small = ranges_.current * doubled < 0.5;
  const double per_kelvin = small ? 5e-6 : accuracy.current_per_kelvin;
  power.facts["temperature_influence"] = "0.02 % of the voltage range and " + decimal(per_kelvin) +
                                         " A a kelvin since the zero calibration or range change";
  return {};
}

Result<void> Wt300e::fix_ranges() {
  if (ranges_.fixed()) return {};
  if (!dialog_) return fail(Code::kUnavailable, "WT300E at " + address_ + ": is not connected");
  if (!seen_)
    return fail(Code::kUnavailable,
                "WT300E at " + address_ + ": the ranging run saw no value: was the load on, is it wired?");
  if (!model_)
    return fail(Code::kUnavailable, "the ranges of a " + identity_.model +
                                        " are not known: give voltage_range and current_range");
  const auto choose = [&](std::optional<double> given, const std::vector<double>& ranges, double most,
                          const char* unit) -> Result<double> {
    if (given) return *given;
    if (const auto range = smallest_range(ranges, most)) return *range;
    return fail(Code::kInvalidInput, "the ranging run saw " + decimal(most) + " " + unit +
                                         ": 1.1 times that is over the highest range, " +
                                         decimal(ranges.back()) + " " + unit);
  };
  ASSAY_TRY(const double volts,
            choose(settings_.voltage_range, voltage_ranges(settings_.crest_factor), most_volts_, "V"));
  ASSAY_TRY(
      const double amperes,
      choose(settings_.current_range, current_ranges(*model_, settings_.crest_factor), most_amperes_, "A"));
  source_.facts["ranging_run"] = decimal(most_volts_) + " V, " + decimal(most_amperes_) + " A at most";
  const auto fixed = apply_ranges(volts, amperes);
  if (!fixed) return fail(fixed.error().with_context("WT300E at " + address_));
  return begin_watching();
}

Result<std::optional<MeterUpdate>> Wt300e::next(std::int64_t deadline_ns) {
  if (!open_) return fail(Code::kInternal, "the meter is not open");
  for (;;) {
    if (!dialog_) {
      auto gap = outage_.wait(deadline_ns, [this] { return reconnect(); });
      if (!gap)
        source_.failure = gap.error().message;
      else if (dialog_)
        source_.failure.clear();  // What came back has not failed.
      return gap;
    }
    if (next_poll_ns_ >= deadline_ns) {
      sleep_until(deadline_ns);
      return std::nullopt;
    }
    sleep_until(next_poll_ns_);
    auto update = poll();
    if (!update)
      lose(update.error());
    else if (*update)
      return update;
  }
}

/// One look at the status register; the update when one has ended.
Result<std::optional<MeterUpdate>> Wt300e::poll() {
  if (settings_.integrate && !integration_started_ && ranges_.fixed()) {
    ASSAY_OK(dialog_->start_integration());
    integration_started_ = true;
  }
  const std::int64_t sent = monotonic_ns();
  ASSAY_TRY(const Wt300ePoll poll, dialog_->poll());
  const std::int64_t received = monotonic_ns();
  const std::int64_t begin = std::exchange(quiet_ns_, sent);
  next_poll_ns_ = sent + settings_.poll.count();
  if (!poll.updated) {
    const std::int64_t patience = std::max<std::int64_t>(5'000'000'000, 5 * settings_.update.count());
    if (sent - last_edge_ns_ > patience)
      return fail(Code::kTimeout, "the meter answers, but has not updated its values for " +
                                      std::to_string(patience / 1'000'000'000) + " s");
    return std::nullopt;
  }
  if (received - begin >= settings_.update.count()) {
    // Nobody looked for so long that more than one update may have ended.
    ++unseen_;
    last_edge_ns_ = received;
    integral_.reset();
    return std::nullopt;
  }
  return read(poll, begin, received);
}

Result<std::optional<MeterUpdate>> Wt300e::read(const Wt300ePoll& poll, std::int64_t begin_ns,
                                                std::int64_t end_ns) {
  ASSAY_TRY(const std::vector<ScpiNumber> numbers, dialog_->values());
  const std::int64_t done = monotonic_ns();
  last_edge_ns_ = end_ns;
  ++source_.reads;
  source_.read_ns_total += done - end_ns;
  source_.read_ns_longest = std::max(source_.read_ns_longest, done - end_ns);
  // The next update cannot have ended before this: until then the values are those of the edge in the
  // bracket.
  const std::int64_t next_edge = begin_ns + settings_.update.count();
  next_poll_ns_ = std::max(next_poll_ns_, next_edge - kEarlyNs);
  MeterUpdate update{begin_ns, end_ns, {}, std::nullopt};
  if (done >= next_edge) {
    ++late_;
    update.values.assign(channels_.size(), {std::nullopt, "read too late"});
    return update;
  }
  widest_bracket_ns_ = std::max(widest_bracket_ns_, end_ns - begin_ns);
  source_.clock.error_ns = widest_bracket_ns_ / 2 + settings_.latency.count();
  over_range_ += poll.condition.over_range;
  peak_over_ += poll.condition.voltage_peak_over || poll.condition.current_peak_over;
  for (const std::size_t item : {kItemPower, kItemVoltage, kItemCurrent})
    update.values.push_back(judge(numbers[item], flag_of(poll.condition, item)));
  note_maxima(update);
  compare_integrals(numbers, update);
  return update;
}

void Wt300e::note_maxima(const MeterUpdate& update) {
  const std::optional<double>& volts = update.values[1].value;
  const std::optional<double>& amperes = update.values[2].value;
  if (!volts || !amperes) return;
  seen_ = true;
  most_volts_ = std::max(most_volts_, std::fabs(*volts));
  most_amperes_ = std::max(most_amperes_, std::fabs(*amperes));
}

/// The meter integrates its samples itself. Over every update that follows the one before without a gap, what
/// its watt hours grew by is held against the reading: two sums that a missed or doubled reading would part.
void Wt300e::compare_integrals(const std::vector<ScpiNumber>& numbers, const MeterUpdate& update) {
  const ScpiNumber& now = numbers[kItemWattHours];
  const std::optional<double>& watts = update.values[0].value;
  const std::optional<Integral> before = std::exchange(integral_, std::nullopt);
  if (!integration_started_ || now.kind != ScpiNumber::Kind::kValue || !watts) return;
  integral_ = Integral{update.end_ns, now.value};
  if (numbers[kItemSeconds].kind == ScpiNumber::Kind::kValue)
    source_.facts["integration_elapsed_s"] = decimal(numbers[kItemSeconds].value);
  if (!before || 2 * (update.end_ns - before->end_ns) > 3 * settings_.update.count()) return;
  const double seconds = std::chrono::duration<double>(settings_.update).count();
  meter_wh_ += now.value - before->watt_hours;
  readings_wh_ += *watts * seconds / 3600;
  compared_s_ += seconds;
  source_.facts["integration_wh"] = decimal(meter_wh_);
  source_.facts["readings_wh"] = decimal(readings_wh_);
  source_.facts["integration_s"] = decimal(compared_s_);
}

void Wt300e::lose(const Status& why) {
  dialog_.reset();
  ++source_.failed_reads;
  ++outages_;
  outage_.begin(last_edge_ns_, "connection lost: " + why.message);
}

Result<void> Wt300e::reconnect() {
  ASSAY_TRY(Wt300eDialog dialog, Wt300eDialog::connect(settings_));
  ASSAY_TRY(const Wt300eIdentity identity, dialog.identify());
  if (!(identity == identity_))
    return fail(Code::kConflict, "WT300E at " + address_ + ": another meter answers now: expected " +
                                     identity_.model + " " + identity_.serial + ", found " + identity.model +
                                     " " + identity.serial);
  // A cable that was pulled leaves the meter as it was; one that was off has lost its settings.
  std::map<std::string, std::string> facts;
  bool as_before = dialog.verify(facts).has_value();
  ASSAY_TRY(const Wt300eRanges ranges, dialog.ranges());
  as_before = as_before && (ranges == ranges_ || !ranges_.fixed());
  dialog_.emplace(std::move(dialog));
  const auto restore = [&]() -> Result<void> {
    if (!as_before) {
      source_.facts["set_up_again"] = "after an outage the meter had lost its settings";
      ASSAY_OK(dialog_->configure(source_.facts));
      const bool fixed = ranges_.fixed();
      ASSAY_OK(apply_ranges(fixed ? std::optional(ranges_.voltage) : settings_.voltage_range,
                            fixed ? std::optional(ranges_.current) : settings_.current_range));
      integration_started_ = false;
      integral_.reset();
    }
    return begin_watching();
  };
  const auto restored = restore();
  if (!restored) dialog_.reset();
  return restored;
}

/// Overload in a small range makes the meter leave it by itself: nothing in the values says so.
Result<void> Wt300e::check_ranges() {
  ASSAY_TRY(const Wt300eRanges ranges, dialog_->ranges());
  source_.facts["range_check"] = !ranges_.fixed()    ? "auto range"
                                 : ranges == ranges_ ? "unchanged"
                                                     : "changed: " + ranges.describe();
  return {};
}

void Wt300e::tell_counts() {
  source_.facts["updates_over_range"] = std::to_string(over_range_);
  source_.facts["updates_peak_over_range"] = std::to_string(peak_over_);
  source_.facts["updates_read_too_late"] = std::to_string(late_);
  source_.facts["pauses"] = std::to_string(unseen_);
  source_.facts["outages"] = std::to_string(outages_);
  source_.facts["widest_bracket_ms"] = decimal(static_cast<double>(widest_bracket_ns_) / 1e6);
}

record::Source Wt300e::check() {
  if (dialog_) {
    if (const auto checked = check_ranges(); !checked) {
      source_.facts["range_check"] = "not told: " + checked.error().message;
      lose(checked.error());
    }
  } else {
    source_.facts["range_check"] = kRangesLost;
  }
  tell_counts();
  return source_;
}

record::Source Wt300e::close() {
  if (!open_) return source_;
  open_ = false;
  // The next person meets what is left behind: settings that an integration locks, keys on the front that do
  // nothing.
  const auto finish = [&]() -> Result<void> {
    const auto checked = check_ranges();
    if (!checked) source_.facts["range_check"] = "not told: " + checked.error().message;
    ASSAY_OK(checked);
    return dialog_->reset_integration();
  };
  if (!dialog_) source_.facts["range_check"] = kRangesLost;
  if (dialog_ && !finish()) dialog_.reset();
  if (!dialog_) {  // Worth one more try.
    if (auto dialog = Wt300eDialog::connect(settings_)) {
      const auto identity = dialog->identify();
      if (identity && *identity == identity_) dialog_.emplace(std::move(*dialog));
    }
    if (dialog_) (void)finish();
  }
  const bool released = dialog_ && dialog_->release();
  source_.facts["front_panel"] = released ? "given back" : "not given back: the connection is lost";
  dialog_.reset();
  tell_counts();
  return source_;
}

}  // namespace

Result<std::unique_ptr<Meter>> make_wt300e(const MeterSettings& settings) {
  ASSAY_TRY(const Wt300eSettings parsed, parse_wt300e_settings(settings));
  return std::make_unique<Wt300e>(parsed, settings.address);
}

}  // namespace assay::instrument

#include "instrument/http_meter.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "instrument/describe.h"
#include "instrument/offset_bracket.h"
#include "instrument/options.h"
#include "instrument/outage.h"
#include "powerlog/format.h"
#include "powerlog/http.h"
#include "powerlog/json_power.h"

namespace assay::instrument {
namespace {

/// A server whose time stands still for so many updates gives nothing, whatever it answers.
constexpr std::int64_t kStaleUpdates = 5;

struct HttpSettings {
  std::string name, url;
  record::Boundary boundary = record::Boundary::kDcInput;
  std::chrono::nanoseconds period{}, update{}, timeout{}, give_up{};
  bool simulated = false;
  std::optional<record::Accuracy> accuracy;
  powerlog::Mapping mapping;
};

/// One answer, with our time before and after it.
struct Answer {
  std::int64_t begin_ns = 0, end_ns = 0;
  std::string body;
};

bool calls_itself_simulated(std::string_view text) {
  constexpr std::string_view kWord = "simulat";
  return std::search(text.begin(), text.end(), kWord.begin(), kWord.end(),
                     [](char a, char b) { return (a | 0x20) == b; }) != text.end();
}

class HttpMeter final : public Meter {
 public:
  HttpMeter(HttpSettings settings, powerlog::JsonPower power)
      : settings_(std::move(settings)),
        power_(std::move(power)),
        outage_(settings_.give_up.count()),
        offset_(kDriftBound) {
    source_.id = settings_.name;
    record::Channel channel = mean_channel(settings_.name, "power", "W", settings_.update.count());
    if (settings_.mapping.position == powerlog::Position::kInstant)
      channel.kind = record::ReadingKind::kInstant;
    channel.boundary = settings_.boundary;
    channel.accuracy = combined_accuracy(power_.formula(), settings_.accuracy);
    channel.facts["power from"] = power_.formula().basis;
    channels_ = {channel};
  }

  Result<record::Source> open() override {
    if (getter_) return fail(Code::kInternal, "the meter is open already");
    if (const auto ready = set_up(); !ready) {
      getter_.reset();
      return fail(ready.error().with_context("http meter at " + settings_.url));
    }
    return source_;
  }

  bool ranges_are_open() const override { return false; }  // The server's meter has what ranges it has.
  Result<void> fix_ranges() override { return {}; }
  const std::vector<record::Channel>& channels() const override { return channels_; }
  const record::Source& source() const override { return source_; }

  Result<std::optional<MeterUpdate>> next(std::int64_t deadline_ns) override {
    if (!getter_) return fail(Code::kInternal, "the meter is not open");
    // Nobody has asked since: that the server was silent meanwhile is not known.
    if (const std::int64_t now = monotonic_ns(); !lost_ && now - next_request_ns_ > patience_ns())
      renewed_ns_ = now;
    for (;;) {
      if (lost_) {
        auto gap = outage_.wait(deadline_ns, [this] { return come_back(); });
        if (!gap)
          source_.failure = gap.error().message;
        else if (!lost_)
          source_.failure.clear();  // What came back has not failed.
        return gap;
      }
      sleep_until(std::min(next_request_ns_, deadline_ns));
      const std::int64_t now = monotonic_ns();
      if (now < next_request_ns_) return std::nullopt;
      // Requests that are late are left out, not made up for.
      next_request_ns_ = std::max(next_request_ns_ + settings_.period.count(), now);
      auto update = ask();
      if (!update)
        lose(update.error());
      else if (*update)
        return std::move(*update);
    }
  }

  record::Source check() override {
    source_.facts["outages"] = std::to_string(outages_);
    if (timed()) source_.facts["clock_steps"] = std::to_string(clock_steps_);
    return source_;
  }

  record::Source close() override {
    getter_.reset();
    return check();
  }

 private:
  bool timed() const { return settings_.mapping.time.field.given(); }

  /// From the stamp to the end of the interval that its value is the mean of.
  std::int64_t shift_ns() const {
    if (settings_.mapping.position == powerlog::Position::kStart) return settings_.update.count();
    if (settings_.mapping.position == powerlog::Position::kMiddle) return settings_.update.count() / 2;
    return 0;
  }

  Result<void> set_up() {
    ASSAY_TRY(powerlog::HttpGetter getter,
              powerlog::HttpGetter::create(settings_.url,
                                           std::chrono::ceil<std::chrono::milliseconds>(settings_.timeout)));
    getter_.emplace(std::move(getter));
    ASSAY_TRY(const Answer answer, get());
    source_.simulated = settings_.simulated || calls_itself_simulated(answer.body);
    source_.description = "JSON at " + settings_.url;
    constexpr std::size_t kShown = 200;
    source_.facts = {{"address", settings_.url},
                     {"power from", power_.formula().basis},
                     {"first answer", answer.body.substr(0, kShown)}};
    source_.clock.method = timed() ? "bracketed" : "moment of the answer";
    // Without a time a value may be one update old.
    source_.clock.error_ns = timed() ? 0 : settings_.update.count();
    const auto power = power_.read(answer.body);
    // That there is no value just now is no reason not to begin.
    if (!power && power.error().code != Code::kUnavailable) return fail(power.error());
    note(power ? power->time_ns : std::nullopt, answer);
    next_request_ns_ = answer.end_ns;
    return {};
  }

  Result<Answer> get() {
    Answer answer;
    answer.begin_ns = monotonic_ns();
    auto body = getter_->get();
    answer.end_ns = monotonic_ns();
    ++source_.reads;
    const std::int64_t cost = answer.end_ns - answer.begin_ns;
    source_.read_ns_total += cost;
    source_.read_ns_longest = std::max(source_.read_ns_longest, cost);
    if (!body) return fail(body.error());
    answer.body = std::move(*body);
    return answer;
  }

  /// The server has been heard, with the stamp that it shows now.
  void note(std::optional<std::int64_t> stamp_ns, const Answer& answer) {
    if (stamp_ns && stamp_ns != stamp_ns_) {
      stamp_ns_ = stamp_ns;
      renewed_ns_ = answer.end_ns;
    } else if (!timed()) {
      renewed_ns_ = answer.end_ns;
    }
    asked_ns_ = answer.begin_ns;
  }

  /// Nothing: the answer is the one before. Errors: there is no answer that can be read, or none that is new.
  Result<std::optional<MeterUpdate>> ask() {
    ASSAY_TRY(const Answer answer, get());
    auto power = power_.read(answer.body);
    if (!power && power.error().code == Code::kUnavailable)
      return MeterUpdate{answer.begin_ns, answer.end_ns, {{std::nullopt, "no data"}}, std::nullopt};
    if (!power) return fail(power.error());
    MeterUpdate update{answer.begin_ns, answer.end_ns, {{power->watts, ""}}, std::nullopt};
    if (timed()) {
      if (power->time_ns == stamp_ns_) {
        asked_ns_ = answer.begin_ns;
        if (answer.end_ns - renewed_ns_ > patience_ns()) return fail(stale());
        return std::nullopt;
      }
      place(*power->time_ns + shift_ns(), answer.end_ns, update);
    }
    note(power->time_ns, answer);
    return update;
  }

  std::int64_t patience_ns() const {
    return kStaleUpdates * std::max(settings_.update, settings_.period).count() + settings_.timeout.count();
  }
  static Status stale() {
    return {Code::kUnavailable, "the server tells the same time again and again: its values are old"};
  }

  /// An update came after the request before, and before this answer.
  void place(std::int64_t theirs_ns, std::int64_t answered_ns, MeterUpdate& update) {
    if (!offset_.observe(theirs_ns, asked_ns_, answered_ns)) ++clock_steps_;
    const OffsetBracket::Bounds bounds = *offset_.at(answered_ns);
    update.begin_ns = std::clamp(theirs_ns + bounds.lo_ns, asked_ns_, answered_ns);
    update.end_ns = std::clamp(theirs_ns + bounds.hi_ns, update.begin_ns, answered_ns);
    source_.clock.origin_ns = theirs_ns;
    source_.clock.offset_ns = bounds.middle_ns();
    source_.clock.error_ns = bounds.width_ns() / 2;
  }

  void lose(const Status& why) {
    lost_ = true;
    ++outages_;
    ++source_.failed_reads;
    outage_.begin(renewed_ns_, why.message);
  }

  Result<void> come_back() {
    ASSAY_TRY(const Answer answer, get());
    const auto power = power_.read(answer.body);
    if (!power && power.error().code != Code::kUnavailable) return fail(power.error());
    if (power && timed() && power->time_ns == stamp_ns_) return fail(stale());
    note(power ? power->time_ns : std::nullopt, answer);
    // The gap ends here, and so does the time that nothing is known of.
    renewed_ns_ = answer.end_ns;
    next_request_ns_ = answer.end_ns;
    lost_ = false;
    return {};
  }

  HttpSettings settings_;
  powerlog::JsonPower power_;
  std::optional<powerlog::HttpGetter> getter_;
  Outage outage_;
  OffsetBracket offset_;
  record::Source source_;
  std::vector<record::Channel> channels_;
  std::int64_t next_request_ns_ = 0;
  std::int64_t asked_ns_ = 0;             ///< When the latest request that was answered was sent.
  std::int64_t renewed_ns_ = 0;           ///< When the last update was seen.
  std::optional<std::int64_t> stamp_ns_;  ///< Of the last update.
  bool lost_ = false;
  std::int64_t outages_ = 0, clock_steps_ = 0;
};

powerlog::ScaledField field_of(OptionReader& options, std::string_view name, std::string_view unit) {
  const std::string unit_option = std::string(name) + "_unit";
  return {{options.text(name, "")}, options.text(unit_option, unit)};
}

/// The mapping's keys as options: "shunt", "shunt_unit", "ohms" ... A value that is not named is not there.
Result<powerlog::Mapping> mapping_of(OptionReader& options) {
  powerlog::Mapping mapping;
  const auto given = [&](std::string_view name,
                         std::string_view unit) -> std::optional<powerlog::ScaledField> {
    powerlog::ScaledField field = field_of(options, name, unit);
    if (!field.field.given()) return std::nullopt;
    return field;
  };
  mapping.power = given("power", "W");
  mapping.voltage = given("voltage", "V");
  mapping.current = given("current", "A");
  const auto ohms = options.number_or_none("ohms", 0, 1e6);
  const auto volts_per_ampere = options.number_or_none("volts_per_ampere", 0, 1e6);
  const auto tolerance = options.number_or_none("tolerance", 0, 1);
  if (auto drop = given("shunt", "V")) mapping.shunt = {std::move(*drop), ohms.value_or(0), tolerance};
  if (auto output = given("clamp", "V"))
    mapping.clamp = {std::move(*output), volts_per_ampere.value_or(0), tolerance};
  mapping.supply_volts = options.number_or_none("supply_volts", 0, 1e6);
  mapping.supply_tolerance = options.number_or_none("supply_tolerance", 0, 1);
  mapping.time.field.name = options.text("time", "");
  mapping.time.unit = options.text("time_unit", mapping.time.field.given() ? "iso8601" : "");
  if (const std::string zone = options.text("zone", ""); !zone.empty()) {
    ASSAY_TRY(mapping.time.zone, powerlog::parse_zone(zone));
  }
  if (const std::string position = options.text("position", ""); !position.empty()) {
    ASSAY_TRY(mapping.position, powerlog::parse_position(position));
  }
  return mapping;
}

}  // namespace

Result<std::unique_ptr<Meter>> make_http_meter(const MeterSettings& given) {
  HttpSettings settings;
  settings.url = given.address;
  settings.boundary = given.boundary;
  settings.period = given.period;
  OptionReader options("http", given.options);
  settings.name = options.text("name", "http");
  ASSAY_TRY(settings.mapping, mapping_of(options));
  settings.update =
      options.milliseconds("interval_ms", static_cast<double>(given.period.count()) / 1e6, 0.001, 86'400'000);
  settings.timeout = options.milliseconds("timeout_ms", 1000, 1, 60'000);
  settings.give_up = options.milliseconds("give_up_s", 60, 0, 86'400) * 1000;
  settings.simulated = options.flag("simulated", false);
  const auto of_reading = options.number_or_none("of_reading", 0, 1),
             of_range = options.number_or_none("of_range", 0, 1),
             range = options.number_or_none("range", 0, 1e6);
  if (of_reading || of_range)
    settings.accuracy = {of_reading.value_or(0), of_range.value_or(0), range.value_or(0), "as the spec says"};
  ASSAY_OK(options.finish());
  if (of_range && !range)
    return fail(Code::kInvalidInput,
                "http option 'range': expected the range in W that of_range is a share of");
  if (powerlog::safe_name(settings.name) != settings.name || settings.name.empty())
    return fail(Code::kInvalidInput,
                "http option 'name': expected letters, digits, '_' and '-', found '" + settings.name + "'");
  ASSAY_TRY(powerlog::JsonPower power, powerlog::JsonPower::create(settings.mapping, std::nullopt));
  const bool shifted = settings.mapping.position == powerlog::Position::kStart ||
                       settings.mapping.position == powerlog::Position::kMiddle;
  if (shifted && !settings.mapping.time.field.given())
    return fail(Code::kInvalidInput,
                "http option 'position': expected end or instant where the answers carry no time, found '" +
                    std::string(powerlog::to_string(*settings.mapping.position)) + "'");
  // Tells now what is wrong with the address.
  ASSAY_TRY(const auto getter, powerlog::HttpGetter::create(given.address, std::chrono::milliseconds(1000)));
  (void)getter;
  return std::make_unique<HttpMeter>(std::move(settings), std::move(power));
}

}  // namespace assay::instrument

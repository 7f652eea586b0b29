#include "instrument/wt300e_dialog.h"

#include <cctype>
#include <cmath>

#include "base/clock.h"
#include "base/text.h"
#include "instrument/describe.h"

namespace assay::instrument {
namespace {

constexpr std::int64_t kZeroCalibrationNs = 30'000'000'000;
constexpr int kMostErrors = 20;

/// Bits of the condition register for element 1; the next elements' follow three by three.
constexpr unsigned kBitUpdating = 0, kBitIntegrating = 1, kBitOverRange = 6;

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

/// "ON" and "OFF" as the numbers by which booleans are answered.
std::string canonical(std::string_view text) {
  const std::string word = upper(trim(text));
  return word == "ON" ? "1" : word == "OFF" ? "0" : word;
}

/// Numbers by value, words by their shorter form: FLO answers FLOAT.
bool same(std::string_view answer, std::string_view wanted) {
  const std::string a = canonical(answer), b = canonical(wanted);
  const ScpiNumber x = parse_number(a), y = parse_number(b);
  if (x.kind == ScpiNumber::Kind::kValue && y.kind == ScpiNumber::Kind::kValue)
    return std::fabs(x.value - y.value) <= 1e-3 * std::fabs(y.value);
  return !a.empty() && (a == b || (a.size() >= 3 && b.compare(0, a.size(), a) == 0));
}

Result<unsigned> parse_register(std::string_view text) {
  const ScpiNumber number = parse_number(without_header(text));
  if (number.kind != ScpiNumber::Kind::kValue || number.value < 0 || number.value > 65535 ||
      number.value != std::floor(number.value))
    return fail(Code::kCorrupt,
                "a status register was expected, found '" + std::string(text.substr(0, 40)) + "'");
  return static_cast<unsigned>(number.value);
}

}  // namespace

struct Wt300eDialog::Setting {
  std::string fact;      ///< Its name in the record.
  std::string header;    ///< ":INPUT:MODE"
  std::string value;     ///< "DC"
  std::string expected;  ///< What the meter answers then; empty: the value.
  bool required = true;  ///< False: not in every firmware, so a meter may be silent about it.
};

Result<Wt300eIdentity> parse_identity(std::string_view reply) {
  const std::vector<std::string> parts = split(trim(reply), ',');
  const auto part = [&](std::size_t i) { return i < parts.size() ? std::string(trim(parts[i])) : ""; };
  Wt300eIdentity identity{part(0), part(1), part(2), part(3)};
  if (parts.size() != 4 || upper(identity.vendor) != "YOKOGAWA" || identity.model.rfind("WT3", 0) != 0)
    return fail(Code::kNotFound, "a meter of the WT300E series was expected, found '" +
                                     std::string(trim(reply).substr(0, 80)) + "'");
  return identity;
}

Result<Wt300ePoll> parse_poll(std::string_view reply, int element) {
  const std::vector<std::string_view> parts = split_reply(reply);
  if (parts.size() != 2)
    return fail(Code::kCorrupt,
                "two status registers were expected, found '" + std::string(reply.substr(0, 40)) + "'");
  ASSAY_TRY(const unsigned events, parse_register(parts[0]));
  ASSAY_TRY(const unsigned condition, parse_register(parts[1]));
  const unsigned first = kBitOverRange + 3 * static_cast<unsigned>(element - 1);
  const auto bit = [&](unsigned n) { return (condition >> n & 1U) != 0; };
  Wt300ePoll poll;
  poll.updated = (events >> kBitUpdating & 1U) != 0;
  poll.condition = {bit(kBitIntegrating), bit(first), bit(first + 1), bit(first + 2)};
  return poll;
}

std::string Wt300eRanges::describe() const {
  return decimal(voltage) + " V" + (voltage_auto ? " (auto)" : "") + ", " + decimal(current) + " A" +
         (current_auto ? " (auto)" : "");
}

Result<Wt300eDialog> Wt300eDialog::connect(const Wt300eSettings& settings) {
  Wt300eDialog dialog(settings);
  ASSAY_TRY(dialog.transport_, instrument::connect(settings.address, dialog.deadline()));
  return dialog;
}

std::int64_t Wt300eDialog::deadline() const { return monotonic_ns() + settings_.timeout.count(); }

Result<void> Wt300eDialog::command(std::string_view message) {
  return transport_->write(message, deadline());
}

Result<std::string> Wt300eDialog::ask(std::string_view query) {
  const auto reply = transport_->query(query, deadline());
  if (!reply) return fail(reply.error().with_context(query));
  return std::string(trim(without_header(*reply)));
}

Result<double> Wt300eDialog::ask_number(std::string_view query) {
  ASSAY_TRY(const std::string reply, ask(query));
  const ScpiNumber number = parse_number(reply);
  if (number.kind != ScpiNumber::Kind::kValue)
    return fail(Code::kCorrupt,
                std::string(query) + ": a number was expected, found '" + reply.substr(0, 40) + "'");
  return number.value;
}

Result<Wt300eIdentity> Wt300eDialog::identify() {
  ASSAY_TRY(const std::string reply, ask("*IDN?"));
  return parse_identity(reply);
}

std::vector<Wt300eDialog::Setting> Wt300eDialog::wanted() const {
  const auto on_off = [](bool on) { return std::string(on ? "ON" : "OFF"); };
  const std::string element = "," + std::to_string(settings_.element);
  const double seconds = std::chrono::duration<double>(settings_.update).count();
  return {
      {"hold", ":HOLD", "OFF", "", false},
      {"crest_factor", ":INPUT:CFACTOR", std::to_string(settings_.crest_factor), "", true},
      {"mode", ":INPUT:MODE", "DC", "", true},
      {"rate_s", ":RATE", std::string(rate_word(settings_.update)), decimal(seconds), true},
      // All samples of the interval count: a zero crossing of DC would be noise.
      {"sync_source", ":INPUT:SYNCHRONIZE", "OFF", "", true},
      {"line_filter", ":INPUT:FILTER:LINE", on_off(settings_.line_filter), "", true},
      {"frequency_filter", ":INPUT:FILTER:FREQUENCY", on_off(settings_.frequency_filter), "", true},
      {"scaling", ":INPUT:SCALING:STATE", "OFF", "", false},
      {"averaging", ":MEASURE:AVERAGING:STATE", "OFF", "", true},
      {"maximum_hold", ":MEASURE:MHOLD", "OFF", "", false},
      {"format", ":NUMERIC:FORMAT", settings_.float_format ? "FLOAT" : "ASCII", "", true},
      {"items", ":NUMERIC:NORMAL:NUMBER", std::to_string(kItems), "", true},
      {"item1", ":NUMERIC:NORMAL:ITEM1", "U" + element, "", true},
      {"item2", ":NUMERIC:NORMAL:ITEM2", "I" + element, "", true},
      {"item3", ":NUMERIC:NORMAL:ITEM3", "P" + element, "", true},
      {"item4", ":NUMERIC:NORMAL:ITEM4", "WH" + element, "", true},
      {"item5", ":NUMERIC:NORMAL:ITEM5", "TIME" + element, "", true},
  };
}

Result<void> Wt300eDialog::configure(std::map<std::string, std::string>& facts) {
  // Whatever was going on: an integration that runs, or is held, has settings refused.
  for (const char* message :
       {"*CLS", ":COMMUNICATE:REMOTE ON", ":COMMUNICATE:HEADER OFF", ":COMMUNICATE:VERBOSE OFF"})
    ASSAY_OK(command(message));
  ASSAY_OK(reset_integration());
  for (const Setting& setting : wanted()) ASSAY_OK(command(setting.header + " " + setting.value));
  ASSAY_TRY(facts["setup_errors"], errors());
  return verify(facts);
}

Result<void> Wt300eDialog::verify(std::map<std::string, std::string>& facts) {
  for (const Setting& setting : wanted()) {
    const auto answer = ask(setting.header + "?");
    if (!answer && (setting.required || answer.error().code != Code::kTimeout)) return fail(answer.error());
    facts[setting.fact] = answer ? *answer : "not told";
    const std::string& expected = setting.expected.empty() ? setting.value : setting.expected;
    if (answer && !same(*answer, expected))
      return fail(Code::kUnavailable, "the meter does not take '" + setting.header + " " + setting.value +
                                          "': it answers '" + *answer + "' afterwards");
  }
  return {};
}

Result<void> Wt300eDialog::zero_calibrate() {
  const auto reply = transport_->query("*CAL?", monotonic_ns() + kZeroCalibrationNs);
  if (!reply) return fail(reply.error().with_context("zero calibration"));
  if (!same(without_header(*reply), "0"))
    return fail(Code::kUnavailable,
                "zero calibration failed: the meter answers '" + reply->substr(0, 40) + "'");
  return {};
}

Result<void> Wt300eDialog::set_voltage_range(std::optional<double> volts) {
  ASSAY_OK(command(std::string(":INPUT:VOLTAGE:AUTO ") + (volts ? "OFF" : "ON")));
  if (volts) ASSAY_OK(command(":INPUT:VOLTAGE:RANGE " + decimal(*volts) + "V"));
  return {};
}

Result<void> Wt300eDialog::set_current_range(std::optional<double> amperes) {
  ASSAY_OK(command(std::string(":INPUT:CURRENT:AUTO ") + (amperes ? "OFF" : "ON")));
  if (amperes) ASSAY_OK(command(":INPUT:CURRENT:RANGE " + decimal(*amperes) + "A"));
  return {};
}

Result<Wt300eRanges> Wt300eDialog::ranges() {
  Wt300eRanges ranges;
  ASSAY_TRY(ranges.voltage, ask_number(":INPUT:VOLTAGE:RANGE?"));
  ASSAY_TRY(ranges.current, ask_number(":INPUT:CURRENT:RANGE?"));
  ASSAY_TRY(const std::string voltage_auto, ask(":INPUT:VOLTAGE:AUTO?"));
  ASSAY_TRY(const std::string current_auto, ask(":INPUT:CURRENT:AUTO?"));
  ranges.voltage_auto = !same(voltage_auto, "0");
  ranges.current_auto = !same(current_auto, "0");
  return ranges;
}

Result<void> Wt300eDialog::watch_updates() {
  ASSAY_OK(command(":STATUS:FILTER1 FALL"));
  ASSAY_TRY(const std::string before, ask(":STATUS:EESR?"));
  ASSAY_OK(parse_register(before));
  return {};
}

Result<Wt300ePoll> Wt300eDialog::poll() {
  ASSAY_TRY(const std::string reply, transport_->query(":STATUS:EESR?;:STATUS:CONDITION?", deadline()));
  return parse_poll(reply, settings_.element);
}

Result<std::vector<ScpiNumber>> Wt300eDialog::values() {
  ASSAY_TRY(const std::string reply, transport_->query(":NUMERIC:NORMAL:VALUE?", deadline()));
  ASSAY_TRY(std::vector<ScpiNumber> numbers, parse_numbers(reply));
  if (numbers.size() != kItems)
    return fail(Code::kCorrupt,
                std::to_string(kItems) + " values were expected, found " + std::to_string(numbers.size()));
  return numbers;
}

Result<void> Wt300eDialog::start_integration() {
  for (const char* message :
       {":INTEGRATE:RESET", ":INTEGRATE:MODE NORMAL", ":INTEGRATE:TIMER 0,0,0", ":INTEGRATE:START"})
    ASSAY_OK(command(message));
  return {};
}

Result<void> Wt300eDialog::reset_integration() {
  ASSAY_TRY(const bool running, integrating());
  if (running) ASSAY_OK(command(":INTEGRATE:STOP"));
  return command(":INTEGRATE:RESET");
}

Result<bool> Wt300eDialog::integrating() {
  ASSAY_TRY(const std::string state, ask(":INTEGRATE:STATE?"));
  return upper(state).rfind("STAR", 0) == 0;
}

Result<std::string> Wt300eDialog::errors() {
  std::string all;
  for (int i = 0; i < kMostErrors; ++i) {
    ASSAY_TRY(const std::string error, ask(":STATUS:ERROR?"));
    if (same(error.substr(0, error.find(',')), "0")) break;
    all += (all.empty() ? "" : "; ") + error;
  }
  return all;
}

Result<void> Wt300eDialog::release() {
  // Asked back, for a message into a dead connection looks sent.
  ASSAY_TRY(const std::string remote, ask(":COMMUNICATE:REMOTE OFF;:COMMUNICATE:REMOTE?"));
  if (!same(remote, "0"))
    return fail(Code::kUnavailable, "the meter stays in remote: it answers '" + remote + "'");
  return {};
}

}  // namespace assay::instrument

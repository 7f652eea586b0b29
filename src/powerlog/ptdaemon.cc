// Logs of SPEC's PTDaemon, the power analyzer server that MLPerf uses.
//
//   Time,01-22-2021 15:05:14.313,Watts,22.970000,Volts,227.370000,Amps,0.204340,PF,0.494400,Mark,x_ranging
//   Time,11-13-2020 22:38:59.240,Watts,272.93,...,PF,-1.000000,Mark,notset,Ch1,Watts,91.06,Volts,120.95,...
//   Time,11-07-2020 17:54:49.071,ERROR,Bad volts reading nan from WT310
//
// What it shows on its console lacks "Time,". -1 and -2 stand for "none". A reading is the analyzer's mean
// over the update interval that ends with it.
#include <algorithm>
#include <array>

#include "powerlog/format.h"
#include "powerlog/number.h"

namespace assay::powerlog {
namespace {

constexpr std::string_view kPrefix = "Time,";
constexpr std::array<std::string_view, 6> kMessages = {"NOTICE", "WARNING", "INFO", "DEBUG", "TRACE", "MSG"};
constexpr std::array<std::string_view, 3> kErrors = {"ERROR", "FATAL", "CRITICAL"};

struct Label {
  std::string_view label, quantity;  ///< No quantity: read, checked and not kept.
};
constexpr std::array<Label, 4> kLabels = {
    {{"Watts", "power"}, {"Volts", "voltage"}, {"Amps", "current"}, {"PF", ""}}};

std::string_view take_field(std::string_view& rest) {
  const auto comma = rest.find(',');
  const auto field = rest.substr(0, comma);
  rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  return field;
}

bool is_channel(std::string_view field) {
  return field.size() > 2 && field.size() < 6 && field.starts_with("Ch") &&
         std::all_of(field.begin() + 2, field.end(), [](char c) { return c >= '0' && c <= '9'; });
}

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

const StampPattern& stamp_pattern() {
  static const StampPattern kPattern = *StampPattern::create("%m-%d-%Y %H:%M:%S.%f");
  return kPattern;
}

/// The stamp at the front of a line, and what follows its comma.
std::optional<Stamp> take_stamp(std::string_view& line) {
  std::string_view rest = line.starts_with(kPrefix) ? line.substr(kPrefix.size()) : line;
  const auto stamp = stamp_pattern().take(rest);
  if (!stamp || rest.empty() || rest.front() != ',') return std::nullopt;
  line = rest.substr(1);
  return stamp;
}

class PtdaemonParser : public LineParser {
 public:
  PtdaemonParser(LogTraits traits, const LogOptions& options)
      : LineParser(std::move(traits)),
        options_(options),
        zone_ns_(options.zone->offset_s * std::int64_t{1'000'000'000}) {}

  void parse(std::string_view line, Batch& batch) const override {
    std::string_view rest = line;
    const auto stamp = take_stamp(rest);
    if (!stamp) return batch.reject(Reject::kNoise);
    const std::string_view kind = rest.substr(0, rest.find(','));
    if (kind == "Watts") return parse_reading(stamp->ns - zone_ns_, rest, batch);
    if (contains(kErrors, kind)) return batch.reject(Reject::kMeterError);
    if (!contains(kMessages, kind)) return batch.reject(Reject::kNoise);
    note_message(rest, batch);
  }

  record::Channel describe(std::string_view key) const override {
    record::Channel channel = channel_of_key(key, traits_.position);
    if (key.starts_with("ch")) channel.facts["analyzer channel"] = key.substr(2, key.find('.') - 2);
    if (channel.quantity != "power") return channel;
    channel.boundary = *options_.boundary;
    channel.accuracy = options_.accuracy;
    return channel;
  }

  /// The total is the sum of the channels.
  void finish(std::vector<record::Series>& series) const override {
    const auto total = std::find_if(series.begin(), series.end(), [](const record::Series& s) {
      return s.channel.quantity == "power" && !s.channel.facts.contains("analyzer channel");
    });
    if (total == series.end()) return;
    for (const record::Series& s : series)
      if (&s != &*total && s.channel.quantity == "power") total->channel.contains.push_back(s.channel.id);
  }

 private:
  struct Value {
    std::string key;
    Number number;
  };

  using Seen = std::array<bool, kLabels.size()>;
  /// A group that lacks a label was cut, and the last number before the cut may lack digits.
  static bool whole(const Seen& seen) {
    return std::all_of(seen.begin(), seen.end(), [](bool s) { return s; });
  }

  void parse_reading(std::int64_t time_ns, std::string_view rest, Batch& batch) const {
    // A second record within the line: its values may be anybody's.
    if (rest.find(kPrefix) != std::string_view::npos) return batch.reject(Reject::kGarbled);
    std::vector<Value> values;
    std::string prefix, mark;
    Seen seen{};
    bool marked = false;
    while (!rest.empty()) {
      const auto field = take_field(rest);
      if (field == "Mark") {
        if (marked || rest.empty()) return batch.reject(Reject::kGarbled);
        marked = true;
        mark = take_field(rest);
        continue;
      }
      if (is_channel(field)) {
        if (!whole(seen)) return batch.reject(Reject::kGarbled);
        seen = {};
        prefix = "ch" + std::string(field.substr(2)) + ".";
        continue;
      }
      const auto label =
          std::find_if(kLabels.begin(), kLabels.end(), [&](const Label& l) { return l.label == field; });
      if (label == kLabels.end()) return batch.reject(Reject::kGarbled);
      const auto index = static_cast<std::size_t>(label - kLabels.begin());
      const Number number = parse_number(take_field(rest));
      if (seen[index] || number.kind == NumberKind::kNotANumber || number.kind == NumberKind::kEmpty)
        return batch.reject(Reject::kGarbled);
      seen[index] = true;
      if (!label->quantity.empty()) values.push_back({prefix + std::string(label->quantity), number});
    }
    if (!whole(seen)) return batch.reject(Reject::kGarbled);
    if (marked) batch.note("mark " + mark, "seen");
    if (!options_.mark.empty() && mark != options_.mark) return batch.reject(Reject::kOtherMark);
    for (const Value& value : values) add(time_ns, value, batch);
  }

  static void add(std::int64_t time_ns, const Value& value, Batch& batch) {
    const auto channel = batch.channel(value.key);
    if (channel == Batch::kNoChannel) return batch.reject(Reject::kTooManyChannels);
    if (value.number.kind == NumberKind::kNoData) return batch.reject(channel, Reject::kNoData);
    if (value.number.value == -1 || value.number.value == -2) return batch.reject(channel, Reject::kSentinel);
    batch.add(channel, time_ns, value.number.value);
  }

  /// "NOTICE,Analyzer identity response of 32 bytes: YOKOGAWA,WT310,C2PH13047V,F1.03"
  static void note_message(std::string_view message, Batch& batch) {
    constexpr std::string_view kIdentity = "dentity response";
    batch.remark(message);
    const auto found = message.find(kIdentity);
    if (found == std::string_view::npos) return;
    const auto colon = message.find(": ", found);
    if (colon != std::string_view::npos) batch.note("identity", message.substr(colon + 2));
  }

  LogOptions options_;
  std::int64_t zone_ns_;
};

bool is_ptdaemon(std::string_view head) {
  constexpr int kLines = 200;  // A console log may begin with a page of greetings.
  std::string_view line;
  for (int i = 0; i < kLines && take_line(head, line); ++i) {
    if (!take_stamp(line)) continue;
    const auto kind = line.substr(0, line.find(','));
    if (kind == "Watts" || contains(kErrors, kind) || contains(kMessages, kind)) return true;
  }
  return false;
}

Result<std::unique_ptr<LineParser>> open_ptdaemon(std::string_view, const LogOptions& options) {
  if (!options.zone) return fail(zone_is_missing("a PTDaemon log"));
  if (!options.boundary)
    return fail(
        Code::kInvalidInput,
        "a PTDaemon log does not say what the analyzer measured: say dc_input (between supply and board) or "
        "ac_input (at the wall)");
  LogTraits traits;
  traits.position = options.position.value_or(Position::kEnd);
  traits.interval_ns = options.interval_ns;
  return std::make_unique<PtdaemonParser>(std::move(traits), options);
}

}  // namespace

const Format kPtdaemon = {"ptdaemon", "log or console output of SPEC's PTDaemon (power analyzers)",
                          is_ptdaemon, open_ptdaemon};

}  // namespace assay::powerlog

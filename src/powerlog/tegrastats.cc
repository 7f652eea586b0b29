// Output of NVIDIA's tegrastats (Jetson), with or without its time stamps.
//
//   RAM 2840/7620MB (lfb 512x4MB) SWAP 0/4096MB CPU [25%@1420,off] GR3D_FREQ 76% CPU@42.5C VDD_IN 5765mW ...
//   07-25-2026 09:08:28 RAM ... GR3D_FREQ 12%@[1300,1300] NVDLA0_FREQ @1600 cpu@52.968C VDD_GPU_SOC
//   5139mW/5139mW RAM ... VDD_IN 5336/4970
//
// Of "now/average" the second is tegrastats' own running mean since its start: not used. What a version
// prints beyond this is passed over.
#include <algorithm>
#include <array>

#include "powerlog/format.h"
#include "powerlog/number.h"
#include "record/rail.h"

namespace assay::powerlog {
namespace {

constexpr double kMebibyte = 1 << 20;
constexpr double kGatedCelsius = -256;
// A monitor's input that nothing is connected to; AGX Orin prints two of them in a line.
constexpr std::string_view kNotConnected = "NC";
// Before there was a unit behind the milliwatts, the name alone told a rail from a memory ("SWAP 0/4096MB"
// has one).
constexpr std::array<std::string_view, 4> kRailPrefixes = {"VDD", "VIN", "POM_", "SYS5V"};

const StampPattern& whole_seconds() {
  static const StampPattern kPattern = *StampPattern::create("%m-%d-%Y %H:%M:%S");
  return kPattern;
}

bool is_rail(std::string_view name) {
  return std::any_of(kRailPrefixes.begin(), kRailPrefixes.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

/// Removes a number from the front of `text`; absent where there is none.
std::optional<double> take_number(std::string_view& text) {
  const auto size = std::min(text.find_first_not_of("-.0123456789"), text.size());
  const Number number = parse_number(text.substr(0, size));
  if (number.kind != NumberKind::kNumber) return std::nullopt;
  text.remove_prefix(size);
  return number.value;
}

bool take_literal(std::string_view& text, std::string_view literal) {
  if (!text.starts_with(literal)) return false;
  text.remove_prefix(literal.size());
  return true;
}

/// One line, read into samples of one moment.
class LineReader {
 public:
  LineReader(std::string_view text, std::int64_t time_ns, Batch& batch)
      : text_(text), time_ns_(time_ns), batch_(batch) {}

  /// False: the line is not to be used; nothing has been added.
  bool read() {
    if (take_word(text_) != "RAM" || !read_memory(take_word(text_))) return false;
    for (auto word = take_word(text_); !word.empty(); word = take_word(text_)) {
      if (word == "RAM") return false;  // Two lines in one.
      if (!read_item(word)) return false;
    }
    for (const Value& value : values_) add(value);
    return true;
  }

 private:
  struct Value {
    std::string key;
    double value;
  };

  void keep(std::string_view name, std::string_view quantity, double value) {
    values_.push_back({safe_name(name) + "." + std::string(quantity), value});
  }

  void add(const Value& value) {
    const auto channel = batch_.channel(value.key);
    if (channel == Batch::kNoChannel) return batch_.reject(Reject::kTooManyChannels);
    if (value.value == kGatedCelsius && value.key.ends_with(".temperature"))
      return batch_.reject(channel, Reject::kSensorOff);
    batch_.add(channel, time_ns_, value.value);
  }

  /// "2840/7620MB"
  bool read_memory(std::string_view value) {
    const auto used = take_number(value);
    if (!used || !take_literal(value, "/") || !take_number(value) || value != "MB") return false;
    keep("RAM", "memory", *used * kMebibyte);
    return true;
  }

  bool read_item(std::string_view name) {
    if (name.front() == '(') return skip_bracket(name);
    if (name.find('@') != std::string_view::npos) return read_temperature(name);
    const std::string_view behind = text_;
    std::string_view value = take_word(text_);
    if (name == "CPU" && value.starts_with("[")) return read_cpus(value.substr(1));
    if (name == "SWAP" || name == "IRAM") return true;
    if (name == "MTS") {  // "fg 0% bg 0%"
      for (int i = 0; i < 3; ++i) take_word(text_);
      return true;
    }
    if (value == "off") return true;
    if (value.find("mW") != std::string_view::npos) return read_power(name, value);
    if (is_rail(name) && value.find('/') != std::string_view::npos) return read_power(name, value);
    if (read_load(name, value)) return true;
    text_ = behind;  // An unknown word: what follows may be known.
    return true;
  }

  /// "(lfb 512x4MB)"
  bool skip_bracket(std::string_view word) {
    while (!word.empty() && word.back() != ')') word = take_word(text_);
    return true;
  }

  /// "CPU@42.5C", "cpu@52.968C/52.968C"
  bool read_temperature(std::string_view word) {
    const auto at = word.find('@');
    std::string_view value = word.substr(at + 1);
    const auto celsius = take_number(value);
    if (at > 0 && celsius && (value == "C" || value.starts_with("C/")))
      keep(word.substr(0, at), "temperature", *celsius);
    return true;
  }

  /// "25%@1420,off,3%]"
  bool read_cpus(std::string_view list) {
    for (int cpu = 0;; ++cpu) {
      const std::string name = "CPU" + std::to_string(cpu);
      if (!take_literal(list, "off")) {
        const auto percent = take_number(list);
        if (!percent || !take_literal(list, "%")) return false;
        keep(name, "utilisation", *percent);
        if (take_literal(list, "@")) {
          const auto mhz = take_number(list);
          if (!mhz) return false;
          keep(name, "frequency", *mhz * 1e6);
        }
      }
      if (list == "]") return true;
      if (!take_literal(list, ",")) return false;
    }
  }

  /// "5765mW", "5765mW/5700mW", "5336/4970": the first, if the others are numbers too.
  bool read_power(std::string_view name, std::string_view value) {
    const auto milliwatts = take_number(value);
    if (!milliwatts) return false;
    take_literal(value, "mW");
    while (take_literal(value, "/")) {
      if (!take_number(value)) return false;
      take_literal(value, "mW");
    }
    if (!value.empty()) return false;
    if (name != kNotConnected) keep(name, "power", *milliwatts / 1000);
    return true;
  }

  /// "76%", "12%@1300", "12%@[1300,1300]", "@1600", "174": load and clock of an engine, clock in MHz.
  bool read_load(std::string_view name, std::string_view value) {
    if (name.ends_with("_FREQ")) name.remove_suffix(5);
    const std::string_view whole = value;
    std::optional<double> percent, mhz;
    std::vector<std::optional<double>> others;  // Clocks of further units behind the same name.
    if (!take_literal(value, "@")) {
      const auto number = take_number(value);
      if (!number) return false;
      if (take_literal(value, "%")) {
        percent = number;
        if (!value.empty() && !take_literal(value, "@")) return false;
      } else {
        mhz = number;
      }
    }
    if (!mhz && (!percent || whole.find('@') != std::string_view::npos)) {
      const bool list = take_literal(value, "[");
      mhz = take_number(value);
      if (!mhz) return false;
      while (list && take_literal(value, ",")) {
        others.push_back(take_number(value));
        if (!others.back()) return false;
      }
      if (list && !take_literal(value, "]")) return false;
    }
    if (!value.empty()) return false;
    if (percent) keep(name, "utilisation", *percent);
    if (mhz) keep(name, "frequency", *mhz * 1e6);
    for (std::size_t i = 0; i < others.size(); ++i)
      keep(std::string(name) + "_" + std::to_string(i + 1), "frequency", *others[i] * 1e6);
    return true;
  }

  std::string_view text_;
  std::int64_t time_ns_;
  Batch& batch_;
  std::vector<Value> values_;
};

/// The stamp at the front of a line, which is removed from it.
std::optional<Stamp> take_whole_seconds(std::string_view& line) {
  std::string_view rest = line;
  const auto stamp = whole_seconds().take(rest);
  if (!stamp || rest.empty() || rest.front() != ' ') return std::nullopt;
  line = rest;
  return stamp;
}

class TegrastatsParser : public LineParser {
 public:
  TegrastatsParser(LogTraits traits, const LogOptions& options)
      : LineParser(std::move(traits)), accuracy_(options.accuracy) {
    if (options.zone) zone_ns_ = options.zone->offset_s * std::int64_t{1'000'000'000};
  }

  void parse(std::string_view line, Batch& batch) const override {
    const bool stamped = traits_.timing == Timing::kWholeSeconds;
    const auto stamp = take_whole_seconds(line);
    const bool looks_right = trim_blanks(line).starts_with("RAM ");
    if (!looks_right) return batch.reject(Reject::kNoise);
    if (stamped != stamp.has_value()) return batch.reject(Reject::kBadTime);
    if (!LineReader(line, stamp ? stamp->ns - zone_ns_ : 0, batch).read()) batch.reject(Reject::kGarbled);
  }

  record::Channel describe(std::string_view key) const override {
    record::Channel channel = channel_of_key(key, traits_.position);
    if (channel.quantity != "power") return channel;
    const auto rail = key.substr(0, key.rfind('.'));
    channel.boundary = record::is_board_input(rail) ? record::Boundary::kBoard : record::Boundary::kRail;
    channel.accuracy = accuracy_;
    channel.facts["rail"] = rail;
    return channel;
  }

  void finish(std::vector<record::Series>& series) const override {
    const auto is_power = [](const record::Series& s) { return s.channel.quantity == "power"; };
    for (record::Series& whole : series) {
      if (!is_power(whole)) continue;
      for (const record::Series& part : series)
        if (is_power(part) &&
            record::rail_contains(whole.channel.facts.at("rail"), part.channel.facts.at("rail")))
          whole.channel.contains.push_back(part.channel.id);
    }
  }

 private:
  std::optional<record::Accuracy> accuracy_;
  std::int64_t zone_ns_ = 0;
};

/// The first line that is a reading: whether it carries a stamp. Absent: none in `head` is.
std::optional<bool> first_reading_stamped(std::string_view head) {
  constexpr int kLines = 200;
  std::string_view line;
  for (int i = 0; i < kLines && take_line(head, line); ++i) {
    const bool stamped = take_whole_seconds(line).has_value();
    Batch batch;
    batch.reset({});
    if (trim_blanks(line).starts_with("RAM ") && LineReader(line, 0, batch).read()) return stamped;
  }
  return std::nullopt;
}

bool is_tegrastats(std::string_view head) { return first_reading_stamped(head).has_value(); }

Result<std::unique_ptr<LineParser>> open_tegrastats(std::string_view head, const LogOptions& options) {
  const auto stamped = first_reading_stamped(head);
  if (!stamped)
    return fail(Code::kCorrupt,
                "no line of tegrastats was found in the first kilobytes (RAM ... CPU [...] ...)");
  if (*stamped && !options.zone) return fail(zone_is_missing("this tegrastats log"));
  if (!*stamped && !options.interval_ns)
    return fail(
        Code::kInvalidInput,
        "this tegrastats log carries no time stamps: say the interval that it was started with (--interval, "
        "1000 ms unless given), and its lines are counted");
  LogTraits traits;
  traits.clock = *stamped ? LogClock::kUtc : LogClock::kRelative;
  traits.timing = *stamped ? Timing::kWholeSeconds : Timing::kCounted;
  traits.position = options.position.value_or(Position::kInstant);
  traits.interval_ns = options.interval_ns;
  return std::make_unique<TegrastatsParser>(std::move(traits), options);
}

}  // namespace

const Format kTegrastats = {"tegrastats", "output of NVIDIA's tegrastats (Jetson boards)", is_tegrastats,
                            open_tegrastats};

}  // namespace assay::powerlog

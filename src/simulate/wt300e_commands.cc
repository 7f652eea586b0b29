// The messages of the simulated WT310E.
#include <bit>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "simulate/wt300e_device.h"

namespace assay::simulate {
namespace {

constexpr std::string_view kWt300eIdentity = "YOKOGAWA,WT310E,SIMULATED,F1.00";

/// What a simple setting may be.
enum class Kind { kBoolean, kWord, kRate };
struct Setting {
  std::string_view pattern;
  Kind kind;
  std::string_view words;    ///< "DC RMS VMEAN": what kWord accepts.
  std::string_view initial;  ///< As it is answered.
};
constexpr Setting kSettings[] = {
    {"COMMunicate:HEADer", Kind::kBoolean, "", "1"},
    {"COMMunicate:VERBose", Kind::kBoolean, "", "1"},
    {"COMMunicate:REMote", Kind::kBoolean, "", "0"},
    {"HOLD", Kind::kBoolean, "", "0"},
    {"RATE", Kind::kRate, "", "0.25"},
    {"[INPut]:CFACtor", Kind::kWord, "3 6 6A", "3"},
    {"[INPut]:MODE", Kind::kWord, "RMS VMEAN DC", "RMS"},
    {"[INPut]:SYNChronize", Kind::kWord, "VOLTAGE CURRENT OFF", "VOLTAGE"},
    {"[INPut]:FILTer[:LINE]", Kind::kBoolean, "", "0"},
    {"[INPut]:FILTer:FREQuency", Kind::kBoolean, "", "0"},
    {"[INPut]:SCALing:STATe", Kind::kBoolean, "", "0"},
    {"MEASure:AVERaging[:STATe]", Kind::kBoolean, "", "0"},
    {"MEASure:MHOLd", Kind::kBoolean, "", "0"},
    {"NUMeric:FORMat", Kind::kWord, "ASCII FLOAT", "ASCII"},
    {"NUMeric[:NORMal]:NUMber", Kind::kWord, "", "3"},
    {"INTEGrate:MODE", Kind::kWord, "NORMAL CONTINUOUS", "NORMAL"},
    {"INTEGrate:TIMer", Kind::kWord, "", "0,0,0"},
    {"STATus:QMESsage", Kind::kBoolean, "", "1"},
    {"SYSTem:KLOCk", Kind::kBoolean, "", "0"},
};

constexpr double kRates[] = {0.1, 0.25, 0.5, 1, 2, 5, 10, 20};

/// <NR3> the instrument's way: mantissa of five digits, exponent a multiple of three: 12.345E+00.
std::string nr3(double value) {
  if (value == 0) return "0.0000E+00";
  int exponent = static_cast<int>(std::floor(std::log10(std::fabs(value)) / 3)) * 3;
  double mantissa = value / std::pow(10.0, exponent);
  if (std::fabs(mantissa) >= 999.995) {
    mantissa /= 1000;
    exponent += 3;
  }
  const double size = std::fabs(mantissa);
  const int digits = size >= 100 ? 2 : size >= 10 ? 3 : 4;
  char text[48];
  std::snprintf(text, sizeof text, "%.*fE%+03d", digits, mantissa, exponent);
  return text;
}

/// "500MS", "0.5S", "15V", "500MA", "0.5": a number with multiplier and unit; NaN when it is none.
double physical(std::string_view data, char unit) {
  const std::string text = capitals(data);
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (end == text.c_str()) return std::nan("");
  std::string rest(end);
  while (!rest.empty() && rest.front() == ' ') rest.erase(0, 1);
  if (!rest.empty() && rest.back() == unit) rest.pop_back();
  if (rest.empty()) return value;
  if (rest == "M") return value * 1e-3;
  if (rest == "K") return value * 1e3;
  if (rest == "U") return value * 1e-6;
  return std::nan("");
}

bool is_word(std::string_view words, const std::string& word) {
  return !word.empty() && (" " + std::string(words) + " ").find(" " + word + " ") != std::string::npos;
}

void append_float(std::string& block, double value) {
  const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
  for (int shift = 24; shift >= 0; shift -= 8) block += static_cast<char>(bits >> shift & 0xFF);
}

constexpr std::uint32_t kNoDataBits = 0x7E951BEE, kOverBits = 0x7E94F56A;

}  // namespace

void Wt300eDevice::reset_settings() {
  for (const Setting& setting : kSettings) settings_[std::string(setting.pattern)] = setting.initial;
  voltage_ = {{15, 30, 60, 150, 300, 600}, 5, true, false};
  current_ = {{0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20}, 11, true, false};
  items_.fill("NONE");
  items_[0] = "U,1";
  items_[1] = "I,1";
  items_[2] = "P,1";
  filters_.fill("NEVER");
}

std::optional<std::string> Wt300eDevice::execute(std::string_view message, std::int64_t now_ns) {
  advance(now_ns);
  std::string reply;
  bool any = false;
  for (const Command& command : parse_message(message)) {
    const auto part = run(command, now_ns);
    if (!part) continue;
    reply += (any ? ";" : "") + *part;
    any = true;
  }
  if (!any || faults_.active(Fault::Kind::kSilence, now_ns)) return std::nullopt;
  if (faults_.active(Fault::Kind::kGarbage, now_ns)) {
    reply.clear();
    for (std::uint64_t left = 1 + noise_.below(40); left > 0; --left)
      reply += static_cast<char>(noise_.below(256));
  }
  return reply + "\n";
}

std::optional<std::string> Wt300eDevice::run(const Command& command, std::int64_t now_ns) {
  if (!command.header.empty() && command.header[0] == '*') return run_common(command);
  const auto begins = [&](std::string_view start) { return command.header.rfind(start, 0) == 0; };
  if (begins("NUM")) return run_numeric(command);
  if (begins("INTEG")) return run_integration(command, now_ns);
  if (begins("STAT")) return run_status(command);
  if (match_header("[INPut]:VOLTage:RANGe", command.header) ||
      match_header("[INPut]:VOLTage:AUTO", command.header) ||
      match_header("[INPut]:CURRent:RANGe", command.header) ||
      match_header("[INPut]:CURRent:AUTO", command.header))
    return run_range(command);
  if (command.query && match_header("[INPut]:CRANge", command.header))
    return std::to_string(condition_ >> 6 & 7U);
  if (command.query && match_header("[INPut]:POVer", command.header))
    return std::to_string(condition_ >> 7 & 3U);
  return run_setting(command);
}

std::optional<std::string> Wt300eDevice::run_common(const Command& command) {
  if (command.header == "*IDN" && command.query) return std::string(kWt300eIdentity);
  if (command.header == "*OPT" && command.query) return "C7";
  if (command.header == "*CAL" && command.query) return "0";
  if (command.header == "*OPC" && command.query) return "1";
  if (command.header == "*CLS" && !command.query) {
    errors_.clear();
    events_ = 0;
  } else if (command.header == "*RST" && !command.query) {
    reset_settings();
  } else {
    error(113, "Undefined header");
  }
  return std::nullopt;
}

/// The answer to a query of a setting: with its header where those are on.
std::optional<std::string> Wt300eDevice::answer(std::string_view pattern, int number,
                                                const std::string& data) const {
  if (settings_.at("COMMunicate:HEADer") == "0") return data;
  return response_header(pattern, number, settings_.at("COMMunicate:VERBose") == "1") + " " + data;
}

std::optional<std::string> Wt300eDevice::run_setting(const Command& command) {
  for (const Setting& setting : kSettings) {
    if (!match_header(setting.pattern, command.header)) continue;
    const std::string name(setting.pattern);
    if (command.query)
      return answer(setting.pattern, 1,
                    setting.kind == Kind::kRate ? nr3(std::stod(settings_[name])) : settings_[name]);
    const bool measuring = setting.pattern.rfind("[INPut]", 0) == 0 ||
                           setting.pattern.rfind("MEAS", 0) == 0 || setting.kind == Kind::kRate;
    if (measuring && integration_ != Integration::kReset) {
      error(813, "Invalid operation during integration");
      return std::nullopt;
    }
    if (!set(name, command)) error(-222, "Data out of range");
    return std::nullopt;
  }
  error(113, "Undefined header");
  return std::nullopt;
}

bool Wt300eDevice::set(const std::string& name, const Command& command) {
  const Setting* setting = nullptr;
  for (const Setting& candidate : kSettings)
    if (candidate.pattern == name) setting = &candidate;
  const std::string data = capitals(command.data);
  switch (setting->kind) {
    case Kind::kBoolean:
      if (data != "ON" && data != "OFF" && data != "1" && data != "0") return false;
      settings_[name] = data == "ON" || data == "1" ? "1" : "0";
      return true;
    case Kind::kRate:
      for (const double rate : kRates) {
        if (!(std::fabs(physical(data, 'S') - rate) <= 1e-6)) continue;  // No number: none.
        settings_[name] = std::to_string(rate);
        return true;
      }
      return false;
    case Kind::kWord:
      if (!setting->words.empty() && !is_word(setting->words, data)) return false;
      settings_[name] = data;
      return true;
  }
  return false;
}

std::optional<std::string> Wt300eDevice::run_range(const Command& command) {
  const bool of_voltage = match_header("[INPut]:VOLTage:RANGe", command.header) ||
                          match_header("[INPut]:VOLTage:AUTO", command.header);
  Range& range = of_voltage ? voltage_ : current_;
  const std::string pattern = of_voltage ? "[INPut]:VOLTage:" : "[INPut]:CURRent:";
  const bool automatic = match_header(pattern + "AUTO", command.header).has_value();
  if (command.query)
    return automatic ? answer(pattern + "AUTO", 1, range.automatic ? "1" : "0")
                     : answer(pattern + "RANGe", 1, nr3(range.value()));
  if (integration_ != Integration::kReset) {
    error(813, "Invalid operation during integration");
    return std::nullopt;
  }
  if (automatic) {
    const std::string data = capitals(command.data);
    range.automatic = data == "ON" || data == "1";
    return std::nullopt;
  }
  const double wanted = physical(command.data, of_voltage ? 'V' : 'A');
  for (std::size_t i = 0; i < range.steps.size(); ++i) {
    if (!(std::fabs(range.steps[i] - wanted) <= 1e-6 * wanted)) continue;  // No number: none.
    range.switching = range.index != i;
    range.index = i;
    range.automatic = false;
    return std::nullopt;
  }
  error(-222, "Data out of range");
  return std::nullopt;
}

std::optional<std::string> Wt300eDevice::run_numeric(const Command& command) {
  if (command.query && match_header("NUMeric[:NORMal]:VALue", command.header))
    return values_answer(command.data);
  constexpr std::string_view kItem = "NUMeric[:NORMal]:ITEM#";
  const auto item = match_header(kItem, command.header);
  if (!item) return run_setting(command);
  if (*item < 1 || *item > static_cast<int>(items_.size())) {
    error(114, "Header suffix out of range");
    return std::nullopt;
  }
  std::string& stored = items_[static_cast<std::size_t>(*item - 1)];
  if (command.query) return answer(kItem, *item, stored);
  const std::string data = capitals(command.data);
  const std::string function = data.substr(0, data.find(','));
  if (!is_word("NONE U I P S Q LAMBDA PHI FU FI WH WHP WHM AH AHP AHM TIME URANGE IRANGE", function))
    error(-224, "Illegal parameter value");
  else
    stored = data.find(',') == std::string::npos && function != "NONE" ? data + ",1" : data;
  return std::nullopt;
}

double Wt300eDevice::item_value(const std::string& item) const {
  const double no_data = static_cast<double>(std::bit_cast<float>(kNoDataBits));
  const double over = static_cast<double>(std::bit_cast<float>(kOverBits));
  const std::string function = item.substr(0, item.find(','));
  if (function == "WH" || function == "WHP") {
    if (integration_ == Integration::kReset) return no_data;
    return watt_seconds_ / 3600;
  }
  if (function == "TIME") {
    if (integration_ == Integration::kReset) return no_data;
    const std::int64_t whole_seconds = (integrated_to_ns_ - integrated_from_ns_) / 1'000'000'000;
    return static_cast<double>(whole_seconds);
  }
  if (function == "URANGE") return voltage_.value();
  if (function == "IRANGE") return current_.value();
  if (values_.none) return no_data;
  if (function == "U") return values_.volts_over ? over : values_.volts;
  if (function == "I") return values_.amperes_over ? over : values_.amperes;
  if (function == "P") return values_.volts_over || values_.amperes_over ? over : values_.watts;
  if (function == "S") return values_.volts * values_.amperes;
  return no_data;  // What DC does not have.
}

std::string Wt300eDevice::values_answer(const std::string& data) const {
  int count = std::atoi(settings_.at("NUMeric[:NORMal]:NUMber").c_str());
  int first = 1;
  if (!data.empty()) {
    first = std::atoi(data.c_str());
    count = first;
  }
  std::string block, text;
  for (int i = first; i <= count && i >= 1 && i <= static_cast<int>(items_.size()); ++i) {
    const std::string& item = items_[static_cast<std::size_t>(i - 1)];
    const double value = item_value(item);
    append_float(block, value);
    if (!text.empty()) text += ",";
    if (value > 9.905e37)
      text += "NAN";
    else if (value > 9.8e37)
      text += "INF";
    else
      text += item.rfind("TIME", 0) == 0 ? std::to_string(static_cast<long>(value)) : nr3(value);
  }
  if (settings_.at("NUMeric:FORMat") == "ASCII") return text;
  char header[32];
  std::snprintf(header, sizeof header, "#4%04zu", block.size());
  return header + block;
}

std::optional<std::string> Wt300eDevice::run_integration(const Command& command, std::int64_t now_ns) {
  if (command.query && match_header("INTEGrate:STATe", command.header)) {
    switch (integration_) {
      case Integration::kReset:
        return "RESET";
      case Integration::kRunning:
        return "START";
      case Integration::kStopped:
        return "STOP";
    }
  }
  if (command.query) return run_setting(command);
  if (match_header("INTEGrate:STARt", command.header)) {
    if (integration_ == Integration::kRunning) {
      error(813, "Invalid operation during integration");
    } else {
      if (integration_ == Integration::kReset) {
        watt_seconds_ = 0;
        integrated_from_ns_ = now_ns;
      }
      integrated_to_ns_ = now_ns;
      integration_ = Integration::kRunning;
      set_condition(1, true);
    }
  } else if (match_header("INTEGrate:STOP", command.header)) {
    if (integration_ != Integration::kRunning) {
      error(812, "Integration is not running");
    } else {
      integrate_until(now_ns);
      integration_ = Integration::kStopped;
      set_condition(1, false);
    }
  } else if (match_header("INTEGrate:RESet", command.header)) {
    if (integration_ == Integration::kRunning)
      error(813, "Invalid operation during integration");
    else
      integration_ = Integration::kReset;
  } else {
    return run_setting(command);
  }
  return std::nullopt;
}

std::optional<std::string> Wt300eDevice::run_status(const Command& command) {
  if (command.query && match_header("STATus:CONDition", command.header)) return std::to_string(condition_);
  if (command.query && match_header("STATus:EESR", command.header)) {
    const std::string told = std::to_string(events_);
    events_ = 0;
    return told;
  }
  if (command.query && match_header("STATus:ERRor", command.header)) {
    if (errors_.empty()) return "0,\"No error\"";
    const std::string told = errors_.front();
    errors_.pop_front();
    return told;
  }
  const auto filter = match_header("STATus:FILTer#", command.header);
  if (!filter) return run_setting(command);
  const std::string word = capitals(command.data);
  if (*filter < 1 || *filter > 16) {
    error(114, "Header suffix out of range");
    return std::nullopt;
  }
  std::string& stored = filters_[static_cast<std::size_t>(*filter - 1)];
  if (command.query) return answer("STATus:FILTer#", *filter, stored);
  if (is_word("RISE FALL BOTH NEVER", word))
    stored = word;
  else
    error(-224, "Illegal parameter value");
  return std::nullopt;
}

void Wt300eDevice::error(int code, const std::string& text) {
  constexpr std::size_t kMost = 16;
  if (errors_.size() < kMost) errors_.push_back(std::to_string(code) + ",\"" + text + "\"");
}

}  // namespace assay::simulate

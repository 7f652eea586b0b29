#include "sensor/raspberry_pi.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <memory>
#include <utility>

#include "base/subprocess.h"
#include "base/text.h"
#include "sensor/file_sensor.h"
#include "sensor/hwmon_chip.h"
#include "sensor/reasons.h"
#include "sensor/sources.h"
#include "sensor/tree.h"

namespace assay::sensor {
namespace {

namespace fs = std::filesystem;
using record::Channel;

constexpr auto kThrottledBits = std::to_array<ReasonBit>({
    {0, "under-voltage", true},
    {1, "arm frequency capped", true},
    {2, "throttled", true},
    {3, "soft temperature limit", true},
    {16, "under-voltage since boot", false},
    {17, "arm frequency capped since boot", false},
    {18, "throttled since boot", false},
    {19, "soft temperature limit since boot", false},
});

constexpr std::chrono::seconds kToolTimeout{2};

std::optional<double> parse_amount(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

Result<std::string> ask_firmware(const std::string& tool, const char* question) {
  std::string answer;
  RunOptions options;
  options.argv = {tool, question};
  options.timeout = kToolTimeout;
  options.on_line = [&](std::string_view line) { (answer += line) += '\n'; };
  ASSAY_TRY(const ExitState state, run_process(options));
  if (!state.ok()) return fail(Code::kUnavailable, tool + " " + question + ": " + state.describe());
  return answer;
}

/// Starts a program for each read: 5 to 20 ms, some of it on the processor. Hence the slow natural period.
class ThrottledTool final : public Sensor {
 public:
  ThrottledTool(Description description, std::string tool)
      : Sensor(std::move(description)), tool_(std::move(tool)) {}

 private:
  void acquire(std::span<Value> values) override {
    const auto answer = ask_firmware(tool_, "get_throttled");
    const auto word = answer ? parse_throttled(*answer) : std::nullopt;
    if (word)
      values[0] = *word;
    else
      values[0] = tl::unexpected(answer ? NoValue::kNotANumber : NoValue::kIoError);
  }
  std::string tool_;
};

/// As dear as the other. Channel i is the power of names[i].
class PmicTool final : public Sensor {
 public:
  PmicTool(Description description, std::string tool, std::vector<std::string> names)
      : Sensor(std::move(description)), tool_(std::move(tool)), names_(std::move(names)) {}

 private:
  void acquire(std::span<Value> values) override {
    const auto answer = ask_firmware(tool_, "pmic_read_adc");
    const auto rails = answer ? parse_pmic_adc(*answer) : std::vector<PmicRail>();
    const NoValue reason = answer ? NoValue::kNotANumber : NoValue::kIoError;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      values[i] = tl::unexpected(reason);
      for (const PmicRail& rail : rails)
        if (rail.name == names_[i] && rail.volts && rail.amperes) values[i] = *rail.volts * *rail.amperes;
    }
  }
  std::string tool_;
  std::vector<std::string> names_;
};

/// The node is called soc:firmware, and soc@107c000000:firmware on a Pi 5; some kernels have no file in it.
bool add_throttled_file(const Places& places, Found& found) {
  const fs::path platform = places.root / "sys/devices/platform";
  std::vector<fs::path> folders = entries(platform, "soc");
  for (const fs::path& soc : entries(platform, "soc"))
    for (const fs::path& part : entries(soc, "soc")) folders.push_back(part);
  for (const fs::path& folder : folders) {
    if (!folder.filename().string().ends_with("firmware") || !is_there(folder / "get_throttled")) continue;
    record::Source source;
    source.id = "rpi-throttled";
    source.description = "Raspberry Pi firmware, throttling";
    FileSensorBuilder builder(places, found, source, std::chrono::seconds(1));
    const bool added =
        builder.add(folder / "get_throttled", reasons_channel("rpi-throttled.reasons", kThrottledBits), 1,
                    check_not_negative, 16);
    builder.finish();
    if (added) return true;
  }
  return false;
}

bool add_throttled_tool(const Places& places, Found& found) {
  if (places.vcgencmd.empty()) return false;
  const auto answer = ask_firmware(places.vcgencmd, "get_throttled");
  if (!answer || !parse_throttled(*answer)) return false;
  Description description;
  description.source.id = "rpi-throttled";
  description.source.description = "Raspberry Pi firmware, throttling, by vcgencmd";
  description.natural_period = std::chrono::seconds(5);
  description.channels.push_back(reasons_channel("rpi-throttled.reasons", kThrottledBits));
  found.sensors.push_back(std::make_unique<ThrottledTool>(std::move(description), places.vcgencmd));
  return true;
}

bool add_pmic_tool(const Places& places, Found& found) {
  if (places.vcgencmd.empty()) return false;
  const auto answer = ask_firmware(places.vcgencmd, "pmic_read_adc");
  if (!answer) return false;
  Description description;
  description.source.id = "rpi-pmic";
  description.source.description = "Raspberry Pi 5 power chip, by vcgencmd";
  description.natural_period = std::chrono::seconds(1);
  std::vector<std::string> names;
  for (const PmicRail& rail : parse_pmic_adc(*answer)) {
    if (!rail.volts || !rail.amperes) continue;
    Channel channel;
    channel.id = "rpi-pmic." + safe_id(rail.name) + ".power";
    channel.quantity = "power";
    channel.unit = "W";
    channel.boundary = record::Boundary::kRail;
    channel.facts["label"] = rail.name;
    channel.facts["leaves_out"] = "USB, fan and whatever else hangs on 5 V";
    description.channels.push_back(std::move(channel));
    names.push_back(rail.name);
  }
  if (names.empty()) return false;
  found.sensors.push_back(
      std::make_unique<PmicTool>(std::move(description), places.vcgencmd, std::move(names)));
  return true;
}

void add_undervoltage(const Places& places, Found& found) {
  for (const HwmonChip& chip : hwmon_chips(places.root)) {
    if (chip.name != "rpi_volt") continue;
    record::Source source;
    source.id = "rpi-voltage";
    source.description = "Raspberry Pi firmware, under-voltage";
    FileSensorBuilder builder(places, found, source, std::chrono::seconds(1));
    builder.add(chip.folder / "in0_lcrit_alarm",
                reasons_channel("rpi-voltage.reasons", std::span(kThrottledBits).first(1)), 1,
                check_not_negative);
    builder.finish();
  }
}

}  // namespace

std::optional<double> parse_throttled(std::string_view text) {
  text = trim(text);
  constexpr std::string_view kName = "throttled=";
  if (text.starts_with(kName)) text.remove_prefix(kName.size());
  const auto word = parse_integer(text, 16);
  // The word has 20 bits; anything longer is some other number.
  if (!word || *word < 0 || *word > 0xFFFFFFFF) return std::nullopt;
  return static_cast<double>(*word);
}

std::vector<PmicRail> parse_pmic_adc(std::string_view text) {
  std::vector<PmicRail> rails;
  for (const std::string& raw : split(text, '\n')) {
    const std::string_view line = trim(raw);
    const auto blank = line.find(' '), equals = line.rfind('=');
    if (blank == std::string_view::npos || equals == std::string_view::npos || equals < blank) continue;
    const std::string_view full = line.substr(0, blank), kind = line.substr(blank + 1);
    std::string_view number = line.substr(equals + 1);
    // Name, kind and unit say the same thing three times; a line where they differ is not one of these.
    const bool volt = full.ends_with("_V") && kind.starts_with("volt(") && number.ends_with('V');
    const bool current = full.ends_with("_A") && kind.starts_with("current(") && number.ends_with('A');
    if (!volt && !current) continue;
    number.remove_suffix(1);
    const auto amount = parse_amount(number);
    if (!amount || full.size() <= 2) continue;
    const std::string name(full.substr(0, full.size() - 2));
    auto at =
        std::find_if(rails.begin(), rails.end(), [&](const PmicRail& rail) { return rail.name == name; });
    if (at == rails.end()) at = rails.insert(rails.end(), PmicRail{name, std::nullopt, std::nullopt});
    (volt ? at->volts : at->amperes) = *amount;
  }
  return rails;
}

void find_raspberry_pi(const Places& places, Found& found) {
  if (!is_compatible(places.root, "raspberrypi,")) return;
  add_undervoltage(places, found);
  const std::string remedy =
      "install vcgencmd (package raspi-utils) and let your user read /dev/vcio (group video)";
  const std::string reason = places.vcgencmd.empty() ? "the board's firmware is not asked in a tree of files"
                                                     : "vcgencmd gave no answer";
  if (!add_throttled_file(places, found) && !add_throttled_tool(places, found))
    found.absent.push_back({"rpi-throttled", "throttling bits", reason, remedy});
  if (!add_pmic_tool(places, found) && is_compatible(places.root, "raspberrypi,5"))
    found.absent.push_back({"rpi-pmic", "power of the rails", reason, remedy});
}

}  // namespace assay::sensor

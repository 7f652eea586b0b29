#include "instrument/wt300e_settings.h"

#include <array>

#include "instrument/options.h"

namespace assay::instrument {
namespace {

using std::chrono::milliseconds;

struct Rate {
  milliseconds update;
  std::string_view word;
};

// IM WT310E-17EN, :RATE.
constexpr std::array<Rate, 8> kRates = {{{milliseconds(100), "100MS"},
                                         {milliseconds(250), "250MS"},
                                         {milliseconds(500), "500MS"},
                                         {milliseconds(1000), "1S"},
                                         {milliseconds(2000), "2S"},
                                         {milliseconds(5000), "5S"},
                                         {milliseconds(10000), "10S"},
                                         {milliseconds(20000), "20S"}}};

}  // namespace

std::string_view rate_word(std::chrono::nanoseconds update) {
  for (const Rate& rate : kRates)
    if (rate.update == update) return rate.word;
  return "";
}

Result<Wt300eSettings> parse_wt300e_settings(const MeterSettings& given) {
  Wt300eSettings settings;
  ASSAY_TRY(settings.address, parse_address(given.address));
  settings.boundary = given.boundary;
  settings.update = given.period;
  if (rate_word(given.period).empty())
    return fail(Code::kInvalidInput,
                "the WT300E series updates every 0.1, 0.25, 0.5, 1, 2, 5, 10 or 20 s, not every " +
                    std::to_string(std::chrono::duration<double>(given.period).count()) + " s");
  OptionReader options("wt300e", given.options);
  settings.element = options.word("element", "1", {"1", "2", "3"})[0] - '0';
  settings.crest_factor = options.word("crest_factor", "3", {"3", "6"})[0] - '0';
  settings.float_format = options.word("format", "float", {"float", "ascii"}) == "float";
  settings.voltage_range = options.number_or_none("voltage_range", 1, 1000);
  settings.current_range = options.number_or_none("current_range", 0.001, 100);
  settings.line_filter = options.flag("line_filter", false);
  settings.frequency_filter = options.flag("frequency_filter", false);
  settings.zero_calibration = options.flag("zero_calibration", false);
  settings.integrate = options.flag("integrate", true);
  settings.poll = options.milliseconds("poll_ms", 10, 1, 50);
  settings.timeout = options.milliseconds("timeout_ms", 2000, 50, 60'000);
  settings.give_up = options.milliseconds("give_up_s", 60, 0, 86'400) * 1000;
  settings.latency = options.milliseconds("latency_ms", 10, 0, 1000);
  ASSAY_OK(options.finish());
  return settings;
}

}  // namespace assay::instrument

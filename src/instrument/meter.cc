#include "instrument/meter.h"

#include <array>

#include "base/text.h"
#include "instrument/http_meter.h"
#include "instrument/ptdaemon.h"
#include "instrument/wt300e.h"

namespace assay::instrument {
namespace {

using Maker = Result<std::unique_ptr<Meter>> (*)(const MeterSettings& settings);

struct Driver {
  std::string_view kind;
  Maker make;
};

constexpr std::array<Driver, 3> kDrivers = {
    {{"wt300e", make_wt300e}, {"ptdaemon", make_ptdaemon}, {"http", make_http_meter}}};

}  // namespace

Result<std::unique_ptr<Meter>> make_meter(const MeterSettings& settings) {
  std::vector<std::string_view> kinds;
  for (const Driver& driver : kDrivers) {
    if (driver.kind == settings.kind) return driver.make(settings);
    kinds.push_back(driver.kind);
  }
  return fail(Code::kInvalidInput,
              "meter '" + settings.kind + "': expected " + join_or(kinds) + " (docs/instruments.md)");
}

std::vector<record::Series> empty_series(const std::vector<record::Channel>& channels) {
  std::vector<record::Series> series;
  series.reserve(channels.size());
  for (const record::Channel& channel : channels) series.push_back({channel, {}, {}, {}});
  return series;
}

void append(const MeterUpdate& update, std::vector<record::Series>& series) {
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (update.gap) {
      std::vector<record::Gap>& gaps = series[i].gaps;
      if (!gaps.empty() && gaps.back().end_ns == update.gap->begin_ns &&
          gaps.back().reason == update.gap->reason)
        gaps.back().end_ns = update.gap->end_ns;
      else
        gaps.push_back(*update.gap);
    }
    if (i >= update.values.size()) continue;
    const MeterValue& value = update.values[i];
    if (value.value)
      series[i].readings.push_back({update.begin_ns, update.end_ns, *value.value});
    else
      ++series[i].rejected[value.rejected];
  }
}

}  // namespace assay::instrument

// A meter's whole life in a test: opened, asked for a time, closed.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "instrument/meter.h"
#include "running_simulator.h"

namespace assay {

struct Watched {
  std::vector<record::Series> series;
  record::Source opened, closed;
  Status failure{Code::kInternal, ""};
};

/// Opens, takes updates for a time, closes. With `ranging_ms`, that long in auto range before. `once_open` is
/// called when the meter has been opened.
inline Watched watch(const instrument::MeterSettings& wanted, std::int64_t milliseconds,
                     std::int64_t ranging_ms = 0, const std::function<void()>& once_open = {}) {
  Watched watched;
  auto meter = instrument::make_meter(wanted);
  if (!meter) {
    ADD_FAILURE() << meter.error().message;
    return watched;
  }
  const auto opened = (*meter)->open();
  if (!opened) {
    watched.failure = opened.error();
    return watched;
  }
  watched.opened = *opened;
  if (once_open) once_open();
  if (ranging_ms > 0) {
    const std::int64_t end = in_ms(ranging_ms);
    while (monotonic_ns() < end) EXPECT_TRUE((*meter)->next(end));
    const auto fixed = (*meter)->fix_ranges();
    EXPECT_TRUE(fixed) << fixed.error().message;
    EXPECT_FALSE((*meter)->ranges_are_open());
  }
  watched.series = instrument::empty_series((*meter)->channels());
  const std::int64_t end = in_ms(milliseconds);
  while (monotonic_ns() < end) {
    const auto update = (*meter)->next(std::min(end, in_ms(150)));
    if (!update) {
      watched.failure = update.error();
      break;
    }
    if (*update) instrument::append(**update, watched.series);
  }
  watched.closed = (*meter)->close();
  return watched;
}

/// The same with faults whose times count from when the meter has been opened, however long that takes.
inline Watched watch(const instrument::MeterSettings& wanted, std::int64_t milliseconds,
                     RunningSimulator& running, const std::string& faults) {
  return watch(wanted, milliseconds, 0, [&] { running.inject(faults); });
}

}  // namespace assay

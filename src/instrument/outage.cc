#include "instrument/outage.h"

#include <chrono>
#include <thread>
#include <utility>

#include "base/clock.h"

namespace assay::instrument {
namespace {

constexpr std::int64_t kBetweenAttemptsNs = 1'000'000'000;

}  // namespace

void sleep_until(std::int64_t time_ns) {
  const std::int64_t left = time_ns - monotonic_ns();
  if (left > 0) std::this_thread::sleep_for(std::chrono::nanoseconds(left));
}

void Outage::begin(std::int64_t since_ns, std::string reason) {
  began_ns_ = told_ns_ = since_ns;
  next_attempt_ns_ = monotonic_ns();
  reason_ = std::move(reason);
}

std::optional<MeterUpdate> Outage::part_until_now() {
  const std::int64_t now = monotonic_ns();
  if (now <= told_ns_) return std::nullopt;
  const record::Gap gap{std::exchange(told_ns_, now), now, reason_};
  return MeterUpdate{gap.begin_ns, gap.end_ns, {}, gap};
}

Result<std::optional<MeterUpdate>> Outage::wait(std::int64_t deadline_ns,
                                                const std::function<Result<void>()>& reconnect) {
  for (;;) {
    if (next_attempt_ns_ > deadline_ns) {
      sleep_until(deadline_ns);
      return part_until_now();
    }
    sleep_until(next_attempt_ns_);
    const auto back = reconnect();
    if (back) return part_until_now();
    const std::int64_t now = monotonic_ns();
    next_attempt_ns_ = now + kBetweenAttemptsNs;
    if (back.error().code == Code::kConflict) return fail(back.error());
    if (now - began_ns_ > give_up_ns_)
      return fail(Code::kUnavailable,
                  "the meter has been gone for " + std::to_string((now - began_ns_) / 1'000'000'000) +
                      " s and was given up: " + back.error().message + " (" + reason_ + ")");
  }
}

}  // namespace assay::instrument

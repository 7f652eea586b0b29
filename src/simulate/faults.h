// Faults of a simulated instrument, on a schedule.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace assay::simulate {

struct Fault {
  enum class Kind {
    kDrop,       ///< Connections are cut, and refused while it lasts: a cable pulled.
    kSilence,    ///< Takes messages, answers nothing.
    kGarbage,    ///< Answers bytes that mean nothing.
    kNan,        ///< Values without data.
    kOverrange,  ///< Values over range, with their bit.
    kPeak,       ///< Peak over-range bits; the values look fine.
    kFreeze      ///< Answers, but updates nothing.
  };
  Kind kind = Kind::kDrop;
  std::int64_t begin_ns = 0, end_ns = 0;  ///< Since the start of the simulator.
};

/// Copies share one schedule: what is added to one is in all. Safe from any thread.
class Faults {
 public:
  explicit Faults(std::vector<Fault> faults = {}) : schedule_(std::make_shared<Schedule>()) {
    schedule_->faults = std::move(faults);
  }
  bool active(Fault::Kind kind, std::int64_t time_ns) const;

  /// Adds the faults of `others`, whose times count from `from_ns`.
  void add(const Faults& others, std::int64_t from_ns);

 private:
  struct Schedule {
    std::mutex mutex;
    std::vector<Fault> faults;
  };
  std::shared_ptr<Schedule> schedule_;
};

/// "drop@10s+3s,nan@20s": KIND@BEGIN[+LENGTH], 2 s unless said; KIND alone lasts from the start for ever.
/// Kinds: drop, silence, garbage, nan, overrange, peak, freeze. Errors: kInvalidInput.
Result<Faults> parse_faults(std::string_view text);

}  // namespace assay::simulate

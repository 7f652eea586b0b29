// Power in a JSON answer of a lab's management server, found by the same mapping as in a table: the fields
// are JSON pointers (RFC 6901), as "/outlets/3/watts".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "powerlog/mapping.h"

namespace assay::powerlog {

/// One answer, read.
struct LivePower {
  double watts = 0;  ///< Finite.
  std::optional<std::int64_t>
      time_ns;  ///< When the server says it was measured; absent: the mapping has no time.
};

/// Immutable once made: any number of threads may use it.
class JsonPower {
 public:
  /// The mapping's time may be left out: the moment of the answer stands then. `zone`: of stamps without one,
  /// where the mapping says none. Errors: kInvalidInput, naming the key (not a pointer, unknown unit, and as
  /// power_formula()).
  static Result<JsonPower> create(const Mapping& mapping, const std::optional<Zone>& zone);

  /// Errors: kCorrupt (not JSON; a pointer leads nowhere; what stands there is not a number, nor a text that
  /// is one), kUnavailable (null, NaN, overload: the server has no value now). About 5 us for an answer of 1
  /// kB.
  Result<LivePower> read(std::string_view answer) const;

  const PowerFormula& formula() const { return formula_; }
  /// Whether time_ns counts from 1970 in UTC.
  bool utc() const { return time_ && time_->utc(); }

 private:
  JsonPower() = default;
  PowerFormula formula_;
  std::string time_field_;
  std::optional<TimeRule> time_;
};

}  // namespace assay::powerlog

// Any line is understood or refused; what is measured is finite and not a sentinel.
#include <cmath>
#include <cstdint>

#include "instrument/ptdaemon_reply.h"
#include "property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  using namespace assay::instrument;
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const auto good = [](const std::optional<double>& value) {
    return !value || (std::isfinite(*value) && *value >= 0);
  };
  if (const auto sample = parse_ptd_sample(line)) {
    require(good(sample->watts) && good(sample->volts) && good(sample->amperes), "measured or absent");
    require(sample->stamp_ns >= 0, "stamps are after 1970");
  }
  if (const auto ranges = parse_ptd_ranges(line))
    require(good(ranges->current) && good(ranges->voltage), "ranges");
  if (const auto count = parse_ptd_count(line))
    require(*count >= 0 && *count <= 1'000'000, "a count that can be read");
  (void)parse_ptd_identity(line);
  if (const auto interval = parse_ptd_interval(line)) require(interval->count() > 0, "intervals last");
  return 0;
}

// Any bytes as the answer of a management server.
#include <cmath>
#include <cstdint>

#include "powerlog/json_power.h"
#include "property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  static const powerlog::JsonPower power = [] {
    powerlog::Mapping mapping;
    mapping.time = {{"/when"}, "iso8601", {}};
    mapping.voltage = powerlog::ScaledField{{"/outlets/0/volts"}, "V"};
    mapping.current = powerlog::ScaledField{{"/outlets/0/ma"}, "mA"};
    mapping.position = powerlog::Position::kInstant;
    return powerlog::JsonPower::create(mapping, powerlog::Zone{}).value();
  }();
  const auto live = power.read({reinterpret_cast<const char*>(data), size});
  if (live)
    require(std::isfinite(live->watts) && live->time_ns.has_value(), "a power is finite and has its time");
  else
    require(live.error().code == Code::kCorrupt || live.error().code == Code::kUnavailable,
            "a bad answer is no bug of ours", live.error().message);
  return 0;
}

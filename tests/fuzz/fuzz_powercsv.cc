// Any bytes as a table by several mappings; and as what is recognised by its content.
#include "powerlog.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  powerlog::ImportOptions options;
  options.log.zone = powerlog::Zone{};
  options.log.boundary = record::Boundary::kDcInput;
  options.log.interval_ns = 1'000'000;
  fuzz_log(text, options);

  options.log.interval_ns.reset();
  powerlog::Mapping& mapping = options.log.mapping.emplace();
  mapping.time = {{"", 1}, "s", {}};
  mapping.power = powerlog::ScaledField{{"", 2}, "W"};
  mapping.position = powerlog::Position::kMiddle;
  fuzz_log(text, options);

  mapping.time = {{"time"}, "iso8601", {}};
  mapping.power.reset();
  mapping.voltage = powerlog::ScaledField{{"volts"}, "V"};
  mapping.shunt = powerlog::ShuntMapping{{{"drop"}, "mV"}, 0.01, 0.01};
  mapping.position = powerlog::Position::kStart;
  mapping.decimal_comma = true;
  fuzz_log(text, options);
  return 0;
}

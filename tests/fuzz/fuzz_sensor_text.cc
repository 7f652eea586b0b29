// Texts of the kernel, of firmware and of vendors' tools: any bytes give a value that can be, or none.
#include <cmath>
#include <cstdint>

#include "property.h"
#include "sensor/power_mode.h"
#include "sensor/process_load.h"
#include "sensor/raspberry_pi.h"
#include "sensor/value_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  using namespace assay::sensor;
  const std::string_view text(reinterpret_cast<const char*>(data), size);

  if (const auto number = parse_integer(text)) {
    const auto again = parse_integer(std::to_string(*number));
    require(again == number, "an integer is read as it is written");
  }
  if (const auto word = parse_integer(text, 16)) require(*word >= 0, "a word of bits has no sign");
  if (const auto word = parse_throttled(text))
    require(*word >= 0 && *word <= 0xFFFFFFFF, "the throttling word has 32 bits");
  for (const PmicRail& rail : parse_pmic_adc(text)) {
    require(!rail.name.empty(), "a rail has a name");
    require(rail.volts || rail.amperes, "a rail has at least one quantity");
    require(std::isfinite(rail.volts.value_or(0)) && std::isfinite(rail.amperes.value_or(0)),
            "quantities are finite");
  }
  if (const auto times = parse_cpu_times(text))
    require(times->busy >= 0 && times->idle >= 0, "times are not negative");
  if (const auto process = parse_process_times(text)) {
    require(process->pid > 0, "a process has a number");
    require(process->ticks >= 0, "its time is not negative");
  }
  if (const auto memory = parse_memory(text))
    require(memory->total >= 0 && memory->available >= 0 && memory->swap_used >= 0, "memory is not negative");
  if (const auto mode = parse_nvpmodel_status(text)) require(*mode >= 0, "a power mode is not negative");
  find_nvpmodel_name(text, 0);
  return 0;
}

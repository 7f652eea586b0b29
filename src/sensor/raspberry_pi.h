// What Raspberry Pi's firmware tells, as text. Pure parsers: any text is fine, what is not understood is left
// out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::sensor {

/// The word of `vcgencmd get_throttled` ("throttled=0x50005") or of the kernel's file ("50005", "0x50005"):
/// bits 0 to 3 are now (under-voltage, capped, throttled, soft temperature limit), 16 to 19 the same since
/// boot.
std::optional<double> parse_throttled(std::string_view text);

struct PmicRail {
  std::string name;  ///< "VDD_CORE"
  std::optional<double> volts, amperes;
};

/// `vcgencmd pmic_read_adc` of a Pi 5: lines such as "VDD_CORE_A current(7)=0.94657990A" and
/// "EXT5V_V volt(24)=5.11478000V", one for each quantity, in the order in which rails first appear. The sum
/// of V x A over rails with both leaves out what hangs on 5 V itself: USB, fan, regulators' losses.
std::vector<PmicRail> parse_pmic_adc(std::string_view text);

}  // namespace assay::sensor

#include "record/rail.h"

namespace assay::record {

bool is_board_input(std::string_view rail) {
  // Orin NX and Nano, TX2, Xavier NX; and Nano, TX1.
  return rail == "VDD_IN" || rail == "POM_5V_IN";
}

bool rail_contains(std::string_view whole, std::string_view part) {
  if (whole == part) return false;
  if (is_board_input(whole)) return true;
  // AGX Orin: the memory's rail is measured where it leaves the 5 V rail.
  return whole == "VIN_SYS_5V0" && part == "VDDQ_VDD2_1V8AO";
}

}  // namespace assay::record

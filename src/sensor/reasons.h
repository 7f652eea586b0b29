// Channels of quantity "reasons": a word of bits. What the bits mean stands in the channel's facts, so that
// whoever judges needs no table of devices: facts["bit_2"] = "throttled"; facts["throttle_mask"] = the bits,
// in decimal, that mean that clocks are held down at the moment of reading.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "record/reading.h"

namespace assay::sensor {

struct ReasonBit {
  int bit;
  std::string_view meaning;
  bool throttles;  ///< False: idle, a wish of the user, or a memory of what was.
};

record::Channel reasons_channel(std::string id, std::span<const ReasonBit> bits);

/// The meanings of the bits of `value` that throttle, by the channel's facts; empty where none does.
std::vector<std::string> throttle_reasons(const record::Channel& channel, double value);

}  // namespace assay::sensor

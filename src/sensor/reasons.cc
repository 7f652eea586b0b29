#include "sensor/reasons.h"

#include <cmath>
#include <utility>

#include "sensor/value_file.h"

namespace assay::sensor {

record::Channel reasons_channel(std::string id, std::span<const ReasonBit> bits) {
  record::Channel channel;
  channel.id = std::move(id);
  channel.quantity = "reasons";
  channel.unit = "1";
  std::uint64_t mask = 0;
  for (const ReasonBit& bit : bits) {
    channel.facts["bit_" + std::to_string(bit.bit)] = bit.meaning;
    if (bit.throttles) mask |= std::uint64_t{1} << bit.bit;
  }
  channel.facts["throttle_mask"] = std::to_string(mask);
  return channel;
}

std::vector<std::string> throttle_reasons(const record::Channel& channel, double value) {
  std::vector<std::string> reasons;
  const auto fact = channel.facts.find("throttle_mask");
  // Up to 2^53 a double holds every bit.
  if (fact == channel.facts.end() || !(value >= 0 && value <= 9007199254740992.0)) return reasons;
  const auto mask = parse_integer(fact->second);
  if (!mask) return reasons;
  const auto set = static_cast<std::uint64_t>(value) & static_cast<std::uint64_t>(*mask);
  for (int bit = 0; bit < 54; ++bit) {
    if (!(set >> bit & 1)) continue;
    const std::string name = "bit_" + std::to_string(bit);
    const auto meaning = channel.facts.find(name);
    reasons.push_back(meaning == channel.facts.end() ? name : meaning->second);
  }
  return reasons;
}

}  // namespace assay::sensor

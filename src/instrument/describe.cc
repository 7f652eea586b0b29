#include "instrument/describe.h"

#include <cstdio>

namespace assay::instrument {

std::string decimal(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

record::Channel mean_channel(std::string_view source, std::string_view quantity, std::string_view unit,
                             std::int64_t update_ns) {
  record::Channel channel;
  channel.source = source;
  channel.id = channel.source + "." + std::string(quantity);
  channel.quantity = quantity;
  channel.unit = unit;
  channel.kind = record::ReadingKind::kMean;
  channel.update_ns = update_ns;
  return channel;
}

}  // namespace assay::instrument

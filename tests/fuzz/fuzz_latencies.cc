// Any bytes give two series or an error; the series written again read back equal.
#include <cstdint>

#include "property.h"
#include "store/latency_csv.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  const auto series = store::latencies_from_csv({reinterpret_cast<const char*>(data), size});
  if (!series) {
    require(series.error().code == Code::kCorrupt, "a bad file is corrupt");
    return 0;
  }
  const std::string text = store::latencies_to_csv(series->warmup_ns, series->timed_ns, 8);
  require(store::latencies_from_csv(text).value() == *series, "writing loses nothing", text);
  return 0;
}

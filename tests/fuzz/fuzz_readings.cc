// Any bytes give readings or an error; readings written again read back equal.
#include <cstdint>

#include "property.h"
#include "store/observation.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  std::vector<record::Series> series(3);
  const auto read = store::readings_from_csv({reinterpret_cast<const char*>(data), size}, series);
  if (!read) {
    require(read.error().code == Code::kCorrupt, "a bad file is corrupt");
    return 0;
  }
  std::vector<record::Series> again(series.size());
  const std::string text = store::readings_to_csv(series);
  require(store::readings_from_csv(text, again).has_value(), "what was written can be read", text);
  for (std::size_t i = 0; i < series.size(); ++i)
    require(again[i].readings == series[i].readings, "writing loses nothing", text);
  return 0;
}

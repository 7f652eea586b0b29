// Any bytes give a target whose numbers hold what the catalogue promises, or an error that names the file.
#include <cstdint>

#include "property.h"
#include "target/catalogue.h"
#include "target/describe.h"
#include "target/parse.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // The file's name has to be the id: two names, so that changed ids are seen as well.
  for (const char* file : {"qcs6490.yaml", "raspberry-pi-5.yaml"}) {
    const auto target = target::parse_target(text, file);
    if (!target) {
      require(target.error().code == Code::kInvalidInput, "a bad target is invalid input",
              target.error().message);
      require(target.error().message.find(file) != std::string::npos, "an error names the file");
      continue;
    }
    require(target::targets_json({*target}).has_value(), "what parses can be written");
    require(!target::target_text(*target).empty() && !target::targets_table({*target}).empty(),
            "and printed");
    for (const target::Unit& unit : target->units) {
      for (const target::Peak& peak : unit.peaks) {
        require(peak.dense || peak.sparse, "a peak has a rate");
        require(!peak.dense || !peak.sparse || *peak.dense <= *peak.sparse, "dense is no more than sparse");
      }
      const auto peaks = target::peaks_of(*target, unit.name, "", "", false);
      require(peaks.has_value(), "a unit has peaks or none");
      for (const record::Peak& peak : *peaks)
        require(peak.gops > 0 && !peak.source.empty(), "a peak has its source");
    }
  }
  return 0;
}

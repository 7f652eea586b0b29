// Any bytes give a mapping that means a power, or an error that names the file.
#include <cmath>
#include <cstdint>

#include "powerlog/mapping_file.h"
#include "property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  const auto parsed = powerlog::parse_mapping({reinterpret_cast<const char*>(data), size}, "/lab/fuzz.yaml");
  if (!parsed) {
    require(parsed.error().code == Code::kInvalidInput, "a bad mapping is invalid input",
            parsed.error().message);
    require(parsed.error().message.find("fuzz.yaml") != std::string::npos, "an error names the file");
    return 0;
  }
  const auto formula = powerlog::power_formula(parsed->mapping);
  require(formula.has_value(), "what parses means a power");
  require(std::isfinite(formula->scale) && formula->scale > 0, "and a finite one");
  return 0;
}

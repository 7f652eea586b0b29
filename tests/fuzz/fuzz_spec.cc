// Any bytes give an experiment or an error; an experiment survives explain() and parsing unchanged.
#include <cstdint>

#include "property.h"
#include "spec/explain.h"
#include "spec/parse.h"
#include "spec/validate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  const auto parsed = spec::parse_experiment({reinterpret_cast<const char*>(data), size}, "/specs/fuzz.yaml");
  if (!parsed) {
    require(parsed.error().code == Code::kInvalidInput, "a bad spec is invalid input",
            parsed.error().message);
    require(parsed.error().message.find("fuzz.yaml") != std::string::npos, "an error names the file");
    return 0;
  }
  require(spec::find_problems(*parsed).empty(), "what parses validates");
  const std::string text = spec::explain(*parsed);
  const auto again = spec::parse_experiment(text, "/elsewhere/spec.yaml");
  require(again.has_value(), "what is explained parses", text + (again ? "" : again.error().message));
  require(*again == *parsed, "explain loses nothing", text);
  return 0;
}

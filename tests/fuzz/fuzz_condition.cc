// Any text as a condition of `assay compare --fail-if`: what is taken reads back as itself, what is not is
// said.
#include <cmath>
#include <cstdint>
#include <string>

#include "metric/comparison_condition.h"
#include "property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto condition = metric::parse_condition(text);
  if (!condition) {
    require(condition.error().code == Code::kInvalidInput, "a refusal is of the input",
            condition.error().message);
    require(condition.error().message.find("condition '") == 0, "it names the condition",
            condition.error().message);
    return 0;
  }
  require(condition->metric != nullptr, "a condition has a figure", std::string(text));
  require(std::isfinite(condition->limit), "a limit is a number", std::string(text));
  const std::string written = to_string(*condition);
  const auto again = metric::parse_condition(written);
  require(again.has_value(), "what was written is read", written);
  require(again->metric == condition->metric && again->more == condition->more &&
              again->limit == condition->limit,
          "a condition reads back", written);
  return 0;
}

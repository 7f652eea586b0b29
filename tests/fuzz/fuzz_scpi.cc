// Any bytes are a reply or none: what the WT300E client makes of them is finite, and nothing is read beyond.
#include <cmath>
#include <cstdint>

#include "instrument/scpi.h"
#include "instrument/wt300e_dialog.h"
#include "property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  using namespace assay::instrument;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto length = message_length(text)) {
    require(*length >= 1 && *length <= size && text[*length - 1] == '\n', "a message ends with its newline");
    require(message_length(text.substr(0, *length)) == length, "what comes behind does not matter");
  }
  std::size_t total = 0;
  const auto parts = split_reply(text);
  for (const std::string_view part : parts) total += part.size();
  require(total + parts.size() - 1 == size, "parts and separators are the whole");
  if (const auto numbers = parse_numbers(text)) {
    require(!numbers->empty(), "numbers or an error");
    for (const ScpiNumber& number : *numbers)
      require(number.kind != ScpiNumber::Kind::kValue ||
                  (std::isfinite(number.value) && std::fabs(number.value) <= 9.8e37),
              "a value is finite and no mark");
  }
  (void)parse_identity(text);
  for (int element = 1; element <= 3; ++element) (void)parse_poll(text, element);
  return 0;
}

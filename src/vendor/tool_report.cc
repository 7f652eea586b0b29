#include "vendor/tool_report.h"

#include <algorithm>

#include "vendor/tool_text.h"

namespace assay::vendor {

std::string last_lines(std::string_view text, std::size_t lines) {
  constexpr std::size_t kLongest = 300;
  std::vector<std::string_view> kept;
  for_each_line(text, [&](std::string_view line) {
    if (!trim(line).empty()) kept.push_back(line.substr(0, kLongest));
  });
  std::string told;
  for (std::size_t i = kept.size() - std::min(kept.size(), lines); i < kept.size(); ++i)
    told += "\n  | " + std::string(kept[i]);
  return told.empty() ? " (nothing was printed)" : told;
}

}  // namespace assay::vendor

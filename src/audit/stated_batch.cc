#include "audit/stated_batch.h"

#include <cctype>
#include <charconv>

#include "audit/words.h"
#include "base/text.h"

namespace assay::audit {

std::optional<StatedBatch> batch_stated(std::string_view text) {
  const std::string small = lower(text);
  const auto is_word = [&](std::size_t at) {
    return at < small.size() && std::isalpha(static_cast<unsigned char>(small[at])) != 0;
  };
  for (const std::string_view name : {"batch", "bs"})
    for (std::size_t at = small.find(name); at != std::string::npos; at = small.find(name, at + 1)) {
      if (at > 0 && is_word(at - 1)) continue;
      std::size_t behind = at + name.size();
      const auto skip = [&](std::string_view wanted) {
        while (behind < small.size() &&
               std::string_view(" -_=:").find(small[behind]) != std::string_view::npos)
          ++behind;
        if (std::string_view(small).substr(behind).starts_with(wanted)) behind += wanted.size();
      };
      for (const std::string_view word : {"sizes", "size", "of", ""}) skip(word);
      StatedBatch stated;
      unsigned size = 0;
      const auto read = std::from_chars(small.data() + behind, small.data() + small.size(), size);
      if (read.ec != std::errc() || size < 1) continue;
      // "batch 1, 8 and 64", "batch 1/8", "batch 1 to 64", "batch 1 and batch 8".
      const std::string_view after =
          std::string_view(small).substr(static_cast<std::size_t>(read.ptr - small.data()));
      const auto more = after.find_first_not_of(" ,./-&");
      const std::string_view next = more == std::string_view::npos ? "" : after.substr(more);
      const bool listed = !next.empty() && (std::isdigit(static_cast<unsigned char>(next[0])) != 0 ||
                                            next.starts_with("and ") || next.starts_with("to ") ||
                                            next.starts_with("or ") || next.starts_with("vs"));
      if (!listed && !batch_stated(after)) stated.size = size;
      std::string_view before = trim(text.substr(0, at));
      while (before.ends_with('(') || before.ends_with('[') || before.ends_with(',')) {
        before.remove_suffix(1);
        before = trim(before);
      }
      std::string_view rest = trim(text.substr(text.size() - after.size()));
      while (rest.starts_with(')') || rest.starts_with(']')) rest.remove_prefix(1);
      stated.rest = std::string(before) + (rest.empty() ? "" : " ") + std::string(rest);
      return stated;
    }
  return std::nullopt;
}

}  // namespace assay::audit

#include "audit/stated_batch.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "audit/words.h"
#include "base/text.h"

namespace assay::audit {
namespace {

/// The text without what surrounds a batch in it: "Network (" and ")".
std::string_view without_brackets(std::string_view text) {
  const auto is_bracket = [](char c) { return std::string_view("()[], ").find(c) != std::string_view::npos; };
  while (!text.empty() && is_bracket(text.back())) text.remove_suffix(1);
  while (!text.empty() && is_bracket(text.front())) text.remove_prefix(1);
  return text;
}

/// "64" of "size of 64, FP16": behind the words "size" and "of", and signs.
std::string_view behind_size(std::string_view text) {
  for (const std::string_view word : {"sizes", "size", "of", ""}) {
    text.remove_prefix(std::min(text.find_first_not_of(" -_=:"), text.size()));
    if (text.starts_with(word)) text.remove_prefix(word.size());
  }
  return text;
}

/// Whether what follows a size names another: "1, 8 and 64", "1/8", "1 to 64", "1 and batch 8".
bool goes_on(std::string_view text, std::string_view name) {
  if (text.find(name) != std::string_view::npos) return true;
  text.remove_prefix(std::min(text.find_first_not_of(" ,./-&"), text.size()));
  return !text.empty() && (std::isdigit(static_cast<unsigned char>(text[0])) != 0 ||
                           text.starts_with("and ") || text.starts_with("to ") || text.starts_with("or "));
}

}  // namespace

std::optional<StatedBatch> batch_stated(std::string_view text) {
  const std::string small = lower(text);
  for (const std::string_view name : {"batch", "bs"})
    for (std::size_t at = small.find(name); at != std::string::npos; at = small.find(name, at + 1)) {
      if (at > 0 && std::isalpha(static_cast<unsigned char>(small[at - 1])) != 0) continue;
      const std::string_view number = behind_size(std::string_view(small).substr(at + name.size()));
      unsigned size = 0;
      const auto read = std::from_chars(number.data(), number.data() + number.size(), size);
      constexpr unsigned kMost = 1'000'000;  // More is no batch.
      if (read.ec != std::errc() || size < 1 || size > kMost) continue;
      const std::string_view after = number.substr(static_cast<std::size_t>(read.ptr - number.data()));
      StatedBatch stated;
      if (!goes_on(after, name)) stated.size = size;
      const std::string_view before = without_brackets(text.substr(0, at));
      const std::string_view rest = without_brackets(text.substr(text.size() - after.size()));
      stated.rest = std::string(before) + (before.empty() || rest.empty() ? "" : " ") + std::string(rest);
      return stated;
    }
  return std::nullopt;
}

}  // namespace assay::audit

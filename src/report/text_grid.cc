#include "report/text_grid.h"

#include <algorithm>

#include "report/number_text.h"

namespace assay::report {
namespace {

constexpr std::size_t kGap = 2;

const char* code(Ink ink) {
  switch (ink) {
    case Ink::kPlain:
      return "";
    case Ink::kBold:
      return "\x1b[1m";
    case Ink::kGreen:
      return "\x1b[32m";
    case Ink::kYellow:
      return "\x1b[33m";
    case Ink::kRed:
      return "\x1b[31m";
    case Ink::kStruck:
      return "\x1b[9;31m";
    case Ink::kDim:
      return "\x1b[2m";
  }
  return "";
}

}  // namespace

std::string inked(const Text& text, bool colour) {
  if (!colour || !*code(text.ink) || text.words.empty()) return text.words;
  return code(text.ink) + text.words + "\x1b[0m";
}

std::vector<std::size_t> Grid::widths() const {
  std::vector<std::size_t> sizes;
  for (const Line& line : lines_)
    for (std::size_t c = 0; c < line.size(); ++c) {
      if (sizes.size() <= c) sizes.push_back(0);
      sizes[c] = std::max(sizes[c], display_width(line[c].words));
    }
  return sizes;
}

std::size_t Grid::width() const {
  std::size_t total = 0;
  for (const std::size_t width : widths()) total += width + kGap;
  return total > kGap ? total - kGap : 0;
}

std::string Grid::print(bool colour) const {
  const std::vector<std::size_t> sizes = widths();
  std::string out;
  for (const Line& line : lines_) {
    std::string text;
    if (line.empty())
      for (std::size_t i = 0; i < width(); ++i) text += "─";
    for (std::size_t c = 0; c < line.size(); ++c) {
      const std::string blanks(sizes[c] - display_width(line[c].words), ' ');
      const std::string drawn = inked(line[c], colour);
      if (c > 0) text += std::string(kGap, ' ');
      text += line[c].right ? blanks + drawn : drawn + blanks;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  }
  return out;
}

Ink ink_of(std::string_view verdict) {
  return verdict == "OK" ? Ink::kGreen : verdict == "WARN" ? Ink::kYellow : Ink::kRed;
}

std::string wrapped(const std::string& text, std::size_t width, std::size_t indent) {
  std::string out, line;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    at = end + 1;
    if (!line.empty() && display_width(line) + 1 + display_width(word) > width) {
      out += line + "\n";
      line = std::string(indent, ' ') + word;
    } else {
      line += (line.empty() ? "" : " ") + word;
    }
  }
  return out + line + "\n";
}

}  // namespace assay::report

#include "report/grid.h"

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

std::string inked(const Text& text, const Style& style) {
  const char* const ink = code(text.ink);
  return style.colour && *ink && !text.words.empty() ? ink + text.words + "\x1b[0m" : text.words;
}

std::vector<std::size_t> Grid::widths() const {
  std::vector<std::size_t> sizes;
  for (const Row& row : lines_)
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
      if (sizes.size() <= c) sizes.push_back(0);
      sizes[c] = std::max(sizes[c], display_width(row.cells[c].words));
    }
  return sizes;
}

std::size_t Grid::width() const {
  std::size_t total = 0;
  for (const std::size_t width : widths()) total += width + kGap;
  return total > kGap ? total - kGap : 0;
}

std::string Grid::print(const Style& style) const {
  const std::vector<std::size_t> sizes = widths();
  std::string rule;
  for (std::size_t i = 0; i < width(); ++i) rule += style.ascii ? "-" : "─";
  std::string out;
  for (const Row& row : lines_) {
    if (row.cells.empty()) {
      std::string words = wrapped(row.heading.words, static_cast<std::size_t>(style.width), 2);
      words.pop_back();  // The end of the line is not drawn.
      out += (row.heading.words.empty() ? rule : inked({words, row.heading.ink}, style)) + "\n";
      continue;
    }
    std::string text;
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
      const Text& cell = row.cells[c];
      const std::string blanks(sizes[c] - display_width(cell.words), ' ');
      if (c > 0) text += std::string(kGap, ' ');
      text += cell.right ? blanks + inked(cell, style) : inked(cell, style) + blanks;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  }
  return out;
}

std::string wrapped(const std::string& text, std::size_t width, std::size_t indent) {
  std::string out, line;
  const std::string blanks(indent, ' ');
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    std::string word = text.substr(at, end - at);
    at = end + 1;
    const bool fresh = line.find_first_not_of(' ') == std::string::npos;
    if (!fresh && display_width(line) + 1 + display_width(word) > width) {
      out += line + "\n";
      line = blanks;
    } else if (!fresh) {
      line += ' ';
    }
    // A word without end, a path or a sum of channels, goes on below.
    while (display_width(line) + display_width(word) > width && display_width(line) < width) {
      const std::string piece = truncated(word, width - display_width(line), "");
      if (piece.empty()) break;
      out += line + piece + "\n";
      line = blanks;
      word.erase(0, piece.size());
    }
    line += word;
  }
  return out + line + "\n";
}

}  // namespace assay::report

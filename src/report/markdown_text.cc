#include "report/markdown_text.h"

#include <string_view>

namespace assay::report {

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\`*_|<>[]~#").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string markdown_table(const std::vector<std::vector<std::string>>& lines, std::size_t left) {
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    out += "|";
    for (const std::string& cell : lines[i]) out += " " + cell + " |";
    out += "\n";
    if (i > 0) continue;
    out += "|";
    for (std::size_t c = 0; c < lines[i].size(); ++c) out += c < left ? " :---- |" : " ----: |";
    out += "\n";
  }
  return out;
}

}  // namespace assay::report

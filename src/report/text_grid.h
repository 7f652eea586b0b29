// Columns of text for a terminal, with ink where there is colour. Private to report/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace assay::report {

enum class Ink { kPlain, kBold, kGreen, kYellow, kRed, kStruck, kDim };

/// A piece of one line: what it says, and how it is drawn where there is colour.
struct Text {
  std::string words;
  Ink ink = Ink::kPlain;
  bool right = false;
};

/// The words between the escape sequences of their ink; as they are without colour.
std::string inked(const Text& text, bool colour);

using Line = std::vector<Text>;  ///< One cell for each column.

/// Columns of the same widths over all lines, two blanks between.
class Grid {
 public:
  void add(Line line) { lines_.push_back(std::move(line)); }
  void add_rule() { lines_.emplace_back(); }

  std::size_t width() const;
  std::string print(bool colour) const;

 private:
  std::vector<std::size_t> widths() const;
  std::vector<Line> lines_;
};

/// Green, yellow or red: of a row's verdict.
Ink ink_of(std::string_view verdict);

/// Breaks between words at `width`; what follows the first line is indented.
std::string wrapped(const std::string& text, std::size_t width, std::size_t indent);

}  // namespace assay::report

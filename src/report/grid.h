// Text in columns for a terminal. Private to report/.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "report/report.h"

namespace assay::report {

enum class Ink { kPlain, kBold, kGreen, kYellow, kRed, kStruck, kDim };

/// A piece of one line: what it says, and how it is drawn where there is colour.
struct Text {
  std::string words;
  Ink ink = Ink::kPlain;
  bool right = false;
};

/// The words as they are, or in their colour.
std::string inked(const Text& text, const Style& style);

/// Columns of the same widths over all lines, two blanks between.
class Grid {
 public:
  using Line = std::vector<Text>;  ///< One cell for each column.

  void add(Line line) { lines_.push_back({std::move(line), {}}); }
  void add_rule() { lines_.emplace_back(); }
  /// A line over all columns, whatever their widths: it is broken where it is too long.
  void add_heading(Text text) { lines_.push_back({{}, std::move(text)}); }

  std::size_t width() const;  ///< Of the columns; headings take what they get.
  std::string print(const Style& style) const;

 private:
  struct Row {
    Line cells;
    Text heading;  ///< Of a line without cells; "": a rule.
  };
  std::vector<std::size_t> widths() const;
  std::vector<Row> lines_;
};

/// Breaks between words at `width`, and within a word that is longer; what follows the first line is
/// indented.
std::string wrapped(const std::string& text, std::size_t width, std::size_t indent);

}  // namespace assay::report

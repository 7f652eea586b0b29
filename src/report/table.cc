#include <algorithm>

#include "report/formats.h"
#include "report/number_text.h"
#include "report/summary.h"

namespace assay::report {
namespace {

enum class Ink { kPlain, kBold, kGreen, kYellow, kRed, kStruck, kDim };

/// A piece of one line: what it says, and how it is drawn where there is colour.
struct Text {
  std::string words;
  Ink ink = Ink::kPlain;
  bool right = false;
};

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

using Line = std::vector<Text>;  ///< One cell for each column.

/// Columns of the same widths over all lines, two blanks between.
class Grid {
 public:
  void add(Line line) { lines_.push_back(std::move(line)); }
  void add_rule() { lines_.emplace_back(); }

  std::size_t width() const {
    std::size_t total = 0;
    for (const std::size_t width : widths()) total += width + kGap;
    return total > kGap ? total - kGap : 0;
  }

  std::string print(bool colour) const {
    const std::vector<std::size_t> sizes = widths();
    std::string out;
    for (const Line& line : lines_) {
      std::string text;
      if (line.empty())
        for (std::size_t i = 0; i < width(); ++i) text += "─";
      for (std::size_t c = 0; c < line.size(); ++c) {
        const std::string blanks(sizes[c] - display_width(line[c].words), ' ');
        const std::string inked = colour && *code(line[c].ink) && !line[c].words.empty()
                                      ? code(line[c].ink) + line[c].words + "\x1b[0m"
                                      : line[c].words;
        if (c > 0) text += std::string(kGap, ' ');
        text += line[c].right ? blanks + inked : inked + blanks;
      }
      text.erase(text.find_last_not_of(' ') + 1);
      out += text + "\n";
    }
    return out;
  }

 private:
  static constexpr std::size_t kGap = 2;
  std::vector<std::size_t> widths() const {
    std::vector<std::size_t> sizes;
    for (const Line& line : lines_)
      for (std::size_t c = 0; c < line.size(); ++c) {
        if (sizes.size() <= c) sizes.push_back(0);
        sizes[c] = std::max(sizes[c], display_width(line[c].words));
      }
    return sizes;
  }
  std::vector<Line> lines_;
};

Ink ink_of(std::string_view verdict) {
  return verdict == "OK" ? Ink::kGreen : verdict == "WARN" ? Ink::kYellow : Ink::kRed;
}

/// An invalid number is never a plain one: struck through in colour, between exclamation marks everywhere.
Text draw(const Cell& cell) {
  using record::FigureStatus;
  const bool invalid = cell.status == FigureStatus::kInvalid;
  const std::string text = invalid && cell.has_value ? "!" + cell.text + "!" : cell.text;
  const Ink ink = invalid                              ? (cell.has_value ? Ink::kStruck : Ink::kRed)
                  : cell.status == FigureStatus::kWarn ? Ink::kYellow
                  : !cell.has_value                    ? Ink::kDim
                                                       : Ink::kPlain;
  return {text + note_marks(cell.notes), ink, true};
}

std::string tags_of(const SummaryRow& row) {
  std::string text;
  for (const std::string& tag : row.tags) text += (text.empty() ? "" : ", ") + tag;
  return text;
}

constexpr std::size_t kLongestName = 32;

/// One line a row, the headings over two.
Grid one_line_rows(const Summary& summary, bool with_platform) {
  Grid grid;
  Line first, second;
  const auto head = [&](std::string_view top, std::string_view bottom, bool right) {
    first.push_back({std::string(top), Ink::kBold, right});
    second.push_back({std::string(bottom), Ink::kBold, right});
  };
  if (with_platform) head("", "Platform", false);
  head("Accel-", "erator", false);
  head("Backend/", "precision", false);
  for (const Column& column : columns()) head(column.title, column.unit, true);
  head("", "Verdict", false);
  grid.add(std::move(first));
  grid.add(std::move(second));
  grid.add_rule();
  for (const SummaryRow& row : summary.rows) {
    Line line;
    if (with_platform) line.push_back({truncated(row.platform, kLongestName)});
    line.push_back({truncated(row.accelerator, kLongestName)});
    line.push_back({truncated(row.configuration, kLongestName)});
    for (const Cell& cell : row.cells) line.push_back(draw(cell));
    line.push_back({row.verdict + note_marks(row.verdict_notes), ink_of(row.verdict)});
    const std::size_t verdict = line.size() - 1;
    grid.add(std::move(line));
    if (row.tags.empty()) continue;
    Line below(verdict);
    below.push_back({tags_of(row), Ink::kYellow});
    grid.add(std::move(below));
  }
  return grid;
}

/// Two lines a row: figures that belong together stand under each other.
Grid two_line_rows(const Summary& summary, bool with_platform) {
  Grid grid;
  const auto& c = columns();
  const auto title = [](const Column& column) {
    return Text{std::string(column.title) + (column.unit.empty() ? "" : " ") + std::string(column.unit),
                Ink::kBold, true};
  };
  const auto bold = [](const char* words) { return Text{words, Ink::kBold}; };
  grid.add({bold(with_platform ? "Platform, accelerator" : "Accelerator"), title(c[0]), title(c[2]),
            title(c[4]), bold("Verdict")});
  grid.add({bold("Backend/precision"), title(c[1]), title(c[3]), title(c[5]), bold("")});
  grid.add_rule();
  constexpr std::size_t kNarrowName = 24;
  for (const SummaryRow& row : summary.rows) {
    const std::string where = with_platform ? row.platform + ", " + row.accelerator : row.accelerator;
    grid.add({{truncated(where, kNarrowName)},
              draw(row.cells[0]),
              draw(row.cells[2]),
              draw(row.cells[4]),
              {row.verdict + note_marks(row.verdict_notes), ink_of(row.verdict)}});
    grid.add({{truncated(row.configuration, kNarrowName)},
              draw(row.cells[1]),
              draw(row.cells[3]),
              draw(row.cells[5]),
              {tags_of(row), Ink::kYellow}});
  }
  return grid;
}

/// Breaks between words at `width`; what follows the first line is indented.
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

}  // namespace

std::string render_table(const record::Results& results, const Style& style) {
  const Summary summary = summarise(results);
  const auto width = static_cast<std::size_t>(std::max(style.width, 40));
  // One machine's name stands once, above; a table of several needs it in each row.
  const bool one_platform = std::ranges::all_of(
      summary.rows, [&](const SummaryRow& row) { return row.platform == summary.rows.front().platform; });
  std::string out;
  for (const std::string& line : summary.head) out += wrapped(line, width, 2);
  if (one_platform && !summary.rows.empty())
    out += wrapped("Platform: " + summary.rows.front().platform, width, 2);
  out += "\n";
  Grid grid = one_line_rows(summary, !one_platform);
  if (grid.width() > width) grid = two_line_rows(summary, !one_platform);
  out += grid.print(style.colour);
  if (!summary.notes.empty()) out += "\n";
  for (std::size_t i = 0; i < summary.notes.size(); ++i) {
    const Note& note = summary.notes[i];
    std::string rows;
    for (const std::string& row : note.rows) rows += (rows.empty() ? "" : ", ") + row;
    out += wrapped("[" + std::to_string(i + 1) + "] " + std::string(to_string(note.severity)) + " " +
                       note.rule + ": " + note.evidence + " (" + rows + ")",
                   width, 4);
  }
  if (!summary.tail.empty()) out += "\n";
  for (const std::string& line : summary.tail) out += wrapped(line, width, 2);
  return out;
}

}  // namespace assay::report

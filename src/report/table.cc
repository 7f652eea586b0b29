#include <algorithm>
#include <initializer_list>

#include "report/formats.h"
#include "report/number_text.h"
#include "report/summary.h"
#include "report/text_grid.h"

namespace assay::report {
namespace {

/// An invalid number is never a plain one: struck through in colour, between exclamation marks everywhere.
Text draw(const Cell& cell, bool with_boundary = true) {
  using record::FigureStatus;
  const bool invalid = cell.status == FigureStatus::kInvalid;
  const std::string text = (invalid && cell.has_value ? "!" + cell.text + "!" : cell.text) +
                           (with_boundary && !cell.boundary.empty() ? " " + cell.boundary : "");
  const Ink ink = invalid                              ? (cell.has_value ? Ink::kStruck : Ink::kRed)
                  : cell.status == FigureStatus::kWarn ? Ink::kYellow
                  : !cell.has_value                    ? Ink::kDim
                                                       : Ink::kPlain;
  return {text + note_marks(cell.notes), ink, true};
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::vector<std::string> words_of(const std::vector<std::string>& tags) {
  std::vector<std::string> words;
  for (const std::string& tag : tags)
    for (std::size_t at = 0, end; at < tag.size(); at = end + 1) {
      end = std::min(tag.find(' ', at), tag.size());
      words.push_back(tag.substr(at, end - at));
    }
  return words;
}

constexpr std::size_t kLongestName = 32;

/// Names are cut further where nothing else makes a grid narrow enough.
template <typename Make>
Grid fitting(std::size_t width, std::initializer_list<std::size_t> names, Make make) {
  Grid grid;
  for (const std::size_t name : names) {
    grid = make(name);
    if (grid.width() <= width) break;
  }
  return grid;
}

/// What of a table depends on the results and on the room for it.
struct Layout {
  bool platform = false;     ///< In each row.
  bool temperature = false;  ///< As a column.
};
constexpr std::string_view kTemperature = "Hottest", kTemperatureUnit = "(degC)";

/// One line a row, the headings over two.
Grid one_line_rows(const Summary& summary, const Layout& layout) {
  Grid grid;
  Line first, second;
  const auto head = [&](std::string_view top, std::string_view bottom, bool right) {
    first.push_back({std::string(top), Ink::kBold, right});
    second.push_back({std::string(bottom), Ink::kBold, right});
  };
  if (layout.platform) head("", "Platform", false);
  head("Accel-", "erator", false);
  head("Backend/", "precision", false);
  for (const Column& column : columns()) head(column.title, column.unit, true);
  if (layout.temperature) head(kTemperature, kTemperatureUnit, true);
  head("", "Verdict", false);
  grid.add(std::move(first));
  grid.add(std::move(second));
  grid.add_rule();
  for (const SummaryRow& row : summary.rows) {
    Line line;
    if (layout.platform) line.push_back({truncated(row.platform, kLongestName)});
    line.push_back({truncated(row.accelerator, kLongestName)});
    line.push_back({truncated(row.configuration, kLongestName)});
    for (const Cell& cell : row.cells) line.push_back(draw(cell));
    if (layout.temperature) line.push_back(draw(row.temperature));
    line.push_back({row.verdict + note_marks(row.verdict_notes), ink_of(row.verdict)});
    const std::size_t verdict = line.size() - 1;
    grid.add(std::move(line));
    if (row.tags.empty()) continue;
    Line below(verdict);
    below.push_back({joined(row.tags), Ink::kYellow});
    grid.add(std::move(below));
  }
  return grid;
}

/// Two lines a row: figures that belong together stand under each other. Where columns have to be narrow,
/// tags go on over further lines word by word, and the boundary of power and FPS/W stands below both.
Grid two_line_rows(const Summary& summary, const Layout& layout, std::size_t longest_name, bool narrow) {
  Grid grid;
  const auto& c = columns();
  const auto title = [](const Column& column) {
    return Text{std::string(column.title) + (column.unit.empty() ? "" : " ") + std::string(column.unit),
                Ink::kBold, true};
  };
  const auto bold = [](const char* words) { return Text{words, Ink::kBold}; };
  const auto add = [&](Line line, Text temperature, Text last) {
    if (layout.temperature) line.push_back(std::move(temperature));
    line.push_back(std::move(last));
    grid.add(std::move(line));
  };
  add({bold(layout.platform ? "Platform, accelerator" : "Accelerator"), title(c[0]), title(c[2]),
       title(c[4])},
      {std::string(kTemperature), Ink::kBold, true}, bold("Verdict"));
  add({bold("Backend/precision"), title(c[1]), title(c[3]), title(c[5])},
      {std::string(kTemperatureUnit), Ink::kBold, true}, bold(""));
  grid.add_rule();
  for (const SummaryRow& row : summary.rows) {
    const std::string where = layout.platform ? row.platform + ", " + row.accelerator : row.accelerator;
    const auto cell = [&](std::size_t column) { return draw(row.cells[column], !narrow); };
    std::vector<std::string> tags = narrow ? words_of(row.tags) : std::vector{joined(row.tags)};
    const std::string boundary = narrow ? row.cells[2].boundary : "";
    tags.resize(std::max<std::size_t>(tags.size(), boundary.empty() ? 1 : 2));
    add({{truncated(where, longest_name)}, cell(0), cell(2), cell(4)}, draw(row.temperature),
        {row.verdict + note_marks(row.verdict_notes), ink_of(row.verdict)});
    add({{truncated(row.configuration, longest_name)}, cell(1), cell(3), cell(5)}, {},
        {tags[0], Ink::kYellow});
    for (std::size_t i = 1; i < tags.size(); ++i)
      add({{}, {}, {i == 1 ? boundary : "", Ink::kYellow, true}, {}}, {}, {tags[i], Ink::kYellow});
  }
  return grid;
}

/// The most that there is room for.
Grid main_table(const Summary& summary, Layout& layout, std::size_t width) {
  Grid grid;
  const auto fits = [&](Grid made) {
    grid = std::move(made);
    return grid.width() <= width;
  };
  for (const bool temperature : {true, false}) {
    layout.temperature = temperature && summary.has_temperature;
    if (fits(one_line_rows(summary, layout))) return grid;
  }
  constexpr std::size_t kName = 24;
  for (const bool narrow : {false, true})
    for (const bool temperature : {true, false}) {
      layout.temperature = temperature && summary.has_temperature;
      if (fits(two_line_rows(summary, layout, kName, narrow))) return grid;
    }
  for (const std::size_t name : {20, 16, 12, 8})
    if (fits(two_line_rows(summary, layout, name, true))) break;
  return grid;
}

constexpr std::size_t kMostSources = 6;  ///< Of a row, in the list; the others are in the other formats.

/// Names of a sum's channels would fill a line: they follow one by one.
std::string short_source(const std::string& source, std::size_t longest) {
  std::size_t parts = 1;
  for (std::size_t at = 0; (at = source.find(" + ", at)) != std::string::npos; at += 3) ++parts;
  return parts > 1 ? "sum of " + std::to_string(parts) : truncated(source, longest);
}

/// Power sources on one line each, or on two where that is too wide.
Grid power_list(const Summary& summary, std::size_t lines, std::size_t longest_name) {
  Grid grid;
  const auto bold = [](const char* words, bool right) { return Text{words, Ink::kBold, right}; };
  if (lines == 1) {
    grid.add({bold("Power source", false), bold("", false), bold("Boundary", false), bold("Mean (W)", true),
              bold("Idle (W)", true), bold("Samples", true), bold("", false), bold("", false)});
  } else {
    grid.add({bold("Power source", false), bold("Boundary", false), bold("Mean (W)", true),
              bold("Samples", false)});
    grid.add({bold("", false), bold("", false), bold("Idle (W)", true)});
  }
  grid.add_rule();
  std::vector<std::size_t> shown(summary.rows.size());
  for (const PowerLine& line : summary.power) {
    if (++shown[line.row] > kMostSources) continue;
    const bool fresh = shown[line.row] == 1;
    const Text name{fresh ? truncated(line.name, longest_name) : ""};
    const Text source{short_source(line.source, longest_name)};
    const Text tags{joined(line.tags), Ink::kYellow};
    if (lines == 1) {
      grid.add({name,
                source,
                {line.boundary},
                draw(line.mean),
                draw(line.idle),
                {line.samples, Ink::kPlain, true},
                {line.interval},
                tags});
      continue;
    }
    if (fresh) grid.add({name});
    grid.add({{"  " + source.words}, {line.boundary}, draw(line.mean), {line.samples}});
    grid.add({{"  " + tags.words, Ink::kYellow}, {}, draw(line.idle), {line.interval}});
  }
  return grid;
}

std::string hottest(const Summary& summary) {
  std::string text;
  for (const SummaryRow& row : summary.rows)
    if (row.temperature.has_value)
      text += (text.empty() ? "" : ", ") + row.configuration + " " + draw(row.temperature).words;
  return "Hottest in a timed window (degC): " + text;
}

std::string power_part(const Summary& summary, std::size_t width, bool colour) {
  if (summary.power.empty()) return "";
  Grid grid =
      fitting(width, {kLongestName, 24, 20}, [&](std::size_t name) { return power_list(summary, 1, name); });
  if (grid.width() > width)
    grid = fitting(width, {kLongestName, 24, 16, 12, 8},
                   [&](std::size_t name) { return power_list(summary, 2, name); });
  std::string out = "\n" + grid.print(colour);
  std::vector<std::size_t> sources(summary.rows.size());
  for (const PowerLine& line : summary.power) ++sources[line.row];
  if (std::ranges::max(sources) > kMostSources)
    out += wrapped("More sources than these are in the Markdown and JSON reports.", width, 2);
  std::vector<std::string> described;
  for (const PowerLine& line : summary.power) {
    const bool primary = std::ranges::find(line.tags, "primary") != line.tags.end();
    const bool simulated = std::ranges::find(line.tags, "simulated") != line.tags.end();
    const std::string text = line.source + (simulated ? " (simulated): " : ": ") + line.description;
    if (!primary || std::ranges::find(described, text) != described.end()) continue;
    described.push_back(text);
    out += wrapped(text, width, 2);
  }
  for (const std::string& remark : summary.power_remarks) out += wrapped(remark, width, 2);
  return out;
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
  Layout layout{!one_platform};
  out += main_table(summary, layout, width).print(style.colour);
  if (summary.has_temperature && !layout.temperature) out += "\n" + wrapped(hottest(summary), width, 2);
  if (!summary.notes.empty()) out += "\n";
  for (std::size_t i = 0; i < summary.notes.size(); ++i) {
    const Note& note = summary.notes[i];
    std::string rows;
    for (const std::string& row : note.rows) rows += (rows.empty() ? "" : ", ") + row;
    out += wrapped("[" + std::to_string(i + 1) + "] " + std::string(to_string(note.severity)) + " " +
                       note.rule + ": " + note.evidence + " (" + rows + ")",
                   width, 4);
  }
  out += power_part(summary, width, style.colour);
  if (!summary.target.empty()) out += "\n";
  for (const std::string& line : summary.target) out += wrapped(line, width, 2);
  if (!summary.tail.empty()) out += "\n";
  for (const std::string& line : summary.tail) out += wrapped(line, width, 2);
  return out;
}

}  // namespace assay::report

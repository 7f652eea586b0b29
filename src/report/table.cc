#include <algorithm>
#include <initializer_list>
#include <map>
#include <set>

#include "report/formats.h"
#include "report/grid.h"
#include "report/number_text.h"
#include "report/summary.h"

namespace assay::report {
namespace {

using Line = Grid::Line;

constexpr std::size_t kNarrowest = 40;     ///< Nothing is made for less.
constexpr std::size_t kWidestProse = 120;  ///< Longer lines are hard to read.
constexpr std::size_t kLongestName = 32;

Ink ink_of(std::string_view verdict) {
  return verdict == "OK" ? Ink::kGreen : verdict == "WARN" ? Ink::kYellow : Ink::kRed;
}

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

std::vector<std::string> words_of(const std::vector<std::string>& tags) {
  std::vector<std::string> words;
  for (const std::string& tag : tags)
    for (std::size_t at = 0, end; at < tag.size(); at = end + 1) {
      end = std::min(tag.find(' ', at), tag.size());
      words.push_back(tag.substr(at, end - at));
    }
  return words;
}

/// How much there is room for, and what the rows have in common.
struct Layout {
  const Style& style;
  bool platforms = false;    ///< Of several: each group of rows stands under its own.
  bool temperature = false;  ///< As a column.
  std::size_t name = kLongestName;

  std::string cut(const std::string& text) const { return shortened(text, name, style.ascii ? "..." : "…"); }
};
constexpr std::string_view kTemperature = "Hottest", kTemperatureUnit = "(degC)";

std::string title(const Column& column) {
  return std::string(column.title) + (column.unit.empty() ? "" : " ") + std::string(column.unit);
}

/// Where the platform is another than that of the row before.
void add_platform(Grid& grid, const Summary& summary, std::size_t row, const Layout& layout) {
  if (!layout.platforms) return;
  const std::string& platform = summary.rows[row].platform;
  if (row == 0 || summary.rows[row - 1].platform != platform)
    grid.add_heading({"Platform: " + platform, Ink::kBold});
}

/// One line a row, the headings over two.
Grid one_line_rows(const Summary& summary, const Layout& layout) {
  Grid grid;
  Line first, second;
  const auto head = [&](std::string_view top, std::string_view bottom, bool right) {
    first.push_back({std::string(top), Ink::kBold, right});
    second.push_back({std::string(bottom), Ink::kBold, right});
  };
  const std::string margin = layout.platforms ? "  " : "";
  head(margin + "Accel-", margin + "erator", false);
  head("Backend/", "precision", false);
  for (const Column& column : columns()) head(column.title, column.unit, true);
  if (layout.temperature) head(kTemperature, kTemperatureUnit, true);
  head("", "Verdict", false);
  grid.add(std::move(first));
  grid.add(std::move(second));
  grid.add_rule();
  for (std::size_t i = 0; i < summary.rows.size(); ++i) {
    const SummaryRow& row = summary.rows[i];
    add_platform(grid, summary, i, layout);
    Line line{{margin + layout.cut(row.accelerator)}, {layout.cut(row.configuration)}};
    for (const Cell& cell : row.cells) line.push_back(draw(cell));
    if (layout.temperature) line.push_back(draw(row.temperature));
    line.push_back({row.verdict + note_marks(row.verdict_notes), ink_of(row.verdict)});
    const std::size_t verdict = line.size() - 1;
    grid.add(std::move(line));
    if (row.tags.empty()) continue;
    Line below(verdict);
    below.push_back({joined(row.tags, ", "), Ink::kYellow});
    grid.add(std::move(below));
  }
  return grid;
}

/// Two lines a row: figures that belong together stand under each other. Where columns have to be narrow,
/// tags go on over further lines word by word, and the boundary of power and FPS/W stands below both.
Grid two_line_rows(const Summary& summary, const Layout& layout, bool narrow) {
  Grid grid;
  const auto& c = columns();
  const auto head = [](const Column& column) { return Text{title(column), Ink::kBold, true}; };
  const std::string margin = layout.platforms ? "  " : "";
  const auto bold = [&](const std::string& words) { return Text{words, Ink::kBold}; };
  const auto add = [&](Line line, Text temperature, Text last) {
    if (layout.temperature) line.push_back(std::move(temperature));
    line.push_back(std::move(last));
    grid.add(std::move(line));
  };
  add({bold(margin + "Accelerator"), head(c[0]), head(c[2]), head(c[4])},
      {std::string(kTemperature), Ink::kBold, true}, bold("Verdict"));
  add({bold(margin + "Backend/precision"), head(c[1]), head(c[3]), head(c[5])},
      {std::string(kTemperatureUnit), Ink::kBold, true}, bold(""));
  grid.add_rule();
  for (std::size_t i = 0; i < summary.rows.size(); ++i) {
    const SummaryRow& row = summary.rows[i];
    add_platform(grid, summary, i, layout);
    const auto cell = [&](std::size_t column) { return draw(row.cells[column], !narrow); };
    std::vector<std::string> tags = narrow ? words_of(row.tags) : std::vector{joined(row.tags, ", ")};
    const std::string boundary = narrow ? row.cells[2].boundary : "";
    tags.resize(std::max<std::size_t>(tags.size(), boundary.empty() ? 1 : 2));
    add({{margin + layout.cut(row.accelerator)}, cell(0), cell(2), cell(4)}, draw(row.temperature),
        {row.verdict + note_marks(row.verdict_notes), ink_of(row.verdict)});
    add({{margin + layout.cut(row.configuration)}, cell(1), cell(3), cell(5)}, {}, {tags[0], Ink::kYellow});
    for (std::size_t k = 1; k < tags.size(); ++k)
      add({{}, {}, {k == 1 ? boundary : "", Ink::kYellow, true}, {}}, {}, {tags[k], Ink::kYellow});
  }
  return grid;
}

/// A line for each figure, where columns do not fit beside each other.
Grid listed_rows(const Summary& summary, const Layout& layout) {
  Grid grid;
  for (std::size_t i = 0; i < summary.rows.size(); ++i) {
    const SummaryRow& row = summary.rows[i];
    add_platform(grid, summary, i, layout);
    const std::string tags = joined(row.tags, ", ");
    grid.add_heading({row.configuration + ", " + row.accelerator + ": " + row.verdict +
                          note_marks(row.verdict_notes) + (tags.empty() ? "" : " " + tags),
                      ink_of(row.verdict)});
    const auto figure = [&](const std::string& name, const Cell& cell) {
      Text text = draw(cell);
      text.right = false;
      grid.add({{"  " + name}, std::move(text)});
    };
    for (std::size_t c = 0; c < kColumns; ++c) figure(title(columns()[c]), row.cells[c]);
    if (summary.has_temperature)
      figure(std::string(kTemperature) + " " + std::string(kTemperatureUnit), row.temperature);
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
  for (const bool narrow : {false, true})
    for (const std::size_t name : {48, 32, 24})
      for (const bool temperature : {true, false}) {
        layout.name = name;
        layout.temperature = temperature && summary.has_temperature;
        if (fits(two_line_rows(summary, layout, narrow))) return grid;
      }
  for (const std::size_t name : {20, 17}) {  // The headings need as much.
    layout.name = name;
    if (fits(two_line_rows(summary, layout, true))) return grid;
  }
  layout.name = std::string::npos;
  layout.temperature = summary.has_temperature;
  return listed_rows(summary, layout);
}

/// Names that a table had to cut, in full: notes tell rows by them.
std::string full_names(const Summary& summary, const Layout& layout, std::size_t width) {
  std::string out;
  std::set<std::string> told;
  for (const SummaryRow& row : summary.rows)
    for (const std::string& name : {row.configuration, row.accelerator})
      if (const std::string cut = layout.cut(name); cut != name && told.insert(name).second)
        out += wrapped(cut + ": " + name, width, 2);
  return out;
}

constexpr std::size_t kMostSources = 6;  ///< Of a row, in the list; the others are in the other formats.

/// Of how many channels a source is the sum: "a + b".
std::size_t parts_of(const std::string& source) {
  std::size_t parts = 1;
  for (std::size_t at = 0; (at = source.find(" + ", at)) != std::string::npos; at += 3) ++parts;
  return parts;
}

/// Names of a sum's channels would fill a line: they stand once, below the list.
std::string short_source(const std::string& source) {
  const std::size_t parts = parts_of(source);
  return parts > 1 ? "sum of " + std::to_string(parts) : source;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

/// Power sources on one line each, or on two where that is too wide.
Grid power_list(const Summary& summary, const Layout& layout, std::size_t lines) {
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
    const Text source{layout.cut(short_source(line.source))};
    const Text tags{joined(line.tags, ", "), Ink::kYellow};
    if (lines == 1) {
      grid.add({{fresh ? layout.cut(line.name) : ""},
                source,
                {line.boundary},
                draw(line.mean),
                draw(line.idle),
                {line.samples, Ink::kPlain, true},
                {line.interval},
                tags});
      continue;
    }
    if (fresh) grid.add_heading({line.name});
    grid.add({{"  " + source.words}, {line.boundary}, draw(line.mean), {line.samples}});
    grid.add({{"  " + tags.words, Ink::kYellow}, {}, draw(line.idle), {line.interval}});
  }
  return grid;
}

/// A line for each thing that is said of a source.
Grid listed_power(const Summary& summary) {
  Grid grid;
  grid.add_heading({"Power sources", Ink::kBold});
  std::vector<std::size_t> shown(summary.rows.size());
  for (const PowerLine& line : summary.power) {
    if (++shown[line.row] > kMostSources) continue;
    const std::string tags = joined(line.tags, ", ");
    grid.add_heading({line.name + ", " + short_source(line.source) + ": " + line.boundary +
                      (tags.empty() ? "" : ", " + tags)});
    const auto add = [&](const char* name, Text text) {
      text.right = false;
      if (!text.words.empty()) grid.add({{name}, std::move(text)});
    };
    add("  Mean (W)", draw(line.mean));
    add("  Idle (W)", draw(line.idle));
    add("  Samples", {line.samples + (line.interval.empty() ? "" : ", " + line.interval)});
  }
  return grid;
}

Grid power_table(const Summary& summary, Layout layout, std::size_t width) {
  for (const std::size_t lines : {1, 2})
    for (const std::size_t name : {32, 24, 20, 16}) {
      layout.name = name;
      if (Grid grid = power_list(summary, layout, lines); grid.width() <= width) return grid;
    }
  return listed_power(summary);
}

std::string hottest(const Summary& summary) {
  std::string text;
  for (const SummaryRow& row : summary.rows)
    if (row.temperature.has_value)
      text += (text.empty() ? "" : ", ") + row.configuration + " " + draw(row.temperature).words;
  return "Hottest in a timed window (degC): " + text;
}

std::string power_part(const Summary& summary, const Layout& layout, std::size_t width, std::size_t prose) {
  if (summary.power.empty()) return "";
  std::string out = "\n" + power_table(summary, layout, width).print(layout.style);
  std::vector<std::size_t> sources(summary.rows.size());
  for (const PowerLine& line : summary.power) ++sources[line.row];
  if (std::ranges::max(sources) > kMostSources)
    out += wrapped("More sources than these are in the Markdown and JSON reports.", prose, 2);
  std::vector<std::string> described;
  for (const PowerLine& line : summary.power) {
    const bool primary = std::ranges::find(line.tags, "primary") != line.tags.end();
    const bool simulated = std::ranges::find(line.tags, "simulated") != line.tags.end();
    const std::string name =
        parts_of(line.source) > 1 ? short_source(line.source) + " (" + line.source + ")" : line.source;
    const std::string text = name + (simulated ? " (simulated): " : ": ") + line.description;
    if (!primary || std::ranges::find(described, text) != described.end()) continue;
    described.push_back(text);
    out += wrapped(text, prose, 2);
  }
  for (const std::string& remark : summary.power_remarks) out += wrapped(remark, prose, 2);
  return out;
}

std::string notes_part(const Summary& summary, std::size_t prose) {
  std::string out = summary.notes.empty() ? "" : "\n";
  for (std::size_t i = 0; i < summary.notes.size(); ++i) {
    const Note& note = summary.notes[i];
    std::string evidence = note.evidence;
    for (const PowerLine& line : summary.power)
      if (parts_of(line.source) > 1)
        evidence = replaced(evidence, line.source, "the " + short_source(line.source));
    out += wrapped("[" + std::to_string(i + 1) + "] " + std::string(to_string(note.severity)) + " " +
                       note.rule + ": " + evidence + " (" + names_text(note.rows, summary.rows.size()) + ")",
                   prose, 4);
  }
  return out;
}

/// What the marks of a number that is not to be used mean, where there is one.
std::string legend(const Summary& summary, std::size_t prose) {
  const bool any = std::ranges::any_of(summary.rows, [](const SummaryRow& row) {
    return std::ranges::any_of(row.cells, [](const Cell& cell) {
      return cell.has_value && cell.status == record::FigureStatus::kInvalid;
    });
  });
  if (!any) return "";
  return wrapped("Between exclamation marks: a number that is INVALID and not to be used; its note says why",
                 prose, 2);
}

template <typename Change>
void change_cell(Cell& cell, const Change& change) {
  change(cell.text), change(cell.boundary);
}

/// All of its texts in ASCII, before anything is laid out: a likeness may be longer.
void make_ascii(Summary& summary) {
  const auto change = [](std::string& text) { text = to_ascii(text); };
  const auto all = [&](std::vector<std::string>& texts) { std::ranges::for_each(texts, change); };
  for (SummaryRow& row : summary.rows) {
    change(row.platform), change(row.accelerator), change(row.configuration), change(row.verdict),
        all(row.tags);
    for (Cell& cell : row.cells) change_cell(cell, change);
    change_cell(row.temperature, change);
  }
  for (PowerLine& line : summary.power) {
    for (std::string* text :
         {&line.name, &line.source, &line.description, &line.boundary, &line.samples, &line.interval})
      change(*text);
    change_cell(line.mean, change), change_cell(line.idle, change), all(line.tags);
  }
  for (Note& note : summary.notes) change(note.rule), change(note.evidence), all(note.rows);
  all(summary.head), all(summary.power_remarks), all(summary.target), all(summary.tail);
}

}  // namespace

std::string render_table(const record::Results& results, const Style& asked) {
  Style style = asked;
  style.width = std::max(style.width, static_cast<int>(kNarrowest));
  Summary summary = summarise(results);
  if (style.ascii) make_ascii(summary);
  const auto width = static_cast<std::size_t>(style.width);
  const std::size_t prose = std::min(width, kWidestProse);
  // One machine's name stands once, above.
  const bool one_platform = std::ranges::all_of(
      summary.rows, [&](const SummaryRow& row) { return row.platform == summary.rows.front().platform; });
  std::string out;
  for (const std::string& line : summary.head) out += wrapped(line, prose, 2);
  if (summary.rows.empty()) return out + "\nNo rows: nothing was measured.\n";
  if (one_platform) out += wrapped("Platform: " + summary.rows.front().platform, prose, 2);
  out += "\n";
  Layout layout{style, !one_platform};
  out += main_table(summary, layout, width).print(style);
  out += full_names(summary, layout, prose);
  if (summary.has_temperature && !layout.temperature) out += "\n" + wrapped(hottest(summary), prose, 2);
  out += notes_part(summary, prose) + legend(summary, prose) + power_part(summary, layout, width, prose);
  if (!summary.target.empty()) out += "\n";
  for (const std::string& line : summary.target) out += wrapped(line, prose, 2);
  if (!summary.tail.empty()) out += "\n";
  for (const std::string& line : summary.tail) out += wrapped(line, prose, 2);
  return out;
}

}  // namespace assay::report

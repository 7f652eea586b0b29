#include "audit/grid.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "base/utf8.h"

namespace assay::audit {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20;
constexpr std::size_t kMostCells = 4096;  // Of a row.

tl::unexpected<Status> wrong(int line, const std::string& what) {
  return fail(Code::kInvalidInput, "line " + std::to_string(line) + ": " + what);
}

/// The text without a byte order mark. Errors: what is no text.
Result<std::string_view> as_text(std::string_view text) {
  if (text.size() > kMostBytes)
    return fail(Code::kInvalidInput,
                "expected a table of at most 64 MiB, found " + std::to_string(text.size()) + " bytes");
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
    return wrong(1, "expected UTF-8, found a file in UTF-16: save it as UTF-8");
  int line = 1;
  for (std::size_t at = 0; at < text.size();) {
    const Decoded next = decode_utf8(text.substr(at));
    if (!next.valid || next.point == 0)
      return wrong(line, "expected text in UTF-8, found byte " +
                             std::to_string(static_cast<unsigned char>(text[at])) +
                             ": this is no table in text, or one in another encoding");
    if (text[at] == '\n') ++line;
    at += next.length;
  }
  return text;
}

/// Cuts the first line off; without its line end.
std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// The first of tab, semicolon and comma that stands outside quotes; 0: none.
char separator_of(std::string_view line) {
  for (const char candidate : {'\t', ';', ','}) {
    bool quoted = false;
    for (const char c : line) {
      if (c == '"') quoted = !quoted;
      if (c == candidate && !quoted) return candidate;
    }
  }
  return '\0';
}

/// Reads one record, which may span lines; counts them. Errors: a quote that does not end; too many cells.
Result<GridRow> take_record(std::string_view& rest, char separator, int& line) {
  GridRow row{line, {}};
  std::string cell;
  bool quoted = false, was_quoted = false;
  const auto finish = [&] {
    row.cells.push_back(was_quoted ? cell : std::string(trim(cell)));
    cell.clear();
    was_quoted = false;
  };
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '\n') ++line;
    if (quoted) {
      if (c != '"') {
        cell += c;
      } else if (rest.starts_with('"')) {
        cell += '"';
        rest.remove_prefix(1);
      } else {
        quoted = false;
      }
      continue;
    }
    if (c == '"' && trim(cell).empty() && !was_quoted) {
      cell.clear();
      quoted = was_quoted = true;
    } else if (c == separator) {
      finish();
      if (row.cells.size() > kMostCells)
        return wrong(row.line, "more than " + std::to_string(kMostCells) + " cells in a row");
    } else if (c == '\n') {
      finish();
      return row;
    } else if (c != '\r' && !(was_quoted && (c == ' ' || c == '\t'))) {
      cell += c;
    }
  }
  if (quoted) return wrong(row.line, "a quote begins here and does not end");
  finish();
  return row;
}

bool is_delimiter_row(std::string_view line) {
  line = trim(line);
  if (line.find('-') == std::string_view::npos || line.find('|') == std::string_view::npos) return false;
  return line.find_first_not_of("|-: ") == std::string_view::npos;
}

std::vector<std::string> markdown_cells(std::string_view line) {
  line = trim(line);
  if (line.starts_with('|')) line.remove_prefix(1);
  if (line.ends_with('|') && !line.ends_with("\\|")) line.remove_suffix(1);
  std::vector<std::string> cells(1);
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|')
      cells.back() += line[++i];
    else if (line[i] == '|')
      cells.emplace_back();
    else
      cells.back() += line[i];
  }
  for (std::string& cell : cells) cell = std::string(trim(cell));
  return cells;
}

/// "# Results" is a heading; any other line is prose.
TextLine prose(int number, std::string_view line) {
  line = trim(line);
  const bool heading = line.starts_with('#');
  while (line.starts_with('#')) line.remove_prefix(1);
  return {number, std::string(trim(line)), heading};
}

/// What stands between two tables belongs to both.
void share_text(std::vector<Grid>& grids, std::vector<TextLine> last) {
  for (std::size_t i = 0; i + 1 < grids.size(); ++i) grids[i].after = grids[i + 1].before;
  if (!grids.empty()) grids.back().after = std::move(last);
}

}  // namespace

bool looks_like_markdown(std::string_view text) {
  std::string_view before;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (is_delimiter_row(line) && before.find('|') != std::string_view::npos) return true;
    before = line;
  }
  return false;
}

Result<std::vector<Grid>> read_csv(std::string_view bytes) {
  ASSAY_TRY(std::string_view rest, as_text(bytes));
  std::vector<Grid> grids;
  std::vector<TextLine> text;
  bool within = false;
  char separator = '\0';
  int line = 1;
  while (!rest.empty()) {
    std::string_view ahead = rest;
    const std::string_view next = take_line(ahead);
    const bool blank = trim(next).empty();
    const bool remark = next.starts_with("# ");
    if (!within && !blank && !remark) separator = separator_of(next);
    if (blank || remark || (!within && separator == '\0')) {
      if (remark) text.push_back({line, std::string(trim(next.substr(2))), false});
      if (!remark && !blank) text.push_back({line, std::string(trim(next)), false});
      if (blank) within = false;
      rest = ahead;
      ++line;
      continue;
    }
    if (!within) {
      grids.emplace_back().before = std::exchange(text, {});
      within = true;
    }
    ASSAY_TRY(GridRow row, take_record(rest, separator, line));
    std::vector<GridRow>& rows = grids.back().rows;
    // Some programs end every line with a separator.
    if (!rows.empty() && row.cells.size() == rows[0].cells.size() + 1 && row.cells.back().empty())
      row.cells.pop_back();
    if (!rows.empty() && row.cells.size() != rows[0].cells.size())
      return wrong(row.line, "expected " + std::to_string(rows[0].cells.size()) +
                                 " cells, as many as the header in line " + std::to_string(rows[0].line) +
                                 " has, found " + std::to_string(row.cells.size()));
    rows.push_back(std::move(row));
  }
  share_text(grids, std::move(text));
  return grids;
}

Result<std::vector<Grid>> read_markdown(std::string_view bytes) {
  ASSAY_TRY(std::string_view rest, as_text(bytes));
  std::vector<Grid> grids;
  std::vector<TextLine> text;
  std::string_view header;
  bool within = false;
  for (int line = 1; !rest.empty(); ++line) {
    const std::string_view next = take_line(rest);
    if (!within && is_delimiter_row(next) && header.find('|') != std::string_view::npos) {
      GridRow first{line - 1, markdown_cells(header)};
      if (markdown_cells(next).size() == first.cells.size()) {
        text.pop_back();  // The header was taken for prose.
        grids.emplace_back().before = std::exchange(text, {});
        grids.back().rows.push_back(std::move(first));
        within = true;
        continue;
      }
    }
    if (within && next.find('|') != std::string_view::npos) {
      GridRow row{line, markdown_cells(next)};
      const std::size_t columns = grids.back().rows[0].cells.size();
      if (row.cells.size() > columns)
        return wrong(line, "expected " + std::to_string(columns) + " cells, as many as the header in line " +
                               std::to_string(grids.back().rows[0].line) + " has, found " +
                               std::to_string(row.cells.size()) + " (a bar within a cell is written \\|)");
      row.cells.resize(columns);
      grids.back().rows.push_back(std::move(row));
      continue;
    }
    within = false;
    header = next;
    if (!trim(next).empty()) text.push_back(prose(line, next));
  }
  share_text(grids, std::move(text));
  return grids;
}

}  // namespace assay::audit

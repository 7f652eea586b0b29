// Tables in text, as rows of cells with their places: CSV and Markdown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace assay::audit {

/// A line of prose in the file.
struct TextLine {
  int line = 0;
  std::string text;
  bool heading = false;  ///< Markdown's: what follows belongs to another part.
};

struct GridRow {
  int line = 0;                    ///< Of its beginning, from 1.
  std::vector<std::string> cells;  ///< As they stand, without quotes; trimmed.
};

/// A table: the first row is the header. All rows have as many cells as it.
struct Grid {
  std::vector<GridRow> rows;
  std::vector<TextLine> before, after;  ///< Prose up to the table before or after it, or the file's ends.
};

/// CSV by RFC 4180: quoted fields with doubled quotes and line ends in them, a byte order mark, \n or \r\n.
/// The separator (tab, semicolon, comma) is the first of these that the header has. Lines that begin with "#
/// ", and lines of one field before a header, are prose; an empty line ends a table. Errors: kInvalidInput,
/// with the line: not text, a quote that does not end, a row of another length than its header.
Result<std::vector<Grid>> read_csv(std::string_view text);

/// Pipe tables of Markdown (GFM): `\|` is a bar in a cell; short rows are filled with empty cells as there.
/// Errors: kInvalidInput with the line: not text, a row with more cells than its header.
Result<std::vector<Grid>> read_markdown(std::string_view text);

/// Whether a line of pipes and dashes, as stands under the header of a Markdown table, is in the text.
bool looks_like_markdown(std::string_view text);

}  // namespace assay::audit

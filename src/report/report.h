// Results -> text. One file per format; every one of them shows what is not to be believed as such.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "record/results.h"

namespace assay::report {

enum class Format { kTable, kMarkdown, kCsv, kJson };

/// "table", "md" (or "markdown"), "csv", "json". A page is no text of results alone: see html.h. Errors:
/// kInvalidInput, naming the nearest.
Result<Format> parse_format(std::string_view text);

struct Style {
  bool colour = false;  ///< ANSI colours and strike-through.
  int width = 120;  ///< Columns; one line a row where that fits, else two (80 columns are enough for those).
};

/// Colour when `fd` is a terminal, NO_COLOR is unset or empty, and TERM is not "dumb"; the terminal's width
/// within 80..120.
Style terminal_style(int fd);

/// Renders. Style matters to kTable only. Errors: kInternal when results cannot be written as JSON
/// (non-finite).
Result<std::string> render(const record::Results& results, Format format, const Style& style = {});

}  // namespace assay::report

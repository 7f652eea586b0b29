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
  /// Columns; one line a row where that fits, else two, which 80 columns are enough for; else a line for each
  /// figure. Prose takes 120 at most. Under 40 is 40.
  int width = 120;
  bool ascii = false;  ///< Nothing but ASCII: "12.3 +- 0.4".
};

/// Colour when `fd` is a terminal, NO_COLOR is unset or empty, and TERM is not "dumb"; the terminal's width
/// (80 where it does not tell one), or 120 for a file or a pipe; ASCII where the locale is not UTF-8.
Style terminal_style(int fd);

/// Of the locale's name as LC_ALL, LC_CTYPE or LANG give it: "de_DE.UTF-8", "C.utf8@euro".
bool is_utf8_locale(std::string_view name);

/// Renders. Style matters to kTable only. Errors: kInternal when results cannot be written as JSON
/// (non-finite).
Result<std::string> render(const record::Results& results, Format format, const Style& style = {});

}  // namespace assay::report

// Results -> text. One file per format; every one of them shows what is not to be believed as such.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "record/results.h"

namespace assay::report {

enum class Format { kTable, kMarkdown, kCsv, kJson };

/// "table", "md" (or "markdown"), "csv", "json". Errors: kInvalidInput, naming the nearest.
Result<Format> parse_format(std::string_view text);

struct Style {
  bool colour = false;  ///< ANSI colours and strike-through.
  int width = 100;      ///< Columns of the console; the table is made for 80 to 120.
};

/// Colour when `fd` is a terminal, NO_COLOR is unset and TERM is not "dumb"; width of the terminal within 80..120.
Style terminal_style(int fd);

/// Renders. Style matters to kTable only. Errors: kInternal when results cannot be written as JSON (non-finite).
Result<std::string> render(const record::Results& results, Format format, const Style& style = {});

}  // namespace assay::report

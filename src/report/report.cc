#include "report/report.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "report/formats.h"

namespace assay::report {

Result<Format> parse_format(std::string_view text) {
  if (text == "table") return Format::kTable;
  if (text == "md" || text == "markdown") return Format::kMarkdown;
  if (text == "csv") return Format::kCsv;
  if (text == "json") return Format::kJson;
  static constexpr std::string_view kNames[] = {"table", "md", "csv", "json", "html"};
  const std::string nearest = nearest_word(text, kNames);
  return fail(Code::kInvalidInput, "expected the format " + join_or(kNames) + ", found '" +
                                       std::string(text) + "'" +
                                       (nearest.empty() ? "" : ": did you mean '" + nearest + "'?"));
}

Style terminal_style(int fd) {
  Style style;
  if (!::isatty(fd)) return style;
  const char* no_colour = std::getenv("NO_COLOR");  // https://no-color.org: set and not empty.
  const char* term = std::getenv("TERM");
  style.colour = !(no_colour && *no_colour) && term && std::string_view(term) != "dumb";
  winsize size{};
  constexpr int kNarrowest = 80, kWidest = 120;
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    style.width = std::clamp<int>(size.ws_col, kNarrowest, kWidest);
  else
    style.width = kNarrowest;
  return style;
}

Result<std::string> render(const record::Results& results, Format format, const Style& style) {
  switch (format) {
    case Format::kTable:
      return render_table(results, style);
    case Format::kMarkdown:
      return render_markdown(results);
    case Format::kCsv:
      return render_csv(results);
    case Format::kJson:
      return render_json(results);
  }
  return fail(Code::kInternal, "unknown report format");
}

}  // namespace assay::report

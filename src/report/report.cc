#include "report/report.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cctype>
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "report/formats.h"

namespace assay::report {

Result<Format> parse_format(std::string_view text) {
  if (text == "table") return Format::kTable;
  if (text == "md" || text == "markdown") return Format::kMarkdown;
  if (text == "csv") return Format::kCsv;
  if (text == "json") return Format::kJson;
  // html and perfetto are made from more than results: report/html.h, report/perfetto.h.
  static constexpr std::string_view kNames[] = {"table", "md", "csv", "json", "html", "perfetto"};
  const std::string nearest = nearest_word(text, kNames);
  return fail(Code::kInvalidInput, "expected the format " + join_or(kNames) + ", found '" +
                                       std::string(text) + "'" +
                                       (nearest.empty() ? "" : ": did you mean '" + nearest + "'?"));
}

bool is_utf8_locale(std::string_view name) {
  name = name.substr(0, name.find('@'));
  std::string charset;
  for (const char c : name.substr(name.find('.') + 1))  // All of it where there is no point.
    if (c != '-') charset += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return charset == "utf8";
}

namespace {

/// By its name: a terminal reached over the network may show UTF-8 without the machine having that very
/// locale.
std::string_view locale_name() {
  for (const char* variable : {"LC_ALL", "LC_CTYPE", "LANG"})  // POSIX: the first that is set and not empty.
    if (const char* value = std::getenv(variable); value && *value) return value;
  return "C";
}

}  // namespace

Style terminal_style(int fd) {
  Style style;
  style.ascii = !is_utf8_locale(locale_name());
  if (!::isatty(fd)) return style;
  const char* no_colour = std::getenv("NO_COLOR");  // https://no-color.org: set and not empty.
  const char* term = std::getenv("TERM");
  style.colour = !(no_colour && *no_colour) && term && std::string_view(term) != "dumb";
  winsize size{};
  constexpr int kUntold = 80;
  style.width = ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUntold;
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

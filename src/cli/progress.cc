#include "cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/clock.h"

namespace assay::cli {
namespace {

/// Often enough to look alive on a terminal, seldom enough not to fill a log file.
constexpr std::int64_t kTerminalPeriodNs = 200'000'000, kPlainPeriodNs = 15'000'000'000;

int terminal_width() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string duration(double seconds) {
  const long whole = std::lround(seconds);
  char text[32];
  if (whole < 60)
    std::snprintf(text, sizeof text, "%ld s", whole);
  else
    std::snprintf(text, sizeof text, "%ld:%02ld min", whole / 60, whole % 60);
  return text;
}

}  // namespace

ProgressLine::ProgressLine() : terminal_(::isatty(STDERR_FILENO)) {}
ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::clear() {
  if (open_) std::fputs("\r\033[K", stderr);
  open_ = false;
}

void ProgressLine::say(std::string_view text) {
  clear();
  std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
}

void ProgressLine::finish(std::string_view step, std::int64_t duration_ns) {
  if (!terminal_) say(std::string(step) + ": done in " + duration(static_cast<double>(duration_ns) * 1e-9));
}

void ProgressLine::update(std::string_view what, std::int64_t done, std::int64_t total) {
  const std::int64_t now = monotonic_ns();
  if (what != what_ || done < first_done_) {
    what_ = what;
    begin_ns_ = now;
    last_ns_ = terminal_ ? 0 : now;
    first_done_ = done;
  }
  if (now - last_ns_ < (terminal_ ? kTerminalPeriodNs : kPlainPeriodNs)) return;
  last_ns_ = now;
  std::string text = what_ + ": " + std::to_string(done);
  if (total > 0) text += "/" + std::to_string(total);
  const double elapsed = static_cast<double>(now - begin_ns_) * 1e-9;
  if (done > first_done_ && elapsed > 0.2) {
    const double rate = static_cast<double>(done - first_done_) / elapsed;
    char number[48];
    std::snprintf(number, sizeof number, ", %.*f/s", rate < 10 ? 2 : 0, rate);
    text += number;
    if (total > done) text += ", " + duration(static_cast<double>(total - done) / rate) + " to go";
  }
  if (!terminal_) return say(text);
  const auto width = static_cast<std::size_t>(std::max(20, terminal_width() - 1));
  if (text.size() > width) text.resize(width);
  std::fprintf(stderr, "\r\033[K%s", text.c_str());
  std::fflush(stderr);
  open_ = true;
}

campaign::Observer observer_on(ProgressLine& line) {
  campaign::Observer observer;
  observer.progress = [&line](std::string_view phase, std::int64_t done, std::int64_t total) {
    line.update(phase, done, total);
  };
  observer.notice = [&line](std::string_view text) { line.say(text); };
  observer.done = [&line](std::string_view step, std::int64_t duration_ns) {
    line.finish(step, duration_ns);
  };
  return observer;
}

}  // namespace assay::cli

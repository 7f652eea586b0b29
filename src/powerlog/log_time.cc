#include "powerlog/log_time.h"

#include <array>
#include <cstdio>
#include <cstdlib>

#include "powerlog/number.h"

namespace assay::powerlog {
namespace {

/// Reads from the front of a text, and says no for good after the first thing that does not fit.
class Taker {
 public:
  explicit Taker(std::string_view text) : text_(text) {}
  bool good() const { return good_; }
  bool done() const { return text_.empty(); }
  std::string_view rest() const { return text_; }
  bool next_is(char c) const { return !text_.empty() && text_.front() == c; }

  bool take(char c) {
    if (!next_is(c)) return good_ = false;
    text_.remove_prefix(1);
    return true;
  }
  /// A number of `fewest` to `most` digits.
  int digits(int fewest, int most) {
    int value = 0, count = 0;
    while (count < most && !text_.empty() && text_.front() >= '0' && text_.front() <= '9') {
      value = value * 10 + (text_.front() - '0');
      text_.remove_prefix(1);
      ++count;
    }
    if (count < fewest) good_ = false;
    return value;
  }
  /// Decimal places of a second, one to nine of them.
  int nanoseconds() {
    const std::size_t before = text_.size();
    int value = digits(1, 9);
    for (std::size_t count = before - text_.size(); count < 9; ++count) value *= 10;
    return value;
  }
  /// "Z", "+02:00", "+0200", "+02", as seconds.
  int zone() {
    if (next_is('Z')) {
      text_.remove_prefix(1);
      return 0;
    }
    const int sign = next_is('-') ? -1 : 1;
    if (!next_is('-') && !next_is('+')) good_ = false;
    if (!good_) return 0;
    text_.remove_prefix(1);
    const int hours = digits(2, 2);
    int minutes = 0;
    if (next_is(':')) {
      text_.remove_prefix(1);
      minutes = digits(2, 2);
    } else if (!text_.empty() && text_.front() >= '0' && text_.front() <= '9') {
      minutes = digits(2, 2);
    }
    if (hours > 14 || minutes > 59) good_ = false;
    return sign * (hours * 3600 + minutes * 60);
  }
  /// Index of the word that the text begins with, in any case of letters.
  template <std::size_t N>
  int word(const std::array<std::string_view, N>& words) {
    for (std::size_t i = 0; i < N; ++i) {
      if (text_.size() < words[i].size()) continue;
      bool same = true;
      for (std::size_t k = 0; k < words[i].size(); ++k) same = same && (text_[k] | 0x20) == words[i][k];
      if (!same) continue;
      text_.remove_prefix(words[i].size());
      return static_cast<int>(i);
    }
    good_ = false;
    return 0;
  }

 private:
  std::string_view text_;
  bool good_ = true;
};

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 2> kHalves = {"am", "pm"};

struct Civil {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, nanosecond = 0;
};

int days_in(int month, int year) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar (the era arithmetic of Hinnant's chrono-dates).
std::int64_t days_from_civil(int year, int month, int day) {
  const int y = month <= 2 ? year - 1 : year;
  const int era = y / 400;
  const int year_of_era = y - era * 400;
  const int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return static_cast<std::int64_t>(era) * 146097 + day_of_era - 719468;
}

std::optional<std::int64_t> nanoseconds_of(const Civil& c) {
  if (c.year < 1970 || c.year > 2096 || c.month < 1 || c.month > 12 || c.day < 1) return std::nullopt;
  if (c.day > days_in(c.month, c.year) || c.hour > 23 || c.minute > 59 || c.second > 59) return std::nullopt;
  const std::int64_t seconds =
      days_from_civil(c.year, c.month, c.day) * 86400 + c.hour * 3600 + c.minute * 60 + c.second;
  const std::int64_t ns = seconds * kSecondNs + c.nanosecond;
  return ns <= kLatestTime ? std::optional(ns) : std::nullopt;
}

}  // namespace

Result<Zone> parse_zone(std::string_view text) {
  const auto bad = [&] {
    return fail(
        Code::kInvalidInput,
        "zone '" + std::string(text) +
            "': UTC or an offset from it was expected, as UTC+02:00; for a place, say the offset that was in "
            "force there during the run");
  };
  std::string_view rest = trim_blanks(text);
  if (rest == "Z") return Zone{};
  const bool prefixed = rest.starts_with("UTC") || rest.starts_with("GMT");
  if (prefixed) rest.remove_prefix(3);
  if (rest.empty() && prefixed) return Zone{};
  if (rest.empty()) return bad();
  const int sign = rest.front() == '-' ? -1 : 1;
  if (rest.front() != '-' && rest.front() != '+') return bad();
  rest.remove_prefix(1);
  Taker taker(rest);
  const int hours = taker.digits(1, 2);
  if (taker.next_is(':')) taker.take(':');
  const int minutes = taker.done() ? 0 : taker.digits(2, 2);
  if (!taker.good() || !taker.done() || hours > 14 || minutes > 59) return bad();
  return Zone{sign * (hours * 3600 + minutes * 60)};
}

std::string to_string(Zone zone) {
  if (zone.offset_s == 0) return "UTC";
  const int minutes = std::abs(zone.offset_s) / 60;
  char text[24];
  std::snprintf(text, sizeof text, "UTC%c%02d:%02d", zone.offset_s < 0 ? '-' : '+', minutes / 60,
                minutes % 60);
  return text;
}

std::optional<Stamp> parse_iso8601(std::string_view text) {
  Taker taker(trim_blanks(text));
  Civil c;
  c.year = taker.digits(4, 4);
  taker.take('-');
  c.month = taker.digits(2, 2);
  taker.take('-');
  c.day = taker.digits(2, 2);
  if (!taker.take(taker.next_is(' ') ? ' ' : 'T')) return std::nullopt;
  c.hour = taker.digits(2, 2);
  taker.take(':');
  c.minute = taker.digits(2, 2);
  taker.take(':');
  c.second = taker.digits(2, 2);
  if (taker.next_is('.') || taker.next_is(',')) {
    taker.take(taker.next_is('.') ? '.' : ',');
    c.nanosecond = taker.nanoseconds();
  }
  const bool has_zone = taker.good() && !taker.done();
  const int offset_s = has_zone ? taker.zone() : 0;
  if (!taker.good() || !taker.done()) return std::nullopt;
  const auto ns = nanoseconds_of(c);
  if (!ns) return std::nullopt;
  return Stamp{*ns - offset_s * kSecondNs, has_zone};
}

Result<StampPattern> StampPattern::create(std::string_view pattern) {
  const auto bad = [&](const std::string& what) {
    return fail(Code::kInvalidInput, "time pattern '" + std::string(pattern) + "': " + what);
  };
  StampPattern made;
  std::string letters;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') {
      made.items_.push_back({0, pattern[i]});
      continue;
    }
    if (++i == pattern.size()) return bad("it ends with a lone %");
    if (pattern[i] == '%') {
      made.items_.push_back({0, '%'});
      continue;
    }
    if (std::string_view("YymbdHIpMSfz").find(pattern[i]) == std::string_view::npos)
      return bad(std::string("%") + pattern[i] +
                 " is not known: %Y %y %m %b %d %H %I %p %M %S %f %z and %% are");
    if (letters.find(pattern[i]) != std::string::npos)
      return bad(std::string("%") + pattern[i] + " stands twice");
    letters += pattern[i];
    made.items_.push_back({pattern[i], 0});
  }
  const auto has = [&](std::string_view any) { return letters.find_first_of(any) != std::string::npos; };
  if (!has("Yy") || !has("mb") || !has("d") || !has("HI"))
    return bad(
        "a year (%Y), month (%m or %b), day (%d) and hour (%H, or %I with %p) were expected: without them "
        "nothing can be told from a stamp about when it was");
  if (has("I") != has("p")) return bad("%I (1 to 12) and %p (AM or PM) go together");
  return made;
}

bool StampPattern::has_zone() const {
  for (const Item& item : items_)
    if (item.letter == 'z') return true;
  return false;
}

std::optional<Stamp> StampPattern::take(std::string_view& text) const {
  Taker taker(text);
  Civil c;
  int offset_s = 0;
  bool twelve = false, afternoon = false;
  for (const Item& item : items_) {
    switch (item.letter) {
      case 0:
        taker.take(item.literal);
        break;
      case 'Y':
        c.year = taker.digits(4, 4);
        break;
      case 'y':
        c.year = 2000 + taker.digits(2, 2);
        break;
      case 'm':
        c.month = taker.digits(1, 2);
        break;
      case 'b':
        c.month = taker.word(kMonths) + 1;
        break;
      case 'd':
        c.day = taker.digits(1, 2);
        break;
      case 'H':
        c.hour = taker.digits(1, 2);
        break;
      case 'I':
        c.hour = taker.digits(1, 2);
        twelve = true;
        break;
      case 'p':
        afternoon = taker.word(kHalves) == 1;
        break;
      case 'M':
        c.minute = taker.digits(1, 2);
        break;
      case 'S':
        c.second = taker.digits(1, 2);
        break;
      case 'f':
        c.nanosecond = taker.nanoseconds();
        break;
      default:
        offset_s = taker.zone();
    }
    if (!taker.good()) return std::nullopt;
  }
  if (twelve) {
    if (c.hour < 1 || c.hour > 12) return std::nullopt;
    c.hour = c.hour % 12 + (afternoon ? 12 : 0);
  }
  const auto ns = nanoseconds_of(c);
  if (!ns) return std::nullopt;
  text = taker.rest();
  return Stamp{*ns - offset_s * kSecondNs, has_zone()};
}

std::optional<Stamp> StampPattern::parse(std::string_view text) const {
  text = trim_blanks(text);
  const auto stamp = take(text);
  return text.empty() ? stamp : std::nullopt;
}

}  // namespace assay::powerlog

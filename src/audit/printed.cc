#include "audit/printed.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "audit/words.h"
#include "base/text.h"

namespace assay::audit {
namespace {

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

/// The digits of one number, as they stand, and what follows them.
struct Token {
  bool negative = false;
  std::string body;  ///< Digits, points, commas; blanks and apostrophes between thousands removed.
  int exponent = 0;
  std::string_view rest;
};

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t n = 0;
  while (at + n < text.size() && is_digit(text[at + n])) ++n;
  return n;
}

/// A blank or an apostrophe between digits groups thousands only where three digits follow.
bool groups(std::string_view text, std::size_t at) {
  return (text[at] == ' ' || text[at] == '\'') && digits_at(text, at + 1) == 3;
}

std::optional<Token> take_number(std::string_view text) {
  Token token;
  std::size_t at = 0;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    token.negative = text[0] == '-';
    at = 1;
  }
  bool fraction = false;
  if (at >= text.size() ||
      !(is_digit(text[at]) || ((text[at] == '.' || text[at] == ',') && digits_at(text, at + 1) > 0)))
    return std::nullopt;
  std::size_t run = 0;  // Digits since the last mark: a group of thousands follows one to three.
  for (; at < text.size(); ++at) {
    if (is_digit(text[at])) {
      token.body += text[at];
      ++run;
    } else if ((text[at] == '.' || text[at] == ',') && digits_at(text, at + 1) > 0) {
      token.body += text[at];
      fraction = true;
      run = 0;
    } else if (!fraction && run >= 1 && run <= 3 && groups(text, at)) {
      run = 0;
    } else {
      break;
    }
  }
  if (at + 1 < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    const std::size_t sign = text[at + 1] == '-' || text[at + 1] == '+' ? 1 : 0;
    const std::size_t n = digits_at(text, at + 1 + sign);
    if (n > 0 && n <= 2) {
      std::from_chars(text.data() + at + 1 + sign, text.data() + at + 1 + sign + n, token.exponent);
      if (text[at + 1] == '-') token.exponent = -token.exponent;
      at += 1 + sign + n;
    }
  }
  token.rest = trim(text.substr(at));
  return token;
}

enum class Meaning { kPlain, kPoint, kComma, kPointOrThousands, kCommaOrThousands, kWrong };

/// What the marks of a body mean by themselves.
Meaning meaning_of(std::string_view body) {
  const auto points = std::ranges::count(body, '.'), commas = std::ranges::count(body, ',');
  if (points + commas == 0) return Meaning::kPlain;
  const auto grouped = [&](char mark, std::string_view whole) {  // Three digits behind each mark.
    for (std::size_t at = whole.find(mark); at != std::string_view::npos; at = whole.find(mark, at + 1))
      if (digits_at(whole, at + 1) != 3) return false;
    const std::size_t first = digits_at(whole, 0);
    return first >= 1 && first <= 3;
  };
  if (points > 0 && commas > 0) {
    const char decimal = body.rfind('.') > body.rfind(',') ? '.' : ',';
    const char thousands = decimal == '.' ? ',' : '.';
    const std::string_view whole = body.substr(0, body.find(decimal));
    if ((decimal == '.' ? points : commas) != 1 || !grouped(thousands, whole)) return Meaning::kWrong;
    return decimal == '.' ? Meaning::kPoint : Meaning::kComma;
  }
  const char mark = points > 0 ? '.' : ',';
  if (points + commas > 1) return grouped(mark, body) ? Meaning::kPlain : Meaning::kWrong;
  const bool could_group = grouped(mark, body) && body[0] != '0';
  if (mark == '.') return could_group ? Meaning::kPointOrThousands : Meaning::kPoint;
  return could_group ? Meaning::kCommaOrThousands : Meaning::kComma;
}

Printed number_of(const Token& token, char decimal) {
  std::string digits;
  int places = 0;
  bool fraction = false;
  for (const char c : token.body) {
    if (is_digit(c)) {
      digits += c;
      if (fraction) ++places;
    } else if (c == decimal) {
      fraction = true;
    }
  }
  Printed number;
  const std::string text = digits + "e" + std::to_string(token.exponent - places);
  std::from_chars(text.data(), text.data() + text.size(), number.value);
  if (token.negative) number.value = -number.value;
  number.step = std::pow(10.0, token.exponent - places);
  const auto first = digits.find_first_not_of('0');
  if (!fraction && token.exponent == 0 && first != std::string::npos) {
    constexpr std::size_t kFewest = 3;
    const std::size_t zeros = digits.size() - 1 - digits.find_last_not_of('0');
    const std::size_t spare = digits.size() - std::min(first + kFewest, digits.size());
    number.tens = zeros > 0;
    if (zeros > 0 && spare > 0) number.coarse = std::pow(10.0, std::min(zeros, spare));
  }
  if (first != std::string::npos)
    number.significant = static_cast<int>(digits.find_last_not_of('0') - first) + 1;
  return number;
}

std::string without_parentheses(std::string_view text) {
  std::string out;
  int depth = 0;
  for (const char c : text) {
    if (c == '(') ++depth;
    if (depth == 0) out += c;
    if (c == ')' && depth > 0) --depth;
  }
  return std::string(trim(out));
}

bool says_nothing(std::string_view cell) {
  const std::string text = lower(cell);
  if (text.find_first_not_of("-. ") == std::string::npos) return true;
  return text == "n/a" || text == "na" || text == "nan" || text == "none" || text == "n.a." || text == "null";
}

/// The decimal mark of a body, given what the rest of the table shows; 0: it cannot be told.
char decimal_mark(Meaning meaning, Marks table) {
  if (meaning == Meaning::kComma) return ',';
  if (meaning == Meaning::kPointOrThousands) return table.comma && !table.point ? ',' : '.';
  if (meaning == Meaning::kCommaOrThousands)
    return table.comma == table.point ? '\0' : table.comma ? ',' : '.';
  return '.';
}

}  // namespace

Interval Printed::rounded() const {
  const double half = step / 2 + spread.value_or(0);
  return {value - half, value + half};
}

Interval Printed::further() const {
  Interval wide = rounded();
  // Cutting digits off makes a number smaller in size, never larger.
  (value < 0 ? wide.lo : wide.hi) += value < 0 ? -step / 2 : step / 2;
  return {std::min(wide.lo, value - coarse / 2), std::max(wide.hi, value + coarse / 2)};
}

Interval Printed::cut() const {
  const Interval wide = further();
  constexpr double kHalfOfTen = 5;
  return tens ? Interval{std::min(wide.lo, value - kHalfOfTen), std::max(wide.hi, value + kHalfOfTen)} : wide;
}

Marks marks_of(std::string_view cell) {
  const auto token = take_number(cell);
  if (!token) return {};
  const Meaning meaning = meaning_of(token->body);
  // "1,234,567" shows that commas group, which is as much as that points are decimal.
  const bool several = meaning == Meaning::kPlain && token->body.find_first_of(".,") != std::string::npos;
  const bool grouping_commas = several && token->body.find(',') != std::string::npos;
  return {meaning == Meaning::kComma || (several && !grouping_commas),
          meaning == Meaning::kPoint || grouping_commas};
}

CellNumber read_cell(std::string_view cell, Marks table) {
  CellNumber read;
  cell = trim(cell);
  if (says_nothing(cell)) return {Reading::kNothing, {}, {}};
  if (cell.front() == '~' || cell.front() == '<' || cell.front() == '>') {
    read.reading = take_number(trim(cell.substr(1))) ? Reading::kInexact : Reading::kText;
    return read;
  }
  const auto token = take_number(cell);
  if (!token) return read;
  const Meaning meaning = meaning_of(token->body);
  if (meaning == Meaning::kWrong) return read;
  const char decimal = decimal_mark(meaning, table);
  if (decimal == '\0') return {Reading::kAmbiguous, {}, {}};
  // Several marks of one kind group thousands, whichever kind it is.
  const bool grouped_only = meaning == Meaning::kPlain;
  read.number = number_of(*token, grouped_only ? '\0' : decimal);
  if (!std::isfinite(read.number.value) || !std::isfinite(read.number.step) || read.number.step <= 0)
    return read;
  read.number.text = std::string(trim(cell.substr(0, cell.size() - token->rest.size())));
  std::string_view rest = token->rest;
  for (const std::string_view sign : {"+-", "+/-"}) {
    if (!rest.starts_with(sign)) continue;
    const auto spread = take_number(trim(rest.substr(sign.size())));
    if (!spread || meaning_of(spread->body) == Meaning::kWrong) return read;
    read.number.spread =
        std::abs(number_of(*spread, spread->body.find(',') != std::string::npos ? ',' : '.').value);
    rest = spread->rest;
    break;
  }
  read.unit = without_parentheses(rest);
  const bool another = std::ranges::any_of(read.unit, is_digit) && read.unit.find("m2") == std::string::npos;
  read.reading = another ? Reading::kSeveral : Reading::kNumber;
  return read;
}

}  // namespace assay::audit

#include "audit/words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/text.h"
#include "base/utf8.h"

namespace assay::audit {
namespace {

/// Bytes of other alphabets' characters among them: "FPS (größte)" is not three words of which one is FPS.
bool is_letter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || std::isalpha(byte) != 0;
}
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

constexpr auto kAlike = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"\u00a0", " "},      {"\u2009", " "},      {"\u202f", " "}, {"\u2007", " "}, {"\u2212", "-"},
    {"\u2010", "-"},      {"\u2011", "-"},      {"\u2012", "-"}, {"\u2013", "-"}, {"\u2014", "-"},
    {"\u00b1", "+-"},     {"\u00b9", ""},       {"\u00b5", "u"}, {"\u03bc", "u"}, {"\u00b7", " "},
    {"\u00d7", "x"},      {"\u2020", ""},       {"\u2021", ""},  {"\u2019", "'"}, {"\u2248", "~"},
    {"\u2264", "<"},      {"\u2265", ">"},      {"\u2022", ""},  {"\u0410", "A"}, {"\u0412", "B"},
    {"\u0415", "E"},      {"\u041a", "K"},      {"\u041c", "M"}, {"\u041d", "H"}, {"\u041e", "O"},
    {"\u0420", "P"},      {"\u0421", "C"},      {"\u0422", "T"}, {"\u0430", "a"}, {"\u0435", "e"},
    {"\u043e", "o"},      {"\u0440", "p"},      {"\u0441", "c"}, {"\u0445", "x"}, {"\u0443", "y"},
    {"\u00ae", ""},       {"\u2122", ""},       {"\u2191", ""},  {"\u2193", ""},  {"\u0394", "delta "},
    {"\u2206", "delta "}, {"\u03c3", "sigma "},
});

/// HTML that Markdown tables hold: a line break is a blank, a footnote's mark goes with what is in it, any
/// other tag is nothing.
std::string_view skip_tag(std::string_view rest, std::string& out) {
  const auto end = rest.find('>');
  if (rest.size() < 2 || !(is_letter(rest[1]) || rest[1] == '/') || end == std::string_view::npos) return {};
  if (lower(rest.substr(0, end + 1)) == "<sup>") {
    constexpr std::size_t kLongest = 40;
    constexpr std::string_view kClose = "</sup>";
    const auto close = lower(rest.substr(end + 1, kLongest)).find(kClose);
    const std::string_view mark = rest.substr(end + 1, close);
    // "mm<sup>2</sup>" is a unit.
    const bool unit = !out.empty() && is_letter(out.back()) && (mark == "2" || mark == "3");
    if (close != std::string::npos && !unit) return rest.substr(0, end + 1 + close + kClose.size());
  }
  if (lower(rest.substr(0, 3)) == "<br") out += ' ';
  return rest.substr(0, end + 1);
}

}  // namespace

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string plain(std::string_view raw) {
  const std::string line = one_line(raw);
  std::string_view text = line;
  std::string out;
  while (!text.empty()) {
    const auto alike =
        std::ranges::find_if(kAlike, [&](const auto& pair) { return text.starts_with(pair.first); });
    if (alike != kAlike.end()) {
      out += alike->second;
      text.remove_prefix(alike->first.size());
      continue;
    }
    // "mm2" is a unit; behind a number or a bracket it marks a footnote.
    if (text.starts_with("\u00b2") || text.starts_with("\u00b3")) {
      if (!out.empty() && is_letter(out.back())) out += text.starts_with("\u00b2") ? '2' : '3';
      text.remove_prefix(2);
      continue;
    }
    if (text.front() == '<') {
      if (const std::string_view tag = skip_tag(text, out); !tag.empty()) {
        text.remove_prefix(tag.size());
        continue;
      }
    }
    if (text.front() != '*' && text.front() != '`') out += text.front();
    text.remove_prefix(1);
  }
  return std::string(trim(out));
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  char last = ' ';
  for (const char c : text) {
    const bool letter = is_letter(c), digit = is_digit(c);
    if (letter || digit) {
      if (!(letter && is_letter(last)) && !(digit && is_digit(last))) words.emplace_back();
      words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    last = c;
  }
  return words;
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kEnough = 40;
  std::size_t length = 0;
  while (length < text.size() && length < kEnough) length += decode_utf8(text.substr(length)).length;
  return "'" + std::string(text.substr(0, length)) + (length < text.size() ? "...'" : "'");
}

bool has_phrase(const std::vector<std::string>& words, std::string_view phrase) {
  const std::vector<std::string> wanted = split(phrase, ' ');
  return !std::ranges::search(words, wanted).empty();
}

}  // namespace assay::audit

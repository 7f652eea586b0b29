#include "report/html_text.h"

#include <algorithm>
#include <cstdint>

namespace assay::report {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

/// Bytes of the UTF-8 sequence at the front of `text`; 0 where there is none (Unicode 15, table 3-7).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<std::uint8_t>(text[i]) : std::uint8_t{0};
  };
  const auto within = [&](std::size_t i, int lo, int hi) { return byte(i) >= lo && byte(i) <= hi; };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return within(1, 0x80, 0xBF) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    // No overlong forms, no surrogates.
    const bool second = within(1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF);
    return second && within(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool second = within(1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF);
    return second && within(2, 0x80, 0xBF) && within(3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

/// Elements within a line; a line ends after any other.
bool is_inline(std::string_view tag) {
  constexpr std::string_view kInline[] = {"a", "abbr", "code", "rect", "s", "span", "strong", "sup"};
  return std::ranges::find(kInline, tag) != std::end(kInline);
}

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const char c = text.front();
    const auto byte = static_cast<std::uint8_t>(c);
    if (length == 0 || (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F)
      out += kReplacement;
    else if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\'')
      out += "&#39;";
    else
      out += text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return out;
}

void HtmlWriter::open(std::string_view tag, Attributes attributes) {
  out_ += '<';
  out_ += tag;
  for (const Attribute& attribute : attributes) {
    out_ += ' ';
    out_ += attribute.name;
    out_ += "=\"" + html_escaped(attribute.value) + "\"";
  }
  out_ += '>';
}

void HtmlWriter::close() {
  const std::string_view tag = opened_.back();
  opened_.pop_back();
  out_ += "</";
  out_ += tag;
  out_ += is_inline(tag) ? ">" : ">\n";
}

HtmlWriter::Element HtmlWriter::in(std::string_view tag, Attributes attributes) {
  open(tag, attributes);
  opened_.push_back(tag);
  return Element(*this);
}

HtmlWriter& HtmlWriter::text(std::string_view text) {
  out_ += html_escaped(text);
  return *this;
}

HtmlWriter& HtmlWriter::leaf(std::string_view tag, std::string_view words, Attributes attributes) {
  const Element element = in(tag, attributes);
  return text(words);
}

HtmlWriter& HtmlWriter::lone(std::string_view tag, Attributes attributes) {
  open(tag, attributes);
  return *this;
}

}  // namespace assay::report

#include "report/html_text.h"

#include <algorithm>

#include "base/utf8.h"

namespace assay::report {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

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
    const Decoded next = decode_utf8(text);
    const char c = text.front();
    if (!next.valid || (next.point < 0x20 && c != '\t' && c != '\n' && c != '\r') || next.point == 0x7F)
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
      out += text.substr(0, next.length);
    text.remove_prefix(next.length);
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

// HTML made of tags that this program names and of text that may be anything: nothing else puts data into
// markup, so that no label, log line or path can become a tag, an attribute or a script.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace assay::report {

/// For text and for attribute values in double quotes: & < > " ' as references; what is no UTF-8, and
/// control characters save tab and line breaks, as U+FFFD.
std::string html_escaped(std::string_view text);

/// Names are written in this program; values are escaped. Neither `style` nor `on...` is ever used: the
/// page's content security policy forbids both.
struct Attribute {
  std::string_view name;
  std::string value;
};
using Attributes = std::initializer_list<Attribute>;

class HtmlWriter {
 public:
  /// Closes its element when it goes.
  class [[nodiscard]] Element {
   public:
    explicit Element(HtmlWriter& writer) : writer_(&writer) {}
    Element(Element&& other) noexcept : writer_(std::exchange(other.writer_, nullptr)) {}
    Element& operator=(Element&&) = delete;
    ~Element() {
      if (writer_) writer_->close();
    }

   private:
    HtmlWriter* writer_;
  };

  Element in(std::string_view tag, Attributes attributes = {});
  HtmlWriter& text(std::string_view text);
  /// An element with nothing but text in it.
  HtmlWriter& leaf(std::string_view tag, std::string_view text, Attributes attributes = {});
  /// One that has no end tag: img, meta.
  HtmlWriter& lone(std::string_view tag, Attributes attributes);
  std::string take() { return std::move(out_); }

 private:
  void open(std::string_view tag, Attributes attributes);
  void close();
  std::string out_;
  std::vector<std::string_view> opened_;
};

}  // namespace assay::report

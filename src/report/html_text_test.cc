#include "report/html_text.h"

#include <gtest/gtest.h>

namespace assay::report {
namespace {

TEST(HtmlEscaped, WhatHasAMeaningIsTakenFromIt) {
  EXPECT_EQ(html_escaped("<script>alert('x' + \"y\") & 1</script>"),
            "&lt;script&gt;alert(&#39;x&#39; + &quot;y&quot;) &amp; 1&lt;/script&gt;");
  EXPECT_EQ(html_escaped("&amp;"), "&amp;amp;");
  EXPECT_EQ(html_escaped(""), "");
}

TEST(HtmlEscaped, TextOfAnyLanguageStays) {
  EXPECT_EQ(html_escaped("±0.4 シミュ 😀 \tx\ny"), "±0.4 シミュ 😀 \tx\ny");
}

TEST(HtmlEscaped, WhatIsNoTextIsReplaced) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(html_escaped(std::string("a\0b", 3)), "a" + bad + "b");
  EXPECT_EQ(html_escaped("\x1b[31mred\x7f"), bad + "[31mred" + bad);
  EXPECT_EQ(html_escaped("\xff\xfe"), bad + bad);
  EXPECT_EQ(html_escaped("\xC0\xBC"), bad + bad) << "an overlong '<'";
  EXPECT_EQ(html_escaped("\xE0\x80\xBC"), bad + bad + bad) << "another";
  EXPECT_EQ(html_escaped("\xED\xA0\x80"), bad + bad + bad) << "a surrogate";
  EXPECT_EQ(html_escaped("\xF4\x90\x80\x80"), bad + bad + bad + bad) << "beyond Unicode";
  EXPECT_EQ(html_escaped("x\xE2\x82"), "x" + bad + bad) << "cut short, and nothing is read past the end";
  EXPECT_EQ(html_escaped("\xC3<"), bad + "&lt;") << "a lead byte takes no markup along";
}

TEST(HtmlWriter, ElementsCloseInOrder) {
  HtmlWriter html;
  {
    const auto section = html.in("section", {{"id", "a\"b"}});
    html.leaf("p", "1 < 2", {{"class", "x"}});
    const auto line = html.in("p");
    html.text("a ").leaf("a", "b & c", {{"href", "#d"}}).text(".");
    html.lone("img", {{"src", "data:,"}, {"alt", "\"><script>"}});
  }
  EXPECT_EQ(html.take(),
            "<section id=\"a&quot;b\"><p class=\"x\">1 &lt; 2</p>\n<p>a <a href=\"#d\">b &amp; c</a>."
            "<img src=\"data:,\" alt=\"&quot;&gt;&lt;script&gt;\"></p>\n</section>\n");
}

}  // namespace
}  // namespace assay::report

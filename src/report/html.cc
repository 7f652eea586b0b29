#include "report/html.h"

#include <array>
#include <utility>

#include "report/html_parts.h"
#include "report/page_data.h"

namespace assay::report {
namespace {

std::string title_of(const Page& page) {
  std::string names;
  for (const PageDirectory& directory : page.directories)
    names += (names.empty() ? "" : ", ") + directory.results.name;
  return names + " - assay";
}

void add_contents(HtmlWriter& html, const Page& page) {
  const auto nav = html.in("nav", {{"class", "contents"}, {"aria-label", "Contents"}});
  const auto list = html.in("ul");
  const auto entry = [&](const std::string& id, const std::string& words) {
    const auto item = html.in("li");
    html.leaf("a", words, {{"href", "#" + id}});
  };
  for (std::size_t d = 0; d < page.directories.size(); ++d) {
    const std::string& name = page.directories[d].results.name;
    entry(directory_id(d), "Results of " + name);
    entry(directory_id(d) + "-rows", "Rows of " + name);
  }
  entry("across", "Rows beside each other");
  for (std::size_t d = 0; d < page.directories.size(); ++d)
    entry(directory_id(d) + "-conditions", "How " + page.directories[d].results.name + " was measured");
  entry("definitions", "What the figures mean");
}

void add_across(HtmlWriter& html) {
  const auto section = html.in("section", {{"id", "across"}, {"aria-labelledby", "across-title"}});
  html.leaf("h2", "Rows beside each other", {{"id", "across-title"}});
  html.leaf("p",
            "Rows of every directory on this page. A row that is invalid or simulated is drawn as such; one "
            "whose power was taken at another boundary is not ranked against the others.");
  const auto plots = html.in("div", {{"class", "plots"}});
  add_plot(html, "gops-power", "Performance over power: GOPS over W, with lines of equal GOPS/W.");
  add_plot(html, "latency-energy", "Energy of an inference over its latency, with the Pareto front.");
  add_plot(html, "efficiency", "Efficiency: FPS/W of each row with its 95 % interval.");
  add_plot(html, "accuracy-efficiency", "Accuracy over efficiency: mIoU over FPS/W.");
  add_plot(html, "roofline",
           "Roofline: performance over operations per byte, under peaks and memory bandwidth.");
}

void add_definitions(HtmlWriter& html) {
  const auto section = html.in("section", {{"id", "definitions"}, {"aria-labelledby", "definitions-title"}});
  html.leaf("h2", "What the figures mean", {{"id", "definitions-title"}});
  html.leaf("p",
            "An interval is the 95 % interval of what the definition names. ok: nothing speaks against it. "
            "warn: believe it with the finding in mind. invalid: not to be believed, struck wherever it "
            "stands. unmeasured: there is no number, and the reason is told.");
  const auto list = html.in("dl", {{"class", "definitions"}});
  for (const record::MetricInfo& metric : record::metrics()) {
    const std::string name(metric.name);
    html.leaf("dt", name + " (" + std::string(metric.unit) + ")", {{"id", definition_id(name)}});
    html.leaf("dd", std::string(metric.definition) + ". Source: " + std::string(metric.source) + ".");
  }
}

}  // namespace

std::string page_body(const Page& page) {
  HtmlWriter html;
  html.leaf("a", "Skip to the results", {{"class", "skip"}, {"href", "#content"}});
  {
    const auto head = html.in("header", {{"class", "page-head"}});
    html.leaf("h1", title_of(page));
  }
  add_contents(html, page);
  {
    const auto main = html.in("main", {{"id", "content"}});
    if (page.directories.empty()) html.leaf("p", "No run directory was given: there is nothing to show.");
    for (std::size_t d = 0; d < page.directories.size(); ++d) add_summary(html, page.directories[d], d);
    add_across(html);
    for (std::size_t d = 0; d < page.directories.size(); ++d) add_rows(html, page.directories[d], d);
    for (std::size_t d = 0; d < page.directories.size(); ++d) {
      add_samples(html, page.directories[d], d);
      add_conditions(html, page.directories[d], d);
    }
    add_definitions(html);
  }
  {
    const auto foot = html.in("footer");
    html.leaf("p",
              "Made by `assay report`. The page holds all that it shows: it asks no network for anything.");
  }
  return html.take();
}

Result<std::string> filled_template(std::string_view page_template, std::string_view title, std::string body,
                                    std::string data) {
  struct Part {
    std::string_view marker;
    std::string content;
  };
  const std::array<Part, 3> parts{{{"<!--assay:title-->", html_escaped(title)},
                                   {"<!--assay:body-->", std::move(body)},
                                   {"<!--assay:data-->", std::move(data)}}};
  std::size_t size = page_template.size();
  for (const Part& part : parts) {
    const std::size_t at = page_template.find(part.marker);
    if (at == std::string_view::npos || page_template.find(part.marker, at + 1) != std::string_view::npos)
      return fail(Code::kInternal,
                  "the page's template has to hold " + std::string(part.marker) + " exactly once");
    size += part.content.size();
  }
  std::string out;
  out.reserve(size);
  // Forward only: what was put in is not searched.
  while (!page_template.empty()) {
    const Part* next = nullptr;
    std::size_t at = page_template.size();
    for (const Part& part : parts)
      if (const std::size_t found = page_template.find(part.marker); found < at) {
        at = found;
        next = &part;
      }
    out += page_template.substr(0, at);
    if (next) out += next->content;
    page_template.remove_prefix(next ? at + next->marker.size() : at);
  }
  return out;
}

Result<std::string> render_html(const Page& page, std::string_view page_template) {
  ASSAY_TRY(std::string data, page_data(page));
  return filled_template(page_template, title_of(page), page_body(page), std::move(data));
}

}  // namespace assay::report

// Validation images beside their labels and what each row made of them.
#include <cstdio>

#include "report/html_parts.h"

namespace assay::report {
namespace {

void add_picture(HtmlWriter& html, const PagePicture& picture, const std::string& caption) {
  const auto figure = html.in("figure", {{"class", "picture"}});
  html.lone("img", {{"src", "data:" + picture.media + ";base64," + picture.base64},
                    {"alt", picture.words},
                    {"width", std::to_string(picture.width)},
                    {"height", std::to_string(picture.height)}});
  html.leaf("figcaption", caption);
}

std::string hex(const std::array<std::uint8_t, 3>& colour) {
  char text[8];
  std::snprintf(text, sizeof text, "#%02x%02x%02x", colour[0], colour[1], colour[2]);
  return text;
}

void add_legend(HtmlWriter& html, const std::vector<PageClass>& classes) {
  const auto list = html.in("ul", {{"class", "legend"}, {"aria-label", "Colours of the classes"}});
  for (const PageClass& one : classes) {
    const auto item = html.in("li");
    {
      const auto swatch = html.in("svg", {{"class", "swatch"},
                                          {"viewBox", "0 0 16 16"},
                                          {"width", "16"},
                                          {"height", "16"},
                                          {"aria-hidden", "true"}});
      const auto rect = html.in("rect", {{"width", "16"}, {"height", "16"}, {"fill", hex(one.colour)}});
    }
    html.leaf("span", one.name);
  }
}

}  // namespace

void add_samples(HtmlWriter& html, const PageDirectory& directory, std::size_t index) {
  if (directory.samples.empty() && directory.sample_notes.empty()) return;
  const std::string id = directory_id(index) + "-samples";
  const auto section =
      html.in("section", {{"class", "samples"}, {"id", id}, {"aria-labelledby", id + "-title"}});
  html.leaf("h2", "Sample predictions of " + directory.results.name, {{"id", id + "-title"}});
  for (const std::string& note : directory.sample_notes) html.leaf("p", note, {{"class", "remark"}});
  if (directory.samples.empty()) return;
  const Summary summary = summarise(directory.results);
  if (!directory.classes.empty()) add_legend(html, directory.classes);
  for (const PageSample& sample : directory.samples) {
    const auto figure = html.in("figure", {{"class", "sample"}});
    html.leaf("figcaption", sample.id);
    const auto pictures = html.in("div", {{"class", "pictures"}});
    add_picture(html, sample.image, "image");
    if (sample.label) add_picture(html, *sample.label, "label");
    for (const PagePrediction& prediction : sample.predictions) {
      const bool simulated = directory.results.rows[prediction.row].simulated;
      add_picture(html, prediction.picture,
                  row_name(directory, summary, prediction.row) +
                      (prediction.said.empty() ? "" : ": " + prediction.said) +
                      (simulated ? " (simulated)" : ""));
    }
  }
}

}  // namespace assay::report

// Reads a page as strictly as a test can: every tag closed in order, ids unique, links to ids that are there,
// nothing that the page's content security policy forbids, nothing from outside.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace assay::report {

/// What is wrong with a piece of HTML made of plain tags; empty: nothing.
inline std::vector<std::string> faults_of(std::string_view html) {
  std::vector<std::string> faults, open, links;
  std::set<std::string> ids;
  const auto bad = [&](const std::string& what) { faults.push_back(what); };
  for (std::size_t at = html.find('<'); at != std::string_view::npos; at = html.find('<', at)) {
    std::size_t end = at + 1;
    bool quoted = false;
    while (end < html.size() && (quoted || html[end] != '>')) {
      quoted ^= html[end] == '"';
      ++end;
    }
    if (end >= html.size()) {
      bad("a tag without end: " + std::string(html.substr(at, 60)));
      break;
    }
    std::string_view tag = html.substr(at + 1, end - at - 1);
    at = end + 1;
    if (tag.starts_with("/")) {
      if (open.empty() || open.back() != tag.substr(1))
        bad("</" + std::string(tag.substr(1)) + "> closes " + (open.empty() ? "nothing" : open.back()));
      if (!open.empty()) open.pop_back();
      continue;
    }
    const std::size_t name_end = std::min(tag.find(' '), tag.size());
    const std::string name(tag.substr(0, name_end));
    if (name.empty() || name.find_first_not_of("abcdefghijklmnopqrstuvwxyz123456") != std::string::npos)
      bad("<" + name + "> is no tag of ours");
    if (name == "script" || name == "style" || name == "iframe" || name == "link" || name == "object")
      bad("<" + name + "> has no place in the body");
    if (name != "img") open.push_back(name);
    for (std::string_view rest = tag.substr(name_end); !rest.empty();) {
      rest.remove_prefix(1);
      const std::size_t equals = rest.find("=\"");
      const std::size_t close = equals == rest.npos ? rest.npos : rest.find('"', equals + 2);
      if (close == rest.npos) {
        bad("an attribute that is not name=\"value\" in <" + std::string(tag.substr(0, 80)) + ">");
        break;
      }
      const std::string key(rest.substr(0, equals)), value(rest.substr(equals + 2, close - equals - 2));
      rest.remove_prefix(close + 1);
      if (key == "style" || key.starts_with("on")) bad("the attribute " + key);
      if (value.find('<') != std::string::npos) bad("'<' in the attribute " + key);
      if (key == "id" && !ids.insert(value).second) bad("the id " + value + " twice");
      if (key == "href")
        value.starts_with("#") ? links.push_back(value.substr(1)) : bad("a link to " + value);
      if (key == "src" && !value.starts_with("data:image/")) bad("something from outside: " + value);
      if (key == "aria-labelledby") links.push_back(value);
    }
  }
  for (const std::string& tag : open) bad("<" + tag + "> is never closed");
  for (const std::string& link : links)
    if (!ids.contains(link)) bad("nothing has the id " + link);
  return faults;
}

}  // namespace assay::report

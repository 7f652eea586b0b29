#include "simulate/command.h"

#include <cctype>

namespace assay::simulate {
namespace {

std::string_view strip(std::string_view text) {
  const auto space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

struct Node {
  std::string long_form, short_form;
  bool optional = false, numbered = false;
};

/// "[INPut]:VOLTage" and "NUMeric[:NORMal]:ITEM#" both put one node into a pair of brackets.
std::vector<Node> parse_pattern(std::string_view pattern) {
  std::vector<Node> nodes;
  bool optional = false;
  std::string word;
  const auto finish = [&] {
    if (word.empty()) return;
    Node node;
    node.optional = optional;
    if (word.back() == '#') {
      node.numbered = true;
      word.pop_back();
    }
    node.long_form = capitals(word);
    for (const char c : word)
      if (!std::islower(static_cast<unsigned char>(c))) node.short_form += c;
    nodes.push_back(node);
    word.clear();
  };
  for (const char c : pattern) {
    if (c == '[') {
      finish();
      optional = true;
    } else if (c == ']') {
      finish();
      optional = false;
    } else if (c == ':') {
      finish();
    } else {
      word += c;
    }
  }
  finish();
  return nodes;
}

std::vector<std::string> nodes_of(std::string_view header) {
  std::vector<std::string> nodes(1);
  for (const char c : header) {
    if (c == ':')
      nodes.emplace_back();
    else
      nodes.back() += c;
  }
  return nodes;
}

std::optional<int> match_node(const Node& node, std::string word) {
  int number = 1;
  if (node.numbered) {
    std::size_t end = word.size();
    while (end > 0 && std::isdigit(static_cast<unsigned char>(word[end - 1]))) --end;
    if (word.size() - end > 4) return std::nullopt;
    if (end < word.size()) number = std::stoi(word.substr(end));
    word.resize(end);
  }
  if (word != node.long_form && word != node.short_form) return std::nullopt;
  return number;
}

std::optional<int> match_from(const std::vector<Node>& pattern, std::size_t i,
                              const std::vector<std::string>& header, std::size_t j, int number) {
  if (i == pattern.size()) return j == header.size() ? std::optional(number) : std::nullopt;
  if (j < header.size()) {
    if (const auto found = match_node(pattern[i], header[j])) {
      const int told = pattern[i].numbered ? *found : number;
      if (const auto rest = match_from(pattern, i + 1, header, j + 1, told)) return rest;
    }
  }
  return pattern[i].optional ? match_from(pattern, i + 1, header, j, number) : std::nullopt;
}

}  // namespace

std::string capitals(std::string_view text) {
  std::string result;
  for (const char c : text) result += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

std::vector<Command> parse_message(std::string_view message) {
  std::vector<Command> commands;
  std::string folder;
  while (!message.empty()) {
    const auto end = message.find(';');
    const std::string_view unit = strip(message.substr(0, end));
    message.remove_prefix(end == std::string_view::npos ? message.size() : end + 1);
    if (unit.empty()) continue;
    const auto space = unit.find(' ');
    std::string header = capitals(unit.substr(0, space));
    Command command;
    if (header.back() == '?') {
      command.query = true;
      header.pop_back();
    }
    if (space != std::string_view::npos) command.data = strip(unit.substr(space + 1));
    if (!header.empty() && header[0] == ':')
      header.erase(0, 1);
    else if (!header.empty() && header[0] != '*')
      header = folder + header;
    if (!header.empty() && header[0] != '*') {
      const auto colon = header.rfind(':');
      folder = colon == std::string::npos ? "" : header.substr(0, colon + 1);
    }
    command.header = header;
    commands.push_back(command);
  }
  return commands;
}

std::optional<int> match_header(std::string_view pattern, std::string_view header) {
  return match_from(parse_pattern(pattern), 0, nodes_of(header), 0, 1);
}

std::string response_header(std::string_view pattern, int number, bool verbose) {
  std::string header;
  for (const Node& node : parse_pattern(pattern)) {
    header += ":" + (verbose ? node.long_form : node.short_form);
    if (node.numbered) header += std::to_string(number);
  }
  return header;
}

}  // namespace assay::simulate

#include "qnn/profile_csv.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <utility>

#include "support/vendor_plugin.h"

namespace assay::qnn {

using plugin::Failure;

namespace {

constexpr std::string_view kHeader =
    "Msg Timestamp,Message,Time,Unit of Measurement,Timing Source,Event Level,Event Identifier";
constexpr size_t kFields = 7;
enum Field { kStamp, kMessage, kTime, kUnit, kSource, kLevel, kIdentifier };

std::string_view next_line(std::string_view& text) {
  const size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

// Names may hold commas, and are not quoted: the last field is all that is left.
bool split(std::string_view line, std::array<std::string_view, kFields>& fields) {
  for (size_t i = 0; i + 1 < kFields; ++i) {
    const size_t comma = line.find(',');
    if (comma == std::string_view::npos) return false;
    fields[i] = line.substr(0, comma);
    line.remove_prefix(comma + 1);
  }
  fields[kFields - 1] = line;
  return true;
}

int64_t number(std::string_view text) {
  int64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size() || value < 0)
    throw Failure(ASSAY_ERROR_VENDOR,
                  "QNN's profile: a whole number was expected, found '" + std::string(text) + "'");
  return value;
}

bool begins(std::string_view text, std::string_view with) { return text.substr(0, with.size()) == with; }

// "stem.0:OpId_26 (cycles),Conv;Relu" -> name and source. "Input OpId_2 (cycles)" -> "Input".
ProfiledNode name_of(std::string_view identifier) {
  ProfiledNode node;
  constexpr std::string_view kUnitMark = " (cycles)";
  const size_t unit = identifier.rfind(kUnitMark);
  if (unit != std::string_view::npos) {
    std::string_view source = identifier.substr(unit + kUnitMark.size());
    if (begins(source, ",")) source.remove_prefix(1);
    node.source = source;
    identifier = identifier.substr(0, unit);
  }
  const size_t id = identifier.rfind("OpId_");
  if (id != std::string_view::npos && id > 0) identifier = identifier.substr(0, id - 1);
  node.name = identifier;
  return node;
}

// Each row counts its own times: a model in several graphs has an "execute" row for each of them.
struct Sums {
  double first = 0;
  double others = 0;
  int count = 0;

  void add(int64_t value) {
    (count == 0 ? first : others) += static_cast<double>(value);
    ++count;
  }
  double mean() const { return count > 1 ? others / (count - 1) : first; }
};

/// Over all graphs; -1 where one of them told nothing.
double sum_of_means(const std::vector<Sums>& graphs) {
  double sum = 0;
  for (const Sums& graph : graphs) {
    if (graph.count == 0) return -1;
    sum += graph.mean();
  }
  return sum;
}

}  // namespace

HtpProfile parse_profile_csv(std::string_view text, size_t graphs) {
  const std::string_view header = next_line(text);
  if (!begins(header, kHeader))
    throw Failure(ASSAY_ERROR_VENDOR, "QNN's profile: the columns '" + std::string(kHeader) +
                                          "' were expected, found '" + std::string(header.substr(0, 200)) +
                                          "'");
  HtpProfile profile;
  std::vector<Sums> nodes;
  // By graph and whole identifier: names alone may repeat, and a graph does not know another's.
  std::map<std::pair<size_t, std::string>, size_t> index;
  graphs = std::max<size_t>(graphs, 1);
  std::vector<Sums> microseconds(graphs), cycles(graphs);
  while (!text.empty()) {
    std::array<std::string_view, kFields> row;
    // Without its end a row may still look whole, its number cut: "12" of "1234".
    if (text.find('\n') == std::string_view::npos) break;
    const std::string_view line = next_line(text);
    if (line.empty()) continue;
    if (!split(line, row))
      throw Failure(ASSAY_ERROR_VENDOR, "QNN's profile: a row of " + std::to_string(kFields) +
                                            " fields was expected, found '" +
                                            std::string(line.substr(0, 200)) + "'");
    const size_t graph = static_cast<size_t>(profile.executions) % graphs;
    if (row[kMessage] == "NODE" && row[kUnit] == "CYCLES") {
      const auto [found, is_new] =
          index.try_emplace(std::pair(graph, std::string(row[kIdentifier])), nodes.size());
      if (is_new) {
        nodes.emplace_back();
        profile.nodes.push_back(name_of(row[kIdentifier]));
      }
      nodes[found->second].add(number(row[kTime]));
    } else if (row[kMessage] == "BACKEND" && begins(row[kIdentifier], "Accelerator (execute) time")) {
      if (row[kUnit] == "CYCLES") cycles[graph].add(number(row[kTime]));
      if (row[kUnit] == "US") microseconds[graph].add(number(row[kTime]));
    } else if (row[kMessage] == "EXECUTE" && begins(row[kIdentifier], "QNN (execute) time")) {
      ++profile.executions;
    }
  }
  if (profile.executions == 0)
    throw Failure(ASSAY_ERROR_VENDOR,
                  "QNN's profile holds no executed graph: run an inference before profile()");
  for (size_t i = 0; i < nodes.size(); ++i) profile.nodes[i].cycles = nodes[i].mean();
  profile.accelerator_us = sum_of_means(microseconds);
  profile.accelerator_cycles = sum_of_means(cycles);
  return profile;
}

}  // namespace assay::qnn

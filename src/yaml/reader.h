// Reads typed values out of YAML nodes and collects problems instead of stopping at the first. For the
// .cc files that read what people write by hand: specs, targets, mappings of logs.
#pragma once

#include <yaml-cpp/yaml.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <initializer_list>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace assay::yaml {

/// Problems in the order of the file, and where each key path stands in it.
class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}
  void add(const YAML::Mark& mark, const std::string& path, const std::string& message);
  void remember(const std::string& path, const YAML::Mark& mark) { marks_.insert_or_assign(path, mark); }
  /// The place of the path, or of its nearest parent that stands in the file.
  YAML::Mark place_of(std::string path) const;
  bool empty() const { return lines_.empty(); }
  Status status() const;

 private:
  std::string file_;
  std::multimap<std::pair<int, int>, std::string> lines_;  ///< By line and column.
  std::map<std::string, YAML::Mark> marks_;
};

/// What stands at a node, for messages: "'10 W'", "a list of 3", "a map", "nothing".
std::string describe(const YAML::Node& node);

/// A map whose keys are asked for by name. Each getter leaves `out` as it is when the key is absent (that is
/// how defaults work) or wrong (a problem is noted). done() then complains about keys that nobody asked for.
class MapReader {
 public:
  MapReader(const YAML::Node& node, std::string path, Problems& problems);

  bool is_map() const { return is_map_; }
  bool has(std::string_view key) const { return entries_.contains(std::string(key)); }
  YAML::Node node(std::string_view key);  ///< Undefined node when absent.
  std::string path_of(std::string_view key) const;
  YAML::Mark mark() const { return mark_; }
  void complain(std::string_view key, const std::string& message);

  void text(std::string_view key, std::string& out);
  void boolean(std::string_view key, bool& out);
  void choice(std::string_view key, std::string& out, std::initializer_list<std::string_view> allowed);
  /// `unit` may follow the number ("60 %"); any other unit is a problem.
  void number(std::string_view key, double& out, double lo, double hi, std::string_view unit = "");
  void duration(std::string_view key, std::chrono::nanoseconds& out, std::chrono::nanoseconds least);
  /// HxW in pixels; both or none are changed.
  void size(std::string_view key, int& height, int& width);
  void path(std::string_view key, std::filesystem::path& out, const std::filesystem::path& base);
  void strings(std::string_view key, std::vector<std::string>& out);
  void string_map(std::string_view key, std::map<std::string, std::string>& out);
  void duration_map(std::string_view key, std::map<std::string, std::chrono::nanoseconds>& out,
                    std::chrono::nanoseconds least);
  void triple(std::string_view key, std::array<double, 3>& out);
  void range(std::string_view key, double& lo, double& hi);
  template <typename Integer>
  void integer(std::string_view key, Integer& out, Integer least, Integer most);
  void integers(std::string_view key, std::vector<int>& out, int least, int most);

  std::optional<MapReader> map(std::string_view key);
  void done();

 private:
  std::optional<std::string> scalar(std::string_view key, std::string_view expected);

  std::string path_;
  Problems* problems_;
  YAML::Mark mark_;
  bool is_map_;
  std::map<std::string, YAML::Node> entries_;
  std::map<std::string, YAML::Mark> key_marks_;
  std::set<std::string> asked_;
};

/// "10 s", "500 ms", "2 min" -> nanoseconds, or what is wrong with the text.
Result<std::chrono::nanoseconds> parse_duration(std::string_view text);

template <typename Integer>
bool whole_number(std::string_view text, Integer& value);

/// Calls `read` with a MapReader for each item of a list.
template <typename Read>
void read_list(MapReader& root, std::string_view key, Problems& problems, Read read) {
  const YAML::Node list = root.node(key);
  if (!root.has(key)) return;
  if (!list.IsSequence()) return root.complain(key, "expected a list (- item), found " + describe(list));
  std::size_t index = 0;
  for (const auto& item : list)
    read(MapReader(item, root.path_of(key) + "[" + std::to_string(index++) + "]", problems));
}

}  // namespace assay::yaml

// For tests: a board tree of the repository, or one made for the test.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "sensor/inventory.h"

namespace assay::sensor {

inline std::filesystem::path board(const std::string& name) {
  return std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/fixtures/sys" / name;
}

class TestTree {
 public:
  TestTree() : folder_(TemporaryDirectory::create("assay-tree").value()) {}
  const std::filesystem::path& root() const { return folder_.path(); }
  Places places() const { return Places::tree(root()); }
  std::filesystem::path put(const std::string& path, std::string_view content) {
    const auto file = root() / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file;
  }

 private:
  TemporaryDirectory folder_;
};

/// The entry with this id, wherever it stands; fails the test and gives an empty one when there is none.
inline InventoryEntry entry(const Inventory& inventory, const std::string& id) {
  for (const auto* list :
       {&inventory.rails, &inventory.zones, &inventory.clocks, &inventory.counters, &inventory.load})
    for (const InventoryEntry& e : *list)
      if (e.channel.id == id) return e;
  ADD_FAILURE() << "no channel " << id;
  return {};
}

inline std::vector<std::string> ids(const std::vector<InventoryEntry>& entries) {
  std::vector<std::string> result;
  for (const InventoryEntry& e : entries) result.push_back(e.channel.id);
  return result;
}

/// The first absence of a source; an empty one when there is none.
inline Absence absence(const std::vector<Absence>& absent, const std::string& source) {
  const auto at =
      std::find_if(absent.begin(), absent.end(), [&](const Absence& a) { return a.source == source; });
  return at == absent.end() ? Absence{} : *at;
}

inline bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace assay::sensor

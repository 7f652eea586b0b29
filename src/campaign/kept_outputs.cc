#include "campaign/kept_outputs.h"

#include <cstddef>
#include <string>

#include "base/file.h"

namespace assay::campaign {
namespace {

namespace fs = std::filesystem;

fs::path file_of(const fs::path& folder, std::size_t group, std::size_t tensor) {
  return folder / (std::to_string(group) + "." + std::to_string(tensor) + ".raw");
}

}  // namespace

Result<void> save_outputs(const fs::path& folder, const std::vector<engine::TensorSet>& outputs) {
  ASSAY_OK(make_directories(folder));
  for (std::size_t g = 0; g < outputs.size(); ++g)
    for (std::size_t t = 0; t < outputs[g].size(); ++t) {
      const auto& bytes = outputs[g][t];
      ASSAY_OK(
          write_file(file_of(folder, g, t), {reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
    }
  return {};
}

Result<std::vector<engine::TensorSet>> load_outputs(const fs::path& folder) {
  std::vector<engine::TensorSet> outputs;
  for (std::size_t g = 0;; ++g) {
    engine::TensorSet set;
    for (std::size_t t = 0; fs::exists(file_of(folder, g, t)); ++t) {
      ASSAY_TRY(const std::string content, read_file(file_of(folder, g, t)));
      const auto* bytes = reinterpret_cast<const std::byte*>(content.data());
      set.emplace_back(bytes, bytes + content.size());
    }
    if (set.empty()) return outputs;
    outputs.push_back(std::move(set));
  }
}

}  // namespace assay::campaign

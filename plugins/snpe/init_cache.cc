#include "init_cache.h"

#include <unistd.h>

#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <vector>

#include "support/vendor_plugin.h"

namespace assay::snpe {

using plugin::Failure;
namespace fs = std::filesystem;

namespace {

/// FNV-1a, 64 bits: tells files of one user apart, not those of an attacker.
class Fingerprint {
 public:
  void add(const char* bytes, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      value_ = (value_ ^ static_cast<unsigned char>(bytes[i])) * 1099511628211u;
  }
  std::string text() const {
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016" PRIx64, value_);
    return digits;
  }

 private:
  std::uint64_t value_ = 14695981039346656037u;
};

}  // namespace

InitCache::InitCache(const std::string& folder, const std::string& artifact, const Library& library,
                     const std::string& runtimes) {
  if (folder.empty()) return;
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem)
    throw Failure(ASSAY_ERROR_INVALID, "option 'init-cache': " + folder + ": " + problem.message());
  Fingerprint fingerprint;
  const std::string rest = library.version() + "\n" + runtimes + "\n";
  fingerprint.add(rest.data(), rest.size());
  std::ifstream file(artifact, std::ios::binary);
  if (!file) throw Failure(ASSAY_ERROR_NOT_FOUND, artifact + ": cannot be read");
  std::vector<char> block(1 << 20);
  while (file.read(block.data(), static_cast<std::streamsize>(block.size())), file.gcount() > 0)
    fingerprint.add(block.data(), static_cast<std::size_t>(file.gcount()));
  path_ =
      (fs::path(folder) / (fs::path(artifact).stem().string() + "-" + fingerprint.text() + ".dlc")).string();
}

std::string InitCache::cached() const {
  std::error_code problem;
  return on() && fs::is_regular_file(path_, problem) ? path_ : "";
}

void InitCache::keep(const std::function<void(const std::string& path)>& save) const {
  const std::string temporary = path_ + "." + std::to_string(::getpid());
  save(temporary);
  std::error_code problem;
  fs::rename(temporary, path_, problem);
  if (problem) throw Failure(ASSAY_ERROR_VENDOR, path_ + ": " + problem.message());
}

}  // namespace assay::snpe

#include "base/resources.h"

#include <cstdlib>

namespace assay {
namespace {

namespace fs = std::filesystem;

fs::path from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value && *value ? fs::path(value) : fs::path();
}

}  // namespace

fs::path program_directory() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path();
}

fs::path home_directory() {
  if (fs::path home = from_environment("ASSAY_HOME"); !home.empty()) return home;
  std::error_code error;
  for (fs::path folder = program_directory(); folder.has_relative_path(); folder = folder.parent_path())
    if (fs::is_directory(folder / "models", error) && fs::is_directory(folder / "tools", error))
      return folder;
  return {};
}

fs::path cache_directory() {
  if (fs::path cache = from_environment("ASSAY_CACHE"); !cache.empty()) return cache;
  if (fs::path cache = from_environment("XDG_CACHE_HOME"); !cache.empty()) return cache / "assay";
  if (fs::path home = from_environment("HOME"); !home.empty()) return home / ".cache" / "assay";
  return fs::path("/var/tmp/assay-cache");
}

}  // namespace assay

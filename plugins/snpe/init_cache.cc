#include "init_cache.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "support/vendor_plugin.h"

namespace assay::snpe {

using plugin::Failure;
namespace fs = std::filesystem;

namespace {

/// FNV-1a, 64 bits: tells files of one user apart, not those of an attacker.
std::string fingerprint(const std::string& text) {
  std::uint64_t value = 14695981039346656037u;
  for (const char byte : text) value = (value ^ static_cast<unsigned char>(byte)) * 1099511628211u;
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016" PRIx64, value);
  return digits;
}

/// The time of the last change of the content, or of the file's entry, is another after any write.
std::string identity_of(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0)
    throw Failure(ASSAY_ERROR_NOT_FOUND, path + ": " + std::strerror(errno));
  std::string text;
  for (const long long part :
       {static_cast<long long>(file.st_dev), static_cast<long long>(file.st_ino),
        static_cast<long long>(file.st_size), static_cast<long long>(file.st_mtim.tv_sec),
        static_cast<long long>(file.st_mtim.tv_nsec), static_cast<long long>(file.st_ctim.tv_sec),
        static_cast<long long>(file.st_ctim.tv_nsec)})
    text += std::to_string(part) + "\n";
  return text;
}

}  // namespace

InitCache::InitCache(const std::string& folder, const std::string& artifact, const Library& library,
                     const std::string& runtimes) {
  if (folder.empty()) return;
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem)
    throw Failure(ASSAY_ERROR_INVALID, "option 'init-cache': " + folder + ": " + problem.message());
  const std::string name = fs::path(artifact).stem().string() + "-" +
                           fingerprint(library.version() + "\n" + runtimes + "\n" + identity_of(artifact)) +
                           ".dlc";
  path_ = (fs::path(folder) / name).string();
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

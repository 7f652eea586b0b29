#include "sensor/tree.h"

#include <algorithm>
#include <cctype>

#include "base/file.h"
#include "base/text.h"
#include "sensor/value_file.h"

namespace assay::sensor {
namespace {

namespace fs = std::filesystem;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Numbers within names compare as numbers.
bool natural_less(const std::string& a, const std::string& b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      std::size_t m = i, n = j;
      while (m < a.size() && is_digit(a[m])) ++m;
      while (n < b.size() && is_digit(b[n])) ++n;
      const std::string x = a.substr(i, m - i), y = b.substr(j, n - j);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
      i = m, j = n;
    } else {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i, ++j;
    }
  }
  return a.size() - i < b.size() - j;
}

}  // namespace

std::vector<fs::path> entries(const fs::path& folder, std::string_view prefix) {
  std::vector<fs::path> found;
  std::error_code error;
  fs::directory_iterator it(folder, error);
  for (; !error && it != fs::directory_iterator(); it.increment(error))
    if (it->path().filename().string().starts_with(prefix)) found.push_back(it->path());
  std::sort(found.begin(), found.end(), [](const fs::path& a, const fs::path& b) {
    return natural_less(a.filename().string(), b.filename().string());
  });
  return found;
}

std::string text_of(const fs::path& file) {
  const auto content = read_file(file);
  if (!content) return "";
  std::string text = *content;
  std::erase(text, '\0');  // The device tree's strings end with one.
  return std::string(trim(text));
}

std::optional<std::int64_t> number_of(const fs::path& file) { return parse_integer(text_of(file)); }

std::string safe_id(std::string_view text) {
  std::string id(text);
  for (char& c : id)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-' && c != '+') c = '_';
  return id;
}

std::string target_name(const fs::path& link) {
  std::error_code error;
  const fs::path target = fs::canonical(link, error);
  return error ? "" : target.filename().string();
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

bool is_compatible(const fs::path& root, std::string_view prefix) {
  const auto content = read_file(root / "proc/device-tree/compatible");
  if (!content) return false;
  const auto strings = split(*content, '\0');
  return std::any_of(strings.begin(), strings.end(),
                     [&](const std::string& s) { return s.starts_with(prefix); });
}

}  // namespace assay::sensor

#include "diagview.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "support/vendor_plugin.h"

extern char** environ;

namespace assay::snpe {

using plugin::Failure;
namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds kTimeout{60};
constexpr const char* kSeparator = " : ";

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

bool read_number(const std::string& text, std::int64_t& number, std::string& rest) {
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  if (problem != std::errc() || number < 0) return false;
  rest = trimmed(std::string(stop, end));
  return true;
}

/// "3:" stands at the beginning: a layer's line, whatever follows.
bool begins_a_layer(const std::string& line) {
  const std::size_t digits = line.find_first_not_of("0123456789", line[0] == '-' ? 1 : 0);
  return digits != std::string::npos && line[digits] == ':' && digits > (line[0] == '-' ? 1u : 0u);
}

/// "3: name : 23 us : CPU". False where it cannot be read.
bool read_layer(const std::string& line, DiagLayer& layer) {
  std::int64_t index = 0;
  std::string rest;
  if (!read_number(line, index, rest) || rest.empty() || rest[0] != ':') return false;
  rest = trimmed(rest.substr(1));
  const std::size_t runtime = rest.rfind(kSeparator);
  if (runtime == std::string::npos) return false;
  layer.runtime = trimmed(rest.substr(runtime + std::strlen(kSeparator)));
  const std::string before = rest.substr(0, runtime);
  const std::size_t value = before.rfind(kSeparator);
  layer.name =
      value == std::string::npos ? "layer " + std::to_string(index) : trimmed(before.substr(0, value));
  const std::string amount =
      value == std::string::npos ? before : before.substr(value + std::strlen(kSeparator));
  std::int64_t number = 0;
  std::string unit;
  if (!read_number(trimmed(amount), number, unit)) return false;
  constexpr std::int64_t kMost = INT64_MAX / 1000;
  if (unit == "us" && number <= kMost) layer.time_ns = number * 1000;
  if (unit == "cycles") layer.cycles = number;
  const std::string unit_of_name = " (cycles)";  // "conv (cycles) : 2142 cycles : DSP" of QAIRT.
  if (layer.name.size() > unit_of_name.size() &&
      layer.name.compare(layer.name.size() - unit_of_name.size(), unit_of_name.size(), unit_of_name) == 0)
    layer.name.resize(layer.name.size() - unit_of_name.size());
  return !layer.name.empty() && !layer.runtime.empty();
}

std::string contents_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string last_lines(const std::string& text) {
  const std::string whole = trimmed(text);
  return whole.size() <= 600 ? whole : "..." + whole.substr(whole.size() - 600);
}

}  // namespace

std::vector<DiagLayer> parse_diagview(const std::string& text) {
  std::vector<DiagLayer> layers;
  bool inside = false;
  std::istringstream lines(text);
  for (std::string raw; std::getline(lines, raw);) {
    const std::string line = trimmed(raw);
    if (line == "Layer Times:" || line == "Per-Layer Execution Times:") {
      inside = true;
      continue;
    }
    if (!inside || line.empty()) continue;
    if (!begins_a_layer(line)) {
      if (line.back() == ':') inside = false;  // The heading of what comes next.
      continue;
    }
    // Left out, a layer that fell back would make the placement look better than it is.
    DiagLayer layer;
    if (!read_layer(line, layer))
      throw Failure(ASSAY_ERROR_VENDOR,
                    "snpe-diagview: 'INDEX: NAME : TIME us|cycles : RUNTIME' was expected, found '" +
                        line.substr(0, 200) + "': is this a release with another form?");
    layers.push_back(std::move(layer));
  }
  return layers;
}

std::string find_diagview(const std::string& wanted, const std::string& library) {
  if (!wanted.empty()) return wanted;
  utsname name{};
  const std::string machine = ::uname(&name) == 0 ? name.machine : "";
  std::vector<fs::path> roots;
  // SDK/lib/aarch64-ubuntu-gcc9.4/libSNPE.so
  roots.push_back(fs::path(library).parent_path().parent_path().parent_path());
  for (const char* variable : {"SNPE_ROOT", "QNN_SDK_ROOT", "QAIRT_SDK_ROOT"})
    if (const char* root = std::getenv(variable); root != nullptr && *root != '\0') roots.emplace_back(root);
  std::vector<std::string> candidates;
  for (const fs::path& root : roots) {
    std::error_code problem;
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(root / "bin", problem))
      if (entry.path().filename().string().rfind(machine + "-", 0) == 0)
        found.push_back((entry.path() / "snpe-diagview").string());
    std::sort(found.rbegin(), found.rend());
    candidates.insert(candidates.end(), found.begin(), found.end());
  }
  const char* path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');)
    candidates.push_back(folder + "/snpe-diagview");
  for (const std::string& candidate : candidates)
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  return "";
}

std::string run_diagview(const std::string& program, const std::string& log, const std::string& folder) {
  const std::string output = folder + "/diagview.txt";
  std::string words[] = {program, "--input_log", log};
  char* argv[] = {words[0].data(), words[1].data(), words[2].data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t child = 0;
  const int problem = ::posix_spawn(&child, program.c_str(), &actions, nullptr, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (problem != 0) throw Failure(ASSAY_ERROR_NOT_FOUND, program + ": " + std::strerror(problem));
  const auto deadline = std::chrono::steady_clock::now() + kTimeout;
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > deadline) {
      ::kill(child, SIGKILL);
      ::waitpid(child, &status, 0);
      throw Failure(ASSAY_ERROR_TIMEOUT, program + " did not finish in a minute");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const std::string text = contents_of(output);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw Failure(ASSAY_ERROR_VENDOR, program + " failed: " + last_lines(text));
  return text;
}

}  // namespace assay::snpe

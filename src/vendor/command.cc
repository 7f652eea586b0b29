#include "vendor/command.h"

namespace assay::vendor {

std::string shell_word(const std::string& word) {
  constexpr const char* kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+.,:/@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string to_shell(const Command& command) {
  std::string line;
  for (const auto& [name, value] : command.environment) line += name + "=" + shell_word(value) + " ";
  line += shell_word(command.tool);
  for (const std::string& word : command.argv) line += " " + shell_word(word);
  return line;
}

}  // namespace assay::vendor

// A command line of a vendor's own tool, as data: shown in a plan, run by a witness.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace assay::vendor {

struct Command {
  std::string tool;     ///< The program as it is called: "trtexec", "/usr/src/tensorrt/bin/trtexec".
  std::string version;  ///< Of the SDK that the arguments are for: "8.5.2".
  std::vector<std::string> argv;                   ///< Without the program.
  std::map<std::string, std::string> environment;  ///< Set for it, beside what the shell has.
  std::string note;                                ///< What to know before reading its result; may be empty.
  bool operator==(const Command&) const = default;
};

/// As a shell wants it: NAME=VALUE tool argument..., words quoted where they must be.
std::string to_shell(const Command& command);

/// The words with quotes where a shell would take them apart.
std::string shell_word(const std::string& word);

}  // namespace assay::vendor

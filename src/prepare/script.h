// Runs one toolchain script to its end.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"
#include "prepare/messages.h"
#include "prepare/prepare.h"

namespace assay::prepare {

struct ScriptJob {
  std::vector<std::string> argv;
  std::filesystem::path log;        ///< Everything that it prints.
  std::filesystem::path temporary;  ///< Its $TMPDIR.
  std::chrono::milliseconds timeout{0};
};

/// The script's last word, kDone. Errors: kUnavailable (cannot be started), kWorkerFailed, kTimeout,
/// kResource, kInterrupted; the message has the script's own words or its last lines, the log's path, and the
/// command that repeats it.
Result<Message> run_script(const ScriptJob& job, const Listener& listener);

/// The words of a command line as a shell wants them.
std::string shell_command(const std::vector<std::string>& argv);

}  // namespace assay::prepare

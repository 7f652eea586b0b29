// Starts another program, captures what it prints, and never outlives it nor lets it outlive us.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace assay {

/// How a process ended.
struct ExitState {
  std::optional<int> exit_code;    ///< Set when it exited.
  std::optional<int> term_signal;  ///< Set when a signal ended it.
  std::int64_t max_rss_bytes = 0;  ///< Peak resident set (ru_maxrss).
  bool ok() const { return exit_code == 0; }
  /// "exit code 3", "killed by SIGSEGV (signal 11)".
  std::string describe() const;
};

struct ProcessOptions {
  std::vector<std::string> argv;  ///< argv[0] is a path, or a name looked up in PATH.
  std::map<std::string, std::string> extra_env;
  std::vector<std::string> remove_env;
  std::filesystem::path cwd;
  std::filesystem::path log;  ///< stdout and stderr go here when set (created, truncated), else to /dev/null.
  std::map<int, int> inherit;  ///< child descriptor number -> our descriptor; all others are closed on exec.
};

/// A running child in a process group of its own; it gets SIGKILL when we die (PR_SET_PDEATHSIG).
class Process {
 public:
  static Result<Process> start(const ProcessOptions& options);
  /// Takes charge of a child that was started elsewhere, as the leader of its own group.
  static Process adopt(pid_t pid);
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();  ///< Kills the group and reaps, if it still runs.

  pid_t pid() const { return pid_; }
  /// Waits at most `timeout`; nullopt when it still runs then.
  std::optional<ExitState> wait_for(std::chrono::milliseconds timeout);
  ExitState wait();
  void kill_group(int signal);

 private:
  explicit Process(pid_t pid) : pid_(pid) {}
  pid_t pid_ = -1;
  std::optional<ExitState> state_;
};

struct RunOptions : ProcessOptions {
  std::chrono::milliseconds timeout{0};  ///< 0: none.
  /// Called with each whole line of stdout as it arrives (stderr goes to the log alone).
  std::function<void(std::string_view)> on_line;
};

/// Runs to the end. Errors: kNotFound (no such program), kTimeout (killed; the message has the last log
/// lines), kInterrupted. A non-zero exit is not an error here: look at the state.
Result<ExitState> run_process(const RunOptions& options);

/// The last `lines` lines of a text file, for error messages; empty if unreadable.
std::string tail_of_file(const std::filesystem::path& path, int lines);

/// Set by the CLI's signal handler; long waits poll it and give up with kInterrupted.
bool interrupted();
void set_interrupted(bool value);

}  // namespace assay

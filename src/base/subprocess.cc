#include "base/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <thread>

#include "base/clock.h"
#include "base/file.h"

extern char** environ;

namespace assay {
namespace {

// Lock-free, so a signal handler may write it while other threads read.
std::atomic<bool> g_interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

ExitState decode(int status, const rusage& usage) {
  ExitState state;
  if (WIFEXITED(status)) state.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) state.term_signal = WTERMSIG(status);
  state.max_rss_bytes = static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
  return state;
}

std::vector<std::string> build_environment(const ProcessOptions& options) {
  std::vector<std::string> env;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text(*entry);
    const std::string name(text.substr(0, text.find('=')));
    const bool removed =
        std::find(options.remove_env.begin(), options.remove_env.end(), name) != options.remove_env.end();
    if (!removed && !options.extra_env.count(name)) env.emplace_back(text);
  }
  for (const auto& [name, value] : options.extra_env) env.push_back(name + "=" + value);
  return env;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return ::access(name.c_str(), X_OK) == 0 ? name : "";
  const char* path = std::getenv("PATH");
  std::string_view rest(path ? path : "/usr/bin:/bin");
  while (!rest.empty()) {
    const auto colon = rest.find(':');
    const std::string candidate = std::string(rest.substr(0, colon)) + "/" + name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    rest = colon == std::string_view::npos ? "" : rest.substr(colon + 1);
  }
  return "";
}

/// Runs in the child between fork and exec: async-signal-safe calls only.
[[noreturn]] void exec_child(const char* program, char* const* argv, char* const* env, const char* cwd,
                             int log_fd, int stdout_fd, const std::vector<std::pair<int, int>>& inherit,
                             pid_t parent, int error_fd) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // The parent died before the prctl: nobody would ever kill us.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int null_fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  ::dup2(null_fd, 0);
  ::dup2(stdout_fd >= 0 ? stdout_fd : log_fd >= 0 ? log_fd : null_fd, 1);
  ::dup2(log_fd >= 0 ? log_fd : null_fd, 2);
  // The sources were moved above every target number beforehand, so no dup2 overwrites one still needed.
  for (const auto& [target, source] : inherit) ::dup2(source, target);
  if (cwd && ::chdir(cwd) != 0) {
    const int error = errno;
    (void)!::write(error_fd, &error, sizeof error);
    ::_exit(127);
  }
  ::execve(program, argv, env);
  const int error = errno;
  (void)!::write(error_fd, &error, sizeof error);
  ::_exit(127);
}

Result<pid_t> spawn(const ProcessOptions& options, int stdout_fd) {
  if (options.argv.empty()) return fail(Code::kInternal, "no program to start");
  const std::string program = find_program(options.argv[0]);
  if (program.empty()) return fail(Code::kNotFound, options.argv[0] + ": no such program, or not executable");
  int log_fd = -1;
  if (!options.log.empty()) {
    log_fd = ::open(options.log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
    if (log_fd < 0) return fail(io_error(errno, "creating", options.log));
  }
  int error_pipe[2];
  if (::pipe2(error_pipe, O_CLOEXEC) != 0)
    return fail(Code::kResource, std::string("pipe: ") + std::strerror(errno));
  int highest = 2;
  for (const auto& [target, source] : options.inherit) highest = std::max(highest, target);
  std::vector<std::pair<int, int>> inherit;
  for (const auto& [target, source] : options.inherit)
    inherit.emplace_back(target, ::fcntl(source, F_DUPFD_CLOEXEC, highest + 1));
  const int error_fd = ::fcntl(error_pipe[1], F_DUPFD_CLOEXEC, highest + 1);
  ::close(error_pipe[1]);

  std::vector<std::string> argv = options.argv, env = build_environment(options);
  const std::vector<char*> argv_list = pointers(argv), env_list = pointers(env);
  const std::string cwd = options.cwd.string();
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0)
    exec_child(program.c_str(), argv_list.data(), env_list.data(), cwd.empty() ? nullptr : cwd.c_str(),
               log_fd, stdout_fd, inherit, parent, error_fd);
  const int fork_error = errno;
  ::close(error_fd);
  for (const auto& [target, source] : inherit) ::close(source);
  if (log_fd >= 0) ::close(log_fd);
  if (pid < 0) {
    ::close(error_pipe[0]);
    return fail(Code::kResource, std::string("fork: ") + std::strerror(fork_error));
  }
  ::setpgid(pid, pid);
  int error = 0;
  const ssize_t got = ::read(error_pipe[0], &error, sizeof error);  // End of file: exec succeeded.
  ::close(error_pipe[0]);
  if (got == sizeof error) {
    ::waitpid(pid, nullptr, 0);
    return fail(Code::kNotFound, program + ": cannot be started: " + std::strerror(error));
  }
  return pid;
}

}  // namespace

bool interrupted() { return g_interrupted; }
void set_interrupted(bool value) { g_interrupted = value; }

std::string ExitState::describe() const {
  if (term_signal) {
    const char* name = sigabbrev_np(*term_signal);
    return "killed by " + (name ? "SIG" + std::string(name) : "a signal") + " (signal " +
           std::to_string(*term_signal) + ")";
  }
  return exit_code ? "exit code " + std::to_string(*exit_code) : "unknown end";
}

Result<Process> Process::start(const ProcessOptions& options) {
  ASSAY_TRY(const pid_t pid, spawn(options, -1));
  return Process(pid);
}
Process Process::adopt(pid_t pid) { return Process(pid); }
Process::Process(Process&& other) noexcept : pid_(std::exchange(other.pid_, -1)), state_(other.state_) {}
Process& Process::operator=(Process&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(state_, other.state_);
  return *this;
}
Process::~Process() {
  if (pid_ < 0 || state_) return;
  kill_group(SIGKILL);
  wait();
}

std::optional<ExitState> Process::wait_for(std::chrono::milliseconds timeout) {
  const std::int64_t deadline = monotonic_ns() + std::chrono::nanoseconds(timeout).count();
  auto pause = std::chrono::microseconds(200);
  while (!state_) {
    int status = 0;
    rusage usage{};
    const pid_t got = ::wait4(pid_, &status, WNOHANG, &usage);
    if (got == pid_)
      state_ = decode(status, usage);
    else if (got < 0 && errno != EINTR)
      state_ = ExitState{};
    else if (monotonic_ns() >= deadline)
      return std::nullopt;
    else
      std::this_thread::sleep_for(pause = std::min(pause * 2, std::chrono::microseconds(20'000)));
  }
  return state_;
}

ExitState Process::wait() {
  while (!state_) wait_for(std::chrono::hours(1));
  return *state_;
}

void Process::kill_group(int signal) {
  if (pid_ > 0 && !state_) ::kill(-pid_, signal);
}

Result<ExitState> run_process(const RunOptions& options) {
  int pipe_fds[2] = {-1, -1};
  if (::pipe2(pipe_fds, O_CLOEXEC) != 0)
    return fail(Code::kResource, std::string("pipe: ") + std::strerror(errno));
  auto pid = spawn(options, pipe_fds[1]);
  ::close(pipe_fds[1]);
  if (!pid) {
    ::close(pipe_fds[0]);
    return fail(pid.error());
  }
  Process process = Process::adopt(*pid);
  const std::int64_t start = monotonic_ns();
  const std::int64_t limit = std::chrono::nanoseconds(options.timeout).count();
  std::string line;
  std::ofstream log;
  if (!options.log.empty()) log.open(options.log, std::ios::app);
  Status trouble{Code::kInternal, ""};
  for (bool open = true; open;) {
    pollfd item{pipe_fds[0], POLLIN, 0};
    ::poll(&item, 1, 100);
    if (interrupted()) trouble = {Code::kInterrupted, "stopped by the user"};
    if (limit > 0 && monotonic_ns() - start > limit)
      trouble = {Code::kTimeout, options.argv[0] + " did not finish in " +
                                     std::to_string(limit / 1'000'000'000) + " s and was killed"};
    if (!trouble.message.empty()) break;
    if (!(item.revents & (POLLIN | POLLHUP | POLLERR))) {
      // A grandchild may hold the pipe open after the child ended: the child's end is what counts.
      if (process.wait_for(std::chrono::milliseconds(0))) break;
      continue;
    }
    char buffer[4096];
    const ssize_t got = ::read(pipe_fds[0], buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) open = false;
    for (ssize_t i = 0; i < got; ++i) {
      if (buffer[i] != '\n') {
        line += buffer[i];
        continue;
      }
      log << line << '\n' << std::flush;
      if (options.on_line) options.on_line(line);
      line.clear();
    }
  }
  ::close(pipe_fds[0]);
  if (!line.empty()) {
    log << line << '\n' << std::flush;
    if (options.on_line) options.on_line(line);
  }
  if (trouble.message.empty()) {
    for (;;) {
      if (auto state = process.wait_for(std::chrono::milliseconds(200))) return *state;
      if (interrupted()) {
        trouble = {Code::kInterrupted, "stopped by the user"};
        break;
      }
      if (limit > 0 && monotonic_ns() - start > limit) {
        trouble = {Code::kTimeout, options.argv[0] + " did not finish in " +
                                       std::to_string(limit / 1'000'000'000) + " s and was killed"};
        break;
      }
    }
  }
  process.kill_group(SIGKILL);
  process.wait();
  if (const std::string tail = tail_of_file(options.log, 8); trouble.code == Code::kTimeout && !tail.empty())
    trouble.message += "; its last lines:\n" + tail;
  return fail(trouble);
}

std::string tail_of_file(const std::filesystem::path& path, int lines) {
  std::ifstream in(path);
  std::deque<std::string> last;
  for (std::string line; std::getline(in, line);) {
    last.push_back(line);
    if (static_cast<int>(last.size()) > lines) last.pop_front();
  }
  std::string text;
  for (const std::string& line : last) text += "  | " + line + "\n";
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace assay

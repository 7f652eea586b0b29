#include "engine/worker_process.h"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/clock.h"
#include "engine/worker/protocol.h"

namespace assay::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr milliseconds kSlice{100};  // How long an interruption may go unnoticed.

std::string seconds_text(nanoseconds time) {
  const auto ms = std::chrono::duration_cast<milliseconds>(time).count();
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

/// What the caller of assay should do about an error that the plugin itself reported.
Code code_of(const WorkerError& error) {
  if (error.code == "invalid" || error.code == "unsupported") return Code::kInvalidInput;
  if (error.code == "not_found") return Code::kNotFound;
  if (error.code == "unavailable") return Code::kUnavailable;
  return Code::kWorkerFailed;
}

bool before_inference(const std::string& stage) {
  return stage == "load" || stage == "describe" || stage == "open" || stage == "session_info" ||
         stage == "bind";
}

}  // namespace

Result<std::filesystem::path> default_worker() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto worker = program.parent_path() / "assay-worker";
  if (!error && std::filesystem::exists(worker, error)) return worker;
  return fail(Code::kNotFound,
              worker.string() + ": no such program; assay-worker has to lie beside assay: build both");
}

std::vector<std::uint64_t> byte_sizes(const std::vector<record::TensorInfo>& tensors) {
  std::vector<std::uint64_t> sizes;
  for (const record::TensorInfo& tensor : tensors) sizes.push_back(tensor.byte_size);
  return sizes;
}

WorkerProcess::WorkerProcess(Process process, int socket, SharedMemory inputs, SharedMemory outputs,
                             SharedMemory timing, const WorkerSpec& spec)
    : process_(std::move(process)),
      socket_(socket),
      inputs_(std::move(inputs)),
      outputs_(std::move(outputs)),
      timing_(std::move(timing)),
      log_(spec.log),
      deadline_ns_(monotonic_ns() + spec.run_timeout.count()),
      run_timeout_(spec.run_timeout) {}

WorkerProcess::~WorkerProcess() { ::close(socket_); }  // The process's own destructor kills it.

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::start(const WorkerSpec& spec) {
  ASSAY_TRY(SharedMemory inputs, SharedMemory::create("assay-inputs"));
  ASSAY_TRY(SharedMemory outputs, SharedMemory::create("assay-outputs"));
  ASSAY_TRY(SharedMemory timing, SharedMemory::create("assay-timing"));
  int sockets[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
    return fail(Code::kResource, std::string("socketpair: ") + std::strerror(errno));
  ProcessOptions options;
  // The plugin is there for whoever looks at the list of processes: the worker gets it by message.
  options.argv = {spec.worker.string(), spec.plugin.string()};
  options.log = spec.log;
  options.inherit = {
      {kControlFd, sockets[1]}, {kInputFd, inputs.fd()}, {kOutputFd, outputs.fd()}, {kTimingFd, timing.fd()}};
  auto process = Process::start(options);
  ::close(sockets[1]);
  if (!process) {
    ::close(sockets[0]);
    return fail(process.error().with_context("starting the worker"));
  }
  return std::unique_ptr<WorkerProcess>(new WorkerProcess(std::move(*process), sockets[0], std::move(inputs),
                                                          std::move(outputs), std::move(timing), spec));
}

Result<void> WorkerProcess::send(const std::string& line) {
  for (std::size_t done = 0; done < line.size();) {
    const ssize_t put = ::send(socket_, line.data() + done, line.size() - done, MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) {
      gone_ = true;
      return fail(Code::kWorkerFailed, "the worker is gone");
    }
    done += static_cast<std::size_t>(put);
  }
  return {};
}

std::optional<std::string> WorkerProcess::take_line() {
  const auto end = buffer_.find('\n', searched_);
  if (end == std::string::npos) {
    searched_ = buffer_.size();
    return std::nullopt;
  }
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  searched_ = 0;
  return line;
}

Result<std::optional<Message>> WorkerProcess::poll(nanoseconds slice) {
  const std::lock_guard receiving(receive_mutex_);
  if (!recorded_failure().reason.empty()) return fail(failure_status_);
  const std::int64_t until = monotonic_ns() + slice.count();
  for (;;) {
    if (const auto line = take_line()) {
      auto message = parse_worker_message(*line);
      if (!message) return record_failure("garbage", "answered garbage: " + message.error().message);
      if (const auto* error = std::get_if<WorkerError>(&*message)) return refused(*error);
      return std::optional<Message>(std::move(*message));
    }
    if (buffer_.size() > kMaxLine)
      return record_failure("garbage",
                            "answered garbage: a line of more than " + std::to_string(kMaxLine) + " bytes");
    if (interrupted()) {
      kill();
      return fail(Code::kInterrupted, "stopped by the user");
    }
    const std::int64_t now = monotonic_ns();
    if (now >= deadline_ns_) return hung("the whole pass", run_timeout_);
    if (now >= until) return std::optional<Message>();

    pollfd waiting{socket_, POLLIN, 0};
    const auto wait = std::min<nanoseconds>(kSlice, nanoseconds(until - now));
    ::poll(&waiting, 1, static_cast<int>((wait.count() + 999'999) / 1'000'000));
    char chunk[65536];
    const ssize_t got = ::recv(socket_, chunk, sizeof chunk, MSG_DONTWAIT);
    if (got > 0)
      buffer_.append(chunk, static_cast<std::size_t>(got));
    else if (got == 0 || (errno != EAGAIN && errno != EINTR))
      return ended();
  }
}

Result<Message> WorkerProcess::await(nanoseconds timeout, std::string_view doing) {
  ASSAY_TRY(std::optional<Message> message, poll(timeout));
  if (!message) return hung(doing, timeout);
  return std::move(*message);
}

tl::unexpected<Status> WorkerProcess::hung(std::string_view doing, nanoseconds timeout) {
  return record_failure("hang", "did not answer within " + seconds_text(timeout) + " (" + std::string(doing) +
                                    ") and was killed");
}

tl::unexpected<Status> WorkerProcess::unexpected(std::string_view doing) {
  return record_failure("garbage", "answered garbage: a message out of turn (" + std::string(doing) + ")");
}

tl::unexpected<Status> WorkerProcess::unfit(std::string reason) {
  return record_failure("error", std::move(reason), 0, Code::kInvalidInput);
}

tl::unexpected<Status> WorkerProcess::ended() {
  const auto state = process_.wait_for(milliseconds(10'000));  // Dumping core takes its time.
  if (!state) return record_failure("garbage", "closed its channel and ran on");
  if (!state->term_signal) return record_failure("crash", "ended without an answer: " + state->describe());
  std::string reason = state->describe();
  if (*state->term_signal == SIGKILL) reason += ", by hand or by the kernel for want of memory,";
  return record_failure("crash", std::move(reason), *state->term_signal);
}

tl::unexpected<Status> WorkerProcess::refused(const WorkerError& error) {
  std::string reason = error.stage + ": " + (error.text.empty() ? error.code : error.text);
  if (error.vendor_code != 0) reason += " (vendor's code " + std::to_string(error.vendor_code) + ")";
  return record_failure(before_inference(error.stage) ? "start" : "error", std::move(reason), 0,
                        code_of(error));
}

tl::unexpected<Status> WorkerProcess::record_failure(std::string kind, std::string reason, int signal,
                                                     Code code) {
  kill();
  if (progress_note_) reason += progress_note_();
  // Of a worker that says in words what is wrong, the log adds nothing.
  if (const std::string tail = tail_of_file(log_, 8); !tail.empty() && kind != "start")
    reason += "; last log lines:\n" + tail;
  const std::lock_guard lock(failure_mutex_);
  failure_ = {std::move(reason), std::move(kind), signal};
  failure_status_ = {code, failure_.reason};
  return fail(failure_status_);
}

record::Failure WorkerProcess::recorded_failure() {
  const std::lock_guard lock(failure_mutex_);
  return failure_;
}

record::Failure WorkerProcess::failure() {
  // Messages that it sent before its end lie before the news of it.
  while (gone_ && recorded_failure().reason.empty() && poll(std::chrono::seconds(1))) {
  }
  return recorded_failure();
}

void WorkerProcess::kill() {
  process_.kill_group(SIGKILL);
  process_.wait();
}

std::string WorkerProcess::finish() {
  constexpr milliseconds kPatience{10'000};
  std::string end;
  if (send(plain_command("quit"))) {
    // Not poll(): a vendor's library that crashes while closing has measured all the same.
    for (const std::int64_t until = monotonic_ns() + nanoseconds(kPatience).count();
         monotonic_ns() < until;) {
      if (const auto state = process_.wait_for(milliseconds(20))) return state->ok() ? "" : state->describe();
      if (interrupted()) break;
    }
    end = "hung";
  } else {
    end = "gone before it was told to";
  }
  kill();
  return end;
}

}  // namespace assay::engine

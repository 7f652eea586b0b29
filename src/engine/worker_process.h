// One worker as its supervisor sees it: the process, its channel, its shared memory, and how it failed.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

#include "base/status.h"
#include "base/subprocess.h"
#include "engine/message.h"
#include "engine/shared_memory.h"
#include "engine/worker_spec.h"
#include "record/run.h"

namespace assay::engine {

/// Every function that returns an error of the worker's has killed its process group and set failure()
/// before.
class WorkerProcess {
 public:
  /// Errors: kNotFound (no such worker program), kResource.
  static Result<std::unique_ptr<WorkerProcess>> start(const WorkerSpec& spec);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  SharedMemory& inputs() { return inputs_; }
  SharedMemory& outputs() { return outputs_; }
  SharedMemory& timing() { return timing_; }

  /// Errors: kWorkerFailed; why it is gone, failure() tells. May be called while another thread is in poll().
  Result<void> send(const std::string& line);
  /// The next message, or nothing within `slice`. Errors: those of a failed worker, kInterrupted.
  Result<std::optional<Message>> poll(std::chrono::nanoseconds slice);
  /// Sends a command; the next message has to be a T within `timeout`. Errors as poll().
  template <typename T>
  Result<T> request(const std::string& line, std::chrono::nanoseconds timeout, std::string_view doing) {
    (void)send(line);  // Whoever is gone is found out, with the reason, by await().
    ASSAY_TRY(Message message, await(timeout, doing));
    if (T* wanted = std::get_if<T>(&message)) return std::move(*wanted);
    return unexpected(doing);
  }
  /// Kills and records a worker that did not answer in time, or answered out of turn.
  tl::unexpected<Status> hung(std::string_view doing, std::chrono::nanoseconds timeout);
  tl::unexpected<Status> unexpected(std::string_view doing);
  /// Kills and records a worker whose session is not the one that the data was made for.
  tl::unexpected<Status> unfit(std::string reason);

  /// Says `quit` and waits a while. Returns how it ended when that was not in good order, else "".
  std::string finish();
  void kill();

  /// Words such as " after 499 timed inferences", asked for when a failure is written down.
  void set_progress_note(std::function<std::string()> note) { progress_note_ = std::move(note); }
  record::Failure failure();  ///< Empty reason: it has not failed.

 private:
  WorkerProcess(Process process, int socket, SharedMemory inputs, SharedMemory outputs, SharedMemory timing,
                const WorkerSpec& spec);
  Result<Message> await(std::chrono::nanoseconds timeout, std::string_view doing);
  /// A whole line that is already buffered.
  std::optional<std::string> take_line();
  record::Failure recorded_failure();
  tl::unexpected<Status> ended();
  tl::unexpected<Status> refused(const WorkerError& error);
  tl::unexpected<Status> record_failure(std::string kind, std::string reason, int signal = 0,
                                        Code code = Code::kWorkerFailed);

  Process process_;
  int socket_ = -1;
  SharedMemory inputs_, outputs_, timing_;
  std::filesystem::path log_;
  std::int64_t deadline_ns_ = 0;  ///< Of the whole pass.
  std::chrono::nanoseconds run_timeout_;
  std::string buffer_;
  std::size_t searched_ = 0;  ///< Bytes of buffer_ that hold no line end.
  std::function<std::string()> progress_note_;
  std::atomic<bool> gone_{false};  ///< send() found nobody; poll() has not yet asked why.
  std::mutex receive_mutex_;       ///< Of poll(): the buffer and the process's end.
  std::mutex failure_mutex_;
  record::Failure failure_;
  Status failure_status_;
};

/// Sizes of a list of tensors, as set_layout() wants them.
std::vector<std::uint64_t> byte_sizes(const std::vector<record::TensorInfo>& tensors);

}  // namespace assay::engine

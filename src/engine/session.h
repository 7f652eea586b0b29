// A worker that serves inferences one by one: the accuracy, pipeline and artifact-comparison passes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/status.h"
#include "engine/worker_spec.h"
#include "record/run.h"

namespace assay::engine {

struct Completion {
  int slot = 0;
  std::int64_t infer_ns = 0;  ///< Time of infer() on the worker's clock: host memory to host memory.
};

/// One worker process with one open session and shared-memory tensors in `slots` slots. Submitted slots queue
/// in the worker, which starts the next as soon as one is done. One thread may submit while another waits; a
/// slot's memory belongs to the worker from submit() until wait() returned it. The worker dies with the
/// thread that opened it (PR_SET_PDEATHSIG follows threads), so open from one that outlives the session.
class Session {
 public:
  /// Errors: kInvalidInput, kNotFound, kUnavailable as the plugin says (artifact, options, accelerator);
  /// kWorkerFailed when it crashed, hung or answered garbage, kInterrupted, kResource.
  static Result<Session> open(const WorkerSpec& spec, int slots);
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();  ///< Kills the worker if it still runs.

  const record::SessionInfo& info() const;
  int slots() const;
  std::span<std::byte> input(int slot, int tensor = 0);
  std::span<const std::byte> output(int slot, int tensor = 0) const;

  /// Errors: kWorkerFailed (it is gone: see failure()).
  Result<void> submit(int slot);
  /// The next finished slot, in the order of submission. Errors: kWorkerFailed (see failure()), kInterrupted.
  Result<Completion> wait();
  /// Ends the worker in good order and returns what it knew at the end (libraries, first inference).
  Result<record::SessionInfo> close();
  /// How the worker ended, when not well; empty reason: it did not fail.
  record::Failure failure() const;

 private:
  struct State;
  explicit Session(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace assay::engine

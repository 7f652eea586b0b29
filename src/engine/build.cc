#include "engine/build.h"

#include "base/clock.h"
#include "engine/worker_process.h"

namespace assay::engine {

Result<void> build_artifact(const BuildRequest& request, const ProgressFn& progress) {
  ASSAY_TRY(const std::unique_ptr<WorkerProcess> process, WorkerProcess::start(request.worker));
  (void)process->send(prepare_command(request));  // Whoever is gone is found out, with the reason, by poll().
  for (;;) {
    ASSAY_TRY(const std::optional<Message> message, process->poll(std::chrono::milliseconds(250)));
    if (!message) {
      if (progress) progress({.phase = "build"});
      continue;
    }
    if (!std::holds_alternative<Built>(*message)) return process->unexpected("build");
    break;
  }
  // A vendor's library that crashes while it is unloaded has built all the same.
  process->finish();
  std::error_code error;
  if (const auto size = std::filesystem::file_size(request.destination, error); error || size == 0)
    return fail(Code::kWorkerFailed, "the plugin said that it built " + request.destination.string() +
                                         ", and there is no such file or it is empty");
  return {};
}

}  // namespace assay::engine

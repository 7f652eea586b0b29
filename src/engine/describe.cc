#include "engine/describe.h"

#include "engine/worker_process.h"

namespace assay::engine {

Result<PluginDescription> describe_plugin(const std::filesystem::path& worker,
                                          const std::filesystem::path& plugin) {
  WorkerSpec spec;
  spec.worker = worker;
  spec.plugin = plugin;
  // Loading a vendor's libraries from a slow disk takes its time; nothing is compiled.
  constexpr std::chrono::seconds kPatience{120};
  ASSAY_TRY(const std::unique_ptr<WorkerProcess> process, WorkerProcess::start(spec));
  ASSAY_TRY(PluginDescription description,
            process->request<PluginDescription>(describe_command(plugin), kPatience, "describe"));
  process->finish();
  return description;
}

}  // namespace assay::engine

#include "campaign/context.h"

#include "backend/registry.h"

namespace assay::campaign {

Result<std::filesystem::path> plugin_of(const spec::RowSpec& row) {
  if (!row.plugin.empty()) return row.plugin;
  return backend::plugin_path(row.backend);
}

Result<engine::WorkerSpec> worker_spec(const Context& context, const std::string& step,
                                       const spec::RowSpec& row, const record::ArtifactRecord& artifact) {
  engine::WorkerSpec spec;
  spec.worker = context.worker;
  ASSAY_TRY(spec.plugin, plugin_of(row));
  spec.artifact = artifact.path;
  spec.accelerator = row.accelerator;
  spec.precision = row.precision;
  spec.options = row.options;
  spec.shapes = context.model_of(row).shapes;
  spec.log = context.directory.work() / (step + ".log");
  spec.stall_timeout = context.experiment.protocol.stall_timeout;
  spec.run_timeout = context.experiment.protocol.run_timeout;
  return spec;
}

}  // namespace assay::campaign

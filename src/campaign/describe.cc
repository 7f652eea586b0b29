#include "campaign/describe.h"

#include "backend/registry.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/resources.h"
#include "campaign/context.h"
#include "engine/describe.h"
#include "sensor/environment.h"
#include "spec/explain.h"

namespace assay::campaign {

namespace fs = std::filesystem;

Result<store::Campaign> describe_campaign(const spec::Experiment& experiment) {
  store::Campaign campaign;
  campaign.assay_version = ASSAY_VERSION;
  campaign.spec_digest = spec::spec_digest(experiment);
  campaign.environment = sensor::read_environment();
  campaign.created_utc = utc_iso8601(wall_anchor().utc_ns);
  ASSAY_TRY(const fs::path worker, engine::default_worker());
  ASSAY_TRY(const std::string program_digest, sha256_file("/proc/self/exe"));
  ASSAY_TRY(const std::string worker_digest, sha256_file(worker));
  campaign.binary_digest = Sha256().field(program_digest).field(worker_digest).hex();
  for (const spec::RowSpec& row : experiment.rows) {
    const auto plugin = plugin_of(row);
    if (!plugin) return fail(plugin.error().with_context("row " + row.id));
    ASSAY_TRY(campaign.software["plugin of " + row.id], sha256_file(*plugin));
    // What the plugin would load now. A runtime that cannot be loaded is the row's trouble, found when it is
    // opened.
    const auto description = engine::describe_plugin(worker, *plugin);
    campaign.software["runtime of " + row.id] =
        description ? description->runtime_version : description.error().message;
    if (!row.artifact.empty())
      if (const auto digest = sha256_file(row.artifact)) campaign.software["artifact of " + row.id] = *digest;
  }
  if (!experiment.model.path.empty())
    if (const auto digest = sha256_file(experiment.model.path)) campaign.software["model"] = *digest;
  campaign.software["usable CPUs"] = std::to_string(sensor::usable_cpus());
  const fs::path home = home_directory();
  for (const char* lock :
       {"scripts/sdk.lock", "scripts/requirements.lock", "models/ddrnet23-slim.safetensors"})
    if (const auto digest = sha256_file(home / lock)) campaign.software[lock] = *digest;
  campaign.facts["seed"] = std::to_string(experiment.seed);
  campaign.facts["order_seed"] = std::to_string(experiment.protocol.order_seed);
  return campaign;
}

}  // namespace assay::campaign

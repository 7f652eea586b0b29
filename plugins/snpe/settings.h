// What the backend options of a spec come to.
#pragma once

#include <string>
#include <vector>

#include "library.h"
#include "tensor_io.h"

namespace assay::snpe {

/// A runtime by the name that specs and SNPE's own reports use.
struct NamedRuntime {
  std::string name;  // "DSP", "GPU", "CPU"
  int runtime = kRuntimeCpu;
};

struct Settings {
  std::string accelerator;          // "DSP" also where the spec says "HTP".
  std::vector<NamedRuntime> order;  // The accelerator first; more only where the spec allows a fallback.
  std::size_t performance = 5;      // Snpe_PerformanceProfile_t: burst.
  int profiling = kProfilingDetailed;
  std::size_t priority = 0;  // Snpe_ExecutionPriorityHint_t: normal.
  bool unsigned_pd = true;   // SNPE 2's own default.
  bool cpu_fixed_point = false;
  bool quantised_io = false;
  LayoutChoice layout = LayoutChoice::kAuto;
  std::string init_cache;  // A folder; "": off.
  std::string platform_options;
  std::string diagview;

  /// Throws Failure: INVALID for an option, UNAVAILABLE for an accelerator that SNPE has no runtime for.
  explicit Settings(const assay_open_options& request);
  const char* performance_name() const;
  const char* priority_name() const;
  std::string order_text() const;
};

}  // namespace assay::snpe

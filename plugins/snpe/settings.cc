#include "settings.h"

#include <algorithm>
#include <sstream>

namespace assay::snpe {

using plugin::Failure;

namespace {

// The index is the value of Snpe_PerformanceProfile_t (DlEnums.h).
const std::vector<std::string> kPerformance{
    "balanced", "high-performance", "power-saver",      "system-settings", "sustained-high-performance",
    "burst",    "low-power-saver",  "high-power-saver", "low-balanced",    "extreme-power-saver"};
// The index is the value of Snpe_ExecutionPriorityHint_t.
const std::vector<std::string> kPriority{"normal", "high", "low", "normal-high"};

NamedRuntime runtime_named(const std::string& name, const std::string& precision, assay_code code) {
  if (name == "DSP" || name == "HTP") return {"DSP", kRuntimeDsp};
  if (name == "GPU") return {"GPU", precision == "fp16" ? kRuntimeGpuFloat16 : kRuntimeGpu};
  if (name == "CPU") return {"CPU", kRuntimeCpu};
  throw Failure(code, "'" + name + "' is no runtime of SNPE: DSP (also HTP), GPU or CPU was expected");
}

}  // namespace

Settings::Settings(const assay_open_options& request) {
  const plugin::Options options(
      request.options, request.option_count,
      {"runtime-order", "performance-profile", "profiling-level", "priority", "unsigned-pd",
       "cpu-fixed-point", "io", "layout", "init-cache", "platform-options", "diagview"});
  plugin::require_known_precision(request.precision);
  const NamedRuntime own = runtime_named(request.accelerator, request.precision, ASSAY_ERROR_UNAVAILABLE);
  accelerator = own.name;
  order = {own};
  if (const auto text = options.text("runtime-order")) {
    order.clear();
    std::istringstream words(*text);
    for (std::string word; std::getline(words, word, ',');)
      order.push_back(runtime_named(word, request.precision, ASSAY_ERROR_INVALID));
    if (order.empty() || order.front().name != accelerator)
      throw Failure(ASSAY_ERROR_INVALID, "option 'runtime-order': the row's accelerator, " + accelerator +
                                             ", must come first, found '" + *text + "'");
  }
  performance = options.choice("performance-profile", kPerformance).value_or(performance);
  if (const auto level = options.choice("profiling-level", {"detailed", "linting"}))
    profiling = *level == 0 ? kProfilingDetailed : kProfilingLinting;
  priority = options.choice("priority", kPriority).value_or(priority);
  unsigned_pd = options.boolean("unsigned-pd").value_or(unsigned_pd);
  cpu_fixed_point = options.boolean("cpu-fixed-point").value_or(cpu_fixed_point);
  quantised_io = options.choice("io", {"float", "quantized"}).value_or(0) == 1;
  layout = static_cast<LayoutChoice>(options.choice("layout", {"auto", "nhwc", "as-is"}).value_or(0));
  init_cache = options.text("init-cache").value_or("off");
  if (init_cache == "off") init_cache.clear();
  platform_options = options.text("platform-options").value_or("");
  diagview = options.text("diagview").value_or("");
}

const char* Settings::performance_name() const { return kPerformance[performance].c_str(); }
const char* Settings::priority_name() const { return kPriority[priority].c_str(); }

std::string Settings::order_text() const {
  std::vector<std::string> names;
  for (const NamedRuntime& entry : order) names.push_back(entry.name);
  return plugin::join(names, ",");
}

}  // namespace assay::snpe

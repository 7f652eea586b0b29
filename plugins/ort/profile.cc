#include "ort/profile.h"

#include <cstdint>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace assay::onnxruntime {

using plugin::Failure;

namespace {

constexpr std::string_view kKernelSuffix = "_kernel_time";

struct Kernel {
  std::string name;
  std::string type;
  std::string provider;
  int64_t first_us = 0;  // Its first execution allocates, and is kept apart.
  int64_t other_us = 0;
  int executions = 0;
};

}  // namespace

void read_profile(const std::string& path, const std::string& claimed_provider, plugin::LayerList& layers,
                  const std::string& skipped_provider, bool tell_times) {
  std::ifstream file(path);
  if (!file) throw Failure(ASSAY_ERROR_VENDOR, path + ": ONNX Runtime's profile cannot be read");

  std::vector<Kernel> kernels;
  std::map<std::pair<std::string, std::string>, size_t>
      index;  // (node index, name): names alone may repeat or be empty.
  int runs = 0;
  // One event a line: a profile of 1000 inferences is too large to hold as one document.
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] != '{') continue;
    if (line.back() == ',') line.pop_back();
    const nlohmann::json event = nlohmann::json::parse(line, nullptr, false);
    if (!event.is_object()) continue;  // The last line of a profile that reached its cap is cut short.
    const std::string name = event.value("name", "");
    if (name == "model_run") ++runs;
    if (event.value("cat", "") != "Node" || name.size() < kKernelSuffix.size() ||
        name.compare(name.size() - kKernelSuffix.size(), kKernelSuffix.size(), kKernelSuffix) != 0)
      continue;
    const nlohmann::json& args = event.at("args");
    const auto [place, is_new] = index.try_emplace({args.value("node_index", ""), name}, kernels.size());
    if (is_new)
      kernels.push_back({name.substr(0, name.size() - kKernelSuffix.size()), args.value("op_name", ""),
                         args.value("provider", "")});
    Kernel& kernel = kernels[place->second];
    const int64_t duration_us = event.value("dur", int64_t{0});
    (kernel.executions++ == 0 ? kernel.first_us : kernel.other_us) += duration_us;
  }
  if (kernels.empty())
    throw Failure(ASSAY_ERROR_VENDOR,
                  "ONNX Runtime's profile holds no executed kernel: run an inference before profile()");

  for (const Kernel& kernel : kernels) {
    if (!skipped_provider.empty() && kernel.provider == skipped_provider) continue;
    const bool repeated = runs > 1 && kernel.executions > 1;
    const int64_t total_us = repeated ? kernel.other_us : kernel.first_us;
    layers.add(kernel.name, kernel.type, kernel.provider,
               tell_times ? total_us * 1000 / (repeated ? runs - 1 : 1) : -1,
               kernel.provider.empty()               ? ASSAY_PLACED_UNKNOWN
               : kernel.provider == claimed_provider ? ASSAY_PLACED_CLAIMED
                                                     : ASSAY_PLACED_ELSEWHERE);
  }
}

}  // namespace assay::onnxruntime

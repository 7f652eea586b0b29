// Any bytes as the inspector's JSON, as an engine file and as a calibration cache: a value or a Failure,
// never more.
#include <cstdint>

#include "property.h"
#include "support/vendor_plugin.h"
#include "tensorrt/calibration.h"
#include "tensorrt/engine_file.h"
#include "tensorrt/placement.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay::tensorrt;
  using assay::require;
  using assay::plugin::Failure;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto layers = parse_engine_information(text);
    const std::vector<NetworkLayer> network{{"/conv/Conv", 100}, {"/relu/Relu", 0}, {"/head/Conv", 50}};
    const Placement placement = place(layers, network, true);
    require(placement.layers.size() == layers.size(), "every layer has a place");
    const double told = placement.operations_dla + placement.operations_gpu;
    require(placement.operations_gpu < 0 || told == 150, "shares are of the whole network, or unknown");
  } catch (const Failure&) {
  }
  try {
    const EngineFile file = decode_engine(text, "fuzz");
    require(file.plan.size() < size, "the plan lies in the file");
  } catch (const Failure& failure) {
    require(std::string_view(failure.what()).substr(0, 4) == "fuzz", "an error names the file",
            failure.what());
  }
  const CalibrationIdentity identity{"model", "set", "10.3.0"};
  const CalibrationCache cache = decode_calibration_cache(text, identity);
  require(cache.content.empty() != cache.problem.empty(), "a cache, or what is wrong with it");
  require(cache.content.empty() || encode_calibration_cache(identity, cache.content) == text,
          "a cache of this model alone");
  return 0;
}

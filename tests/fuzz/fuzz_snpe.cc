// Any bytes as what snpe-diagview prints, and as the shapes that stand beside a DLC.
#include <cstdint>
#include <string>

#include "property.h"
#include "snpe/diagview.h"
#include "snpe/tensor_io.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    for (const snpe::DiagLayer& layer : snpe::parse_diagview(text)) {
      require(!layer.name.empty() && !layer.runtime.empty(), "a layer has a name and a runtime");
      require(layer.time_ns >= -1 && layer.cycles >= -1, "times are told or not");
      require(layer.time_ns < 0 || layer.cycles < 0, "a time is in one unit", layer.name);
    }
  } catch (const plugin::Failure& failure) {
    require(failure.code == ASSAY_ERROR_VENDOR, "a line that cannot be read is the vendor's");
  }
  try {
    for (const snpe::SourceTensor& tensor : snpe::parse_source_tensors(text))
      require(!tensor.name.empty() && !tensor.dims.empty() && tensor.dims.size() <= ASSAY_MAX_RANK,
              "a tensor has a name and a shape");
    const auto record = snpe::parse_quantizer_record(text);
    require(!record || (record->activation_bits > 0 && record->weight_bits > 0), "a record has bits");
  } catch (const plugin::Failure& failure) {
    require(failure.code == ASSAY_ERROR_INVALID, "bad text is the caller's fault");
  }
  return 0;
}

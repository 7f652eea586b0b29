#include "qnn/advice.h"

#include <algorithm>
#include <initializer_list>

namespace assay::qnn {

std::string advice(const std::string& vendor_text, bool on_device, const std::string& dsp_reason) {
  const auto says = [&vendor_text](std::initializer_list<const char*> words) {
    return std::any_of(words.begin(), words.end(),
                       [&](const char* word) { return vendor_text.find(word) != std::string::npos; });
  };
  if (says({"Unsupported nodes in QNN EP", "fallback to CPU EP has been explicitly disabled"}))
    return "\nThe HTP does not take the whole graph, and fallback to the CPU is refused. HTP V68 computes in "
           "integers only: a floating-point model has to be quantized (toolchain qnn). Else replace the "
           "layers, "
           "or set the option cpu_fallback, which the placement of the row then shows.";
  if (says({"context binary", "EpContext", "EPContext"}))
    return "\nThe context is damaged, or of another QNN version, Hexagon or SoC: prepare it again from the "
           "quantized model.";
  if (on_device && says({"QNN_DEVICE_ERROR", "Transport layer", "qnn_open", "skel", "device handle"}))
    return "\nThe DSP was not reached: " +
           (dsp_reason.empty()
                ? std::string("its device can be opened, so either its firmware does not run (the state of "
                              "/sys/class/remoteproc/*/ says so), or FastRPC's user library libcdsprpc.so is "
                              "absent, or "
                              "the firmware refuses the unsigned protection domain of a user's process, or "
                              "ADSP_LIBRARY_PATH names a folder without the provider's libQnnHtpV*Skel.so.")
                : dsp_reason);
  return "";
}

}  // namespace assay::qnn

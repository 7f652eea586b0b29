// What to do about the vendor's errors.
#pragma once

#include <string>

namespace assay::qnn {

/// A line to set below the vendor's own text, "" where nothing is known of it. `on_device`: a DSP was to
/// execute; `dsp_reason`: what find_dsp() says against using it, "" when nothing.
std::string advice(const std::string& vendor_text, bool on_device, const std::string& dsp_reason);

}  // namespace assay::qnn

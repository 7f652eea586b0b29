// Numbers and bytes as text that a page carries.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "report/page.h"

namespace assay::report {

/// RFC 4648, with padding, on one line.
std::string base64(std::string_view bytes);

/// Errors: kResource (no memory to compress).
Result<Blob> pack(std::span<const float> values);
Result<Blob> pack(std::span<const std::int32_t> values);

}  // namespace assay::report

// The batch that a caption, a heading or a name states in words.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace assay::audit {

/// A batch that is stated in words: "ResNet50 (batch size 64)", "batch=8".
struct StatedBatch {
  std::optional<double> size;  ///< Absent: more than one is named.
  std::string rest;            ///< What else the text says.
};
/// Absent: none is stated. `text`: plain.
std::optional<StatedBatch> batch_stated(std::string_view text);

}  // namespace assay::audit

// Raw tensors as a data set without labels: .raw and .bin files (bare little-endian elements), or .npy.
#pragma once

#include <filesystem>
#include <memory>

#include "base/status.h"
#include "dataset/dataset.h"

namespace assay::dataset {

/// `root` is a folder (with a sub-folder of the split's name, or the files themselves), or a text file that
/// names one tensor file a line, relative to itself. .raw and .bin hold float32, or u8 when the model's input
/// is u8; .npy says it itself (<f4 or |u1, C order). A file that does not hold exactly the elements of the
/// model's input is an error that names both numbers. Errors: kNotFound, kInvalidInput (no tensor files;
/// count above what is there).
Result<std::unique_ptr<Dataset>> open_tensors(const std::filesystem::path& root,
                                              const spec::Selection& selection);

}  // namespace assay::dataset

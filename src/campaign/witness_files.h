// What a vendor's tool is fed with, made of what a worker of ours was fed with.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/status.h"
#include "record/run.h"

namespace assay::campaign {

/// A tensor as numpy's .npy, version 1.0. Errors: kInvalidInput (a type that numpy has not).
Result<std::string> npy_file(const record::TensorInfo& tensor, std::string_view bytes);

/// The bytes of an NCHW tensor as NHWC. Errors: kInvalidInput (not of rank 4, or another size).
Result<std::string> channels_last(const record::TensorInfo& tensor, std::string_view bytes);

/// Writes the plan of a TensorRT artifact, which stands behind a header of assay's plugin
/// (docs/backends/tensorrt.md), to `plan`: NVIDIA's tools know the plan alone. Errors: kInvalidInput (no such
/// header, or cut short), those of the files.
Result<void> write_plan(const std::filesystem::path& artifact, const std::filesystem::path& plan);

}  // namespace assay::campaign

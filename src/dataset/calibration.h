// Preprocessed inputs on disk: the very tensors that toolchains calibrate with.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "dataset/dataset.h"
#include "spec/experiment.h"

namespace assay::dataset {

/// Called now and then with items done and in all.
using Progress = std::function<void(std::size_t done, std::size_t total)>;

struct CalibrationSet {
  std::filesystem::path index;       ///< DIR/index.json: shape, dtype, layout, input name, files and digests.
  std::vector<std::string> ids;      ///< In order.
  std::vector<std::string> digests;  ///< tensor_digest() of each.
  std::vector<std::filesystem::path> files;  ///< Of each.
  std::vector<std::int64_t> dims;            ///< Of each: [1,3,H,W].
  std::string digest;   ///< Over shape, dtype, ids and digests: what targets must have in common.
  bool reused = false;  ///< Was there already, and intact.
};

/// Writes the canonical tensors of the items as DIR/000000.raw ... (float32 [3,H,W], little endian) and
/// DIR/index.json:
///   {"version": 1, "input_name", "shape": [1,3,H,W], "dtype": "f32", "order": "RGB", "layout": "NCHW",
///    "model_layout", "model_dtype", "digest", "items": [{"id", "file", "sha256"}]}
/// A few tensors are in memory at a time. If `dir` already holds this set, its files are checked by digest
/// and reused; any that is missing or damaged is written again. Errors: those of Dataset; kResource (disk
/// full; the message says how much is needed); kConflict (`dir` holds another set); kInterrupted.
Result<CalibrationSet> write_calibration(const Dataset& dataset, std::span<const std::size_t> indices,
                                         const spec::ModelIo& io, spec::Size size,
                                         const std::filesystem::path& dir, const Progress& progress = {});

}  // namespace assay::dataset

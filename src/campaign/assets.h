// What a campaign measures with: the source model at each batch size, and the images, opened and checked
// once.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "campaign/input_source.h"
#include "dataset/dataset.h"
#include "model/graph.h"
#include "spec/experiment.h"

namespace assay::campaign {

using Announce = std::function<void(std::string_view phase, std::int64_t done, std::int64_t total)>;

/// The source model for one batch size.
struct SourceModel {
  std::filesystem::path path;  ///< ONNX.
  model::ModelFacts facts;
  model::InputShapes shapes;         ///< Of dynamic inputs; empty where all are static.
  spec::Size size;                   ///< Of the image input.
  std::optional<double> operations;  ///< For the whole batch; 1 MAC = 2.
  std::string operations_note;
};

struct Assets {
  std::map<int, SourceModel> models;  ///< By batch size.
  spec::Data data;                    ///< With the root that is really used.
  std::unique_ptr<dataset::Dataset> validation;
  std::unique_ptr<dataset::Dataset> calibration;  ///< Null where no row needs one.
  std::unique_ptr<dataset::Dataset> comparison;   ///< Images of the artifact check; null where it is off.
  std::string comparison_note;       ///< Empty, or why those are not images used for nothing else.
  std::string calibration_relation;  ///< "same images as validation", "disjoint", "overlapping" or "none"
  std::vector<std::string> class_names;
};

/// Whether a row's artifact is calibrated with images: what its toolchain says. Errors: choose_toolchain's.
Result<bool> needs_calibration(const spec::RowSpec& row, const SourceModel& source);

/// Builds or reads the model (a built-in one is written under `cache`), generates streets where the spec asks
/// for them, opens the data sets. Errors: those of the model and the data, in words for the user.
Result<Assets> open_assets(const spec::Experiment& experiment, const std::filesystem::path& cache,
                           const Announce& announce);

/// The model of one batch size. Errors: kNotFound, kInvalidInput (no ONNX; dynamic shape without a size; a
/// static shape that contradicts size or batch), kCorrupt.
Result<SourceModel> open_model(const spec::Model& spec, int batch, const std::filesystem::path& cache);

}  // namespace assay::campaign

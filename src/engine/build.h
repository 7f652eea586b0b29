// A build on the device: the backend's plugin makes the artifact that it will open
// (assay_backend_v1::prepare), in a worker process of its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "engine/worker_spec.h"

namespace assay::engine {

/// The tensors of a campaign's calibration, as assay_calibration of the ABI has them.
struct CalibrationTensors {
  std::string input = {};   ///< Name of the model's input.
  std::string digest = {};  ///< Of the set.
  std::string layout = "NCHW", dtype = "f32";
  std::vector<std::int64_t> dims = {};            ///< Of one file: [1,3,H,W].
  std::vector<std::filesystem::path> files = {};  ///< Raw, row-major, little endian.
};

struct BuildRequest {
  WorkerSpec worker;  ///< Its options are those of the build; its log gets what the vendor's builder prints.
  std::filesystem::path source, destination;
  std::string source_digest;    ///< SHA-256 of `source`.
  std::filesystem::path cache;  ///< Outlives the build (timing caches); empty: none.
  std::optional<CalibrationTensors> calibration;
};

/// Returns when `destination` is there and not empty. The worker's run_timeout bounds it; `progress` gets the
/// phase "build" a few times a second. Errors: kInvalidInput, kNotFound, kUnavailable as the plugin says,
/// with the vendor's text; kWorkerFailed when it failed, crashed, hung or answered garbage; kInterrupted,
/// kResource.
Result<void> build_artifact(const BuildRequest& request, const ProgressFn& progress = {});

}  // namespace assay::engine

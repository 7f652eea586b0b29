// From a source model and calibration tensors to an artifact, cached by the digest of everything that went
// in.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/status.h"
#include "engine/build.h"
#include "model/graph.h"
#include "prepare/toolchain.h"
#include "record/run.h"

namespace assay::prepare {

struct PrepareRequest {
  const Toolchain* toolchain = nullptr;
  std::filesystem::path model;  ///< ONNX, as `facts` describes it.
  model::ModelFacts facts;
  model::InputShapes shapes;  ///< For inputs whose shape is dynamic; empty where all are static.
  std::string precision;      ///< "int8"
  std::map<std::string, std::string> options;

  /// Where the toolchain calibrates: the tensors, and their folder as dataset::write_calibration() made it.
  std::optional<engine::CalibrationTensors> calibration;
  std::filesystem::path calibration_folder;
  /// Where the toolchain builds: the row's worker. Its options are replaced by those of the build.
  std::optional<engine::WorkerSpec> worker;

  std::filesystem::path cache;           ///< Artifacts live in CACHE/artifacts/KEY.
  std::chrono::milliseconds timeout{0};  ///< For the toolchain, and for waiting for another process; 0: none.
  std::filesystem::path python = {};     ///< Empty: sdk/venv of home_directory().
  std::filesystem::path scripts = {};    ///< Empty: tools/toolchains of home_directory().
};

/// Whoever watches. Either may be empty.
struct Listener {
  std::function<void(std::string_view phase, std::int64_t done, std::int64_t total)> progress;
  std::function<void(std::string_view text)>
      notice;  ///< One line worth keeping: a damaged artifact is made again.
};

/// Makes the artifact, or takes it from the cache after checking its content against its recorded digest; a
/// damaged one is made again, with a notice. Two processes that want one artifact: the second waits and uses
/// the first's. The toolchain's output is kept in CACHE/artifacts/KEY.log. The fields compared_* of the
/// record are left alone: the comparison with FP32 ONNX Runtime is the campaign's. Errors: kInvalidInput
/// (limits or options), kUnavailable (no Python environment: run scripts/setup; no such accelerator or
/// vendor's runtime, where the toolchain builds), kWorkerFailed (the toolchain failed, crashed or answered
/// garbage: the message has its last lines and the command that repeats it), kTimeout, kResource (disk full),
/// kInterrupted.
Result<record::ArtifactRecord> prepare(const PrepareRequest& request, const Listener& listener = {});

/// Digest of what lies at `artifact.path` now, by the same definition as `artifact.digest`: equal unless
/// somebody changed it since. A given artifact: SHA-256 of the file, or of .xml and .bin of an IR. Errors:
/// kNotFound, kCorrupt.
Result<std::string> artifact_digest(const record::ArtifactRecord& artifact);

/// The digest of the calibration tensors that the notes beside a given artifact (ARTIFACT.io, as the
/// toolchain `snpe` writes them) name; "" where they name none, or there are none. Errors: kCorrupt (a line
/// that cannot be read, or notes that name another file than this).
Result<std::string> calibration_told_beside(const std::filesystem::path& artifact);

/// Whether scripts can be run here: the environment is complete. Errors: kUnavailable. For `assay doctor`.
Result<void> check_environment(const std::filesystem::path& python = {});

}  // namespace assay::prepare

// From a row to the artifact that its backend opens, compared with the reference before time is spent on it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "campaign/context.h"
#include "dataset/calibration.h"
#include "record/run.h"

namespace assay::campaign {

/// The source model as it is, which is what the reference runs.
record::ArtifactRecord source_artifact(const SourceModel& model);

/// Keeps what rows share: the calibration tensors, and the reference's outputs for each batch size.
class ArtifactMaker {
 public:
  explicit ArtifactMaker(const Context& context) : context_(context) {}

  /// Prepares the row's artifact (or takes the one given) and compares it with FP32 ONNX Runtime on images
  /// of their own. A toolchain or worker that fails is told in the record's `failure`. Errors: the data's,
  /// kInterrupted, kResource.
  Result<record::ArtifactRecord> make(const std::string& step, const spec::RowSpec& row);

 private:
  /// Outputs of FP32 ONNX Runtime on the comparison images.
  struct Reference {
    std::vector<engine::TensorSet> outputs;
    std::vector<record::TensorInfo> tensors;
  };

  Result<record::ArtifactRecord> build(const spec::RowSpec& row);
  Result<record::ArtifactRecord> given(const spec::RowSpec& row) const;
  Result<dataset::CalibrationSet> calibration_set();
  Result<void> compare(const std::string& step, const spec::RowSpec& row, record::ArtifactRecord& artifact);
  /// Null: the reference cannot run, see its notice.
  Result<const Reference*> reference_for(const std::string& step, const spec::RowSpec& row);

  const Context& context_;
  std::optional<dataset::CalibrationSet> calibration_;
  std::map<int, Reference> references_;  ///< By batch size.
};

}  // namespace assay::campaign

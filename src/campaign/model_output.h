// From one inference's output bytes to a class map: the post-processing that accuracy and end-to-end passes
// share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/status.h"
#include "record/run.h"
#include "spec/experiment.h"

namespace assay::campaign {

/// The tensors of a session that images go into and come out of.
class ModelOutput {
 public:
  /// Finds and checks the output that `io` names (or the only one): logits f32 [N,C,h,w] ([N,h,w,C] for
  /// output layout NHWC), or labels u8/i32/i64 [N,h,w] or [N,1,h,w]. Errors: kInvalidInput, with the
  /// session's outputs.
  static Result<ModelOutput> create(const record::SessionInfo& session, const spec::ModelIo& io, int classes);

  int tensor() const { return tensor_; }  ///< Index among the session's outputs.

  /// Class of each pixel at `size` for one image of the batch: logits are upsampled bilinearly
  /// (align_corners=false) and then taken argmax of; label maps are resized by the nearest pixel.
  Result<void> classes_at(std::span<const std::byte> output, int image, spec::Size size,
                          std::span<std::uint8_t> labels) const;

 private:
  int tensor_ = 0;
  int classes_ = 0;
  std::string dtype_;
  bool logits_ = true, channels_last_ = false;
  int height_ = 0, width_ = 0;
};

/// Index among the session's inputs of the image input, checked against batch, size and dtype.
/// Errors: kInvalidInput, with what was expected and the session's inputs.
Result<int> find_image_input(const record::SessionInfo& session, const spec::ModelIo& io, int batch,
                             spec::Size size);

}  // namespace assay::campaign

// Batches of preprocessed images in the layout that a model takes, with the digests of the canonical tensors.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "dataset/dataset.h"
#include "engine/worker_spec.h"
#include "spec/experiment.h"

namespace assay::campaign {

/// Group g holds images g*batch .. g*batch+batch-1; the last group is filled up with its own last image.
/// Every const member may be called from several threads at once.
class InputSource {
 public:
  InputSource(const dataset::Dataset& data, spec::ModelIo io, spec::Size size, int batch)
      : data_(data), io_(std::move(io)), size_(size), batch_(batch) {}

  const dataset::Dataset& data() const { return data_; }
  const spec::ModelIo& io() const { return io_; }
  spec::Size size() const { return size_; }
  int batch() const { return batch_; }
  std::size_t groups() const { return (data_.size() + batch_ - 1) / batch_; }
  /// Images of a group that are not filling.
  std::size_t images_in(std::size_t group) const;
  std::size_t group_bytes() const;

  /// Writes a group into `out` (group_bytes()). `digests`, when given, gets one for each image that is not
  /// filling.
  Result<void> load(std::size_t group, std::span<std::byte> out,
                    std::vector<std::string>* digests = nullptr) const;

  /// The first groups, at most `most`, as sets of one tensor: what a timed loop rotates.
  Result<std::vector<engine::TensorSet>> first(std::size_t most) const;

 private:
  const dataset::Dataset& data_;
  spec::ModelIo io_;
  spec::Size size_;
  int batch_;
};

}  // namespace assay::campaign

// Images (or tensors) and labels by index, whatever lies behind them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "dataset/image.h"
#include "spec/experiment.h"

namespace assay::dataset {

/// Class of each pixel, row-major, or kIgnore (255).
struct Label {
  int height = 0, width = 0;
  std::vector<std::uint8_t> classes;
};

/// A fixed, ordered choice of items. Every const member may be called from several threads at once.
class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual std::size_t size() const = 0;
  /// Names the item in results and lists, unique: "frankfurt/frankfurt_000000_000294".
  virtual std::string id(std::size_t index) const = 0;
  virtual bool has_labels() const = 0;
  /// Writes the canonical tensor (preprocess.h) into `out`. Raw tensors are taken as they lie in the file,
  /// which has to hold exactly out.size() elements. Errors: kInvalidInput, kNotFound, kCorrupt.
  virtual Result<void> load_input(std::size_t index, const spec::ModelIo& io, spec::Size size,
                                  std::span<float> out) const = 0;
  /// The label at its own size, mapped to classes. Labels are never resized. Errors: kInvalidInput (no
  /// labels; another size than the image; a value outside the map), kNotFound, kCorrupt.
  virtual Result<Label> load_label(std::size_t index) const = 0;
  /// The picture as people see it. Errors: kInvalidInput (raw tensors are none), kNotFound, kCorrupt.
  virtual Result<Image> load_image(std::size_t index) const {
    return fail(Code::kInvalidInput, id(index) + " is a raw tensor, and no picture");
  }
  /// SHA-256 over ids and the bytes of every file, in order. Reads everything once.
  virtual Result<std::string> digest() const = 0;
};

/// Opens `data.root` and takes `selection` of it: in order of id when count is 0, else the choice of subset.h
/// in the order drawn. The files are only listed, not read. `data.streets` is not looked at: make the scenes
/// first (streets_writer.h) and set the root. Errors: kInvalidInput (spec; count above what is there),
/// kNotFound, and those of the readers.
Result<std::unique_ptr<Dataset>> open_dataset(const spec::Data& data, const spec::Selection& selection);

/// The indices that a selection takes of `total` sorted items; `what` names the data set in the message.
/// Errors: kInvalidInput (count negative or above total).
Result<std::vector<std::size_t>> choose_indices(std::size_t total, const spec::Selection& selection,
                                                const std::string& what);

}  // namespace assay::dataset

// Cityscapes' label definitions: ids, the 19 evaluated classes, names and colours, in one table.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "spec/experiment.h"

namespace assay::dataset {

/// The label that is not scored, whatever number the files use for it.
inline constexpr std::uint8_t kIgnore = 255;

struct LabelDefinition {
  std::string_view name;
  std::uint8_t id;                     ///< Value in *_labelIds.png, 0..33.
  std::uint8_t train_id;               ///< Class 0..18 (value in *_labelTrainIds.png), or kIgnore.
  std::array<std::uint8_t, 3> colour;  ///< RGB, as published.
};

/// The 34 definitions in order of id (cityscapesScripts, helpers/labels.py). The licence plate, id -1, has no
/// value of its own in a PNG and is left out.
std::span<const LabelDefinition> cityscapes_labels();

/// The 19 evaluated definitions in order of train_id.
std::span<const LabelDefinition> cityscapes_classes();

/// Names of the classes of a data set: its own, Cityscapes' 19, or "0", "1", ...
/// Errors: kInvalidInput when the number of names given is not `classes`.
Result<std::vector<std::string>> class_names(const spec::Data& data);

/// Label value in a file -> class, kIgnore, or not allowed.
struct LabelMap {
  std::array<std::uint8_t, 256> to_class{};
  std::array<bool, 256> known{};
  int classes = 0;
};

/// Errors: kInvalidInput (classes outside 1..255, a class_map entry out of range, labelIds with other than 19
/// classes and no class_map).
Result<LabelMap> label_map(const spec::Data& data);

}  // namespace assay::dataset

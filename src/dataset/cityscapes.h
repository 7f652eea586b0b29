// The Cityscapes folder layout:
//   ROOT/leftImg8bit/<split>/<city>/<frame>_leftImg8bit.png
//   ROOT/gtFine/<split>/<city>/<frame>_gtFine_labelIds.png (or _labelTrainIds.png)
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"

namespace assay::dataset {

enum class LabelKind { kLabelIds, kTrainIds };

/// "labelIds" or "trainIds". Errors: kInvalidInput.
Result<LabelKind> parse_label_kind(std::string_view text);

/// "_gtFine_labelIds.png" or "_gtFine_labelTrainIds.png".
std::string_view label_suffix(LabelKind kind);
inline constexpr std::string_view kImageSuffix = "_leftImg8bit.png";

struct CityscapesItem {
  std::string id;  ///< "<city>/<frame>": unique in the split.
  std::filesystem::path image;
  std::filesystem::path label;
};

/// Every image of a split with its label, sorted by id (byte order).
/// Errors: kNotFound (folders missing, empty split), kInvalidInput (images without labels or the reverse:
/// counts and the first few names).
Result<std::vector<CityscapesItem>> list_cityscapes(const std::filesystem::path& root,
                                                    const std::string& split, LabelKind kind);

}  // namespace assay::dataset

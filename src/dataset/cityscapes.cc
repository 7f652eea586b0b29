#include "dataset/cityscapes.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "base/text.h"

namespace assay::dataset {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExpected =
    "expected the Cityscapes layout ROOT/leftImg8bit/<split>/<city>/*_leftImg8bit.png and "
    "ROOT/gtFine/<split>/<city>/*_gtFine_labelIds.png";

/// "a, b, c and 5 more".
std::string some_of(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, names.size()); ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kShown) text += " and " + std::to_string(names.size() - kShown) + " more";
  return text;
}

/// Names in a folder, for messages.
std::string contents(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  if (names.empty()) return "nothing";
  std::sort(names.begin(), names.end());
  return some_of(names);
}

/// "<city>/<frame>" -> path of every file with the suffix, two levels down.
Result<std::map<std::string, fs::path>> find_frames(const fs::path& folder, std::string_view suffix) {
  std::map<std::string, fs::path> frames;
  std::error_code error;
  for (fs::directory_iterator city(folder, error), end; !error && city != end; city.increment(error)) {
    if (!city->is_directory(error)) continue;
    for (fs::directory_iterator file(city->path(), error); !error && file != end; file.increment(error)) {
      const std::string name = file->path().filename().string();
      if (name.size() <= suffix.size() || !std::string_view(name).ends_with(suffix)) continue;
      frames[city->path().filename().string() + "/" + name.substr(0, name.size() - suffix.size())] =
          file->path();
    }
    if (error) break;
  }
  if (error) return fail(Code::kUnavailable, "listing " + folder.string() + ": " + error.message());
  return frames;
}

Result<fs::path> split_folder(const fs::path& root, std::string_view kind, const std::string& split) {
  std::error_code error;
  const fs::path folder = root / kind / split;
  if (fs::is_directory(folder, error)) return folder;
  // The deepest folder that is there tells what is wrong: the root, the layout or the split.
  fs::path there = root;
  if (!fs::is_directory(there, error)) {
    return fail(Code::kNotFound,
                "no data set at " + root.string() + ": there is no such folder; " + std::string(kExpected));
  }
  if (fs::is_directory(root / kind, error)) there = root / kind;
  return fail(Code::kNotFound, "no folder " + folder.string() + "; " + there.string() + " holds " +
                                   contents(there) + "; " + std::string(kExpected));
}

std::vector<std::string> only_in(const std::map<std::string, fs::path>& a,
                                 const std::map<std::string, fs::path>& b) {
  std::vector<std::string> names;
  for (const auto& [name, path] : a) {
    if (!b.count(name)) names.push_back(name);
  }
  return names;
}

}  // namespace

Result<LabelKind> parse_label_kind(std::string_view text) {
  constexpr std::array<std::string_view, 2> kKinds{"labelIds", "trainIds"};
  if (text == kKinds[0]) return LabelKind::kLabelIds;
  if (text == kKinds[1]) return LabelKind::kTrainIds;
  return fail(Code::kInvalidInput, "labels are '" + std::string(text) + "', expected " + join_or(kKinds));
}

std::string_view label_suffix(LabelKind kind) {
  return kind == LabelKind::kLabelIds ? "_gtFine_labelIds.png" : "_gtFine_labelTrainIds.png";
}

Result<std::vector<CityscapesItem>> list_cityscapes(const fs::path& root, const std::string& split,
                                                    LabelKind kind) {
  if (split.empty() || split.find('/') != std::string::npos || split == "." || split == "..") {
    return fail(Code::kInvalidInput, "a split is the name of a folder, such as val; found '" + split + "'");
  }
  ASSAY_TRY(const fs::path image_folder, split_folder(root, "leftImg8bit", split));
  ASSAY_TRY(const fs::path label_folder, split_folder(root, "gtFine", split));
  ASSAY_TRY(const auto images, find_frames(image_folder, kImageSuffix));
  ASSAY_TRY(const auto labels, find_frames(label_folder, label_suffix(kind)));
  if (images.empty() && labels.empty()) {
    return fail(Code::kNotFound, "split " + split + " of " + root.string() +
                                     " is empty: " + image_folder.string() + " holds " +
                                     contents(image_folder) + "; " + std::string(kExpected));
  }
  const auto unlabelled = only_in(images, labels), orphans = only_in(labels, images);
  if (!unlabelled.empty() || !orphans.empty()) {
    std::string message = "split " + split + " of " + root.string() + ":";
    if (!unlabelled.empty()) {
      message += " " + std::to_string(unlabelled.size()) + " of " + std::to_string(images.size()) +
                 " images have no label *" + std::string(label_suffix(kind)) + " (" + some_of(unlabelled) +
                 ")";
    }
    if (!orphans.empty()) {
      message += std::string(unlabelled.empty() ? "" : ";") + " " + std::to_string(orphans.size()) + " of " +
                 std::to_string(labels.size()) + " labels have no image (" + some_of(orphans) + ")";
    }
    const LabelKind other = kind == LabelKind::kLabelIds ? LabelKind::kTrainIds : LabelKind::kLabelIds;
    if (labels.empty()) {
      ASSAY_TRY(const auto others, find_frames(label_folder, label_suffix(other)));
      if (!others.empty()) {
        message += "; there are " + std::to_string(others.size()) + " *" + std::string(label_suffix(other)) +
                   ": say labels: " + (other == LabelKind::kLabelIds ? "labelIds" : "trainIds");
      }
    }
    return fail(Code::kInvalidInput, message);
  }
  std::vector<CityscapesItem> items;
  items.reserve(images.size());
  for (const auto& [id, path] : images) items.push_back({id, path, labels.at(id)});
  return items;
}

}  // namespace assay::dataset

#include "dataset/classes.h"

#include <algorithm>

namespace assay::dataset {
namespace {

constexpr std::array<LabelDefinition, 34> kLabels{{
    {"unlabeled", 0, kIgnore, {0, 0, 0}},
    {"ego vehicle", 1, kIgnore, {0, 0, 0}},
    {"rectification border", 2, kIgnore, {0, 0, 0}},
    {"out of roi", 3, kIgnore, {0, 0, 0}},
    {"static", 4, kIgnore, {0, 0, 0}},
    {"dynamic", 5, kIgnore, {111, 74, 0}},
    {"ground", 6, kIgnore, {81, 0, 81}},
    {"road", 7, 0, {128, 64, 128}},
    {"sidewalk", 8, 1, {244, 35, 232}},
    {"parking", 9, kIgnore, {250, 170, 160}},
    {"rail track", 10, kIgnore, {230, 150, 140}},
    {"building", 11, 2, {70, 70, 70}},
    {"wall", 12, 3, {102, 102, 156}},
    {"fence", 13, 4, {190, 153, 153}},
    {"guard rail", 14, kIgnore, {180, 165, 180}},
    {"bridge", 15, kIgnore, {150, 100, 100}},
    {"tunnel", 16, kIgnore, {150, 120, 90}},
    {"pole", 17, 5, {153, 153, 153}},
    {"polegroup", 18, kIgnore, {153, 153, 153}},
    {"traffic light", 19, 6, {250, 170, 30}},
    {"traffic sign", 20, 7, {220, 220, 0}},
    {"vegetation", 21, 8, {107, 142, 35}},
    {"terrain", 22, 9, {152, 251, 152}},
    {"sky", 23, 10, {70, 130, 180}},
    {"person", 24, 11, {220, 20, 60}},
    {"rider", 25, 12, {255, 0, 0}},
    {"car", 26, 13, {0, 0, 142}},
    {"truck", 27, 14, {0, 0, 70}},
    {"bus", 28, 15, {0, 60, 100}},
    {"caravan", 29, kIgnore, {0, 0, 90}},
    {"trailer", 30, kIgnore, {0, 0, 110}},
    {"train", 31, 16, {0, 80, 100}},
    {"motorcycle", 32, 17, {0, 0, 230}},
    {"bicycle", 33, 18, {119, 11, 32}},
}};

constexpr int kClasses = 19;

constexpr std::array<LabelDefinition, kClasses> evaluated() {
  std::array<LabelDefinition, kClasses> classes{};
  for (const LabelDefinition& label : kLabels) {
    if (label.train_id != kIgnore) classes[label.train_id] = label;
  }
  return classes;
}
constexpr std::array<LabelDefinition, kClasses> kEvaluated = evaluated();

tl::unexpected<Status> bad(const std::string& message) { return fail(Code::kInvalidInput, message); }

}  // namespace

std::span<const LabelDefinition> cityscapes_labels() { return kLabels; }
std::span<const LabelDefinition> cityscapes_classes() { return kEvaluated; }

Result<std::vector<std::string>> class_names(const spec::Data& data) {
  std::vector<std::string> names = data.class_names;
  if (names.empty() && data.classes == kClasses) {
    for (const LabelDefinition& label : kEvaluated) names.emplace_back(label.name);
  }
  if (names.empty()) {
    for (int i = 0; i < data.classes; ++i) names.push_back(std::to_string(i));
  }
  if (static_cast<int>(names.size()) != data.classes) {
    return bad("the data has " + std::to_string(data.classes) + " classes, but " +
               std::to_string(names.size()) + " class names were given");
  }
  return names;
}

Result<LabelMap> label_map(const spec::Data& data) {
  if (data.classes < 1 || data.classes > 255) {
    return bad("the number of classes has to be 1 to 255, found " + std::to_string(data.classes));
  }
  if (data.ignore < 0 || data.ignore > 255) {
    return bad("the ignored label has to be 0 to 255, found " + std::to_string(data.ignore));
  }
  LabelMap map;
  map.classes = data.classes;
  map.to_class.fill(kIgnore);
  const auto set = [&](int value, int to) {
    map.known[static_cast<std::size_t>(value)] = true;
    map.to_class[static_cast<std::size_t>(value)] = static_cast<std::uint8_t>(to);
  };
  if (!data.class_map.empty()) {
    for (const auto& [value, to] : data.class_map) {
      const bool ignored = to == data.ignore || to == kIgnore;
      if (value < 0 || value > 255 || to < 0 || (to >= data.classes && !ignored)) {
        return bad("class_map sends label " + std::to_string(value) + " to " + std::to_string(to) +
                   "; labels are 0 to 255 and classes 0 to " + std::to_string(data.classes - 1) + ", or " +
                   std::to_string(data.ignore) + " to ignore");
      }
      set(value, to < data.classes ? to : kIgnore);
    }
  } else if (data.labels == "labelIds") {
    if (data.classes != kClasses) {
      return bad("labelIds have Cityscapes' 19 classes, but " + std::to_string(data.classes) +
                 " were asked for: give a class_map");
    }
    for (const LabelDefinition& label : kLabels) set(label.id, label.train_id);
    set(255, kIgnore);  // The licence plate's id is -1.
  } else {
    for (int c = 0; c < data.classes; ++c) set(c, c);
  }
  // Last, so that a class number that is also the ignored value is not scored.
  if (data.class_map.empty() || !map.known[static_cast<std::size_t>(data.ignore)]) set(data.ignore, kIgnore);
  return map;
}

}  // namespace assay::dataset

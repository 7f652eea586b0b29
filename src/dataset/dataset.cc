#include "dataset/dataset.h"

#include <array>
#include <numeric>

#include "base/digest.h"
#include "base/text.h"
#include "dataset/cityscapes.h"
#include "dataset/classes.h"
#include "dataset/image.h"
#include "dataset/preprocess.h"
#include "dataset/subset.h"
#include "dataset/tensors.h"

namespace assay::dataset {
namespace {

class CityscapesDataset : public Dataset {
 public:
  CityscapesDataset(std::vector<CityscapesItem> items, const LabelMap& map)
      : items_(std::move(items)), map_(map) {}

  std::size_t size() const override { return items_.size(); }
  std::string id(std::size_t index) const override { return items_[index].id; }
  bool has_labels() const override { return true; }

  Result<void> load_input(std::size_t index, const spec::ModelIo& io, spec::Size size,
                          std::span<float> out) const override {
    ASSAY_TRY(const Preprocessor preprocessor, Preprocessor::create(io));
    return load_tensor(items_[index].image, preprocessor, size, out);
  }

  Result<Image> load_image(std::size_t index) const override { return read_rgb(items_[index].image); }

  Result<Label> load_label(std::size_t index) const override {
    const CityscapesItem& item = items_[index];
    ASSAY_TRY(Image image, read_grey(item.label));
    ASSAY_OK(check_size(item, image));
    Label label{image.height, image.width, std::move(image.pixels)};
    bool known = true;
    for (std::uint8_t& value : label.classes) {
      known &= map_.known[value];
      value = map_.to_class[value];
    }
    if (!known) return fail(unknown_value(item));
    return label;
  }

  Result<std::string> digest() const override {
    Sha256 digest;
    for (const CityscapesItem& item : items_) {
      ASSAY_TRY(const std::string image, sha256_file(item.image));
      ASSAY_TRY(const std::string label, sha256_file(item.label));
      digest.field(item.id).field(image).field(label);
    }
    return digest.hex();
  }

 private:
  static Result<void> check_size(const CityscapesItem& item, const Image& label) {
    ASSAY_TRY(const spec::Size size, image_size(item.image));
    if (size.height != label.height || size.width != label.width) {
      const auto text = [](int h, int w) { return std::to_string(h) + "x" + std::to_string(w); };
      return fail(Code::kInvalidInput, item.label.string() + " is " + text(label.height, label.width) +
                                           ", but its image is " + text(size.height, size.width) +
                                           ": labels have to be of their image's size");
    }
    return {};
  }

  /// Reads the label again: the fast loop does not keep track of where.
  Status unknown_value(const CityscapesItem& item) const {
    const auto image = read_grey(item.label);
    if (!image) return image.error();
    for (std::size_t i = 0; i < image->pixels.size(); ++i) {
      const std::uint8_t value = image->pixels[i];
      if (map_.known[value]) continue;
      const auto width = static_cast<std::size_t>(image->width);
      return {Code::kInvalidInput,
              item.label.string() + " has the label value " + std::to_string(value) + " (first at row " +
                  std::to_string(i / width) + ", column " + std::to_string(i % width) +
                  "), which the class map does not have: are they labelIds or trainIds?"};
    }
    return {Code::kCorrupt, item.label.string() + " changed while it was read"};
  }

  std::vector<CityscapesItem> items_;
  LabelMap map_;
};

}  // namespace

Result<std::unique_ptr<Dataset>> open_dataset(const spec::Data& data, const spec::Selection& selection) {
  if (data.kind == "tensors") return open_tensors(data.root, selection);
  if (data.kind != "cityscapes") {
    constexpr std::array<std::string_view, 2> kKinds{"cityscapes", "tensors"};
    return fail(Code::kInvalidInput,
                "the data set is of kind '" + data.kind + "', expected " + join_or(kKinds));
  }
  ASSAY_TRY(const LabelKind kind, parse_label_kind(data.labels));
  ASSAY_TRY(const LabelMap map, label_map(data));
  ASSAY_TRY(std::vector<CityscapesItem> items, list_cityscapes(data.root, selection.split, kind));
  ASSAY_TRY(const auto chosen, choose_indices(items.size(), selection, data.root.string()));
  std::vector<CityscapesItem> taken;
  taken.reserve(chosen.size());
  for (const std::size_t index : chosen) taken.push_back(std::move(items[index]));
  return std::make_unique<CityscapesDataset>(std::move(taken), map);
}

Result<std::vector<std::size_t>> choose_indices(std::size_t total, const spec::Selection& selection,
                                                const std::string& what) {
  if (selection.count < 0 || static_cast<std::size_t>(selection.count) > total) {
    return fail(Code::kInvalidInput, "cannot choose " + std::to_string(selection.count) + " of split " +
                                         selection.split + ": " + what + " has " + std::to_string(total));
  }
  if (selection.count > 0) return choose(total, static_cast<std::size_t>(selection.count), selection.seed);
  std::vector<std::size_t> all(total);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

}  // namespace assay::dataset

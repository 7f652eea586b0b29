#include "campaign/assets.h"

#include <algorithm>
#include <set>

#include "base/digest.h"
#include "base/file.h"
#include "base/resources.h"
#include "dataset/classes.h"
#include "dataset/streets_writer.h"
#include "model/ddrnet.h"
#include "prepare/toolchain.h"

namespace assay::campaign {
namespace {

namespace fs = std::filesystem;

Result<fs::path> build_model(const spec::Model& spec, int batch, const fs::path& cache) {
  if (!spec.size)
    return fail(Code::kInvalidInput,
                "model.size: the built-in model " + spec.builtin + " needs a size such as 256x512");
  const fs::path home = home_directory();
  if (home.empty())
    return fail(Code::kNotFound,
                "the folder with models/ and tools/ is not beside the program: set ASSAY_HOME to it");
  const fs::path weights = home / "models" / "ddrnet23-slim.safetensors";
  ASSAY_TRY(const std::string digest, sha256_file(weights));
  const fs::path folder = cache / "models";
  ASSAY_OK(make_directories(folder));
  const fs::path path = folder / (spec.builtin + "-" + std::to_string(spec.size->height) + "x" +
                                  std::to_string(spec.size->width) + "-b" + std::to_string(batch) + "-" +
                                  digest.substr(0, 12) + ".onnx");
  // Another assay may be writing the same file.
  ASSAY_TRY(const FileLock lock, FileLock::wait(folder / "lock", {}));
  // Written each time: it takes a moment, and a writer that has changed must not be hidden by an old file.
  ASSAY_OK(model::write_ddrnet23_slim(weights, spec.size->height, spec.size->width, batch, path));
  return path;
}

/// Height and width of the image input once its shape is fixed.
Result<spec::Size> image_size(const spec::Model& spec, const model::ModelFacts& facts) {
  if (spec.size) return *spec.size;
  const model::TensorFacts& input = facts.inputs[0];
  const std::size_t first = spec.io.layout == "NHWC" ? 1 : 2;
  if (input.dims.size() != 4 || !input.dims[first].value || !input.dims[first + 1].value)
    return fail(Code::kInvalidInput, "input " + input.name + " has the shape " + input.shape() +
                                         ": height and width are dynamic, so give a size (model.size: HxW in "
                                         "a spec, --size on the command line)");
  return spec::Size{static_cast<int>(*input.dims[first].value),
                    static_cast<int>(*input.dims[first + 1].value)};
}

std::size_t count_or_all(const spec::Selection& selection, std::size_t all) {
  return selection.count > 0 ? static_cast<std::size_t>(selection.count) : all;
}

/// Presents the items of another data set from `first` on.
class Tail : public dataset::Dataset {
 public:
  Tail(std::unique_ptr<Dataset> whole, std::size_t first) : whole_(std::move(whole)), first_(first) {}
  std::size_t size() const override { return whole_->size() - first_; }
  std::string id(std::size_t index) const override { return whole_->id(first_ + index); }
  bool has_labels() const override { return whole_->has_labels(); }
  Result<void> load_input(std::size_t index, const spec::ModelIo& io, spec::Size size,
                          std::span<float> out) const override {
    return whole_->load_input(first_ + index, io, size, out);
  }
  Result<dataset::Label> load_label(std::size_t index) const override {
    return whole_->load_label(first_ + index);
  }
  Result<dataset::Image> load_image(std::size_t index) const override {
    return whole_->load_image(first_ + index);
  }
  Result<std::string> digest() const override { return whole_->digest(); }

 private:
  std::unique_ptr<Dataset> whole_;
  std::size_t first_;
};

/// The artifact check wants images that entered neither calibration nor validation. A choice of n images is a
/// prefix of the choice of n + k with the same seed, so the k that follow are unused.
Result<void> open_comparison(const spec::Experiment& experiment, Assets& assets) {
  const auto wanted = static_cast<std::size_t>(experiment.accuracy.compare_images);
  if (wanted == 0) return {};
  const spec::Data& data = assets.data;
  const spec::Selection calibration =
      data.calibration_same_as_validation ? data.validation : data.calibration;
  std::vector<spec::Selection> candidates = {calibration, data.validation};
  const std::string other = data.validation.split == "train" ? "val" : "train";
  if (calibration.split != other) candidates.push_back({other, -1, 42});
  for (const spec::Selection& selection : candidates) {
    const auto whole = dataset::open_dataset(data, {selection.split, 0, selection.seed});
    if (!whole) continue;
    const std::size_t all = (*whole)->size();
    const std::size_t used = selection.count < 0 ? 0 : count_or_all(selection, all);
    if (all < used + wanted) continue;
    ASSAY_TRY(auto chosen, dataset::open_dataset(
                               data, {selection.split, static_cast<int>(used + wanted), selection.seed}));
    assets.comparison = std::make_unique<Tail>(std::move(chosen), used);
    return {};
  }
  const int count = static_cast<int>(std::min(wanted, assets.validation->size()));
  ASSAY_TRY(assets.comparison,
            dataset::open_dataset(data, {data.validation.split, count, data.validation.seed}));
  assets.comparison_note = "validation images: the data set has no others to spare";
  return {};
}

/// Ids name an image within its split.
std::string relation(const dataset::Dataset& calibration, const dataset::Dataset& validation,
                     bool same_split) {
  if (!same_split) return "disjoint";
  std::set<std::string> ids;
  for (std::size_t i = 0; i < validation.size(); ++i) ids.insert(validation.id(i));
  std::size_t common = 0;
  for (std::size_t i = 0; i < calibration.size(); ++i) common += ids.count(calibration.id(i));
  if (common == 0) return "disjoint";
  return common == calibration.size() && common == validation.size() ? "same images as validation"
                                                                     : "overlapping";
}

}  // namespace

Result<bool> needs_calibration(const spec::RowSpec& row, const SourceModel& source) {
  if (!row.artifact.empty()) return false;
  ASSAY_TRY(const prepare::Toolchain* toolchain, prepare::choose_toolchain(row, source.facts));
  return toolchain->calibrates;
}

Result<SourceModel> open_model(const spec::Model& spec, int batch, const fs::path& cache) {
  SourceModel source;
  source.path = spec.path;
  if (!spec.builtin.empty()) {
    ASSAY_TRY(source.path, build_model(spec, batch, cache));
  }
  ASSAY_TRY(source.facts, model::read_model(source.path));
  if (source.facts.inputs.size() != 1)
    return fail(Code::kInvalidInput, source.path.string() +
                                         ": expected a model with one image input, found " +
                                         std::to_string(source.facts.inputs.size()) + " inputs");
  ASSAY_TRY(source.size, image_size(spec, source.facts));
  ASSAY_TRY(const auto shapes, model::image_shapes(source.facts, batch, source.size.height, source.size.width,
                                                   spec.io.layout == "NHWC"));
  if (source.facts.inputs[0].dynamic()) source.shapes = shapes;
  ASSAY_TRY(const auto operations, model::count_operations(source.path, source.shapes));
  if (const auto count = operations.operations()) source.operations = static_cast<double>(*count);
  source.operations_note = operations.note;
  return source;
}

Result<Assets> open_assets(const spec::Experiment& experiment, const fs::path& cache,
                           const Announce& announce) {
  Assets assets;
  assets.data = experiment.data;
  std::set<int> batches;
  for (const spec::RowSpec& row : experiment.rows) batches.insert(row.batch);
  for (int batch : batches) {
    ASSAY_TRY(SourceModel source, open_model(experiment.model, batch, cache));
    assets.models.emplace(batch, std::move(source));
  }
  if (assets.data.streets) {
    const auto progress = [&](std::size_t done, std::size_t total) {
      announce("generating street scenes", static_cast<std::int64_t>(done), static_cast<std::int64_t>(total));
    };
    ASSAY_OK(make_directories(cache));
    ASSAY_TRY(const FileLock lock, FileLock::wait(cache / "streets.lock", {}));
    ASSAY_TRY(assets.data.root, dataset::ensure_streets(*assets.data.streets, cache, progress));
  }
  ASSAY_TRY(assets.validation, dataset::open_dataset(assets.data, assets.data.validation));
  ASSAY_TRY(assets.class_names, dataset::class_names(assets.data));
  assets.calibration_relation = "none";
  bool calibrates = false;
  for (const spec::RowSpec& row : experiment.rows) {
    ASSAY_TRY(const bool needed, needs_calibration(row, assets.models.at(row.batch)));
    calibrates = calibrates || needed;
  }
  if (calibrates) {
    const auto& selection =
        assets.data.calibration_same_as_validation ? assets.data.validation : assets.data.calibration;
    ASSAY_TRY(assets.calibration, dataset::open_dataset(assets.data, selection));
    assets.calibration_relation =
        relation(*assets.calibration, *assets.validation, selection.split == assets.data.validation.split);
  }
  ASSAY_OK(open_comparison(experiment, assets));
  return assets;
}

}  // namespace assay::campaign

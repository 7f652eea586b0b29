#include "campaign/page_samples.h"

#include <algorithm>
#include <cstdio>
#include <set>

#include "campaign/kept_outputs.h"
#include "campaign/model_output.h"
#include "dataset/dataset.h"
#include "dataset/picture.h"
#include "dataset/png.h"
#include "dataset/streets_writer.h"
#include "metric/confusion.h"
#include "report/page_blob.h"
#include "spec/parse.h"
#include "store/records.h"

namespace assay::campaign {
namespace {

namespace fs = std::filesystem;
using dataset::Image;
using dataset::Label;

constexpr int kJpegQuality = 82;

std::string percent(double share) {
  char text[16];
  std::snprintf(text, sizeof text, "%.1f %%", 100 * share);
  return text;
}

/// "road 41.2 %, building 22.0 %, vegetation 9.1 %": what covers most of a class map.
std::string mostly(const Label& label, const std::vector<std::string>& names) {
  std::vector<std::pair<std::size_t, std::size_t>> counts(names.size());
  for (std::size_t c = 0; c < names.size(); ++c) counts[c].second = c;
  for (const std::uint8_t value : label.classes)
    if (value < names.size()) ++counts[value].first;
  std::ranges::sort(counts, std::ranges::greater());
  std::string text;
  constexpr std::size_t kTold = 3;
  for (std::size_t i = 0; i < std::min(kTold, counts.size()) && counts[i].first > 0; ++i)
    text += (text.empty() ? "" : ", ") + names[counts[i].second] + " " +
            percent(static_cast<double>(counts[i].first) / static_cast<double>(label.classes.size()));
  return text;
}

Result<report::PagePicture> picture_of(const Image& image, int width, std::string words) {
  ASSAY_TRY(const Image small, dataset::scaled_down(image, width));
  ASSAY_TRY(const std::string bytes, dataset::encode_jpeg(small, kJpegQuality));
  return report::PagePicture{"image/jpeg", report::base64(bytes), std::move(words), small.width,
                             small.height};
}

Result<report::PagePicture> picture_of(const Label& label, int classes, int width, std::string words) {
  const Image image = dataset::coloured(dataset::scaled_down(label, width), classes);
  ASSAY_TRY(const std::string bytes, dataset::encode_png(image));
  return report::PagePicture{"image/png", report::base64(bytes), std::move(words), image.width, image.height};
}

/// One row's outputs of the first images, with what the accuracy pass made of them.
struct RowOutputs {
  record::AccuracyRun run;
  std::vector<engine::TensorSet> groups;
  int batch = 1;
};

Result<RowOutputs> outputs_of(const store::RunDirectory& directory, const record::Row& row) {
  const std::string id = "accuracy." + row.key.id;
  RowOutputs outputs;
  outputs.batch = std::max(1, row.key.batch);
  ASSAY_TRY(outputs.run, store::load_accuracy_run(directory.run_folder(id)));
  ASSAY_TRY(outputs.groups, load_outputs(directory.run_folder(id) / "outputs"));
  return outputs;
}

/// The classes that a row gave to an image, at the label's size.
Result<Label> prediction_of(const RowOutputs& outputs, const spec::ModelIo& io, int classes,
                            std::size_t image, spec::Size size) {
  const auto batch = static_cast<std::size_t>(outputs.batch);
  const std::size_t group = image / batch;
  if (group >= outputs.groups.size()) return fail(Code::kNotFound, "the output was not kept");
  ASSAY_TRY(const ModelOutput output, ModelOutput::create(outputs.run.session, io, classes));
  const engine::TensorSet& tensors = outputs.groups[group];
  const auto tensor = static_cast<std::size_t>(output.tensor());
  if (tensor >= tensors.size() || tensors[tensor].size() != outputs.run.session.outputs.at(tensor).byte_size)
    return fail(Code::kCorrupt, "the kept output has another size than the session told");
  Label label{size.height, size.width, {}};
  label.classes.resize(static_cast<std::size_t>(size.height) * static_cast<std::size_t>(size.width));
  ASSAY_OK(output.classes_at(tensors[tensor], static_cast<int>(image % batch), size, label.classes));
  return label;
}

/// That truth and prediction are those that were scored. Returns the share of labelled pixels that are right.
Result<double> scored_again(const RowOutputs& outputs, int classes, std::size_t image, const std::string& id,
                            const Label& truth, const Label& prediction) {
  if (image >= outputs.run.confusion.size() || outputs.run.images.at(image) != id)
    return fail(Code::kNotFound, "the accuracy pass scored other images");
  metric::ConfusionMatrix matrix(classes);
  ASSAY_OK(matrix.add(truth.classes, prediction.classes));
  if (matrix.counts32() != outputs.run.confusion[image])
    return fail(Code::kCorrupt, "image, label or output is not the one that was scored");
  double right = 0, all = 0;
  const auto n = static_cast<std::size_t>(classes);
  for (std::size_t cell = 0; cell < n * n; ++cell) {
    const auto count = static_cast<double>(matrix.counts()[cell]);
    all += count;
    if (cell / n == cell % n) right += count;
  }
  return all > 0 ? right / all : 0;
}

class Samples {
 public:
  Samples(const store::RunDirectory& directory, const PageOptions& options, report::PageDirectory& page)
      : directory_(directory), options_(options), page_(page) {}

  /// Errors are notes: why there is no sample at all.
  Result<void> add() {
    ASSAY_TRY(experiment_, spec::load_experiment(directory_.spec_file()));
    spec::Data data = experiment_.data;
    if (data.streets) data.root = dataset::streets_folder(*data.streets, options_.cache);
    ASSAY_TRY(const auto images, dataset::open_dataset(data, data.validation));
    const std::size_t count = std::min(options_.images, images->size());
    classes_ = static_cast<int>(page_.results.class_names.size());
    for (std::size_t i = 0; i < count; ++i) ASSAY_OK(begin(*images, i));
    for (std::size_t r = 0; r < page_.results.rows.size() && !over_; ++r) add_row(r);
    note(
        "Of " + std::to_string(images->size()) + " validation images the first " + std::to_string(count) +
        ", scaled down. Colours are classes; black is not scored. Each prediction was scored again just now, "
        "and gave the confusion matrix of the accuracy pass.");
    if (over_)
      note("Left out, to keep the page small: predictions of the rows from " +
           page_.results.rows[first_left_out_].key.id + " on (over " +
           std::to_string(options_.picture_bytes >> 20) + " MB of pictures).");
    return {};
  }

 private:
  void note(std::string text) {
    if (std::ranges::find(page_.sample_notes, text) == page_.sample_notes.end())
      page_.sample_notes.push_back(std::move(text));
  }

  Result<void> begin(const dataset::Dataset& images, std::size_t i) {
    report::PageSample sample;
    sample.id = images.id(i);
    ASSAY_TRY(const Image image, images.load_image(i));
    ASSAY_TRY(sample.image, picture_of(image, options_.picture_width, "Validation image " + sample.id));
    used_ += sample.image.base64.size();
    std::optional<Label> label;
    if (images.has_labels()) {
      ASSAY_TRY(label, images.load_label(i));
      ASSAY_TRY(sample.label,
                picture_of(*label, classes_, options_.picture_width,
                           "Label of " + sample.id + ": " + mostly(*label, page_.results.class_names)));
      used_ += sample.label->base64.size();
    }
    labels_.push_back(std::move(label));
    sizes_.push_back({image.height, image.width});
    page_.samples.push_back(std::move(sample));
    return {};
  }

  void add_row(std::size_t r) {
    const record::Row& row = page_.results.rows[r];
    const auto outputs = outputs_of(directory_, row);
    if (!outputs) {
      note("No predictions of " + row.key.id + ": " + outputs.error().message);
      return;
    }
    for (std::size_t i = 0; i < page_.samples.size(); ++i) {
      auto made = predict(*outputs, row, i);
      if (!made) {
        note("No prediction of " + row.key.id + " for " + page_.samples[i].id + ": " + made.error().message);
        continue;
      }
      const std::size_t bytes = made->picture.base64.size();
      if (used_ + bytes > options_.picture_bytes) {
        over_ = true;
        first_left_out_ = r;
        for (report::PageSample& sample : page_.samples)  // All of a row or none.
          std::erase_if(sample.predictions, [&](const auto& prediction) { return prediction.row == r; });
        return;
      }
      used_ += bytes;
      made->row = r;
      page_.samples[i].predictions.push_back(std::move(*made));
    }
  }

  Result<report::PagePrediction> predict(const RowOutputs& outputs, const record::Row& row, std::size_t i) {
    const std::string& id = page_.samples[i].id;
    report::PagePrediction made;
    ASSAY_TRY(const Label prediction, prediction_of(outputs, experiment_.model.io, classes_, i, sizes_[i]));
    if (labels_[i]) {
      ASSAY_TRY(const double right, scored_again(outputs, classes_, i, id, *labels_[i], prediction));
      made.said = percent(right) + " of labelled pixels right";
    }
    std::string words = "Prediction of " + row.key.id + " for " + id + ": ";
    if (row.simulated) words += "simulated; ";
    if (!made.said.empty()) words += made.said + "; ";
    ASSAY_TRY(made.picture, picture_of(prediction, classes_, options_.picture_width,
                                       words + mostly(prediction, page_.results.class_names)));
    return made;
  }

  const store::RunDirectory& directory_;
  const PageOptions& options_;
  report::PageDirectory& page_;
  spec::Experiment experiment_;
  int classes_ = 0;
  std::vector<std::optional<Label>> labels_;
  std::vector<spec::Size> sizes_;
  std::size_t used_ = 0, first_left_out_ = 0;
  bool over_ = false;
};

}  // namespace

void add_samples(const store::RunDirectory& directory, const PageOptions& options,
                 report::PageDirectory& page) {
  if (auto added = Samples(directory, options, page).add(); !added) {
    page.samples.clear();
    page.sample_notes.push_back("There are no sample predictions: " + added.error().message);
  }
}

}  // namespace assay::campaign

#include <nlohmann/json.hpp>

#include "backend/registry.h"
#include "base/exit_code.h"
#include "base/resources.h"
#include "base/text.h"
#include "campaign/accuracy_pass.h"
#include "campaign/assets.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "metric/segmentation.h"
#include "store/results_json.h"

namespace assay::cli {
namespace {

struct Options {
  std::string model, backend = "onnxruntime", plugin, accelerator = "CPU", precision = "fp32";
  std::string root, split = "val", labels = "labelIds", size;
  int classes = 19, ignore = 255, count = 0, batch = 1;
  std::uint64_t seed = 42;
  std::string order = "RGB", layout = "NCHW", range = "0..1", output_kind = "logits", output_layout,
              input_name, output_name;
  std::vector<double> mean, stddev;
  std::vector<std::string> backend_options;
  bool json = false;
};

Result<spec::ModelIo> io_of(const Options& options) {
  spec::ModelIo io;
  io.order = options.order;
  io.layout = options.layout;
  io.output_layout = options.output_layout.empty() ? options.layout : options.output_layout;
  io.output_kind = options.output_kind;
  io.input_name = options.input_name;
  io.output_name = options.output_name;
  if (!parse_range(options.range, io.range_lo, io.range_hi) || io.range_lo >= io.range_hi)
    return fail(Code::kInvalidInput,
                "--range: expected LO..HI such as 0..1 or 0..255, found '" + options.range + "'");
  if (!options.mean.empty()) std::copy_n(options.mean.begin(), 3, io.mean.begin());
  if (!options.stddev.empty()) std::copy_n(options.stddev.begin(), 3, io.stddev.begin());
  return io;
}

std::string json_of(const record::AccuracyRun& run, const metric::SegmentationScore& score,
                    const record::Figure& miou, const record::Figure& pixels) {
  const auto figure = [](const record::Figure& f) {
    return nlohmann::json::parse(store::figure_to_json(f).value());
  };
  nlohmann::json iou = nlohmann::json::array();
  for (double value : score.iou) iou.push_back(value < 0 ? nlohmann::json() : nlohmann::json(value));
  nlohmann::ordered_json out;
  out["miou"] = figure(miou);
  out["per_class_iou"] = iou;
  out["pixel_accuracy"] = figure(pixels);
  out["images"] = run.images.size();
  out["executed_precision"] = run.session.executed_precision;
  out["dataset_digest"] = run.dataset_digest;
  out["simulated"] = run.session.simulated;
  return out.dump(2);
}

Result<int> score(const Options& options) {
  spec::Model model;
  model.path = options.model;
  ASSAY_TRY(model.io, io_of(options));
  if (!options.size.empty()) {
    model.size.emplace();
    if (!parse_height_width(options.size, model.size->height, model.size->width))
      return fail(Code::kInvalidInput, "--size: expected HxW such as 256x512, found '" + options.size + "'");
  }
  spec::Data data;
  data.root = options.root;
  data.labels = options.labels;
  data.classes = options.classes;
  data.ignore = options.ignore;
  ASSAY_TRY(const auto dataset, dataset::open_dataset(data, {options.split, options.count, options.seed}));
  if (!dataset->has_labels())
    return fail(Code::kInvalidInput, options.root + ": has no labels for split " + options.split +
                                         ", so there is no accuracy to tell");

  engine::WorkerSpec worker;
  ASSAY_TRY(worker.worker, engine::default_worker());
  worker.plugin = options.plugin;
  if (options.plugin.empty()) {
    ASSAY_TRY(worker.plugin, backend::plugin_path(options.backend));
  }
  worker.accelerator = options.accelerator;
  worker.precision = options.precision;
  worker.artifact = options.model;
  for (const std::string& option : options.backend_options) {
    const auto equals = option.find('=');
    if (equals == std::string::npos)
      return fail(Code::kInvalidInput, "--option: expected NAME=VALUE, found '" + option + "'");
    worker.options[option.substr(0, equals)] = option.substr(equals + 1);
  }
  // OpenVINO's own format is opened by its backend alone; everything else is ONNX and can be checked first.
  if (std::filesystem::path(options.model).extension() != ".xml") {
    ASSAY_TRY(const auto source, campaign::open_model(model, options.batch, cache_directory()));
    worker.shapes = source.shapes;
    model.size = source.size;
  } else if (!model.size) {
    return fail(Code::kInvalidInput, "--size HxW is needed for " + options.model);
  }

  const campaign::InputSource source(*dataset, model.io, *model.size, options.batch);
  campaign::AccuracyRequest request;
  request.classes = options.classes;
  ProgressLine line;
  ASSAY_TRY(const auto outcome,
            campaign::run_accuracy(worker, source, request, [&](std::int64_t done, std::int64_t total) {
              line.update("accuracy", done, total);
            }));
  if (!outcome.run.failure.reason.empty()) return fail(outcome.failure_code, outcome.run.failure.reason);

  const auto total = metric::total(outcome.run.confusion, options.classes);
  const auto result = metric::score(total, options.classes);
  if (!result.miou)
    return fail(Code::kInvalidInput, "no pixel of the split carries a class: nothing can be scored");
  record::Figure miou = record::Figure::of(*result.miou, "%");
  if (const auto interval = metric::miou_interval(outcome.run.confusion, options.classes, options.seed)) {
    miou.lo = interval->lo;
    miou.hi = interval->hi;
  }
  const record::Figure pixels = record::Figure::of(*result.pixel_accuracy, "%");
  if (options.json) {
    std::printf("%s\n", json_of(outcome.run, result, miou, pixels).c_str());
    return kExitOk;
  }
  std::printf("mIoU %.2f %%", *miou.value);
  if (miou.lo && miou.hi) std::printf(" (95 %% interval %.2f to %.2f)", *miou.lo, *miou.hi);
  std::printf(", pixel accuracy %.2f %%, %zu images, %s executed as %s\n", *pixels.value,
              outcome.run.images.size(), options.backend.c_str(),
              outcome.run.session.executed_precision.c_str());
  return kExitOk;
}

}  // namespace

CLI::App* declare_accuracy(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("accuracy", "mIoU of a model on a folder in the Cityscapes layout");
  command->add_option("--model", options->model, "ONNX file (or what the backend opens)")->required();
  command->add_option("--backend", options->backend, "onnxruntime, openvino, ...")->capture_default_str();
  command->add_option("--plugin", options->plugin, "A plugin of your own instead of a built-in backend");
  command->add_option("--accelerator", options->accelerator, "CPU, GPU.0, ...")->capture_default_str();
  command->add_option("--precision", options->precision, "What must be executed")->capture_default_str();
  command->add_option("--option", options->backend_options, "Backend option NAME=VALUE");
  command->add_option("--dataset-root", options->root, "Folder with leftImg8bit/ and gtFine/")->required();
  command->add_option("--split", options->split)->capture_default_str();
  command->add_option("--count", options->count, "Images; 0: all")->capture_default_str();
  command->add_option("--seed", options->seed, "Of the choice and of the bootstrap")->capture_default_str();
  command->add_option("--labels", options->labels)
      ->capture_default_str()
      ->check(CLI::IsMember({"labelIds", "trainIds"}));
  command->add_option("--classes", options->classes)->capture_default_str()->check(CLI::Range(1, 255));
  command->add_option("--ignore", options->ignore, "Label that is not scored")->capture_default_str();
  command->add_option("--size", options->size, "HxW, for models whose shape is dynamic");
  command->add_option("--batch", options->batch)->capture_default_str()->check(CLI::PositiveNumber);
  command->add_option("--input-name", options->input_name, "When the model has several");
  command->add_option("--output-name", options->output_name, "When the model has several");
  command->add_option("--input-order", options->order)
      ->capture_default_str()
      ->check(CLI::IsMember({"RGB", "BGR"}));
  command->add_option("--layout", options->layout)
      ->capture_default_str()
      ->check(CLI::IsMember({"NCHW", "NHWC"}));
  command->add_option("--range", options->range, "What pixels 0 and 255 become")->capture_default_str();
  command->add_option("--mean", options->mean, "Three numbers, on the scale of the range")
      ->expected(3)
      ->delimiter(',');
  command->add_option("--std", options->stddev, "Three numbers")->expected(3)->delimiter(',');
  command->add_option("--output-kind", options->output_kind)
      ->capture_default_str()
      ->check(CLI::IsMember({"logits", "labels"}));
  command->add_option("--output-layout", options->output_layout, "Of logits; default: as --layout")
      ->check(CLI::IsMember({"NCHW", "NHWC"}));
  command->add_flag("--json", options->json, "Print JSON");
  action = [options] { return score(*options); };
  return command;
}

}  // namespace assay::cli

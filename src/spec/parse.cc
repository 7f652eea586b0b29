#include "spec/parse.h"

#include <cstdint>
#include <limits>

#include "base/file.h"
#include "base/text.h"
#include "spec/validate.h"
#include "yaml/document.h"
#include "yaml/reader.h"

namespace assay::spec {
namespace {

using namespace std::chrono_literals;
using yaml::MapReader;
using yaml::Problems;
using yaml::read_list;
namespace fs = std::filesystem;

constexpr std::int64_t kMostIterations = 100'000'000;  // 800 MB of preallocated latencies.
constexpr int kMostImages = 10'000'000;
constexpr std::uint64_t kAnySeed = std::numeric_limits<std::uint64_t>::max();

void read_model(MapReader root, Model& model, const fs::path& base) {
  root.text("name", model.name);
  root.choice("builtin", model.builtin, {"ddrnet23-slim"});
  root.path("path", model.path, base);
  if (root.has("size")) {
    Size& size = model.size.emplace();
    root.size("size", size.height, size.width);
  }
  if (model.name.empty()) model.name = !model.builtin.empty() ? model.builtin : model.path.stem().string();
  ModelIo& io = model.io;
  if (auto input = root.map("input")) {
    input->text("name", io.input_name);
    input->choice("order", io.order, {"RGB", "BGR"});
    input->choice("layout", io.layout, {"NCHW", "NHWC"});
    input->choice("dtype", io.dtype, {"f32", "u8"});
    input->range("range", io.range_lo, io.range_hi);
    input->triple("mean", io.mean);
    input->triple("std", io.stddev);
    input->boolean("normalisation_in_graph", io.normalisation_in_graph);
    input->done();
  }
  io.output_layout = io.layout;  // Graphs that were turned round were so at both ends, unless the spec says.
  if (auto output = root.map("output")) {
    output->text("name", io.output_name);
    output->choice("kind", io.output_kind, {"logits", "labels"});
    output->choice("layout", io.output_layout, {"NCHW", "NHWC"});
    output->done();
  }
  root.done();
}

void read_selection(MapReader root, Selection& selection) {
  root.text("split", selection.split);
  root.integer("count", selection.count, 0, kMostImages);
  root.integer("seed", selection.seed, std::uint64_t{0}, kAnySeed);
  root.done();
}

void read_class_map(MapReader& root, std::map<int, int>& out) {
  std::map<std::string, std::string> raw;
  root.string_map("class_map", raw);
  for (const auto& [label, value] : raw) {
    int from = 0, to = 0;
    if (yaml::whole_number(label, from) && yaml::whole_number(value, to))
      out[from] = to;
    else
      root.complain("class_map", "expected label: class as whole numbers, found " + label + ": " + value);
  }
}

void read_data(MapReader root, Data& data, const fs::path& base) {
  root.choice("kind", data.kind, {"cityscapes", "tensors"});
  root.path("root", data.root, base);
  if (auto map = root.map("streets")) {
    StreetsData& streets = data.streets.emplace();
    map->integer("train", streets.train, 0, kMostImages);
    map->integer("val", streets.val, 0, kMostImages);
    map->integer("seed", streets.seed, std::uint64_t{0}, kAnySeed);
    map->size("size", streets.size.height, streets.size.width);
    map->done();
  }
  root.choice("labels", data.labels, {"labelIds", "trainIds"});
  root.integer("classes", data.classes, 2, 255);
  root.integer("ignore", data.ignore, 0, 255);
  read_class_map(root, data.class_map);
  root.strings("class_names", data.class_names);
  if (auto map = root.map("validation")) read_selection(*map, data.validation);
  if (const YAML::Node node = root.node("calibration"); root.has("calibration")) {
    if (node.IsScalar() && node.Scalar() == "same") {
      data.calibration_same_as_validation = true;
      data.calibration = data.validation;
    } else if (node.IsMap()) {
      read_selection(*root.map("calibration"), data.calibration);
    } else {
      root.complain(
          "calibration",
          "expected a map (split, count, seed) or the word same, which calibrates on the validation "
          "images, found " +
              yaml::describe(node));
    }
  }
  root.done();
}

/// Values of a matrix axis: `plural: [a, b]`, or `singular: a`, or the default.
void read_axis(MapReader& root, std::string_view singular, std::string_view plural,
               std::vector<std::string>& out) {
  if (root.has(singular) && root.has(plural))
    root.complain(plural, "stands beside '" + std::string(singular) + "': give one of the two");
  std::string one;
  root.text(singular, one);
  if (!one.empty()) out = {one};
  root.strings(plural, out);
}

std::string default_id(const RowSpec& row) {
  std::string id = row.device == RowSpec{}.device ? "" : row.device + "-";
  id += row.backend + "-" + row.accelerator + "-" + row.precision;
  if (row.batch != 1) id += "-b" + std::to_string(row.batch);
  for (char& c : id) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool safe = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    if (!safe) c = '_';
  }
  return id;
}

/// One item of `rows`: the product of its axes.
void read_rows(MapReader root, const RowSpec& campaign, std::vector<RowSpec>& rows, Problems& problems,
               const fs::path& base) {
  if (!root.is_map()) return;
  RowSpec shared = campaign;
  root.text("id", shared.id);
  root.text("device", shared.device);
  // Another target than the campaign's has other power modes.
  if (root.has("target")) shared.power_mode.clear();
  root.text("target", shared.target);
  root.text("power_mode", shared.power_mode);
  root.string_map("options", shared.options);
  root.text("toolchain", shared.toolchain);
  root.string_map("toolchain_options", shared.toolchain_options);
  root.choice("fallback", shared.fallback, {"refuse", "allow"});
  root.path("artifact", shared.artifact, base);
  root.path("plugin", shared.plugin, base);
  root.string_map("pins", shared.pins);
  std::vector<std::string> backends, accelerators{shared.accelerator}, precisions{shared.precision};
  read_axis(root, "backend", "backends", backends);
  read_axis(root, "accelerator", "accelerators", accelerators);
  read_axis(root, "precision", "precisions", precisions);
  std::vector<int> batches{shared.batch};
  if (root.has("batch") && root.has("batches"))
    root.complain("batches", "stands beside 'batch': give one of the two");
  root.integer("batch", batches[0], 1, 4096);
  root.integers("batches", batches, 1, 4096);
  root.done();
  if (backends.empty() && !root.has("backend") && !root.has("backends"))
    problems.add(root.mark(), root.path_of("backend"),
                 "expected the backend's name, such as openvino; it is missing");
  const std::size_t product = backends.size() * accelerators.size() * precisions.size() * batches.size();
  if (!shared.id.empty() && product > 1)
    root.complain("id", "names one row, but this item makes " + std::to_string(product) +
                            ": leave it out, or write the rows singly");
  constexpr std::size_t kMostRows = 1000;
  if (rows.size() + product > kMostRows)
    return problems.add(root.mark(), "rows", "expected at most 1000 rows in all: split the campaign");
  for (const std::string& backend : backends)
    for (const std::string& accelerator : accelerators)
      for (const int batch : batches)
        for (const std::string& precision : precisions) {
          RowSpec row = shared;
          row.backend = backend;
          row.accelerator = accelerator;
          row.batch = batch;
          row.precision = precision;
          if (row.id.empty()) row.id = default_id(row);
          problems.remember("rows[" + row.id + "]", root.mark());
          rows.push_back(std::move(row));
        }
}

void read_protocol(MapReader root, Protocol& protocol) {
  root.choice("scenario", protocol.scenario, {"single_stream"});
  root.integer("repeats", protocol.repeats, 1, 1000);
  if (auto map = root.map("warmup")) {
    map->integer("iterations", protocol.warmup_iterations, std::int64_t{0}, kMostIterations);
    map->duration("duration", protocol.warmup_duration, 0ns);
    map->duration("cap", protocol.warmup_cap, 1ns);
    map->done();
  }
  if (auto map = root.map("timed")) {
    map->integer("iterations", protocol.timed_iterations, std::int64_t{1}, kMostIterations);
    map->duration("duration", protocol.timed_duration, 0ns);
    map->integer("cap", protocol.timed_cap, std::int64_t{0}, kMostIterations);
    map->done();
  }
  root.integer("inputs", protocol.inputs, 1, 1024);
  root.integer("pipeline_iterations", protocol.pipeline_iterations, std::int64_t{0}, kMostIterations);
  root.duration("rest", protocol.rest, 0ns);
  if (auto map = root.map("timeouts")) {
    map->duration("run", protocol.run_timeout, 1ns);
    map->duration("stall", protocol.stall_timeout, 1ns);
    map->duration("prepare", protocol.prepare_timeout, 1ns);
    map->done();
  }
  root.integer("order_seed", protocol.order_seed, std::uint64_t{0}, kAnySeed);
  root.done();
}

void read_accuracy(MapReader root, AccuracySpec& accuracy) {
  root.boolean("enabled", accuracy.enabled);
  if (root.has("target")) root.number("target", accuracy.target.emplace(), 0, 100, "%");
  root.number("warn_drop", accuracy.warn_drop, 0, 100, "points");
  root.number("degraded_drop", accuracy.degraded_drop, 0, 100, "points");
  root.integer("compare_images", accuracy.compare_images, 0, 100'000);
  root.done();
}

void read_meter(MapReader root, MeterSpec& meter) {
  root.choice("kind", meter.kind, {"wt300e", "ptdaemon", "http"});
  root.text("address", meter.address);
  root.choice("boundary", meter.boundary, {"dc_input", "ac_input"});
  root.duration("period", meter.period, 1ms);
  root.string_map("options", meter.options);
  root.strings("simulator", meter.simulator);
  root.done();
}

void read_power(MapReader root, PowerSpec& power, Problems& problems) {
  read_list(root, "meters", problems, [&](MapReader item) { read_meter(item, power.meters.emplace_back()); });
  root.boolean("sensors", power.sensors);
  root.duration("sensor_period", power.sensor_period, 1ms);
  root.duration_map("sensor_periods", power.sensor_periods, 1ms);
  root.duration("idle", power.idle, 0ns);
  root.duration("loaded_idle", power.loaded_idle, 0ns);
  root.integer("least_samples", power.least_samples, 30, 1'000'000);
  if (root.has("supply_limit")) root.number("supply_limit", power.supply_limit_w.emplace(), 0, 1e6, "W");
  root.boolean("load_pattern", power.load_pattern);
  root.done();
}

void read_conditions(MapReader root, ConditionsSpec& conditions) {
  root.choice("cooling", conditions.cooling, {"active", "passive", "unstated"});
  if (root.has("temperature_limit"))
    root.number("temperature_limit", conditions.temperature_limit_c.emplace(), 0, 200, "degC");
  if (root.has("case_temperature"))
    root.number("case_temperature", conditions.case_temperature_c.emplace(), -60, 200, "degC");
  root.number("quiet_load", conditions.quiet_load_percent, 0, 100, "%");
  root.duration("quiet_wait", conditions.quiet_wait, 0ns);
  root.number("cool_band", conditions.cool_band_k, 0, 100, "K");
  root.done();
}

void read_peak(MapReader root, PeakSpec& peak) {
  root.text("accelerator", peak.accelerator);
  root.choice("precision", peak.precision, {"fp32", "tf32", "fp16", "bf16", "int8"});
  root.number("gops", peak.gops, 0, 1e9, "GOPS");
  root.text("source", peak.source);
  root.text("device", peak.device);
  root.done();
}

Experiment read_experiment(const YAML::Node& document, Problems& problems, const fs::path& base) {
  Experiment experiment;
  MapReader root(document, "", problems);
  if (!document.IsMap()) return experiment;
  if (!root.has("assay"))
    problems.add(document.Mark(), "assay",
                 "expected 'assay: 1', the version of the spec's format; it is missing");
  root.integer("assay", experiment.version, 1, 1);
  root.text("name", experiment.name);
  root.text("description", experiment.description);
  root.integer("seed", experiment.seed, std::uint64_t{0}, kAnySeed);
  // One seed at the top is enough; each draw can still have its own.
  experiment.data.calibration.seed = experiment.data.validation.seed = experiment.seed;
  experiment.protocol.order_seed = experiment.seed;
  if (auto map = root.map("model")) read_model(*map, experiment.model, base);
  if (auto map = root.map("data")) read_data(*map, experiment.data, base);
  RowSpec campaign;  // What holds for every row that does not say otherwise.
  root.text("target", campaign.target);
  root.text("power_mode", campaign.power_mode);
  if (!campaign.power_mode.empty() && campaign.target.empty())
    root.complain("power_mode",
                  "expected a target beside it: a mode is one target's, so say it where the target stands");
  read_list(root, "rows", problems,
            [&](MapReader item) { read_rows(item, campaign, experiment.rows, problems, base); });
  if (auto map = root.map("protocol")) read_protocol(*map, experiment.protocol);
  if (auto map = root.map("accuracy")) read_accuracy(*map, experiment.accuracy);
  if (auto map = root.map("power")) read_power(*map, experiment.power, problems);
  if (auto map = root.map("conditions")) read_conditions(*map, experiment.conditions);
  read_list(root, "peaks", problems,
            [&](MapReader item) { read_peak(item, experiment.peaks.emplace_back()); });
  for (std::string_view key : {"name", "model", "data", "rows"})
    if (!root.has(key)) problems.add(document.Mark(), std::string(key), "expected this key; it is missing");
  root.done();
  return experiment;
}

}  // namespace

Result<Experiment> parse_experiment(std::string_view text, const fs::path& source) {
  Experiment experiment;
  ASSAY_TRY(const fs::path file, absolute_path(source));
  const auto read = [&](const YAML::Node& document, Problems& problems) {
    experiment = read_experiment(document, problems, file.parent_path());
    // Contradictions among values that could not be read would only confuse.
    if (problems.empty())
      for (const Problem& problem : find_problems(experiment))
        problems.add(problems.place_of(problem.path), problem.path, problem.message);
  };
  ASSAY_OK(yaml::read_yaml(text, source, "a spec", read));
  return experiment;
}

Result<Experiment> load_experiment(const fs::path& path) {
  ASSAY_TRY(const std::string text, read_file(path));
  return parse_experiment(text, path);
}

}  // namespace assay::spec

#include "spec/validate.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "spec/explain.h"

namespace assay::spec {
namespace {

constexpr std::array<std::string_view, 4> kPrecisions{"fp32", "fp16", "bf16", "int8"};

class Finder {
 public:
  explicit Finder(const Experiment& experiment) : x_(experiment) {}
  std::vector<Problem> run() && {
    if (x_.name.empty()) add("name", "expected a name for the campaign, found an empty one");
    model();
    data();
    if (x_.rows.empty()) add("rows", "expected at least one row to measure, found none");
    std::set<std::string_view> ids;
    for (const RowSpec& spec : x_.rows) row(spec, ids.insert(spec.id).second);
    protocol();
    accuracy();
    power();
    peaks();
    return std::move(found_);
  }

 private:
  void add(std::string path, std::string message) { found_.push_back({std::move(path), std::move(message)}); }

  void model() {
    const Model& m = x_.model;
    if (m.builtin.empty() == m.path.empty())
      add("model", m.path.empty() ? "expected builtin (ddrnet23-slim) or path (an ONNX file), found neither"
                                  : "expected either builtin or path, found both: remove one");
    if (!m.builtin.empty() && !m.size)
      add("model.size",
          "a builtin model is made at a size that is asked for: write size: HxW, such as 256x512");
    if (!m.builtin.empty() && m.size && (m.size->height % 64 != 0 || m.size->width % 64 != 0))
      add("model.size", "expected multiples of 64 for " + m.builtin + ", found " + size_text(*m.size));
    const ModelIo& io = m.io;
    if (!(io.range_lo < io.range_hi)) add("model.input.range", "expected the low end below the high end");
    for (const double s : io.stddev)
      if (!(s > 0))
        return add("model.input.std", "expected three numbers above zero: pixels are divided by them");
    const bool normalises = io.mean != ModelIo{}.mean || io.stddev != ModelIo{}.stddev;
    const std::string which = io.mean != ModelIo{}.mean ? "model.input.mean" : "model.input.std";
    if (io.normalisation_in_graph && normalises)
      add(which, "contradicts normalisation_in_graph: true, pixels would be normalised twice: remove one");
    if (io.dtype == "u8" && (normalises || io.range_lo != 0 || io.range_hi != 1))
      add(normalises ? which : "model.input.range",
          "contradicts dtype: u8, which hands pixels 0..255 to the graph as they are: remove one");
  }

  void data() {
    const Data& d = x_.data;
    if (d.root.empty() == !d.streets.has_value())
      add("data", d.streets ? "expected either root or streets, found both: remove one"
                            : "expected root (a folder) or streets (generated scenes), found neither");
    if (d.kind == "tensors") {
      if (d.streets) add("data.streets", "streets are images: they contradict kind: tensors");
      if (x_.accuracy.enabled)
        add("data.kind",
            "raw tensors have no labels: write accuracy: {enabled: false}, or use kind: cityscapes");
    }
    if (d.streets) streets(*d.streets);
    for (const auto& [label, value] : d.class_map)
      if (label < 0 || label > 65535 || value < 0 || (value >= d.classes && value != d.ignore))
        add("data.class_map", "expected labels from 0 to 65535 and classes below " +
                                  std::to_string(d.classes) + " or the ignore value " +
                                  std::to_string(d.ignore) + ", found " + std::to_string(label) + ": " +
                                  std::to_string(value));
    if (d.ignore < d.classes)
      add("data.ignore", "expected a value that is no class (" + std::to_string(d.classes) +
                             " or more), found " + std::to_string(d.ignore));
    if (!d.class_names.empty() && d.class_names.size() != static_cast<std::size_t>(d.classes))
      add("data.class_names",
          "expected " + std::to_string(d.classes) + " names, found " + std::to_string(d.class_names.size()));
    for (const auto& [selection, key] :
         {std::pair{&d.calibration, "data.calibration"}, {&d.validation, "data.validation"}})
      if (selection->split.empty() || selection->split.find_first_of("/\\") != std::string::npos ||
          selection->split.starts_with('.'))
        add(std::string(key) + ".split",
            "expected the name of a split, such as val, found '" + selection->split + "'");
    if (d.calibration_same_as_validation && d.calibration != d.validation)
      add("data.calibration", "is the same as validation, yet differs from it");
  }

  void streets(const StreetsData& s) {
    if (s.train + s.val == 0)
      add("data.streets", "expected train or val above zero, found no scenes to make");
    const Data& d = x_.data;
    const bool calibrates = std::ranges::any_of(
        x_.rows, [](const RowSpec& row) { return row.precision == "int8" && row.artifact.empty(); });
    draw("data.validation", d.validation, s);
    if (calibrates && !d.calibration_same_as_validation) draw("data.calibration", d.calibration, s);
  }

  void draw(const std::string& path, const Selection& selection, const StreetsData& s) {
    if (selection.split != "train" && selection.split != "val")
      return add(path + ".split",
                 "generated streets have the splits train and val, found '" + selection.split + "'");
    const int available = selection.split == "train" ? s.train : s.val;
    if (available == 0)
      add(path + ".split",
          "data.streets makes no " + selection.split + " scenes: raise data.streets." + selection.split);
    else if (selection.count > available)
      add(path + ".count", "expected at most the " + std::to_string(available) + " " + selection.split +
                               " scenes that data.streets makes, found " + std::to_string(selection.count));
  }

  void row(const RowSpec& r, bool unique) {
    const std::string path = "rows[" + r.id + "]";
    if (!unique) add(path + ".id", "two rows have this id: give one another id, or remove the double");
    const auto safe = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    };
    if (r.id.empty() || r.id.size() > 100 || r.id.front() == '.' || !std::ranges::all_of(r.id, safe))
      add(path + ".id", "expected lower-case letters, digits, '-', '_' and '.', found '" + r.id + "'");
    if (r.backend.empty())
      add(path + ".backend", "expected the backend's name, such as openvino, found an empty one");
    if (r.accelerator.empty())
      add(path + ".accelerator", "expected an accelerator, such as CPU, found an empty one");
    if (std::ranges::find(kPrecisions, r.precision) == kPrecisions.end()) {
      const std::string nearest = nearest_word(r.precision, kPrecisions);
      add(path + ".precision", "expected " + join_or(kPrecisions) + ", found '" + r.precision + "'" +
                                   (nearest.empty() ? "" : ": did you mean '" + nearest + "'?"));
    }
    if (!r.power_mode.empty() && r.target.empty())
      add(path + ".power_mode",
          "expected a target that has this mode beside it: write target: as well, or leave it out");
    if (r.batch < 1) add(path + ".batch", "expected at least 1, found " + std::to_string(r.batch));
    for (const auto& [what, version] : r.pins) {
      if (std::ranges::find(kPins, what) == kPins.end()) {
        const std::string nearest = nearest_word(what, kPins);
        add(path + ".pins", "expected " + join_or(kPins) + ", found '" + what + "'" +
                                (nearest.empty() ? "" : ": did you mean '" + nearest + "'?"));
      }
      if (version.empty()) add(path + ".pins", "expected the version of " + what + ", found an empty one");
    }
    if (!r.artifact.empty() && (!r.toolchain.empty() || !r.toolchain_options.empty()))
      add(path + ".toolchain", "contradicts artifact, which is used as it is: remove one");
  }

  void protocol() {
    const Protocol& p = x_.protocol;
    if (p.warmup_cap < p.warmup_duration)
      add("protocol.warmup.cap", "expected at least the warm-up's duration " +
                                     duration_text(p.warmup_duration) + ", found " +
                                     duration_text(p.warmup_cap));
    if (p.timed_cap != 0 && p.timed_cap < p.timed_iterations)
      add("protocol.timed.cap", "expected 0 (chosen by assay) or at least the " +
                                    std::to_string(p.timed_iterations) + " iterations, found " +
                                    std::to_string(p.timed_cap));
    if (p.run_timeout < p.warmup_cap + p.timed_duration)
      add("protocol.timeouts.run",
          "expected more than the warm-up's cap and the timed duration together, found " +
              duration_text(p.run_timeout));
  }

  void accuracy() {
    if (x_.accuracy.degraded_drop < x_.accuracy.warn_drop)
      add("accuracy.degraded_drop", "expected at least warn_drop, the smaller of the two limits");
  }

  void power() {
    for (std::size_t i = 0; i < x_.power.meters.size(); ++i) {
      const std::string path = "power.meters[" + std::to_string(i) + "]";
      const MeterSpec& meter = x_.power.meters[i];
      if (meter.kind.empty()) add(path + ".kind", "expected wt300e, ptdaemon or http; it is missing");
      if (meter.boundary.empty())
        add(path + ".boundary",
            "expected dc_input (the board's own supply line) or ac_input (the wall): nobody but you knows "
            "where "
            "it is wired; it is missing");
      if (meter.address.empty() && meter.simulator.empty())
        add(path + ".address", "expected where the meter is, such as vxi11://10.0.0.7/inst0; it is missing");
      if (!meter.address.empty() && !meter.simulator.empty())
        add(path + ".simulator", "expected either an address or a simulator, which has its own");
      if (!meter.simulator.empty() && meter.kind == "http")
        add(path + ".simulator", "expected a kind that can be simulated: wt300e or ptdaemon");
    }
  }

  /// Rows of one spec may be meant for several boards, which share names such as GPU.
  bool several_devices() const {
    std::set<std::string_view> devices, targets;
    for (const RowSpec& row : x_.rows) {
      devices.insert(row.device);
      if (!row.target.empty()) targets.insert(row.target);
    }
    return devices.size() > 1 || targets.size() > 1;
  }

  void peaks() {
    for (std::size_t i = 0; i < x_.peaks.size(); ++i) {
      const std::string path = "peaks[" + std::to_string(i) + "]";
      const PeakSpec& peak = x_.peaks[i];
      if (peak.device.empty() && several_devices())
        add(path + ".device",
            "expected the device or target of the rows that this peak is of, since the rows are "
            "of several: without it the peak of one would be another's; it is missing");
      if (peak.precision.empty())
        add(path + ".precision", "expected " + join_or(kPrecisions) + "; it is missing");
      if (!(peak.gops > 0)) add(path + ".gops", "expected the peak in 1e9 operations per second, above zero");
      if (peak.source.empty())
        add(path + ".source",
            "expected where the peak comes from (a datasheet's title, a formula): a ratio without "
            "its source cannot be judged");
    }
  }

  static std::string size_text(const Size& size) {
    return std::to_string(size.height) + "x" + std::to_string(size.width);
  }

  const Experiment& x_;
  std::vector<Problem> found_;
};

}  // namespace

std::vector<Problem> find_problems(const Experiment& experiment) { return Finder(experiment).run(); }

Result<void> check_peak_devices(const Experiment& experiment) {
  std::vector<std::string_view> names;
  for (const RowSpec& row : experiment.rows)
    for (const std::string_view name : {std::string_view(row.device), std::string_view(row.target)})
      if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  for (std::size_t i = 0; i < experiment.peaks.size(); ++i) {
    const std::string& device = experiment.peaks[i].device;
    if (device.empty() || std::find(names.begin(), names.end(), device) != names.end()) continue;
    const std::string near = nearest_word(device, names);
    return fail(Code::kInvalidInput, "peaks[" + std::to_string(i) + "].device: expected " + join_or(names) +
                                         ", the rows' devices and targets, found '" + device + "'" +
                                         (near.empty() ? "" : "; did you mean '" + near + "'?"));
  }
  return {};
}

Result<void> validate(const Experiment& experiment) {
  std::string text;
  for (const Problem& problem : find_problems(experiment))
    text += (text.empty() ? "" : "\n") + problem.path + ": " + problem.message;
  if (!text.empty()) return fail(Code::kInvalidInput, text);
  return {};
}

}  // namespace assay::spec

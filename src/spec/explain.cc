#include "spec/explain.h"

#include <yaml-cpp/yaml.h>

#include <array>
#include <charconv>

#include "base/digest.h"

namespace assay::spec {
namespace {

/// The shortest digits that read back as the same double.
std::string plain(double value) {
  char buffer[32];
  return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

std::string size_text(const Size& size) {
  return std::to_string(size.height) + "x" + std::to_string(size.width);
}

/// Writes `key: value` pairs, leaving out what is empty.
class Writer {
 public:
  template <typename T>
  Writer& pair(const char* key, const T& value) {
    out_ << YAML::Key << key << YAML::Value << value;
    return *this;
  }
  Writer& pair(const char* key, double value) { return pair(key, plain(value)); }
  Writer& pair(const char* key, std::chrono::nanoseconds value) { return pair(key, duration_text(value)); }
  /// Texts are quoted: 1.20 or yes as a name stays a text for every YAML reader.
  Writer& text(const std::string& key, const std::string& value) {
    if (value.empty()) return *this;
    out_ << YAML::Key << key << YAML::Value << YAML::DoubleQuoted << value;
    return *this;
  }
  Writer& texts(const char* key, const std::map<std::string, std::string>& values) {
    if (values.empty()) return *this;
    begin(key);
    for (const auto& [name, value] : values)
      out_ << YAML::Key << YAML::DoubleQuoted << name << YAML::Value << YAML::DoubleQuoted << value;
    return end();
  }
  Writer& texts(const char* key, const std::vector<std::string>& values) {
    if (values.empty()) return *this;
    out_ << YAML::Key << key << YAML::Value << YAML::Flow << YAML::BeginSeq;
    for (const std::string& value : values) out_ << YAML::DoubleQuoted << value;
    out_ << YAML::EndSeq;
    return *this;
  }
  Writer& triple(const char* key, const std::array<double, 3>& values) {
    out_ << YAML::Key << key << YAML::Value << YAML::Flow << YAML::BeginSeq;
    for (const double value : values) out_ << plain(value);
    out_ << YAML::EndSeq;
    return *this;
  }
  Writer& begin(const char* key) {
    out_ << YAML::Key << key << YAML::Value << YAML::BeginMap;
    return *this;
  }
  Writer& begin() { return out_ << YAML::BeginMap, *this; }
  Writer& end() { return out_ << YAML::EndMap, *this; }
  Writer& begin_list(const char* key) {
    out_ << YAML::Key << key << YAML::Value << YAML::BeginSeq;
    return *this;
  }
  Writer& end_list() { return out_ << YAML::EndSeq, *this; }
  YAML::Emitter& raw() { return out_; }
  std::string finish() const { return std::string(out_.c_str()) + "\n"; }

 private:
  YAML::Emitter out_;
};

void write_model(Writer& w, const Model& model) {
  w.begin("model").text("name", model.name).text("builtin", model.builtin).text("path", model.path.string());
  if (model.size) w.pair("size", size_text(*model.size));
  const ModelIo& io = model.io;
  w.begin("input")
      .text("name", io.input_name)
      .pair("order", io.order)
      .pair("layout", io.layout)
      .pair("dtype", io.dtype);
  w.pair("range", plain(io.range_lo) + ".." + plain(io.range_hi))
      .triple("mean", io.mean)
      .triple("std", io.stddev);
  w.pair("normalisation_in_graph", io.normalisation_in_graph).end();
  w.begin("output")
      .text("name", io.output_name)
      .pair("kind", io.output_kind)
      .pair("layout", io.output_layout)
      .end()
      .end();
}

void write_selection(Writer& w, const char* key, const Selection& selection) {
  w.begin(key)
      .text("split", selection.split)
      .pair("count", selection.count)
      .pair("seed", selection.seed)
      .end();
}

void write_data(Writer& w, const Data& data) {
  w.begin("data").pair("kind", data.kind).text("root", data.root.string());
  if (data.streets)
    w.begin("streets")
        .pair("train", data.streets->train)
        .pair("val", data.streets->val)
        .pair("seed", data.streets->seed)
        .pair("size", size_text(data.streets->size))
        .end();
  w.pair("labels", data.labels).pair("classes", data.classes).pair("ignore", data.ignore);
  if (!data.class_map.empty()) w.pair("class_map", data.class_map);
  if (!data.class_names.empty()) {
    w.raw() << YAML::Key << "class_names" << YAML::Value << YAML::Flow << YAML::BeginSeq;
    for (const std::string& name : data.class_names) w.raw() << YAML::DoubleQuoted << name;
    w.raw() << YAML::EndSeq;
  }
  write_selection(w, "validation", data.validation);
  if (data.calibration_same_as_validation)
    w.pair("calibration", "same");
  else
    write_selection(w, "calibration", data.calibration);
  w.end();
}

void write_row(Writer& w, const RowSpec& row) {
  w.begin().text("id", row.id).text("device", row.device).text("target", row.target);
  w.text("power_mode", row.power_mode).text("backend", row.backend);
  w.text("accelerator", row.accelerator).text("precision", row.precision).pair("batch", row.batch);
  w.texts("options", row.options)
      .text("toolchain", row.toolchain)
      .texts("toolchain_options", row.toolchain_options);
  w.text("fallback", row.fallback);
  w.text("artifact", row.artifact.string()).text("plugin", row.plugin.string()).texts("pins", row.pins).end();
}

void write_protocol(Writer& w, const Protocol& p) {
  w.begin("protocol").pair("scenario", p.scenario).pair("repeats", p.repeats);
  w.begin("warmup")
      .pair("iterations", p.warmup_iterations)
      .pair("duration", p.warmup_duration)
      .pair("cap", p.warmup_cap)
      .end();
  w.begin("timed")
      .pair("iterations", p.timed_iterations)
      .pair("duration", p.timed_duration)
      .pair("cap", p.timed_cap)
      .end();
  w.pair("inputs", p.inputs).pair("pipeline_iterations", p.pipeline_iterations).pair("rest", p.rest);
  w.begin("timeouts")
      .pair("run", p.run_timeout)
      .pair("stall", p.stall_timeout)
      .pair("prepare", p.prepare_timeout)
      .end();
  w.pair("order_seed", p.order_seed).end();
}

void write_accuracy(Writer& w, const AccuracySpec& a) {
  w.begin("accuracy").pair("enabled", a.enabled);
  if (a.target) w.pair("target", *a.target);
  w.pair("warn_drop", a.warn_drop).pair("degraded_drop", a.degraded_drop);
  w.pair("compare_images", a.compare_images).end();
}

void write_power(Writer& w, const PowerSpec& p) {
  w.begin("power");
  if (!p.meters.empty()) {
    w.begin_list("meters");
    for (const MeterSpec& meter : p.meters)
      w.begin()
          .text("kind", meter.kind)
          .text("address", meter.address)
          .text("boundary", meter.boundary)
          .pair("period", meter.period)
          .texts("options", meter.options)
          .texts("simulator", meter.simulator)
          .end();
    w.end_list();
  }
  w.pair("sensors", p.sensors).pair("sensor_period", p.sensor_period);
  if (!p.sensor_periods.empty()) {
    w.begin("sensor_periods");
    for (const auto& [source, period] : p.sensor_periods) w.text(source, duration_text(period));
    w.end();
  }
  w.pair("idle", p.idle);
  w.pair("loaded_idle", p.loaded_idle).pair("least_samples", p.least_samples);
  if (p.supply_limit_w) w.pair("supply_limit", *p.supply_limit_w);
  w.pair("load_pattern", p.load_pattern).end();
}

void write_conditions(Writer& w, const ConditionsSpec& c) {
  w.begin("conditions").pair("cooling", c.cooling);
  if (c.temperature_limit_c) w.pair("temperature_limit", *c.temperature_limit_c);
  if (c.case_temperature_c) w.pair("case_temperature", *c.case_temperature_c);
  w.pair("quiet_load", c.quiet_load_percent).pair("quiet_wait", c.quiet_wait);
  w.pair("cool_band", c.cool_band_k).end();
}

}  // namespace

std::string duration_text(std::chrono::nanoseconds duration) {
  struct Unit {
    std::int64_t ns;
    const char* name;
  };
  constexpr std::array<Unit, 6> kUnits{{{3'600'000'000'000, " h"},
                                        {60'000'000'000, " min"},
                                        {1'000'000'000, " s"},
                                        {1'000'000, " ms"},
                                        {1'000, " us"},
                                        {1, " ns"}}};
  const std::int64_t count = duration.count();
  if (count == 0) return "0 s";
  for (const Unit& unit : kUnits)
    if (count % unit.ns == 0) return std::to_string(count / unit.ns) + unit.name;
  return std::to_string(count) + " ns";
}

std::string explain(const Experiment& x) {
  Writer w;
  w.begin()
      .pair("assay", x.version)
      .text("name", x.name)
      .text("description", x.description)
      .pair("seed", x.seed);
  write_model(w, x.model);
  write_data(w, x.data);
  w.begin_list("rows");
  for (const RowSpec& row : x.rows) write_row(w, row);
  w.end_list();
  write_protocol(w, x.protocol);
  write_accuracy(w, x.accuracy);
  write_power(w, x.power);
  write_conditions(w, x.conditions);
  if (!x.peaks.empty()) {
    w.begin_list("peaks");
    for (const PeakSpec& peak : x.peaks) {
      w.begin().text("accelerator", peak.accelerator).pair("precision", peak.precision);
      w.pair("gops", peak.gops).text("source", peak.source);
      if (!peak.device.empty()) w.text("device", peak.device);
      w.end();
    }
    w.end_list();
  }
  w.end();
  return w.finish();
}

std::string spec_digest(const Experiment& experiment) { return sha256_hex(explain(experiment)); }

std::map<std::string, std::string> protocol_in_words(const Experiment& x) {
  const Protocol& p = x.protocol;
  const Data& d = x.data;
  auto count = [](int n) { return n == 0 ? std::string("all") : std::to_string(n); };
  std::map<std::string, std::string> words;
  words["scenario"] = p.scenario;
  words["repeats"] = std::to_string(p.repeats) + " fresh processes, random order (seed " +
                     std::to_string(p.order_seed) + ")";
  words["warm-up"] = ">= " + std::to_string(p.warmup_iterations) + " inferences and " +
                     duration_text(p.warmup_duration) + " and steady, at most " + duration_text(p.warmup_cap);
  words["timed"] = ">= " + std::to_string(p.timed_iterations) + " inferences" +
                   (p.timed_duration.count() > 0 ? " and " + duration_text(p.timed_duration) : "");
  words["inputs"] = std::to_string(p.inputs) + " images in rotation";
  if (x.model.size) words["size"] = size_text(*x.model.size);
  words["model"] = x.model.name;
  words["data"] = d.streets ? "generated streets " + size_text(d.streets->size) + " (seed " +
                                  std::to_string(d.streets->seed) + ")"
                            : d.kind + " " + d.root.filename().string();
  if (x.accuracy.enabled)
    words["validation"] = count(d.validation.count) + " images of " + d.validation.split + " (seed " +
                          std::to_string(d.validation.seed) + ")";
  words["calibration"] = d.calibration_same_as_validation
                             ? "the validation images"
                             : count(d.calibration.count) + " images of " + d.calibration.split + " (seed " +
                                   std::to_string(d.calibration.seed) + ")";
  if (p.rest.count() > 0) words["rest"] = duration_text(p.rest);
  return words;
}

}  // namespace assay::spec

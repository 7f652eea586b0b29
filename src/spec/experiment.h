// What to run, as a user states it: plain data, no behaviour. parse.h makes one from YAML, explain.h writes
// it out.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::spec {

struct Size {
  int height = 0, width = 0;
  bool operator==(const Size&) const = default;
};

/// How pixels become the model's input, and how its output becomes labels. The graph only checks these.
struct ModelIo {
  std::string input_name;               ///< Empty: the model's only input.
  std::string order = "RGB";            ///< RGB or BGR.
  std::string layout = "NCHW";          ///< NCHW or NHWC.
  std::string dtype = "f32";            ///< f32 or u8 (u8: no range or normalisation is applied).
  double range_lo = 0, range_hi = 1;    ///< Pixel 0 and 255 map to these before normalisation.
  std::array<double, 3> mean{0, 0, 0};  ///< In the model's channel order, on the scale of the range.
  std::array<double, 3> stddev{1, 1, 1};
  bool normalisation_in_graph = false;  ///< True: mean and std must not be given.
  std::string output_name;              ///< Empty: the model's only output.
  std::string output_kind =
      "logits";  ///< "logits" [N,C,h,w] or "labels" [N,h,w] / [N,1,h,w]: argmax in the graph.
  std::string output_layout = "NCHW";  ///< Of logits: NCHW or NHWC.
  bool operator==(const ModelIo&) const = default;
};

/// Axis of the classes in the logits.
inline int class_axis(const ModelIo& io) { return io.output_layout == "NHWC" ? 3 : 1; }

struct Model {
  std::string name;            ///< For tables.
  std::string builtin;         ///< "ddrnet23-slim", or empty when `path` is given.
  std::filesystem::path path;  ///< ONNX file.
  std::optional<Size> size;    ///< Required for builtin models and dynamic shapes.
  ModelIo io;
  bool operator==(const Model&) const = default;
};

/// Which images, chosen how. Seeds feed the specified generator (docs/measurement.md).
struct Selection {
  std::string split = "val";
  int count = 0;  ///< 0: all of the split.
  std::uint64_t seed = 42;
  bool operator==(const Selection&) const = default;
};

/// Generated street scenes to make (once, cached) when no root is given.
struct StreetsData {
  int train = 0, val = 0;
  std::uint64_t seed = 1;
  Size size{256, 512};
  bool operator==(const StreetsData&) const = default;
};

struct Data {
  std::string kind =
      "cityscapes";            ///< "cityscapes" (the folder layout) or "tensors" (raw files; no accuracy).
  std::filesystem::path root;  ///< Empty when `streets` is set.
  std::optional<StreetsData> streets;
  std::string labels = "labelIds";  ///< "labelIds" (mapped 34 -> 19) or "trainIds".
  int classes = 19;
  int ignore = 255;
  std::map<int, int> class_map;          ///< Label value -> class; replaces the built-in map when not empty.
  std::vector<std::string> class_names;  ///< Empty: Cityscapes' 19 when classes is 19, else numbers.
  Selection calibration{"train", 0, 42};
  Selection validation{"val", 0, 42};
  bool calibration_same_as_validation = false;  ///< The guide's way: calibrate on the validation images.
  bool operator==(const Data&) const = default;
};

/// What a version can be pinned of: the backend's runtime, the operating system's release, the kernel, and
/// Linux for Tegra.
inline constexpr std::array<std::string_view, 4> kPins = {"runtime", "os", "kernel", "l4t"};

/// One configuration to measure.
struct RowSpec {
  std::string id;                ///< [device-]backend-accelerator-precision[-bN], lower case, unique.
  std::string device = "local";  ///< Which machine it is for.
  std::string target;            ///< Of the catalogue: "jetson-orin-nx-8gb"; "": not stated.
  std::string power_mode;        ///< The one that the board is said to be in; "": not stated.
  std::string backend;           ///< "openvino"
  std::string accelerator = "CPU";
  std::string precision = "fp32";
  int batch = 1;
  std::map<std::string, std::string> options;  ///< Passed to the backend's open().
  std::string toolchain;                       ///< Empty: the backend's default for the precision.
  std::map<std::string, std::string> toolchain_options;
  std::string fallback =
      "refuse";  ///< "allow": parts of the model may run off the accelerator; the row says so.
  std::filesystem::path artifact;  ///< Given: used as it is, nothing is prepared.
  std::filesystem::path plugin;    ///< Given: this shared library instead of the built-in of the name.
  /// Versions that the row is meant for, by what has them (kPins): "8.5.2" holds for 8.5.2.7 too, "2.10+" for
  /// all from 2.10 on. Any other is a WARN.
  std::map<std::string, std::string> pins;
  bool operator==(const RowSpec&) const = default;
};

struct Protocol {
  std::string scenario = "single_stream";
  int repeats = 3;
  std::int64_t warmup_iterations = 100;
  std::chrono::nanoseconds warmup_duration = std::chrono::seconds(10);
  std::chrono::nanoseconds warmup_cap = std::chrono::seconds(60);  ///< Stop waiting for steadiness then.
  std::int64_t timed_iterations = 1000;
  std::chrono::nanoseconds timed_duration{0};  ///< The loop ends when count and duration are both reached.
  std::int64_t timed_cap = 0;                  ///< Preallocated latencies; 0: chosen by the planner.
  int inputs = 8;                              ///< Real images rotated in the timed loop.
  std::int64_t pipeline_iterations = 100;      ///< End-to-end loop; 0: none.
  std::chrono::nanoseconds rest{0};            ///< Fixed rest between runs.
  std::chrono::nanoseconds run_timeout = std::chrono::minutes(60);    ///< One pass of one worker.
  std::chrono::nanoseconds stall_timeout = std::chrono::seconds(60);  ///< No single inference takes longer.
  std::chrono::nanoseconds prepare_timeout = std::chrono::minutes(60);
  std::uint64_t order_seed = 42;
  bool operator==(const Protocol&) const = default;
};

struct AccuracySpec {
  bool enabled = true;
  std::optional<double> target;  ///< Minimum mIoU in percent: below it INVALID.
  double warn_drop = 2.0;        ///< Points.
  double degraded_drop = 3.0;
  int compare_images = 20;  ///< Images of the artifact check against FP32 ONNX Runtime; 0: none, and a WARN.
  bool operator==(const AccuracySpec&) const = default;
};

/// A meter outside the board.
struct MeterSpec {
  std::string kind;     ///< "wt300e", "ptdaemon", "http"
  std::string address;  ///< "vxi11://10.0.0.7/inst0", "tcp://10.0.0.7:10000", "usbtmc:///dev/usbtmc0"
  std::string
      boundary;  ///< Where it is wired: "dc_input" or "ac_input". Only the user knows, so: no default.
  std::chrono::nanoseconds period = std::chrono::milliseconds(100);  ///< Update interval asked of it.
  std::map<std::string, std::string> options;                        ///< The meter's own.
  /// Arguments of `assay simulate KIND`, which the campaign then starts on loopback, in place of an address.
  std::vector<std::string> simulator;
  bool operator==(const MeterSpec&) const = default;
};

struct PowerSpec {
  std::vector<MeterSpec> meters;
  bool sensors = true;  ///< The board's own sensors, whatever is found.
  std::chrono::nanoseconds sensor_period = std::chrono::milliseconds(100);
  /// Of single sources, by id ("ina3221-0040") or by what it begins with ("ina3221"); `assay doctor` lists
  /// them.
  std::map<std::string, std::chrono::nanoseconds> sensor_periods;
  /// Before and after the runs, nothing loaded; only where a power source exists.
  std::chrono::nanoseconds idle = std::chrono::seconds(30);
  std::chrono::nanoseconds loaded_idle{0};  ///< Session open, nothing submitted; 0: none.
  int least_samples = 30;                   ///< In a window; the timed loop is made long enough for them.
  std::optional<double> supply_limit_w;     ///< What the supply can give: peak power is held against it.
  /// A pseudo-random on/off load, once before and once after all timed runs, by which an imported log finds
  /// its clock.
  bool load_pattern = false;
  bool operator==(const PowerSpec&) const = default;
};

/// Where neither spec nor target tells another [the guide].
inline constexpr double kTemperatureLimit = 85;

/// Heat and quiet: the conditions under which a run counts.
struct ConditionsSpec {
  std::string cooling = "unstated";           ///< "active", "passive" or "unstated"
  std::optional<double> temperature_limit_c;  ///< Absent: kTemperatureLimit, or less if the target says so.
  std::optional<double> case_temperature_c;   ///< What the product allows its case: for a thermal resistance.
  double quiet_load_percent = 10;             ///< Most CPU share of other processes.
  std::chrono::nanoseconds quiet_wait =
      std::chrono::seconds(30);  ///< How long a run waits for quiet and cool; 0: nobody looks.
  double cool_band_k = 3;        ///< Above the temperature at the campaign's start.
  bool operator==(const ConditionsSpec&) const = default;
};

struct PeakSpec {
  std::string accelerator = "CPU", precision;
  double gops = 0;
  std::string source;
  std::string device = {};  ///< Of the rows with this device or target; "": of all, where they are of one.
  bool operator==(const PeakSpec&) const = default;
};

struct Experiment {
  int version = 1;
  std::string name, description;
  std::uint64_t seed = 42;
  Model model;
  Data data;
  std::vector<RowSpec> rows;
  Protocol protocol;
  AccuracySpec accuracy;
  PowerSpec power;
  ConditionsSpec conditions;
  std::vector<PeakSpec> peaks;  ///< Declared peaks; measured ones are added for the local CPU.
  bool operator==(const Experiment&) const = default;
};

}  // namespace assay::spec

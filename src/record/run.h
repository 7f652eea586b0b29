// What one worker process told and what was measured of it: raw, before any statistics. A campaign is a list
// of these.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "record/reading.h"

namespace assay::record {

struct TensorInfo {
  std::string name;
  std::string dtype;  ///< "f32", "u8", ... as ABI dtypes in lower case.
  std::vector<std::int64_t> dims;
  std::uint64_t byte_size = 0;
};

/// A backend, its runtime and one open session, as the worker reported them.
struct SessionInfo {
  std::string backend;  ///< "openvino"
  std::string plugin_version;
  std::string runtime_version;
  std::map<std::string, std::string> versions;
  std::map<std::string, std::string> properties;
  std::string accelerator;       ///< "CPU"
  std::string accelerator_name;  ///< The hardware's own name.
  std::string executed_precision;
  std::string determinism;  ///< "deterministic", "nondeterministic" or "unknown"
  bool simulated = false;
  std::string
      stack;  ///< What kind of software executes: "native SDK", "general runtime", ...; empty: not told.
  std::uint32_t max_in_flight = 1;
  std::vector<TensorInfo> inputs, outputs;
  std::int64_t compile_ns = 0;          ///< Load + compile: the time of open().
  std::int64_t first_inference_ns = 0;  ///< 0 until there was one.
  std::vector<std::string> libraries;   ///< From the worker's /proc/self/maps, after the first inference.
};

/// Names what a worker is bound to: equal for the accuracy, timed and profiled passes of one row.
struct Binding {
  std::string artifact_digest;
  std::string options_digest;
  std::string environment_digest;
  std::string plugin_digest;
};

/// How a worker ended, when not well: empty `reason` means that the pass completed.
struct Failure {
  std::string reason;  ///< "killed by SIGSEGV (signal 11) after 499 inferences; last log lines: ..."
  std::string kind;    ///< "crash", "hang", "error", "garbage", "start"
  int signal = 0;
};

/// One output of the timed loop that went to a spare buffer, compared with the accuracy pass's for the same
/// input.
struct OutputSample {
  std::int64_t iteration = 0;
  std::uint32_t input = 0;  ///< Index among the rotated inputs.
  bool written = false;     ///< False: the buffer still held the poison that it was filled with.
  bool bitwise_equal = false;
  double argmax_agreement = 0;    ///< Share of positions with the same argmax over the class axis, 0..1.
  double max_abs_difference = 0;  ///< Relative to max|reference|; -1: undefined (NaN, or a reference of 0).
  bool finite = true;             ///< False: the output holds a NaN or an infinity.
};

/// One timed run (a repeat). Latencies in nanoseconds, in order of execution.
struct TimedRun {
  int repeat = 0;  ///< Counts from 1.
  std::uint32_t inputs =
      1;  ///< In rotation: inference i of warm-up and timed loop alike ran on input i mod inputs.
  SessionInfo session;
  Binding binding;
  std::vector<std::int64_t> warmup_ns;
  std::vector<std::int64_t> latency_ns;
  std::int64_t window_begin_ns = 0, window_end_ns = 0;            ///< CLOCK_MONOTONIC.
  std::int64_t loaded_idle_begin_ns = 0, loaded_idle_end_ns = 0;  ///< Both 0: there was none.
  std::string warmup_end;                                         ///< Why the warm-up ended: "steady", "cap".
  bool capped = false;  ///< The timed loop ended at its preallocated cap before its duration.
  std::string boot_id;
  std::int64_t begin_utc_ns = 0;    ///< Wall clock of the window's begin, from the run's anchor.
  std::int64_t clock_step_ns = 0;   ///< Change of (UTC - monotonic) during the run: an NTP step.
  std::int64_t peak_rss_bytes = 0;  ///< Of the worker process.
  std::optional<std::int64_t> device_memory_bytes;
  std::string device_memory_problem;  ///< Why a plugin that has a word for it does not tell it; else "".
  /// Where the runtime has them; sampled iterations. Copies to the device and back are apart.
  std::vector<std::int64_t> device_time_ns, transfer_in_ns, transfer_out_ns;
  std::vector<OutputSample> samples;
  Observation observation;                ///< From before the worker was started until after it ended.
  std::int64_t quiet_wait_ns = 0;         ///< How long the run waited for a quiet, cool machine.
  std::vector<std::string> disturbances;  ///< What still disturbed when it began all the same.
  double foreign_cpu_share =
      -1;  ///< CPU time of other processes in the window / (window x cores); -1: unknown.
  std::int64_t involuntary_switches = 0;
  Failure failure;
};

/// A time in which nothing was loaded: what net power is counted from.
struct IdleRun {
  std::int64_t begin_ns = 0, end_ns = 0;  ///< CLOCK_MONOTONIC.
  std::string boot_id;
  std::string skipped;                    ///< Why there was none ("no power source"); empty: it was held.
  std::int64_t quiet_wait_ns = 0;         ///< How long it waited for a quiet, cool machine.
  std::vector<std::string> disturbances;  ///< What still disturbed when it began all the same.
  Observation observation;
};

/// A load pattern that was driven so that an imported log can find its clock: edges on CLOCK_MONOTONIC,
/// alternating between on (first) and off.
struct PatternRun {
  std::vector<std::int64_t> edges_ns;
  std::int64_t window_begin_ns = 0,
               window_end_ns = 0;  ///< Off before the first edge, on or off after the last.
  std::string boot_id;
  std::string skipped;
};

/// One repeat of the end-to-end loop, a process of its own: one request at a time, decode + preprocess,
/// inference, postprocess.
struct PipelineRun {
  SessionInfo session;
  Binding binding;
  std::vector<std::int64_t> pre_ns, infer_ns, post_ns, total_ns;
  std::int64_t window_begin_ns = 0, window_end_ns = 0;  ///< CLOCK_MONOTONIC.
  std::string boot_id;                                  ///< "": written before it was kept.
  Failure failure;
};

/// Confusion matrices of every image: what mIoU and the paired bootstrap are formed from.
struct AccuracyRun {
  SessionInfo session;
  Binding binding;
  std::string task = "segmentation";
  int classes = 0;
  std::vector<std::string> images;                    ///< Ids, in order.
  std::vector<std::vector<std::uint32_t>> confusion;  ///< Per image: classes x classes, [truth][prediction].
  std::string
      dataset_digest;  ///< Of the validation inputs (canonical tensors) in order, then of their labels.
  /// Among the groups whose outputs were kept: how many different inputs went in, and different outputs came
  /// out.
  int distinct_inputs = 0, distinct_outputs = 0;
  std::int64_t wall_ns = 0;
  Failure failure;
};

struct LayerRecord {
  std::string name, type, exec_type;
  std::int64_t time_ns = -1;          ///< -1: not told.
  double operations = -1;             ///< -1: not told.
  std::string placement = "unknown";  ///< "claimed", "elsewhere", "unknown"
};

struct ProfiledRun {
  SessionInfo session;
  Binding binding;
  std::vector<LayerRecord> layers;
  Failure failure;
};

/// A prepared artifact and what it was made from.
struct ArtifactRecord {
  std::string path;       ///< File that the backend opens.
  std::string format;     ///< "onnx", "openvino-ir"
  std::string digest;     ///< Of the artifact's content (all of its files).
  std::string key;        ///< Cache key: digest of all inputs (model, calibration, tool, versions, options).
  std::string toolchain;  ///< "nncf", "onnxruntime-quantizer", "none"
  std::map<std::string, std::string> versions;  ///< Of the toolchain.
  std::string calibration_digest;               ///< "" where no calibration entered.
  int calibration_count = 0;
  bool from_cache = false;
  /// Comparison with FP32 ONNX Runtime on other images, before use.
  int compared_images = 0;
  double compared_argmax_agreement = -1;    ///< Mean over the images; -1: not compared.
  double compared_max_abs_difference = -1;  ///< max|a-b| / max|b| over all images.
  std::string compared_note;  ///< What to know of those images: "validation images, for want of others".
  Failure failure;
};

/// The machine and software under which a campaign ran; its digest binds the passes of a row together.
struct Environment {
  std::string hostname, os, kernel, cpu_model;
  int cpus = 0;
  std::int64_t memory_bytes = 0;
  std::map<std::string, std::string>
      facts;           ///< governor, turbo, microcode, ISA flags, board ... where they can be read.
  std::string digest;  ///< Over everything that may change a latency (not the hostname).
};

/// Peaks of the machine that a performance ratio may be formed against.
struct Peak {
  std::string precision;    ///< "fp32", "int8"
  std::string accelerator;  ///< "CPU"
  double gops = 0;          ///< 1e9 operations/s.
  std::string source;       ///< "measured: FP32 FMA kernel, 2 threads" or the spec's words.
  /// Of reading its memory, 1e9 B/s, where that was measured.
  std::optional<double> bandwidth_gb_per_s = std::nullopt;
  std::string bandwidth_source = {};
  bool of_target = false;   ///< The target catalogue's word, which holds on that target only.
  std::string device = {};  ///< A declared one: of the rows of this device or target only; "": of all.
};

}  // namespace assay::record

// The results of a campaign: rows of figures with verdicts. Derived from the raw runs, and can be made again.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "record/figure.h"
#include "record/finding.h"
#include "record/run.h"

namespace assay::record {

/// One configuration: device x backend x accelerator x model x precision x batch x scenario.
struct RowKey {
  std::string id;  ///< "openvino-cpu-int8": unique in a campaign, safe in a file name.
  std::string device, backend, accelerator, model, precision;
  int batch = 1;
  std::string scenario = "single_stream";
};

/// Every figure of a row. Names, units and definitions stand once, in kMetrics.
struct RowFigures {
  Figure latency_mean, latency_p50, latency_p90, latency_p95, latency_p99, latency_p999;
  Figure throughput, throughput_window;
  Figure end_to_end_mean, preprocess_mean, pipeline_inference_mean, postprocess_mean, end_to_end_throughput;
  Figure compile_time, first_inference;
  Figure gops, performance_ratio;
  Figure area_efficiency, cost_efficiency, capacity;
  Figure miou, miou_fp32, miou_drop, pixel_accuracy;
  Figure power, energy_per_inference, efficiency;
  Figure power_idle, power_loaded_idle, power_net, power_peak;
  Figure window_energy_per_inference, net_efficiency, gops_per_watt, energy_delay_product;
  Figure temperature, thermal_resistance;
  Figure device_time, transfer_in, transfer_out;
  Figure peak_memory, device_memory, placement, placement_operations;
};

struct MetricInfo {
  std::string_view name;
  std::string_view unit;
  Figure RowFigures::*member;
  std::string_view definition;
  std::string_view source;
};
/// The catalogue: one line for each figure. Tables, schema and docs take names, units and words from here.
std::span<const MetricInfo> metrics();

/// Within-process and pooled diagnostics that stand beside the figures.
struct LatencyDiagnostics {
  std::vector<double> process_mean_ms;      ///< One for each repeat.
  std::map<std::string, double> pooled_ms;  ///< "p50", "p90", ... over all repeats' samples.
  std::map<std::string, double> bound_ms;   ///< 99 % upper bound on the pooled percentile; absent: refused.
  std::map<std::string, double> warmup_mean_ms;  ///< "with", "without": the thesis's comparison.
  double effective_n = 0;                        ///< Pooled n corrected for autocorrelation.
  std::vector<double> process_effective_n;       ///< The same of each repeat alone.
  double lag1_autocorrelation = 0;
  std::vector<std::vector<std::int64_t>> outliers;  ///< Per repeat: positions of outliers, never removed.
  std::vector<std::int64_t> change_points;          ///< Per repeat: index of a change in level, or -1.
  std::vector<double> bootstrap_lo_ms, bootstrap_hi_ms;  ///< Block bootstrap of each process's mean.
  std::vector<double> drift_percent;  ///< Per repeat: last quarter's median over the first's, minus 1.
};

/// What one power source told over the timed window of one repeat.
struct PowerWindow {
  int repeat = 0;
  std::string problem;  ///< Why there is no value; empty: there is.
  double mean_w = 0, window_energy_j = 0;
  std::optional<double> peak_w;
  double u_gain_w = 0, u_range_w = 0, u_other_w = 0;  ///< Standard uncertainties of the mean (k = 1).
  bool accuracy_known = false;                        ///< The meter states its accuracy.
  double coverage = 0;                                ///< 0..1
  std::int64_t samples = 0, breaks = 0, repeated = 0;
  double window_ms = 0, longest_gap_ms = 0, interval_ms = 0;
  std::optional<double> loaded_idle_w;
};

/// One power source over all repeats. Several may watch one board: all are shown, with what they include.
struct PowerSource {
  std::string channel;                ///< "wt300e.power"; of a sum "a + b"
  std::vector<std::string> channels;  ///< The same as a list.
  std::string description;            ///< Of its source.
  std::string boundary;               ///< "dc_input", ...
  bool simulated = false;
  bool primary = false;  ///< The one that the row's power figures come from.
  std::vector<std::string> contains;
  std::vector<PowerWindow> windows;
  std::vector<PowerWindow> idle;         ///< Before and after the runs, as far as there were such windows.
  std::vector<PowerWindow> loaded_idle;  ///< Of each repeat that had such a time.
  std::optional<double> idle_before_w, idle_after_w;
  FigureStatus idle_status = FigureStatus::kUnmeasured;  ///< Of these two.
  Figure mean;                                           ///< W
};

struct Row {
  RowKey key;
  std::string executed_precision;
  int repeats = 0;              ///< Completed timed runs.
  std::int64_t warmup = 0;      ///< Smallest warm-up count of any repeat.
  std::int64_t iterations = 0;  ///< Smallest timed count of any repeat.
  RowFigures figures;
  LatencyDiagnostics diagnostics;
  std::vector<double> per_class_iou;  ///< Of this row's artifact; NaN-free: absent classes are -1.
  std::string calibration_relation;   ///< "same images as validation", "disjoint", "none"
  std::vector<LayerRecord> layers;
  std::vector<PowerSource> power_sources;
  std::string verdict = "OK";  ///< Worst of the findings: OK, WARN, INVALID.
  std::vector<Finding> findings;
  /// model, artifact, calibration, dataset, environment (always there, "" where there is none); options and
  /// plugin where a session was opened.
  std::map<std::string, std::string> digests;
  std::map<std::string, std::string> versions;
  std::vector<std::string> libraries;
  std::string stack;  ///< SessionInfo::stack
  /// What the catalogue says of the row's target, in words with sources: id, name, unit, power_mode, ...;
  /// empty: the row names none.
  std::map<std::string, std::string> target;
  bool simulated = false;
};

struct Results {
  static constexpr int kSchemaMajor = 1, kSchemaMinor = 3;
  int schema_major = kSchemaMajor, schema_minor = kSchemaMinor;
  std::string name, description;
  std::string assay_version;
  std::string started_utc, finished_utc;
  bool complete = false;  ///< All planned steps have run.
  std::string spec_digest;
  std::map<std::string, std::string> protocol;  ///< The protocol's settings in words, for readers.
  Environment environment;
  std::vector<Peak> peaks;
  std::vector<std::string> class_names;
  std::vector<Row> rows;
  std::vector<Finding> findings;  ///< About the campaign as a whole.
};

}  // namespace assay::record

#include "record/figure.h"
#include "record/finding.h"
#include "record/reading.h"
#include "record/results.h"

namespace assay::record {

std::string_view to_string(FigureStatus status) {
  switch (status) {
    case FigureStatus::kOk:
      return "ok";
    case FigureStatus::kWarn:
      return "warn";
    case FigureStatus::kInvalid:
      return "invalid";
    case FigureStatus::kUnmeasured:
      return "unmeasured";
  }
  return "unmeasured";
}

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::kOk:
      return "OK";
    case Severity::kWarn:
      return "WARN";
    case Severity::kInvalid:
      return "INVALID";
    case Severity::kUnmeasured:
      return "UNMEASURED";
  }
  return "INVALID";
}

std::string_view to_string(ReadingKind kind) {
  switch (kind) {
    case ReadingKind::kInstant:
      return "instant";
    case ReadingKind::kMean:
      return "mean";
    case ReadingKind::kCounter:
      return "counter";
  }
  return "instant";
}

std::string_view to_string(Boundary boundary) {
  switch (boundary) {
    case Boundary::kNone:
      return "";
    case Boundary::kDcInput:
      return "dc_input";
    case Boundary::kAcInput:
      return "ac_input";
    case Boundary::kBoard:
      return "board";
    case Boundary::kRail:
      return "rail";
    case Boundary::kPackage:
      return "package";
    case Boundary::kChip:
      return "chip";
  }
  return "";
}

std::span<const MetricInfo> metrics() {
  using F = RowFigures;
  static constexpr MetricInfo kMetrics[] = {
      {"latency_mean", "ms", &F::latency_mean,
       "host wall time of one synchronous inference, host memory to host memory; mean of the process means, "
       "Student-t 95 % interval over processes",
       "VEDLIoT D3.3; Kalibera & Jones 2013"},
      {"latency_p50", "ms", &F::latency_p50, "50th percentile (numpy 'linear', type 7), mean over processes",
       "guide"},
      {"latency_p90", "ms", &F::latency_p90, "90th percentile (type 7), mean over processes", "guide"},
      {"latency_p95", "ms", &F::latency_p95, "95th percentile (type 7), mean over processes", "guide"},
      {"latency_p99", "ms", &F::latency_p99, "99th percentile (type 7), mean over processes", "guide"},
      {"latency_p999", "ms", &F::latency_p999,
       "99.9th percentile (type 7), mean over processes; refused where n is too small",
       "MLPerf early stopping"},
      {"throughput", "FPS", &F::throughput, "batch x 1000 / mean inference time in ms",
       "guide; VEDLIoT D3.3 table 3"},
      {"throughput_window", "FPS", &F::throughput_window, "batch x count / length of the timed window",
       "MLPerf"},
      {"end_to_end_mean", "ms", &F::end_to_end_mean,
       "decode + preprocess + inference + postprocess of one request, in a loop of its own; mean of the "
       "process means, Student-t 95 % interval over processes",
       "VEDLIoT D3.3; thesis"},
      {"preprocess_mean", "ms", &F::preprocess_mean, "decode + preprocess, of the end-to-end loop",
       "VEDLIoT D3.3"},
      {"pipeline_inference_mean", "ms", &F::pipeline_inference_mean, "inference, of the end-to-end loop",
       "VEDLIoT D3.3"},
      {"postprocess_mean", "ms", &F::postprocess_mean, "upsampling + argmax, of the end-to-end loop",
       "VEDLIoT D3.3"},
      {"end_to_end_throughput", "FPS", &F::end_to_end_throughput,
       "batch x count / window of the end-to-end loop, mean over processes", "white paper"},
      {"compile_time", "ms", &F::compile_time, "load + compile, mean over processes",
       "measurement catalogue"},
      {"first_inference", "ms", &F::first_inference, "first inference after compiling, mean over processes",
       "measurement catalogue"},
      {"device_time", "ms", &F::device_time,
       "time on the accelerator of one inference, copies left out, mean over sampled inferences, then over "
       "processes; no latency",
       "measurement catalogue"},
      {"transfer_in", "ms", &F::transfer_in, "copy of the inputs to the device, of the same inferences",
       "measurement catalogue"},
      {"transfer_out", "ms", &F::transfer_out, "copy of the outputs back, of the same inferences",
       "measurement catalogue"},
      {"gops", "GOPS", &F::gops, "operations of the FP32 source graph (1 MAC = 2) x inferences/s / 1e9",
       "VEDLIoT D3.3"},
      {"performance_ratio", "%", &F::performance_ratio,
       "achieved GOPS / peak GOPS of the executed precision on the claimed unit", "VEDLIoT D3.3"},
      {"area_efficiency", "GOPS/mm2", &F::area_efficiency,
       "achieved GOPS / area of the whole die that the target catalogue names", "VEDLIoT D3.3"},
      {"cost_efficiency", "GOPS/$", &F::cost_efficiency,
       "achieved GOPS / dated US dollar price that the target catalogue names", "VEDLIoT D3.3"},
      {"capacity", "op/s", &F::capacity,
       "throughput x width x height x operations per pixel of the FP32 source graph: what it was enough for",
       "white paper"},
      {"miou", "%", &F::miou,
       "mean IoU over classes, one confusion matrix over the set, logits upsampled bilinearly before argmax; "
       "95 % bootstrap over images",
       "Cityscapes"},
      {"miou_fp32", "%", &F::miou_fp32, "the same of the FP32 model in ONNX Runtime on the CPU, same images",
       "measurement catalogue"},
      {"miou_drop", "%", &F::miou_drop,
       "miou_fp32 - miou in percentage points, paired 95 % bootstrap over images", "guide"},
      {"pixel_accuracy", "%", &F::pixel_accuracy, "share of labelled pixels predicted right", "Cityscapes"},
      {"power", "W", &F::power, "time-weighted mean over the timed window, at the DC input", "guide"},
      {"energy_per_inference", "mJ", &F::energy_per_inference, "average power x mean inference time",
       "VEDLIoT D3.3"},
      {"efficiency", "FPS/W", &F::efficiency, "throughput / average power", "guide"},
      {"power_idle", "W", &F::power_idle,
       "the same over idle windows before and after the timed runs: nothing loaded", "measurement catalogue"},
      {"power_loaded_idle", "W", &F::power_loaded_idle, "the same with the session open, nothing submitted",
       "measurement catalogue"},
      {"power_net", "W", &F::power_net, "average power less idle power", "guide; VEDLIoT D3.3"},
      {"power_peak", "W", &F::power_peak, "highest reading in the timed window of any repeat", "white paper"},
      {"window_energy_per_inference", "mJ", &F::window_energy_per_inference,
       "energy of the timed window / count", "VEDLIoT D3.3"},
      {"net_efficiency", "FPS/W", &F::net_efficiency, "throughput / net power", "guide"},
      {"gops_per_watt", "GOPS/W", &F::gops_per_watt, "achieved GOPS / average power", "VEDLIoT D3.3"},
      {"energy_delay_product", "mJ s", &F::energy_delay_product, "energy per inference x inference time",
       "Orin energy paper"},
      {"temperature", "degC", &F::temperature, "highest temperature of any zone in the timed windows",
       "guide"},
      {"thermal_resistance", "K/W", &F::thermal_resistance,
       "(junction's limit of the target - case temperature, stated or read) / average power: the most that "
       "the way from junction to case may have",
       "white paper"},
      {"peak_memory", "MB", &F::peak_memory,
       "peak resident set of the worker process (1 MB = 1e6 B), largest of the repeats", "VEDLIoT D3.3"},
      {"device_memory", "MB", &F::device_memory,
       "device memory of the session, where the runtime tells; of TensorRT by how much the GPU's free memory "
       "fell, which other programs move too",
       "measurement catalogue"},
      {"placement", "%", &F::placement,
       "share of the executed layers' time on the claimed accelerator (of their count where no times are "
       "told)",
       "measurement catalogue"},
      {"placement_operations", "%", &F::placement_operations,
       "share of the source graph's operations whose layers ran on the claimed accelerator, where the "
       "runtime "
       "tells them of every layer",
       "measurement catalogue"},
  };
  return kMetrics;
}

}  // namespace assay::record

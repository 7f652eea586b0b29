#include "vendor/openvino.h"

#include "vendor/flags.h"

namespace assay::vendor {

Result<Command> latency_benchmark(const LatencyBenchmark& run) {
  Command command;
  command.tool = run.program;
  command.version = run.version;
  const auto add = [&](const char* flag, const std::string& value) {
    if (!value.empty()) command.argv.insert(command.argv.end(), {flag, value});
  };
  add("-m", run.model.string());
  add("-d", run.device);
  const bool fine_tuned = run.threads || !run.streams.empty() || !run.pinning.empty();
  add("-hint", fine_tuned ? "none" : run.hint);
  // Said and not left to the default, which is asynchronous until 2025.0 at least.
  add("-api", "sync");
  if (run.requests > 0) add("-nireq", std::to_string(run.requests));
  if (run.seconds > 0)
    add("-t", std::to_string(run.seconds));
  else
    add("-niter", std::to_string(run.iterations));
  add("-infer_precision", run.inference_precision);
  add("-ip", run.input_precision);
  add("-nstreams", run.streams);
  if (run.threads) add("-nthreads", std::to_string(*run.threads));
  add("-pin", run.pinning);
  add("-shape", run.shape);
  add("-load_config", run.load_config.string());
  add("-cdir", run.cache.string());
  std::string inputs;
  for (const auto& [name, file] : run.inputs)
    inputs += (inputs.empty() ? "" : ",") + name + ":" + file.string();
  add("-i", inputs);
  if (!run.report_folder.empty()) {
    add("-report_type", "no_counters");
    add("-report_folder", run.report_folder.string());
    command.argv.emplace_back("-json_stats");
  }
  command.note =
      "benchmark_app warms up with one inference, and its input is filled once; OpenVINO's wheel has the "
      "Python "
      "program, whose own loop is part of the time.";
  ASSAY_OK(check_flags("benchmark_app", command.version, command.argv));
  return command;
}

Result<Command> convert_to_ir(const Conversion& conversion) {
  Command command;
  command.tool = conversion.program;
  command.version = conversion.version;
  command.argv = {conversion.onnx.string(), "--output_model", conversion.output.string(),
                  std::string("--compress_to_fp16=") + (conversion.compress_to_fp16 ? "True" : "False")};
  ASSAY_OK(check_flags("ovc", command.version, command.argv));
  return command;
}

}  // namespace assay::vendor

#include "campaign/witness_tools.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <vector>

#include "base/file.h"
#include "base/resources.h"
#include "base/text.h"
#include "vendor/benchmark_app_output.h"
#include "vendor/flags.h"
#include "vendor/onnxruntime_loop_output.h"
#include "vendor/snpe_output.h"
#include "vendor/trtexec.h"
#include "vendor/trtexec_output.h"

namespace assay::campaign {
namespace {

namespace fs = std::filesystem;

/// The value of a property of our session; "" where it has none.
std::string property(const ToolJob& job, const char* name) {
  const auto found = job.session.properties.find(name);
  return found == job.session.properties.end() ? "" : found->second;
}

Result<fs::path> python() {
  const fs::path found = home_directory() / "sdk" / "venv" / "bin" / "python";
  std::error_code error;
  if (!fs::exists(found, error))
    return fail(Code::kUnavailable, found.string() + " is absent: run scripts/setup");
  return found;
}

std::string input_name(const ToolJob& job) { return job.session.inputs.at(0).name; }

/// "2026.4.1-22982-..." -> "2026.4.1"
std::string numbers_of(std::string_view version) {
  return std::string(version.substr(0, version.find_first_not_of("0123456789.")));
}

/// JSON of one device's settings that have no flag: {"CPU": {"PERFORMANCE_HINT": "LATENCY"}}.
std::string load_config(const std::string& device, const std::map<std::string, std::string>& settings) {
  std::string body;
  for (const auto& [name, value] : settings)
    body += (body.empty() ? "\"" : ", \"") + name + "\": \"" + value + "\"";
  return "{\"" + device + "\": {" + body + "}}\n";
}

/// "image[1,3,256,512]" of the input where the row gives a shape: harmless where the model has it already.
std::string shape_text(const record::TensorInfo& tensor) {
  std::string dims;
  for (const std::int64_t dim : tensor.dims) dims += (dims.empty() ? "" : ",") + std::to_string(dim);
  return tensor.name + "[" + dims + "]";
}

Result<vendor::Command> benchmark_app(const ToolJob& job) {
  vendor::Command command;
  command.version = numbers_of(job.session.runtime_version);
  std::vector<std::string> flags;
  const auto add = [&](const char* flag, const std::string& value) {
    if (!value.empty()) flags.insert(flags.end(), {flag, value});
  };
  add("-m", job.artifact.path);
  add("-d", job.row.accelerator);
  // The tool takes -nthreads, -nstreams and -pin only without a hint, and the hint of our session comes by a
  // file, so that both have all four.
  add("-hint", "none");
  add("-api", "sync");
  add("-nireq", "1");
  add("-nstreams", property(job, "NUM_STREAMS"));
  if (job.row.accelerator == "CPU") {
    add("-nthreads", property(job, "INFERENCE_NUM_THREADS"));
    add("-pin", property(job, "ENABLE_CPU_PINNING"));
  }
  const std::string precision = property(job, "INFERENCE_PRECISION_HINT");
  if (precision != "dynamic" && precision != "undefined") add("-infer_precision", precision);
  add("-shape", shape_text(job.session.inputs[0]));
  // Otherwise the tool makes the input of a picture's shape u8, which adds a conversion to the model.
  add("-ip", job.session.inputs[0].dtype);
  add("-i", input_name(job) + ":" + job.npy.string());
  add("-t", std::to_string(static_cast<int>(std::ceil(job.seconds))));
  std::map<std::string, std::string> settings;
  for (const char* name : {"PERFORMANCE_HINT", "GPU_QUEUE_THROTTLE", "GPU_QUEUE_PRIORITY"})
    if (const std::string value = property(job, name); !value.empty()) settings[name] = value;
  if (!settings.empty()) {
    const fs::path file = job.work / "load_config.json";
    ASSAY_OK(write_file(file, load_config(job.row.accelerator, settings)));
    add("-load_config", file.string());
  }
  ASSAY_OK(vendor::check_flags("benchmark_app", command.version, flags));
  if (job.program.empty()) {
    // Not bin/benchmark_app, whose first line names the folder that the environment was made in.
    ASSAY_TRY(const fs::path interpreter, python());
    command.tool = interpreter;
    command.argv = {"-c", "from openvino.tools.benchmark.main import main; main()"};
  } else {
    command.tool = job.program;
  }
  command.argv.insert(command.argv.end(), flags.begin(), flags.end());
  return command;
}

std::string number_text(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

Result<vendor::Command> onnxruntime_loop(const ToolJob& job) {
  const std::string provider = property(job, "execution_provider");
  if (provider != "CPUExecutionProvider")
    return fail(Code::kInvalidInput,
                "the ONNX Runtime loop runs on CPUExecutionProvider only, the row ran on '" + provider + "'");
  vendor::Command command;
  command.version = job.session.runtime_version;
  if (job.program.empty()) {
    ASSAY_TRY(const fs::path interpreter, python());
    command.tool = interpreter;
    command.argv = {(home_directory() / "tools" / "witness" / "onnxruntime_loop.py").string()};
  } else {
    command.tool = job.program;
  }
  const auto add = [&](const char* flag, const std::string& value) {
    if (!value.empty()) command.argv.insert(command.argv.end(), {flag, value});
  };
  add("--model", job.artifact.path);
  add("--input", input_name(job) + "=" + job.npy.string());
  add("--threads", property(job, "threads"));
  add("--inter-op", property(job, "inter_op"));
  add("--graph-optimization", property(job, "graph_optimization"));
  add("--execution-mode", property(job, "execution_mode"));
  add("--spinning", property(job, "spinning"));
  add("--seconds", number_text(job.seconds));
  return command;
}

std::int64_t iterations(const ToolJob& job) {
  return std::max<std::int64_t>(100, std::llround(job.seconds * 1000 / std::max(job.expected_ms, 1e-3)));
}

Result<vendor::Command> trtexec(const ToolJob& job) {
  vendor::EngineRun run;
  run.version = numbers_of(job.session.runtime_version);
  std::error_code error;
  run.program = !job.program.empty()                        ? job.program.string()
                : fs::exists(vendor::kJetsonTrtexec, error) ? std::string(vendor::kJetsonTrtexec)
                                                            : "trtexec";
  run.engine = job.artifact.path;
  if (job.row.accelerator.starts_with("DLA"))
    run.dla_core = job.row.accelerator.size() > 3 ? job.row.accelerator[3] - '0' : 0;
  run.iterations = iterations(job);
  run.warmup_ms = 1000;
  const auto chosen = [&](const char* name) {
    const std::string value = property(job, name);
    return value == "1" || value == "true" || value == "on";
  };
  run.spin_wait = chosen("spin_wait");
  run.cuda_graph = chosen("cuda_graph");
  run.inputs[input_name(job)] = job.raw;
  return vendor::run_engine(run);
}

/// --use_dsp for "DSP": SNPE's tools name the processor by a flag each.
Result<std::string> snpe_processor(const ToolJob& job) {
  static const std::map<std::string_view, std::string> kFlags{
      {"DSP", "--use_dsp"}, {"HTP", "--use_dsp"}, {"GPU", "--use_gpu"}, {"CPU", "--use_cpu"}};
  const auto found = kFlags.find(job.row.accelerator);
  if (found != kFlags.end()) return found->second;
  return fail(Code::kInvalidInput,
              "SNPE's tools run on DSP, GPU or CPU, the row names '" + job.row.accelerator + "'");
}

Result<vendor::Command> snpe_throughput(const ToolJob& job) {
  vendor::Command command;
  command.version = numbers_of(job.session.runtime_version);
  command.tool = job.program.empty() ? "snpe-throughput-net-run" : job.program.string();
  ASSAY_TRY(const std::string processor, snpe_processor(job));
  const std::string profile = property(job, "performance_profile");
  command.argv = {"--container",    job.artifact.path,
                  "--duration",     std::to_string(static_cast<int>(std::ceil(job.seconds))),
                  "--perf_profile", profile.empty() ? "burst" : profile,
                  processor,        "--input_raw",
                  job.raw.string()};
  ASSAY_OK(vendor::check_flags("snpe-throughput-net-run", command.version, command.argv));
  return command;
}

using Clock = WitnessTool::Clock;

const std::array kTools{
    WitnessTool{"benchmark_app", "openvino", true,
                "the request's own latency, measured inside OpenVINO; the Python loop around it is not in it",
                Clock::kLess, "its clock stands inside the runtime, ours around the call", "one inference",
                benchmark_app, vendor::parse_benchmark_app},
    WitnessTool{"onnxruntime-loop", "onnxruntime", true,
                "InferenceSession.run_with_iobinding from Python, input and output bound once", Clock::kMore,
                "its clock stands in Python, around the binding's call", "1 s of inferences",
                onnxruntime_loop, vendor::parse_onnxruntime_loop},
    WitnessTool{"trtexec", "tensorrt", true, "H2D + GPU Compute + D2H of a query, by events on the device",
                Clock::kLess, "its clock is the device's: what the host does to launch and wait is not in it",
                "1 s of inferences", trtexec, vendor::parse_trtexec},
    WitnessTool{"snpe-throughput-net-run", "snpe", false, "the instance's real time / images", Clock::kSame,
                "", "unknown", snpe_throughput, vendor::parse_snpe_throughput},
};

}  // namespace

std::span<const WitnessTool> witness_tools() { return kTools; }

Result<const WitnessTool*> choose_tool(std::string_view backend, std::string_view name) {
  std::vector<std::string_view> names, backends;
  for (const WitnessTool& tool : kTools) {
    if (tool.backend == backend && (name.empty() || tool.name == name)) return &tool;
    names.push_back(tool.name);
    backends.push_back(tool.backend);
  }
  if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
    return fail(Code::kInvalidInput,
                "no tool is named '" + std::string(name) + "': " + join_or(names) + " was expected");
  if (name.empty())
    return fail(Code::kInvalidInput, "no vendor's tool is known that times what backend '" +
                                         std::string(backend) + "' opens; there are tools for " +
                                         join_or(backends));
  return fail(Code::kInvalidInput,
              std::string(name) + " does not open what backend '" + std::string(backend) + "' opens");
}

Result<std::string> npy_file(const record::TensorInfo& tensor, std::string_view bytes) {
  static const std::map<std::string_view, std::string_view> kTypes{
      {"f32", "<f4"}, {"f16", "<f2"}, {"f64", "<f8"}, {"i8", "|i1"},  {"u8", "|u1"}, {"i16", "<i2"},
      {"u16", "<u2"}, {"i32", "<i4"}, {"u32", "<u4"}, {"i64", "<i8"}, {"u64", "<u8"}};
  const auto type = kTypes.find(tensor.dtype);
  if (type == kTypes.end())
    return fail(Code::kInvalidInput,
                "input " + tensor.name + " is " + tensor.dtype + ", which numpy has not");
  if (bytes.size() != tensor.byte_size)
    return fail(Code::kInvalidInput, "input " + tensor.name + ": " + std::to_string(tensor.byte_size) +
                                         " bytes were expected, " + std::to_string(bytes.size()) +
                                         " were found");
  std::string shape;
  for (const std::int64_t dim : tensor.dims) shape += std::to_string(dim) + ", ";
  std::string header =
      "{'descr': '" + std::string(type->second) + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  constexpr std::size_t kPrefix = 10, kAlignment = 64;
  header.append((kAlignment - (kPrefix + header.size() + 1) % kAlignment) % kAlignment, ' ');
  header += '\n';
  std::string file("\x93NUMPY\x01\x00", 8);
  file += static_cast<char>(header.size() & 0xff);
  file += static_cast<char>(header.size() >> 8);
  return file + header + std::string(bytes);
}

}  // namespace assay::campaign

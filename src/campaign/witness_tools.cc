#include "campaign/witness_tools.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>
#include <vector>

#include "base/file.h"
#include "base/resources.h"
#include "base/text.h"
#include "campaign/witness_files.h"
#include "vendor/benchmark_app_output.h"
#include "vendor/onnxruntime_loop_output.h"
#include "vendor/openvino.h"
#include "vendor/qualcomm.h"
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

/// "image[1,3,256,512]" of the input: harmless where the model has that shape already.
std::string shape_text(const record::TensorInfo& tensor) {
  std::string dims;
  for (const std::int64_t dim : tensor.dims) dims += (dims.empty() ? "" : ",") + std::to_string(dim);
  return tensor.name + "[" + dims + "]";
}

Result<vendor::Command> benchmark_app(const ToolJob& job) {
  vendor::LatencyBenchmark run;
  run.version = numbers_of(job.session.runtime_version);
  run.model = job.artifact.path;
  run.device = job.row.accelerator;
  // The tool takes -nthreads, -nstreams and -pin only without a hint, and the hint of our session comes by a
  // file, so that both have all four.
  run.hint = "none";
  run.requests = 1;
  run.streams = property(job, "NUM_STREAMS");
  if (job.row.accelerator == "CPU") {
    if (const int threads = std::atoi(property(job, "INFERENCE_NUM_THREADS").c_str()); threads > 0)
      run.threads = threads;
    run.pinning = property(job, "ENABLE_CPU_PINNING");
  }
  const std::string precision = property(job, "INFERENCE_PRECISION_HINT");
  if (precision != "dynamic" && precision != "undefined") run.inference_precision = precision;
  run.shape = shape_text(job.session.inputs[0]);
  // Otherwise the tool makes the input of a picture's shape u8, which adds a conversion to the model.
  run.input_precision = job.session.inputs[0].dtype;
  run.inputs[input_name(job)] = job.npy;
  run.seconds = std::llround(std::ceil(job.seconds));
  std::map<std::string, std::string> settings;
  for (const char* name : {"PERFORMANCE_HINT", "GPU_QUEUE_THROTTLE", "GPU_QUEUE_PRIORITY"})
    if (const std::string value = property(job, name); !value.empty()) settings[name] = value;
  if (!settings.empty()) {
    run.load_config = job.work / "load_config.json";
    ASSAY_OK(write_file(run.load_config, load_config(job.row.accelerator, settings)));
  }
  ASSAY_TRY(vendor::Command command, vendor::latency_benchmark(run));
  if (!job.program.empty()) {
    command.tool = job.program;
    return command;
  }
  // Not bin/benchmark_app, whose first line names the folder that the environment was made in.
  ASSAY_TRY(const fs::path interpreter, python());
  command.tool = interpreter;
  command.argv.insert(command.argv.begin(), {"-c", "from openvino.tools.benchmark.main import main; main()"});
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
  run.engine = job.work / "plan";
  ASSAY_OK(write_plan(job.artifact.path, run.engine));
  ASSAY_TRY(run.dla_core, vendor::dla_core_of(job.row.accelerator));
  run.iterations = iterations(job);
  run.warmup_ms = 1000;
  // Where the row leaves waiting to the driver nothing tells what it chose: the tool blocks then.
  run.spin_wait = property(job, "waiting") == "spinning";
  run.cuda_graph = property(job, "cuda-graph") == "on";
  run.inputs[input_name(job)] = job.raw;
  return vendor::run_engine(run);
}

/// What both tools of SNPE are told; the input in the DLC's own layout, which ours turns it to inside the
/// inference.
Result<vendor::DlcRun> dlc_run(const ToolJob& job) {
  static const std::map<std::string_view, std::string> kRuntimes{
      {"DSP", "dsp"}, {"HTP", "dsp"}, {"GPU", "gpu"}, {"CPU", "cpu"}};
  const auto runtime = kRuntimes.find(job.row.accelerator);
  if (runtime == kRuntimes.end())
    return fail(Code::kInvalidInput,
                "SNPE's tools run on DSP, GPU or CPU, the row names '" + job.row.accelerator + "'");
  const record::TensorInfo& input = job.session.inputs.at(0);
  if (input.dtype != "f32")
    return fail(Code::kInvalidInput,
                "SNPE's tools read files of f32, input " + input.name + " is " + input.dtype);
  vendor::DlcRun run;
  run.version = numbers_of(job.session.runtime_version);
  run.dlc = job.artifact.path;
  run.runtime = runtime->second;
  if (const std::string profile = property(job, "performance-profile"); !profile.empty())
    run.performance_profile = vendor::performance_profile_of(profile);
  run.unsigned_pd = property(job, "unsigned-pd") != "off";
  run.runtime_order = vendor::runtime_order_of(property(job, "runtime-order"));
  run.seconds = std::llround(std::ceil(job.seconds));
  run.input_raw = job.raw;
  if (property(job, ("input " + input.name).c_str()).find("NHWC <-> NCHW") != std::string::npos) {
    ASSAY_TRY(const std::string raw, read_file(job.raw));
    ASSAY_TRY(const std::string turned, channels_last(input, raw));
    run.input_raw = job.work / "input.nhwc.bin";
    ASSAY_OK(write_file(run.input_raw, turned));
  }
  return run;
}

/// The libraries that our worker has loaded, the DSP's half too: the tools would find others, or none.
void use_our_libraries(const ToolJob& job, vendor::Command& command) {
  if (const fs::path library = property(job, "library"); library.has_parent_path())
    command.environment["LD_LIBRARY_PATH"] = library.parent_path().string();
  if (const std::string path = property(job, "ADSP_LIBRARY_PATH"); !path.empty())
    command.environment["ADSP_LIBRARY_PATH"] = path;
}

Result<vendor::Command> snpe_throughput(const ToolJob& job) {
  ASSAY_TRY(const vendor::DlcRun run, dlc_run(job));
  ASSAY_TRY(vendor::Command command, vendor::throughput_net_run(run));
  if (!job.program.empty()) command.tool = job.program;
  use_our_libraries(job, command);
  return command;
}

/// The tool writes every output of every inference, so there cannot be many.
std::int64_t net_run_inferences(const ToolJob& job) {
  constexpr std::int64_t kMost = 100, kLeast = 5, kMostBytes = std::int64_t{1} << 30;
  std::int64_t bytes = 1;
  for (const record::TensorInfo& output : job.session.outputs)
    bytes += static_cast<std::int64_t>(output.byte_size);
  return std::clamp(std::min(iterations(job), kMostBytes / bytes), kLeast, kMost);
}

/// Its times are in a log that another program reads: a shell runs both, one after the other.
Result<vendor::Command> snpe_net_run(const ToolJob& job) {
  ASSAY_TRY(vendor::DlcRun run, dlc_run(job));
  run.input_list = job.work / "input_list.txt";
  run.output = job.work / "net-run-output";
  std::string list;
  for (std::int64_t i = 0; i < net_run_inferences(job); ++i) list += run.input_raw.string() + "\n";
  ASSAY_OK(write_file(run.input_list, list));
  ASSAY_TRY(vendor::Command command, vendor::net_run(run));
  fs::path diagview = "snpe-diagview";
  if (!job.program.empty()) {
    command.tool = job.program;
    std::error_code error;
    if (const fs::path beside = job.program.parent_path() / diagview; fs::exists(beside, error))
      diagview = beside;
  }
  const std::string log = (run.output / "SNPEDiag_0.log").string();
  // A log of the pair before must not be taken for this one's.
  const std::string script = "rm -rf " + vendor::shell_word(run.output.string()) + " && " +
                             vendor::to_shell(command) + " && " + vendor::shell_word(diagview.string()) +
                             " --input_log " + vendor::shell_word(log);
  command.tool = "/bin/sh";
  command.argv = {"-c", script};
  use_our_libraries(job, command);
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
    WitnessTool{"snpe-throughput-net-run", "snpe", false, "the instance's real time / images", Clock::kLess,
                "its clock stands around SNPE's execution, ours around the call", "unknown", snpe_throughput,
                vendor::parse_snpe_throughput},
    WitnessTool{"snpe-net-run", "snpe", false,
                "SNPE's own total inference time, which snpe-diagview reads in the tool's log", Clock::kLess,
                "its clock stands inside SNPE, ours around the call", "unknown", snpe_net_run,
                vendor::parse_snpe_diagview},
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

}  // namespace assay::campaign

#include "qnn/session.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "ort/profile.h"
#include "qnn/profile_csv.h"
#include "support/fastrpc.h"

namespace assay::qnn {

using onnxruntime::BoundSession;
using onnxruntime::TemporaryFolder;
using plugin::Failure;
namespace fs = std::filesystem;

namespace {

constexpr const char* kSidecarSuffix = ".qnn.json";
constexpr const char* kTrace = "qnn_op_trace.json";
constexpr const char* kProfile = "profile.csv";

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Failure(ASSAY_ERROR_VENDOR, path.string() + ": the provider did not write it");
  return {std::istreambuf_iterator<char>(file), {}};
}

// What the provider is asked to write down while it composes a graph.
Pairs recording(const std::string& folder) {
  return {{"dump_json_qnn_graph", "1"},
          {"json_qnn_graph_dir", folder},
          {"enable_framework_op_trace", "1"},
          {"framework_op_trace_dir", folder}};
}

std::vector<HtpGraph> dumped_graphs(const std::string& folder) {
  std::vector<HtpGraph> graphs;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const fs::path& path = entry.path();
    const std::string name = path.stem().string();
    // Beside each graph lies a list of its weights, NAME_tensor_log.json.
    if (path.extension() != ".json" || path.filename() == kTrace || name.rfind("QNN", 0) != 0 ||
        name.find("_tensor_log") != std::string::npos)
      continue;
    graphs.push_back(parse_dumped_graph(name, read_text(path)));
  }
  return graphs;
}

void require_accelerator(const char* accelerator) {
  if (accelerator == nullptr || std::string_view(accelerator) != "HTP")
    throw Failure(ASSAY_ERROR_UNAVAILABLE, std::string("accelerator '") + (accelerator ? accelerator : "") +
                                               "': this backend runs on HTP only");
  if (kSimulated) return;
  if (const plugin::Dsp dsp = plugin::find_dsp(); dsp.device.empty())
    throw Failure(ASSAY_ERROR_UNAVAILABLE, dsp.reason);
}

bool computes_floats_in_fp16(const Settings& settings, const Target& target) {
  return target.htp_arch > 68 && settings.value("enable_htp_fp16_precision") == "1";
}

void require_precision(const char* precision, const Settings& settings) {
  const std::string asked = precision == nullptr ? "" : precision;
  plugin::require_known_precision(asked);
  if (asked != "int8" && asked != "fp16")
    throw Failure(ASSAY_ERROR_UNSUPPORTED, "precision " + asked + ": the HTP computes in int8 or fp16");
  if (asked == "fp16" && settings.target.htp_arch < 69)
    throw Failure(ASSAY_ERROR_UNSUPPORTED,
                  "precision fp16: HTP V68 computes in integers only; V69 is the first with floating point "
                  "(option htp_arch)");
}

}  // namespace

Session::Session(const assay_open_options& options)
    : Session(options, Settings::read(options.options, options.option_count), Provider::get()) {}

Session::Session(const assay_open_options& options, const Settings& settings, Provider& provider)
    : BoundSession(provider.shared_library()),
      settings_(settings),
      provider_(provider),
      profiling_(options.profiling != 0) {
  require_accelerator(options.accelerator);
  plugin::require_model_file(options.artifact);
  const auto facts = provider.context_facts(options.artifact);
  from_context_ = facts.has_value();
  if (facts) require_fitting_context(*facts, options.artifact);
  require_precision(options.precision, settings_);

  folder_.emplace();
  auto more = from_context_ ? Pairs() : recording(folder_->path);
  if (profiling_) {
    more.emplace_back("profiling_level", "detailed");
    more.emplace_back("profiling_file_path", (fs::path(folder_->path) / kProfile).string());
  }
  const auto session_options = provider.session_options(settings_, more);
  if (profiling_ && settings_.cpu_fallback)
    library_->check(api_.EnableProfiling(session_options.get(), (folder_->path + "/cpu").c_str()),
                    "profiling");
  take(provider.create(options.artifact, session_options.get()), options);

  assignment_ = read_assignment(*library_, session_.get());
  if (assignment_.on_htp == 0 || (assignment_.elsewhere > 0 && !settings_.cpu_fallback))
    throw Failure(ASSAY_ERROR_UNSUPPORTED,
                  std::to_string(assignment_.elsewhere) + " of " +
                      std::to_string(assignment_.on_htp + assignment_.elsewhere) +
                      " nodes were given to the CPU, and " +
                      (assignment_.on_htp == 0 ? "none to the HTP" : "fallback is refused"));
  read_graphs(options.artifact);
  const std::string executed =
      graphs_.empty() ? "unknown"
                      : executed_precision(graphs_, computes_floats_in_fp16(settings_, compiled_));
  require_asked_precision(options.precision, executed);
  tell_properties();
  publish(executed,
          std::string(kSimulated ? "Hexagon HTP simulator, " : "Hexagon HTP, ") + describe(compiled_));
}

void Session::require_fitting_context(const ContextFacts& facts, const std::string& artifact) {
  const auto refuse = [&](const std::string& what) {
    throw Failure(ASSAY_ERROR_INVALID,
                  artifact + ": " + what + ". Prepare it again from the quantized model");
  };
  if (!provider_.sdk().empty() && facts.sdk != provider_.sdk())
    refuse("the context was made with QAIRT " + facts.sdk + ", and this is QAIRT " + provider_.sdk());
  const bool other = facts.target.htp_arch != settings_.target.htp_arch ||
                     (facts.target.soc_model != 0 && facts.target.soc_model != settings_.target.soc_model);
  // The simulator runs a context for another Hexagon without a word, and a DSP fails somewhere in its loader.
  if (settings_.target_given && other)
    refuse("the context was made for " + describe(facts.target) + ", and the options ask for " +
           describe(settings_.target));
  compiled_ = facts.target;
  settings_.target = facts.target;
  settings_.set("htp_arch", std::to_string(facts.target.htp_arch));
  settings_.set("soc_model", std::to_string(facts.target.soc_model));
}

void Session::read_graphs(const std::string& artifact) {
  if (!from_context_) {
    graphs_ = dumped_graphs(folder_->path);
    compiled_ = parse_compilation_target(read_text(fs::path(folder_->path) / kTrace));
    return;
  }
  const fs::path path = artifact + kSidecarSuffix;
  std::error_code ignored;
  Sidecar sidecar;  // Stays empty for a context of another tool: its precision is unknown then.
  if (fs::exists(path, ignored)) sidecar = parse_sidecar(read_text(path));
  graphs_ = std::move(sidecar.graphs);
  // How it was compiled is the context's affair: here such an option has no effect, and may only agree.
  for (const std::string& name : compile_options()) {
    const auto made = std::find_if(sidecar.compiled_with.begin(), sidecar.compiled_with.end(),
                                   [&name](const auto& pair) { return pair.first == name; });
    const std::string fact = made == sidecar.compiled_with.end() ? "as the context was made" : made->second;
    if (settings_.given.count(name) != 0 && settings_.value(name) != fact)
      throw Failure(ASSAY_ERROR_INVALID, "option '" + name + "': " + artifact +
                                             " is compiled already, with " + fact +
                                             ". Give it where the context is prepared (toolchain_options)");
    settings_.set(name, fact);
  }
  if (graphs_.empty()) return;
  for (const std::string& node : assignment_.htp_nodes) {
    const bool known = std::any_of(graphs_.begin(), graphs_.end(),
                                   [&node](const HtpGraph& graph) { return graph.name == node; });
    if (!known)
      throw Failure(ASSAY_ERROR_INVALID, path.string() + " is of another context: it does not know graph " +
                                             node + ". Prepare the context again");
  }
}

void Session::require_asked_precision(const std::string& asked, const std::string& executed) const {
  const bool floating = executed.rfind("fp", 0) == 0;
  if (asked == "int8" && floating)
    throw Failure(ASSAY_ERROR_INVALID,
                  "precision int8: the model is a floating-point one and would be executed in " + executed +
                      ". Quantize it (toolchain qnn)");
  if (asked == "fp16" && executed.rfind("int", 0) == 0)
    throw Failure(ASSAY_ERROR_INVALID,
                  "precision fp16: the model is quantized and would be executed in " + executed);
}

void Session::tell_properties() {
  properties_.add("execution_provider", kProviderName);
  properties_.add("provider", provider_.full_version());
  properties_.add("onnxruntime", library_->version());
  properties_.add("backend", kSimulated ? "HTP simulator" : "HTP");
  properties_.add("compiled_for", describe(compiled_));
  properties_.add("from_context", from_context_ ? "1" : "0");
  properties_.add("cpu_fallback", settings_.cpu_fallback ? "allowed" : "refused");
  properties_.add("nodes_on_htp", std::to_string(assignment_.on_htp));
  properties_.add("nodes_elsewhere", std::to_string(assignment_.elsewhere));
  for (const auto& [name, value] : settings_.provider) properties_.add(name, value);
}

const assay_profile* Session::profile() {
  if (!profiling_) throw Failure(ASSAY_ERROR_INVALID, "profile: the session was not opened with profiling");
  if (profiled_) return layers_.profile();
  const HtpProfile measured = parse_profile_csv(
      read_text(fs::path(folder_->path) / kProfile),
      // Of a context each EPContext node is a graph; of a model, what the provider made of it.
      from_context_ ? assignment_.htp_nodes.size() : graphs_.size());
  std::map<std::string, const HtpOperator*> operators;
  for (const HtpGraph& graph : graphs_)
    for (const HtpOperator& made : graph.operators) operators[made.name] = &made;
  // A simulator's cycles are not a device's, and are never told.
  const bool timed = !kSimulated && measured.accelerator_us > 0 && measured.accelerator_cycles > 0;
  const double ns_per_cycle = timed ? measured.accelerator_us * 1000 / measured.accelerator_cycles : 0;
  for (const ProfiledNode& node : measured.nodes) {
    const auto found = operators.find(node.name);
    const bool known = found != operators.end();
    std::string kernel = "HTP V" + std::to_string(compiled_.htp_arch);
    if (known && !found->second->precision.empty()) kernel += " " + found->second->precision;
    layers_.add(node.name, known ? found->second->type : node.name, kernel,
                timed ? std::llround(node.cycles * ns_per_cycle) : -1, ASSAY_PLACED_CLAIMED);
  }
  if (settings_.cpu_fallback)
    onnxruntime::read_profile(end_profiling(), "", layers_, kProviderName, !kSimulated);
  profiled_ = true;
  return layers_.profile();
}

void prepare(const assay_prepare_options& options) {
  const Settings settings = Settings::read(options.options, options.option_count);
  if (settings.cpu_fallback)
    throw Failure(ASSAY_ERROR_INVALID,
                  "option 'cpu_fallback': a context holds what the HTP executes, and nothing else");
  if (options.accelerator == nullptr || std::string_view(options.accelerator) != "HTP")
    throw Failure(ASSAY_ERROR_UNAVAILABLE, std::string("accelerator '") +
                                               (options.accelerator ? options.accelerator : "") +
                                               "': contexts are made for HTP only");
  require_precision(options.precision, settings);
  plugin::require_model_file(options.source);
  if (options.destination == nullptr || *options.destination == '\0')
    throw Failure(ASSAY_ERROR_INVALID, "prepare: no destination was named");
  Provider& provider = Provider::get();
  if (provider.context_facts(options.source))
    throw Failure(ASSAY_ERROR_INVALID,
                  std::string(options.source) + " is a context already: nothing is to be prepared");

  const TemporaryFolder folder;
  const auto session_options = provider.session_options(settings, recording(folder.path));
  const OrtApi& api = provider.library().api();
  for (const auto& [key, value] : {std::pair<const char*, const char*>{"ep.context_enable", "1"},
                                   {"ep.context_embed_mode", "1"},
                                   {"ep.context_file_path", options.destination}})
    provider.library().check(api.AddSessionConfigEntry(session_options.get(), key, value), key);
  std::error_code ignored;
  fs::remove(options.destination, ignored);  // The provider does not write over one.
  const auto session = provider.create(options.source, session_options.get());
  const Assignment assignment = read_assignment(provider.library(), session.get());
  if (assignment.elsewhere > 0 || !fs::exists(options.destination, ignored))
    throw Failure(ASSAY_ERROR_UNSUPPORTED, "no context was written: " + std::to_string(assignment.elsewhere) +
                                               " nodes are not the HTP's");

  const std::vector<HtpGraph> graphs = dumped_graphs(folder.path);
  const std::string executed = executed_precision(graphs, computes_floats_in_fp16(settings, settings.target));
  if (std::string_view(options.precision) == "int8" && executed.rfind("fp", 0) == 0)
    throw Failure(ASSAY_ERROR_INVALID,
                  "precision int8: the source is a floating-point model and would be executed in " +
                      executed + ". Quantize it first");
  Sidecar sidecar{graphs, {}};
  for (const std::string& name : compile_options())
    sidecar.compiled_with.emplace_back(name, settings.value(name));
  const std::string path = std::string(options.destination) + kSidecarSuffix;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  if (!(file << write_sidecar(sidecar)) || !file.flush())
    throw Failure(ASSAY_ERROR_VENDOR, path + ": cannot be written");
}

}  // namespace assay::qnn

#include "session.h"

#include <sys/mman.h>
#include <unistd.h>

#include "executed_graph.h"
#include "ort/profile.h"
#include "ort/signature.h"

namespace assay::onnxruntime {

using plugin::DeclaredShape;
using plugin::Failure;
using plugin::Options;

namespace {

constexpr const char* kProvider = "CPUExecutionProvider";
const std::vector<std::string> kLevels{"disable", "basic", "extended", "all"};
constexpr GraphOptimizationLevel kLevelValues[] = {ORT_DISABLE_ALL, ORT_ENABLE_BASIC, ORT_ENABLE_EXTENDED,
                                                   ORT_ENABLE_ALL};

Session::Settings settings_of(const assay_open_options& request) {
  const Options options(request.options, request.option_count,
                        {"threads", "inter_op", "graph_optimization", "execution_mode", "spinning"});
  Session::Settings settings;
  settings.threads = options.integer("threads", 1, 1024).value_or(plugin::affinity_cores());
  settings.inter_op = options.integer("inter_op", 1, 1024).value_or(settings.inter_op);
  settings.optimisation = options.choice("graph_optimization", kLevels).value_or(settings.optimisation);
  settings.parallel = options.choice("execution_mode", {"sequential", "parallel"}).value_or(0) == 1;
  settings.spinning = options.boolean("spinning").value_or(settings.spinning);
  return settings;
}

// Anonymous memory with a path, into which ONNX Runtime writes the graph that it will execute: nothing
// touches a disk, and its pages do not count as memory of this process.
struct Memfd {
  Memfd() : fd(memfd_create("assay-optimised-model", MFD_CLOEXEC)) {}
  ~Memfd() {
    if (fd >= 0) close(fd);
  }
  Memfd(const Memfd&) = delete;
  Memfd& operator=(const Memfd&) = delete;
  int fd;
};

}  // namespace

Session::Session(const assay_open_options& options) : Session(options, settings_of(options)) {}

Session::Session(const assay_open_options& options, const Settings& settings)
    : BoundSession(Library::open()), settings_(settings) {
  if (std::string_view(options.accelerator) != "CPU")
    throw Failure(ASSAY_ERROR_UNAVAILABLE, std::string("accelerator '") + options.accelerator +
                                               "': this backend runs on CPU only; execution providers in " +
                                               library_->path() + ": " + plugin::join(library_->providers()));
  plugin::require_known_precision(options.precision);
  plugin::require_model_file(options.artifact);
  if (options.profiling != 0) folder_.emplace();

  const DimensionSizes sizes = sizes_of_symbols(options);
  const Memfd optimised_model;
  Handle<OrtSession> session(nullptr, api_.ReleaseSession);
  try {
    session = create(options.artifact, true, options.profiling != 0, sizes, optimised_model.fd);
  } catch (const Failure&) {
    // A graph over protobuf's 2 GB cannot be written out. Its precision stays unknown; any other error comes
    // again.
    session = create(options.artifact, true, options.profiling != 0, sizes, -1);
  }
  take(std::move(session), options);
  tell_properties();
  publish(executed_precision(optimised_model.fd));
}

Handle<OrtSession> Session::create(const char* artifact, bool optimised, bool profiling,
                                   const DimensionSizes& sizes, int optimised_model) const {
  OrtSessionOptions* raw_options = nullptr;
  library_->check(api_.CreateSessionOptions(&raw_options), "creating session options");
  const Handle<OrtSessionOptions> session_options(raw_options, api_.ReleaseSessionOptions);
  const auto set = [&](OrtStatus* status, const char* what) {
    library_->check(status, std::string("option ") + what);
  };
  set(api_.SetIntraOpNumThreads(raw_options, settings_.threads), "threads");
  set(api_.SetInterOpNumThreads(raw_options, settings_.inter_op), "inter_op");
  set(api_.SetSessionGraphOptimizationLevel(
          raw_options, optimised ? kLevelValues[settings_.optimisation] : ORT_DISABLE_ALL),
      "graph_optimization");
  set(api_.SetSessionExecutionMode(raw_options, settings_.parallel ? ORT_PARALLEL : ORT_SEQUENTIAL),
      "execution_mode");
  set(api_.AddSessionConfigEntry(raw_options, "session.intra_op.allow_spinning",
                                 settings_.spinning ? "1" : "0"),
      "spinning");
  set(api_.AddSessionConfigEntry(raw_options, "session.inter_op.allow_spinning",
                                 settings_.spinning ? "1" : "0"),
      "spinning");
  for (const auto& [symbol, size] : sizes)
    set(api_.AddFreeDimensionOverrideByName(raw_options, symbol.c_str(), size), "shape");
  if (profiling) set(api_.EnableProfiling(raw_options, (folder_->path + "/profile").c_str()), "profiling");
  if (optimised_model >= 0) {
    const std::string path = "/proc/self/fd/" + std::to_string(optimised_model);
    set(api_.SetOptimizedModelFilePath(raw_options, path.c_str()), "optimised model");
  }
  OrtSession* session = nullptr;
  library_->check(api_.CreateSession(library_->env(), artifact, raw_options, &session),
                  std::string("ONNX Runtime cannot load ") + artifact);
  return {session, api_.ReleaseSession};
}

// Named dimensions have to be known before the session is created, so that its graph is optimised for the
// sizes: they are read from a first, unoptimised load, which a model without given shapes does not pay for.
Session::DimensionSizes Session::sizes_of_symbols(const assay_open_options& options) const {
  DimensionSizes sizes;
  if (options.shape_count == 0) return sizes;
  const Handle<OrtSession> probe = create(options.artifact, false, false, {}, -1);
  std::vector<DeclaredShape> shapes;
  for (const Declared& input : read_signature(*library_, probe.get(), true)) shapes.push_back(input.shape);
  const auto dims = plugin::resolve_shapes(shapes, options);
  for (size_t i = 0; i < shapes.size(); ++i) {
    for (size_t d = 0; d < dims[i].size(); ++d) {
      const std::string& symbol = shapes[i].symbols[d];
      if (symbol.empty()) continue;
      const auto [found, is_new] = sizes.try_emplace(symbol, dims[i][d]);
      if (!is_new && found->second != dims[i][d])
        throw Failure(ASSAY_ERROR_INVALID,
                      "dimension '" + symbol + "' cannot be " + std::to_string(found->second) + " and " +
                          std::to_string(dims[i][d]) + " (input '" + shapes[i].name + "') at once");
    }
  }
  return sizes;
}

void Session::tell_properties() {
  properties_.add("library", library_->path());
  properties_.add("api_version", std::to_string(library_->api_version()));
  properties_.add("execution_provider", kProvider);
  properties_.add("threads", std::to_string(settings_.threads));
  properties_.add("inter_op", std::to_string(settings_.inter_op));
  properties_.add("graph_optimization", kLevels[settings_.optimisation]);
  properties_.add("execution_mode", settings_.parallel ? "parallel" : "sequential");
  properties_.add("spinning", settings_.spinning ? "1" : "0");
}

const assay_profile* Session::profile() {
  if (!folder_) throw Failure(ASSAY_ERROR_INVALID, "profile: the session was not opened with profiling");
  if (!profiled_) {
    const std::string file = end_profiling();
    profiled_ = true;
    read_profile(file, kProvider, layers_);
  }
  return layers_.profile();
}

}  // namespace assay::onnxruntime

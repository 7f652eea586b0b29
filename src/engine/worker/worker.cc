#include "engine/worker/worker.h"

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>
#include <vector>

#include "assay/backend_abi.h"
#include "backend/abi_array.h"
#include "backend/plugin_loader.h"
#include "engine/worker/abi_json.h"
#include "engine/worker/process_facts.h"
#include "engine/worker/steadiness.h"
#include "engine/worker/tensor_memory.h"
#include "engine/worker/timed_loop.h"

namespace assay::engine {
namespace {

using nlohmann::json;

/// Ends the worker with an error message; caught in Worker::run() alone.
struct Stop {
  const char* stage;
  int code;
  int vendor_code;
  std::string text;
};

/// Text of an assay_error, which a plugin need not have terminated.
std::string error_text(const assay_error& error) {
  const char* end = std::find(error.text, error.text + ASSAY_ERROR_TEXT, '\0');
  return {error.text, end};
}

/// Options of a command as the ABI wants them, with their storage.
struct NameValues {
  explicit NameValues(const json& list)
      : texts(list.get<std::vector<std::pair<std::string, std::string>>>()) {
    for (const auto& [name, value] : texts) pairs.push_back({name.c_str(), value.c_str()});
  }
  NameValues(const NameValues&) = delete;
  std::vector<std::pair<std::string, std::string>> texts;
  std::vector<assay_name_value> pairs;
};

}  // namespace

struct Worker::State {
  const assay_backend_v1* plugin = nullptr;
  const assay_description* description = nullptr;
  assay_session* session = nullptr;
  const assay_session_info* info = nullptr;
  std::uint32_t slots = 0;
  TensorMemory tensors;
  MappedFd timing;
  std::int64_t warmup_capacity = 0, timed_capacity = 0;
  Steadiness steadiness;
  std::int64_t rss_before_tensors = 0;
  std::int64_t warmup_begin_ns = 0;
  assay_error error{};

  assay_error* fresh_error() {
    error = {};
    error.struct_size = sizeof error;
    return &error;
  }
  void check(int code, const char* stage) const {
    if (code != ASSAY_OK) throw Stop{stage, code, error.vendor_code, error_text(error)};
  }
  void need(bool condition, const char* what) const {
    if (!condition) throw Stop{"protocol", ASSAY_ERROR_INVALID, 0, what};
  }
  std::int64_t warmed_up() const;  ///< Inferences of the warm-up so far.
  TimingHeader& header() const { return *reinterpret_cast<TimingHeader*>(timing.data); }

  void load(const json& command);
  json describe(const json& command);
  json prepare(const json& command);
  json open(const json& command);
  json bind(const json& command);
  json first(const json& command);
  json infer(const json& command);
  json touch(const json& command);
  json timed(const json& command);
  json profile();
  json quit();

  LoopPlan plan(const std::vector<std::uint32_t>& rotation, const std::vector<SampledIteration>& samples);
  void warm_up_chunk(LoopPlan& loop, std::vector<std::int64_t>& scratch);
  std::string warm_up(const std::vector<std::uint32_t>& rotation, const json& settings);
  std::int64_t peak_memory() const;
};

void Worker::State::load(const json& command) {
  backend::PluginError problem;
  plugin = backend::load_plugin(command.at("plugin").get<std::string>(), problem);
  if (!plugin) throw Stop{"load", problem.code, 0, problem.text};
  check(plugin->describe(&description, fresh_error()), "describe");
  if (!description || description->struct_size < offsetof(assay_description, stack))
    throw Stop{"describe", ASSAY_ERROR_INVALID, 0,
               "the plugin broke the ABI: its description is absent or too short"};
}

json Worker::State::describe(const json& command) {
  load(command);
  return description_json(*description);
}

json Worker::State::prepare(const json& command) {
  load(command);
  if (!plugin->prepare)
    throw Stop{
        "prepare", ASSAY_ERROR_UNSUPPORTED, 0,
        std::string("the plugin of ") + backend::text_or_empty(description->name) + " builds no artifacts"};
  const auto word = [&](const char* key) { return command.at(key).get<std::string>(); };
  const std::string source = word("source"), destination = word("destination"), cache = word("cache"),
                    digest = word("source_digest"), accelerator = word("accelerator"),
                    precision = word("precision");
  const NameValues options(command.at("options"));
  assay_prepare_options request{};
  request.struct_size = sizeof request;
  request.source = source.c_str();
  request.destination = destination.c_str();
  request.accelerator = accelerator.c_str();
  request.precision = precision.c_str();
  request.option_count = static_cast<std::uint32_t>(options.pairs.size());
  request.options = options.pairs.data();
  request.source_digest = digest.c_str();
  request.cache = cache.empty() ? nullptr : cache.c_str();

  assay_calibration calibration{};
  std::string texts[4];
  std::vector<std::string> paths;
  std::vector<const char*> files;
  if (const auto given = command.find("calibration"); given != command.end()) {
    const char* const keys[] = {"input", "digest", "layout", "dtype"};
    for (int i = 0; i < 4; ++i) texts[i] = given->at(keys[i]).get<std::string>();
    paths = given->at("files").get<std::vector<std::string>>();
    for (const std::string& path : paths) files.push_back(path.c_str());
    const auto dims = given->at("dims").get<std::vector<std::int64_t>>();
    need(dims.size() <= ASSAY_MAX_RANK, "calibration tensors of too high a rank");
    calibration.struct_size = sizeof calibration;
    calibration.input = texts[0].c_str();
    calibration.digest = texts[1].c_str();
    calibration.layout = texts[2].c_str();
    calibration.dtype = assay_dtype_named(texts[3].c_str());
    calibration.rank = static_cast<std::uint32_t>(dims.size());
    std::copy(dims.begin(), dims.end(), calibration.dims);
    calibration.file_count = static_cast<std::uint32_t>(files.size());
    calibration.files = files.data();
    request.calibration = &calibration;
  }
  check(plugin->prepare(&request, fresh_error()), "prepare");
  return {{"type", "built"}};
}

json Worker::State::open(const json& command) {
  load(command);
  const auto artifact = command.at("artifact").get<std::string>();
  const auto accelerator = command.at("accelerator").get<std::string>();
  const auto precision = command.at("precision").get<std::string>();
  const NameValues options(command.at("options"));
  const auto shape_dims =
      command.at("shapes").get<std::vector<std::pair<std::string, std::vector<std::int64_t>>>>();
  slots = command.at("slots").get<std::uint32_t>();

  std::vector<assay_shape> shapes;
  for (const auto& [name, dims] : shape_dims) {
    assay_shape shape{sizeof(assay_shape), name.c_str(), static_cast<std::uint32_t>(dims.size()), {}};
    if (dims.size() > ASSAY_MAX_RANK)
      throw Stop{"open", ASSAY_ERROR_INVALID, 0,
                 "the shape given for \"" + name + "\" has rank " + std::to_string(dims.size()) +
                     ", the limit is " + std::to_string(ASSAY_MAX_RANK)};
    std::copy(dims.begin(), dims.end(), shape.dims);
    shapes.push_back(shape);
  }
  assay_open_options request{};
  request.struct_size = sizeof request;
  request.artifact = artifact.c_str();
  request.accelerator = accelerator.c_str();
  request.precision = precision.c_str();
  request.profiling = command.at("profiling").get<bool>() ? 1 : 0;
  request.slot_count = slots;
  request.shape_count = static_cast<std::uint32_t>(shapes.size());
  request.shapes = shapes.data();
  request.option_count = static_cast<std::uint32_t>(options.pairs.size());
  request.options = options.pairs.data();

  const std::int64_t begin = clock_ns();
  const int code = plugin->open(&request, &session, fresh_error());
  const std::int64_t compile_ns = clock_ns() - begin;
  check(code, "open");
  check(plugin->session_info(session, &info, fresh_error()), "session_info");
  if (!info || info->struct_size < offsetof(assay_session_info, accelerator_name))
    throw Stop{"session_info", ASSAY_ERROR_INVALID, 0,
               "the plugin broke the ABI: its session_info is absent or too short"};
  std::string problem;
  json message = session_json(*description, *info, accelerator, problem);
  if (!problem.empty()) throw Stop{"session_info", ASSAY_ERROR_INVALID, 0, problem};
  message["type"] = "ready";
  message["compile_ns"] = compile_ns;
  return message;
}

json Worker::State::bind(const json& command) {
  need(session != nullptr, "bind before open");
  const auto input_of_slot = command.at("input_of_slot").get<std::vector<std::uint32_t>>();
  need(!input_of_slot.empty() && input_of_slot.size() <= slots, "more slots to bind than were opened");
  slots = static_cast<std::uint32_t>(input_of_slot.size());
  const std::uint32_t input_sets = 1 + *std::max_element(input_of_slot.begin(), input_of_slot.end());
  rss_before_tensors = peak_rss_bytes();
  std::string problem;
  if (!tensors.map(*info, input_sets, slots, command.at("sealed").get<bool>(), problem))
    throw Stop{"bind", ASSAY_ERROR_INVALID, 0, problem};
  for (std::uint32_t slot = 0; slot < slots; ++slot) {
    const auto inputs = tensors.inputs(input_of_slot[slot]);
    const auto outputs = tensors.outputs(slot);
    check(plugin->bind(session, slot, inputs.data(), static_cast<std::uint32_t>(inputs.size()),
                       outputs.data(), static_cast<std::uint32_t>(outputs.size()), fresh_error()),
          "bind");
  }
  return {{"type", "bound"}};
}

json Worker::State::infer(const json& command) {
  const auto slot = command.at("slot").get<std::uint32_t>();
  need(slot < slots, "infer on a slot that is not bound");
  fresh_error();
  const std::int64_t begin = clock_ns();
  const int code = plugin->infer(session, slot, &error);
  const std::int64_t elapsed = clock_ns() - begin;
  check(code, "infer");
  return {{"type", "done"}, {"slot", slot}, {"ns", elapsed}};
}

json Worker::State::first(const json& command) {
  json message = infer(command);
  message["type"] = "first";
  message["libraries"] = loaded_libraries();
  return message;
}

LoopPlan Worker::State::plan(const std::vector<std::uint32_t>& rotation,
                             const std::vector<SampledIteration>& samples) {
  LoopPlan loop;
  loop.infer = plugin->infer;
  loop.session = session;
  loop.error = fresh_error();
  loop.rotation = rotation.data();
  loop.rotation_length = static_cast<std::uint32_t>(rotation.size());
  loop.samples = samples.data();
  return loop;
}

std::int64_t Worker::State::warmed_up() const {
  return header().warmup_recorded.load(std::memory_order_relaxed) +
         header().warmup_unrecorded.load(std::memory_order_relaxed);
}

/// Runs a piece of the warm-up and records as much of it as there is room for. The rotation goes on where the
/// last piece left it: of a slow model, a piece is one inference.
void Worker::State::warm_up_chunk(LoopPlan& loop, std::vector<std::int64_t>& scratch) {
  loop.first_turn = static_cast<std::uint32_t>(warmed_up() % loop.rotation_length);
  const std::int64_t before = header().warmup_recorded.load(std::memory_order_relaxed);
  const bool recorded = warmup_capacity - before >= loop.capacity;
  auto* area = reinterpret_cast<std::int64_t*>(timing.data + kWarmupOffset) + before;
  loop.latencies = recorded ? area : scratch.data();
  loop.completed = recorded ? &header().warmup_recorded : &header().warmup_unrecorded;
  const LoopResult result = run_timed_loop(loop, clock_ns());
  check(result.code, "infer");
  steadiness.add(loop.latencies, result.count);
}

// The given slots, among them all spare ones: these get their first use, which allocates in most runtimes,
// here and not in the window.
json Worker::State::touch(const json& command) {
  need(slots > 0, "touch before bind");
  warmup_capacity = command.at("warmup_capacity").get<std::int64_t>();
  timed_capacity = command.at("timed_capacity").get<std::int64_t>();
  std::string problem;
  if (!map_fd(kTimingFd, Access::kWrite, timing, problem))
    throw Stop{"timed", ASSAY_ERROR_INVALID, 0, problem};
  need(timing.size >= timing_bytes(warmup_capacity, timed_capacity), "the memory for latencies is too small");

  const auto order = command.at("slots").get<std::vector<std::uint32_t>>();
  need(!order.empty() && *std::max_element(order.begin(), order.end()) < slots,
       "slots to touch that are not bound");
  const std::vector<SampledIteration> no_samples{{-1, 0}};
  LoopPlan loop = plan(order, no_samples);
  loop.min_count = loop.capacity = static_cast<std::int64_t>(order.size());
  std::vector<std::int64_t> scratch(order.size());
  warmup_begin_ns = clock_ns();
  warm_up_chunk(loop, scratch);
  return {{"type", "touched"}};
}

std::string Worker::State::warm_up(const std::vector<std::uint32_t>& rotation, const json& settings) {
  const auto iterations = settings.at("iterations").get<std::int64_t>();
  const auto duration_ns = settings.at("duration_ns").get<std::int64_t>();
  const auto cap_ns = settings.at("cap_ns").get<std::int64_t>();
  constexpr std::int64_t kChunkNs = 250000000, kChunkCount = 65536;
  std::vector<std::int64_t> scratch(kChunkCount);
  const std::vector<SampledIteration> no_samples{{-1, 0}};
  LoopPlan loop = plan(rotation, no_samples);
  loop.min_count = 1;
  loop.min_duration_ns = kChunkNs;
  loop.capacity = kChunkCount;
  for (;;) {
    const std::int64_t elapsed = clock_ns() - warmup_begin_ns;
    const bool enough = warmed_up() >= iterations && elapsed >= duration_ns;
    if (enough && steadiness.steady()) return "steady";
    if (enough && elapsed >= cap_ns) return "cap";
    warm_up_chunk(loop, scratch);
  }
}

json Worker::State::timed(const json& command) {
  need(timing.data != nullptr, "timed before touch");
  const auto rotation = command.at("rotation").get<std::vector<std::uint32_t>>();
  std::vector<SampledIteration> samples;
  for (const auto& pair : command.at("samples").get<std::vector<std::pair<std::int64_t, std::uint32_t>>>()) {
    need(pair.second < slots, "a sample on a slot that is not bound");
    samples.push_back({pair.first, pair.second});
  }
  samples.push_back({-1, 0});
  need(!rotation.empty() && *std::max_element(rotation.begin(), rotation.end()) < slots,
       "a rotation over slots that are not bound");

  const std::string warmup_end = warm_up(rotation, command.at("warmup"));

  LoopPlan loop = plan(rotation, samples);
  loop.min_count = command.at("iterations").get<std::int64_t>();
  loop.min_duration_ns = command.at("duration_ns").get<std::int64_t>();
  loop.capacity = timed_capacity;
  loop.latencies = reinterpret_cast<std::int64_t*>(timing.data + timed_offset(warmup_capacity));
  loop.completed = &header().timed_done;

  const WallClockAnchor anchor_begin = wall_clock_anchor();
  const CpuSnapshot cpu_begin = cpu_snapshot();
  const std::int64_t begin_ns = clock_ns();
  header().window_begin_ns.store(begin_ns, std::memory_order_release);
  const LoopResult result = run_timed_loop(loop, begin_ns);
  const CpuSnapshot cpu_end = cpu_snapshot();
  const WallClockAnchor anchor_end = wall_clock_anchor();
  check(result.code, "infer");

  json message = {{"type", "timed"},
                  {"count", result.count},
                  {"window_begin_ns", begin_ns},
                  {"window_end_ns", result.end_ns},
                  {"capped", !result.reached},
                  {"warmup_end", warmup_end},
                  {"begin_utc_ns", anchor_begin.utc_ns + (begin_ns - anchor_begin.monotonic_ns)},
                  {"clock_step_ns", (anchor_end.utc_ns - anchor_end.monotonic_ns) -
                                        (anchor_begin.utc_ns - anchor_begin.monotonic_ns)},
                  {"foreign_cpu_share", foreign_cpu_share(cpu_begin, cpu_end, result.end_ns - begin_ns)},
                  {"involuntary_switches", cpu_end.involuntary_switches - cpu_begin.involuntary_switches},
                  {"peak_rss_bytes", peak_memory()},
                  {"device_time_ns", json::array()},
                  {"transfer_in_ns", json::array()},
                  {"transfer_out_ns", json::array()}};
  std::uint64_t bytes = 0;
  if (plugin->device_memory) {
    if (plugin->device_memory(session, &bytes, fresh_error()) == ASSAY_OK)
      message["device_memory_bytes"] = bytes;
    else
      message["device_memory_problem"] = error_text(error);
  }
  // The spare slots ran once each in the window, so their device times are those of the sampled iterations.
  for (std::size_t i = 0;
       plugin->device_time && i + 1 < samples.size() && samples[i].iteration < result.count; ++i) {
    std::int64_t time_ns = 0;
    if (plugin->device_time(session, samples[i].slot, &time_ns, fresh_error()) != ASSAY_OK) break;
    message["device_time_ns"].push_back(time_ns);
    std::int64_t in_ns = 0, out_ns = 0;
    if (!ASSAY_HAS(plugin, transfer_times) || !plugin->transfer_times ||
        plugin->transfer_times(session, samples[i].slot, &in_ns, &out_ns, fresh_error()) != ASSAY_OK)
      continue;
    message["transfer_in_ns"].push_back(in_ns);
    message["transfer_out_ns"].push_back(out_ns);
  }
  return message;
}

// The peak less what is mapped only for measuring: spare outputs, further inputs, latencies. It was mapped,
// whole, from bind() on; the peak before that stands on its own.
std::int64_t Worker::State::peak_memory() const {
  const auto surplus = static_cast<std::int64_t>(tensors.surplus_bytes() + timing.size);
  return std::max(rss_before_tensors, peak_rss_bytes() - surplus);
}

json Worker::State::profile() {
  need(session != nullptr, "profile before open");
  // Optional: a backend that has no word on its layers has not failed, its placement is unknown.
  if (!plugin->profile) return {{"type", "profile"}, {"layers", json::array()}};
  const assay_profile* profile = nullptr;
  check(plugin->profile(session, &profile, fresh_error()), "profile");
  if (!profile)
    throw Stop{"profile", ASSAY_ERROR_INVALID, 0, "the plugin broke the ABI: it returned no profile"};
  return {{"type", "profile"}, {"layers", layers_json(*profile)}};
}

json Worker::State::quit() {
  if (session) plugin->close(session);
  session = nullptr;
  return {{"type", "bye"}};
}

Worker::Worker(int control_fd) : channel_(control_fd), state_(std::make_unique<State>()) {}
Worker::~Worker() = default;

int Worker::run() {
  std::string line;
  try {
    while (channel_.receive(line)) {
      const json command = json::parse(line);
      const auto name = command.at("cmd").get<std::string>();
      if (name == "quit") {
        channel_.send(state_->quit());
        return 0;
      }
      json answer;
      if (name == "describe")
        answer = state_->describe(command);
      else if (name == "prepare")
        answer = state_->prepare(command);
      else if (name == "open")
        answer = state_->open(command);
      else if (name == "bind")
        answer = state_->bind(command);
      else if (name == "first")
        answer = state_->first(command);
      else if (name == "infer")
        answer = state_->infer(command);
      else if (name == "touch")
        answer = state_->touch(command);
      else if (name == "timed")
        answer = state_->timed(command);
      else if (name == "profile")
        answer = state_->profile();
      else
        state_->need(false,
                     "a command that this worker does not know: worker and assay are of different builds");
      channel_.send(answer);
    }
  } catch (const Stop& stop) {
    channel_.send({{"type", "error"},
                   {"stage", stop.stage},
                   {"code", backend::code_name(stop.code)},
                   {"vendor_code", stop.vendor_code},
                   {"text", stop.text}});
    return 1;
  } catch (const std::exception& problem) {  // JSON of another shape than expected, or out of memory.
    channel_.send({{"type", "error"},
                   {"stage", "protocol"},
                   {"code", "invalid"},
                   {"vendor_code", 0},
                   {"text", problem.what()}});
    return 1;
  }
  return 0;  // The supervisor went away: PR_SET_PDEATHSIG would have ended us anyway.
}

}  // namespace assay::engine

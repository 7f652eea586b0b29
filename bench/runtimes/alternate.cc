#include "alternate.h"

#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "backend/abi_array.h"
#include "backend/plugin_loader.h"
#include "backend/registry.h"
#include "engine/worker/timed_loop.h"
#include "metric/statistics.h"
#include "model/ddrnet.h"
#include "sensor/environment.h"

namespace assay::bench {
namespace {

constexpr int kUntimed = 2;

struct Plugin {
  const assay_backend_v1* table = nullptr;
  assay_session* session = nullptr;
  assay_error error{};
  std::vector<std::vector<float>> tensors;
  std::vector<std::int64_t> latencies;
  std::atomic<std::int64_t> completed{0};

  ~Plugin() {
    if (session) table->close(session);
  }
  Result<void> check(int code) const {
    if (code == ASSAY_OK) return {};
    return fail(Code::kWorkerFailed, error.text);
  }
};

}  // namespace

Result<std::filesystem::path> model_of(int argc, char** argv, const std::filesystem::path& folder) {
  if (argc > 1) return std::filesystem::path(argv[1]);
  const auto path = folder / "ddrnet23-slim-256x512.onnx";
  ASSAY_OK(model::write_ddrnet23_slim(
      std::filesystem::path(ASSAY_SOURCE_DIR) / "models/ddrnet23-slim.safetensors", 256, 512, 1, path));
  return path;
}

std::vector<float> input_values(std::size_t count) {
  std::vector<float> values(count);
  std::uint32_t state = 42;
  for (float& value : values) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<float>(static_cast<std::int32_t>(state)) / 1073741824.0f;
  }
  return values;
}

Result<Block> plugin_block(const std::string& backend, const std::filesystem::path& model,
                           const std::map<std::string, std::string>& options) {
  ASSAY_TRY(const auto path, backend::plugin_path(backend));
  backend::PluginError problem;
  auto plugin = std::make_shared<Plugin>();
  plugin->table = backend::load_plugin(path.string(), problem);
  if (!plugin->table) return fail(Code::kUnavailable, problem.text);
  plugin->error.struct_size = sizeof plugin->error;

  const std::string artifact = model.string();
  std::vector<assay_name_value> values;
  for (const auto& [name, value] : options) values.push_back({name.c_str(), value.c_str()});
  assay_open_options request{};
  request.struct_size = sizeof request;
  request.artifact = artifact.c_str();
  request.accelerator = "CPU";
  request.precision = "fp32";
  request.slot_count = 1;
  request.option_count = static_cast<std::uint32_t>(values.size());
  request.options = values.data();
  ASSAY_OK(plugin->check(plugin->table->open(&request, &plugin->session, &plugin->error)));
  const assay_session_info* info = nullptr;
  ASSAY_OK(plugin->check(plugin->table->session_info(plugin->session, &info, &plugin->error)));

  std::vector<assay_buffer> inputs, outputs;
  const auto add = [&](const assay_tensor& tensor, std::vector<assay_buffer>& buffers) {
    plugin->tensors.push_back(input_values(tensor.byte_size / sizeof(float)));
    buffers.push_back(
        {sizeof(assay_buffer), ASSAY_MEMORY_HOST, plugin->tensors.back().data(), tensor.byte_size, -1, 0});
  };
  for (std::uint32_t i = 0; i < info->input_count; ++i) add(backend::element(info->inputs, i), inputs);
  for (std::uint32_t i = 0; i < info->output_count; ++i) add(backend::element(info->outputs, i), outputs);
  ASSAY_OK(plugin->check(plugin->table->bind(plugin->session, 0, inputs.data(), info->input_count,
                                             outputs.data(), info->output_count, &plugin->error)));

  return Block([plugin](int iterations) -> Result<double> {
    for (int i = 0; i < kUntimed; ++i)
      ASSAY_OK(plugin->check(plugin->table->infer(plugin->session, 0, &plugin->error)));
    plugin->latencies.assign(static_cast<std::size_t>(iterations), 0);
    const std::uint32_t slot = 0;
    const engine::SampledIteration no_samples{-1, 0};
    engine::LoopPlan plan;
    plan.infer = plugin->table->infer;
    plan.session = plugin->session;
    plan.error = &plugin->error;
    plan.rotation = &slot;
    plan.rotation_length = 1;
    plan.samples = &no_samples;
    plan.min_count = plan.capacity = iterations;
    plan.latencies = plugin->latencies.data();
    plan.completed = &plugin->completed;
    const std::int64_t begin = engine::clock_ns();
    const engine::LoopResult result = engine::run_timed_loop(plan, begin);
    ASSAY_OK(plugin->check(result.code));
    return static_cast<double>(result.end_ns - begin) / iterations;
  });
}

Block bare_block(std::function<bool()> infer) {
  return [infer = std::move(infer)](int iterations) -> Result<double> {
    for (int i = 0; i < kUntimed; ++i)
      if (!infer()) return fail(Code::kWorkerFailed, "the bare API failed");
    const std::int64_t begin = engine::clock_ns();
    for (int i = 0; i < iterations; ++i)
      if (!infer()) return fail(Code::kWorkerFailed, "the bare API failed");
    return static_cast<double>(engine::clock_ns() - begin) / iterations;
  };
}

Ratio ratio_of(const std::vector<double>& ratios) {
  const auto interval = metric::t_interval(ratios);
  return {metric::mean(ratios), interval->lo, interval->hi};
}

int print_ratio(const std::vector<double>& ratios, bool met) {
  const Ratio ratio = ratio_of(ratios);
  const bool conclusive = ratio.half_width() <= kWidest;
  std::printf("ratio ours / theirs %.4f, 95 %% interval %.4f to %.4f over %zu: %s\n", ratio.mean, ratio.lo,
              ratio.hi, ratios.size(),
              !conclusive ? "inconclusive, the interval is too wide"
              : met       ? "met"
                          : "missed");
  return conclusive && met ? 0 : 1;
}

int compare(const std::string& title, const std::function<Result<Block>()>& open_ours,
            const std::function<Result<Block>()>& open_bare, int rounds, int pairs, int iterations) {
  std::printf("%s: our loop against the bare API, rounds of %d pairs of %d inferences on %d threads\n",
              title.c_str(), pairs, iterations, sensor::usable_cpus());
  std::vector<double> ratios;
  constexpr int kMostRounds = 40;
  constexpr double kNarrow = kWidest / 2;
  const std::int64_t until = engine::clock_ns() + 120'000'000'000;
  for (int round = 0; round < kMostRounds; ++round) {
    if (round >= rounds && (ratio_of(ratios).half_width() <= kNarrow || engine::clock_ns() > until)) break;
    const bool ours_opens_first = round % 2 == 0;
    auto first = ours_opens_first ? open_ours() : open_bare();
    auto second = ours_opens_first ? open_bare() : open_ours();
    double log_ratio = 0, ours_ms = 0, bare_ms = 0;
    for (int pair = 0; pair < pairs && first && second; ++pair) {
      const bool ours_runs_first = pair % 2 == 0;
      Block& ours = ours_opens_first ? *first : *second;
      Block& bare = ours_opens_first ? *second : *first;
      const auto a = ours_runs_first ? ours(iterations) : bare(iterations);
      const auto b = ours_runs_first ? bare(iterations) : ours(iterations);
      if (!a || !b) {
        std::fprintf(stderr, "%s\n", (a ? b : a).error().message.c_str());
        return 1;
      }
      const double ours_ns = ours_runs_first ? *a : *b, bare_ns = ours_runs_first ? *b : *a;
      log_ratio += std::log(ours_ns / bare_ns) / pairs;
      ours_ms += ours_ns / 1e6 / pairs;
      bare_ms += bare_ns / 1e6 / pairs;
    }
    if (!first || !second) {
      std::fprintf(stderr, "%s\n", (first ? second : first).error().message.c_str());
      return 1;
    }
    ratios.push_back(std::exp(log_ratio));
    std::printf("  round %2d: ours %8.3f ms  bare %8.3f ms  ratio %.4f\n", round + 1, ours_ms, bare_ms,
                ratios.back());
    std::fflush(stdout);
  }
  return print_ratio(ratios, std::abs(ratio_of(ratios).mean - 1) <= 0.02);
}

}  // namespace assay::bench

// What the harness costs: a pass of the timed loop over the null backend, against two bare clock reads.
// Rounds of the two alternate and the medians of the rounds are printed, so that a disturbance strikes both.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <vector>

#include "assay/backend_abi.h"
#include "backend/plugin_loader.h"
#include "backend/registry.h"
#include "engine/worker/timed_loop.h"

namespace {

using namespace assay::engine;

constexpr std::int64_t kPasses = 1'000'000;
constexpr int kRounds = 15;
constexpr double kBudgetNs = 30;

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

/// Nanoseconds of two clock reads; `sink` keeps the compiler from leaving them out.
double two_clock_reads(std::int64_t& sink) {
  const std::int64_t begin = clock_ns();
  for (std::int64_t i = 0; i < kPasses; ++i) sink += clock_ns() - clock_ns();
  return static_cast<double>(clock_ns() - begin) / kPasses;
}

int fail(const std::string& text) {
  std::fprintf(stderr, "harness_bench: %s\n", text.c_str());
  return 1;
}

}  // namespace

int main() {
  const auto path = assay::backend::plugin_path("null");
  if (!path) return fail(path.error().message);
  assay::backend::PluginError problem;
  const assay_backend_v1* plugin = assay::backend::load_plugin(path->string(), problem);
  if (!plugin) return fail(problem.text);

  constexpr std::uint32_t kSlots = 8;
  assay_error error{};
  error.struct_size = sizeof error;
  const assay_name_value options[] = {{"input", "f32:1x16"}, {"output", "f32:1x16"}};
  assay_open_options request{};
  request.struct_size = sizeof request;
  request.artifact = "";
  request.accelerator = "CPU";
  request.precision = "fp32";
  request.slot_count = kSlots;
  request.option_count = 2;
  request.options = options;
  assay_session* session = nullptr;
  if (plugin->open(&request, &session, &error) != ASSAY_OK) return fail(error.text);
  static float tensors[2 * kSlots][16];
  std::vector<std::uint32_t> rotation;
  for (std::uint32_t slot = 0; slot < kSlots; ++slot) {
    const assay_buffer input{sizeof input, ASSAY_MEMORY_HOST, tensors[2 * slot], sizeof tensors[0], -1, 0};
    const assay_buffer output{
        sizeof output, ASSAY_MEMORY_HOST, tensors[2 * slot + 1], sizeof tensors[0], -1, 0};
    if (plugin->bind(session, slot, &input, 1, &output, 1, &error) != ASSAY_OK) return fail(error.text);
    rotation.push_back(slot);
  }

  std::vector<std::int64_t> latencies(kPasses);
  std::atomic<std::int64_t> completed{0};
  const SampledIteration no_samples{-1, 0};
  LoopPlan plan;
  plan.infer = plugin->infer;
  plan.session = session;
  plan.error = &error;
  plan.rotation = rotation.data();
  plan.rotation_length = kSlots;
  plan.samples = &no_samples;
  plan.min_count = plan.capacity = kPasses;
  plan.latencies = latencies.data();
  plan.completed = &completed;

  std::int64_t sink = 0;
  std::vector<double> bare, loop, difference;
  for (int round = 0; round < kRounds; ++round) {
    bare.push_back(two_clock_reads(sink));
    const std::int64_t begin = clock_ns();
    const LoopResult result = run_timed_loop(plan, begin);
    if (result.count != kPasses) return fail("the null backend failed");
    loop.push_back(static_cast<double>(result.end_ns - begin) / kPasses);
    difference.push_back(loop.back() - bare.back());
  }
  plugin->close(session);

  std::printf("two bare clock reads   %7.1f ns\n", median(bare));
  std::printf("a pass of the loop     %7.1f ns\n", median(loop));
  std::printf("difference             %7.1f ns (budget %.0f ns)%s\n", median(difference), kBudgetNs,
              sink == 1 ? " " : "");
  return median(difference) <= kBudgetNs ? 0 : 1;
}

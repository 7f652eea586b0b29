// run_timed() and run_profiled() with a backend that behaves, and with requests that do not.
#include <fstream>
#include <numeric>

#include "backend/registry.h"
#include "base/clock.h"
#include "engine/describe.h"
#include "engine_fixture.h"

namespace assay::engine {
namespace {

class Timed : public EngineTest {};

TEST_F(Timed, AnHonestBackendPasses) {
  std::vector<std::string> phases;
  const std::int64_t before = monotonic_ns();
  const auto run = run_timed(spec("affine"), quick_request(), [&](const Progress& progress) {
    EXPECT_GE(progress.fraction, 0);
    EXPECT_LE(progress.fraction, 1);
    if (phases.empty() || phases.back() != progress.phase) phases.emplace_back(progress.phase);
  });
  const std::int64_t after = monotonic_ns();
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->failure.reason, "");
  EXPECT_EQ(run->latency_ns.size(), 600u);
  EXPECT_GE(run->warmup_ns.size(), 60u);
  EXPECT_TRUE(run->warmup_end == "steady" || run->warmup_end == "cap") << run->warmup_end;
  EXPECT_FALSE(run->capped);
  for (const std::int64_t ns : run->latency_ns) EXPECT_GT(ns, 0);
  EXPECT_GT(run->window_begin_ns, before);
  EXPECT_LT(run->window_end_ns, after);
  EXPECT_LE(std::accumulate(run->latency_ns.begin(), run->latency_ns.end(), std::int64_t{0}),
            run->window_end_ns - run->window_begin_ns);
  EXPECT_EQ(run->boot_id, boot_id());
  EXPECT_GT(run->session.compile_ns, 0);
  EXPECT_GT(run->session.first_inference_ns, 0);
  EXPECT_GT(run->peak_rss_bytes, 1 << 20);
  EXPECT_LT(run->peak_rss_bytes, 64 << 20) << "the harness's own 8 MiB of latencies must not count";
  EXPECT_EQ(run->device_memory_bytes, 19 * 256 * 4);
  EXPECT_EQ(run->device_time_ns.size(), run->samples.size());
  EXPECT_EQ(phases.front(), "open");

  ASSERT_EQ(run->samples.size(), 48u);
  for (const record::OutputSample& sample : run->samples) {
    EXPECT_EQ(sample.input, sample.iteration % 4);
    EXPECT_TRUE(sample.written);
    EXPECT_TRUE(sample.bitwise_equal);
    EXPECT_EQ(sample.argmax_agreement, 1);
  }
}

TEST_F(Timed, TheSessionSaysWhatWasLoaded) {
  const auto run = run_timed(spec("affine"), quick_request());
  ASSERT_TRUE(run) << run.error().message;
  const record::SessionInfo& session = run->session;
  EXPECT_EQ(session.backend, "affine");
  EXPECT_EQ(session.versions.at("loop"), "1");
  EXPECT_EQ(session.properties.at("threads"), "1");
  EXPECT_EQ(session.accelerator, "CPU");
  EXPECT_EQ(session.accelerator_name, "a loop in C++");
  EXPECT_EQ(session.executed_precision, "fp32");
  EXPECT_EQ(session.determinism, "deterministic");
  EXPECT_FALSE(session.simulated);
  EXPECT_EQ(session.inputs.at(0).name, "input");
  EXPECT_EQ(session.outputs.at(0).dims, (std::vector<std::int64_t>{1, 19, 16, 16}));
  EXPECT_TRUE(std::any_of(session.libraries.begin(), session.libraries.end(), [](const std::string& path) {
    return path.find("/affine.so") != std::string::npos;
  }));
}

TEST_F(Timed, CountAndDurationBothHaveToBeReached) {
  TimedRequest request = quick_request();
  request.timed_iterations = 10;
  request.timed_duration = std::chrono::milliseconds(200);
  const auto run = run_timed(spec("affine"), request);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_GE(run->window_end_ns - run->window_begin_ns, 200'000'000);
  EXPECT_GT(run->latency_ns.size(), 10u);
  EXPECT_LT(run->samples.back().iteration, 10) << "samples lie where the loop gets to for sure";
}

TEST_F(Timed, TheCapEndsTheLoop) {
  TimedRequest request = quick_request();
  request.timed_duration = std::chrono::hours(1);
  request.timed_cap = 700;
  const auto run = run_timed(spec("affine"), request);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_TRUE(run->capped);
  EXPECT_EQ(run->latency_ns.size(), 700u);
}

TEST_F(Timed, WarmUpKeepsCountAndDuration) {
  TimedRequest request = quick_request();
  request.warmup_duration = std::chrono::milliseconds(900);
  const auto run = run_timed(spec("affine"), request);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_GE(std::accumulate(run->warmup_ns.begin(), run->warmup_ns.end(), std::int64_t{0}), 300'000'000);
  EXPECT_GE(run->warmup_ns.size(), 60u);
}

TEST_F(Timed, SeveralOutputsAndAnotherSize) {
  WorkerSpec two = spec("affine");
  two.options = {{"outputs", "2"}, {"classes", "4"}};
  two.shapes = {{"input", {1, 3, 8, 24}}};
  TimedRequest request = quick_request();
  request.references.clear();
  for (TensorSet& set : request.inputs) set[0].resize(3 * 8 * 24 * 4);
  const auto run = run_timed(two, request);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->failure.reason, "");
  ASSERT_EQ(run->session.outputs.size(), 2u);
  EXPECT_EQ(run->session.outputs[1].dtype, "i32");
  for (const record::OutputSample& sample : run->samples) {
    EXPECT_TRUE(sample.written);
    EXPECT_EQ(sample.argmax_agreement, -1) << "there was no reference";
  }
}

TEST_F(Timed, AReferenceOfAnotherModelDoesNotAgree) {
  TimedRequest request = quick_request();
  std::swap(request.references[1], request.references[2]);
  const auto run = run_timed(spec("affine"), request);
  ASSERT_TRUE(run) << run.error().message;
  for (const record::OutputSample& sample : run->samples)
    EXPECT_EQ(sample.bitwise_equal, sample.input == 0 || sample.input == 3);
}

TEST_F(Timed, InputsOfSeveralSizesAreTheCallersError) {
  TimedRequest request = quick_request();
  request.inputs[2][0].pop_back();
  const auto run = run_timed(spec("affine"), request);
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, Code::kInvalidInput);
  EXPECT_NE(run.error().message.find("input 2"), std::string::npos) << run.error().message;
}

TEST_F(Timed, ASessionThatTheDataDoNotFitFailsItsRun) {
  TimedRequest request = quick_request();
  for (TensorSet& set : request.inputs) set[0].pop_back();
  const auto run = run_timed(spec("affine"), request);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->failure.kind, "error");
  for (const char* part : {"\"input\"", "f32 1x3x16x16", "3072", "3071"})
    EXPECT_NE(run->failure.reason.find(part), std::string::npos) << run->failure.reason;
  EXPECT_TRUE(run->latency_ns.empty());

  const auto profile = run_profiled(spec("affine"), request.inputs, 3);
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile->failure.kind, "error");

  request = quick_request();
  for (TensorSet& set : request.references) set.push_back(set[0]);
  const auto outputs = run_timed(spec("affine"), request);
  ASSERT_TRUE(outputs) << outputs.error().message;
  EXPECT_NE(outputs->failure.reason.find("1 reference output tensors, found 2"), std::string::npos)
      << outputs->failure.reason;
}

TEST_F(Timed, EveryInferenceRunsOnTheInputWhoseTurnItIs) {
  // Slower than a chunk of the warm-up (250 ms), which then holds one inference.
  WorkerSpec slow = spec("affine");
  slow.options = {{"delay_us", "260000"}, {"trace", "1"}};
  TimedRequest request = quick_request();
  request.inputs.resize(3);
  request.references.resize(3);
  request.warmup_iterations = 10;
  request.warmup_cap = std::chrono::nanoseconds(1);
  request.timed_iterations = 2;
  const auto run = run_timed(slow, request);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->failure.reason, "");
  std::vector<std::size_t> inputs;
  std::ifstream log(slow.log);
  for (std::string line; std::getline(log, line);)
    for (int k = 0; k < 3; ++k)
      if (line == "affine: input " + std::to_string(input(k)[0]))
        inputs.push_back(static_cast<std::size_t>(k));
  ASSERT_EQ(inputs.size(), 1 + run->warmup_ns.size() + run->latency_ns.size());
  for (std::size_t i = 0; i < run->warmup_ns.size(); ++i) EXPECT_EQ(inputs[1 + i], i % 3) << "warm-up " << i;
  for (std::size_t i = 0; i < run->latency_ns.size(); ++i)
    EXPECT_EQ(inputs[1 + run->warmup_ns.size() + i], i % 3) << "timed " << i;
}

TEST_F(Timed, RequestsWithoutSenseAreRefused) {
  const auto code = [&](auto change) {
    TimedRequest request = quick_request();
    change(request);
    const auto run = run_timed(spec("affine"), request);
    return run ? Code::kInternal : run.error().code;
  };
  EXPECT_EQ(code([](TimedRequest& r) { r.inputs.clear(); }), Code::kInvalidInput);
  EXPECT_EQ(code([](TimedRequest& r) { r.references.pop_back(); }), Code::kInvalidInput);
  EXPECT_EQ(code([](TimedRequest& r) { r.references[0][0].pop_back(); }), Code::kInvalidInput);
  EXPECT_EQ(code([](TimedRequest& r) { r.timed_iterations = 0; }), Code::kInvalidInput);
  EXPECT_EQ(code([](TimedRequest& r) { r.timed_cap = 10; }), Code::kInvalidInput);
}

TEST_F(Timed, AMissingWorkerIsOurError) {
  WorkerSpec none = spec("affine");
  none.worker = "/no/such/assay-worker";
  const auto run = run_timed(none, quick_request());
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, Code::kNotFound);
}

TEST_F(Timed, InterruptionStopsQuickly) {
  TimedRequest request = quick_request();
  request.warmup_duration = std::chrono::minutes(10);
  const auto run = run_timed(spec("affine"), request, [](const Progress& progress) {
    if (progress.phase == "warm-up") set_interrupted(true);  // As the signal handler does.
  });
  set_interrupted(false);
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, Code::kInterrupted);
}

TEST_F(Timed, NullMeasuresTheHarnessAndSaysSo) {
  WorkerSpec null = spec("affine");
  null.plugin = std::filesystem::path(ASSAY_BINARY_DIR) / "plugins" / "libassay_null.so";
  null.options = {{"input", "f32:1x3x16x16"}};
  TimedRequest request = quick_request();
  request.references.clear();
  for (const TensorSet& set : request.inputs)  // The null backend repeats the begin of its input.
    request.references.push_back({std::vector<std::byte>(set[0].begin(), set[0].begin() + 19 * 4)});
  const auto run = run_timed(null, request);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->failure.reason, "");
  EXPECT_TRUE(run->session.simulated);
  for (const record::OutputSample& sample : run->samples) EXPECT_TRUE(sample.bitwise_equal);
}

TEST_F(Timed, ProfileTellsLayers) {
  const auto run = run_profiled(spec("affine"), quick_request().inputs, 5);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->failure.reason, "");
  ASSERT_EQ(run->layers.size(), 1u);
  EXPECT_EQ(run->layers[0].type, "Convolution");
  EXPECT_EQ(run->layers[0].operations, 2.0 * 19 * 3 * 256);
  EXPECT_EQ(run->layers[0].placement, "claimed");
  EXPECT_GT(run->session.first_inference_ns, 0);
}

TEST_F(Timed, ProfileTellsWhatRanElsewhere) {
  const auto run = run_profiled(spec("partial"), quick_request().inputs, 5);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->failure.reason, "");
  ASSERT_EQ(run->layers.size(), 2u);
  EXPECT_EQ(run->layers[0].placement, "claimed");
  EXPECT_EQ(run->layers[1].placement, "elsewhere");
  EXPECT_EQ(run->layers[1].operations, run->layers[0].operations / 4);
}

TEST_F(Timed, ABackendThatTellsNoLayersHasNotFailed) {
  const auto run = run_profiled(spec("no_layers"), quick_request().inputs, 5);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->failure.reason, "");
  EXPECT_TRUE(run->layers.empty());
}

TEST_F(Timed, DescribeNeedsNoHardware) {
  const auto plugin = describe_plugin(spec("affine").worker, test_plugin("affine"));
  ASSERT_TRUE(plugin) << plugin.error().message;
  EXPECT_EQ(plugin->name, "affine");
  ASSERT_EQ(plugin->accelerators.size(), 2u);
  EXPECT_TRUE(plugin->accelerators[0].available);
  EXPECT_FALSE(plugin->accelerators[1].available);
  EXPECT_EQ(plugin->accelerators[1].reason, "there is no such thing");
  EXPECT_EQ(describe_plugin(spec("affine").worker, "/no/such/plugin.so").error().code, Code::kNotFound);
  EXPECT_EQ(describe_plugin(spec("affine").worker, test_plugin("wrong_abi")).error().code,
            Code::kUnavailable);
}

}  // namespace
}  // namespace assay::engine

// The engine, worker process and all, against OpenVINO's own benchmark_app: interleaved pairs of runs with
// the same settings, and the interval of the ratio of their mean latencies. benchmark_app prints two decimals
// of a millisecond.
#include <cstdio>
#include <regex>

#include "alternate.h"
#include "backend/registry.h"
#include "base/file.h"
#include "base/subprocess.h"
#include "base/text.h"
#include "engine/timed.h"
#include "metric/statistics.h"
#include "model/graph.h"
#include "sensor/environment.h"

using namespace assay;

namespace {

constexpr int kPairs = 12, kMostPairs = 24;
constexpr int kInferences = 300;

/// Mean latency in ms as benchmark_app prints it.
Result<double> theirs(const std::filesystem::path& model, const std::filesystem::path& log) {
  RunOptions run;
  run.argv = {(ASSAY_SDK_DIR "/venv/bin/benchmark_app"),
              "-m",
              model.string(),
              "-d",
              "CPU",
              "-hint",
              "none",
              "-nstreams",
              "1",
              "-nthreads",
              std::to_string(sensor::usable_cpus()),
              "-api",
              "sync",
              "-infer_precision",
              "f32",
              "-niter",
              std::to_string(kInferences)};
  run.log = log;
  run.timeout = std::chrono::minutes(10);
  double average = 0;
  run.on_line = [&](std::string_view line) {
    std::cmatch match;
    static const std::regex kAverage("Average:\\s+([0-9.]+) ms");
    if (std::regex_search(line.data(), line.data() + line.size(), match, kAverage))
      average = std::stod(match[1].str());
  };
  ASSAY_TRY(const auto state, run_process(run));
  if (!state.ok() || average <= 0)
    return fail(Code::kWorkerFailed, "benchmark_app: " + state.describe() + "\n" + tail_of_file(log, 10));
  return average;
}

Result<double> ours(const engine::WorkerSpec& spec, const engine::TimedRequest& request) {
  ASSAY_TRY(const auto run, engine::run_timed(spec, request));
  if (!run.failure.reason.empty()) return fail(Code::kWorkerFailed, run.failure.reason);
  return metric::mean_ms(run.latency_ns);
}

Result<int> bench_all(int argc, char** argv) {
  ASSAY_TRY(const auto folder, TemporaryDirectory::create("bench"));
  ASSAY_TRY(const auto model, bench::model_of(argc, argv, folder.path()));
  engine::WorkerSpec spec;
  ASSAY_TRY(spec.worker, engine::default_worker());
  ASSAY_TRY(spec.plugin, backend::plugin_path("openvino"));
  spec.artifact = model;
  spec.options = {{"hint", "none"}, {"streams", "1"}, {"threads", std::to_string(sensor::usable_cpus())}};
  spec.log = folder.path() / "worker.log";

  ASSAY_TRY(const auto facts, model::read_model(model));
  std::size_t elements = 1;
  for (const auto& dim : facts.inputs.at(0).dims) elements *= static_cast<std::size_t>(dim.value.value_or(1));
  const auto values = bench::input_values(elements);
  const auto* bytes = reinterpret_cast<const std::byte*>(values.data());
  engine::TimedRequest request;
  request.inputs = {{std::vector<std::byte>(bytes, bytes + values.size() * sizeof(float))}};
  request.warmup_iterations = 20;
  request.warmup_duration = std::chrono::seconds(1);
  request.warmup_cap = std::chrono::seconds(1);  // benchmark_app warms up with one inference.
  request.timed_iterations = kInferences;

  std::printf("openvino: the engine against benchmark_app, interleaved pairs of %d inferences\n",
              kInferences);
  std::vector<double> ratios;
  for (int pair = 0; pair < kMostPairs; ++pair) {
    if (pair >= kPairs && bench::ratio_of(ratios).half_width() <= bench::kWidest) break;
    double mine = 0, app = 0;
    for (int turn = 0; turn < 2; ++turn) {
      if ((pair + turn) % 2 == 0) {
        ASSAY_TRY(mine, ours(spec, request));
      } else {
        ASSAY_TRY(app, theirs(model, folder.path() / "benchmark_app.log"));
      }
    }
    ratios.push_back(mine / app);
    std::printf("  pair %2d: ours %8.3f ms  benchmark_app %8.2f ms  ratio %.4f\n", pair + 1, mine, app,
                ratios.back());
    std::fflush(stdout);
  }
  const bench::Ratio ratio = bench::ratio_of(ratios);
  return bench::print_ratio(ratios, ratio.lo <= 1 && ratio.hi >= 1);
}

}  // namespace

int main(int argc, char** argv) {
  const auto code = bench_all(argc, argv);
  if (!code) std::fprintf(stderr, "%s\n", code.error().message.c_str());
  return code.value_or(1);
}

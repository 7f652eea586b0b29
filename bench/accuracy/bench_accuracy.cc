// The accuracy pass overlaps decoding, inference and scoring: does that keep the cores busy? CPU time of
// supervisor and worker, from opening the session to its end, over wall time x CPUs, on generated scenes of
// 256x512 with OpenVINO in FP32. The goal is 0.85.
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>

#include "backend/registry.h"
#include "base/clock.h"
#include "base/file.h"
#include "campaign/accuracy_pass.h"
#include "dataset/streets_writer.h"
#include "model/ddrnet.h"
#include "sensor/environment.h"

using namespace assay;

namespace {

constexpr double kGoal = 0.85;

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

/// Of this process, or of those children that it has waited for.
double cpu_seconds(int who) {
  rusage usage{};
  ::getrusage(who, &usage);
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Result<int> bench(int images) {
  ASSAY_TRY(const auto folder, TemporaryDirectory::create("bench"));
  const spec::Size size{256, 512};
  ASSAY_OK(dataset::write_streets({"val", images, 1, size}, folder.path() / "streets"));
  spec::Data data;
  data.root = folder.path() / "streets";
  ASSAY_TRY(const auto dataset, dataset::open_dataset(data, {"val", 0, 42}));

  engine::WorkerSpec worker;
  ASSAY_TRY(worker.worker, engine::default_worker());
  ASSAY_TRY(worker.plugin, backend::plugin_path("openvino"));
  worker.artifact = folder.path() / "model.onnx";
  ASSAY_OK(
      model::write_ddrnet23_slim(std::filesystem::path(ASSAY_SOURCE_DIR) / "models/ddrnet23-slim.safetensors",
                                 size.height, size.width, 1, worker.artifact));
  spec::ModelIo io;
  io.mean = {0.485, 0.456, 0.406};
  io.stddev = {0.229, 0.224, 0.225};
  const campaign::InputSource source(*dataset, io, size, 1);

  const double own = cpu_seconds(RUSAGE_SELF), children = cpu_seconds(RUSAGE_CHILDREN);
  const std::int64_t begin = monotonic_ns();
  ASSAY_TRY(const auto outcome, campaign::run_accuracy(worker, source, {}));
  const double wall = static_cast<double>(monotonic_ns() - begin) * 1e-9;
  if (!outcome.run.failure.reason.empty()) return fail(outcome.failure_code, outcome.run.failure.reason);
  const double supervisor = cpu_seconds(RUSAGE_SELF) - own, child = cpu_seconds(RUSAGE_CHILDREN) - children;

  const int cores = sensor::usable_cpus();
  const double share = (supervisor + child) / (wall * cores);
  std::printf("%zu images in %.2f s on %d CPUs: supervisor %.2f s, worker %.2f s of CPU time\n",
              outcome.run.images.size(), wall, cores, supervisor, child);
  std::printf("CPU time / (wall x CPUs) %.3f, goal at least %.2f: %s\n", share, kGoal,
              share >= kGoal ? "met" : "missed");
  return share >= kGoal ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const int images = argc > 1 ? std::atoi(argv[1]) : 300;
  const auto code = bench(images);
  if (!code) std::fprintf(stderr, "%s\n", code.error().message.c_str());
  return code.value_or(1);
}

#include "campaign/pipeline_pass.h"

#include <vector>

#include "base/clock.h"
#include "base/subprocess.h"
#include "campaign/model_output.h"

namespace assay::campaign {
namespace {

/// Sizes of the class maps are looked up before the loop: reading a label is no part of a request.
Result<std::vector<spec::Size>> map_sizes(const InputSource& source, std::size_t groups) {
  std::vector<spec::Size> sizes;
  for (std::size_t i = 0; i < groups * source.batch() && i < source.data().size(); ++i) {
    if (!source.data().has_labels()) {
      sizes.push_back(source.size());
      continue;
    }
    ASSAY_TRY(const dataset::Label label, source.data().load_label(i));
    sizes.push_back({label.height, label.width});
  }
  return sizes;
}

}  // namespace

Result<record::PipelineRun> run_pipeline(const engine::WorkerSpec& spec, const InputSource& source,
                                         const PipelineRequest& request, const CountProgress& progress) {
  record::PipelineRun run;
  run.boot_id = boot_id();
  auto session = engine::Session::open(spec, 1);
  if (!session) {
    if (!is_row_failure(session.error().code)) return fail(session.error());
    run.failure = start_failure(session.error());
    return run;
  }
  run.session = session->info();
  const auto input = find_image_input(session->info(), source.io(), source.batch(), source.size());
  const auto output = ModelOutput::create(session->info(), source.io(), request.classes);
  if (!input || !output) {
    run.failure = {(!input ? input.error() : output.error()).message, "error", 0};
    return run;
  }

  // As many different images as a short loop can use: all of them would only be decoded once each anyway.
  const std::size_t groups = std::min<std::size_t>(source.groups(), 32);
  ASSAY_TRY(const auto sizes, map_sizes(source, groups));
  std::vector<std::uint8_t> labels;
  const std::int64_t total = request.warmup + request.iterations;
  for (std::int64_t i = 0; i < total; ++i) {
    if (interrupted()) return fail(Code::kInterrupted, "stopped by the user");
    const std::size_t group = static_cast<std::size_t>(i) % groups;
    const std::int64_t t0 = monotonic_ns();
    ASSAY_OK(source.load(group, session->input(0, *input)));
    const std::int64_t t1 = monotonic_ns();
    Result<void> sent = session->submit(0);
    if (sent)
      if (auto completion = session->wait(); !completion) sent = fail(completion.error());
    if (!sent) {
      if (!is_row_failure(sent.error().code)) return fail(sent.error());
      run.failure = session->failure();
      if (run.failure.reason.empty()) run.failure = {sent.error().message, "error", 0};
      return run;
    }
    const std::int64_t t2 = monotonic_ns();
    for (std::size_t k = 0; k < source.images_in(group); ++k) {
      const spec::Size size = sizes[group * source.batch() + k];
      labels.resize(static_cast<std::size_t>(size.height) * size.width);
      const auto bytes = session->output(0, output->tensor());
      if (auto mapped = output->classes_at(bytes, static_cast<int>(k), size, labels); !mapped) {
        run.failure = {mapped.error().message, "garbage", 0};
        return run;
      }
    }
    const std::int64_t t3 = monotonic_ns();
    if (progress) progress(i + 1, total);
    if (i < request.warmup) continue;
    if (i == request.warmup) run.window_begin_ns = t0;
    run.window_end_ns = t3;
    run.pre_ns.push_back(t1 - t0);
    run.infer_ns.push_back(t2 - t1);
    run.post_ns.push_back(t3 - t2);
    run.total_ns.push_back(t3 - t0);
  }
  if (auto info = session->close()) run.session = *info;
  return run;
}

}  // namespace assay::campaign

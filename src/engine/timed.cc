#include "engine/timed.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/clock.h"
#include "engine/samples.h"
#include "engine/worker/protocol.h"
#include "engine/worker_process.h"

namespace assay::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr std::int64_t kWarmupCapacity = 1 << 20;        // Latencies kept of the warm-up: 8 MiB.
constexpr std::int64_t kDefaultTimedCapacity = 4 << 20;  // Where a duration decides the count: 32 MiB.

/// One timed pass on its way.
class TimedPass {
 public:
  TimedPass(WorkerProcess& worker, const WorkerSpec& spec, const TimedRequest& request,
            const ProgressFn& progress, record::TimedRun& run)
      : worker_(worker), spec_(spec), request_(request), progress_(progress), run_(run) {
    worker_.set_progress_note([this] { return note(); });
  }

  Result<void> drive() {
    ASSAY_OK(open());
    ASSAY_OK(share_tensors());
    ASSAY_TRY(First first, worker_.request<First>(slot_command("first", static_cast<int>(plan_.rotation[0])),
                                                  spec_.stall_timeout, "the first inference"));
    run_.session.first_inference_ns = first.ns;
    run_.session.libraries = std::move(first.libraries);
    ASSAY_OK(stay_idle());
    ASSAY_TRY(TimedSummary summary, warm_up_and_time());
    ASSAY_OK(take(summary));
    if (const std::string end = worker_.finish(); !end.empty()) run_.session.properties["assay.close"] = end;
    compare_samples();
    return {};
  }

  /// What the shared memory holds, whatever became of the worker.
  void harvest() {
    if (worker_.timing().bytes().empty()) return;
    copy_latencies(kWarmupOffset, clamp(header().warmup_recorded, kWarmupCapacity), run_.warmup_ns);
    copy_latencies(timed_offset(kWarmupCapacity), clamp(header().timed_done, timed_capacity_),
                   run_.latency_ns);
    run_.window_begin_ns = header().window_begin_ns;
  }

 private:
  const TimingHeader& header() const {
    return *reinterpret_cast<const TimingHeader*>(worker_.timing().bytes().data());
  }
  static std::int64_t clamp(std::int64_t count, std::int64_t capacity) {
    return std::clamp<std::int64_t>(count, 0, capacity);  // Foreign code shares this memory.
  }
  void copy_latencies(std::uint64_t offset, std::int64_t count, std::vector<std::int64_t>& latencies) {
    latencies.resize(static_cast<std::size_t>(count));
    if (count > 0)
      std::memcpy(latencies.data(), worker_.timing().bytes().data() + offset, latencies.size() * 8);
  }
  std::int64_t warmup_done() const { return header().warmup_recorded + header().warmup_unrecorded; }

  std::string note() const {
    if (worker_.timing().bytes().empty()) return "";
    if (header().window_begin_ns == 0)
      return " after " + std::to_string(warmup_done()) + " warm-up inferences";
    return " after " + std::to_string(header().timed_done) + " timed inferences";
  }

  Result<void> open() {
    report({"open"});
    const int slots = static_cast<int>(request_.inputs.size()) + kMostSamples;
    ASSAY_TRY(Ready ready,
              worker_.request<Ready>(open_command(spec_, slots, false), spec_.open_timeout, "open"));
    run_.session = std::move(ready.session);
    // The sets are alike (check()), so one that does not fit is a session that is not the model's.
    const auto inputs = check_fit(request_.inputs, run_.session.inputs, "input");
    if (!inputs) return worker_.unfit(inputs.error().message);
    const auto outputs = check_fit(request_.references, run_.session.outputs, "reference output");
    if (!outputs) return worker_.unfit(outputs.error().message);
    return {};
  }

  Result<void> share_tensors() {
    const SetLayout in = set_layout(byte_sizes(run_.session.inputs));
    out_ = set_layout(byte_sizes(run_.session.outputs));
    plan_ =
        plan_slots(request_.sample_seed, static_cast<std::uint32_t>(request_.inputs.size()),
                   request_.timed_iterations, samples_that_fit(out_.stride, available_memory().value_or(0)));

    ASSAY_OK(worker_.inputs().allocate(request_.inputs.size() * in.stride));
    for (std::size_t k = 0; k < request_.inputs.size(); ++k)
      for (std::size_t t = 0; t < request_.inputs[k].size(); ++t)
        std::copy(
            request_.inputs[k][t].begin(), request_.inputs[k][t].end(),
            worker_.inputs().bytes().begin() + static_cast<std::ptrdiff_t>(k * in.stride + in.offset[t]));
    ASSAY_OK(worker_.inputs().seal());
    ASSAY_OK(worker_.outputs().allocate(plan_.input_of_slot.size() * out_.stride));
    timed_capacity_ = request_.timed_cap > 0 ? request_.timed_cap
                      : request_.timed_duration.count() > 0
                          ? std::max(request_.timed_iterations, kDefaultTimedCapacity)
                          : request_.timed_iterations;
    ASSAY_OK(worker_.timing().allocate(timing_bytes(kWarmupCapacity, timed_capacity_)));
    ASSAY_OK(worker_.request<Bound>(bind_command(plan_.input_of_slot, true), spec_.open_timeout, "bind"));
    return {};
  }

  Result<void> stay_idle() {
    if (request_.loaded_idle.count() <= 0) return {};
    run_.loaded_idle_begin_ns = monotonic_ns();
    for (;;) {
      const nanoseconds left = request_.loaded_idle - nanoseconds(monotonic_ns() - run_.loaded_idle_begin_ns);
      if (left.count() <= 0) break;
      report({"loaded idle"});
      ASSAY_TRY(const std::optional<Message> message,
                worker_.poll(std::min(milliseconds(250), std::chrono::ceil<milliseconds>(left))));
      if (message) return worker_.unexpected("the session was idle");
    }
    run_.loaded_idle_end_ns = monotonic_ns();
    return {};
  }

  Result<TimedSummary> warm_up_and_time() {
    phase_begin_ns_ = monotonic_ns();
    (void)worker_.send(touch_command(plan_.touch, kWarmupCapacity, timed_capacity_));
    ASSAY_OK(watch<Touched>());
    // Every slot has been used once, so that a spare one costs the window no more than another. From here on
    // only the sampled iterations can write to the spare ones.
    for (const std::uint32_t slot : plan_.spare) {
      const auto bytes = worker_.outputs().bytes().subspan(slot * out_.stride, out_.stride);
      std::fill(bytes.begin(), bytes.end(), kPoison);
    }
    TimedCommand command;
    command.rotation = plan_.rotation;
    for (std::size_t j = 0; j < plan_.sampled.size(); ++j)
      command.samples.emplace_back(plan_.sampled[j], plan_.spare[j]);
    command.warmup_iterations = request_.warmup_iterations;
    command.warmup_duration_ns = request_.warmup_duration.count();
    command.warmup_cap_ns = request_.warmup_cap.count();
    command.iterations = request_.timed_iterations;
    command.duration_ns = request_.timed_duration.count();
    (void)worker_.send(timed_command(command));
    return watch<TimedSummary>();
  }

  /// Waits for a T and looks at the counters meanwhile: a worker that completes no inference for the stall
  /// time hangs.
  template <typename T>
  Result<T> watch() {
    std::int64_t seen = -1, seen_ns = monotonic_ns();
    for (;;) {
      ASSAY_TRY(std::optional<Message> message, worker_.poll(milliseconds(250)));
      if (message) {
        if (T* wanted = std::get_if<T>(&*message)) return std::move(*wanted);
        return worker_.unexpected("the timed pass");
      }
      const std::int64_t now = monotonic_ns(), done = warmup_done() + header().timed_done;
      if (done != seen) {
        seen = done;
        seen_ns = now;
      } else if (now - seen_ns > spec_.stall_timeout.count()) {
        return worker_.hung("one inference", spec_.stall_timeout);
      }
      report_counters(now);
    }
  }

  void report(const Progress& progress) const {
    if (progress_) progress_(progress);
  }
  void report_counters(std::int64_t now) const {
    const std::int64_t window_begin = header().window_begin_ns;
    const bool timed = window_begin != 0;
    const std::int64_t elapsed = now - (timed ? window_begin : phase_begin_ns_);
    const nanoseconds duration = timed ? request_.timed_duration : request_.warmup_duration;
    Progress progress;
    progress.phase = timed ? "timed" : "warm-up";
    progress.done = timed ? header().timed_done.load() : warmup_done();
    progress.total = timed ? request_.timed_iterations : request_.warmup_iterations;
    const double by_count =
        progress.total > 0 ? static_cast<double>(progress.done) / static_cast<double>(progress.total) : 1;
    const double by_time =
        duration.count() > 0 ? static_cast<double>(elapsed) / static_cast<double>(duration.count()) : 1;
    progress.fraction = std::min({by_count, by_time, 1.0});
    progress.rate = elapsed > 0 ? static_cast<double>(progress.done) * 1e9 / static_cast<double>(elapsed) : 0;
    report(progress);
  }

  Result<void> take(const TimedSummary& summary) {
    if (summary.count != header().timed_done || summary.window_begin_ns != header().window_begin_ns)
      return worker_.unexpected("its summary contradicts its latencies");
    run_.window_end_ns = summary.window_end_ns;
    run_.warmup_end = summary.warmup_end;
    run_.capped = summary.capped;
    run_.begin_utc_ns = summary.begin_utc_ns;
    run_.clock_step_ns = summary.clock_step_ns;
    run_.peak_rss_bytes = summary.peak_rss_bytes;
    run_.device_memory_bytes = summary.device_memory_bytes;
    run_.device_memory_problem = summary.device_memory_problem;
    run_.device_time_ns = summary.device_time_ns;
    run_.transfer_in_ns = summary.transfer_in_ns;
    run_.transfer_out_ns = summary.transfer_out_ns;
    run_.foreign_cpu_share = summary.foreign_cpu_share;
    run_.involuntary_switches = summary.involuntary_switches;
    return {};
  }

  void compare_samples() {
    for (std::size_t j = 0; j < plan_.sampled.size(); ++j) {
      const auto input =
          static_cast<std::uint32_t>(plan_.sampled[j] % static_cast<std::int64_t>(request_.inputs.size()));
      std::vector<std::span<const std::byte>> found;
      for (std::size_t t = 0; t < run_.session.outputs.size(); ++t)
        found.push_back(worker_.outputs().bytes().subspan(plan_.spare[j] * out_.stride + out_.offset[t],
                                                          run_.session.outputs[t].byte_size));
      const TensorSet none;
      const TensorSet& reference = request_.references.empty() ? none : request_.references[input];
      record::OutputSample sample =
          compare_sample(run_.session.outputs, found, reference, request_.class_axis);
      sample.iteration = plan_.sampled[j];
      sample.input = input;
      run_.samples.push_back(sample);
    }
  }

  WorkerProcess& worker_;
  const WorkerSpec& spec_;
  const TimedRequest& request_;
  const ProgressFn& progress_;
  record::TimedRun& run_;
  SlotPlan plan_;
  SetLayout out_;
  std::int64_t timed_capacity_ = 0;
  std::int64_t phase_begin_ns_ = 0;
};

Result<void> check(const TimedRequest& request) {
  if (request.inputs.empty()) return fail(Code::kInvalidInput, "the timed loop needs at least one input");
  ASSAY_OK(check_alike(request.inputs, "input"));
  ASSAY_OK(check_alike(request.references, "reference output"));
  if (!request.references.empty() && request.references.size() != request.inputs.size())
    return fail(Code::kInvalidInput, "expected a reference output for each of the " +
                                         std::to_string(request.inputs.size()) + " inputs, found " +
                                         std::to_string(request.references.size()));
  if (request.timed_iterations < 1)
    return fail(Code::kInvalidInput, "the timed loop needs at least one iteration");
  if (request.timed_cap > 0 && request.timed_cap < request.timed_iterations)
    return fail(Code::kInvalidInput, "the cap of " + std::to_string(request.timed_cap) +
                                         " inferences is under the count of " +
                                         std::to_string(request.timed_iterations));
  return {};
}

}  // namespace

Result<record::TimedRun> run_timed(const WorkerSpec& spec, const TimedRequest& request,
                                   const ProgressFn& progress) {
  ASSAY_OK(check(request));
  ASSAY_TRY(const std::unique_ptr<WorkerProcess> worker, WorkerProcess::start(spec));
  record::TimedRun run;
  run.boot_id = boot_id();
  TimedPass pass(*worker, spec, request, progress, run);
  const Result<void> outcome = pass.drive();
  run.failure = worker->failure();
  if (!outcome && run.failure.reason.empty()) return fail(outcome.error());
  pass.harvest();
  return run;
}

Result<record::ProfiledRun> run_profiled(const WorkerSpec& spec, const std::vector<TensorSet>& inputs,
                                         int inferences) {
  if (inputs.empty() || inferences < 1)
    return fail(Code::kInvalidInput, "a profile needs an input and an inference");
  ASSAY_OK(check_alike(inputs, "input"));
  ASSAY_TRY(const std::unique_ptr<WorkerProcess> worker, WorkerProcess::start(spec));
  record::ProfiledRun run;
  const auto drive = [&]() -> Result<void> {
    const auto slots = static_cast<int>(inputs.size());
    ASSAY_TRY(Ready ready,
              worker->request<Ready>(open_command(spec, slots, true), spec.open_timeout, "open"));
    run.session = std::move(ready.session);
    const auto fits = check_fit(inputs, run.session.inputs, "input");
    if (!fits) return worker->unfit(fits.error().message);
    const SetLayout in = set_layout(byte_sizes(run.session.inputs));
    ASSAY_OK(worker->inputs().allocate(inputs.size() * in.stride));
    std::vector<std::uint32_t> input_of_slot;
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      input_of_slot.push_back(static_cast<std::uint32_t>(k));
      for (std::size_t t = 0; t < inputs[k].size(); ++t)
        std::copy(
            inputs[k][t].begin(), inputs[k][t].end(),
            worker->inputs().bytes().begin() + static_cast<std::ptrdiff_t>(k * in.stride + in.offset[t]));
    }
    ASSAY_OK(worker->inputs().seal());
    ASSAY_OK(worker->outputs().allocate(inputs.size() * set_layout(byte_sizes(run.session.outputs)).stride));
    ASSAY_OK(worker->request<Bound>(bind_command(input_of_slot, true), spec.open_timeout, "bind"));
    ASSAY_TRY(First first,
              worker->request<First>(slot_command("first", 0), spec.stall_timeout, "the first inference"));
    run.session.first_inference_ns = first.ns;
    run.session.libraries = std::move(first.libraries);
    for (int i = 1; i < inferences; ++i)
      ASSAY_OK(worker->request<Done>(slot_command("infer", i % slots), spec.stall_timeout, "one inference"));
    ASSAY_TRY(Layers layers,
              worker->request<Layers>(plain_command("profile"), spec.stall_timeout, "profile"));
    run.layers = std::move(layers.layers);
    if (const std::string end = worker->finish(); !end.empty()) run.session.properties["assay.close"] = end;
    return {};
  };
  const Result<void> outcome = drive();
  run.failure = worker->failure();
  if (!outcome && run.failure.reason.empty()) return fail(outcome.error());
  return run;
}

}  // namespace assay::engine

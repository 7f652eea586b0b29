#include "campaign/accuracy_pass.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <set>
#include <thread>

#include "base/clock.h"
#include "base/digest.h"
#include "base/subprocess.h"
#include "campaign/model_output.h"
#include "metric/confusion.h"

namespace assay::campaign {
namespace {

/// One group of images on its way: free -> decoded -> in flight -> inferred -> scored -> free.
class Conveyor {
 public:
  Conveyor(engine::Session& session, const InputSource& source, const AccuracyRequest& request,
           ModelOutput output, int input_tensor, AccuracyOutcome& outcome, const CountProgress& progress)
      : session_(session),
        source_(source),
        request_(request),
        output_(std::move(output)),
        input_tensor_(input_tensor),
        outcome_(outcome),
        progress_(progress),
        groups_(request.only_kept ? std::min(source.groups(), request.keep_outputs) : source.groups()),
        group_of_(session.slots(), 0) {
    const std::size_t images =
        std::min(source.data().size(), groups_ * static_cast<std::size_t>(source.batch()));
    if (scores()) outcome.run.confusion.resize(images);
    if (scores()) label_digests_.resize(images);
    digests_.resize(groups_);
    outcome.outputs.resize(std::min(groups_, request.keep_outputs));
    for (int slot = 0; slot < session.slots(); ++slot) free_.push_back(slot);
  }

  Result<void> run() {
    int count =
        request_.threads > 0 ? request_.threads : static_cast<int>(std::thread::hardware_concurrency());
    std::vector<std::thread> threads;
    for (int i = 0; i < std::max(1, count); ++i) threads.emplace_back([this] { help(); });
    drive();
    for (std::thread& thread : threads) thread.join();
    if (error_) return fail(*error_);
    Sha256 digest;
    for (const auto& group : digests_)
      for (const std::string& image : group) digest.field(image);
    for (const std::string& label : label_digests_) digest.field(label);
    outcome_.run.dataset_digest = digest.hex();
    const std::set<std::vector<std::string>> inputs(digests_.begin(),
                                                    digests_.begin() + outcome_.outputs.size());
    const std::set<engine::TensorSet> outputs(outcome_.outputs.begin(), outcome_.outputs.end());
    outcome_.run.distinct_inputs = static_cast<int>(inputs.size());
    outcome_.run.distinct_outputs = static_cast<int>(outputs.size());
    return {};
  }

 private:
  bool scores() const { return source_.data().has_labels() && !request_.only_kept; }
  bool finished() const { return error_.has_value() || scored_ == groups_; }

  void stop(Status status) {
    std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(status);
    changed_.notify_all();
  }

  /// The thread that talks to the worker: keeps it fed, takes what is done.
  void drive() {
    std::size_t in_flight = 0;
    for (;;) {
      std::deque<int> ready;
      {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::milliseconds(200),
                          [&] { return finished() || !ready_.empty() || in_flight > 0; });
        if (finished()) return;
        ready.swap(ready_);
      }
      if (interrupted()) return stop({Code::kInterrupted, "stopped by the user"});
      for (int slot : ready) {
        if (auto submitted = session_.submit(slot); !submitted)
          return stop(inference_failure(submitted.error()));
        ++in_flight;
      }
      if (in_flight == 0) continue;
      const auto completion = session_.wait();
      if (!completion) return stop(inference_failure(completion.error()));
      --in_flight;
      std::lock_guard lock(mutex_);
      inferred_.push_back(completion->slot);
      changed_.notify_all();
    }
  }

  void help() {
    try {
      decode_and_score();
    } catch (const std::exception& error) {  // An exception that leaves a thread ends the program.
      stop({Code::kResource, std::string("decoding or scoring: ") + error.what()});
    }
  }

  /// Decoding and scoring threads. Scoring goes first: it frees slots.
  void decode_and_score() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock,
                    [&] { return finished() || !inferred_.empty() || (!free_.empty() && next_ < groups_); });
      if (finished()) return;
      const bool scoring = !inferred_.empty();
      std::deque<int>& from = scoring ? inferred_ : free_;
      const int slot = from.front();
      from.pop_front();
      if (!scoring) group_of_[slot] = next_++;
      const std::size_t group = group_of_[slot];
      lock.unlock();
      const Result<void> done =
          scoring ? score(slot, group)
                  : source_.load(group, session_.input(slot, input_tensor_), &digests_[group]);
      if (!done) return stop(done.error());
      lock.lock();
      (scoring ? free_ : ready_).push_back(slot);
      if (scoring) {
        ++scored_;
        if (progress_) progress_(static_cast<std::int64_t>(scored_), static_cast<std::int64_t>(groups_));
      }
      changed_.notify_all();
    }
  }

  Result<void> score(int slot, std::size_t group) {
    if (group < outcome_.outputs.size()) {
      engine::TensorSet& kept = outcome_.outputs[group];
      for (std::size_t t = 0; t < session_.info().outputs.size(); ++t) {
        const auto bytes = session_.output(slot, static_cast<int>(t));
        kept.emplace_back(bytes.begin(), bytes.end());
      }
    }
    if (!scores()) return {};
    for (std::size_t i = 0; i < source_.images_in(group); ++i) {
      const std::size_t image = group * source_.batch() + i;
      ASSAY_TRY(const dataset::Label label, source_.data().load_label(image));
      label_digests_[image] = sha256_hex(std::as_bytes(std::span(label.classes)));
      std::vector<std::uint8_t> prediction(label.classes.size());
      const auto bytes = session_.output(slot, output_.tensor());
      if (auto mapped =
              output_.classes_at(bytes, static_cast<int>(i), {label.height, label.width}, prediction);
          !mapped)
        return fail(Code::kWorkerFailed, source_.data().id(image) + ": " + mapped.error().message);
      metric::ConfusionMatrix matrix(request_.classes);
      if (auto added = matrix.add(label.classes, prediction); !added)
        return fail(added.error().with_context(source_.data().id(image)));
      outcome_.run.confusion[image] = matrix.counts32();
    }
    return {};
  }

  engine::Session& session_;
  const InputSource& source_;
  const AccuracyRequest& request_;
  const ModelOutput output_;
  const int input_tensor_;
  AccuracyOutcome& outcome_;
  const CountProgress& progress_;
  const std::size_t groups_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<int> free_, ready_, inferred_;
  std::vector<std::size_t> group_of_;              ///< By slot.
  std::vector<std::vector<std::string>> digests_;  ///< By group.
  std::vector<std::string> label_digests_;         ///< By image; empty where nothing is scored.
  std::size_t next_ = 0, scored_ = 0;
  std::optional<Status> error_;
};

/// Enough to keep the worker fed while others are decoded and scored; at 1024x2048 a slot is 35 MB.
constexpr int kSlots = 4;

}  // namespace

bool is_row_failure(Code code) {
  return code != Code::kInterrupted && code != Code::kResource && code != Code::kInternal;
}

Status inference_failure(Status status) {
  if (is_row_failure(status.code)) status.code = Code::kWorkerFailed;
  return status;
}

record::Failure start_failure(const Status& status) { return {status.message, "start", 0}; }

Result<AccuracyOutcome> run_accuracy(const engine::WorkerSpec& spec, const InputSource& source,
                                     const AccuracyRequest& request, const CountProgress& progress) {
  AccuracyOutcome outcome;
  outcome.run.classes = request.classes;
  const std::int64_t begin = monotonic_ns();
  auto session = engine::Session::open(spec, kSlots);
  if (!session) {
    if (!is_row_failure(session.error().code)) return fail(session.error());
    outcome.run.failure = start_failure(session.error());
    outcome.failure_code = session.error().code;
    return outcome;
  }
  outcome.run.session = session->info();
  const auto input = find_image_input(session->info(), source.io(), source.batch(), source.size());
  auto output = ModelOutput::create(session->info(), source.io(), request.classes);
  if (!input || !output) {
    const Status& status = !input ? input.error() : output.error();
    outcome.run.failure = {status.message, "error", 0};
    outcome.failure_code = status.code;
    return outcome;
  }

  Conveyor conveyor(*session, source, request, std::move(*output), *input, outcome, progress);
  const Result<void> done = conveyor.run();
  if (!done && done.error().code != Code::kWorkerFailed) return fail(done.error());
  if (!done) {
    outcome.run.failure = session->failure();
    if (outcome.run.failure.reason.empty()) outcome.run.failure = {done.error().message, "garbage", 0};
    outcome.run.confusion.clear();
    outcome.outputs.clear();
    return outcome;
  }
  for (std::size_t i = 0; i < outcome.run.confusion.size(); ++i)
    outcome.run.images.push_back(source.data().id(i));
  if (auto info = session->close()) outcome.run.session = *info;
  outcome.run.wall_ns = monotonic_ns() - begin;
  return outcome;
}

}  // namespace assay::campaign

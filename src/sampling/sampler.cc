#include "sampling/sampler.h"

#include <pthread.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "base/clock.h"

namespace assay::sampling {
namespace {

/// A source that fails is asked less and less often, so that a dead one costs nothing.
constexpr std::int64_t kLongestBackoffNs = 1'000'000'000;

std::int64_t thread_cpu_ns() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

/// One probe while it is sampled. Belongs to its group's thread until that has ended.
struct Track {
  Probe* probe = nullptr;
  std::vector<record::Series> series;
  std::vector<std::map<std::string, std::int64_t>> rejected_before;  ///< The probe counts since it was made.
  Acquisition acquisition;
  std::int64_t reads = 0, failed = 0, total_ns = 0, longest_ns = 0;
  std::int64_t lost_since_ns = 0;  ///< Begin of the open gap; 0: none.
  std::string lost_reason;
  std::int64_t not_before_ns = 0, backoff_ns = 0;

  void begin(Probe& source, std::int64_t now_ns) {
    probe = &source;
    for (const record::Channel& channel : source.channels()) {
      rejected_before.push_back(source.rejected(series.size()));
      series.push_back({channel, {}, {}, {}});
    }
    acquisition.values.resize(series.size());
    last_good_ns_ = now_ns;
  }

  void read() {
    std::fill(acquisition.values.begin(), acquisition.values.end(), std::nullopt);
    acquisition.begin_ns = monotonic_ns();
    acquisition.end_ns = 0;
    acquisition.gap.reset();
    const std::int64_t asked = acquisition.begin_ns;
    const Result<bool> done = probe->read(acquisition);
    const std::int64_t now = monotonic_ns();
    const std::int64_t took = now - asked;
    if (acquisition.end_ns == 0) acquisition.end_ns = now;
    ++reads;
    total_ns += took;
    longest_ns = std::max(longest_ns, took);
    if (!done) return lose(now, done.error().message);
    if (acquisition.gap)
      for (record::Series& one : series) one.gaps.push_back(*acquisition.gap);
    if (!*done) return;
    if (lost_since_ns != 0) close_gap(acquisition.begin_ns);
    last_good_ns_ = acquisition.end_ns;
    backoff_ns = not_before_ns = 0;
    for (std::size_t i = 0; i < series.size(); ++i)
      if (acquisition.values[i])
        series[i].readings.push_back({acquisition.begin_ns, acquisition.end_ns, *acquisition.values[i]});
  }

  void count_rejected() {
    for (std::size_t i = 0; i < series.size(); ++i)
      for (const auto& [reason, count] : probe->rejected(i)) {
        const auto before = rejected_before[i].find(reason);
        const std::int64_t since = count - (before == rejected_before[i].end() ? 0 : before->second);
        if (since > 0) series[i].rejected[reason] = since;
      }
  }

  void lose(std::int64_t now, const std::string& reason) {
    ++failed;
    if (lost_since_ns == 0) lost_since_ns = last_good_ns_;
    lost_reason = reason;
    backoff_ns = std::clamp<std::int64_t>(2 * backoff_ns, 1'000'000, kLongestBackoffNs);
    not_before_ns = now + backoff_ns;
  }

  void close_gap(std::int64_t end_ns) {
    for (record::Series& one : series) one.gaps.push_back({lost_since_ns, end_ns, lost_reason});
    lost_since_ns = 0;
  }

 private:
  std::int64_t last_good_ns_ = 0;
};

}  // namespace

/// Probes that share a thread.
class Sampler::Group {
 public:
  Group(const std::vector<Probe*>& probes, std::chrono::nanoseconds period, std::int64_t begin_ns)
      : period_ns_(period.count()), begin_ns_(begin_ns) {
    for (Probe* probe : probes) tracks_.emplace_back().begin(*probe, begin_ns);
    thread_ = std::thread([this] { period_ns_ > 0 ? tick() : follow(); });
    pthread_setname_np(thread_.native_handle(), "assay-sampler");
  }
  ~Group() { join(); }

  void ask_to_stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
  }
  void join() {
    ask_to_stop();
    if (thread_.joinable()) thread_.join();
  }

  void collect(std::int64_t end_ns, record::Observation& into) {
    into.cpu_ns += cpu_ns_;
    into.late_ticks += late_ticks_;
    for (Track& track : tracks_) {
      track.count_rejected();
      record::Source source = track.probe->finish();
      if (track.lost_since_ns != 0) {
        source.failure = track.lost_reason;
        track.close_gap(end_ns);
      }
      source.reads = track.reads;
      source.failed_reads = track.failed;
      // A probe that waits by itself tells its own cost, since it was opened: ours would hold the waiting.
      if (period_ns_ > 0) {
        source.read_ns_total = track.total_ns;
        source.read_ns_longest = track.longest_ns;
      }
      into.sources.push_back(std::move(source));
      for (record::Series& series : track.series) into.series.push_back(std::move(series));
    }
  }

 private:
  bool stopping() {
    const std::lock_guard lock(mutex_);
    return stopping_;
  }
  /// True when it is time to stop.
  bool wait_until(std::int64_t ns) {
    std::unique_lock lock(mutex_);
    // steady_clock is CLOCK_MONOTONIC.
    return wake_.wait_until(lock, std::chrono::steady_clock::time_point(std::chrono::nanoseconds(ns)),
                            [this] { return stopping_; });
  }

  /// Absolute deadlines, so that the time of reading does not add up; a tick that is due while the one before
  /// is still going on is skipped and counted, never made up for in a burst.
  void tick() {
    for (std::int64_t due = begin_ns_;; due += period_ns_) {
      const std::int64_t now = monotonic_ns();
      if (now > due + period_ns_) {
        const std::int64_t missed = (now - due) / period_ns_;
        late_ticks_ += missed;
        due += missed * period_ns_;
      }
      if (wait_until(due)) break;
      for (Track& track : tracks_)
        if (track.not_before_ns <= due) track.read();
    }
    cpu_ns_ = thread_cpu_ns();
  }

  void follow() {
    while (!stopping()) {
      if (tracks_[0].not_before_ns != 0 && wait_until(tracks_[0].not_before_ns)) break;
      tracks_[0].read();
    }
    cpu_ns_ = thread_cpu_ns();
  }

  const std::int64_t period_ns_, begin_ns_;
  std::vector<Track> tracks_;
  std::int64_t cpu_ns_ = 0, late_ticks_ = 0;  ///< Written by the thread, read after it has ended.
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

Sampler::Sampler(std::vector<std::unique_ptr<Probe>> probes) : probes_(std::move(probes)) {}
Sampler::~Sampler() = default;

void Sampler::start() {
  groups_.clear();
  begin_ns_ = monotonic_ns();
  std::map<std::int64_t, std::vector<Probe*>> periodic;
  for (const auto& probe : probes_) {
    const std::chrono::nanoseconds period = probe->period();
    if (period.count() > 0)
      periodic[period.count()].push_back(probe.get());
    else
      groups_.push_back(std::make_unique<Group>(std::vector<Probe*>{probe.get()}, period, begin_ns_));
  }
  for (const auto& [period, probes] : periodic)
    groups_.push_back(std::make_unique<Group>(probes, std::chrono::nanoseconds(period), begin_ns_));
}

record::Observation Sampler::stop() {
  for (const auto& group : groups_) group->ask_to_stop();
  for (const auto& group : groups_) group->join();
  record::Observation observation;
  observation.begin_ns = begin_ns_;
  observation.end_ns = monotonic_ns();
  for (const auto& group : groups_) group->collect(observation.end_ns, observation);
  groups_.clear();
  return observation;
}

}  // namespace assay::sampling

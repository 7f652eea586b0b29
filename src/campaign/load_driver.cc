#include "campaign/load_driver.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/subprocess.h"
#include "sensor/environment.h"

namespace assay::campaign {
namespace {

/// One busy thread for each CPU, which spin while they are let.
class Spinners {
 public:
  explicit Spinners(int count) {
    for (int i = 0; i < count; ++i)
      threads_.emplace_back([this] {
        while (!over_) {
          on_.wait(false);
          while (on_ && !over_) {
          }
        }
      });
  }
  ~Spinners() {
    over_ = true;
    set(true);
    for (std::thread& thread : threads_) thread.join();
  }
  void set(bool on) {
    on_ = on;
    on_.notify_all();
  }

 private:
  std::atomic<bool> on_{false}, over_{false};
  std::vector<std::thread> threads_;
};

}  // namespace

Result<record::PatternRun> drive_load(const timeline::LoadPattern& pattern) {
  record::PatternRun run;
  run.boot_id = boot_id();
  Spinners spinners(sensor::usable_cpus());
  const timeline::DrivenPattern plan = timeline::schedule(pattern, monotonic_ns());
  for (const timeline::LoadEdge& edge : plan.edges) {
    if (interrupted()) return fail(Code::kInterrupted, "stopped by the user");
    std::this_thread::sleep_until(
        std::chrono::steady_clock::time_point(std::chrono::nanoseconds(edge.at_ns)));
    spinners.set(edge.on);
    run.edges_ns.push_back(monotonic_ns());
  }
  run.window_begin_ns = plan.window.begin_ns;
  run.window_end_ns = plan.window.end_ns;
  std::this_thread::sleep_until(
      std::chrono::steady_clock::time_point(std::chrono::nanoseconds(plan.window.end_ns)));
  return run;
}

}  // namespace assay::campaign

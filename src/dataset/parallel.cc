#include "dataset/parallel.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

#include "base/subprocess.h"

namespace assay::dataset {

Result<void> for_each_parallel(std::size_t count, const std::function<Result<void>(std::size_t)>& work,
                               const std::function<void(std::size_t, std::size_t)>& progress) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> stop{false};
  std::mutex mutex;  // Guards what follows.
  std::size_t done = 0;
  std::optional<std::pair<std::size_t, Status>> error;

  const auto guarded = [&](std::size_t i) -> Result<void> {
    if (interrupted()) return fail(Code::kInterrupted, "stopped");
    try {
      return work(i);
    } catch (const std::bad_alloc&) {
      return fail(Code::kResource, "out of memory");
    }
  };
  const auto run = [&] {
    while (!stop) {
      const std::size_t i = next++;
      if (i >= count) return;
      const auto result = guarded(i);
      const std::lock_guard lock(mutex);
      if (!result) {
        stop = true;
        if (!error || i < error->first) error = {i, result.error()};
      } else if (++done; progress) {
        progress(done, count);
      }
    }
  };
  std::vector<std::thread> threads;
  const std::size_t wanted = std::min<std::size_t>(std::max(1U, std::thread::hardware_concurrency()), count);
  try {
    while (threads.size() + 1 < wanted) threads.emplace_back(run);
  } catch (const std::system_error&) {
    // Fewer threads do the same work.
  }
  run();
  for (std::thread& thread : threads) thread.join();
  if (error) return fail(error->second);
  return {};
}

}  // namespace assay::dataset

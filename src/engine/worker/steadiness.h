// Has the warm-up reached a steady state? A simple and robust question, asked between chunks of it. C++17.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace assay::engine {

/// The latest latencies of a warm-up.
class Steadiness {
 public:
  void add(const std::int64_t* latencies, std::int64_t count) {
    total_ += count;
    // Two windows of the largest length are all that is ever looked at.
    const std::int64_t useful = std::min<std::int64_t>(count, 2 * kMaxWindow);
    recent_.insert(recent_.end(), latencies + (count - useful), latencies + count);
    if (recent_.size() > 2 * kMaxWindow) recent_.erase(recent_.begin(), recent_.end() - 2 * kMaxWindow);
  }

  /// The medians of the last two windows (a quarter of all so far each, 25 to 1000 inferences) agree within 2
  /// %, or within 50 ns, where 2 % is finer than the clock. Medians, since a single outlier says nothing
  /// about the level.
  bool steady() const {
    const std::size_t window = static_cast<std::size_t>(
        std::min<std::int64_t>(std::max<std::int64_t>(total_ / 4, kMinWindow), kMaxWindow));
    if (recent_.size() < 2 * window) return false;
    const std::int64_t last = median(recent_.end() - window, recent_.end());
    const std::int64_t previous = median(recent_.end() - 2 * window, recent_.end() - window);
    const std::int64_t difference = last > previous ? last - previous : previous - last;
    return difference <= std::max<std::int64_t>(std::min(last, previous) / 50, 50);
  }

 private:
  static constexpr int kMinWindow = 25, kMaxWindow = 1000;
  using Iterator = std::vector<std::int64_t>::const_iterator;
  static std::int64_t median(Iterator begin, Iterator end) {
    std::vector<std::int64_t> values(begin, end);
    std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
    return values[values.size() / 2];
  }
  std::vector<std::int64_t> recent_;
  std::int64_t total_ = 0;
};

}  // namespace assay::engine

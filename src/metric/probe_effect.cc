#include "metric/probe_effect.h"

#include <string>
#include <vector>

#include "metric/statistics.h"

namespace assay::metric {
namespace {

constexpr int kLeastInferences = 5;
constexpr std::size_t kLeastPairs = 3;

record::Figure figure(std::span<const double> values, const char* unit) {
  const auto interval = t_interval(values);
  return record::Figure::of(mean(values), unit, interval->lo, interval->hi);
}

}  // namespace

Result<ProbeEffect> probe_effect(std::span<const std::int64_t> latency_ns, std::int64_t window_begin_ns,
                                 std::span<const ProbeBlock> blocks) {
  std::vector<double> sum(blocks.size());
  std::vector<int> count(blocks.size());
  std::size_t block = 0;
  std::int64_t begin = window_begin_ns;
  for (const std::int64_t latency : latency_ns) {
    const std::int64_t end = begin + latency;
    while (block < blocks.size() && blocks[block].end_ns < end) ++block;
    if (block == blocks.size()) break;
    if (begin >= blocks[block].begin_ns) {
      sum[block] += static_cast<double>(latency) * 1e-6;
      ++count[block];
    }
    begin = end;
  }
  std::vector<double> on, off, difference;
  for (std::size_t first = 0; first + 1 < blocks.size(); first += 2) {
    if (count[first] < kLeastInferences || count[first + 1] < kLeastInferences) continue;
    if (blocks[first].sampling == blocks[first + 1].sampling)
      return fail(Code::kInternal, "a pair of blocks that do not differ");
    const std::size_t with = blocks[first].sampling ? first : first + 1, without = first + first + 1 - with;
    on.push_back(sum[with] / count[with]);
    off.push_back(sum[without] / count[without]);
    difference.push_back(100 * (on.back() / off.back() - 1));
  }
  if (difference.size() < kLeastPairs)
    return fail(Code::kInvalidInput, "expected at least " + std::to_string(kLeastPairs) +
                                         " pairs of blocks with " + std::to_string(kLeastInferences) +
                                         " inferences each, found " + std::to_string(difference.size()) +
                                         ": take longer blocks or more of them");
  return ProbeEffect{figure(off, "ms"), figure(on, "ms"), figure(difference, "%"),
                     static_cast<int>(difference.size())};
}

}  // namespace assay::metric

#include "store/latency_csv.h"

#include <algorithm>
#include <charconv>

namespace assay::store {
namespace {

constexpr std::string_view kLatencyHeader = "phase,iteration,input,latency_ns\n";

template <typename Number>
void append_number(std::string& out, Number value) {
  char buffer[24];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

void append_phase(std::string& out, std::string_view phase, std::span<const std::int64_t> ns,
                  std::size_t inputs) {
  for (std::size_t i = 0; i < ns.size(); ++i) {
    out += phase;
    append_number(out, i);
    out += ',';
    append_number(out, i % inputs);
    out += ',';
    append_number(out, ns[i]);
    out += '\n';
  }
}

/// Reads a number that `end` must follow, and steps behind it.
bool take_number(const char*& at, const char* stop, char end, std::int64_t& value) {
  const auto [next, error] = std::from_chars(at, stop, value);
  if (error != std::errc() || next == stop || *next != end) return false;
  at = next + 1;
  return true;
}

}  // namespace

std::string latencies_to_csv(std::span<const std::int64_t> warmup_ns, std::span<const std::int64_t> timed_ns,
                             int inputs) {
  std::string out(kLatencyHeader);
  constexpr std::size_t kTypicalLine = 32;
  out.reserve(out.size() + kTypicalLine * (warmup_ns.size() + timed_ns.size()));
  const auto slots = static_cast<std::size_t>(std::max(1, inputs));
  append_phase(out, "warmup,", warmup_ns, slots);
  append_phase(out, "timed,", timed_ns, slots);
  return out;
}

Result<LatencySeries> latencies_from_csv(std::string_view text) {
  if (!text.starts_with(kLatencyHeader))
    return fail(Code::kCorrupt, "line 1: expected the header phase,iteration,input,latency_ns");
  LatencySeries series;
  const char* at = text.data() + kLatencyHeader.size();
  const char* const stop = text.data() + text.size();
  for (std::int64_t line = 2; at != stop; ++line) {
    const auto bad = [&](const char* expected) {
      return fail(Code::kCorrupt, "line " + std::to_string(line) + ": expected " + expected);
    };
    const std::string_view rest(at, static_cast<std::size_t>(stop - at));
    const bool warmup = rest.starts_with("warmup,");
    if (!warmup && !rest.starts_with("timed,")) return bad("the phase warmup or timed");
    if (warmup && !series.timed_ns.empty()) return bad("no warm-up after the timed phase");
    at += warmup ? 7 : 6;
    auto& phase = warmup ? series.warmup_ns : series.timed_ns;
    std::int64_t iteration = 0, input = 0, latency = 0;
    if (!take_number(at, stop, ',', iteration) || iteration != static_cast<std::int64_t>(phase.size()))
      return bad("iterations in order");
    if (!take_number(at, stop, ',', input) || input < 0) return bad("the number of the input");
    if (!take_number(at, stop, '\n', latency) || latency < 0)
      return bad("a latency in nanoseconds and the end of the line (is the file cut short?)");
    phase.push_back(latency);
  }
  return series;
}

}  // namespace assay::store

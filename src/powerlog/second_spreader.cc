#include "powerlog/second_spreader.h"

#include <algorithm>
#include <utility>

namespace assay::powerlog {

void SecondSpreader::add(std::int64_t stamp_ns, bool new_line, Item item, const Emit& emit) {
  if (!current_.lines.empty() && stamp_ns != current_.stamp_ns) {
    close_second(emit);
    new_line = true;
  }
  current_.stamp_ns = stamp_ns;
  // A broken clock that stays on one second for ever must not fill the memory; so many lines in one are
  // nonsense.
  constexpr std::size_t kMostLines = 100'000;
  if (current_.lines.size() >= kMostLines) {
    emit_second(current_, current_.lines.size(), Part::kWhole, emit);
    current_.lines.clear();
    new_line = true;
  }
  if (new_line || current_.lines.empty()) current_.lines.emplace_back();
  current_.lines.back().push_back(item);
}

void SecondSpreader::close_second(const Emit& emit) {
  const std::size_t lines = current_.lines.size();
  if (first_is_waiting_) {
    emit_second(first_, std::max(lines, first_.lines.size()), Part::kEnd, emit);
    first_is_waiting_ = false;
  } else if (whole_ == 0) {
    first_ = std::exchange(current_, {});
    first_is_waiting_ = true;
    whole_ = lines;
    return;
  }
  emit_second(current_, lines, Part::kWhole, emit);
  whole_ = lines;
  current_ = {};
}

void SecondSpreader::finish(const Emit& emit) {
  const std::size_t lines = current_.lines.size();
  if (first_is_waiting_) emit_second(first_, std::max(lines, first_.lines.size()), Part::kEnd, emit);
  first_is_waiting_ = false;
  if (lines > 0) emit_second(current_, std::max(lines, whole_), Part::kBeginning, emit);
  current_ = {};
}

void SecondSpreader::emit_second(const Second& second, std::size_t slots, Part part, const Emit& emit) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::size_t first = part == Part::kEnd ? slots - second.lines.size() : 0;
  const auto edge = [&](std::size_t slot) {
    return second.stamp_ns + static_cast<std::int64_t>(slot) * kSecond / static_cast<std::int64_t>(slots);
  };
  for (std::size_t i = 0; i < second.lines.size(); ++i)
    for (const Item& item : second.lines[i])
      emit(item.channel, {edge(first + i), edge(first + i + 1), item.value});
}

}  // namespace assay::powerlog

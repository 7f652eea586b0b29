#include "simulate/load.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>

#include "base/file.h"
#include "base/text.h"

namespace assay::simulate {
namespace {

constexpr std::size_t kMostSnapshots = 4096;

bool parse_double(std::string_view text, double& value) {
  text = trim(text);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(value);
}

Result<std::unique_ptr<Load>> parse_steps(std::string_view text) {
  std::vector<StepLoad::Step> steps;
  std::int64_t time = 0;
  for (const std::string& part : split(text, ',')) {
    const auto at = part.find('@');
    StepLoad::Step step{time, 0};
    if (at == std::string::npos || !parse_double(std::string_view(part).substr(0, at), step.watts))
      return fail(Code::kInvalidInput, "load step '" + part + "': expected WATTS@TIME such as 12.5@2s");
    ASSAY_TRY(const std::int64_t length, parse_time(std::string_view(part).substr(at + 1)));
    if (length <= 0) return fail(Code::kInvalidInput, "load step '" + part + "': lasts no time");
    steps.push_back(step);
    time += length;
  }
  return std::make_unique<StepLoad>(std::move(steps), time);
}

Result<std::unique_ptr<Load>> read_csv(const std::filesystem::path& path) {
  ASSAY_TRY(const std::string content, read_file(path));
  std::istringstream lines(content);
  std::vector<StepLoad::Step> steps;
  std::string line;
  std::getline(lines, line);  // The header.
  for (int number = 2; std::getline(lines, line); ++number) {
    if (trim(line).empty()) continue;
    const auto comma = line.find(',');
    double seconds = 0, watts = 0;
    if (comma == std::string::npos || !parse_double(std::string_view(line).substr(0, comma), seconds) ||
        !parse_double(std::string_view(line).substr(comma + 1), watts) || seconds < 0 || seconds > 1e9)
      return fail(Code::kInvalidInput, path.string() + ":" + std::to_string(number) +
                                           ": expected 'seconds,watts', found '" + line.substr(0, 60) + "'");
    const std::int64_t begin = steps.empty() ? 0 : static_cast<std::int64_t>(seconds * 1e9);
    if (!steps.empty() && begin <= steps.back().begin_ns)
      return fail(Code::kInvalidInput,
                  path.string() + ":" + std::to_string(number) + ": the times do not rise");
    steps.push_back({begin, watts});
  }
  if (steps.empty()) return fail(Code::kInvalidInput, path.string() + ": has no rows 'seconds,watts'");
  return std::make_unique<StepLoad>(std::move(steps), 0);
}

}  // namespace

StepLoad::StepLoad(std::vector<Step> steps, std::int64_t period_ns)
    : steps_(std::move(steps)), period_ns_(period_ns) {}

double StepLoad::joules_within(std::int64_t time_ns) const {
  double joules = 0;
  for (std::size_t i = 0; i < steps_.size() && steps_[i].begin_ns < time_ns; ++i) {
    const std::int64_t end = i + 1 < steps_.size() ? std::min(steps_[i + 1].begin_ns, time_ns) : time_ns;
    joules += steps_[i].watts * 1e-9 * static_cast<double>(end - steps_[i].begin_ns);
  }
  return joules;
}

double StepLoad::joules_until(std::int64_t time_ns) const {
  if (period_ns_ == 0) return joules_within(time_ns);
  const std::int64_t periods = time_ns / period_ns_;
  return static_cast<double>(periods) * joules_within(period_ns_) + joules_within(time_ns % period_ns_);
}

double StepLoad::mean_watts(std::int64_t begin_ns, std::int64_t end_ns) {
  const std::int64_t end = std::max(end_ns, begin_ns + 1);
  return (joules_until(end) - joules_until(begin_ns)) / (1e-9 * static_cast<double>(end - begin_ns));
}

CpuLoad::CpuLoad(double idle_watts, double full_watts, std::function<std::int64_t()> now_ns,
                 std::filesystem::path stat)
    : idle_watts_(idle_watts), full_watts_(full_watts), now_ns_(std::move(now_ns)), stat_(std::move(stat)) {
  take_snapshot();
}

void CpuLoad::take_snapshot() {
  std::ifstream in(stat_);
  std::string name;
  in >> name;
  Snapshot snapshot{now_ns_(), 0, 0};
  double ticks = 0;
  // user nice system idle iowait irq softirq steal; guests are in user already.
  for (int i = 0; i < 8 && in >> ticks; ++i) {
    snapshot.total += ticks;
    if (i != 3 && i != 4) snapshot.busy += ticks;
  }
  if (name != "cpu") return;
  if (snapshots_.size() == kMostSnapshots)
    snapshots_.erase(snapshots_.begin(), snapshots_.begin() + kMostSnapshots / 2);
  snapshots_.push_back(snapshot);
}

CpuLoad::Snapshot CpuLoad::at(std::int64_t time_ns) const {
  const auto after = std::lower_bound(snapshots_.begin(), snapshots_.end(), time_ns,
                                      [](const Snapshot& s, std::int64_t t) { return s.time_ns < t; });
  if (after == snapshots_.begin()) return snapshots_.front();
  if (after == snapshots_.end()) return snapshots_.back();
  const Snapshot& before = *(after - 1);
  const double part =
      static_cast<double>(time_ns - before.time_ns) / static_cast<double>(after->time_ns - before.time_ns);
  return {time_ns, before.busy + part * (after->busy - before.busy),
          before.total + part * (after->total - before.total)};
}

double CpuLoad::mean_watts(std::int64_t begin_ns, std::int64_t end_ns) {
  take_snapshot();
  if (snapshots_.empty()) return idle_watts_;
  const Snapshot begin = at(begin_ns), end = at(end_ns);
  const double ticks = end.total - begin.total;
  const double share = ticks > 0 ? std::clamp((end.busy - begin.busy) / ticks, 0.0, 1.0) : 0.0;
  return idle_watts_ + share * (full_watts_ - idle_watts_);
}

Result<std::int64_t> parse_time(std::string_view text) {
  text = trim(text);
  double unit = 0;
  std::string_view digits;
  if (text.size() > 2 && text.substr(text.size() - 2) == "ms") {
    unit = 1e6;
    digits = text.substr(0, text.size() - 2);
  } else if (text.size() > 1 && text.back() == 's') {
    unit = 1e9;
    digits = text.substr(0, text.size() - 1);
  }
  double value = 0;
  if (unit == 0 || !parse_double(digits, value) || value < 0 || value > 1e8)
    return fail(Code::kInvalidInput, "time '" + std::string(text) + "': expected such as 2s, 1.5s or 500ms");
  return static_cast<std::int64_t>(std::llround(value * unit));
}

Result<std::unique_ptr<Load>> make_load(std::string_view text) {
  constexpr std::string_view kConst = "const:", kSteps = "steps:";
  if (text.substr(0, kConst.size()) == kConst) {
    double watts = 0;
    if (!parse_double(text.substr(kConst.size()), watts))
      return fail(Code::kInvalidInput, "load '" + std::string(text) + "': expected const:WATTS");
    return std::make_unique<StepLoad>(std::vector<StepLoad::Step>{{0, watts}}, 0);
  }
  if (text.substr(0, kSteps.size()) == kSteps) return parse_steps(text.substr(kSteps.size()));
  return read_csv(std::filesystem::path(text));
}

}  // namespace assay::simulate

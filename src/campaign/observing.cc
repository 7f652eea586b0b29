#include "campaign/observing.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <sstream>
#include <thread>

#include "base/clock.h"
#include "base/file.h"
#include "base/subprocess.h"
#include "metric/power.h"
#include "sensor/environment.h"
#include "sensor/process_load.h"
#include "sensor/quiescence.h"

namespace assay::campaign {
namespace {

using record::Boundary;

/// How long one look at the machine takes: a load below that is no load yet.
constexpr std::chrono::seconds kLook{1};

std::map<std::string, double> last_values(const record::Observation& seen, const std::string& quantity) {
  std::map<std::string, double> values;
  for (const record::Series& series : seen.series)
    if (series.channel.quantity == quantity && !series.readings.empty())
      values[series.channel.id] = series.readings.back().value;
  return values;
}

std::string kelvin(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f K", value);
  return text;
}

}  // namespace

Result<void> Observing::open() {
  if (sampler_) return {};
  spec::PowerSpec power = context_.experiment.power;
  for (spec::MeterSpec& meter : power.meters) {
    if (meter.simulator.empty()) continue;
    const std::string log = "simulator-" + std::to_string(simulators_.size() + 1) + ".log";
    ASSAY_TRY(SimulatedMeter simulated, start_simulator(context_.worker.parent_path() / "assay", meter,
                                                        context_.directory.work() / log));
    meter.address = simulated.address;
    simulators_.push_back(std::move(simulated));
  }
  ASSAY_TRY(sampling::Opened opened, sampling::open_probes(power, sensor::Places::this_machine()));
  meters_ = std::move(opened.meters);
  for (const sensor::Absence& absence : opened.absent)
    if (absence.reason.find(to_string(sensor::NoValue::kDenied)) != std::string::npos)
      refused_.push_back(absence.source + ": " + absence.what + ": " + absence.reason + "; " +
                         absence.remedy);
  sampler_ = std::make_unique<sampling::Sampler>(std::move(opened.probes));
  if (sampler_->empty()) return {};
  sampler_->start();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  first_celsius_ = last_values(sampler_->stop(), "temperature");
  return keep_first_celsius();
}

record::Observation Observing::stop() {
  record::Observation observation = sampler_->stop();
  observation.refused = refused_;
  return observation;
}

void Observing::close() {
  for (instrument::Meter* meter : meters_) {
    const record::Source source = meter->close();
    const auto panel = source.facts.find("front_panel");
    if (panel != source.facts.end() && panel->second.starts_with("not given back"))
      context_.observer.notice(source.description + ": front panel " + panel->second);
  }
  meters_.clear();
  sampler_.reset();
  for (SimulatedMeter& simulator : simulators_) {
    // Not killed at once: it takes its entry out of the port mapper.
    simulator.process.kill_group(SIGTERM);
    (void)simulator.process.wait_for(std::chrono::seconds(2));
  }
  simulators_.clear();
}

bool Observing::has_power() const { return sampler_ && sampling::tells_power(sampler_->probes()); }

/// The temperatures at the campaign's start hold for all of it: after a break the machine may be hot, or
/// cold.
Result<void> Observing::keep_first_celsius() {
  const std::filesystem::path file = context_.directory.work() / "first-celsius.csv";
  if (const auto kept = read_file(file)) {
    first_celsius_.clear();
    std::istringstream lines(*kept);
    std::string zone;
    double celsius = 0;
    while (std::getline(lines, zone, ',') && lines >> celsius && lines.ignore())
      first_celsius_[zone] = celsius;
    return {};
  }
  std::ostringstream text;
  for (const auto& [zone, celsius] : first_celsius_) text << zone << ',' << celsius << '\n';
  return write_file(file, text.str());
}

std::chrono::nanoseconds Observing::power_interval() const {
  std::chrono::nanoseconds longest{0};
  int best = std::numeric_limits<int>::max();
  if (!sampler_) return longest;
  for (const auto& probe : sampler_->probes())
    for (const record::Channel& channel : probe->channels())
      if (channel.boundary != Boundary::kNone &&
          (channel.quantity == "power" || channel.quantity == "energy")) {
        const int rank = metric::power_rank(channel.boundary);
        if (rank < best) longest = std::chrono::nanoseconds(0);
        best = std::min(best, rank);
        if (rank == best)
          longest = std::max({longest, std::chrono::nanoseconds(channel.update_ns), probe->period()});
      }
  return longest;
}

bool Observing::ranges_are_open() const {
  return !ranges_fixed_ && std::ranges::any_of(meters_, &instrument::Meter::ranges_are_open);
}

Result<void> Observing::fix_ranges(const std::function<Result<void>()>& load) {
  sampler_->start();
  const Result<void> loaded = load();
  sampler_->stop();
  ASSAY_OK(loaded);
  for (instrument::Meter* meter : meters_) ASSAY_OK(meter->fix_ranges());
  ranges_fixed_ = true;
  return {};
}

Result<std::vector<std::string>> Observing::look() {
  sensor::ProcessLoad processes("/", getpid());
  ASSAY_TRY(const auto first, processes.look(monotonic_ns()));
  (void)first;  // Only the second look has something to compare with.
  sampler_->start();
  std::this_thread::sleep_for(kLook);
  const record::Observation seen = sampler_->stop();
  sensor::QuietReadings readings;
  ASSAY_TRY(readings.foreign, processes.look(monotonic_ns()));
  readings.accelerator_percent = last_values(seen, "utilisation");
  std::erase_if(readings.accelerator_percent, [](const auto& entry) {
    return entry.first.starts_with("load.") || entry.first.starts_with("foreign-load.");
  });
  sensor::QuietLimits limits;
  limits.cpu_percent.reset();
  limits.program_percent.reset();
  limits.foreign_percent = context_.experiment.conditions.quiet_load_percent * sensor::usable_cpus();
  std::vector<std::string> disturbances = sensor::judge_quiet(readings, limits).disturbances;
  const double band = context_.experiment.conditions.cool_band_k;
  for (const auto& [zone, celsius] : last_values(seen, "temperature"))
    if (const auto start = first_celsius_.find(zone);
        start != first_celsius_.end() && celsius > start->second + band)
      disturbances.push_back(zone + " is " + kelvin(celsius - start->second) +
                             " above its temperature at the start (limit " + kelvin(band) + ")");
  return disturbances;
}

Result<Observing::Quiet> Observing::wait_for_quiet(const std::string& what) {
  Quiet quiet;
  const std::int64_t begin = monotonic_ns(), limit = context_.experiment.conditions.quiet_wait.count();
  if (limit == 0) {
    quiet.disturbances = {"unknown, since conditions.quiet_wait is 0 s: nobody looked"};
    return quiet;
  }
  for (;;) {
    ASSAY_TRY(quiet.disturbances, look());
    quiet.waited_ns = monotonic_ns() - begin;
    if (quiet.disturbances.empty() || quiet.waited_ns >= limit) return quiet;
    if (interrupted()) return fail(Code::kInterrupted, "stopped by the user");
    context_.observer.progress(
        context_.position + "waiting before " + what + ": " + quiet.disturbances.front(),
        quiet.waited_ns / 1'000'000'000, limit / 1'000'000'000);
  }
}

}  // namespace assay::campaign

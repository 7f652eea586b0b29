#include "metric/power.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "metric/latency.h"
#include "metric/statistics.h"
#include "timeline/combine.h"
#include "timeline/integrate.h"

namespace assay::metric {
namespace {

using record::Boundary;
using record::Channel;
using record::Figure;
using record::Observation;
using record::PowerSource;
using record::PowerWindow;
using record::Row;
using record::RowEvidence;
using record::Series;
using record::TimedRun;
using timeline::Uncertain;

/// Best first: a meter at the DC input is what the figures are about; of the rest the outermost. A package
/// comes before rails, since where both are told (x86) the rails are trifles beside it.
constexpr std::array kRanking{Boundary::kDcInput, Boundary::kAcInput, Boundary::kBoard,
                              Boundary::kPackage, Boundary::kRail,    Boundary::kChip};

bool tells_power(const Channel& channel) {
  return channel.boundary != Boundary::kNone && (channel.quantity == "power" || channel.quantity == "energy");
}

const record::Source* source_of(const Observation& observation, const Channel& channel) {
  for (const record::Source& source : observation.sources)
    if (source.id == channel.source) return &source;
  return nullptr;
}

Result<timeline::WindowPower> power_in(const Observation& observation, const Series& series,
                                       const timeline::Window& window) {
  const record::Source* source = source_of(observation, series.channel);
  return timeline::integrate(series, window, source ? source->clock.error_ns : 0);
}

/// What is followed through all repeats: one channel, or the sum of several.
struct Candidate {
  std::string id;
  Boundary boundary = Boundary::kNone;
  std::vector<std::string> channels;
};

const Series* find(const Observation& observation, const std::string& channel) {
  for (const Series& series : observation.series)
    if (series.channel.id == channel) return &series;
  return nullptr;
}

std::vector<const Channel*> power_channels(const Observation& observation) {
  std::vector<const Channel*> channels;
  for (const Series& series : observation.series)
    if (tells_power(series.channel)) channels.push_back(&series.channel);
  return channels;
}

/// Supplies side by side, as one driver tells them: rails of a board without an input rail (AGX Orin),
/// packages of a server. Nothing else is added up: two quantities, or two drivers, may tell of the same
/// current.
bool side_by_side(const Channel& a, const Channel& b) {
  const auto driver = [](const Channel& channel) {
    return channel.source.substr(0, channel.source.find('-'));
  };
  return (a.boundary == Boundary::kRail || a.boundary == Boundary::kPackage) && a.boundary == b.boundary &&
         a.quantity == b.quantity && driver(a) == driver(b);
}

/// Every channel, and before those that are side by side the sum of them that none of the others contains.
std::vector<Candidate> candidates(const Observation& observation) {
  const auto channels = power_channels(observation);
  std::vector<Candidate> all;
  for (const Boundary boundary : kRanking) {
    std::set<const Channel*> summed;
    for (const Channel* first : channels) {
      if (first->boundary != boundary || summed.contains(first)) continue;
      Candidate total{"", boundary, {}};
      for (const Channel* channel : channels) {
        if (!side_by_side(*first, *channel)) continue;
        summed.insert(channel);
        const bool inner = std::ranges::any_of(channels, [&](const Channel* other) {
          return other != channel && side_by_side(*other, *channel) &&
                 timeline::contains(*other, *channel, channels);
        });
        if (inner) continue;
        total.id += (total.id.empty() ? "" : " + ") + channel->id;
        total.channels.push_back(channel->id);
      }
      if (total.channels.size() > 1) all.push_back(total);
    }
    for (const Channel* channel : channels)
      if (channel->boundary == boundary) all.push_back({channel->id, boundary, {channel->id}});
  }
  return all;
}

struct Measured {
  PowerWindow facts;
  std::optional<Uncertain> mean_w, peak_w;
};

/// A single reading of a power channel: nothing but its accuracy is known of it.
Uncertain single_reading(const Channel& channel, double value) {
  Uncertain reading{value};
  if (!channel.accuracy) return reading;
  reading.u_gain = channel.accuracy->of_reading * std::abs(value) / std::sqrt(3.0);
  reading.u_range = channel.accuracy->of_range * channel.accuracy->range / std::sqrt(3.0);
  return reading;
}

/// The power of a candidate over one window. Of a sum: facts are those of its worst part.
Measured measure(const Candidate& candidate, const Observation& observation, const timeline::Window& window) {
  Measured out;
  PowerWindow& facts = out.facts;
  facts.accuracy_known = true;
  facts.coverage = 1;
  facts.samples = std::numeric_limits<std::int64_t>::max();
  facts.window_ms = static_cast<double>(window.length().count()) / 1e6;
  const auto refuse = [&](const std::string& problem) {
    out = {};
    out.facts.problem = problem;
    return out;
  };
  const auto channels = power_channels(observation);
  std::vector<timeline::RailPower> parts;
  for (const std::string& id : candidate.channels) {
    const Series* series = find(observation, id);
    if (!series) return refuse(id + " was not observed");
    const auto power = power_in(observation, *series, window);
    if (!power) return refuse(power.error().message);
    parts.push_back({&series->channel, timeline::mean_power(*power)});
    facts.coverage = std::min(facts.coverage, power->coverage);
    facts.samples = std::min(facts.samples, power->samples);
    facts.breaks += power->breaks;
    facts.repeated += power->repeated;
    // A gap counts in intervals of its own channel.
    const double gap_ms = static_cast<double>(power->longest_gap.count()) / 1e6;
    const double interval_ms = static_cast<double>(power->interval.count()) / 1e6;
    if (facts.interval_ms <= 0 || gap_ms / interval_ms > facts.longest_gap_ms / facts.interval_ms) {
      facts.longest_gap_ms = gap_ms;
      facts.interval_ms = interval_ms;
    }
    facts.accuracy_known = facts.accuracy_known && power->u.accuracy_known;
    // Peaks of several channels need not coincide: their sum would be no reading.
    if (candidate.channels.size() == 1 && power->peak) {
      facts.peak_w = power->peak->value;
      out.peak_w = single_reading(series->channel, *facts.peak_w);
    }
  }
  if (parts.size() == 1) {
    out.mean_w = parts[0].power_w;
  } else {
    const auto total = timeline::sum_of_rails(parts, channels);
    if (!total) return refuse(total.error().message);
    out.mean_w = *total;
  }
  facts.mean_w = out.mean_w->value;
  facts.window_energy_j = facts.mean_w * facts.window_ms * 1e-3;
  facts.u_gain_w = out.mean_w->u_gain;
  facts.u_range_w = out.mean_w->u_range;
  facts.u_other_w = out.mean_w->u_independent;
  return out;
}

/// Sets a figure from its value in each repeat. What scatters between repeats, the load or the measurement,
/// is in the Student-t interval; a meter's errors and a wrong clock may be the same in all of them, so they
/// are not divided by their number. A single repeat shows no scatter: its whole U counts.
void set(Figure& figure, std::span<const Uncertain> repeats) {
  if (repeats.empty()) return;
  std::vector<double> values;
  double lasting = 0, meter = 0;
  for (const Uncertain& one : repeats) {
    values.push_back(one.value);
    lasting += one.u_lasting();
    meter += std::abs(one.u_gain) + one.u_range;
  }
  const auto n = static_cast<double>(repeats.size());
  const double value = mean(values);
  const auto t = t_interval(values);
  const double scatter = t ? (t->hi - t->lo) / 2 : 2 * repeats[0].u_scatter;
  const double half = std::hypot(scatter, 2 * lasting / n, 2 * meter / n);
  if (!std::isfinite(value) || !std::isfinite(half)) {
    figure = Figure::unmeasured(figure.unit, "not a finite number");
    return;
  }
  figure = Figure::of(value, figure.unit, value - half, value + half);
}

/// A rate of the row is the inverse of a mean, as its throughput is, so that the row's figures agree: FPS/W
/// times W is FPS however much the repeats differ. The interval is that of the repeats' rates.
void set_rate(Figure& figure, double numerator, const Figure& energy, std::span<const Uncertain> repeats,
              const char* otherwise) {
  if (repeats.empty() || !energy.value || *energy.value <= 0) {
    figure = Figure::unmeasured(figure.unit, otherwise);
    return;
  }
  set(figure, repeats);
  if (!figure.value) return;
  figure.value = numerator / *energy.value;
  figure.lo = std::min(*figure.lo, *figure.value);
  figure.hi = std::max(*figure.hi, *figure.value);
}

void refuse(std::initializer_list<Figure*> figures, const std::string& reason) {
  for (Figure* figure : figures) *figure = Figure::unmeasured(figure->unit, reason);
}

/// Idle power: the mean of before and after, each other's drift as a rectangular uncertainty.
std::optional<Uncertain> idle_power(const Candidate& candidate, const RowEvidence& evidence,
                                    PowerSource& source) {
  std::vector<Uncertain> found;
  for (std::size_t i = 0; i < evidence.idle.size(); ++i) {
    const record::IdleRun& idle = evidence.idle[i];
    if (!idle.skipped.empty()) continue;
    const Measured measured = measure(candidate, idle.observation, {idle.begin_ns, idle.end_ns});
    source.idle.push_back(measured.facts);
    if (!measured.mean_w) continue;
    (i == 0 ? source.idle_before_w : source.idle_after_w) = measured.mean_w->value;
    found.push_back(*measured.mean_w);
  }
  if (found.empty()) return std::nullopt;
  Uncertain idle = found[0];
  if (found.size() > 1) {
    const double drift = std::abs(found[0].value - found[1].value);
    idle = timeline::scaled(timeline::sum(found[0], found[1]), 0.5);
    idle.u_independent = std::hypot(idle.u_independent, drift / 2 / std::sqrt(3.0));
  }
  return idle;
}

void temperature_figure(std::span<const ProcessLatencies> processes, Figure& figure) {
  std::optional<double> hottest;
  for (const ProcessLatencies& process : processes)
    for (const Series& series : process.run->observation.series) {
      if (series.channel.quantity != "temperature") continue;
      for (const record::Reading& reading : series.readings)
        if (reading.end_ns >= process.run->window_begin_ns && reading.begin_ns <= process.run->window_end_ns)
          hottest = std::max(hottest.value_or(reading.value), reading.value);
    }
  figure = hottest ? Figure::of(*hottest, figure.unit)
                   : Figure::unmeasured(figure.unit, "no temperature was read in a timed window");
}

std::string description_of(const Candidate& candidate, const Observation& observation) {
  std::set<std::string> words;
  for (const std::string& id : candidate.channels)
    if (const Series* series = find(observation, id))
      if (const record::Source* source = source_of(observation, series->channel))
        words.insert(source->description.empty() ? source->id : source->description);
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

bool simulated(const Candidate& candidate, const Observation& observation) {
  return std::ranges::any_of(candidate.channels, [&](const std::string& id) {
    const Series* series = find(observation, id);
    const record::Source* source = series ? source_of(observation, series->channel) : nullptr;
    return source && source->simulated;
  });
}

/// The power of each repeat and what follows from it.
void derive(const Candidate& candidate, const RowEvidence& evidence,
            std::span<const ProcessLatencies> processes, PowerSource& source, Row* row) {
  std::vector<Uncertain> power, loaded, energy, window_energy, efficiency, net, net_energy, net_efficiency,
      density, edp;
  std::optional<Uncertain> peak;
  std::string problem;
  const auto idle = idle_power(candidate, evidence, source);
  for (const ProcessLatencies& process : processes) {
    const TimedRun& run = *process.run;
    Measured measured = measure(candidate, run.observation, {run.window_begin_ns, run.window_end_ns});
    measured.facts.repeat = run.repeat;
    if (run.loaded_idle_end_ns > run.loaded_idle_begin_ns) {
      Measured waiting =
          measure(candidate, run.observation, {run.loaded_idle_begin_ns, run.loaded_idle_end_ns});
      waiting.facts.repeat = run.repeat;
      source.loaded_idle.push_back(waiting.facts);
      if (waiting.mean_w) {
        measured.facts.loaded_idle_w = waiting.mean_w->value;
        loaded.push_back(*waiting.mean_w);
      }
    }
    source.windows.push_back(measured.facts);
    if (!measured.mean_w) {
      problem = measured.facts.problem;
      continue;
    }
    const Uncertain& watts = *measured.mean_w;
    const Uncertain ms{process.mean_ms};
    const Uncertain rate{1000.0 * evidence.key.batch / process.mean_ms};
    power.push_back(watts);
    if (measured.peak_w && (!peak || measured.peak_w->value > peak->value)) peak = measured.peak_w;
    energy.push_back(timeline::energy_per_inference(watts, ms));                       // W ms = mJ
    edp.push_back(timeline::scaled(timeline::energy_delay_product(watts, ms), 1e-3));  // W ms ms = 1e-3 mJ s
    window_energy.push_back(
        timeline::scaled(watts, measured.facts.window_ms / static_cast<double>(process.count())));
    if (watts.value > 0) {
      efficiency.push_back(timeline::efficiency(rate, watts));
      density.push_back(
          timeline::gops_per_watt({evidence.operations.value_or(0) / process.mean_ms / 1e6}, watts));
    }
    if (!idle) continue;
    net.push_back(timeline::net_power(watts, *idle));
    net.back().u_scatter = watts.u_scatter;  // One idle power for all repeats: they do not show its scatter.
    net_energy.push_back(timeline::energy_per_inference(net.back(), ms));
    if (net.back().value > 0) net_efficiency.push_back(timeline::efficiency(rate, net.back()));
  }
  source.mean.unit = "W";
  if (power.empty())
    source.mean = Figure::unmeasured("W", problem);
  else
    set(source.mean, power);
  if (!row) return;

  auto& f = row->figures;
  if (power.empty())
    return refuse({&f.power, &f.energy_per_inference, &f.efficiency, &f.power_idle, &f.power_loaded_idle,
                   &f.power_net, &f.power_peak, &f.window_energy_per_inference, &f.net_efficiency,
                   &f.gops_per_watt, &f.energy_delay_product},
                  problem);
  set(f.power, power);
  set(f.energy_per_inference, energy);
  set(f.window_energy_per_inference, window_energy);
  set(f.energy_delay_product, edp);
  peak ? set(f.power_peak, std::span(&*peak, 1))
       : refuse({&f.power_peak}, "a sum of channels has no peak reading");
  const double inferences = 1000.0 * evidence.key.batch;  // Of mJ: inferences a joule are FPS/W.
  const double operations = evidence.operations.value_or(0);
  set_rate(f.efficiency, inferences, f.energy_per_inference, efficiency, "the power is not over 0");
  if (operations > 0)
    set_rate(f.gops_per_watt, operations * 1e-6, f.energy_per_inference, density, "the power is not over 0");
  else
    refuse({&f.gops_per_watt}, "GOPS are unknown");
  if (!loaded.empty())
    set(f.power_loaded_idle, loaded);
  else
    refuse({&f.power_loaded_idle}, source.loaded_idle.empty() ? "the spec asks for no loaded idle time"
                                                              : source.loaded_idle.back().problem);
  if (!idle) return refuse({&f.power_idle, &f.power_net, &f.net_efficiency}, "no idle power was measured");
  set(f.power_idle, std::span(&*idle, 1));
  set(f.power_net, net);
  Figure net_per_inference = Figure::unmeasured("mJ", "no net power");
  set(net_per_inference, net_energy);
  set_rate(f.net_efficiency, inferences, net_per_inference, net_efficiency, "the net power is not over 0");
}

}  // namespace

int power_rank(Boundary boundary) {
  return static_cast<int>(std::ranges::find(kRanking, boundary) - kRanking.begin());
}

const PowerSource* primary_source(const Row& row) {
  const auto found = std::ranges::find_if(row.power_sources, &PowerSource::primary);
  return found == row.power_sources.end() ? nullptr : &*found;
}

void power_figures(const RowEvidence& evidence, Row& row) {
  auto& f = row.figures;
  const auto none = {&f.power,         &f.energy_per_inference,        &f.efficiency,
                     &f.power_idle,    &f.power_loaded_idle,           &f.power_net,
                     &f.power_peak,    &f.window_energy_per_inference, &f.net_efficiency,
                     &f.gops_per_watt, &f.energy_delay_product};
  const auto processes = completed_processes(evidence.timed);
  temperature_figure(processes, f.temperature);
  if (processes.empty()) return refuse(none, "no timed run completed");
  const Observation& first = processes[0].run->observation;
  const auto all = candidates(first);
  if (all.empty()) {
    std::string reason = "no power source";
    for (const std::string& refused : first.refused) reason += "; " + refused;
    return refuse(none, reason);
  }
  for (const Candidate& candidate : all) {
    PowerSource& source = row.power_sources.emplace_back();
    source.channel = candidate.id;
    source.channels = candidate.channels;
    source.description = description_of(candidate, first);
    source.boundary = to_string(candidate.boundary);
    source.simulated = simulated(candidate, first);
    source.primary = row.power_sources.size() == 1;
    for (const std::string& id : candidate.channels) {
      const std::vector<std::string>& inner = find(first, id)->channel.contains;
      source.contains.insert(source.contains.end(), inner.begin(), inner.end());
    }
    derive(candidate, evidence, processes, source, source.primary ? &row : nullptr);
  }
}

}  // namespace assay::metric

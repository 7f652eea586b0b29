#include "timeline/combine.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "timeline/piece.h"
#include "timeline/window.h"

namespace assay::timeline {
namespace {

using record::Accuracy;
using record::Channel;
using record::Reading;
using record::Series;

bool in_order(const std::vector<Reading>& readings) {
  return std::all_of(readings.begin(), readings.end(),
                     [](const Reading& r) { return is_sane(r.begin_ns) && is_sane(r.end_ns); }) &&
         std::is_sorted(readings.begin(), readings.end(),
                        [](const Reading& a, const Reading& b) { return moment_ns(a) < moment_ns(b); });
}

/// Half width of a quantity's accuracy, relative to its mean reading.
std::optional<double> relative_accuracy(const Series& series) {
  if (!series.channel.accuracy) return std::nullopt;
  double sum = 0;
  for (const Reading& reading : series.readings) sum += reading.value;
  const double mean = std::abs(sum) / static_cast<double>(series.readings.size());
  if (mean <= 0) return std::nullopt;
  const Accuracy& stated = *series.channel.accuracy;
  return stated.of_reading + stated.of_range * stated.range / mean;
}

}  // namespace

bool contains(const Channel& outer, const Channel& inner, std::span<const Channel* const> all) {
  std::set<std::string> seen{outer.id};
  std::vector<std::string> open = outer.contains;
  while (!open.empty()) {
    const std::string id = std::move(open.back());
    open.pop_back();
    if (id == inner.id) return true;
    if (!seen.insert(id).second) continue;
    for (const Channel* channel : all)
      if (channel->id == id) open.insert(open.end(), channel->contains.begin(), channel->contains.end());
  }
  return false;
}

Result<Uncertain> sum_of_rails(std::span<const RailPower> rails, std::span<const Channel* const> all) {
  if (rails.empty()) return fail(Code::kInvalidInput, "no rails to sum");
  std::map<std::string, Uncertain> by_source;
  for (std::size_t i = 0; i < rails.size(); ++i) {
    const Channel& rail = *rails[i].channel;
    if (rail.boundary == record::Boundary::kNone)
      return fail(Code::kInvalidInput, "channel " + rail.id + " is no power, and cannot be summed as a rail");
    for (std::size_t k = 0; k < rails.size(); ++k) {
      if (k == i) continue;
      if (rails[k].channel->id == rail.id)
        return fail(Code::kInvalidInput, "rail " + rail.id + " would be summed twice; name it once");
      if (contains(rail, *rails[k].channel, all))
        return fail(Code::kInvalidInput, "rail " + rail.id + " contains " + rails[k].channel->id +
                                             ", which would count twice; sum only one of them");
    }
    const auto [entry, is_new] = by_source.try_emplace(rail.source, rails[i].power_w);
    if (!is_new) entry->second = sum(entry->second, rails[i].power_w);
  }
  if (by_source.size() == 1) return by_source.begin()->second;
  Uncertain total;
  for (const auto& [source, power] : by_source) total = sum(total, of_another_meter(power));
  return total;
}

Result<Series> power_of(const Series& voltage, const Series& current, const std::string& id) {
  const Channel &u = voltage.channel, &i = current.channel;
  if (u.unit != "V" || i.unit != "A")
    return fail(Code::kInvalidInput, "power needs a voltage in V and a current in A; " + u.id + " is in '" +
                                         u.unit + "', " + i.id + " in '" + i.unit + "'");
  if (u.kind != i.kind || u.kind == record::ReadingKind::kCounter)
    return fail(Code::kInvalidInput, "power needs two channels of one kind, instant or mean; " + u.id +
                                         " is " + std::string(to_string(u.kind)) + ", " + i.id + " is " +
                                         std::string(to_string(i.kind)));
  if (!in_order(voltage.readings) || !in_order(current.readings))
    return fail(Code::kInvalidInput,
                "the readings of " + u.id + " and " + i.id + " have to be in order of time; sort the log");

  Series power;
  power.channel = u;
  power.channel.id = id;
  power.channel.quantity = "power";
  power.channel.unit = "W";
  power.channel.update_ns = std::max(u.update_ns, i.update_ns);
  power.channel.limit.reset();
  power.channel.accuracy.reset();
  for (const auto& [name, value] : i.facts) power.channel.facts.emplace("current " + name, value);
  power.channel.facts["power"] = u.kind == record::ReadingKind::kMean
                                     ? "product of mean voltage and mean current"
                                     : "product of voltage and current, read one after the other";
  power.gaps = voltage.gaps;
  power.gaps.insert(power.gaps.end(), current.gaps.begin(), current.gaps.end());
  std::sort(power.gaps.begin(), power.gaps.end(),
            [](const auto& a, const auto& b) { return a.begin_ns < b.begin_ns; });
  power.rejected = voltage.rejected;
  for (const auto& [reason, count] : current.rejected) power.rejected[reason] += count;

  const auto apart =
      std::max(expected_interval_ns(u, voltage.readings), expected_interval_ns(i, current.readings)) / 2;
  auto a = voltage.readings.begin(), b = current.readings.begin();
  std::int64_t unpaired = 0;
  const auto distance = [](const Reading& x, const Reading& y) {
    return std::abs(moment_ns(x) - moment_ns(y));
  };
  while (a != voltage.readings.end() && b != current.readings.end()) {
    // The later of the two may have a nearer partner still to come.
    const bool a_is_first = moment_ns(*a) <= moment_ns(*b);
    const auto next_a = std::next(a), next_b = std::next(b);
    const bool nearer_follows =
        a_is_first ? next_a != voltage.readings.end() && distance(*next_a, *b) < distance(*a, *b)
                   : next_b != current.readings.end() && distance(*a, *next_b) < distance(*a, *b);
    if (nearer_follows || distance(*a, *b) > apart) {
      ++unpaired;
      a_is_first ? ++a : ++b;
      continue;
    }
    power.readings.push_back(
        {std::min(a->begin_ns, b->begin_ns), std::max(a->end_ns, b->end_ns), a->value * b->value});
    ++a;
    ++b;
  }
  unpaired += (voltage.readings.end() - a) + (current.readings.end() - b);
  if (unpaired > 0) power.rejected["voltage or current without the other"] += unpaired;
  if (power.readings.empty())
    return fail(Code::kNotFound, "no reading of " + u.id + " (" + std::to_string(voltage.readings.size()) +
                                     ") lies within half an interval of one of " + i.id + " (" +
                                     std::to_string(current.readings.size()) + ")");
  const auto of_voltage = relative_accuracy(voltage), of_current = relative_accuracy(current);
  if (of_voltage && of_current)
    power.channel.accuracy =
        Accuracy{std::hypot(*of_voltage, *of_current), 0, 0, u.accuracy->source + "; " + i.accuracy->source};
  return power;
}

Reconciliation reconcile(const Uncertain& board_w, const Uncertain& rails_w, bool one_meter) {
  assert(board_w.value != 0);
  const Uncertain excess = one_meter ? difference(rails_w, board_w)
                                     : difference(of_another_meter(rails_w), of_another_meter(board_w));
  return {excess, rails_w.value / board_w.value, excess.value <= excess.expanded()};
}

}  // namespace assay::timeline

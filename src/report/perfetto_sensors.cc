#include "report/perfetto_sensors.h"

#include <vector>

#include "report/number_text.h"
#include "report/power_text.h"

namespace assay::report {

using Track = TraceWriter::Track;

Track SensorTracks::process() {
  if (!process_) process_ = out_.process("sensors and meters");
  return *process_;
}

void SensorTracks::slice(Track track, std::int64_t begin_ns, std::int64_t end_ns, const std::string& name,
                         std::span<const TraceArg> args) {
  if (end_ns <= begin_ns) return;
  out_.begin(track, begin_ns, kPhase, name, args);
  out_.end(track, end_ns);
  span_.include(begin_ns, end_ns);
}

void SensorTracks::add(const record::Observation& seen, const std::string& beside, std::int64_t shift_ns) {
  if (seen.series.empty()) return;
  if (!observed_) observed_ = out_.thread(process(), "observed");
  std::map<std::string, bool> simulated;
  std::vector<TraceArg> args;
  std::vector<std::string> names;
  names.reserve(seen.sources.size());  // Arguments refer to them.
  for (const record::Source& source : seen.sources) {
    simulated[source.id] = source.simulated;
    const std::string& name = names.emplace_back("source " + source.id);
    args.push_back({name, source.description + (source.simulated ? "; simulated" : "") + "; clock: " +
                              source.clock.method + ", within " + std::to_string(source.clock.error_ns) +
                              " ns" + (source.failure.empty() ? "" : "; FAILED: " + source.failure)});
  }
  if (!seen.refused.empty()) args.push_back({"refused", joined(seen.refused, "; ")});
  slice(*observed_, seen.begin_ns + shift_ns, seen.end_ns + shift_ns, "observed beside " + beside, args);
  for (const record::Series& series : seen.series) add(series, simulated[series.channel.source], shift_ns);
}

void SensorTracks::add(const record::Series& series, bool simulated, std::int64_t shift_ns) {
  const record::Channel& channel = series.channel;
  std::vector<std::string> words;
  if (channel.boundary != record::Boundary::kNone)
    words.push_back(boundary_words(to_string(channel.boundary)));
  if (channel.kind == record::ReadingKind::kMean) words.emplace_back("mean since the reading before");
  if (channel.kind == record::ReadingKind::kCounter) words.emplace_back("running total");
  if (simulated) words.emplace_back("simulated");
  const std::string name = channel.id + (words.empty() ? "" : " (" + joined(words, ", ") + ")");
  if (!series.readings.empty()) {
    const auto [entry, fresh] = counters_.try_emplace({name, channel.unit});
    if (fresh) entry->second = out_.counter(process(), name, channel.unit);
    for (const record::Reading& reading : series.readings) {
      // Acquired somewhere between these two.
      const std::int64_t at_ns = reading.begin_ns + (reading.end_ns - reading.begin_ns) / 2 + shift_ns;
      out_.value(entry->second, at_ns, reading.value);
      span_.include(at_ns, at_ns);
    }
    readings_ += static_cast<std::int64_t>(series.readings.size());
  }
  for (const record::Gap& gap : series.gaps) {
    const auto [entry, fresh] = gaps_.try_emplace(name);
    if (fresh) entry->second = out_.thread(process(), "gaps of " + name);
    const TraceArg reason{"reason", gap.reason};
    slice(entry->second, gap.begin_ns + shift_ns, gap.end_ns + shift_ns, "no reading", {&reason, 1});
  }
}

}  // namespace assay::report

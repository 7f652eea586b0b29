#include "store/observation.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/file.h"
#include "store/json_fields.h"

namespace assay::store {

// Outside the unnamed namespace: the visitors find these by their arguments' namespaces.

template <typename V>
void fields(V& v, Is<record::Accuracy> auto& x) {
  v("of_reading", x.of_reading), v("of_range", x.of_range), v("range", x.range), v("source", x.source);
}

template <typename V>
void fields(V& v, Is<record::Gap> auto& x) {
  v("begin_ns", x.begin_ns), v("end_ns", x.end_ns), v("reason", x.reason);
}

template <typename V>
void fields(V& v, Is<record::ClockMap> auto& x) {
  v("origin_ns", x.origin_ns), v("offset_ns", x.offset_ns), v("drift", x.drift), v("error_ns", x.error_ns);
  v("method", x.method);
}

template <typename V>
void fields(V& v, Is<record::Source> auto& x) {
  v("id", x.id), v("description", x.description), v("simulated", x.simulated), v("clock", x.clock);
  v("facts", x.facts), v("reads", x.reads), v("failed_reads", x.failed_reads);
  v("read_ns_total", x.read_ns_total), v("read_ns_longest", x.read_ns_longest), v("failure", x.failure);
}

namespace {

namespace fs = std::filesystem;
using record::Boundary;
using record::ReadingKind;
using record::Series;

constexpr std::array kKinds{ReadingKind::kInstant, ReadingKind::kMean, ReadingKind::kCounter};
constexpr std::array kBoundaries{Boundary::kNone, Boundary::kDcInput, Boundary::kAcInput, Boundary::kBoard,
                                 Boundary::kRail, Boundary::kPackage, Boundary::kChip};

/// A series without its readings, its enumerations as words.
struct StoredSeries {
  Series series;
  std::string kind, boundary;
};
template <typename V>
void fields(V& v, Is<StoredSeries> auto& x) {
  auto& c = x.series.channel;
  v("id", c.id), v("source", c.source), v("quantity", c.quantity), v("unit", c.unit), v("kind", x.kind);
  v("boundary", x.boundary), v("update_ns", c.update_ns), v("wraps_at", c.wraps_at), v("limit", c.limit);
  v("accuracy", c.accuracy), v("contains", c.contains), v("facts", c.facts), v("gaps", x.series.gaps);
  v("rejected", x.series.rejected);
}

struct StoredObservation {
  record::Observation observation;  ///< Without its series.
  std::vector<StoredSeries> series;
};
template <typename V>
void fields(V& v, Is<StoredObservation> auto& x) {
  auto& o = x.observation;
  v("begin_ns", o.begin_ns), v("end_ns", o.end_ns), v("cpu_ns", o.cpu_ns), v("late_ticks", o.late_ticks);
  v("refused", o.refused), v("sources", o.sources), v("series", x.series);
}

template <typename Enum, std::size_t N>
Result<Enum> word_of(const std::array<Enum, N>& all, const std::string& word) {
  for (const Enum value : all)
    if (to_string(value) == word) return value;
  return fail(Code::kCorrupt, "'" + word + "' is no kind or boundary of a channel");
}

constexpr std::string_view kReadingHeader = "channel,begin_ns,end_ns,value\n";

}  // namespace

std::string readings_to_csv(const std::vector<Series>& series) {
  std::string out(kReadingHeader);
  const auto append = [&](auto value, char end) {
    char buffer[40];
    out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
    out += end;
  };
  for (std::size_t i = 0; i < series.size(); ++i)
    for (const record::Reading& reading : series[i].readings) {
      append(i, ',');
      append(reading.begin_ns, ',');
      append(reading.end_ns, ',');
      append(reading.value, '\n');  // The shortest text that reads back equal.
    }
  return out;
}

Result<void> readings_from_csv(std::string_view text, std::vector<Series>& series) {
  if (!text.starts_with(kReadingHeader))
    return fail(Code::kCorrupt, "line 1: expected the header channel,begin_ns,end_ns,value");
  const char* at = text.data() + kReadingHeader.size();
  const char* const stop = text.data() + text.size();
  for (std::int64_t line = 2; at != stop; ++line) {
    const auto take = [&](auto& value, char end) {
      const auto [next, error] = std::from_chars(at, stop, value);
      if (error != std::errc() || next == stop || *next != end) return false;
      at = next + 1;
      return true;
    };
    std::size_t channel = 0;
    record::Reading reading;
    if (!take(channel, ',') || !take(reading.begin_ns, ',') || !take(reading.end_ns, ',') ||
        !take(reading.value, '\n') || !std::isfinite(reading.value) || channel >= series.size())
      return fail(Code::kCorrupt, "line " + std::to_string(line) +
                                      ": expected a channel of observation.json, two times and a number (is "
                                      "the file cut short?)");
    series[channel].readings.push_back(reading);
  }
  return {};
}

Result<void> save_observation(const fs::path& folder, const record::Observation& observation) {
  StoredObservation stored{{observation.sources,
                            {},
                            observation.begin_ns,
                            observation.end_ns,
                            observation.cpu_ns,
                            observation.late_ticks,
                            observation.refused},
                           {}};
  for (const Series& series : observation.series)
    stored.series.push_back({{series.channel, {}, series.gaps, series.rejected},
                             std::string(to_string(series.channel.kind)),
                             std::string(to_string(series.channel.boundary))});
  auto text = write_json(stored);
  if (!text) return fail(text.error().with_context((folder / "observation.json").string()));
  ASSAY_OK(write_file(folder / "readings.csv", readings_to_csv(observation.series)));
  return write_file(folder / "observation.json", *text);
}

Result<record::Observation> load_observation(const fs::path& folder) {
  const fs::path file = folder / "observation.json";
  auto text = read_file(file);
  if (!text && text.error().code == Code::kNotFound) return record::Observation{};
  if (!text) return fail(text.error());
  auto stored = read_json<StoredObservation>(*text);
  if (!stored) return fail(stored.error().with_context(file.string()));
  record::Observation observation = std::move(stored->observation);
  for (StoredSeries& item : stored->series) {
    const auto kind = word_of(kKinds, item.kind);
    const auto boundary = word_of(kBoundaries, item.boundary);
    if (!kind || !boundary)
      return fail((!kind ? kind.error() : boundary.error()).with_context(file.string()));
    item.series.channel.kind = *kind;
    item.series.channel.boundary = *boundary;
    observation.series.push_back(std::move(item.series));
  }
  ASSAY_TRY(const std::string readings, read_file(folder / "readings.csv"));
  if (auto read = readings_from_csv(readings, observation.series); !read)
    return fail(read.error().with_context((folder / "readings.csv").string()));
  return observation;
}

}  // namespace assay::store

#include "metric/comparison_match.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>

#include "base/text.h"
#include "metric/power.h"

namespace assay::metric {
namespace {

using record::Results;
using record::Row;
using record::RowKey;

/// Settings of a protocol that may differ: Student's t knows of repeats; what was scored and what the model
/// is tell digests; calibration and rest are ways to one and the same figure.
constexpr std::string_view kFreeSettings[] = {"repeats", "calibration", "rest",
                                              "model",   "data",        "validation"};

class Differences {
 public:
  void compare(const std::string& what, const std::string& a, const std::string& b, bool refuses = false) {
    if (a != b) list_.push_back({what, a, b, refuses});
  }
  void compare(const std::string& prefix, const std::map<std::string, std::string>& a,
               const std::map<std::string, std::string>& b) {
    std::set<std::string> keys;
    for (const auto* side : {&a, &b})
      for (const auto& [key, value] : *side) keys.insert(key);
    for (const std::string& key : keys) compare(prefix + key, value_of(a, key), value_of(b, key));
  }
  void add(Difference difference) { list_.push_back(std::move(difference)); }
  std::vector<Difference> take() { return std::move(list_); }

  static std::string value_of(const std::map<std::string, std::string>& map, const std::string& key) {
    const auto found = map.find(key);
    return found == map.end() ? "" : found->second;
  }

 private:
  std::vector<Difference> list_;
};

std::vector<Difference> campaign_differences(const Results& a, const Results& b) {
  Differences out;
  const auto schema = [](const Results& r) {
    return std::to_string(r.schema_major) + "." + std::to_string(r.schema_minor);
  };
  // A minor version only adds figures.
  out.compare("schema of results.json", schema(a), schema(b), a.schema_major != b.schema_major);
  std::set<std::string> settings;
  for (const Results* side : {&a, &b})
    for (const auto& [key, value] : side->protocol) settings.insert(key);
  for (const std::string& key : settings)
    out.compare("protocol: " + key, Differences::value_of(a.protocol, key),
                Differences::value_of(b.protocol, key),
                std::ranges::find(kFreeSettings, key) == std::end(kFreeSettings));
  const auto complete = [](const Results& r) { return std::string(r.complete ? "yes" : "no"); };
  out.compare("all planned runs made", complete(a), complete(b));
  out.compare("assay", a.assay_version, b.assay_version);
  const record::Environment &in_a = a.environment, &in_b = b.environment;
  out.compare("host", in_a.hostname, in_b.hostname);
  out.compare("operating system", in_a.os, in_b.os);
  out.compare("kernel", in_a.kernel, in_b.kernel);
  out.compare("processor", in_a.cpu_model, in_b.cpu_model);
  out.compare("CPUs", std::to_string(in_a.cpus), std::to_string(in_b.cpus));
  out.compare("machine: ", in_a.facts, in_b.facts);
  return out.take();
}

std::vector<Difference> row_differences(const Results& results_a, const Results& results_b, const Row& a,
                                        const Row& b) {
  constexpr bool kRefuses = true;
  Differences out;
  const auto digest = [](const Row& row, const char* name) {
    return Differences::value_of(row.digests, name).substr(0, 12);
  };
  // Without its digest a model may be any.
  const std::string model_a = digest(a, "model"), model_b = digest(b, "model");
  if (model_a != model_b || model_a.empty()) out.add({"source model", model_a, model_b, kRefuses});
  const std::string data_a = digest(a, "dataset"), data_b = digest(b, "dataset");
  out.compare("data set", data_a, data_b, kRefuses);
  if (data_a.empty() && data_b.empty())
    for (const char* key : {"data", "validation"})
      out.compare(std::string("data set (by its name: ") + key + ")",
                  Differences::value_of(results_a.protocol, key),
                  Differences::value_of(results_b.protocol, key), kRefuses);
  out.compare("batch", std::to_string(a.key.batch), std::to_string(b.key.batch), kRefuses);
  out.compare("scenario", a.key.scenario, b.key.scenario, kRefuses);
  const auto real = [](bool simulated) { return std::string(simulated ? "simulated" : "measured"); };
  out.compare("what was run", real(a.simulated), real(b.simulated), kRefuses);
  if (const auto* power_a = primary_source(a), *power_b = primary_source(b); power_a && power_b) {
    out.compare("power boundary", power_a->boundary, power_b->boundary, kRefuses);
    out.compare("power", real(power_a->simulated), real(power_b->simulated), kRefuses);
    out.compare("power source", power_a->channel + ": " + power_a->description,
                power_b->channel + ": " + power_b->description);
  }
  out.compare("device", a.key.device, b.key.device);
  out.compare("backend", a.key.backend, b.key.backend);
  out.compare("accelerator", a.key.accelerator, b.key.accelerator);
  out.compare("precision", a.key.precision, b.key.precision);
  out.compare("executed precision", a.executed_precision, b.executed_precision);
  out.compare("kind of runtime", a.stack, b.stack);
  out.compare("calibration", a.calibration_relation, b.calibration_relation);
  for (const char* name : {"artifact", "calibration", "options", "plugin"})
    out.compare(std::string("digest of ") + name, digest(a, name), digest(b, name));
  out.compare("version of ", a.versions, b.versions);
  out.compare("target: ", a.target, b.target);
  return out.take();
}

/// The very same processes, whatever folder they lie in.
bool same_runs(const Results& results_a, const Results& results_b, const Row& a, const Row& b) {
  return !a.diagnostics.process_mean_ms.empty() && results_a.started_utc == results_b.started_utc &&
         a.digests == b.digests && a.diagnostics.process_mean_ms == b.diagnostics.process_mean_ms &&
         a.diagnostics.pooled_ms == b.diagnostics.pooled_ms;
}

bool alike(const RowKey& a, const RowKey& b) {
  return a.model == b.model && a.precision == b.precision && a.backend == b.backend &&
         a.accelerator == b.accelerator && a.batch == b.batch && a.scenario == b.scenario;
}

using Alike = bool (*)(const RowKey&, const RowKey&);
/// From the closest kin to the most distant.
constexpr std::array<Alike, 4> kKinship{
    [](const RowKey& a, const RowKey& b) { return alike(a, b) && a.device == b.device && a.id == b.id; },
    [](const RowKey& a, const RowKey& b) { return alike(a, b) && a.device == b.device; },
    [](const RowKey& a, const RowKey& b) { return alike(a, b) && a.id == b.id; }, alike};

/// Places of the rows that take part.
Result<std::vector<std::size_t>> chosen(const Results& results, const std::optional<std::string>& id,
                                        const std::string& side) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < results.rows.size(); ++i)
    if (!id || results.rows[i].key.id == *id) places.push_back(i);
  if (!id || !places.empty()) return places;
  std::vector<std::string_view> ids;
  for (const Row& row : results.rows) ids.push_back(row.key.id);
  return fail(Code::kInvalidInput, side + " has no row '" + *id + "': expected " +
                                       (ids.empty() ? "nothing, since it has no rows" : join_or(ids)));
}

std::string row_list(const Results& results, const std::vector<std::size_t>& rows) {
  std::string text;
  for (const std::size_t row : rows) text += (text.empty() ? "" : ", ") + results.rows[row].key.id;
  return text.empty() ? "none" : text;
}

}  // namespace

bool Matching::refused() const {
  const auto any = [](const std::vector<Difference>& list) {
    return std::ranges::any_of(list, &Difference::refuses);
  };
  return any(differences) ||
         std::ranges::any_of(pairs, [&](const RowPair& pair) { return any(pair.differences); });
}

bool Matching::same_runs() const { return !pairs.empty() && std::ranges::all_of(pairs, &RowPair::same_runs); }

Result<Matching> match_rows(const Results& a, const Results& b, const std::optional<std::string>& row_a,
                            const std::optional<std::string>& row_b, const std::string& side) {
  ASSAY_TRY(auto left, chosen(a, row_a, "A"));
  ASSAY_TRY(auto right, chosen(b, row_b, side));
  Matching out;
  const auto pair = [&](std::size_t in_a, std::size_t in_b) {
    const Row &one = a.rows[in_a], &other = b.rows[in_b];
    out.pairs.push_back({in_a, in_b, row_differences(a, b, one, other), metric::same_runs(a, b, one, other)});
    std::erase(left, in_a);
    std::erase(right, in_b);
  };
  if (row_a && row_b) {
    pair(left.front(), right.front());
  } else {
    for (const Alike kin : kKinship)
      for (const std::size_t in_a : std::vector(left)) {
        const auto likes = [&](std::size_t in_b) { return kin(a.rows[in_a].key, b.rows[in_b].key); };
        const auto like = std::ranges::find_if(right, likes);
        if (like == right.end() || std::any_of(like + 1, right.end(), likes)) continue;
        const auto rivals = [&](std::size_t other) { return kin(a.rows[other].key, b.rows[*like].key); };
        if (std::ranges::count_if(left, rivals) == 1) pair(in_a, *like);
      }
  }
  std::ranges::sort(out.pairs, {}, &RowPair::a);
  if (out.pairs.empty())
    return fail(Code::kInvalidInput,
                "no row of A has its like in " + side +
                    " (the same model, precision, backend, accelerator, batch and scenario): A has " +
                    row_list(a, left) + "; " + side + " has " + row_list(b, right) + ". Name a pair: A:ROW " +
                    side + ":ROW");
  // Where one row was asked for the others are not missing.
  if (!row_a && !row_b) out.only_a = left, out.only_b = right;
  out.differences = campaign_differences(a, b);
  return out;
}

}  // namespace assay::metric

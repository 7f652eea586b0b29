// Rules whose relation is a product: one number follows from others of its entry.
#include <algorithm>
#include <array>
#include <cmath>

#include "audit/rules.h"

namespace assay::audit {
namespace {

using Q = Quantity;
constexpr double kPerThousand = 1000;  // ms in a second, mJ in a joule.

/// inferences/s = batch / time. Where several requests are under way at once, it is a bound instead
/// (check_rate); where a table has stages of a pipeline, its rate is the pipeline's (check_stages).
std::optional<Comparison> rate(const Entry& entry) {
  if (in_flight(entry) != 1 || entry.find(Q::kPreprocess) || entry.find(Q::kPostprocess)) return std::nullopt;
  static const std::vector<Form> kBatched = {
      {kPerThousand, {{Q::kBatch, 1}, {Q::kInferenceTime, -1}}, "batch / inference time"},
      {kPerThousand, {{Q::kBatch, 1}, {Q::kLatency, -1}}, "batch / latency"}};
  static const std::vector<Form> kSingle = {{kPerThousand, {{Q::kInferenceTime, -1}}, "1 / inference time"},
                                            {kPerThousand, {{Q::kLatency, -1}}, "1 / latency"}};
  return compare(entry, Q::kRate, entry.find(Q::kBatch) ? kBatched : kSingle);
}

/// Whether the rate is that of the inference time: then what follows from one has to follow from the other,
/// which may be printed with more digits. Where they contradict each other, that is told once.
bool rate_is_of_time(const Entry& entry) {
  if (in_flight(entry) != 1 || entry.find(Q::kPreprocess) || entry.find(Q::kPostprocess)) return false;
  static const std::vector<Form> kBatched = {
      {kPerThousand, {{Q::kBatch, 1}, {Q::kInferenceTime, -1}}, "batch / inference time"}};
  static const std::vector<Form> kSingle = {{kPerThousand, {{Q::kInferenceTime, -1}}, "1 / inference time"}};
  const auto comparison = compare(entry, Q::kRate, entry.find(Q::kBatch) ? kBatched : kSingle);
  return comparison && comparison->outcome <= Outcome::kCut;
}

std::optional<Comparison> gops_by_rate(const Entry& entry, std::span<const Given> given) {
  static const std::vector<Form> kForms = {
      {1, {{Q::kRate, 1}, {Q::kOperations, 1}}, "inferences/s x operations per inference"}};
  return compare(entry, Q::kGops, kForms, given);
}

/// Absent as well where the time says nothing of the rate: stages, several at once, a batch that is not
/// stated.
std::optional<Comparison> gops_by_time(const Entry& entry, std::span<const Given> given) {
  static const std::vector<Form> kBatched = {{kPerThousand,
                                              {{Q::kOperations, 1}, {Q::kBatch, 1}, {Q::kInferenceTime, -1}},
                                              "operations per inference x batch / inference time"}};
  static const std::vector<Form> kSingle = {{kPerThousand,
                                             {{Q::kOperations, 1}, {Q::kInferenceTime, -1}},
                                             "operations per inference / inference time"}};
  const Cell* batch = entry.find(Q::kBatch);
  const bool alone =
      batch && in_flight(entry) == 1 && !entry.find(Q::kLatency) && !entry.find(Q::kPreprocess);
  if (entry.find(Q::kRate) ? !rate_is_of_time(entry) : !alone) return std::nullopt;
  return compare(entry, Q::kGops, batch ? kBatched : kSingle, given);
}

std::optional<Comparison> ratio(const Entry& entry) {
  static const std::vector<Form> kForms = {{100, {{Q::kGops, 1}, {Q::kPeak, -1}}, "GOPS / peak"}};
  return compare(entry, Q::kRatio, kForms);
}

/// Tables state it for one input or for a whole request, over the inference or over the whole way; it has to
/// be one of them. That of one input follows from the time and from the rate, if they are of one measurement.
std::optional<Comparison> energy(const Entry& entry) {
  using Forms = std::vector<Form>;
  static const Forms kByRate = {{kPerThousand, {{Q::kPower, 1}, {Q::kRate, -1}}, "power / (inferences/s)"}};
  static const Forms kRequest = {{1, {{Q::kPower, 1}, {Q::kInferenceTime, 1}}, "power x inference time"}};
  static const Forms kInput = {
      {1, {{Q::kPower, 1}, {Q::kInferenceTime, 1}, {Q::kBatch, -1}}, "power x inference time / batch"}};
  static const Forms kWholeRequest = {{1, {{Q::kPower, 1}, {Q::kLatency, 1}}, "power x latency"}};
  static const Forms kWholeInput = {
      {1, {{Q::kPower, 1}, {Q::kLatency, 1}, {Q::kBatch, -1}}, "power x latency / batch"}};
  const auto by = [&](const Forms& forms) { return compare(entry, Q::kEnergy, forms); };
  if (in_flight(entry) != 1) return by(kByRate);
  const bool batched = entry.find(Q::kBatch) != nullptr;
  auto by_time = by(batched ? kInput : kRequest);
  auto found = rate_is_of_time(entry) ? worse(std::move(by_time), by(kByRate))
                                      : better(std::move(by_time), by(kByRate));
  found = better(std::move(found), by(batched ? kWholeInput : kWholeRequest));
  return batched ? better(std::move(found), by(kRequest)) : found;
}

std::optional<Comparison> gops_per_watt(const Entry& entry) {
  static const std::vector<Form> kAchieved = {{1, {{Q::kGops, 1}, {Q::kPower, -1}}, "GOPS / power"}};
  static const std::vector<Form> kClaimed = {{1, {{Q::kPeak, 1}, {Q::kPower, -1}}, "peak / power"}};
  // Beside a measurement GOPS/W is of what was achieved, even where that is not printed.
  const bool measured = entry.find(Q::kGops) || entry.find(Q::kRate) || entry.find(Q::kInferenceTime);
  return compare(entry, Q::kGopsPerWatt, measured ? kAchieved : kClaimed);
}

std::optional<Comparison> rate_per_watt(const Entry& entry) {
  static const std::vector<Form> kForms = {{1, {{Q::kRate, 1}, {Q::kPower, -1}}, "inferences/s / power"}};
  return compare(entry, Q::kRatePerWatt, kForms);
}

std::optional<Comparison> edp(const Entry& entry) {
  static const std::vector<Form> kForms = {
      {1e-6, {{Q::kEnergy, 1}, {Q::kInferenceTime, 1}}, "energy x inference time"},
      {1e-6, {{Q::kEnergy, 1}, {Q::kLatency, 1}}, "energy x latency"}};
  return compare(entry, Q::kEdp, kForms);
}

/// The whole number from 2 on that an unstated count would have to be. Absent: none is in reach, or so many
/// values are that one would be met by chance more than once in ten times: then it explains nothing.
std::optional<double> whole_number(Interval many) {
  constexpr double kVague = 0.1;
  const double whole = std::round((many.lo + many.hi) / 2);
  if (!(whole >= 2) || !(many.hi - many.lo <= kVague) || !meet(many, Interval::of(whole)))
    return std::nullopt;
  return whole;
}

/// Energy and efficiency may be of the power above idle; energy also of a whole run. Either explains a broken
/// relation, if the table says so; here it does not.
void soften_power(const Entry& entry, Quantity result, Finding& finding) {
  const Cell& printed = *entry.find(result);
  const Cell* power = entry.find(Q::kPower);
  const Cell* idle = entry.find(Q::kIdlePower);
  const Cell* net = entry.find(Q::kNetPower);
  const Cell* time = entry.find(Q::kInferenceTime);
  const Cell* per_second = entry.find(Q::kRate);
  const Cell* achieved = entry.find(Q::kGops);
  const auto explain = [&](const std::string& words) {
    finding.severity = Severity::kSuspicion;
    finding.evidence += "; " + words;
  };
  if (power && (idle || net)) {
    const Interval above = net ? net->rounded() : power->rounded() - idle->rounded();
    const Interval batch = Interval::of(entry.count(Q::kBatch, 1));
    const bool holds =
        (result == Q::kEnergy && ((time && meet(printed.rounded(), above * time->rounded() / batch)) ||
                                  (per_second && meet(printed.rounded(), Interval::of(kPerThousand) * above /
                                                                             per_second->rounded())))) ||
        (result == Q::kGopsPerWatt && achieved && meet(printed.rounded(), achieved->rounded() / above)) ||
        (result == Q::kRatePerWatt && per_second && meet(printed.rounded(), per_second->rounded() / above));
    if (holds) return explain("it holds with the power above idle, which the table does not state");
  }
  // A stated batch says how many there are.
  if (result != Q::kEnergy || !power || !time || entry.find(Q::kBatch)) return;
  if (const auto whole = whole_number(printed.rounded() / (power->rounded() * time->rounded())))
    explain("it holds for " + number_text(*whole) + " inferences together, which the table does not state");
}

/// Appends the findings of one rule over all entries.
template <typename Compare>
void check(const Document& document, std::vector<Finding>& findings, std::string_view rule, Quantity result,
           Compare compare_entry) {
  for_each_entry(document, [&](const Entry& entry, std::size_t table, std::size_t number) {
    const auto comparison = compare_entry(entry);
    auto finding = comparison ? finding_of(*comparison, result, rule) : std::nullopt;
    if (!finding) return;
    if (comparison->outcome == Outcome::kBroken) soften_power(entry, result, *finding);
    finding->table = table;
    finding->entry = number;
    findings.push_back(std::move(*finding));
  });
}

/// The whole number of requests that would explain a rate, where exactly one would.
std::optional<double> requests_at_once(const Entry& entry) {
  const Cell* time = entry.find(Q::kInferenceTime) ? entry.find(Q::kInferenceTime) : entry.find(Q::kLatency);
  const Cell* per_second = entry.find(Q::kRate);
  if (entry.find(Q::kBatch) || !time || !per_second) return std::nullopt;
  constexpr double kMost = 1024;
  const auto whole = whole_number(per_second->rounded() * time->rounded() / Interval::of(kPerThousand));
  return whole && *whole <= kMost ? whole : std::nullopt;
}

/// A broken rate may be one that is only odd: with a latency of the whole way beside it a rate below
/// 1/latency leaves gaps, and one between the two is a pipeline's.
void soften_rate(const Entry& entry, Finding& finding, bool& drop) {
  const Cell* time = entry.find(Q::kInferenceTime);
  const Cell* latency = entry.find(Q::kLatency);
  const Cell& printed = *entry.find(Q::kRate);
  if (const auto whole = requests_at_once(entry)) {
    finding.severity = Severity::kSuspicion;
    finding.evidence += "; it holds for " + number_text(*whole) + " at once, which the table does not state";
    return;
  }
  const Interval batch = Interval::of(entry.count(Q::kBatch, 1) * kPerThousand);
  if (!latency) return;
  if (!time) {
    // "Latency" and "throughput" without a batch are often two measurements: one request alone, and many.
    if (!entry.find(Q::kBatch)) finding.severity = Severity::kSuspicion;
    return;
  }
  if (below(batch / time->rounded(), printed.rounded())) return;  // Faster than the inference alone.
  drop = below(batch / latency->rounded(), printed.rounded());
  finding.severity = Severity::kSuspicion;
  finding.evidence += "; with gaps between requests it is possible";
}

}  // namespace

double in_flight(const Entry& entry) { return entry.count(Q::kThreads, entry.count(Q::kInstances, 1)); }

std::map<std::string, const Cell*> operations_by_model(const Document& document) {
  std::map<std::string, const Cell*> operations;
  for_each_entry(document, [&](const Entry& entry, std::size_t, std::size_t) {
    const Cell* cell = entry.find(Q::kOperations);
    const std::string model = bare_name(entry.label(Label::kModel));
    if (!cell || model.empty()) return;
    const auto [stated, first] = operations.emplace(model, cell);
    if (!first && stated->second && !meet(stated->second->cut(), cell->cut())) stated->second = nullptr;
  });
  std::erase_if(operations, [](const auto& item) { return item.second == nullptr; });
  return operations;
}

Finding finding_at(std::string_view rule, Severity severity, std::size_t table, std::size_t entry,
                   std::vector<CellRef> cells, std::string evidence) {
  Finding finding;
  finding.rule = rule;
  finding.severity = severity;
  finding.table = table;
  finding.entry = entry;
  finding.cells = std::move(cells);
  finding.evidence = std::move(evidence);
  return finding;
}

std::vector<Checked> relations_of(const Entry& entry, const std::map<std::string, const Cell*>& operations) {
  std::vector<Checked> checked;
  const auto add = [&](std::string_view rule, Quantity result, std::optional<Comparison> comparison) {
    if (comparison) checked.push_back({rule, result, std::move(*comparison)});
  };
  std::vector<Given> given;
  if (const auto found = operations.find(bare_name(entry.label(Label::kModel))); found != operations.end())
    given.push_back({Q::kOperations, found->second});
  add("inference-rate", Q::kRate, rate(entry));
  add("gops", Q::kGops, gops_by_rate(entry, given));
  add("gops", Q::kGops, gops_by_time(entry, given));
  add("performance-ratio", Q::kRatio, ratio(entry));
  add("energy", Q::kEnergy, energy(entry));
  add("gops-per-watt", Q::kGopsPerWatt, gops_per_watt(entry));
  add("rate-per-watt", Q::kRatePerWatt, rate_per_watt(entry));
  add("edp", Q::kEdp, edp(entry));
  return checked;
}

void check_rate(const Document& document, std::vector<Finding>& findings) {
  for_each_entry(document, [&](const Entry& entry, std::size_t table, std::size_t number) {
    if (const auto comparison = rate(entry)) {
      auto finding = finding_of(*comparison, Q::kRate, "inference-rate");
      if (!finding) return;
      bool drop = false;
      if (comparison->outcome == Outcome::kBroken) soften_rate(entry, *finding, drop);
      finding->table = table;
      finding->entry = number;
      if (!drop) findings.push_back(std::move(*finding));
      return;
    }
    // Little's law: no more are under way on average than can be.
    const Cell* per_second = entry.find(Q::kRate);
    const Cell* time = entry.find(Q::kLatency) ? entry.find(Q::kLatency) : entry.find(Q::kInferenceTime);
    const double most = in_flight(entry);
    if (most == 1 || !per_second || !time || entry.find(Q::kPreprocess)) return;
    const Interval under_way = per_second->rounded() * time->rounded() / Interval::of(kPerThousand);
    const double limit = most * entry.count(Q::kBatch, 1);
    if (!below(Interval::of(limit), under_way)) return;
    findings.push_back(finding_at(
        "inference-rate", Severity::kContradiction, table, number,
        {reference(Q::kRate, *per_second),
         reference(entry.find(Q::kLatency) ? Q::kLatency : Q::kInferenceTime, *time)},
        "inferences/s x time = " + with_unit(*per_second) + " x " + with_unit(*time) + " = " +
            range_text(under_way) + " under way at once; at most " + number_text(limit) + " can be"));
  });
}

void check_gops(const Document& document, std::vector<Finding>& findings) {
  const auto operations = operations_by_model(document);
  for_each_entry(document, [&](const Entry& entry, std::size_t table, std::size_t number) {
    std::vector<Given> given;
    if (const auto found = operations.find(bare_name(entry.label(Label::kModel))); found != operations.end())
      given.push_back({Q::kOperations, found->second});
    const auto comparison = worse(gops_by_rate(entry, given), gops_by_time(entry, given));
    auto finding = comparison ? finding_of(*comparison, Q::kGops, "gops") : std::nullopt;
    if (!finding) return;
    // Many count a multiply-accumulate as one operation, and call it so.
    for (const double factor : {2.0, 0.5}) {
      if (comparison->outcome != Outcome::kBroken) break;
      if (!meet(comparison->cells[0]->rounded(), comparison->expected * Interval::of(factor))) continue;
      finding->severity = Severity::kSuspicion;
      finding->evidence +=
          "; it holds if a multiply-accumulate counts once in one of them and twice in the other";
    }
    finding->table = table;
    finding->entry = number;
    findings.push_back(std::move(*finding));
  });
}

void check_ratio(const Document& document, std::vector<Finding>& findings) {
  check(document, findings, "performance-ratio", Q::kRatio, ratio);
}

void check_energy(const Document& document, std::vector<Finding>& findings) {
  check(document, findings, "energy", Q::kEnergy, energy);
}

void check_gops_per_watt(const Document& document, std::vector<Finding>& findings) {
  check(document, findings, "gops-per-watt", Q::kGopsPerWatt, gops_per_watt);
}

void check_rate_per_watt(const Document& document, std::vector<Finding>& findings) {
  check(document, findings, "rate-per-watt", Q::kRatePerWatt, rate_per_watt);
}

void check_edp(const Document& document, std::vector<Finding>& findings) {
  check(document, findings, "edp", Q::kEdp, edp);
}

}  // namespace assay::audit

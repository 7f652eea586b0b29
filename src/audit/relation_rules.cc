// Rules whose relation is a product: one number follows from others of its entry.
#include <algorithm>
#include <array>
#include <cmath>

#include "audit/rules.h"

namespace assay::audit {
namespace {

using Q = Quantity;
constexpr double kPerThousand = 1000;  // ms in a second, mJ in a joule.
// What a batch of two makes of a rate at the least: it does not quite double it.
constexpr double kBatchOfTwo = 1.5;

/// One stage, one request at once, and a batch that is known or not stated: then the rate follows from the
/// time. Of several requests at once it is bounded instead (check_rate); of a pipeline's stages it is the
/// pipeline's (check_stages).
bool plain(const Entry& entry) {
  return in_flight(entry) == 1 && !entry.find(Q::kPreprocess) && !entry.find(Q::kPostprocess) &&
         !entry.count_unread;
}

/// The rate of the inference time first. A time "per image" is usually the batch's over the batch; some mean
/// that of the batch in which each image waits.
std::span<const Form> rate_forms(const Entry& entry) {
  static const std::vector<Form> kBatched = {
      {kPerThousand, {{Q::kBatch, 1}, {Q::kInferenceTime, -1}}, "batch / inference time"},
      {kPerThousand, {{Q::kBatch, 1}, {Q::kLatency, -1}}, "batch / latency"},
      {kPerThousand, {{Q::kInputTime, -1}}, "1 / time per input"},
      {kPerThousand, {{Q::kBatch, 1}, {Q::kInputTime, -1}}, "batch / time of each input"}};
  static const std::vector<Form> kSingle = {{kPerThousand, {{Q::kInferenceTime, -1}}, "1 / inference time"},
                                            {kPerThousand, {{Q::kLatency, -1}}, "1 / latency"},
                                            {kPerThousand, {{Q::kInputTime, -1}}, "1 / time per input"}};
  return entry.find(Q::kBatch) ? kBatched : kSingle;
}

std::optional<Comparison> rate(const Entry& entry) {
  return plain(entry) ? compare(entry, Q::kRate, rate_forms(entry)) : std::nullopt;
}

/// Whether the rate is that of the inference time: then what follows from one has to follow from the other,
/// which may be printed with more digits. Where they contradict each other, that is told once.
bool rate_is_of_time(const Entry& entry) {
  const auto comparison = plain(entry) ? compare(entry, Q::kRate, rate_forms(entry).first(1)) : std::nullopt;
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
  const bool alone = batch && plain(entry) && !entry.find(Q::kLatency) && !entry.other_times;
  if (entry.find(Q::kRate) ? !rate_is_of_time(entry) : !alone) return std::nullopt;
  return compare(entry, Q::kGops, batch ? kBatched : kSingle, given);
}

std::optional<Comparison> ratio(const Entry& entry) {
  static const std::vector<Form> kForms = {{100, {{Q::kGops, 1}, {Q::kPeak, -1}}, "GOPS / peak"}};
  return compare(entry, Q::kRatio, kForms);
}

/// Tables state it for one input or for a whole request, over the inference or over the whole way, of all the
/// power or of that above idle, where they state it; it has to be one of them. That of one input follows from
/// the time and from the rate, if they are of one measurement.
std::optional<Comparison> energy(const Entry& entry) {
  using Forms = std::vector<Form>;
  static const Forms kByRate = {{kPerThousand, {{Q::kPower, 1}, {Q::kRate, -1}}, "power / (inferences/s)"}};
  static const Forms kByNetRate = {
      {kPerThousand, {{Q::kNetPower, 1}, {Q::kRate, -1}}, "net power / (inferences/s)"}};
  static const Forms kInput = {
      {1, {{Q::kPower, 1}, {Q::kInferenceTime, 1}, {Q::kBatch, -1}}, "power x inference time / batch"}};
  static const Forms kRequest = {{1, {{Q::kPower, 1}, {Q::kInferenceTime, 1}}, "power x inference time"}};
  static const Forms kOtherwise = {
      {1, {{Q::kPower, 1}, {Q::kLatency, 1}}, "power x latency"},
      {1, {{Q::kPower, 1}, {Q::kInputTime, 1}}, "power x time per input"},
      {1, {{Q::kNetPower, 1}, {Q::kInferenceTime, 1}}, "net power x inference time"},
      {1, {{Q::kNetPower, 1}, {Q::kLatency, 1}}, "net power x latency"},
      {1, {{Q::kNetPower, 1}, {Q::kInputTime, 1}}, "net power x time per input"}};
  static const Forms kOtherwiseOfInput = {
      {1, {{Q::kPower, 1}, {Q::kLatency, 1}, {Q::kBatch, -1}}, "power x latency / batch"},
      {1, {{Q::kPower, 1}, {Q::kInputTime, 1}}, "power x time per input"},
      {1, {{Q::kPower, 1}, {Q::kInputTime, 1}, {Q::kBatch, -1}}, "power x time of each input / batch"},
      {1, {{Q::kNetPower, 1}, {Q::kInferenceTime, 1}, {Q::kBatch, -1}}, "net power x inference time / batch"},
      {1, {{Q::kNetPower, 1}, {Q::kInferenceTime, 1}}, "net power x inference time"},
      {1, {{Q::kNetPower, 1}, {Q::kLatency, 1}, {Q::kBatch, -1}}, "net power x latency / batch"},
      {1, {{Q::kNetPower, 1}, {Q::kInputTime, 1}}, "net power x time per input"}};
  const auto by = [&](const Forms& forms) { return compare(entry, Q::kEnergy, forms); };
  if (in_flight(entry) != 1 || entry.count_unread) return better(by(kByRate), by(kByNetRate));
  const bool batched = entry.find(Q::kBatch) != nullptr;
  auto by_time = by(batched ? kInput : kRequest);
  auto found = rate_is_of_time(entry) ? worse(std::move(by_time), by(kByRate))
                                      : better(std::move(by_time), by(kByRate));
  found = better(std::move(found), by(kByNetRate));
  found = better(std::move(found), by(batched ? kOtherwiseOfInput : kOtherwise));
  return batched ? better(std::move(found), by(kRequest)) : found;
}

std::optional<Comparison> gops_per_watt(const Entry& entry) {
  static const std::vector<Form> kAchieved = {{1, {{Q::kGops, 1}, {Q::kPower, -1}}, "GOPS / power"},
                                              {1, {{Q::kGops, 1}, {Q::kNetPower, -1}}, "GOPS / net power"}};
  static const std::vector<Form> kClaimed = {{1, {{Q::kPeak, 1}, {Q::kPower, -1}}, "peak / power"}};
  // Beside a measurement GOPS/W is of what was achieved, even where that is not printed.
  const bool measured = entry.find(Q::kGops) || entry.find(Q::kRate) || entry.find(Q::kInferenceTime);
  return compare(entry, Q::kGopsPerWatt, measured ? kAchieved : kClaimed);
}

std::optional<Comparison> rate_per_watt(const Entry& entry) {
  static const std::vector<Form> kForms = {
      {1, {{Q::kRate, 1}, {Q::kPower, -1}}, "inferences/s / power"},
      {1, {{Q::kRate, 1}, {Q::kNetPower, -1}}, "inferences/s / net power"}};
  return compare(entry, Q::kRatePerWatt, kForms);
}

std::optional<Comparison> edp(const Entry& entry) {
  static const std::vector<Form> kForms = {
      {1e-6, {{Q::kEnergy, 1}, {Q::kInferenceTime, 1}}, "energy x inference time"},
      {1e-6, {{Q::kEnergy, 1}, {Q::kLatency, 1}}, "energy x latency"},
      {1e-6, {{Q::kEnergy, 1}, {Q::kBatch, 1}, {Q::kInferenceTime, 1}}, "energy x batch x inference time"}};
  return compare(entry, Q::kEdp, kForms);
}

/// The whole number from 2 on that an unstated count would have to be. Absent: none is in reach, or so many
/// values are that one would be met by chance more than once in ten times: then it is not worth telling.
std::optional<double> whole_number(Interval many) {
  constexpr double kVague = 0.1;
  const double whole = std::round((many.lo + many.hi) / 2);
  if (!(whole >= 2) || !(many.hi - many.lo <= kVague) || !meet(many, Interval::of(whole)))
    return std::nullopt;
  return whole;
}

/// With other times in the table a rate may be of a longer way than the inference, and so may an energy.
void soften_longer_way(const Entry& entry, bool longer, Finding& finding) {
  if (!entry.other_times || !longer || finding.severity == Severity::kSuspicion) return;
  finding.severity = Severity::kSuspicion;
  finding.evidence += "; it may be of a longer way: there are other times, which are not understood";
}

/// Where no batch is stated, a number that is off by as much as a batch of two would make it may be of a
/// batch: that is odd, and yet possible. `many`: how many it would be of, if it were of several.
void soften_unstated_batch(const Entry& entry, const Comparison& comparison, Interval many,
                           std::string_view together, Finding& finding) {
  if (entry.find(Q::kBatch) || off(comparison) < std::log(kBatchOfTwo)) return;
  finding.severity = Severity::kSuspicion;
  const auto whole = whole_number(many);
  finding.evidence += whole ? "; it holds for " + number_text(*whole) + std::string(together) +
                                  ", which the table does not state"
                            : "; no batch is stated, and the numbers may be of different ones";
}

/// Energy and efficiency may be of the power above idle; energy also of several inferences. Either explains a
/// broken relation, if the table says so; here it does not.
void soften_power(const Entry& entry, const Comparison& comparison, Quantity result, Finding& finding) {
  const Cell& printed = *entry.find(result);
  const Cell* power = entry.find(Q::kPower);
  const Cell* idle = entry.find(Q::kIdlePower);
  const Cell* time = entry.find(Q::kInferenceTime);
  const Cell* per_second = entry.find(Q::kRate);
  const Cell* achieved = entry.find(Q::kGops);
  if (power && idle && !entry.find(Q::kNetPower)) {
    const Interval above = power->cut() - idle->cut();
    const Interval batch = Interval::of(entry.count(Q::kBatch, 1));
    const bool holds =
        (result == Q::kEnergy &&
         ((time && meet(printed.cut(), above * time->cut() / batch)) ||
          (per_second && meet(printed.cut(), Interval::of(kPerThousand) * above / per_second->cut())))) ||
        (result == Q::kGopsPerWatt && achieved && meet(printed.cut(), achieved->cut() / above)) ||
        (result == Q::kRatePerWatt && per_second && meet(printed.cut(), per_second->cut() / above));
    if (holds) {
      finding.severity = Severity::kSuspicion;
      finding.evidence += "; it holds with the power above idle, which the table does not state";
      return;
    }
  }
  if (result != Q::kEnergy && result != Q::kEdp) return;
  const bool of_time = result == Q::kEnergy && power && time;
  soften_unstated_batch(entry, comparison,
                        of_time ? printed.rounded() / (power->rounded() * time->rounded()) : Interval{},
                        " inferences together", finding);
  soften_longer_way(entry, printed.value() > comparison.expected_value, finding);
}

/// Appends the findings of one rule over all entries.
template <typename Compare>
void check(const Document& document, std::vector<Finding>& findings, std::string_view rule, Quantity result,
           Compare compare_entry) {
  for_each_entry(document, [&](const Entry& entry, std::size_t table, std::size_t number) {
    const auto comparison = compare_entry(entry);
    auto finding = comparison ? finding_of(*comparison, result, rule) : std::nullopt;
    if (!finding) return;
    if (comparison->outcome == Outcome::kBroken) soften_power(entry, *comparison, result, *finding);
    finding->table = table;
    finding->entry = number;
    findings.push_back(std::move(*finding));
  });
}

/// A broken rate may be one that is only odd. Beside a latency of the whole way alone, a device that works on
/// several requests in turn has a higher rate, one that waits a lower. With the inference time too a rate
/// below 1/latency leaves gaps, and one between the two is a pipeline's (`drop`).
void soften_rate(const Entry& entry, const Comparison& comparison, Finding& finding, bool& drop) {
  const Cell* time = entry.find(Q::kInferenceTime);
  const Cell* latency = entry.find(Q::kLatency);
  const Cell* any = time ? time : latency;
  const Cell& printed = *entry.find(Q::kRate);
  const Interval batch = Interval::of(entry.count(Q::kBatch, 1) * kPerThousand);
  if (latency && !time) finding.severity = Severity::kSuspicion;
  if (latency && time && !below(batch / time->rounded(), printed.rounded())) {
    drop = below(batch / latency->rounded(), printed.rounded());
    finding.severity = Severity::kSuspicion;
    finding.evidence += "; with gaps between requests it is possible";
    return;
  }
  const Interval many = any ? printed.rounded() * any->rounded() / Interval::of(kPerThousand) : Interval{};
  soften_unstated_batch(entry, comparison, many, " at once", finding);
  soften_longer_way(entry, printed.value() < comparison.expected_value, finding);
}

}  // namespace

double in_flight(const Entry& entry) { return entry.count(Q::kThreads, 1) * entry.count(Q::kInstances, 1); }

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
      if (comparison->outcome == Outcome::kBroken) soften_rate(entry, *comparison, *finding, drop);
      finding->table = table;
      finding->entry = number;
      if (!drop) findings.push_back(std::move(*finding));
      return;
    }
    // Little's law: no more are under way on average than can be.
    const Cell* per_second = entry.find(Q::kRate);
    const Cell* time = entry.find(Q::kLatency) ? entry.find(Q::kLatency) : entry.find(Q::kInferenceTime);
    const double most = in_flight(entry);
    if (most == 1 || !per_second || !time || entry.find(Q::kPreprocess) || entry.count_unread) return;
    const Interval under_way = per_second->further() * time->further() / Interval::of(kPerThousand);
    const double limit = most * entry.count(Q::kBatch, 1);
    if (!below(Interval::of(limit), under_way)) return;
    const bool possible = !entry.find(Q::kBatch) && under_way.hi > kBatchOfTwo * limit;
    findings.push_back(finding_at(
        "inference-rate", possible ? Severity::kSuspicion : Severity::kContradiction, table, number,
        {reference(Q::kRate, *per_second),
         reference(entry.find(Q::kLatency) ? Q::kLatency : Q::kInferenceTime, *time)},
        "inferences/s x time = " + with_unit(*per_second) + " x " + with_unit(*time) + " = " +
            range_text(under_way) + " under way at once; at most " + number_text(limit) + " can be" +
            (possible ? ", if each is of one input: no batch is stated" : "")));
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
      if (!meet(comparison->cells[0]->cut(), comparison->expected_cut * Interval::of(factor))) continue;
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

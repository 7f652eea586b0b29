#include "audit/audit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>
#include <utility>

#include "audit/rules.h"

namespace assay::audit {
namespace {

/// What a cell has to be for one comparison to hold, digits cut off or not.
Interval implied(const Comparison& comparison, std::size_t cell) {
  if (cell == 0) return comparison.expected_cut;
  // result = factor x ... x cell^p ...: the other factors, and the result over them.
  Interval others = Interval::of(comparison.form->factor);
  for (std::size_t i = 1; i < comparison.cells.size(); ++i) {
    if (i == cell) continue;
    const Interval factor = comparison.cells[i]->cut();
    others = comparison.form->terms[i - 1].power > 0 ? others * factor : others / factor;
  }
  const Interval result = comparison.cells[0]->cut();
  return comparison.form->terms[cell - 1].power > 0 ? result / others : others / result;
}

/// Whether some value of this quantity would make all comparisons hold.
bool explains_all(Quantity quantity, const std::vector<Checked>& checked) {
  Interval value = Interval::anything();
  for (const Checked& each : checked) {
    const auto& quantities = each.comparison.quantities;
    const auto at = std::ranges::find(quantities, quantity);
    if (at == quantities.end()) {
      if (each.comparison.outcome >= Outcome::kScaled) return false;
      continue;
    }
    const Interval here = implied(each.comparison, static_cast<std::size_t>(at - quantities.begin()));
    if (!meet(value, here)) return false;
    value = {std::max(value.lo, here.lo), std::min(value.hi, here.hi)};
  }
  // A batch of 10.4 explains nothing.
  if (info_of(quantity).dimension == Dimension::kCount)
    return meet(value, Interval::of(std::round(value.lo + (value.hi - value.lo) / 2)));
  return true;
}

/// The heading of the one cell of the entry that explains all that is broken.
std::optional<std::string> suspect_of(const Entry& entry, const std::vector<Checked>& checked) {
  std::optional<std::string> suspect;
  for (const auto& [quantity, cell] : entry.cells) {
    const bool concerned = std::ranges::any_of(checked, [&](const Checked& each) {
      return each.comparison.outcome >= Outcome::kScaled &&
             std::ranges::find(each.comparison.quantities, quantity) != each.comparison.quantities.end();
    });
    if (!concerned || !explains_all(quantity, checked)) continue;
    if (suspect) return std::nullopt;
    suspect = cell.heading;
  }
  return suspect;
}

void name_suspects(const Document& document, std::vector<Finding>& findings) {
  const auto operations = operations_by_model(document);
  for (Finding& finding : findings) {
    if (!finding.entry || finding.severity != Severity::kContradiction) continue;
    const Entry& entry = document.tables[finding.table].entries[*finding.entry];
    const std::vector<Checked> checked = relations_of(entry, operations);
    const auto suspect = suspect_of(entry, checked);
    const bool in_it =
        suspect && std::ranges::find(finding.cells, *suspect, &CellRef::heading) != finding.cells.end();
    if (in_it) finding.suspect = suspect;
  }
}

}  // namespace

std::string_view to_string(Severity severity) {
  return severity == Severity::kContradiction ? "contradiction" : "suspicion";
}

std::span<const Rule> rules() {
  static constexpr Rule kRules[] = {
      {"inference-rate",
       "inferences/s = batch / inference time (or / latency); of several under way at once, inferences/s "
       "x time is at most their number (Little)",
       "VEDLIoT D3.3, 3.1.2.2; Little 1961", check_rate},
      {"gops",
       "GOPS = operations per inference x inferences/s = operations per inference x batch / inference time "
       "where "
       "that is the rate, 1 multiply-accumulate = 2 operations",
       "VEDLIoT D3.3, 3.1.2.2", check_gops},
      {"implied-operations", "GOPS / (inferences/s) is one number for one model, where none is stated",
       "VEDLIoT D3.3, 3.1.2.2", check_implied_operations},
      {"performance-ratio", "performance ratio = GOPS / peak", "VEDLIoT D3.3, 3.1.1", check_ratio},
      {"above-peak", "GOPS <= peak, performance ratio <= 100 %", "VEDLIoT D3.3, 3.1.1", check_above_peak},
      {"energy",
       "energy = power x inference time, / batch where it is of one input; and power / (inferences/s) where "
       "that is "
       "the rate of the time",
       "VEDLIoT D3.3, 3.1.1", check_energy},
      {"gops-per-watt", "GOPS/W = GOPS / power (of a claim: peak / power)", "VEDLIoT D3.3, 3.1.1",
       check_gops_per_watt},
      {"rate-per-watt", "FPS/W = inferences/s / power", "Hailo white paper, 2021", check_rate_per_watt},
      {"edp", "EDP = energy x inference time", "Archet et al. 2023", check_edp},
      {"idle-power", "idle power <= power <= peak power", "definition", check_idle},
      {"net-power", "net power = power - idle power", "VEDLIoT D3.3, 3.1.1", check_net},
      {"percentiles",
       "min <= p50 <= p90 <= p95 <= p99 <= p99.9 <= max; min <= mean <= max; inference time <= latency",
       "definition", check_percentiles},
      {"stages",
       "inferences/s >= 1 / (preprocessing + inference + postprocessing), where they run one after the "
       "other; a "
       "mean of rates may be more (Jensen)",
       "Jensen 1906", check_stages},
      {"map-order", "mAP(.50:.95) <= mAP(.50)", "COCO evaluation", check_map},
      {"top-order", "top-1 <= top-5", "definition", check_top},
      {"share", "accuracies are within 0 and 100 %", "definition", check_shares},
      {"accuracy-gain",
       "no accuracy rises by over 0.5 points when FP32 is quantized, from that of the same table and device, "
       "else from "
       "the best of the document",
       "experience", check_accuracy_gain},
      {"copied",
       "no reading of a configuration is, to five digits, that of a neighbour from which it otherwise "
       "differs (two "
       "readings: to three digits); no two runtimes quantize a model to the same accuracies",
       "chance", check_copied},
      {"batch-order", "a larger batch takes no less time, and loses at most 10 % of the inferences/s",
       "experience", check_batches},
      {"text",
       "numbers that the text beside a table claims of it are in it; a peak for a wider integer format is "
       "not above "
       "the table's",
       "definition", check_text},
      {"units", "a relation that holds once a number is taken times a power of 1000 has a wrong unit",
       "definition", nullptr},
      {"digits", "relations hold for numbers that were rounded; not only for numbers that were cut off",
       "definition", nullptr},
  };
  return kRules;
}

std::vector<Finding> audit(const Document& document) {
  std::vector<Finding> findings;
  for (const Rule& rule : rules())
    // What is told in the place of another rule has no check of its own.
    if (rule.check) rule.check(document, findings);
  name_suspects(document, findings);
  std::ranges::stable_sort(findings, [](const Finding& a, const Finding& b) {
    constexpr std::size_t kWholeTable = 0;
    return std::tuple(a.table, a.entry ? *a.entry + 1 : kWholeTable) <
           std::tuple(b.table, b.entry ? *b.entry + 1 : kWholeTable);
  });
  return findings;
}

std::size_t relations_checked(const Document& document) {
  const auto operations = operations_by_model(document);
  std::size_t count = 0;
  for_each_entry(document, [&](const Entry& entry, std::size_t, std::size_t) {
    count += relations_of(entry, operations).size();
    constexpr std::array kPairs = {
        std::pair(Quantity::kTop1, Quantity::kTop5), std::pair(Quantity::kMap5095, Quantity::kMap50),
        std::pair(Quantity::kIdlePower, Quantity::kPower), std::pair(Quantity::kPreprocess, Quantity::kRate),
        std::pair(Quantity::kP50, Quantity::kP99)};
    for (const auto& [a, b] : kPairs) count += entry.find(a) && entry.find(b) ? 1 : 0;
  });
  return count;
}

}  // namespace assay::audit

// The rules' functions, and what several of them need. For the files of src/audit alone.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "audit/relation.h"

namespace assay::audit {

/// A relation of an entry that could be checked.
struct Checked {
  std::string_view rule;
  Quantity result;
  Comparison comparison;
};

/// Operations per inference of each model that the file states them for, by bare name. A model for which it
/// states two that differ has none.
std::map<std::string, const Cell*> operations_by_model(const Document& document);

/// Every product relation of an entry, whether it holds or not.
std::vector<Checked> relations_of(const Entry& entry, const std::map<std::string, const Cell*>& operations);

/// How many inferences may be under way at once: threads times instances, 1 where they are not stated.
double in_flight(const Entry& entry);

/// Calls `visit` with each entry and its place.
template <typename Visit>
void for_each_entry(const Document& document, Visit visit) {
  for (std::size_t t = 0; t < document.tables.size(); ++t)
    for (std::size_t e = 0; e < document.tables[t].entries.size(); ++e)
      visit(document.tables[t].entries[e], t, e);
}

/// A finding with its place.
Finding finding_at(std::string_view rule, Severity severity, std::size_t table, std::size_t entry,
                   std::vector<CellRef> cells, std::string evidence);

void check_rate(const Document& document, std::vector<Finding>& findings);
void check_gops(const Document& document, std::vector<Finding>& findings);
void check_implied_operations(const Document& document, std::vector<Finding>& findings);
void check_ratio(const Document& document, std::vector<Finding>& findings);
void check_above_peak(const Document& document, std::vector<Finding>& findings);
void check_energy(const Document& document, std::vector<Finding>& findings);
void check_gops_per_watt(const Document& document, std::vector<Finding>& findings);
void check_rate_per_watt(const Document& document, std::vector<Finding>& findings);
void check_edp(const Document& document, std::vector<Finding>& findings);
void check_idle(const Document& document, std::vector<Finding>& findings);
void check_net(const Document& document, std::vector<Finding>& findings);
void check_percentiles(const Document& document, std::vector<Finding>& findings);
void check_stages(const Document& document, std::vector<Finding>& findings);
void check_map(const Document& document, std::vector<Finding>& findings);
void check_top(const Document& document, std::vector<Finding>& findings);
void check_shares(const Document& document, std::vector<Finding>& findings);
void check_accuracy_gain(const Document& document, std::vector<Finding>& findings);
void check_copied(const Document& document, std::vector<Finding>& findings);
void check_batches(const Document& document, std::vector<Finding>& findings);
void check_text(const Document& document, std::vector<Finding>& findings);

}  // namespace assay::audit

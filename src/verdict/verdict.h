// Judges a row: an explicit table of rules, one pure function each. A rule never changes a figure's value; it
// says which figures may not be believed, and why.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "record/evidence.h"
#include "record/results.h"
#include "spec/experiment.h"

namespace assay::verdict {

/// What a rule looks at: all of one row. `row` has its figures and diagnostics computed already.
struct Case {
  const spec::Experiment& experiment;
  const record::RowEvidence& evidence;
  const record::Row& row;
};

/// One rule. `judge` appends nothing when all is well or when the rule does not apply.
struct Rule {
  std::string_view id;     ///< "accuracy-drop": stable, appears in results and reports.
  std::string_view words;  ///< One sentence for documentation and reports.
  void (*judge)(const Case&, std::vector<record::Finding>&);
};

/// The table, in the order in which findings are listed.
std::span<const Rule> rules();

/// All findings about one row, in the table's order.
std::vector<record::Finding> judge(const spec::Experiment& experiment, const record::RowEvidence& evidence,
                                   const record::Row& row);

/// Sets the status and reasons of the figures concerned, appends to row.findings and sets row.verdict to the
/// worst (UNMEASURED does not lower it; INVALID of figures that rest on the catalogue alone makes it WARN). A
/// figure without a value stays unmeasured. Calling it twice adds up.
void apply_findings(std::span<const record::Finding> findings, record::Row& row);

/// What only shows across rows: targets calibrated from different tensors, scored on different inputs, or on
/// different releases of the operating system.
std::vector<record::Finding> judge_campaign(const spec::Experiment& experiment,
                                            std::span<const record::RowEvidence> evidence);

/// The whole judgement: every row of `results` (same order and length as `evidence`), then the campaign's
/// findings, which go to results.findings and to the rows that they concern, then every power source of the
/// rows: PowerSource::mean and idle_status are marked as the row's figures are.
void judge_results(const spec::Experiment& experiment, std::span<const record::RowEvidence> evidence,
                   record::Results& results);

}  // namespace assay::verdict

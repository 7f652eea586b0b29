// A measured row beside published ones: numbers and conditions, no interval that nobody measured, and no
// verdict.
#pragma once

#include <string>
#include <vector>

#include "audit/published.h"
#include "base/status.h"
#include "record/results.h"
#include "report/comparison.h"

namespace assay::report {

struct PublishedComparison {
  std::string name;  ///< Of the measured side, as the user gave it.
  record::Results results;
  std::size_t row = 0;  ///< Of the results.
  audit::PublishedSource source;
  std::vector<audit::PublishedRow> published;  ///< Of the source; at least one.
};

/// Rows of a source by "TABLE" or "TABLE:ROW"; all of it by "". Errors: kInvalidInput (none of that name;
/// more than can be read side by side: the tables are listed).
Result<std::vector<audit::PublishedRow>> chosen_published(const audit::PublishedSource& source,
                                                          const std::string& rest);

/// Formats: table, Markdown, JSON. Errors: kInvalidInput (html); kInternal (numbers that JSON cannot hold).
Result<std::string> render_published(const PublishedComparison& comparison, ComparisonFormat format,
                                     const Style& style = {});

}  // namespace assay::report

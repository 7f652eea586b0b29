// A comparison -> one self-contained HTML file, by the template of a report's page.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "report/comparison.h"

namespace assay::report {

/// What stands in the template's place for the body. Pure.
std::string comparison_body(const ComparisonReport& report);

/// Errors: those of filled_template.
Result<std::string> render_comparison_html(const ComparisonReport& report, std::string_view page_template);

}  // namespace assay::report

// What unfolds below a row's plots. Private to report/.
#pragma once

#include <cstddef>

#include "report/html_text.h"
#include "report/page.h"

namespace assay::report {

/// Repeats, diagnostics, windows of power, classes, layers, target, digests, versions and libraries; each
/// only where there is something to tell.
void add_row_details(HtmlWriter& html, const PageDirectory& directory, std::size_t row);

}  // namespace assay::report

// The data that a page carries for its plots.
#pragma once

#include <string>

#include "base/status.h"
#include "report/page.h"

namespace assay::report {

/// {"format": 1, "directories": [...], "published": []} as JSON for a script element: `<` nowhere, so that no
/// text can end the element. docs/report_page.md has its form. Errors: kInternal (a number that is not
/// finite).
Result<std::string> page_data(const Page& page);

}  // namespace assay::report

// Page -> one self-contained HTML file: everything readable without its script, on paper and by a screen
// reader; the script of the template draws the plots.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "report/page.h"

namespace assay::report {

/// What stands in the template's place for the body. Pure.
std::string page_body(const Page& page);

/// The template with title (any text), body (HTML) and data (JSON, every '<' of it written as \u003c) in
/// their places. It has to hold each of <!--assay:title-->, <!--assay:body--> and <!--assay:data--> once.
/// Errors: kInternal (it does not).
Result<std::string> filled_template(std::string_view page_template, std::string_view title, std::string body,
                                    std::string data);

/// The page in the template. Errors: kInternal (filled_template's; numbers that are not finite).
Result<std::string> render_html(const Page& page, std::string_view page_template);

}  // namespace assay::report

// The page of the HTML report, made by web/ at build time: script and style inline, under a policy that runs
// nothing else.
#pragma once

#include <string_view>

namespace assay::report {

/// Holds each of these once, for the writer to replace: `<!--assay:title-->` (text), `<!--assay:body-->`
/// (HTML without style and event attributes), `<!--assay:data-->` (JSON with every `<` written as \u003c).
/// docs/report_page.md has the contract.
std::string_view page_template();

}  // namespace assay::report

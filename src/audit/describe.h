// What an audit found, in words.
#pragma once

#include <span>
#include <string>

#include "audit/audit.h"

namespace assay::audit {

/// How many findings are of this severity.
std::size_t count_of(std::span<const Finding> findings, Severity severity);

/// For a console: what was checked, every finding by table and row, and what could not be checked. Lines are
/// broken at `width` columns.
std::string audit_text(const Document& document, std::span<const Finding> findings, std::size_t width);

/// The same as Markdown, one table of findings.
std::string audit_markdown(const Document& document, std::span<const Finding> findings);

/// The same for programs: an object with document, tables, findings and notes.
std::string audit_json(const Document& document, std::span<const Finding> findings);

}  // namespace assay::audit

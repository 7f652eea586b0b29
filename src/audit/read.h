// From the text of a file to tables with entries.
#pragma once

#include <filesystem>
#include <string_view>

#include "audit/table.h"
#include "base/status.h"

namespace assay::audit {

/// Reads CSV or Markdown: by the name's ending (.md, .markdown: Markdown; .csv, .tsv: CSV), else by what is
/// in it. A CSV column "Table" parts its rows into tables. A caption "Table 58: ..." gives a table its
/// number; prose that begins with "Tables 3, 5:" belongs to those. A table without a model takes the one
/// model of the file that its caption names. Errors: kInvalidInput, with line: no text, no table, ragged
/// rows, no rows, no column that is understood (with those that would be).
Result<Document> read_tables(std::string_view text, const std::filesystem::path& name);

}  // namespace assay::audit
